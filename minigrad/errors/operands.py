"""Operands, shapes and dimensions that do not fit. See `minigrad.errors`."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

# --- operands, shapes, dimensions


class NoOperand(TypeError):  # noqa: N818 - it shows as TypeError
    """An operand of a type that no operation takes."""

    def __init__(
        self, value: Any, function: str = "", argument: str = "input", position: int = 1
    ) -> None:
        super().__init__(
            f"{function}(): argument '{argument}' (position {position}) must be Tensor, not "
            f"{type(value).__name__}"
        )


NoOperand.__name__ = NoOperand.__qualname__ = "TypeError"  # what a traceback shows is PyTorch's
NoOperand.__module__ = "builtins"


def of_shapes(op: Any, inputs: list[Any], error: Exception) -> Exception:
    """PyTorch's complaint about operands whose shapes do not fit, for numpy's."""
    if "broadcast" not in str(error):
        return error
    shapes = [t._data.shape for t in inputs if hasattr(t._data, "shape")]
    for first, second in pairwise(shapes):
        mismatch = broadcast_mismatch(first, second)
        if mismatch is not None:
            return mismatch
    return error


def broadcast_mismatch(a: Any, b: Any) -> Exception | None:
    """The complaint about two shapes that do not broadcast, or None if they do."""
    longest = max(len(a), len(b))
    for back in range(1, longest + 1):
        if (
            back <= len(a)
            and back <= len(b)
            and a[-back] != b[-back]
            and 1 not in (a[-back], b[-back])
        ):
            return RuntimeError(
                f"The size of tensor a ({a[-back]}) must match the size of tensor b ({b[-back]}) "
                "at "
                f"non-singleton dimension {longest - back}"
            )
    return None


def checked_dim(dim: int, ndim: int) -> int:
    """`dim` counted from the front.

    Raises
    ------
    IndexError
        If there is no such dimension.
    """
    reach = max(ndim, 1)
    if not -reach <= dim < reach:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-reach}, {reach - 1}], but got "
            f"{dim})"
        )
    return dim % reach
