"""Arguments that do not fit the function they were given to."""

from __future__ import annotations

import re
from typing import Any

from minigrad.errors.table import error, table, type_of


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


def argument(
    function: str, name: str, expected: str, value: Any, position: int | None = None
) -> Exception:
    """The complaint about an argument of another type than the `expected`."""
    shown = name if position is None else f"{name}' (position {position})"
    complaint = error("argument", function, shown, expected, value)
    return complaint if position is None else TypeError(str(complaint).replace(")' must", ") must"))


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


# --- functions that have several forms


def fitting_forms(name: str) -> list[str]:
    """The forms of the function `name` as the table lists them; none if it has only one."""
    for names, forms in table()["forms"].items():
        if name in names.split():
            return [form.replace("<options>", table()["options"]) for form in forms]
    return []


_OUT = ", *, Tensor out = None"


def unfit(name: str, given: Any, *, method: bool = False) -> Exception:
    """The complaint about arguments of a type that the function or method `name` does not take."""
    forms = fitting_forms(name) or fitting_forms(name.rstrip("_"))
    if not forms:
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
    return error("combination", name, ", ".join(types), "".join(lines))


def unfitting(name: str, args: Any, kwargs: dict[str, Any], found: TypeError) -> Exception:
    """What PyTorch says of arguments in which Python, or a check of ours, found an error.

    Where a function has several forms, PyTorch lists them, unless only one takes so many arguments.
    """
    message, possible = str(found), 0
    forms = fitting_forms(name.replace("randn", "rand"))
    for form in forms:
        parameters = [p for p in form.split(", ") if p != "*"]
        needed = sum("=" not in p for p in parameters)
        possible += needed <= len(args) + len(kwargs) <= len(parameters)
    if forms and possible != 1 and "failed to unpack" not in message:
        got = [type_of(v) for v in args] + [f"{k}={type_of(v)}" for k, v in kwargs.items()]
        return combination(name, ", ".join(got) + ", " * (not args and bool(kwargs)), *forms)
    absent = re.findall(r"'(\w+)'", message) if "() missing " in message else []
    if len(absent) == 1:
        return error("missing", name, absent[0])
    if absent:
        listed = ", ".join(f'"{a}"' for a in absent)
        return TypeError(f"{name}() missing {len(absent)} required positional argument: {listed}")
    renamed = re.sub(r"^[\w.<>]+\(\)", f"{name}()", message)
    return found if renamed == message else TypeError(renamed)


def legacy_keywords(args: Any, unknown: dict[str, Any]) -> Exception:
    """The complaint about keywords that ``torch.Tensor(...)`` does not know."""
    got = [type_of(value) for value in args]
    got += [f"{name}={type_of(value)}" for name, value in unknown.items()]
    return error("legacy_keywords", ", ".join(got), ", ".join(unknown))


def device_arguments(args: Any) -> Exception:
    """The complaint about arguments that ``torch.device(...)`` does not take."""
    kinds = [type_of(value) for value in args]
    marked = ", ".join(f"!{k}!" for k in kinds)
    wrong = f"      didn't match because some of the arguments have invalid types: ({marked})\n"
    return error("device_arguments", ", ".join(kinds), wrong if len(args) == 1 else "")
