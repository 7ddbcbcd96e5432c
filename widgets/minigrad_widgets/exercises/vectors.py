"""The exercises of lesson 2: rows of a Jacobian, and the gradients of a linear layer."""

from __future__ import annotations

from typing import Any

from ..graph import library_of
from .answers import is_open, judge, misshapen, numbers, report, same, text


def check_weights(matrix: Any, target: Any, v: Any) -> None:
    """Check the vector with which ``y.backward(v)`` leaves `target`, where ``y = matrix @ x``.

    Parameters
    ----------
    matrix : Tensor
        Shape [m, n].
    target : Tensor
        Shape [n]: what x.grad has to become.
    v : Tensor or list of m numbers
        The learner's answer.
    """
    report({"v": _weights(matrix, target, v)}, "Put a tensor in the place of the dots.")


def _weights(matrix: Any, target: Any, v: Any) -> str | None:
    if is_open(v):
        return None
    given, rows, columns = numbers(v), *matrix.shape
    if given is None:
        return misshapen(v, 0.0)
    if given.shape == (columns,) and columns != rows:
        return "this is the shape of x. One number is needed for each element of y."
    if given.shape != (rows,):
        return misshapen(v, [0.0] * rows)
    library = library_of(matrix)
    x = library.zeros(columns, dtype=matrix.dtype, requires_grad=True)

    def left_by(weights: list[float]) -> Any:
        gradient = library.tensor(weights, dtype=matrix.dtype)
        return library.autograd.grad(matrix.detach() @ x, x, gradient)[0]

    weights = given.tolist()
    left = left_by(weights)
    if same(left, target):
        return ""
    if same(weights, [1.0] * rows):
        return "ones add up all rows alike. Let each row count as often as the target wants it."
    if same(-left, target):
        return f"it leaves {text(left)}: the sign is wrong."
    if same(left_by(weights[::-1]), target):
        return f"it leaves {text(left)}: the first number of v belongs to the first row."
    return f"it leaves {text(left)}, and the target is {text(target)}."


def check_layer(
    inputs: Any, weight: Any, bias: Any, gradient: Any, d_weight: Any, d_bias: Any
) -> None:
    """Check the gradients of ``inputs @ weight + bias``, when `gradient` comes in.

    Parameters
    ----------
    inputs, weight, bias, gradient : Tensor
        Shapes [n, i], [i, o], [o] and [n, o]; X, W, b and G in the lesson.
    d_weight, d_bias : Tensor
        The learner's answers.
    """
    library = library_of(inputs)
    x, g = inputs.detach(), gradient.detach()
    w, b = (tensor.detach().requires_grad_() for tensor in (weight, bias))
    right_w, right_b = library.autograd.grad(x @ w + b, (w, b), g)
    ones, shape_w, shape_b = library.ones_like(g), tuple(w.shape), tuple(b.shape)
    local = "G is missing: this is the local derivative alone. Multiply by the incoming gradient."
    mistakes_w = [
        (x.t() @ ones, local),
        (x, local),
        (x.t(), local),
        (right_w.t(), f"it is transposed. dW has the shape of W, {shape_w}."),
        (right_w / len(x), "this is the mean over the rows of X. Sum over them."),
    ]
    mistakes_b = [
        (g, f"b was broadcast to every row. Sum over the rows: shape {shape_b}."),
        (g.sum(1), "this is the sum over the wrong dimension. b was broadcast to the rows."),
        (ones.sum(0), local),
        (library.ones_like(b), local),
        (g.mean(0), "this is the mean over the rows. b is used in each of them: sum."),
        (g[0], "this is one row of G. b is used in each of them: sum."),
        (g.sum(), f"this sums over everything. Keep the shape of b, {shape_b}."),
        (right_b.reshape(1, -1), f"the values are right. The shape of b is {shape_b}."),
    ]
    hint_w = "take one weight W[i, j]: X[n, i] leads to it, and G[n, j] comes in, in each row n."
    hint_b = "b is added to each row of X @ W."
    report(
        {
            "dW": judge(d_weight, right_w, mistakes_w, hint_w),
            "db": judge(d_bias, right_b, mistakes_b, hint_b),
        },
        "Put a formula in the place of the dots.",
    )
