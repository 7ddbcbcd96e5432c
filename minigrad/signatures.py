"""What PyTorch says of arguments that do not fit a function: by the forms it would have read them.

A call is compared with the forms of ``signatures.txt`` only after it has failed. So a call that is
right costs nothing, and no function checks types by hand. A call that is right in PyTorch's words
(``input=``, numpy's ``axis=``, ``out=``) but not in those of the function here is put into them.

https://github.com/pytorch/pytorch/blob/main/torch/csrc/utils/python_arg_parser.cpp
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, cast

import numpy as np

from minigrad import errors
from minigrad.creation import GIVEN_DTYPES
from minigrad.device import device
from minigrad.disguise import recorded
from minigrad.errors import error, type_of, types_of
from minigrad.tensor import Tensor

INTS, TENSORS = "tuple of ints", "tuple of Tensors"
OUTDATED = "outdated "


class Parameter(NamedTuple):
    """A parameter in a form: ``tuple of ints dim = None``."""

    kind: str
    name: str
    optional: bool
    may_be_none: bool
    by_keyword: bool


class Form(NamedTuple):
    """One way to call a function: its text, and its parameters.

    The text is ``none`` for a method that takes no arguments, empty for a form that PyTorch has and
    does not show, and begins with `OUTDATED` for one that it takes with a warning.
    """

    text: str
    parameters: list[Parameter]


@functools.cache
def _table() -> dict[str, str]:
    """The forms of each function and method, not yet read."""
    return dict(line.split(" ", 1) for line in recorded("signatures.txt"))


@functools.cache
def forms_of(name: str) -> list[Form]:
    """The forms of ``torch.name``, ``Tensor.name``, ``F.name``; none for a Python function."""
    texts = _table().get(name, "").split(" | ")
    return [Form(text, [*_parameters(text, len(texts) == 1)]) for text in texts if any(texts)]


def _parameters(text: str, alone: bool) -> Iterator[Parameter]:
    """The parameters of a form; only where it stands `alone` is it known what is no lone number."""
    by_keyword = False
    text = text.removeprefix(OUTDATED)
    for part in text.strip("()").split(", ") if text not in ("", "none", "()") else ():
        if part == "*":
            by_keyword = True
        else:
            declared, given, default = part.partition(" = ")
            kind, _, name = declared.rpartition(" ")
            lone = kind == INTS and not alone and name != "size"
            kind = "int or tuple of ints" if lone else kind
            none = default == "None" or name == "rounding_mode" or (name == "dim" and INTS in kind)
            yield Parameter(kind, name, bool(given), none, by_keyword)


# --- one argument, and the kinds of parameters


def _is_number(value: Any) -> bool:
    plain = isinstance(value, (int, float, np.number))
    return plain or (_is_element(value) and not value.requires_grad)


def _is_int(value: Any) -> bool:
    if isinstance(value, Tensor):
        return _is_element(value) and value._data.dtype.kind in "iu"
    return hasattr(value, "__index__") and not isinstance(value, (bool, np.ndarray, type))


def _is_element(value: Any) -> bool:
    return isinstance(value, Tensor) and value.ndim == 0


def _are(value: Any, fits: Callable[[Any], bool]) -> bool:
    return isinstance(value, (tuple, list)) and all(map(fits, cast("list[Any]", value)))


_KINDS: dict[str, Callable[[Any], bool]] = {
    "Tensor": lambda value: isinstance(value, Tensor),
    "Number": _is_number,
    "float": _is_number,
    "int": _is_int,
    "bool": lambda value: isinstance(value, bool),
    "str": lambda value: isinstance(value, str),
    "int or tuple of ints": lambda value: _is_int(value) or _are(value, _is_int),
    INTS: lambda value: _are(value, _is_int),
    TENSORS: lambda value: _are(value, _KINDS["Tensor"]),
    "torch.dtype": lambda value: any(value is each for each in GIVEN_DTYPES if each is not None),
    "torch.device": lambda value: isinstance(value, (str, int, device)),
    "torch.Generator": lambda value: type(value).__name__ == "Generator",
}
_NUMBERS_ARE_TENSORS = ("add", "copy", "div", "divide", "floor_divide", "mul", "multiply", "sub",
                        "subtract", "true_divide")  # fmt: skip
_NUMPY = {"dim": ["axis"], "keepdim": ["keepdims"], "input": ["x", "a", "x1"], "other": ["x2"]}
"""What parameters are called in numpy."""


_BEHIND = {"cross_entropy": "cross_entropy_loss", "logsigmoid": "log_sigmoid",
           "nll_loss": "nll_loss_nd", "norm": "linalg_vector_norm",
           "split": "split_with_sizes"}  # fmt: skip
"""Functions of C that have another name than the Python function that calls them."""


def _fits(function: str, parameter: Parameter, value: Any) -> bool:
    """Whether `value` may stand for the parameter."""
    if value is None and parameter.may_be_none:
        return True
    if parameter.kind == "Tensor" and isinstance(value, (int, float, np.number)):
        return function.removesuffix("_") in _NUMBERS_ARE_TENSORS
    return _KINDS.get(parameter.kind, lambda _: True)(value)


# --- a whole call


def bind(
    function: str, form: Form, args: Any, kwargs: dict[str, Any]
) -> dict[str, Any] | Exception:
    """The arguments by the names in `form`, or what PyTorch says if they do not fit it."""
    by_position = [p for p in form.parameters if not p.by_keyword]
    kind = by_position[0].kind if len(by_position) == 1 and len(args) > 0 else ""
    listed = kind == INTS or (INTS in kind and len(form.parameters) == 1)
    listed = listed and (len(args) > 1 or _is_int(args[0]))
    if len(args) > len(by_position) and not (listed and _is_int(args[0])):
        least, most = sum(not p.optional for p in form.parameters), len(by_position)
        count = f"from {least} to {most}" if least != most else most
        plural = "" if least == most == 1 else "s"
        verb = "was" if len(args) == 1 and least == most else "were"
        return error("takes_arguments", function, count, plural, len(args), verb)
    rest = dict(kwargs)
    bound: dict[str, Any] = {}
    for nr, parameter in enumerate(form.parameters):
        where = "" if parameter.by_keyword or nr >= len(args) else f" (position {nr + 1})"
        names = (parameter.name, *_NUMPY.get(parameter.name, ()))
        if where:
            value = args if listed else args[nr]
        elif given := [name for name in names if name in rest]:
            value = rest.pop(given[0])
        elif parameter.optional:
            continue
        else:
            gone = [p.name for p in form.parameters[nr:] if not p.optional and p.name not in rest]
            plural = "argument" if len(gone) > 1 else "arguments"
            return error("missing_arguments", function, len(gone), plural, '", "'.join(gone))
        if not _fits(function, parameter, value):
            return _wrong(function, parameter, where, value, listed)
        bound[parameter.name] = value
    known = {parameter.name for parameter in form.parameters}
    for name in [*[name for name in kwargs if name not in known], *rest] if rest else ():
        return error("multiple_values" if name in known else "unexpected_keyword", function, name)
    return bound


def _wrong(function: str, parameter: Parameter, where: str, value: Any, listed: bool) -> Exception:
    """What PyTorch says of an argument of a wrong type."""
    kind = INTS if INTS in parameter.kind else parameter.kind
    if kind not in (INTS, TENSORS) or not isinstance(value, (tuple, list)):
        return error("wrong_argument", function, parameter.name, where, kind, value)
    fits = _is_int if kind == INTS else _KINDS["Tensor"]
    at, element = next((nr, e) for nr, e in enumerate(cast("list[Any]", value)) if not fits(e))
    if kind == TENSORS:
        return error("no_tensor_in_list", at, element, 0)
    if listed or at:  # PyTorch has looked at the first element alone, and taken this form
        raise error("listed_ints", function, parameter.name, at + 1, element) from None
    if not where:  # by keyword
        return error("wrong_argument", function, parameter.name, where, kind, value)
    return error("found_element", function, parameter.name, where, element, at)


def _plain(kind: str, value: Any) -> Any:
    """A 0-d tensor that stands for a number as that number, one of Python's types as a dtype."""
    if kind == "torch.dtype" and value.__class__ is type:
        return GIVEN_DTYPES[value]
    return value.item() if kind in ("Number", "float") and _is_element(value) else value


def read(
    function: str, forms: list[Form], args: Any, kwargs: dict[str, Any]
) -> tuple[Form, dict[str, Any], bool]:
    """The form that a call fits, its arguments by name, and whether they were given otherwise.

    So are 0-d tensors for numbers, types for dtypes, and ``x.add(2, y)``, which is old, for
    ``x.add(y, alpha=2)``.
    """
    function = _BEHIND.get(function, function)
    for form in [form for form in forms if form.text]:
        bound = bind(function, form, args, kwargs)
        if not isinstance(bound, Exception):
            break
    else:
        raise complaint(function, forms, args, kwargs) from None
    plain = {p.name: _plain(p.kind, bound[p.name]) for p in form.parameters if p.name in bound}
    if not form.text.startswith(OUTDATED):
        return form, plain, any(plain[name] is not bound[name] for name in plain)
    new = "".join([f"\n\t{function}{other.text}" for other in forms if other.text.startswith("(")])
    old = f"{function}{form.text.removeprefix(OUTDATED)}"
    errors.warn_once(errors.OUTDATED_FORM.format(function, old, new), 4, about=OUTDATED)
    return forms[0], plain, True


def check_passed_on(name: str, call: Any, args: Any, kwargs: dict[str, Any]) -> None:
    """Complain of what the Python function `name` passes on, all by position, to one of C."""
    function = _BEHIND.get(name, name)
    for form in forms_of(f"C.{function}"):
        names = list(call.__annotations__)
        given = dict(zip(names, args, strict=False)) | kwargs
        own = {parameter.name for parameter in form.parameters}
        others = iter([name for name in names if name not in own])  # C has other names for these
        for nr, parameter in enumerate(form.parameters, 1):
            name = parameter.name if parameter.name in names else next(others)
            is_chosen = name == "dim" and given.get(name) is None  # by the Python function itself
            if name in given and not is_chosen and not _fits(function, parameter, given[name]):
                raise _wrong(function, parameter, f" (position {nr})", given[name], False) from None


def in_old_words(settings: dict[str, Any]) -> bool:
    """Whether older programs speak of the reduction: ``size_average=False`` is "sum"."""
    each, average = [settings.pop(name, None) for name in ("reduce", "size_average")]
    if each is average is None:
        return False
    sums_up = average is not None and not average
    settings["reduction"] = "none" if each in (False, 0) else "sum" if sums_up else "mean"
    warnings.warn(errors.OLD_REDUCTION.format(settings["reduction"]), stacklevel=1)
    return True


def complaint(function: str, forms: list[Form], args: Any, kwargs: dict[str, Any]) -> Exception:
    """What PyTorch says of a call that fits none of the `forms`."""
    given = len(args) + len(kwargs)
    shown = [form for form in forms if form.text.startswith("(")]
    least = [sum(not p.optional for p in form.parameters) for form in shown]
    sized = zip(least, shown, strict=True)
    possible = [form for n, form in sized if n <= given <= len(form.parameters)]
    if forms[0].text == "none":
        return error("takes_no_keywords" if kwargs else "takes_no_arguments", function, given)
    if len(forms) == 1 or len(possible) == 1:
        return cast("Exception", bind(function, (possible or forms)[0], args, kwargs))
    got = types_of(args, kwargs) + (", " if kwargs and not args else "")
    if len(shown) == 1:
        return error("one_combination", function, got, shown[0].text)
    listed = "".join([f" * {form.text}\n{_mismatch(form, args, kwargs)}" for form in shown])
    return error("combination", function, got, listed)


def _mismatch(form: Form, args: Any, kwargs: dict[str, Any]) -> str:
    """Why a form with as many parameters does not fit; PyTorch compares the types as words."""
    if len(args) + len(kwargs) != form.text.count(", ") + 1:  # so it counts `*` too
        return ""
    # It reads neither the kind nor the name of a parameter that has a default.
    known = {p.name: p.kind.removeprefix("int or ") for p in form.parameters if not p.optional}
    unknown = [name for name in reversed(kwargs) if name not in known]
    if unknown:
        return f"{_BECAUSE} keywords were incorrect: {', '.join(unknown)}\n"
    kinds = [*[known.get(p.name, "") for p in form.parameters], ""]  # `*`, or an empty form
    marked = [_marked(value, kind) for value, kind in zip(args, kinds, strict=False)]
    marked += [_marked(value, known[name], f"{name}=") for name, value in kwargs.items()]
    return f"{_BECAUSE} arguments have invalid types: ({', '.join(marked)})\n"


def _in_full(value: Any) -> str:
    """The type of `value`, with those of its elements."""
    if not isinstance(value, (tuple, list)):
        return type_of(value)
    elements = [*map(type_of, cast("list[Any]", value))]
    shown = (*elements,) if isinstance(value, tuple) else elements
    return f"{type_of(value)} of {shown}".replace("'", "")


def _marked(value: Any, kind: str, name: str = "") -> str:
    word = _in_full(value)
    return f"{name}{word}" if word == kind else f"!{name}{word}!"


_BECAUSE = "      didn't match because some of the"
