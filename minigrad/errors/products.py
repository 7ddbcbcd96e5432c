"""Products of matrices, norms, square matrices. See `minigrad.errors`."""

from __future__ import annotations

from typing import Any

from minigrad.errors.operands import NoOperand, checked_dim
from minigrad.errors.shapes import expand_to_fewer, no_dimensions
from minigrad.errors.text import index_error, kind, runtime_error, type_error

# --- products of matrices

# fmt: off
_C_NAMES = {
    "Half": "c10::Half", "Long": "long int", "Short": "short int", "Char": "signed char",
    "Byte": "unsigned char",
}
# fmt: on


def _in_c(tensor: Any) -> str:
    """The dtype of a tensor as C names it."""
    return _C_NAMES.get(kind(tensor), kind(tensor).lower())


matmul_of_scalar = runtime_error(
    "both arguments to {} need to be at least 1D, but they are {}D and {}D"
)
outer_of_no_vector = runtime_error("outer: Expected 1-D argument {}, but got {}-D")
_dot_kinds = runtime_error("dot : expected both vectors to have same dtype, but found {} and {}")
_dot_sizes = runtime_error(
    "inconsistent tensor size, expected tensor [{0}] and src [{1}] to have the same number of "
    "elements, but got {0} and {1} elements respectively"
)
_mv_sizes = runtime_error("size mismatch, got input ({}), mat ({}x{}), vec ({})")
_mv_kinds = runtime_error("addmv input tensors must have the same dtype, but got {}, {}, and {}")
_mm_sizes = runtime_error("mat1 and mat2 shapes cannot be multiplied ({}x{} and {}x{})")
_mm_kinds = runtime_error("expected m1 and m2 to have the same dtype, but got: {} != {}")
_addmm_kinds = runtime_error("{} and mat2 must have the same dtype, but got {} and {}")
_baddbmm_kinds = runtime_error(
    "Input dtypes must be the same, got: input {}, batch1: {}, batch2: {}"
)
_bmm_sizes = runtime_error(
    "Expected size for first two dimensions of batch2 tensor to be: [{}, {}] but got: [{}, {}]."
)
in_place_size = runtime_error(
    "Bad in-place call: input tensor size {} and output tensor size {} should match"
)


def need_tensor(function: str, argument: str, value: Any, position: int = 2) -> None:
    """Complain about an argument that is no Tensor."""
    if not hasattr(value, "is_leaf"):
        raise NoOperand(getattr(value, "_data", value), function, argument, position)


def _need_numbers(tensor: Any, kernel: str) -> None:
    if tensor._data.dtype.kind == "b":
        raise NotImplementedError(f"\"{kernel}\" not implemented for 'Bool'")


def check_dot(a: Any, b: Any) -> None:
    """Complain about two tensors of which there is no dot product."""
    (n, m), (k, p) = (a._data.ndim, a._data.size), (b._data.ndim, b._data.size)
    if n != 1 or k != 1:
        raise RuntimeError(f"1D tensors expected, but got {n}D and {k}D tensors")
    if a._data.dtype != b._data.dtype:
        raise _dot_kinds(a, b)
    if m != p:
        raise _dot_sizes(m, p)
    _need_numbers(a, "dot")


def check_mv(matrix: Any, vector: Any, added: Any = None) -> None:
    """Complain about a matrix and a vector that cannot be multiplied, and added to `added`."""
    m, k, n = matrix._data.ndim, vector._data.ndim, 1 if added is None else added._data.ndim
    if m != 2 or k != 1 or n > 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {n}, {m}, {k}")
    (rows, columns), length = matrix._data.shape, vector._data.size
    given = rows if added is None else added._data.size
    if columns != length or given not in (1, rows):
        raise _mv_sizes(given, rows, columns, length)
    three = (vector if added is None else added, matrix, vector)
    if len({t._data.dtype for t in three}) > 1:
        raise _mv_kinds(*three)
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
            raise _addmm_kinds(name, tensor, b)
    for name, tensor in (("self" if added is None else "mat1", a), ("mat2", b)):
        if tensor._data.ndim != 2:
            got = "" if added is None else f", got {tensor._data.ndim}-D tensor"
            raise RuntimeError(f"{name} must be a matrix{got}")
    (n, m), (k, p) = a._data.shape, b._data.shape
    if m != k:
        raise _mm_sizes(n, m, k, p)
    if added is None and a._data.dtype != b._data.dtype:
        raise _mm_kinds(_in_c(a), _in_c(b))
    if added is not None:
        check_expanded(added, (n, p))
    _need_numbers(a, "addmm_impl_cpu_")


def check_bmm(a: Any, b: Any, added: Any = None) -> None:
    """Complain about tensors that are no batches of matrices that can be multiplied, and added."""
    if added is not None:
        check_expanded(added, (_size(a, 0), _size(a, 1), _size(b, 2)))
        if added._data.dtype != a._data.dtype:
            raise _baddbmm_kinds(*[_in_c(t) for t in (added, a, b)])
    for nr, tensor in enumerate((a, b), 1):
        if tensor._data.ndim != 3:
            raise RuntimeError(f"batch{nr} must be a 3D tensor")
    (batch, _, inner), (other, length, _) = a._data.shape, b._data.shape
    if (other, length) != (batch, inner):
        raise _bmm_sizes(batch, inner, other, length)
    if a._data.dtype != b._data.dtype:
        raise RuntimeError(f"expected scalar type {kind(a)} but found {kind(b)}")
    _need_numbers(a, "bmm")


def _size(tensor: Any, dim: int) -> int:
    """The length of a dimension, which must be there."""
    if not tensor._data.ndim:
        raise no_dimensions(dim)
    return tensor._data.shape[checked_dim(dim, tensor._data.ndim)]


_expand_sizes = runtime_error(
    "The expanded size of the tensor ({}) must match the existing size ({}) at non-singleton "
    "dimension {}.  Target sizes: {}.  Tensor sizes: {}"
)


def check_expanded(added: Any, size: tuple[int, ...]) -> None:
    """Complain if `added` does not broadcast to this size."""
    given = added._data.shape
    if len(given) > len(size):
        raise expand_to_fewer(added, size)
    for back in range(1, len(given) + 1):
        if given[-back] not in (1, size[-back]):
            raise _expand_sizes(size[-back], given[-back], len(size) - back, size, given)


# --- einsum, tensordot, inner

einsum_subscript = runtime_error(
    "einsum(): invalid subscript given at index {} in the equation string, subscripts must be in "
    "[a-zA-Z]"
)
einsum_operands = runtime_error(
    "einsum(): {} operands were provided than specified in the equation"
)
einsum_dims = runtime_error(
    "einsum(): the number of subscripts in the equation ({}) does not match the number of "
    "dimensions ({}) for operand {} and no ellipsis was given"
)
einsum_twice = runtime_error("einsum(): output subscript {} appears more than once in the output")
einsum_unknown = runtime_error(
    "einsum(): output subscript {} does not appear in the equation for any input operand"
)
einsum_diagonal = runtime_error(
    "einsum(): subscript {} is repeated for operand {} but the sizes don't match, {} != {}"
)
einsum_sizes = runtime_error(
    "einsum(): subscript {} has size {} for operand {} which does not broadcast with previously "
    "seen size {}"
)
tensordot_dims = runtime_error("tensordot expects dims < ndim_a or ndim_b, but got dims={}")
tensordot_lists = runtime_error("both dimension lists should have same length")
tensordot_sizes = runtime_error(
    "contracted dimensions need to match, but first has size {} in dim {} and second has size {} "
    "in dim {}"
)
inner_sizes = runtime_error(
    "inner() the last dimension must match on both input tensors but got shapes {} and {}"
)

# --- norms and square matrices

norm_order = runtime_error("linalg.matrix_norm: Order {} not supported.")
matrix_norm_ndim = runtime_error(
    "linalg.matrix_norm: The input tensor A must have at least 2 dimensions."
)
norm_dims = runtime_error(
    "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {}D."
)
trace_dims = runtime_error("trace: expected a matrix, but got tensor with dim {}")
linalg_of_integers = runtime_error(
    "{}: Expected a floating point or complex tensor as input. Got {}"
)
linalg_ndim = runtime_error("{}: The input tensor A must have at least 2 dimensions.")
not_square = runtime_error(
    "{}: A must be batches of square matrices, but they are {} by {} matrices"
)
solve_sizes = runtime_error(
    "linalg.solve: Incompatible shapes of A and B for the equation {} = B ({}x{} and {}x{})"
)
solve_dtypes = runtime_error(
    "linalg.solve: Expected A and B to have the same dtype, but found A of type {} and B of type "
    "{} instead"
)
SINGULAR_INVERSE = (
    "linalg.inv: {}The diagonal element {} is zero, the inversion could not be completed because "
    "the input matrix is singular."
)
SINGULAR_SOLVE = "torch.linalg.solve: {}The solver failed because the input matrix is singular."

# --- reductions along a dimension

kthvalue_range = runtime_error("kthvalue(): selected number k out of range for dimension {}")
aminmax_of_nothing = runtime_error(
    "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity."
)
aminmax_along_nothing = index_error("aminmax: Expected reduction dim {} to have non-zero size.")
argument_type = type_error("{}(): argument '{}' (position {}) must be {}, not {}")
