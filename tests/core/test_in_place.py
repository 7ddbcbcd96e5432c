"""A mask or positions that are changed after they were used: PyTorch refuses, here the gradient is right."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import minigrad as torch

MASK, PLACES = torch.tensor([True, False, True]), torch.tensor([0, 2, 2])


@pytest.mark.parametrize(
    ("use", "given", "expected"),
    [
        (lambda x, m: torch.where(m, x, 2.0), MASK, [1.0, 0.0, 1.0]),
        (lambda x, m: x.masked_fill(m, 2.0), MASK, [0.0, 1.0, 0.0]),
        (lambda x, m: x[m], MASK, [1.0, 0.0, 1.0]),
        (lambda x, i: x[i], PLACES, [1.0, 0.0, 2.0]),
        (lambda x, i: x.gather(0, i), PLACES, [1.0, 0.0, 2.0]),
        (lambda x, i: torch.nn.functional.embedding(i, x[:, None]), PLACES, [1.0, 0.0, 2.0]),
    ],
)
def test_the_gradient_is_of_what_was_used(
    use: Callable[..., torch.Tensor], given: torch.Tensor, expected: list[float]
) -> None:
    x, given = torch.zeros(3, requires_grad=True), given.clone()
    result = use(x, given)
    given.zero_()
    result.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == expected
