"""Shapes, views, pieces, joining and splitting, copies in another order. See `minigrad.errors`."""

from __future__ import annotations

from typing import Any

from minigrad.errors.text import (
    brackets,
    index_error,
    message,
    runtime_error,
    type_error,
    type_name,
)

# --- arguments

not_ints = type_error("{}(): argument '{}' (position {}) must be tuple of ints, not {}")
not_int = type_error("{}(): argument '{}' (position {}) must be int, not {}")
too_many_arguments = type_error("{}() takes 2 positional arguments but {} were given")
missing_argument = type_error('{}() missing 1 required positional arguments: "{}"')

# --- shapes and views

two_inferred = runtime_error("only one dimension can be inferred")
negative_in_shape = runtime_error("invalid shape dimension {} at index {} of shape {}")
shape_for_size = runtime_error("shape '{}' is invalid for input of size {}")
ambiguous_inferred = runtime_error("cannot reshape tensor of 0 elements into shape {} because the "
    "unspecified dimension size -1 can be any value and is ambiguous")  # fmt: skip
not_viewable = runtime_error("view size is not compatible with input tensor's size and stride (at "
    "least one dimension spans across two contiguous subspaces). Use .reshape(...) "
    "instead.")  # fmt: skip
repeated_dim = runtime_error("dim {} appears multiple times in the list of dims")
expand_of_new = runtime_error("The expanded size of the tensor ({}) isn't allowed in a leading, "
    "non-existing dimension {}")  # fmt: skip
expand_mismatch = runtime_error("The expanded size of the tensor ({}) must match the existing size "
    "({}) at non-singleton dimension {}.  Target sizes: {}.  Tensor sizes: {}")  # fmt: skip
permute_length = runtime_error("permute(sparse_coo): number of dimensions in the tensor input does "
    "not match the length of the desired ordering of dimensions i.e. input.dim() = {} is not equal "
    "to len(dims) = {}")  # fmt: skip
permute_duplicates = runtime_error("permute(): duplicate dims are not allowed.")
t_of_many_dims = runtime_error("{}() expects a tensor with <= 2 dimensions, but self is {}D")
only_matrices = runtime_error("tensor.{} is only supported on matrices or batches of matrices. Got "
    "{}-D tensor.")  # fmt: skip
T_OF_MANY_DIMS = (
    "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated "
    "and it will throw an error in a future release. Consider `x.mT` to transpose batches of "
    "matrices or `x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a "
    "tensor."
)
T_OF_NUMBER = (
    "Tensor.{} is deprecated on 0-D tensors. This function is the identity in these cases."
)
H_OF_NUMBER = "{} is deprecated on 0-D tensors. Consider using x.conj()."
no_dimensions = index_error("Dimension specified as {} but tensor has no dimensions")
strided_lengths = runtime_error("mismatch in length of strides and shape")
negative_strides = runtime_error("as_strided: Negative strides are not supported at the moment, "
    "got strides: {}")  # fmt: skip
negative_offset = runtime_error("Tensor: invalid storage offset {}")
out_of_storage = runtime_error("setStorage: sizes {}, strides {}, storage offset {}, and itemsize "
    "{} requiring a storage size of {} are out of bounds for storage of size {}")  # fmt: skip
movedim_lengths = runtime_error("movedim: Invalid source or destination dims: source ({} dims) "
    "should contain the same number of dims as destination ({} dims)")  # fmt: skip
movedim_repeated = runtime_error("movedim: repeated dim in `{}` ({})")
flatten_order = runtime_error("flatten() has invalid args: start_dim cannot come after end_dim")
unflatten_of_number = runtime_error(
    "unflatten got an unexpected error:\nDimension specified as {} but tensor has no dimensions"
)
unflatten_into_nothing = runtime_error("unflatten: sizes must be non-empty")
unflatten_sizes = runtime_error("unflatten: Provided sizes {} don't multiply up to the size of dim "
    "{} ({}) in the input tensor")  # fmt: skip


def expand_to_fewer(array: Any, size: Any) -> Exception:
    shape, ndim = brackets(array.shape), array.ndim
    return RuntimeError(
        f"expand({type_name(array)}{{{shape}}}, size={brackets(size)}): the number of sizes "
        f"provided ({len(size)}) must be greater or equal to the number of dimensions in the tensor"
        f" ({ndim})"
    )


# --- pieces

select_of_number = index_error("select() cannot be applied to a 0-dim tensor.")
select_range = index_error("select(): index {} out of range for tensor of size {} at dimension {}")
narrow_of_number = runtime_error("narrow() cannot be applied to a 0-dim tensor.")
narrow_length = runtime_error("narrow(): length must be non-negative.")
narrow_no_start = runtime_error("start must be an 0-dim integral Tensor.")
narrow_start = index_error("start out of range (expected to be in range of [{}, {}], but got {})")
narrow_end = runtime_error("start ({}) + length ({}) exceeds dimension size ({}).")
diagonal_dims = runtime_error("diagonal dimensions cannot be identical {}, {}")
diag_dims = runtime_error("diag(): Supports 1D or 2D tensors. Got {}D")
unfold_size = runtime_error("size is {} but must be >= 0")
unfold_too_long = runtime_error("maximum size for tensor at dimension {} is {} but size is {}")
unfold_step = runtime_error("step is {} but must be > 0")

# --- joining and splitting

cat_of_nothing = message(ValueError, "torch.cat(): expected a non-empty list of Tensors")
nothing_to_stack = runtime_error("{} expects a non-empty TensorList")
cat_of_number = runtime_error("zero-dimensional tensor (at position {}) cannot be concatenated")
cat_dims = runtime_error("Tensors must have same number of dimensions: got {} and {}")
cat_sizes = runtime_error("Sizes of tensors must match except in dimension {}. Expected size {} "
    "but got size {} for tensor number {} in the list.")  # fmt: skip
piece_of_number = runtime_error("{} expects at least a 1-dimensional tensor")
split_negative = runtime_error("split expects split_size be non-negative, but got split_size={}")
split_zero = runtime_error("split_size can only be 0 if dimension size is 0, but got dimension "
    "size of {}")  # fmt: skip
split_sizes_negative = runtime_error("split_with_sizes expects split_sizes have only non-negative "
    "entries, but got split_sizes={}")  # fmt: skip
split_sizes_sum = runtime_error("split_with_sizes expects split_sizes to sum exactly to {} (input "
    "tensor's size at dimension {}), but got split_sizes={}")  # fmt: skip
chunk_count = runtime_error("chunk expects `chunks` to be greater than 0, got: {}")
tensor_split_of_number = runtime_error("tensor_split expected at least a 1-dimensional tensor, but "
    "got a tensor with 0 dims")  # fmt: skip
tensor_split_sections = runtime_error("number of sections must be larger than 0, got {}")
split_needs_dims = runtime_error("torch.{} requires a tensor with at least {} dimension, but got a "
    "tensor with {} dimensions!")  # fmt: skip
split_not_divisible = runtime_error("torch.{} attempted to split along dimension {}, but the size "
    "of the dimension {} is not divisible by the split_size {}!")  # fmt: skip
split_arguments = type_error("{0}() received an invalid combination of arguments - got (Tensor, "
    "{1}), but expected one of:\n * (Tensor input, int sections)\n      didn't match because some "
    "of the arguments have invalid types: (Tensor, !{1}!)\n * (Tensor input, tuple of ints "
    "indices)\n      didn't match because some of the arguments have invalid types: (Tensor, "
    "!{1}!)\n")  # fmt: skip

# --- copies in another order

flip_needs_dims = runtime_error("Input must be >= {}-d.")
no_shifts = runtime_error("`shifts` required")
roll_lengths = runtime_error("shifts and dimensions must align. shifts: {}, dims:{}")
rot90_dims = runtime_error("expected total rotation dims == 2, but got dims = {}")
rot90_total = runtime_error("expected total dims >= 2, but got total dims = {}")
rot90_same = runtime_error("expected rotation dims to be different, but got dim0 = {} and dim1 = "
    "{}")  # fmt: skip
triangle_dims = runtime_error("{}: input tensor must have at least 2 dimensions")
repeat_dims = runtime_error("Number of dimensions of repeat dims can not be smaller than number of "
    "dimensions of tensor")  # fmt: skip
repeat_negative = runtime_error("Trying to create tensor with negative dimension {}: {}")
negative_repeats = runtime_error("Repeats must be non-negative")
MESHGRID_INDEXING = (
    "torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument."
)
meshgrid_of_nothing = runtime_error("meshgrid expects a non-empty TensorList")
meshgrid_dims = runtime_error("torch.meshgrid: Expected 0D or 1D tensor in the tensor list but "
    "got: a {}D tensor")  # fmt: skip
meshgrid_dtypes = runtime_error("meshgrid expects all tensors to have the same dtype")
meshgrid_indexing = runtime_error('torch.meshgrid: indexing must be one of "xy" or "ij", but '
    "received: {}")  # fmt: skip
