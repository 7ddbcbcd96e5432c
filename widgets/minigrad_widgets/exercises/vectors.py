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


def check_layer(X: Any, W: Any, b: Any, G: Any, dW: Any, db: Any) -> None:  # noqa: N803
    """Check the gradients of ``Z = X @ W + b``, when G comes in at Z.

    Parameters
    ----------
    X, W, b, G : Tensor
        Shapes [n, i], [i, o], [o] and [n, o].
    dW, db : Tensor
        The learner's answers.
    """
    library = library_of(X)
    X, G = X.detach(), G.detach()  # noqa: N806 (the names of the lesson)
    W, b = (tensor.detach().requires_grad_() for tensor in (W, b))  # noqa: N806
    right_W, right_b = library.autograd.grad(X @ W + b, (W, b), G)  # noqa: N806
    local = "G is missing: this is the local derivative alone. Multiply by the incoming gradient."
    ones = library.ones_like(G)
    shape_W, shape_b = tuple(W.shape), tuple(b.shape)  # noqa: N806
    report(
        {
            "dW": judge(
                dW,
                right_W,
                [
                    (X.t() @ ones, local),
                    (X, local),
                    (X.t(), local),
                    (right_W.t(), f"it is transposed. dW has the shape of W, {shape_W}."),
                    (right_W / len(X), "this is the mean over the rows of X. Sum over them."),
                ],
                "think of one weight W[i, j]: X[n, i] leads to it and G[n, j] comes in.",
            ),
            "db": judge(
                db,
                right_b,
                [
                    (G, f"b was broadcast to every row. Sum over the rows: shape {shape_b}."),
                    (G.sum(1), "this is the sum over the wrong dimension. b was copied to rows."),
                    (ones.sum(0), local),
                    (library.ones_like(b), local),
                    (G.mean(0), "this is the mean over the rows. b is used in each: sum."),
                    (G[0], "this is one row of G. b is used in each row: sum over them."),
                    (G.sum(), f"this sums over everything. Keep the shape of b, {shape_b}."),
                    (right_b.reshape(1, -1), f"the values are right. The shape of b is {shape_b}."),
                ],
                "b is added to each row of X @ W.",
            ),
        },
        "Put a formula in the place of the dots.",
    )
