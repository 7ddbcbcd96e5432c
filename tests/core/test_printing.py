"""The text of tensors: PyTorch's, to the character."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import minigrad
from minigrad import dtypes, printing

GOLDENS = Path(__file__).parents[1] / "goldens" / "printing.json"
CASES: list[dict[str, Any]] = json.loads(GOLDENS.read_text())
DTYPES = ["f8", "f4", "f2", "i8", "i4", "i2", "i1", "u1", "?"]


@pytest.fixture(autouse=True)
def _default_options() -> Iterator[None]:
    yield
    printing.set_printoptions(profile="default")
    dtypes.set_default_dtype(dtypes.float32)


def print_case(case: dict[str, Any]) -> str:
    flat = np.frombuffer(bytes.fromhex(case["bytes"]), case["dtype"])
    printing.set_printoptions(profile="default")
    printing.set_printoptions(**case["options"])
    return printing.tensor_str(flat.reshape(case["shape"]), **case["suffix"])


def test_goldens() -> None:
    assert len(CASES) > 300
    for case in CASES:
        assert print_case(case) == case["text"]


def test_by_eye() -> None:
    text = printing.tensor_str
    assert text(np.float32(3)) == "tensor(3.)"
    assert text(np.array([1, 2])) == "tensor([1, 2])"
    assert text(np.float64(3)) == "tensor(3., dtype=torch.float64)"
    assert text(np.ones(2, "f4"), grad_fn_name="AddBackward0") == (
        "tensor([1., 1.], grad_fn=<AddBackward0>)"
    )
    assert text(np.ones(2, "f4"), prefix="Mine(") == "Mine([1., 1.])"


def test_default_dtype_goes_without_saying() -> None:
    dtypes.set_default_dtype(dtypes.float64)
    assert printing.tensor_str(np.float64(1)) == "tensor(1.)"
    assert printing.tensor_str(np.float32(1)) == "tensor(1., dtype=torch.float32)"


def test_a_profile_puts_the_options_back() -> None:
    printing.set_printoptions(precision=1)
    assert printing.tensor_str(np.float32(0.25)) == "tensor(0.2)"
    printing.set_printoptions(profile="default")
    assert printing.tensor_str(np.float32(0.25)) == "tensor(0.2500)"


def test_every_call_resets_sci_mode_unless_it_gives_it() -> None:
    printing.set_printoptions(sci_mode=True)
    printing.set_printoptions(precision=2)
    assert printing.tensor_str(np.float32(0.25)) == "tensor(0.25)"


OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "precision": st.integers(0, 12),
        "threshold": st.sampled_from([0, 1, 5, 20, 1000, math.inf]),
        "edgeitems": st.integers(0, 4),
        "linewidth": st.integers(1, 120),
        "profile": st.sampled_from(["default", "short", "full", "unknown"]),
        "sci_mode": st.sampled_from([None, True, False]),
    },
)
MAGNITUDES = st.sampled_from([1e-6, 1e-3, 0.5, 1.0, 12.5, 1e3, 1e5, 1e9])
ODD = [0.0, -0.0, math.inf, -math.inf, math.nan, 1e-4, 1e8, 1000.0, 999.5]


@st.composite
def arrays(draw: st.DrawFn) -> np.ndarray:
    dtype = np.dtype(draw(st.sampled_from(DTYPES)))
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=9))
    if dtype.kind != "f":
        return draw(hnp.arrays(dtype, shape))
    scale = draw(MAGNITUDES)
    mantissa = draw(st.sampled_from([st.integers(-50, 50), st.floats(-9, 9)]))
    element = mantissa.map(lambda value: value * scale)
    values = draw(hnp.arrays("f8", shape, elements=element | st.sampled_from(ODD)))
    with np.errstate(over="ignore"):
        return values.astype(dtype)


@settings(max_examples=400)
@given(array=arrays(), options=OPTIONS, grad=st.sampled_from(["", "leaf", "node"]))
def test_prints_as_pytorch(
    torch: Any, array: np.ndarray, options: dict[str, Any], grad: str
) -> None:
    tensor = torch.from_numpy(array.copy())
    suffix: dict[str, Any] = {}
    if array.dtype.kind == "f" and grad:
        tensor.requires_grad_()
        suffix = {"requires_grad": True}
        if grad == "node":
            tensor = tensor.clone()
            suffix = {"grad_fn_name": tensor.grad_fn.name()}
    try:
        for library in (torch, printing):
            library.set_printoptions(profile="default")
            library.set_printoptions(**options)
        assert printing.tensor_str(array, **suffix) == repr(tensor)
    finally:
        torch.set_printoptions(profile="default")


def test_a_class_of_the_user_prints_its_name() -> None:
    class M(minigrad.Tensor):
        pass

    assert repr(M([1.0, 2.0])) == "M([1., 2.])"
    assert repr(minigrad.nn.Parameter(minigrad.ones(1))).endswith(
        "\ntensor([1.], requires_grad=True)"
    )
