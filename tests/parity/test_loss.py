"""Losses: values, graphs, gradients, reductions, warnings and errors, against PyTorch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import minigrad
import minigrad.nn.functional as F
from compare import agree

X = np.array([[0.5, -1.2, 2.0], [0.1, 0.3, -0.7]])
Y = np.array([[0.2, 0.9, 0.4], [0.7, 0.3, 0.6]])
V = np.array([0.3, -0.2, 0.5])
WEIGHT = np.array([1.0, 2.0, 0.5])
LABELS = np.array([2, 0])

NUMBERS = ["mse_loss", "l1_loss", "smooth_l1_loss"]
REDUCTIONS = ["mean", "sum", "none"]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", NUMBERS)
def test_of_numbers(name: str, reduction: str) -> None:
    # The second derivative of abs is a tensor without memory in PyTorch, which cannot be read.
    agree(f"F.{name}(x, y, reduction='{reduction}')", x=X, y=Y, order=1 if name == "l1_loss" else 2)


@pytest.mark.parametrize("name", NUMBERS)
def test_broadcast_with_a_warning(name: str) -> None:
    agree(f"F.{name}(x, v)", x=X, v=V, order=1)
    agree(f"F.{name}(v, x[:, :1])", x=X, v=V, order=1)
    agree(f"F.{name}(x, v[:2])", x=X, v=V, order=1)


@pytest.mark.parametrize("source", ["F.mse_loss(x, v)", "F.softmax(x)"])
def test_warnings_name_the_line_of_the_caller(source: str) -> None:
    caught = f"""
def call():
    {source}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter('always')
    call()
[(w.filename, w.lineno) for w in caught]
"""
    agree(caught, x=X, y=Y, v=V, order=0)


@pytest.mark.parametrize(
    "source",
    [
        "F.smooth_l1_loss(x, y, beta=0.3)",
        "F.smooth_l1_loss(x, y, beta=-1.0)",
        "F.mse_loss(x, y.detach().float())",
        "F.mse_loss(x, y.detach())",
        "F.mse_loss(x, x)",
        "F.mse_loss(x, y, reduction='foo')",
        "F.mse_loss(torch.tensor([1]), torch.tensor([2]))",
        "F.mse_loss(torch.zeros(0), torch.zeros(0))",
        "F.binary_cross_entropy_with_logits(x, y > 0)",
        "F.nll_loss(x.long(), torch.tensor([0.0, 1.0]))",
        "F.nll_loss(x[0], torch.tensor([0, 1]))",
        "F.nll_loss(x.sum(), torch.tensor(0))",
    ],
)
def test_more_of_numbers(source: str) -> None:
    agree(source, x=X, y=Y)


@pytest.mark.parametrize(
    "source",
    [
        "F.mse_loss(x, y, size_average=False)",
        "F.l1_loss(x, y, reduce=False)",
        "F.cross_entropy(x, l, size_average=True)",
        "F.binary_cross_entropy(torch.sigmoid(x), y.detach(), size_average=False, reduce=True)",
        "F.relu(x, size_average=False)",
        "torch.nn.MSELoss(size_average=False)(x, y)",
        "torch.nn.MSELoss(False)(x, y)",
        "torch.nn.MSELoss(True, False)(x, y)",
        "torch.nn.CrossEntropyLoss(None, False, 0)(x, l)",
        "torch.nn.NLLLoss(reduce=False).reduction",
        "torch.nn.BCEWithLogitsLoss(size_average=False)(x, y)",
        "repr(torch.nn.SmoothL1Loss(size_average=False))",
        "'size_average' in vars(torch.nn.L1Loss())",
    ],
)
def test_old_words_for_the_reduction(source: str) -> None:
    agree(source, x=X, y=Y, l=LABELS, order=1)


def test_without_squares() -> None:
    agree("F.smooth_l1_loss(x, y, beta=0.0)", x=X, y=Y, order=1)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(
    "call",
    [
        "F.nll_loss(x, t",
        "F.nll_loss(x, t, weight=w.detach()",
        "F.nll_loss(x, t, ignore_index=0",
        "F.nll_loss(x[0], t[0]",
        "F.cross_entropy(x, t",
        "F.cross_entropy(x, t, weight=w.detach()",
        "F.cross_entropy(x[0], t[0]",
        "F.cross_entropy(x, y",
        "F.cross_entropy(x[0], y[0]",
    ],
)
def test_of_classes(call: str, reduction: str) -> None:
    agree(f"{call}, reduction='{reduction}')", x=X, y=Y, t=LABELS, w=WEIGHT)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_all_classes_ignored(reduction: str) -> None:
    """A batch of nothing but padding has no mean, and its gradient is zero."""
    source = f"F.cross_entropy(x, t * 0, ignore_index=0, reduction='{reduction}')"
    agree(source, x=X, t=LABELS, order=1)
    agree(source.replace("x, t", "x[..., None, None], t[:, None, None]"), x=X, t=LABELS, order=1)


@pytest.mark.parametrize("rows", [1, 2, 16, 17, 33, 300])
def test_the_bits_of_nll_loss(rows: int) -> None:
    values = np.sin(np.arange(rows * 5)).reshape(rows, 5).astype(np.float32)
    agree("F.nll_loss(v, t).item().hex()", v=values, t=np.arange(rows) * 3 % 5, order=0)


@pytest.mark.parametrize(
    "source",
    [
        "F.cross_entropy(x, torch.tensor([0, 3]))",
        "F.cross_entropy(x, torch.tensor([0, -1]))",
        "F.cross_entropy(x, torch.tensor([0, -100]))",
        "F.cross_entropy(x, torch.tensor([-100, -100]))",
        "F.cross_entropy(x, torch.tensor([0, 1, 2]))",
        "F.cross_entropy(x, torch.tensor(1))",
        "F.cross_entropy(x[0], torch.tensor([1]), reduction='none')",
        "F.cross_entropy(x, torch.tensor([0., 1.]))",
        "F.cross_entropy(x, torch.tensor([0, 1]).int())",
        "F.cross_entropy(x, torch.zeros(2, 4))",
        "F.cross_entropy(x, torch.tensor([0, 1]), weight=torch.ones(2))",
        "F.cross_entropy(x, torch.tensor([0, 1]), weight=torch.tensor([1, 2, 3]))",
        "F.binary_cross_entropy_with_logits(x, x, weight=torch.ones(2))",
        "F.cross_entropy(x, torch.tensor([0, 1]), reduction='foo')",
        "F.cross_entropy(torch.tensor(1.), torch.tensor(1))",
        "F.nll_loss(x, torch.ones(2))",
        "F.binary_cross_entropy(torch.tensor([2.]), torch.tensor([1.]))",
        "F.binary_cross_entropy(torch.tensor([.2]), torch.tensor([1.5]))",
        "F.binary_cross_entropy(torch.ones(2), torch.ones(3))",
        "F.binary_cross_entropy(torch.rand(2), torch.tensor([0, 1]))",
        "F.binary_cross_entropy(torch.tensor([0, 2]), torch.tensor([0, 1]))",
        "F.binary_cross_entropy(torch.tensor([False, True]), torch.tensor([False, True]))",
        "F.binary_cross_entropy(torch.tensor([0., 1.]), torch.tensor([0., 0.]))",
        "F.binary_cross_entropy_with_logits(torch.ones(2), torch.ones(3))",
        "F.binary_cross_entropy_with_logits(torch.ones(2), torch.tensor([0, 1]))",
        "F.binary_cross_entropy_with_logits(torch.tensor([0, 1]), torch.ones(2))",
        "F.smooth_l1_loss(torch.tensor([0, 1]), torch.tensor([0, 1]))",
        "F.cross_entropy(torch.ones(2, 0), torch.ones(2, 0))",
        "F.cross_entropy(torch.tensor([[1, 2]]), torch.tensor([0]))",
        "F.nll_loss(torch.tensor([[1, 2]]), torch.tensor([0]))",
        "F.cross_entropy(x[0], torch.tensor([1])).backward()",
    ],
)
def test_errors_and_edges(source: str) -> None:
    agree(source, x=X, order=0)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(
    "call",
    [
        "F.binary_cross_entropy(y, p.detach()",
        "F.binary_cross_entropy(x.sigmoid(), p.detach()",
        "F.binary_cross_entropy_with_logits(x, y.detach()",
        "F.binary_cross_entropy_with_logits(x, y",
        "F.binary_cross_entropy_with_logits(x, y.detach(), pos_weight=w.detach()",
        "F.binary_cross_entropy_with_logits(x.detach(), y, pos_weight=w.detach()",
        "F.binary_cross_entropy(y, p.detach(), w.detach()",
        "F.binary_cross_entropy_with_logits(x, y, w.detach()",
        "F.binary_cross_entropy_with_logits(x, y.detach(), w.detach(), pos_weight=w.detach()",
    ],
)
def test_of_yes_or_no(call: str, reduction: str) -> None:
    agree(f"{call}, reduction='{reduction}')", x=X, y=Y, p=Y[::-1].copy(), w=WEIGHT)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_a_target_that_requires_grad(reduction: str) -> None:
    agree(f"F.binary_cross_entropy(y, p, reduction='{reduction}')", y=Y, p=Y[::-1].copy(), order=1)


@pytest.mark.parametrize(
    "call",
    [
        lambda x, y: F.cross_entropy(x, y, y[0]),
        lambda x, y: F.cross_entropy(x, minigrad.tensor(LABELS), label_smoothing=0.1),
    ],
)
def test_refused(call: Callable[..., object]) -> None:
    with pytest.raises(NotImplementedError, match="minigrad has no"):
        call(minigrad.tensor(X), minigrad.tensor(Y))
