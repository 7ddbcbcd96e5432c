"""Where operations become public: ``torch.exp``, ``Tensor.exp``, ``Tensor.exp_``.

And how they are called: ``view(2, 3)``, ``view((2, 3))``, ``exp(x, out=y)``, and what is said of a
call that fails.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from itertools import chain, takewhile
from math import prod
from typing import Any, TypeVar

import numpy as np

from minigrad import dtypes, errors
from minigrad.in_place import check_overlap, write
from minigrad.in_place import in_place as in_place_form
from minigrad.modes import modes, no_grad
from minigrad.op import Op
from minigrad.sizes import whole
from minigrad.tensor import Tensor, memory_of, offset_of

functions: dict[str, Callable[..., Any]] = {}
"""``torch.<name>``."""

functional: dict[str, Callable[..., Any]] = {}
"""``torch.nn.functional.<name>``."""

Target = TypeVar("Target", bound=Callable[..., Any])


def export(
    *names: str,
    method: bool = True,
    function: bool = True,
    in_place: bool = False,
    to: dict[str, Callable[..., Any]] = functions,
) -> Callable[[Target], Target]:
    """Make an Op or a Python function public under `names` (one name and its aliases).

    Its parameters are those of PyTorch, in order and by name. It need not check their types, nor
    translate other names, nor know ``out=``: see `minigrad.signatures`.

    Parameters
    ----------
    *names : str
        PyTorch's name, then its aliases: ``"mul", "multiply"``.
    method : bool
        As methods of Tensor; the first parameter is the tensor.
    function : bool
        As functions, in the namespace `to`.
    in_place : bool
        Also as methods with a ``_`` behind the name that change the tensor (an Op only).
    to : dict
        `functions` or `functional`.
    """
    space = "torch." if to is functions else "F." if to is functional else "torch.linalg_"

    def put(target: Any) -> Any:
        for name in names:
            if method:
                setattr(Tensor, name, explained(target, "Tensor.", name))
            if function:
                to[name] = explained(target, space, name)
        for name in [f"{name}_" for name in names] if in_place else ():
            form = in_place_form(target)
            setattr(Tensor, name, explained(form, "Tensor.", name))
            # PyTorch has ``torch.exp_``, but no ``torch.add_``.
            if function and len(target.inputs) == 1:
                to[name] = explained(form, "torch.", name)
        return target

    return put


def explained(target: Any, space: str, name: str) -> Callable[..., Any]:
    """`target` under its public name; a call that fails is explained, or put in other words."""
    is_op, public = isinstance(target, Op), space + name
    needs_tensor = space != "Tensor." and _takes_tensor(target)

    def call(*args: Any, **kwargs: Any) -> Any:
        if needs_tensor and (not args or not isinstance(args[0], Tensor) or "out" in kwargs):
            return explain(public, target, args, kwargs, None)
        try:  # an Op's `apply` is compiled at its first call
            run = target.apply if is_op else target
            return run(*args, **kwargs) if kwargs else run(*args)
        except Exception as error:  # noqa: BLE001 - it is raised again, in PyTorch's words
            return explain(public, target, args, kwargs, error)

    # As `functools.wraps` does, which takes too long for so many.
    call.__name__, call.__qualname__ = name, public if space == "Tensor." else name
    call.__module__ = "minigrad.nn.functional" if space == "F." else "minigrad"
    call.__doc__, call.__wrapped__ = target.__doc__, target  # type: ignore[attr-defined]
    if isinstance(target, Op):
        node = f"; its node is {target.name}" if target.name else ""
        call.__doc__ = f"`{name}`, as in PyTorch{node}."
    return call


def _takes_tensor(target: Any) -> bool:
    """Whether the first parameter is one tensor, which a function must be given."""
    if isinstance(target, Op):
        return not target.variadic
    return next(iter(target.__annotations__.values()), "") == "Tensor"


_FIRST_ASKED = {"norm": "layout"} | {n: n for n in ("log_softmax", "sigmoid", "softmax", "split",
                                                    "tanh")}  # fmt: skip
"""What Python functions of PyTorch ask their input for first, whatever it is."""


def explain(
    public: str, target: Any, args: Any, kwargs: dict[str, Any], error: Exception | None
) -> Any:
    """Raise what PyTorch says of a call that failed, or repeat it in the words of `target`.

    Without an `error` the call has not been tried, because its first argument is no tensor.
    """
    from minigrad import signatures  # not before a call has failed

    space, _, name = public.partition(".")
    call = target.apply if isinstance(target, Op) else target
    own, given = (args[:1], args[1:]) if space == "Tensor" else ((), args)
    forms = signatures.forms_of(public)
    if not forms:  # a Python function of PyTorch's: Python complains of its arguments itself
        if "reduction" in call.__annotations__ and signatures.in_old_words(kwargs):
            return call(*args, **kwargs)
        out = kwargs.pop("out", None) if space == "torch" else None
        if out is not None:
            return write_out(name, call, args, kwargs, out)
        if error is None and not (args and not isinstance(args[0], Tensor)):
            return call(*args, **kwargs)
        if error is None or not _is_of_binding(error):
            signatures.check_passed_on(name, call, args, kwargs)
        if error is not None and not isinstance(error, errors.NoOperand):
            del error  # whose traceback holds this frame: nothing that failed would be freed
            raise  # noqa: PLE0704 - `call` has caught it
        usual = "size" if "reduction" in call.__annotations__ else "__class__"
        asked = getattr(args[0], _FIRST_ASKED.get(name, usual))
        if usual == "size":
            asked()  # of an array it is a number
        raise errors.operand(name, "input", 1, args[0]) from None
    form, found, otherwise = signatures.read(name, forms, given, kwargs)
    if error is not None and not otherwise and not _is_of_binding(error):
        del error
        raise  # noqa: PLE0704
    out = found.pop("out", None)
    if isinstance(out, Tensor) and any(p.name == "dtype" for p in form.parameters):
        found.setdefault("dtype", out.dtype)
    # By position as far as there is no gap: PyTorch calls it `input` or `exponent`, we `other`.
    leading = takewhile(lambda p: p.name in found and not p.by_keyword, form.parameters)
    ours = (*own, *[found.pop(parameter.name) for parameter in leading])
    try:
        return call(*ours, **found) if out is None else write_out(name, call, ours, found, out)
    except TypeError as again:
        raise errors.no_form(name, again) if _is_of_binding(again) else again from None


def _is_of_binding(error: Exception) -> bool:
    """Whether Python could not give the arguments to the parameters."""
    words = (" keyword argument", "() missing ", "() takes ", "() got ")
    return isinstance(error, TypeError) and any(word in str(error) for word in words)


# --- ``out=``: the result is written into a tensor that the caller has


def write_out(
    name: str, call: Callable[..., Any], args: Any, kwargs: dict[str, Any], out: Any
) -> Any:
    """Write what ``call(*args, **kwargs)`` gives into the tensor `out`.

    Raises
    ------
    RuntimeError
        If a gradient would be needed, or the dtype of the result does not fit.
    TypeError
        If `out` is no tensor.
    """
    errors.check(not isinstance(out, (tuple, list)), "no_form", name, "several tensors as out=")
    errors.check(isinstance(out, Tensor), "out_is_no_tensor", name, out)
    given = [*args, *kwargs.values()]
    listed = chain.from_iterable([v if isinstance(v, (tuple, list)) else (v,) for v in given])
    inputs = [value for value in listed if isinstance(value, Tensor)]
    recorded = modes.grad and any(t.requires_grad for t in (out, *inputs))
    errors.check(not recorded, "out_needs_grad", name)
    with no_grad():
        data = call(*args, **kwargs)._data
    check_overlap(out, [out, *inputs])
    errors.check(dtypes.can_cast(data.dtype, out._data.dtype), "in_place_dtype", data.dtype, out)
    if out._data.shape != data.shape:
        if out._data.size and inputs:
            message = errors.OUT_RESIZED.format([*out._data.shape], [*data.shape])
            warnings.warn(message, stacklevel=4)
        out._share()
        memory, start = memory_of(out._data), offset_of(out._data)
        fits = start + data.size * out._data.itemsize <= memory.nbytes
        out._data = np.ndarray(data.shape, out._data.dtype, memory if fits else None, start)
    write(out, data)
    return out


# --- how functions of shapes take their arguments: ``view(2, 3)``, ``view((2, 3))``, ``view(-1)``


def ints(value: Any) -> tuple[int, ...]:
    """`value`, a number or a sequence of numbers, as a tuple."""
    return whole(value if isinstance(value, (tuple, list)) else (value,))


def flag(value: Any) -> bool:
    """`value`, which has to be a bool."""
    if value.__class__ is not bool:
        raise TypeError("no bool")  # in PyTorch's words: `minigrad.signatures`
    return value


EVERY: Any = "every"
"""The dimensions of a reduction to which none is given, not even None."""


def no_dim(dim: Any, keepdim: Any) -> bool:
    """Whether no `dim` is given; then `keepdim` must not be either."""
    if dim is EVERY and keepdim is not False:
        raise TypeError("keepdim without dim")
    return dim is EVERY


def listed(values: Any) -> tuple[int, ...]:
    """The numbers that a method was given one by one, or as one sequence."""
    if not values:
        raise TypeError("no numbers")  # in PyTorch's words: `minigrad.signatures`
    return ints(values[0] if len(values) == 1 else values)


def inferred(size: tuple[int, ...], numel: int) -> tuple[int, ...]:
    """`size` with its -1, if there is one, replaced by what `numel` elements ask for.

    Raises
    ------
    RuntimeError
        If the elements do not fit.
    """
    if prod(size) == numel and (not size or min(size) >= 0):
        return size
    for at, length in enumerate(size):
        errors.check(length >= -1, "shape_dimension", length, at, size)
    errors.check(size.count(-1) < 2, "two_inferred")
    known = prod([length for length in size if length != -1])
    errors.check(numel or known or -1 not in size, "ambiguous_inferred", size)
    fits = -1 in size and known > 0 and numel % known == 0
    errors.check(fits, "shape_for_size", size, numel)
    free = size.index(-1)
    return (*size[:free], numel // known, *size[free + 1 :])


def distinct_dims(dims: tuple[int, ...], ndim: int) -> tuple[int, ...]:
    """`dims` counted from the front.

    Raises
    ------
    IndexError
        If there is no such dimension.
    RuntimeError
        If one is there twice.
    """
    wrapped = tuple([errors.checked_dim(dim, ndim) for dim in dims])
    for dim in wrapped:
        errors.check(wrapped.count(dim) == 1, "repeated_dim", dim)
    return wrapped


def export_dims(name: str, *, function: bool = True) -> Callable[[Any], Any]:
    """Make public ``call(input, numbers)``: the method takes numbers or a sequence of them."""

    def put(call: Callable[..., Any]) -> Any:
        @functools.wraps(call)
        def from_method(self: Tensor, *numbers: Any) -> Any:
            return call(self, listed(numbers))

        @functools.wraps(call)
        def from_function(input: Tensor, numbers: Any) -> Any:
            return call(input, whole(numbers))

        export(name, function=False)(from_method)
        if function:
            export(name, method=False)(from_function)
        return call

    return put
