"""Operands, shapes and dimensions that do not fit. See `minigrad.errors`."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

# --- operands of a wrong type


class NoOperand(TypeError):  # noqa: N818 - it shows as TypeError
    """An operand of a type that no operation takes."""

    def __init__(
        self, value: Any, function: str = "", argument: str = "input", position: int = 1
    ) -> None:
        self.is_unnamed = not function
        super().__init__(
            f"{function}(): argument '{argument}' (position {position}) must be Tensor, not "
            f"{type(value).__name__}"
        )


NoOperand.__name__ = NoOperand.__qualname__ = "TypeError"  # what a traceback shows is PyTorch's
NoOperand.__module__ = "builtins"

_OUT = ", *, Tensor out = None"
_TENSOR, _NUMBER = "Tensor input, Tensor other", "Tensor input, Number other"
_FIRST, _ALPHA = "Number self, Tensor other", "Number alpha = 1"
_EITHER = (_TENSOR + _OUT, _NUMBER + _OUT)
# fmt: off
_FORMS = {
    name: tuple([form.replace("other", other or "other") for form in forms])
    for names, forms in (
        ("eq ne lt le gt ge not_equal less less_equal greater greater_equal", _EITHER),
        ("fmod clamp_min:min clamp_max:max", _EITHER),
        ("remainder bitwise_and bitwise_or bitwise_xor", (_EITHER[0], _FIRST, _EITHER[1])),
        ("bitwise_left_shift bitwise_right_shift", (_EITHER[0], _FIRST, _EITHER[1])),
        ("true_divide floor_divide multiply", (_EITHER[0], _NUMBER)),
        ("pow:exponent xlogy", (_EITHER[0], _FIRST + _OUT, _EITHER[1])),
        ("rsub", (f"{_TENSOR}, *, {_ALPHA}", f"{_NUMBER}, {_ALPHA}")),
        ("fill_:value", (_TENSOR, _NUMBER)),
        ("clamp clip", [f"Tensor input, {kind} min = None, {kind} max = None{_OUT}"
                        for kind in ("Tensor", "Number")]),
        ("lerp", [f"Tensor input, Tensor end, {kind} weight{_OUT}"
                  for kind in ("Tensor", "Number")]),
        ("masked_fill", [f"Tensor input, Tensor mask, {kind} value"
                         for kind in ("Tensor", "Number")]),
        ("where", ["Tensor condition", *[f"Tensor condition, {rest}" for rest in (
            _TENSOR + _OUT, _FIRST, _NUMBER, "Number self, Number other")]]),
        ("result_type", ("Tensor tensor, Tensor other", "Number scalar, Tensor tensor",
                         "Tensor tensor, Number other", "Number scalar1, Number scalar2")),
    )
    for name, _, other in [entry.partition(":") for entry in names.split()]
}
# fmt: on
"""The forms of the functions that have several, as PyTorch lists them."""


def unfit(name: str, given: Any, *, method: bool = False) -> Exception:
    """The complaint about arguments of a type that the function or method `name` does not take."""
    forms = _FORMS.get(name) or _FORMS.get(name.rstrip("_"))
    if forms is None:
        fits = [hasattr(value, "_data") for value in given]
        at = fits.index(False) if False in fits else 0
        return NoOperand(given[at], name, "other" if at else "input", at + 1 - method)
    if method:
        forms = [
            f.replace("Tensor input, ", "").removesuffix(_OUT) for f in forms if "self" not in f
        ]
    return combination(name, given[method:], *forms)


def combination(name: str, given: Any, *forms: str) -> Exception:
    """The complaint about arguments that fit none of the `forms` of a function."""
    types = given.split(", ") if isinstance(given, str) else [type_of(value) for value in given]
    lines: list[str] = []
    for form in forms:
        lines.append(f" * ({form.strip('()')})\n")
        wanted = [parameter.split()[0] for parameter in form.split(", ") if parameter != "*"]
        if len(wanted) == len(types) and "out" not in form:
            marked = [t if t == w else f"!{t}!" for t, w in zip(types, wanted, strict=True)]
            lines.append(
                "      didn't match because some of the arguments have invalid types: "
                f"({', '.join(marked)})\n"
            )
    return TypeError(
        f"{name}() received an invalid combination of arguments - got ({', '.join(types)}), but "
        f"expected one of:\n{''.join(lines)}"
    )


def type_of(value: Any) -> str:
    """The type of an argument as these messages print it."""
    return "Tensor" if hasattr(value, "_data") else type(value).__name__


# --- shapes and dimensions that do not fit


def of_shapes(op: Any, inputs: list[Any], error: Exception) -> Exception:
    """PyTorch's complaint about operands that do not fit, for numpy's."""
    shapes = [t._data.shape for t in inputs if hasattr(t._data, "shape")]
    for first, second in pairwise(shapes if "broadcast" in str(error) else ()):
        mismatch = broadcast_mismatch(first, second)
        if mismatch is not None:
            return mismatch
    return RuntimeError(str(error)) if "negative integer powers" in str(error) else error


def broadcast_mismatch(a: Any, b: Any) -> Exception | None:
    """The complaint about two shapes that do not broadcast, or None if they do."""
    longest = max(len(a), len(b))
    for back, (m, n) in enumerate(zip(reversed(a), reversed(b), strict=False), 1):
        if m != n and 1 not in (m, n):
            return RuntimeError(
                f"The size of tensor a ({m}) must match the size of tensor b ({n}) at "
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
