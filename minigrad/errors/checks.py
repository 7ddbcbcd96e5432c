"""What has to hold of tensors, and what is said where it does not."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from minigrad.errors.table import check, error, short_name, text

# --- arguments and operands; what arguments may be is in `minigrad.signatures`


class NoOperand(TypeError):  # noqa: N818 - nobody sees it: `minigrad.signatures` says what is wrong
    """An operand of a type that no operation takes."""


def check_tensors(given: Any, argument: int = 0) -> None:
    """Complain of the first of the given list that is no tensor."""
    for nr, value in enumerate(given):
        check(hasattr(value, "_data"), "no_tensor_in_list", nr, value, argument)


def check_list(given: Any, nothing: str, *name: str) -> None:
    """Complain of what is no list (a tensor, a generator), or one of nothing, or of no tensors."""
    if not isinstance(given, (tuple, list)):
        raise TypeError  # and the function's signature says more
    check(given, nothing, *name)
    check_tensors(given[:1])


def checked_dim(dim: int, ndim: int) -> int:
    """`dim` counted from the front.

    Raises
    ------
    IndexError
        If there is no such dimension.
    """
    reach = max(ndim, 1)
    if not -reach <= dim < reach or dim.__class__ is bool:
        raise error("dim_range", -reach, reach - 1, f"{dim}")
    return dim % reach


_OF_SHAPES = "operands could not", "shape mismatch: ob", "The size of", "could not broadcast input"


def of_shapes(inputs: list[Any], found: Exception) -> Exception:
    """PyTorch's complaint about operands that do not fit, for numpy's."""
    if isinstance(found, np.exceptions.AxisError):
        reach = max(inputs[0]._data.ndim, 1)
        return error("dim_range", -reach, reach - 1, found.axis)
    said = str(found)
    shapes_told = re.findall(r"\((?:\d+,[\d,]*)?\)", said)
    told = [tuple(map(int, re.findall(r"\d+", each))) for each in shapes_told]
    if said.startswith("cannot reshape") and told:
        return error("shape_for_size", told[0], inputs[0]._data.size)
    given = [t._data.shape for t in inputs if hasattr(t._data, "shape")]
    try:
        for shapes in (given, told[::-1] if "into" in said else told):
            shape: tuple[int, ...] = ()
            for other in shapes if said.startswith(_OF_SHAPES) else ():
                check_broadcast(shape, other)
                shape = np.broadcast_shapes(shape, other)
    except RuntimeError as mismatch:
        return mismatch
    both = "into shape" in said and len(told) == 2
    return error("in_place_shape", told[1], told[0]) if both else found


def check_broadcast(a: Any, b: Any) -> None:
    """Complain about two shapes that do not broadcast."""
    longest = max(len(a), len(b))
    for back, (m, n) in enumerate(zip(reversed(a), reversed(b), strict=False), 1):
        check(m == n or 1 in (m, n), "mismatch", m, n, longest - back)


# --- the graph


def modified_in_place(saved: Any, expected: int, writer: Any = None, nr: int = 0) -> Exception:
    """The complaint about a saved tensor that was changed since it was saved, by `writer`.

    PyTorch tells the number `nr` of an output only if it is the node's own.
    """
    maker = saved.grad_fn if writer is None else writer
    made_by = "" if maker is None else f", which is output {nr} of {short_name(maker)},"
    return error("modified_in_place", saved._data, made_by, saved._version, expected)


def view_modified(view: Any, *, indirect: bool) -> Exception:
    """The complaint about a view whose history a change in place would make ambiguous.

    Parameters
    ----------
    view : View
    indirect : bool
        Whether not the view itself was changed, but its base or another view.
    """
    plain = view.one_of_several or view.by_function
    mode = f"{view.made_in.removesuffix('_mode') or 'no_grad'} mode"  # a Function runs in no_grad
    if view.edge is None:
        what = f"A view was created in {mode}"
    else:
        what = f"Output {view.made_by[1]} of {short_name(view.made_by[0])} is a view"
        what += "" if plain else f" of a view which was created in {mode}"
    back = " in normal mode" if mode == "inference mode" else " with grad mode enabled"
    how = back if view.edge is None or not plain else ""
    reason = "BY_FUNCTION" if view.by_function else "ONE_OF_SEVERAL" if plain else "NO_GRAD"
    way = "view_modified_indirectly" if indirect else "view_modified_directly"
    return error(way, what, how, text(f"WHY_{reason}").format(view.made_in))


def check_hook_result(changed: Any, grad: Any, hook: Any) -> None:
    """Complain about what a tensor hook returned, if it does not fit the gradient."""
    name = getattr(hook, "__name__", "<unknown>")
    check(grad is not None, "hook_replaced")
    check(hasattr(changed, "_data"), "hook_returned", changed)
    check(changed._data.dtype == grad._data.dtype, "hook_type", name, grad, changed)
    check(changed._data.shape == grad._data.shape, "hook_size", name)


def check_node_hook_result(changed: Any, grads: tuple[Any, ...], hook: Any) -> None:
    """Complain about what a hook of a node returned, if it does not fit the gradients."""
    check(isinstance(changed, tuple), "hook_returned_no_tuple", changed)
    name = getattr(hook, "__name__", "<unknown>")
    check(len(changed) == len(grads), "hook_count", name, len(changed), len(grads))
    for new, grad in zip(changed, grads, strict=True):
        if new is not None:
            check_hook_result(new, grad, hook)
