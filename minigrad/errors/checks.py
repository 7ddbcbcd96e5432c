"""What has to hold of tensors, and what is said where it does not."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from minigrad.errors.arguments import checked_dim
from minigrad.errors.table import error, short_name, text

# --- operands


def of_shapes(op: Any, inputs: list[Any], found: Exception) -> Exception:
    """PyTorch's complaint about operands that do not fit, for numpy's."""
    shapes = [t._data.shape for t in inputs if hasattr(t._data, "shape")]
    for first, second in pairwise(shapes if "broadcast" in str(found) else ()):
        mismatch = broadcast_mismatch(first, second)
        if mismatch is not None:
            return mismatch
    for words, name in _OF_NUMPY.items():
        if words in str(found):
            return error(name)
    return found


_OF_NUMPY = {
    "boolean subtract": "subtraction_of_two_bools",
    "boolean negative": "negation_of_bools",
    "negative integer powers": "negative_power",
}
"""Words of numpy's complaints, and what PyTorch says instead."""


def broadcast_mismatch(a: Any, b: Any) -> Exception | None:
    """The complaint about two shapes that do not broadcast, or None if they do."""
    longest = max(len(a), len(b))
    for back, (m, n) in enumerate(zip(reversed(a), reversed(b), strict=False), 1):
        if m != n and 1 not in (m, n):
            return error("mismatch", m, n, longest - back)
    return None


def subtraction_of_bools(*operands: Any) -> Exception:
    """The complaint about a difference in which an operand is a bool."""
    kinds = {str(getattr(value, "dtype", None) or type(value).__name__) for value in operands}
    two = kinds == {"bool"}
    return error("subtraction_of_two_bools" if two else "subtraction_of_a_bool")


def scalar_overflow(dtype: Any) -> Exception:
    """The complaint about a number that an integer dtype cannot hold."""
    name = "int" if dtype.name == "int32" else f"{dtype.name}_t"
    return RuntimeError(f"value cannot be converted to type {name} without overflow")


# --- the graph


def modified_in_place(
    node: Any, saved: Any, saved_kind: str, version: int, expected: int
) -> Exception:
    """The complaint about a saved tensor that was changed since it was saved."""
    data = saved._data if saved_kind == "input" else saved
    maker = node if saved_kind == "result" else getattr(saved, "grad_fn", None)
    made_by = "" if maker is None else f", which is output 0 of {short_name(maker)},"
    return error("modified_in_place", data, made_by, version, expected)


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
        what = f"Output {view.made_by[1]} of {short_name(view.made_by[0])} is a view"
        what += "" if plain else " of a view which was created in no_grad mode"
    how = " with grad mode enabled" if view.edge is None or not plain else ""
    reason = "BY_FUNCTION" if view.by_function else "ONE_OF_SEVERAL" if plain else "NO_GRAD"
    way = "view_modified_indirectly" if indirect else "view_modified_directly"
    return error(way, what, how, text(f"WHY_{reason}"))


def check_hook_result(changed: Any, grad: Any) -> None:
    """Complain about what a tensor hook returned, if it does not fit the gradient."""
    if not hasattr(changed, "_data"):
        raise error("hook_returned", changed)
    if changed._data.dtype != grad._data.dtype:
        raise error("hook_type", grad, changed)
    if changed._data.shape != grad._data.shape:
        raise error("hook_size")


def check_post_accumulate_result(result: Any, variable: Any) -> None:
    """Complain about what a hook that runs after accumulation returned: None, or the leaf."""
    if result is not None and not hasattr(result, "_data"):
        raise error("hook_returned", result)
    if result is not None and result is not variable:
        raise error("post_accumulate_result")


# --- products of matrices


def _need_numbers(tensor: Any, kernel: str) -> None:
    if tensor._data.dtype.kind == "b":
        raise error("not_implemented_for", kernel, tensor._data.dtype)


def check_dot(a: Any, b: Any) -> None:
    """Complain about two tensors of which there is no dot product."""
    (n, m), (k, p) = (a._data.ndim, a._data.size), (b._data.ndim, b._data.size)
    if n != 1 or k != 1:
        raise error("dot_dims", n, k)
    if a._data.dtype != b._data.dtype:
        raise error("dot_kinds", a, b)
    if m != p:
        raise error("dot_sizes", m, p)
    _need_numbers(a, "dot")


def check_mv(matrix: Any, vector: Any, added: Any = None) -> None:
    """Complain about a matrix and a vector that cannot be multiplied, and added to `added`."""
    m, k, n = matrix._data.ndim, vector._data.ndim, 1 if added is None else added._data.ndim
    if m != 2 or k != 1 or n > 1:
        raise error("mv_dims", n, m, k)
    (rows, columns), length = matrix._data.shape, vector._data.size
    given = rows if added is None else added._data.size
    if columns != length or given not in (1, rows):
        raise error("mv_sizes", given, rows, columns, length)
    three = (vector if added is None else added, matrix, vector)
    if len({t._data.dtype for t in three}) > 1:
        raise error("mv_kinds", *three)
    _need_numbers(matrix, "addmv_impl_cpu")


def check_mm(a: Any, b: Any, added: Any = None) -> None:
    """Complain about tensors that are no matrices that can be multiplied, and added to `added`."""
    x, y, z = a._data, b._data, None if added is None else added._data
    if x.ndim == y.ndim == 2 and x.shape[1] == y.shape[0] and x.dtype is y.dtype:  # as a rule
        fits = z is None or (z.shape == y.shape[1:] and z.dtype is x.dtype)
        if fits and x.dtype.kind != "b":
            return
    for name, tensor in () if added is None else (("self", added), ("mat1", a)):
        if tensor._data.dtype != b._data.dtype:
            raise error("addmm_kinds", name, tensor, b)
    for name, tensor in (("self" if added is None else "mat1", a), ("mat2", b)):
        if tensor._data.ndim != 2:
            raise error("mm_dims" if added is None else "addmm_dims", name, tensor._data.ndim)
    (n, m), (k, p) = a._data.shape, b._data.shape
    if m != k:
        raise error("mm_sizes", n, m, k, p)
    if added is None and a._data.dtype != b._data.dtype:
        raise error("mm_kinds", a, b)
    if added is not None:
        check_expanded(added, (n, p))
    _need_numbers(a, "addmm_impl_cpu_")


def check_bmm(a: Any, b: Any, added: Any = None) -> None:
    """Complain about tensors that are no batches of matrices that can be multiplied, and added."""
    if added is not None:
        check_expanded(added, (_size(a, 0), _size(a, 1), _size(b, 2)))
        if added._data.dtype != a._data.dtype:
            raise error("baddbmm_kinds", added, a, b)
    for nr, tensor in enumerate((a, b), 1):
        if tensor._data.ndim != 3:
            raise error("bmm_dims", nr)
    (batch, _, inner), (other, length, _) = a._data.shape, b._data.shape
    if (other, length) != (batch, inner):
        raise error("bmm_sizes", batch, inner, other, length)
    if a._data.dtype != b._data.dtype:
        raise error("bmm_kinds", a, b)
    _need_numbers(a, "bmm")


def _size(tensor: Any, dim: int) -> int:
    """The length of a dimension, which must be there."""
    if not tensor._data.ndim:
        raise error("no_dimensions", dim)
    return tensor._data.shape[checked_dim(dim, tensor._data.ndim)]


def check_expanded(added: Any, size: tuple[int, ...]) -> None:
    """Complain if `added` does not broadcast to this size."""
    given = added._data.shape
    if len(given) > len(size):
        raise error("expand_to_fewer", added, size, len(size))
    for back in range(1, len(given) + 1):
        if given[-back] not in (1, size[-back]):
            raise error("expand_sizes", size[-back], given[-back], len(size) - back, size, given)
