"""Shapes and views; joining and splitting. See `minigrad.errors`."""

from __future__ import annotations

from typing import Any

from minigrad.errors.text import brackets, kind

# --- shapes and views


def not_ints(function: str, name: str, wrong: Any, position: int = 1) -> Exception:
    return TypeError(
        f"{function}(): argument '{name}' (position {position}) must be tuple of ints, not "
        f"{type(wrong).__name__}"
    )


def not_int(function: str, name: str, value: Any, position: int = 1) -> Exception:
    return TypeError(
        f"{function}(): argument '{name}' (position {position}) must be int, not "
        f"{type(value).__name__}"
    )


def two_inferred() -> Exception:
    return RuntimeError("only one dimension can be inferred")


def negative_in_shape(length: int, index: int, shape: Any) -> Exception:
    return RuntimeError(
        f"invalid shape dimension {length} at index {index} of shape {brackets(shape)}"
    )


def shape_for_size(shape: Any, numel: int) -> Exception:
    return RuntimeError(f"shape '{brackets(shape)}' is invalid for input of size {numel}")


def ambiguous_inferred(shape: Any) -> Exception:
    return RuntimeError(
        f"cannot reshape tensor of 0 elements into shape {brackets(shape)} because the "
        "unspecified dimension size "
        "-1 can be any value and is ambiguous"
    )


def not_viewable() -> Exception:
    return RuntimeError(
        "view size is not compatible with input tensor's size and stride (at least one dimension "
        "spans across two "
        "contiguous subspaces). Use .reshape(...) instead."
    )


def repeated_dim(dim: int) -> Exception:
    return RuntimeError(f"dim {dim} appears multiple times in the list of dims")


def expand_to_fewer(tensor: Any, size: Any) -> Exception:
    return RuntimeError(
        f"expand(torch.{kind(tensor)}Tensor{{{brackets(tensor._data.shape)}}}, "
        f"size={brackets(size)}): the number "
        f"of sizes provided ({len(size)}) must be greater or equal to the number of dimensions in "
        "the tensor "
        f"({tensor._data.ndim})"
    )


def expand_of_new(length: int, dim: int) -> Exception:
    return RuntimeError(
        f"The expanded size of the tensor ({length}) isn't allowed in a leading, non-existing "
        f"dimension {dim}"
    )


def expand_mismatch(length: int, existing: int, dim: int, size: Any, shape: Any) -> Exception:
    return RuntimeError(
        f"The expanded size of the tensor ({length}) must match the existing size ({existing}) at "
        "non-singleton "
        f"dimension {dim}.  Target sizes: {brackets(size)}.  Tensor sizes: {brackets(shape)}"
    )


def permute_length(ndim: int, given: int) -> Exception:
    return RuntimeError(
        "permute(sparse_coo): number of dimensions in the tensor input does not match the length "
        "of the desired "
        f"ordering of dimensions i.e. input.dim() = {ndim} is not equal to len(dims) = {given}"
    )


def permute_duplicates() -> Exception:
    return RuntimeError("permute(): duplicate dims are not allowed.")


def t_of_many_dims(ndim: int, name: str = "t") -> Exception:
    return RuntimeError(f"{name}() expects a tensor with <= 2 dimensions, but self is {ndim}D")


def only_matrices(name: str, ndim: int) -> Exception:
    return RuntimeError(
        f"tensor.{name} is only supported on matrices or batches of matrices. Got {ndim}-D tensor."
    )


T_OF_MANY_DIMS = (
    "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated "
    "and it will throw "
    "an error in a future release. Consider `x.mT` to transpose batches of matrices or "
    "`x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a tensor."
)


def t_of_number(name: str) -> str:
    return (
        f"Tensor.{name} is deprecated on 0-D tensors. This function is the identity in these cases."
    )


def no_dimensions() -> Exception:
    return IndexError("Dimension specified as 0 but tensor has no dimensions")


def strided_lengths() -> Exception:
    return RuntimeError("mismatch in length of strides and shape")


def negative_strides(strides: Any) -> Exception:
    return RuntimeError(
        "as_strided: Negative strides are not supported at the moment, got strides: "
        f"{brackets(strides)}"
    )


def negative_offset(offset: int) -> Exception:
    return RuntimeError(f"Tensor: invalid storage offset {offset}")


def out_of_storage(
    size: Any, stride: Any, offset: int, itemsize: int, last: int, storage: int
) -> Exception:
    return RuntimeError(
        f"setStorage: sizes {brackets(size)}, strides {brackets(stride)}, storage offset "
        f"{offset}, and itemsize "
        f"{itemsize} requiring a storage size of {last * itemsize} are out of bounds for storage "
        f"of size {storage}"
    )


def movedim_lengths(source: Any, destination: Any) -> Exception:
    return RuntimeError(
        f"movedim: Invalid source or destination dims: source ({brackets(source)} dims) should "
        "contain the same "
        f"number of dims as destination ({brackets(destination)} dims)"
    )


def movedim_repeated(name: str, dims: Any) -> Exception:
    return RuntimeError(f"movedim: repeated dim in `{name}` ({brackets(dims)})")


# --- joining and splitting


def cat_of_nothing() -> Exception:
    return ValueError("torch.cat(): expected a non-empty list of Tensors")


def cat_of_number(nr: int) -> Exception:
    return RuntimeError(f"zero-dimensional tensor (at position {nr}) cannot be concatenated")


def cat_dims(first: int, other: int) -> Exception:
    return RuntimeError(f"Tensors must have same number of dimensions: got {first} and {other}")


def cat_sizes(dim: int, expected: int, got: int, nr: int) -> Exception:
    return RuntimeError(
        f"Sizes of tensors must match except in dimension {dim}. Expected size {expected} but got "
        f"size {got} for "
        f"tensor number {nr} in the list."
    )


def split_of_number() -> Exception:
    return RuntimeError("split expects at least a 1-dimensional tensor")


def split_negative(size: int) -> Exception:
    return RuntimeError(f"split expects split_size be non-negative, but got split_size={size}")


def split_zero(length: int) -> Exception:
    return RuntimeError(
        f"split_size can only be 0 if dimension size is 0, but got dimension size of {length}"
    )


def split_sizes_negative(sizes: Any) -> Exception:
    return RuntimeError(
        "split_with_sizes expects split_sizes have only non-negative entries, but got "
        f"split_sizes={list(sizes)}"
    )


def split_sizes_sum(sizes: Any, length: int, dim: int) -> Exception:
    return RuntimeError(
        f"split_with_sizes expects split_sizes to sum exactly to {length} (input tensor's size at "
        f"dimension {dim}), "
        f"but got split_sizes={list(sizes)}"
    )


def chunk_of_number() -> Exception:
    return RuntimeError("chunk expects at least a 1-dimensional tensor")


def chunk_count(chunks: int) -> Exception:
    return RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")


def tensor_split_of_number() -> Exception:
    return RuntimeError(
        "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims"
    )


def tensor_split_sections(sections: int) -> Exception:
    return RuntimeError(f"number of sections must be larger than 0, got {sections}")


def split_needs_dims(name: str, least: int, ndim: int) -> Exception:
    return RuntimeError(
        f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor with "
        f"{ndim} dimensions!"
    )


def split_not_divisible(name: str, dim: int, length: int, size: int) -> Exception:
    return RuntimeError(
        f"torch.{name} attempted to split along dimension {dim}, but the size of the dimension "
        f"{length} is not "
        f"divisible by the split_size {size}!"
    )
