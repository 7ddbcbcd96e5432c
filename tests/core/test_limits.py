"""docs/limits.md tells the truth: what it calls absent is absent, and what is absent it names."""

from __future__ import annotations

import importlib
import pickle
import re
from functools import cache
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import numpy as np
import pytest

import minigrad
from minigrad import missing

PAGE = Path(__file__).parents[2] / "docs" / "limits.md"
RECORDED = (Path(missing.__file__).parent / "pytorch_names.txt").read_text(encoding="utf-8")
SPACES = [line.partition(":")[0] for line in RECORDED.splitlines()]
NAMES = {f"{space}.{name}" for space in SPACES for name in missing.pytorch_names(space)}


@cache
def listed(label: str) -> list[str]:
    """What stands in code in the paragraphs or lines that begin with `label`."""
    blocks = re.findall(
        rf"^{label}: ((?:`[^`]+`\s+)+)", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    return [name for block in blocks for name in re.findall(r"`([^`]+)`", block)]


def expression(pattern: str) -> str:
    """`*.x` is x anywhere, `*` any text without a dot, `[123]` one of these."""
    body = re.escape(pattern.removeprefix("*."))
    for written, meant in ((r"\*", "[^.]*"), (r"\[", "["), (r"\]", "]"), (r"\-", "-"), ("!", "^")):
        body = body.replace(written, meant)
    return (r"(.*\.)?" if pattern.startswith("*.") else "") + body


def is_there(path: str) -> bool:
    """Whether minigrad has the name that PyTorch has under `path`."""
    space, _, name = path.rpartition(".")
    return hasattr(resolve_name(f"minigrad{space[5:]}"), name)


def test_what_the_page_calls_absent_is_absent() -> None:
    left_out, exceptions = listed("Left out"), set(listed("There"))
    assert len(left_out) > 100
    for pattern in left_out:
        meant = {name for name in NAMES if re.fullmatch(expression(pattern), name)}
        assert meant, f"PyTorch has no {pattern}"
        present = {name for name in meant - exceptions if is_there(name)}
        assert not present, f"{pattern} is on the page, but minigrad has {sorted(present)}"


def test_what_the_page_calls_present_is_present() -> None:
    assert [name for name in listed("There") if not is_there(name)] == []


def test_every_absent_name_is_on_the_page() -> None:
    patterns = re.compile("|".join(expression(pattern) for pattern in listed("Left out")))
    unnamed = {n for n in NAMES if not patterns.fullmatch(n) and not is_there(n)}
    assert not unnamed, "write into docs/limits.md"


def test_the_recorded_names_are_pytorchs(torch: Any) -> None:
    """`python tests/record_names.py` writes them."""
    space = torch.nn.functional
    for name in missing.pytorch_names("torch.nn.functional"):
        assert hasattr(space, name)
    assert {"fft", "vmap", "compile", "zeros"} < missing.pytorch_names("torch")


# --- what the error says


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("torch.fft", "numpy.fft, on x.numpy()"),
        ("torch.vmap", "torch.autograd.functional.jacobian and .jvp, or torch.stack over a loop"),
        ("torch.nn.LSTM", "torch.nn.Linear and torch.tanh, in a loop over the steps"),
        ("torch.optim.LBFGS", "torch.optim.SGD and torch.optim.Adam"),
        ("torch.autograd.forward_ad", "torch.autograd.functional.jacobian and .jvp, or torch.stack over a loop"),
        ("torch.autograd.graph.save_on_cpu", "torch.autograd.graph.saved_tensors_hooks"),
        ("torch.autograd.functional.fwAD", "torch.autograd.functional.jvp"),
        ("torch.nn.utils.rnn", "torch.zeros, filled row by row"),
        ("torch.linalg.cholesky", "numpy.linalg.cholesky, on x.numpy()"),
        ("torch.kl_div", "(p * (torch.log(p) - log_q)).sum()"),
    ],
)  # fmt: skip
def test_an_absent_name_says_so(path: str, nearest: str) -> None:
    space, _, name = path.rpartition(".")
    with pytest.raises(AttributeError) as caught:
        getattr(importlib.import_module(f"minigrad{space[5:]}"), name)
    assert str(caught.value) == (
        f"module '{space}' has no attribute '{name}' in minigrad: PyTorch has it, minigrad does "
        f"not. Nearest: {nearest}"
    )


def test_an_absent_method_says_so() -> None:
    tensor = minigrad.ones(2)
    rest = " has no attribute 'svd' in minigrad: PyTorch has it, minigrad does not. Nearest: .*svd"
    with pytest.raises(AttributeError, match=f"^'Tensor' object{rest}"):
        _ = tensor.svd
    with pytest.raises(AttributeError, match=f"^type object 'Tensor'{rest}"):
        _ = minigrad.Tensor.svd
    assert getattr(tensor, "svd", None) is None
    assert "svd" not in dir(tensor)
    assert "svd" not in dir(minigrad.Tensor)
    tensor.svd = 3
    assert tensor.svd == 3


@pytest.mark.parametrize(
    ("source", "nearest"),
    [
        ("torch.nn.Linear(1, 1).xpu", "torch.nn.Module.cpu"),
        ("torch.Generator().get_state", "torch.Generator.manual_seed"),
        ("torch.optim.SGD([torch.ones(1)]).register_step_post_hook", "a method of your own that calls step"),
    ],
)  # fmt: skip
def test_an_absent_attribute_says_so(source: str, nearest: str) -> None:
    rest = f"in minigrad: PyTorch has it, minigrad does not. Nearest: {nearest}$"
    with pytest.raises(AttributeError, match=rest):
        eval(source, {"torch": minigrad})


@pytest.mark.parametrize(
    "source",
    ["torch.foo", "torch.nn.foo", "torch.optim.foo", "torch.ones(1).foo", "torch.nn.functional.foo",
     "torch.autograd.foo", "torch.linalg.foo", "torch.Tensor.foo",
     "torch.Generator().foo", "torch.optim.SGD([torch.ones(1)], 0.1).foo"],
)  # fmt: skip
def test_a_name_that_neither_has(torch: Any, source: str) -> None:
    texts: list[str] = []
    for library in (minigrad, torch):
        with pytest.raises(AttributeError) as caught:
            eval(source, {"torch": library})
        texts.append(str(caught.value))
    assert texts[0] == texts[1]


def test_what_is_suggested_is_there() -> None:
    suggestions = (Path(missing.__file__).parent / "nearest.txt").read_text(encoding="utf-8")
    for line in suggestions.splitlines():
        _, _, suggestion = line.partition(": ")
        for path in re.findall(r"\b(?:torch|numpy)(?:\.\w+)+", suggestion):
            if path.startswith("numpy"):
                importlib.import_module(
                    path.removesuffix(".svd").removesuffix(".qr").rpartition(".")[0]
                )
            else:
                assert is_there(path), line


# --- the same names, another behaviour


def test_empty_is_zeros() -> None:
    assert minigrad.empty(100).tolist() == [0.0] * 100


def test_files_are_pickles(tmp_path: Path) -> None:
    minigrad.save(minigrad.arange(3), tmp_path / "t.pt")
    assert pickle.loads((tmp_path / "t.pt").read_bytes()).tolist() == [0, 1, 2]


def test_a_grad_that_nobody_changed_is_at_version_0() -> None:
    x = minigrad.tensor(np.ones(3), requires_grad=True)
    (x * x + x).sum().backward()
    assert x.grad is not None
    assert x.grad._version == 0
