"""Arguments that no operation takes; the rest is in `minigrad.signatures`."""

from __future__ import annotations

from typing import Any

from minigrad.errors.table import error, type_of


class NoOperand(TypeError):  # noqa: N818 - it shows as TypeError
    """An operand of a type that no operation takes."""

    def __init__(
        self, value: Any, function: str = "", argument: str = "input", position: int = 1
    ) -> None:
        self.is_unnamed = not function
        super().__init__(*error("operand", function, argument, position, value).args)


NoOperand.__name__ = NoOperand.__qualname__ = "TypeError"  # what a traceback shows is PyTorch's
NoOperand.__module__ = "builtins"


def need_tensor(function: str, argument: str, value: Any, position: int = 2) -> None:
    """Complain about an argument that is no Tensor."""
    if not hasattr(value, "is_leaf"):
        raise NoOperand(getattr(value, "_data", value), function, argument, position)


def unfit(name: str, given: Any, *, method: bool = False) -> Exception:
    """The complaint about the first of the arguments that is no tensor."""
    fits = [hasattr(value, "_data") for value in given]
    at = fits.index(False) if False in fits else 0
    return NoOperand(given[at], name, "other" if at else "input", at + 1 - method)


def checked_dim(dim: int, ndim: int) -> int:
    """`dim` counted from the front.

    Raises
    ------
    IndexError
        If there is no such dimension.
    """
    reach = max(ndim, 1)
    if not -reach <= dim < reach:
        raise error("dim_range", -reach, reach - 1, dim)
    return dim % reach


def legacy_keywords(args: Any, unknown: dict[str, Any]) -> Exception:
    """The complaint about keywords that ``torch.Tensor(...)`` does not know."""
    got = [type_of(value) for value in args]
    got += [f"{name}={type_of(value)}" for name, value in unknown.items()]
    return error("legacy_keywords", ", ".join(got), ", ".join(unknown))
