"""Pieces of a tensor, and copies in another order. See `minigrad.errors`."""

from __future__ import annotations

from typing import Any

from minigrad.errors.text import brackets

# --- pieces and copies in another order


def flatten_order() -> Exception:
    return RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")


def unflatten_into_nothing() -> Exception:
    return RuntimeError("unflatten: sizes must be non-empty")


def unflatten_sizes(sizes: Any, dim: int, length: int) -> Exception:
    return RuntimeError(
        f"unflatten: Provided sizes {brackets(sizes)} don't multiply up to the size of dim {dim} "
        f"({length}) in the "
        "input tensor"
    )


def select_of_number() -> Exception:
    return IndexError("select() cannot be applied to a 0-dim tensor.")


def select_range(index: int, shape: Any, dim: int) -> Exception:
    return IndexError(
        f"select(): index {index} out of range for tensor of size {brackets(shape)} at dimension "
        f"{dim}"
    )


def narrow_of_number() -> Exception:
    return RuntimeError("narrow() cannot be applied to a 0-dim tensor.")


def narrow_length() -> Exception:
    return RuntimeError("narrow(): length must be non-negative.")


def narrow_start(start: int, size: int) -> Exception:
    return IndexError(
        f"start out of range (expected to be in range of [{-size}, {size}], but got {start})"
    )


def narrow_end(start: int, length: int, size: int) -> Exception:
    return RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({size}).")


def diagonal_dims(dim1: int, dim2: int) -> Exception:
    return RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")


def diag_dims(ndim: int) -> Exception:
    return RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {ndim}D")


def unfold_size(size: int) -> Exception:
    return RuntimeError(f"size is {size} but must be >= 0")


def unfold_too_long(dim: int, length: int, size: int) -> Exception:
    return RuntimeError(
        f"maximum size for tensor at dimension {dim} is {length} but size is {size}"
    )


def unfold_step(step: int) -> Exception:
    return RuntimeError(f"step is {step} but must be > 0")


def flip_needs_dims(least: int) -> Exception:
    return RuntimeError(f"Input must be >= {least}-d.")


def roll_lengths(shifts: int, dims: int) -> Exception:
    return RuntimeError(f"shifts and dimensions must align. shifts: {shifts}, dims:{dims}")


def rot90_dims(given: int) -> Exception:
    return RuntimeError(f"expected total rotation dims == 2, but got dims = {given}")


def rot90_total(ndim: int) -> Exception:
    return RuntimeError(f"expected total dims >= 2, but got total dims = {ndim}")


def rot90_same(dims: Any) -> Exception:
    return RuntimeError(
        f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}"
    )


def triangle_dims(name: str) -> Exception:
    return RuntimeError(f"{name}: input tensor must have at least 2 dimensions")


def repeat_dims() -> Exception:
    return RuntimeError(
        "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"
    )


def repeat_negative(length: int, size: Any) -> Exception:
    return RuntimeError(
        f"Trying to create tensor with negative dimension {length}: {brackets(size)}"
    )


def negative_repeats() -> Exception:
    return RuntimeError("Repeats must be non-negative")


MESHGRID_INDEXING = (
    "torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument."
)


def meshgrid_of_nothing() -> Exception:
    return RuntimeError("meshgrid expects a non-empty TensorList")


def meshgrid_dims(tensor: Any) -> Exception:
    return RuntimeError(
        "torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: a "
        f"{tensor._data.ndim}D tensor"
    )


def meshgrid_dtypes() -> Exception:
    return RuntimeError("meshgrid expects all tensors to have the same dtype")


def meshgrid_indexing(indexing: Any) -> Exception:
    return RuntimeError(
        f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}'
    )


def reduction_of_nothing(name: str) -> Exception:
    return RuntimeError(
        f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the "
        "reduction dim with "
        "the 'dim' argument."
    )


def reduction_along_nothing(name: str, dim: int) -> Exception:
    return IndexError(f"{name}(): Expected reduction dim {dim} to have non-zero size.")


def position_in_nothing(name: str) -> Exception:
    return IndexError(f"{name}(): Expected reduction dim to be specified for input.numel() == 0.")


def no_bool_input(name: str) -> Exception:
    return RuntimeError(f"{name}(): does not support bool input")


def topk_range() -> Exception:
    return RuntimeError("selected index k out of range")


def kthvalue_range() -> Exception:
    return RuntimeError("kthvalue(): selected number k out of range for dimension 0")


def not_implemented_derivative(name: str) -> Exception:
    return NotImplementedError(f"the derivative for '{name}' is not implemented.")
