"""Activation functions: values, graphs, first and second gradients, errors, against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from compare import agree

X = np.array([[-7.0, -2.5, -0.6], [0.0, 0.3, 1.7], [0.5, 2.9, 30.0]])
POINT = np.float64(0.7)

CURVES = [
    "F.relu(x)",
    "x.relu()",
    "torch.relu(x)",
    "F.relu(x * 1, inplace=True)",
    "(x * 1).relu_()",
    "F.leaky_relu(x)",
    "F.leaky_relu(x, 0.2)",
    "F.elu(x)",
    "F.elu(x, 0.5)",
    "F.leaky_relu(x * 1, 0.2, inplace=True)",
    "F.elu(x * 1, 0.2, inplace=True)",
    "F.gelu(x)",
    "F.silu(x)",
    "F.softplus(x)",
    "F.softplus(x, 2, 3)",
    "F.logsigmoid(x)",
    "F.sigmoid(x)",
    "F.tanh(x)",
]
ALONG = [
    "F.softmax(x, 0)",
    "F.softmax(x, -1)",
    "x.softmax(1)",
    "torch.softmax(x, dim=1)",
    "F.log_softmax(x, 1)",
    "x.log_softmax(-1)",
]


@pytest.mark.parametrize("source", CURVES)
@pytest.mark.parametrize("x", [X, POINT], ids=["matrix", "number"])
def test_of_each_element(source: str, x: np.ndarray) -> None:
    agree(source, x=x)


@pytest.mark.parametrize("source", ALONG)
def test_along_a_dimension(source: str) -> None:
    agree(source, x=X)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("make", ["x[:1]", "x[:, :1]", "x.t()", "x.expand(2, 3, 3)"])
def test_the_layout_along_a_dimension(name: str, make: str) -> None:
    agree(f"x = {make}; [F.{name}(x, d).stride() for d in range(-1, x.ndim)]", x=X, order=0)


@pytest.mark.parametrize("source", CURVES + ALONG)
def test_float32(source: str) -> None:
    agree(source, x=X.astype(np.float32), order=1)


def test_tanh_gelu() -> None:
    agree("F.gelu(x, approximate='tanh')", x=X, order=1)
    agree("F.gelu(x, approximate='tanh')", x=X, graph=False, saved=False)


@pytest.mark.parametrize("name", ["relu"])
def test_gradients_that_are_gated(name: str) -> None:
    """Infinite and NaN gradients stop too, and leave a positive zero."""
    inputs = "x = torch.tensor([-1.0, 0.0, 0.5, 7.0, float('nan')], requires_grad=True)"
    grad = "torch.tensor([-2.0, float('nan'), -float('inf'), float('inf'), 3.0])"
    agree(f"{inputs}; str(torch.autograd.grad(F.{name}(x), x, {grad})[0])")


@pytest.mark.parametrize(
    "source",
    [
        "y = x.relu(); y.grad_fn(torch.ones(3, 3))",
        "y = F.relu(x[0, 2]); y.grad_fn(torch.tensor(1.0))",
        "torch.autograd.grad(F.relu(x).sum(), x, create_graph=True)[0]",
        "F.softmax(x, 1).grad_fn(torch.ones(3, 3))",
        "F.silu(x[0, 2]).grad_fn(x[0, 0])",
    ],
)
def test_called_by_hand(source: str) -> None:
    agree(source, x=X.astype(np.float32), order=1)


@pytest.mark.parametrize(
    "source",
    [
        "F.dropout(x, 0.5)",
        "F.dropout(x, torch.tensor(0.5))",
        "F.dropout(x, 0.2)",
        "F.dropout(x, 1.0)",
        "F.dropout(x, 0.0)",
        "F.dropout(x, 0.5, training=False)",
        "F.dropout(x, 2.0)",
        "F.dropout(torch.ones(100), 0.3)",
    ],
)
def test_dropout(source: str) -> None:
    agree(source, x=X)


@pytest.mark.parametrize(
    "source",
    [
        "F.relu(3)",
        "1 / F.relu(torch.tensor([-0.0, 0.0]))",
        "1 / F.elu(torch.tensor([-0.0, 0.0]))",
        "F.logsigmoid(torch.ones(2, 3).t()).stride()",
        "torch.zeros(0).long().softmax(0)",
        "F.dropout(torch.arange(24.0).reshape(2, 3, 4).mT)",
        "F.relu(x, True, 3)",
        "F.softmax(x, 'a')",
        "F.relu(torch.tensor([1, -1]))",
        "F.gelu(x, approximate='foo')",
        "F.softmax(x, 5)",
        "F.softmax(x)",
        "F.log_softmax(x[0])",
        "F.softmax(torch.tensor([1, 2]), 0)",
        "F.softmax(torch.tensor([1, 2]))",
        "F.log_softmax(torch.tensor([[1, 2]]), 0)",
        "F.softmax(torch.tensor([1, 2]), 0, dtype=torch.float64)",
        "F.elu(torch.tensor([1]))",
        "F.relu(torch.tensor([True]))",
        "F.silu(torch.tensor([1]))",
        "F.softmax(torch.tensor(2.0), 0)",
        "F.softmax(torch.zeros(0, 3), 0)",
        "F.relu(torch.tensor([float('nan'), float('inf'), -float('inf')]))",
        "F.softmax(torch.tensor([1000.0, 0.0, -float('inf')]), 0)",
        "F.logsigmoid(torch.tensor([1000.0, -1000.0]))",
        "F.softplus(torch.tensor([1000.0, -1000.0]))",
    ],
)
def test_errors_and_edges(source: str) -> None:
    agree(source, x=X, order=0)
