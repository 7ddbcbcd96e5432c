"""Functions of float32: the true value rounded, which is PyTorch's own to the last digit, nearly always."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import minigrad

NUMBERS = np.abs(np.random.RandomState(0).randn(4000)).astype(np.float32)


@pytest.mark.parametrize("name", ["exp", "log", "tanh", "sin", "log1p", "expm1", "log10"])
def test_every_number_is_the_true_value_rounded(name: str) -> None:
    true = getattr(np, name)(NUMBERS.astype(np.float64)).astype(np.float32)
    function = getattr(minigrad, name)
    assert np.array_equal(function(minigrad.from_numpy(NUMBERS)).numpy(), true)
    assert [function(minigrad.tensor(x)).item() for x in NUMBERS[:50].tolist()] == true[
        :50
    ].tolist()


def test_the_ends_of_the_range() -> None:
    x = minigrad.tensor([1000.0, -1000.0])
    assert minigrad.exp(x).tolist() == [float("inf"), 0.0]
    assert minigrad.exp(x[0]).item() == float("inf")
    assert np.isnan(minigrad.log(x[1]).item())
    assert minigrad.log(minigrad.tensor(0.0)).item() == -float("inf")


@pytest.mark.parametrize("name", ["exp", "tanh", "sigmoid", "log1p", "log10"])
def test_nearly_all_are_those_of_pytorch(torch: Any, name: str) -> None:
    ours = getattr(minigrad, name)(minigrad.from_numpy(NUMBERS)).numpy()
    theirs = getattr(torch, name)(torch.from_numpy(NUMBERS)).numpy()
    assert np.mean(ours == theirs) > 0.9
    assert np.allclose(ours, theirs, rtol=3e-7)


@pytest.mark.parametrize("dim", [0, 1])
@pytest.mark.parametrize(("name", "share"), [("softmax", 0.85), ("log_softmax", 0.97)])
def test_sums_of_powers_are_added_in_the_order_of_pytorch(
    torch: Any, name: str, share: float, dim: int
) -> None:
    scores = np.random.RandomState(0).randn(100, 27).astype(np.float32)
    ours = getattr(minigrad, name)(minigrad.from_numpy(scores), dim).numpy()
    theirs = getattr(torch, name)(torch.from_numpy(scores), dim).numpy()
    assert np.mean(ours == theirs) > (share if dim else 0.95)
