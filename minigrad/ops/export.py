"""Where operations become public: ``torch.exp``, ``Tensor.exp``, ``Tensor.exp_``."""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile
from typing import Any, TypeVar

from minigrad import errors
from minigrad.in_place import in_place as in_place_form
from minigrad.op import Op
from minigrad.tensor import Tensor

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
    from minigrad.ops.out import write_out

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
