"""Changes in place that the graph or the memory forbids. See `minigrad.errors`."""

from __future__ import annotations

from typing import Any

from minigrad.dtypes import from_numpy
from minigrad.errors.text import brackets, kind, short_name

# --- in place


def in_place_on_leaf() -> Exception:
    return RuntimeError(
        "a leaf Variable that requires grad is being used in an in-place operation."
    )


def in_place_on_view_of_leaf() -> Exception:
    return RuntimeError(
        "a view of a leaf Variable that requires grad is being used in an in-place operation."
    )


def view_modified(view: Any, *, indirect: bool) -> Exception:
    """The complaint about a view whose history a change in place would make ambiguous.

    Parameters
    ----------
    view : View
    indirect : bool
        Whether not the view itself was changed, but its base or another view.
    """
    plain = view.one_of_several or view.by_function
    if view.edge is None:
        what = "A view was created in no_grad mode"
    else:
        what = f"Output {view.edge[1]} of {short_name(view.edge[0])} is a view"
        what += "" if plain else " of a view which was created in no_grad mode"
    if indirect:
        how = "and its base or another view of its base has been modified inplace"
    else:
        how = "and is being modified inplace"
    if view.edge is None or not plain:
        how += " with grad mode enabled"
    if view.by_function:
        why = (
            "This view was created inside a custom Function (or because an input was returned "
            "as-is) and the autograd logic to handle view+inplace would override the custom "
            "backward associated with the custom Function, leading to incorrect gradients. This "
            "behavior is forbidden. You can fix this by cloning the output of the custom Function."
        )
    elif view.one_of_several:
        why = (
            "This view is the output of a function that returns multiple views. Such functions do "
            "not allow the output views to be modified inplace. You should replace the inplace "
            "operation by an out-of-place one."
        )
    else:
        why = (
            "Given that this use case is ambiguous and error-prone, it is forbidden. You can "
            "clarify your code by moving both the view and the inplace either both inside the "
            "no_grad block (if you don't want the inplace to be tracked) or both outside (if you "
            "want the inplace to be tracked)."
        )
    return RuntimeError(f"{what} {how}. {why}")


def in_place_shape(tensor: Any, broadcast: Any) -> Exception:
    return RuntimeError(
        f"output with shape {brackets(tensor._data.shape)} doesn't match the broadcast shape "
        f"{brackets(broadcast)}"
    )


def in_place_dtype(result: Any, tensor: Any) -> Exception:
    return RuntimeError(
        f"result type {from_numpy(result).kind} can't be cast to the desired output type "
        f"{kind(tensor)}"
    )


def overlap_within() -> Exception:
    return RuntimeError(
        "unsupported operation: more than one element of the written-to tensor refers to a single "
        "memory "
        "location. Please clone() the tensor before performing the operation."
    )


def overlap_between() -> Exception:
    return RuntimeError(
        "unsupported operation: some elements of the input tensor and the written-to tensor refer "
        "to a single "
        "memory location. Please clone() the tensor before performing the operation."
    )


# --- out=

OUT_RESIZED = (
    "An output with one or more elements was resized since it had shape {}, which does not match "
    "the required output shape {}. This behavior is deprecated, and in a future PyTorch release "
    "outputs will not be resized unless they have zero elements. You can explicitly reuse an out "
    "tensor t by resizing it, inplace, to zero elements with t.resize_(0)."
)


def out_is_no_tensor(name: str, out: Any) -> Exception:
    return TypeError(f"{name}(): argument 'out' must be Tensor, not {type(out).__name__}")


def out_needs_grad(name: str) -> Exception:
    return RuntimeError(
        f"{name}(): functions with out=... arguments don't support automatic differentiation, but "
        "one of the arguments requires grad."
    )
