"""Random numbers: the same as PyTorch's for the same seed, call after call."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minigrad import draws
from minigrad.draws import Generator

GOLDENS = Path(__file__).parents[1] / "goldens" / "random.json"
CASES: list[dict[str, Any]] = json.loads(GOLDENS.read_text())
DTYPES = ["float64", "float32"]
SINGLE, DOUBLE = np.dtype("f4"), np.dtype("f8")


def is_inexact(name: str, dtype: np.dtype) -> bool:
    """Whether the last digit depends on whose logarithm, cosine or fused product it is."""
    return dtype == DOUBLE and name in ("normal", "uniform")


def agree(mine: np.ndarray, theirs: np.ndarray, *, inexact: bool) -> None:
    assert mine.dtype == theirs.dtype
    assert mine.shape == theirs.shape
    if inexact:
        np.testing.assert_allclose(mine, theirs, rtol=1e-14, atol=1e-14)
    else:
        np.testing.assert_array_equal(mine, theirs)


def call(generator: Generator, name: str, given_: list[Any]) -> np.ndarray:
    arguments = [np.dtype(each) if each in DTYPES else each for each in given_]
    if name in ("bernoulli", "multinomial"):
        arguments[0] = np.array(arguments[0], "f4")
    return getattr(draws, name)(*arguments, generator=generator)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"seed {case['seed']}")
def test_goldens(case: dict[str, Any]) -> None:
    generator = Generator().manual_seed(case["seed"])
    for name, arguments, numbers in case["calls"]:
        mine = call(generator, name, arguments)
        inexact = is_inexact(name, mine.dtype)
        agree(mine, np.array(numbers, mine.dtype), inexact=inexact)


def seeded(torch: Any, seed: int) -> tuple[Generator, Any]:
    return Generator().manual_seed(seed), torch.Generator().manual_seed(seed)


SEEDS = st.integers(-(2**63), 2**64 - 1)
STEP = st.tuples(
    st.sampled_from(["uniform", "normal", "bernoulli_p"]),
    st.sampled_from(DTYPES),
    st.sampled_from([0, 1, 3, 15, 16, 17, 24, 40, 313]),
    st.floats(-3, 3).map(lambda value: round(value, 3)),
    st.floats(0.01, 3).map(lambda value: round(value, 3)),
)


@given(seed=SEEDS, steps=st.lists(STEP, min_size=1, max_size=6))
def test_same_numbers(torch: Any, seed: int, steps: list[Any]) -> None:
    mine, theirs = seeded(torch, seed)
    for name, dtype, count, low, spread in steps:
        tensor = torch.empty(count, dtype=getattr(torch, dtype))
        shape, kind = (count,), np.dtype(dtype)
        if name == "uniform":
            array = draws.uniform(shape, kind, low, low + spread, generator=mine)
            tensor.uniform_(low, low + spread, generator=theirs)
        elif name == "normal":
            array = draws.normal(shape, kind, low, spread, generator=mine)
            tensor.normal_(low, spread, generator=theirs)
        else:
            array = draws.bernoulli_p(shape, kind, spread / 3, generator=mine)
            tensor.bernoulli_(spread / 3, generator=theirs)
        agree(array, tensor.numpy(), inexact=is_inexact(name, kind))
    for _ in range(2):  # what comes next is the same, too
        assert draws.normal((3,), generator=mine).tolist() == (
            torch.randn(3, generator=theirs).tolist()
        )
        assert draws.uniform((3,), generator=mine).tolist() == (
            torch.rand(3, generator=theirs).tolist()
        )


@given(
    seed=SEEDS,
    low=st.integers(-(2**63), 2**63 - 2),
    span=st.one_of(st.integers(1, 2**64 - 1), st.integers(2**27, 2**29), st.integers(1, 20)),
)
def test_randint(torch: Any, seed: int, low: int, span: int) -> None:
    mine, theirs = seeded(torch, seed)
    high = min(low + span, 2**63 - 1)
    array = draws.randint(low, high, (5,), generator=mine)
    assert array.tolist() == torch.randint(low, high, (5,), generator=theirs).tolist()


@given(seed=SEEDS, n=st.integers(0, 300))
def test_randperm(torch: Any, seed: int, n: int) -> None:
    mine, theirs = seeded(torch, seed)
    array = draws.randperm(n, generator=mine)
    assert array.tolist() == torch.randperm(n, generator=theirs).tolist()


@given(seed=SEEDS, weights=st.lists(st.integers(1, 9), min_size=1, max_size=9), data=st.data())
def test_choices(torch: Any, seed: int, weights: list[int], data: st.DataObject) -> None:
    dtype = np.dtype(data.draw(st.sampled_from(DTYPES)))
    replacement = data.draw(st.booleans())
    count = data.draw(st.integers(1, 20 if replacement else len(weights)))
    p = np.array([weights, weights[::-1]], dtype)
    mine, theirs = seeded(torch, seed)
    for each in (p[0], p):
        array = draws.multinomial(each, count, replacement, generator=mine)
        tensor = torch.multinomial(torch.tensor(each), count, replacement, generator=theirs)
        agree(array, tensor.numpy(), inexact=False)
    array = draws.bernoulli(p / 9, generator=mine)
    agree(array, torch.bernoulli(torch.tensor(p / 9), generator=theirs).numpy(), inexact=False)


def test_a_million_float32_normals_are_exact(torch: Any) -> None:
    mine, theirs = seeded(torch, 11)
    array = draws.normal((10**6,), generator=mine)
    np.testing.assert_array_equal(array, torch.randn(10**6, generator=theirs).numpy())


INF, NAN = math.inf, math.nan
BOUNDS = [(2, 1), (0.5, -0.5)]


def outcome(function: Any, *arguments: Any, **named: Any) -> tuple[str, str]:
    """Return the type and text of the error that a call raises."""
    with pytest.raises((RuntimeError, TypeError, ValueError)) as caught:
        function(*arguments, **named)
    return caught.type.__name__, str(caught.value).split("\nException raised")[0]


def test_errors_of_distributions(torch: Any) -> None:
    empty, long = torch.empty(2), torch.empty(2, dtype=torch.int64)
    for low, high in BOUNDS:
        assert outcome(draws.uniform, (2,), SINGLE, low, high) == outcome(empty.uniform_, low, high)
    for name, given_, theirs, tensor in (
        ("normal", (SINGLE, 0, -1), (0, -1), empty),
        ("normal", (SINGLE, 0, NAN), (0, NAN), empty),
        ("normal", (np.dtype("i8"),), (), long),
        ("uniform", (np.dtype("i8"),), (), long),
        ("bernoulli_p", (SINGLE, 1.5), (1.5,), empty),
    ):
        method = getattr(tensor, name.removesuffix("_p") + "_")
        assert outcome(getattr(draws, name), (2,), *given_) == outcome(method, *theirs)
    for p in ([1.5], [NAN], [-0.1]):
        assert outcome(draws.bernoulli, np.array(p)) == outcome(torch.bernoulli, torch.tensor(p))


def test_errors_of_integers(torch: Any) -> None:
    for low, high, name in (
        (0, 0, "int64"),
        (5, -1, "int64"),
        (0, 300, "uint8"),
        (-2, 3, "uint8"),
        (-2, 1, "bool"),
        (0, 3, "bool"),
        (0, 129, "int8"),
        (-(2**17), 2, "int16"),
        (0, 2**40, "int32"),
    ):
        dtype = getattr(torch, name)
        assert outcome(draws.randint, low, high, (2,), np.dtype(name)) == outcome(
            torch.randint, low, high, (2,), dtype=dtype
        )
    assert outcome(draws.randperm, -1) == outcome(torch.randperm, -1)


@pytest.mark.parametrize("replacement", [False, True])
@pytest.mark.parametrize(
    "p", [[1.0, -1.0], [0.0, 0.0], [1.0, NAN], [1.0, INF], 1.0, [[[1.0]]], [[1.0, 2], [0, 0]]]
)
def test_errors_of_multinomial(torch: Any, p: Any, replacement: bool) -> None:
    for count in (0, 1, 2, 3):
        mine, theirs = np.array(p, "f4"), torch.tensor(p)
        assert outcome(draws.multinomial, mine, count, replacement) == outcome(
            torch.multinomial, theirs, count, replacement
        )


@pytest.mark.parametrize("seed", ["a", 1.5, None, True, 2**64, -(2**63) - 1])
def test_errors_of_seeds(torch: Any, seed: Any) -> None:
    assert outcome(Generator().manual_seed, seed) == outcome(torch.Generator().manual_seed, seed)


def test_a_refused_call_draws_nothing() -> None:
    generator = Generator().manual_seed(3)
    with pytest.raises(RuntimeError):
        draws.uniform((4,), SINGLE, 2, 1, generator=generator)
    with pytest.raises(RuntimeError):
        draws.multinomial(np.array([0.0, 0.0]), 1, generator=generator)
    after = draws.uniform((4,), generator=generator)
    assert after.tolist() == draws.uniform((4,), generator=Generator().manual_seed(3)).tolist()


def test_default_generator() -> None:
    assert draws.manual_seed(7.0) is draws.default_generator
    assert draws.initial_seed() == 7
    first = draws.normal((3,))
    draws.normal((5,), generator=Generator())
    second = draws.normal((3,))
    draws.manual_seed(7)
    assert draws.normal((6,)).tolist() == [*first.tolist(), *second.tolist()]
    assert draws.seed() == draws.initial_seed()
    assert draws.seed() != draws.seed()


def test_a_new_generator(torch: Any) -> None:
    assert Generator().initial_seed() == torch.Generator().initial_seed()
    assert Generator().manual_seed(-1).initial_seed() == 2**64 - 1
    with pytest.raises(RuntimeError, match="Cannot get CUDA generator"):
        Generator("cuda")
    shown = r"<torch\._C\.Generator object at 0x[0-9a-f]+>"
    assert re.fullmatch(shown, repr(Generator()))
    assert re.fullmatch(shown, repr(torch.Generator()))
