"""Products of matrices, norms, square matrices. See `minigrad.errors`."""

from __future__ import annotations

from typing import Any

from minigrad.errors.text import brackets, kind

# --- products of matrices


def matmul_of_scalar(left: int, right: int) -> Exception:
    return RuntimeError(
        f"both arguments to matmul need to be at least 1D, but they are {left}D and {right}D"
    )


def outer_of_no_vector(name: str, tensor: Any) -> Exception:
    return RuntimeError(f"outer: Expected 1-D argument {name}, but got {tensor._data.ndim}-D")


_C_NAMES = {
    "Float": "float",
    "Double": "double",
    "Half": "c10::Half",
    "Long": "long int",
    "Int": "int",
    "Short": "short int",
    "Char": "signed char",
    "Byte": "unsigned char",
    "Bool": "bool",
}


def check_dot(a: Any, b: Any) -> None:
    """Complain about two tensors of which there is no dot product."""
    if a._data.ndim != 1 or b._data.ndim != 1:
        raise RuntimeError(
            f"1D tensors expected, but got {a._data.ndim}D and {b._data.ndim}D tensors"
        )
    if a._data.dtype != b._data.dtype:
        raise RuntimeError(
            f"dot : expected both vectors to have same dtype, but found {kind(a)} and {kind(b)}"
        )
    if a._data.size != b._data.size:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{a._data.size}] and src [{b._data.size}] "
            "to have the "
            f"same number of elements, but got {a._data.size} and {b._data.size} elements "
            "respectively"
        )


def check_mv(matrix: Any, vector: Any) -> None:
    """Complain about a matrix and a vector that cannot be multiplied."""
    if matrix._data.ndim != 2 or vector._data.ndim != 1:
        raise RuntimeError(
            f"vector + matrix @ vector expected, got 1, {matrix._data.ndim}, {vector._data.ndim}"
        )
    if matrix._data.dtype != vector._data.dtype:
        raise RuntimeError(
            "addmv input tensors must have the same dtype, but got "
            f"{kind(vector)}, {kind(matrix)}, and {kind(vector)}"
        )
    (rows, columns), length = matrix._data.shape, vector._data.size
    if columns != length:
        raise RuntimeError(
            f"size mismatch, got input ({rows}), mat ({rows}x{columns}), vec ({length})"
        )


def check_mm(a: Any, b: Any) -> None:
    """Complain about two tensors that are no matrices that can be multiplied."""
    if a._data.ndim != 2:
        raise RuntimeError("self must be a matrix")
    if b._data.ndim != 2:
        raise RuntimeError("mat2 must be a matrix")
    check_inner(a, b)
    if a._data.dtype != b._data.dtype:
        raise RuntimeError(
            "expected m1 and m2 to have the same dtype, but got: "
            f"{_C_NAMES[kind(a)]} != {_C_NAMES[kind(b)]}"
        )
    if a._data.dtype.kind == "b":
        raise NotImplementedError("\"addmm_impl_cpu_\" not implemented for 'Bool'")


def check_inner(a: Any, b: Any) -> None:
    """Complain about matrices of which the columns of one do not match the rows of the other."""
    (n, m), (k, p) = a._data.shape, b._data.shape
    if m != k:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({n}x{m} and {k}x{p})")


def check_addmm(self: Any, a: Any, b: Any) -> None:
    """Complain about matrices whose product cannot be added to `self`."""
    if a._data.ndim != 2:
        raise RuntimeError(f"mat1 must be a matrix, got {a._data.ndim}-D tensor")
    if b._data.ndim != 2:
        raise RuntimeError(f"mat2 must be a matrix, got {b._data.ndim}-D tensor")
    check_inner(a, b)
    if a._data.dtype != b._data.dtype:
        raise RuntimeError(
            f"mat1 and mat2 must have the same dtype, but got {kind(a)} and {kind(b)}"
        )
    if self._data.dtype != b._data.dtype:
        raise RuntimeError(
            f"self and mat2 must have the same dtype, but got {kind(self)} and {kind(b)}"
        )
    size, given = [a._data.shape[0], b._data.shape[1]], list(self._data.shape)
    for back in range(1, len(given) + 1):
        if back > 2 or given[-back] not in (1, size[-back]):
            raise RuntimeError(
                f"The expanded size of the tensor ({size[-back] if back <= 2 else given[-back]}) "
                "must match the "
                f"existing size ({given[-back]}) at non-singleton dimension {2 - back}.  "
                f"Target sizes: {brackets(size)}.  Tensor sizes: {brackets(given)}"
            )


def check_bmm(a: Any, b: Any) -> None:
    """Complain about two tensors that are no batches of matrices that can be multiplied."""
    if a._data.ndim != 3:
        raise RuntimeError("batch1 must be a 3D tensor")
    if b._data.ndim != 3:
        raise RuntimeError("batch2 must be a 3D tensor")
    if a._data.dtype != b._data.dtype:
        raise RuntimeError(f"expected scalar type {kind(a)} but found {kind(b)}")
    batch, _, inner = a._data.shape
    if b._data.shape[:2] != (batch, inner):
        raise RuntimeError(
            "Expected size for first two dimensions of batch2 tensor to be: "
            f"[{batch}, {inner}] but got: [{b._data.shape[0]}, {b._data.shape[1]}]."
        )


# --- norms, einsum, square matrices


def norm_of_integers(tensor: Any) -> Exception:
    return RuntimeError(
        "linalg.vector_norm: Expected a floating point or complex tensor as input. Got "
        f"{kind(tensor)}"
    )


def norm_without_svd(ord: Any) -> Exception:
    return NotImplementedError(
        f"linalg.matrix_norm: order {ord} needs singular values, which minigrad has not"
    )


def norm_order(ord: Any) -> Exception:
    return RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")


def einsum_subscript(at: int) -> Exception:
    return RuntimeError(
        f"einsum(): invalid subscript given at index {at} in the equation string, subscripts must "
        "be in [a-zA-Z]"
    )


def einsum_operands(*, more: bool) -> Exception:
    count = "more" if more else "fewer"
    return RuntimeError(f"einsum(): {count} operands were provided than specified in the equation")


def einsum_dims(labels: int, ndim: int, operand: int) -> Exception:
    return RuntimeError(
        f"einsum(): the number of subscripts in the equation ({labels}) does not match the number "
        "of dimensions "
        f"({ndim}) for operand {operand} and no ellipsis was given"
    )


def einsum_twice(label: str) -> Exception:
    return RuntimeError(f"einsum(): output subscript {label} appears more than once in the output")


def einsum_unknown(label: str) -> Exception:
    return RuntimeError(
        f"einsum(): output subscript {label} does not appear in the equation for any input operand"
    )


def einsum_diagonal(label: str, operand: int, size: int, other: int) -> Exception:
    return RuntimeError(
        f"einsum(): subscript {label} is repeated for operand {operand} but the sizes don't "
        f"match, {size} != {other}"
    )


def einsum_sizes(label: str, size: int, operand: int, seen: int) -> Exception:
    return RuntimeError(
        f"einsum(): subscript {label} has size {size} for operand {operand} which does not "
        "broadcast with previously "
        f"seen size {seen}"
    )


def tensordot_dims(dims: int) -> Exception:
    return RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")


def tensordot_sizes(first: int, dim: int, second: int, other: int) -> Exception:
    return RuntimeError(
        f"contracted dimensions need to match, but first has size {first} in dim {dim} and second "
        f"has size {second} "
        f"in dim {other}"
    )


def inner_sizes(a: Any, b: Any) -> Exception:
    return RuntimeError(
        "inner() the last dimension must match on both input tensors but got shapes "
        f"{brackets(a._data.shape)} and {brackets(b._data.shape)}"
    )


def trace_dims(tensor: Any) -> Exception:
    return RuntimeError(f"trace: expected a matrix, but got tensor with dim {tensor._data.ndim}")


def linalg_of_integers(function: str, tensor: Any) -> Exception:
    return RuntimeError(
        f"{function}: Expected a floating point or complex tensor as input. Got {kind(tensor)}"
    )


def linalg_ndim(function: str, ndim: int) -> Exception:
    return RuntimeError(
        f"{function}: The input tensor A must have at least 2 dimensions. Got {ndim}"
    )


def not_square(function: str, rows: int, columns: int) -> Exception:
    return RuntimeError(
        f"{function}: A must be batches of square matrices, but they are {rows} by {columns} "
        "matrices"
    )


def solve_sizes(n: int, m: int, p: int) -> Exception:
    return RuntimeError(
        f"linalg.solve: Incompatible shapes of A and B for the equation AX = B ({n}x{n} and "
        f"{m}x{p})"
    )


SINGULAR_INVERSE = (
    "linalg.inv: The diagonal element {} is zero, the inversion could not be completed because "
    "the input matrix is "
    "singular."
)
SINGULAR_SOLVE = "torch.linalg.solve: The solver failed because the input matrix is singular."


def solve_dtypes(a: Any, b: Any) -> Exception:
    return RuntimeError(
        f"linalg.solve: Expected A and B to have the same dtype, but found A of type {kind(a)} "
        f"and B of type {kind(b)} "
        "instead"
    )
