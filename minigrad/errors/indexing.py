"""Reading and writing at an index. See `minigrad.errors`."""

from __future__ import annotations

from typing import Any

from minigrad.errors.text import brackets, index_error, kind, runtime_error, type_error

# --- reading and writing with brackets

LIST_AS_TUPLE = (
    "Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed "
    "in pytorch 2.9; use x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this will be interpreted "
    "as tensor index, x[torch.tensor(seq)], which will result either in an error or a different "
    "result"
)
UINT8_MASK = (
    "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead."
)
EXPANDED_WRITE = (
    "Use of {} on expanded tensors is deprecated. Please clone() the tensor before performing this "
    "operation. This also applies to advanced indexing e.g. tensor[{}"
)
index_of_type = index_error("only integers, slices (`:`), ellipsis (`...`), None and long or byte "
    "Variables are valid indices (got {})")  # fmt: skip
index_dtype = index_error("tensors used as indices must be long, int, byte or bool tensors")
index_of_zero_dim = index_error("invalid index of a 0-dim tensor. Use `tensor.item()` in Python or "
    "`tensor.item<T>()` in C++ to convert a 0-dim tensor to a number")  # fmt: skip
slice_of_zero_dim = index_error("slice() cannot be applied to a 0-dim tensor.")
too_many_indices = index_error("too many indices for tensor of dimension {}")
too_many_given = index_error("too many indices for tensor of dimension {} (got {})")
index_put_indices = type_error("index_put(): argument 'indices' (position 1) must be tuple of "
    "Tensors, not {}")  # fmt: skip
index_range = index_error("index {} is out of bounds for dimension {} with size {}")
index_of_nothing = index_error("index is out of bounds for dimension with size 0")
mask_shape = index_error("The shape of the mask {} at index {} does not match the shape of the "
    "indexed tensor {} at index {}")  # fmt: skip
index_put_dtypes = runtime_error("Index put requires the source and destination dtypes match, got "
    "{} for the destination and {} for the source.")  # fmt: skip
index_put_shape = runtime_error("shape mismatch: value tensor of shape {} cannot be broadcast to "
    "indexing result of shape {}")  # fmt: skip
no_tensor_argument = type_error("{}(): argument '{}' (position {}) must be Tensor, not {}")


def index_broadcast(shapes: Any) -> Exception:
    listed = ", ".join(map(brackets, shapes))
    return IndexError(
        f"shape mismatch: indexing tensors could not be broadcast together with shapes {listed}"
    )


def assigned_type(value: Any, tensor: Any) -> Exception:
    name, module = type(value).__name__, type(value).__module__
    name = name if module == "builtins" else f"{module}.{name}"
    return TypeError(f"can't assign a {name} to a torch.{kind(tensor)}Tensor")


# --- layers along a dimension

index_select_vector = index_error("index_select(): Index is supposed to be a vector")
index_is_no_vector = index_error("{}(): Index is supposed to be a vector, but got dim: {} with "
    "type: {} and size: {}")  # fmt: skip
index_select_of_number = runtime_error("index_select(): Index to scalar can have only 1 value, got "
    "{} value(s)")  # fmt: skip
index_select_dtype = runtime_error("index_select(): Expected dtype int32 or int64 for index")
index_out_of_range_in_self = index_error("index out of range in self")
index_add_dtype = runtime_error("index_add_(): Expected dtype int32/int64 for index but got: {}")
index_add_kinds = runtime_error("index_add_(): self ({}) and source ({}) must have the same scalar "
    "type")  # fmt: skip
index_add_count = runtime_error("index_add_(): Number of indices ({}) should be equal to "
    "source.size(dim): ({}), for dim: {}")  # fmt: skip
index_add_shapes = runtime_error("source tensor shape must match self tensor shape, excluding the "
    "specified dimension. Got self.shape = {} source.shape = {}")  # fmt: skip
index_add_range = runtime_error("index {} is out of bounds for dimension {} with size {}")
no_vector = runtime_error("Index has to be a vector/scalar")
index_fill_dtype = index_error("index_fill_(): Expected dtype int64 for index.")
index_fill_value = runtime_error("index_fill_ only supports a 0-dimensional value tensor, but got "
    "tensor with {} dimension(s).")  # fmt: skip
index_copy_dims = index_error("index_copy_(): When source and destination are not scalars, their "
    "dimensionality must match. Source dimensionality ({}), destination dimensionality "
    "({})")  # fmt: skip
index_copy_kinds = runtime_error("index_copy_(): self and source expected to have the same dtype, "
    "but got (self) {} and (source) {}")  # fmt: skip
index_copy_index = index_error("index_copy_(): Index should have dimension 1 or 0 (got {})")
index_copy_scalar = index_error("index_copy_(): When source is scalar, index should have one "
    "element (got {})")  # fmt: skip
index_copy_layers = runtime_error("index_copy_(): Source/destination tensor must have same slice "
    "shapes. Destination slice shape: {} at dimension {} and source slice shape: {} at dimension "
    "0.")  # fmt: skip
index_copy_count = index_error("index_copy_(): Number of indices ({}) should be equal to "
    "source.size(dim) ({})")  # fmt: skip
index_copy_range = index_error("index_copy_(): index {} is out of bounds for dimension {} with "
    "size {}")  # fmt: skip

# --- single elements: take and put, gather and scatter, masks

index_long = runtime_error("{}(): Expected a long tensor for index, but got {}")
take_range = index_error("out of range: tried to access index {} on a tensor of {} elements.")
put_dtypes = runtime_error("put_(): self and source expected to have the same dtype, but got "
    "self.dtype = {0.kind} and source.dtype = {1.kind}")  # fmt: skip
put_count = index_error("put_(): Expected source and index to have the same number of elements, "
    "but got source.numel() = {}, index.numel() = {}")  # fmt: skip
index_dims = runtime_error("Index tensor must have the same number of dimensions as {} tensor")
gather_sizes = runtime_error("Size does not match at dimension {} expected index {} to be no "
    "larger than self {} apart from dimension {}")  # fmt: skip
scatter_sizes = runtime_error("Expected index {} to be no larger than self {} apart from dimension "
    "{}")  # fmt: skip
scatter_src_sizes = runtime_error("Expected index {} to be no larger than self {} apart from "
    "dimension {} and to be no larger size than src {}")  # fmt: skip
gather_dtype = runtime_error("{}(): Expected dtype int32/int64 for index")
gather_out = runtime_error("Expected out tensor to have dtype {}, but got {} instead")
scatter_kinds = runtime_error("scatter(): Expected self.dtype to be equal to src.dtype")
scatter_reduce = runtime_error("reduce argument must be either add or multiply.")
SCATTER_REDUCE = (
    "The reduce argument of torch.scatter with Tensor src is deprecated and will be removed in a "
    "future PyTorch release. Use torch.scatter_reduce instead for more reduction options."
)
take_along_dims = runtime_error("torch.take_along_dim(): input and indices should have the same "
    "number of dimensions, but got {} dimensions for input, and {} dimensions for "
    "indices")  # fmt: skip
take_along_dtype = runtime_error("torch.take_along_dim(): dtype of indices should be Long but got "
    "{}")  # fmt: skip
masked_select_mask = runtime_error("masked_select: expected BoolTensor for mask")
masked_scatter_mask = runtime_error("masked_scatter_ only supports boolean masks, but got mask "
    "with dtype {}")  # fmt: skip
SCATTER_MASK = (
    "masked_scatter_ received a mask with dtype torch.uint8, this behavior is now deprecated,"
    "please use a mask with dtype torch.bool instead."
)
masked_scatter_kinds = runtime_error("masked_scatter: expected self and source to have same dtypes "
    "but got{} and {}")  # fmt: skip
masked_scatter_count = runtime_error("Number of elements of source < number of ones in mask")

# --- devices and means, until their families have texts of their own

mean_dtype = runtime_error("mean(): could not infer output dtype. {1} dtype must be either a "
    "floating point or complex dtype. Got: {0.kind}")  # fmt: skip
only_floats = runtime_error("{} only support floating point and complex dtypes")
DEGREES_OF_FREEDOM = (
    "{}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction "
    "factor (input numel divided by output numel)."
)


def _type_name(value: Any) -> str:
    """The type as lists of arguments in messages have it."""
    name = type(value).__name__
    return f"torch.{name}" if name in ("dtype", "device", "Size") else name


def device_arguments(args: Any) -> Exception:
    kinds = [_type_name(value) for value in args]
    names, marked = ", ".join(kinds), ", ".join(f"!{k}!" for k in kinds)
    wrong = f"      didn't match because some of the arguments have invalid types: ({marked})\n"
    return TypeError(
        f"device() received an invalid combination of arguments - got ({names}), but expected one "
        f"of:\n * (torch.device device)\n{wrong if len(args) == 1 else ''} * (str type, int index "
        "= -1)\n"
    )
