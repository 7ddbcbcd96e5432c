"""Where operations become public: ``torch.exp``, ``Tensor.exp``, ``Tensor.exp_``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from minigrad import errors
from minigrad.in_place import in_place as in_place_form
from minigrad.op import Op
from minigrad.ops.out import write_out
from minigrad.tensor import Tensor
from minigrad.tensor import method as put_method

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
    number_first: bool = False,
    to: dict[str, Callable[..., Any]] = functions,
) -> Callable[[Target], Target]:
    """Make an Op or a Python function public under `names` (one name and its aliases).

    Parameters
    ----------
    *names : str
        PyTorch's name, then its aliases: ``"mul", "multiply"``.
    method : bool
        As methods of Tensor; the first parameter is the tensor.
    function : bool
        As functions, in the namespace `to`; the first argument must be a Tensor.
    in_place : bool
        Also as methods with a ``_`` behind the name that change the tensor (an Op only).
    number_first : bool
        Whether the function takes a number in front of a tensor: ``torch.add(2, x)``.
    to : dict
        `functions` or `functional`.
    """

    def put(target: Target) -> Target:
        put_any(target)
        return target

    def put_any(target: Any) -> None:
        call = target.apply if isinstance(target, Op) else target
        if method and isinstance(target, Op):
            target.put_on_tensor("apply", *names)
        elif method:
            put_method(*names)(call)
        if function:
            for name in names:
                to[name] = _checked(target, call, name, number_first)
        if in_place:
            if not isinstance(target, Op):
                raise TypeError(f"{names[0]}: only an Op has an in-place form")
            form = in_place_form(target, *[f"{name}_" for name in names])
            # PyTorch has ``torch.exp_``, but no ``torch.add_``.
            if function and len(target.inputs) == 1:
                for name in names:
                    to[f"{name}_"] = _checked(form, form, f"{name}_")

    return put


def _checked(
    target: Any, call: Callable[..., Any], name: str, number_first: bool = False
) -> Callable[..., Any]:
    """`call` as a function whose first argument must be a Tensor, by position or as ``input=``."""

    def function(*args: Any, **kwargs: Any) -> Any:
        if not args and "input" in kwargs:
            args = (kwargs.pop("input"),)
        if not args or not isinstance(args[0], Tensor):
            if not args:
                raise TypeError(f'{name}() missing 1 required positional arguments: "input"')
            if not number_first or not any(isinstance(value, Tensor) for value in args):
                raise errors.unfit(name, args)
        run = target.apply if is_op else target  # an Op's `apply` is compiled at its first call
        out = kwargs.pop("out", None)
        try:
            return run(*args, **kwargs) if out is None else write_out(name, run, args, kwargs, out)
        except errors.NoOperand as error:
            raise (errors.unfit(name, args) if error.is_unnamed else error) from None

    is_op = isinstance(target, Op)
    # As `functools.wraps` does, which takes too long for so many.
    function.__name__ = function.__qualname__ = name
    function.__doc__, function.__wrapped__ = call.__doc__, call  # type: ignore[attr-defined]
    if isinstance(target, Op):
        function.__doc__ = f"`{target.name or name}`: {target.says or 'see PyTorch'}."
    return function


def operator(*names: str) -> Callable[[Op], Op]:
    """Make an Op the Python operators `names`: ``"__mul__", "__rmul__"``."""

    def put(op: Op) -> Op:
        op.put_on_tensor("operator", *names)
        return op

    return put
