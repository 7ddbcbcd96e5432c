"""Reading and writing at an index. See `minigrad.errors`."""

from __future__ import annotations

from typing import Any

from minigrad.errors.text import brackets, kind

# --- reading and writing at an index


def index_is_no_vector(function: str, index: Any) -> Exception:
    more = (
        ""
        if function == "index_select"
        else (
            f", but got dim: {index._data.ndim} with type: {kind(index)} and size: "
            f"{brackets(index._data.shape)}"
        )
    )
    return IndexError(f"{function}(): Index is supposed to be a vector{more}")


def index_select_dtype() -> Exception:
    return RuntimeError("index_select(): Expected dtype int32 or int64 for index")


def index_out_of_range_in_self() -> Exception:
    return IndexError("index out of range in self")


def index_add_dtype(index: Any) -> Exception:
    return RuntimeError(
        f"index_add_(): Expected dtype int32/int64 for index but got: {kind(index)}"
    )


def index_add_kinds(tensor: Any, source: Any) -> Exception:
    return RuntimeError(
        f"index_add_(): self ({kind(tensor)}) and source ({kind(source)}) must have the same "
        "scalar type"
    )


def index_add_count(indices: int, length: int, dim: int) -> Exception:
    return RuntimeError(
        f"index_add_(): Number of indices ({indices}) should be equal to source.size(dim): "
        f"({length}), for dim: {dim}"
    )


def index_fill_dtype() -> Exception:
    return IndexError("index_fill_(): Expected dtype int64 for index.")


def index_fill_value(value: Any) -> Exception:
    return RuntimeError(
        "index_fill_ only supports a 0-dimensional value tensor, but got tensor with "
        f"{value._data.ndim} dimension(s)."
    )


def index_copy_kinds(tensor: Any, source: Any) -> Exception:
    return RuntimeError(
        "index_copy_(): self and source expected to have the same dtype, but got (self) "
        f"{kind(tensor)} and (source) {kind(source)}"
    )


def index_copy_count(indices: int, length: int) -> Exception:
    return IndexError(
        f"index_copy_(): Number of indices ({indices}) should be equal to source.size(dim) "
        f"({length})"
    )


def index_copy_range(index: int, dim: int, length: int) -> Exception:
    return IndexError(
        f"index_copy_(): index {index} is out of bounds for dimension {dim} with size {length}"
    )


def no_tensor_argument(function: str, name: str, position: int, value: Any) -> Exception:
    return TypeError(
        f"{function}(): argument '{name}' (position {position}) must be Tensor, not "
        f"{type(value).__name__}"
    )


def index_long(function: str, index: Any) -> Exception:
    return RuntimeError(f"{function}(): Expected a long tensor for index, but got {kind(index)}")


def take_range(index: int, size: int) -> Exception:
    return IndexError(
        f"out of range: tried to access index {index} on a tensor of {size} elements."
    )


def put_count(source: int, index: int) -> Exception:
    return IndexError(
        "put_(): Expected source and index to have the same number of elements, but got "
        "source.numel() = "
        f"{source}, index.numel() = {index}"
    )


def _type_name(value: Any) -> str:
    """The type as lists of arguments in messages have it."""
    name = type(value).__name__
    return f"torch.{name}" if name in ("dtype", "device", "Size") else name


def device_arguments(args: Any) -> Exception:
    names = ", ".join(_type_name(value) for value in args)
    marked = ", ".join(f"!{_type_name(value)}!" for value in args)
    wrong = f"      didn't match because some of the arguments have invalid types: ({marked})\n"
    return TypeError(
        f"device() received an invalid combination of arguments - got ({names}), but expected one "
        "of:\n"
        f" * (torch.device device)\n{wrong if len(args) == 1 else ''} * (str type, int index = "
        "-1)\n"
    )


LIST_AS_TUPLE = (
    "Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed "
    "in pytorch 2.9; use "
    "x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this will be interpreted as tensor index, "
    "x[torch.tensor(seq)], which will result either in an error or a different result"
)
UINT8_MASK = (
    "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead."
)


def index_of_type(value: Any) -> Exception:
    return IndexError(
        "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid "
        "indices (got "
        f"{type(value).__name__})"
    )


def index_dtype() -> Exception:
    return IndexError("tensors used as indices must be long, int, byte or bool tensors")


def index_of_zero_dim() -> Exception:
    return IndexError(
        "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in "
        "C++ to convert a "
        "0-dim tensor to a number"
    )


def slice_of_zero_dim() -> Exception:
    return IndexError("slice() cannot be applied to a 0-dim tensor.")


def too_many_indices(ndim: int) -> Exception:
    return IndexError(f"too many indices for tensor of dimension {ndim}")


def mask_shape(mask: Any, own: int, shape: Any, dim: int) -> Exception:
    return IndexError(
        f"The shape of the mask {brackets(mask)} at index {own} does not match the shape of the "
        "indexed tensor "
        f"{brackets(shape)} at index {dim}"
    )


def index_broadcast(shapes: Any) -> Exception:
    listed = ", ".join(brackets(shape) for shape in shapes)
    return IndexError(
        f"shape mismatch: indexing tensors could not be broadcast together with shapes {listed}"
    )


def assigned_type(value: Any, tensor: Any) -> Exception:
    return TypeError(f"can't assign a {_qualified(value)} to a torch.{kind(tensor)}Tensor")


def _qualified(value: Any) -> str:
    name, module = type(value).__name__, type(value).__module__
    return name if module == "builtins" else f"{module}.{name}"


def index_put_dtypes(tensor: Any, values: Any) -> Exception:
    return RuntimeError(
        f"Index put requires the source and destination dtypes match, got {kind(tensor)} for the "
        "destination and "
        f"{kind(values)} for the source."
    )


def index_put_shape(values: Any, target: Any) -> Exception:
    return RuntimeError(
        f"shape mismatch: value tensor of shape {brackets(values)} cannot be broadcast to "
        "indexing result of shape "
        f"{brackets(target)}"
    )


def mean_dtype(dtype: Any, which: str) -> Exception:
    return RuntimeError(
        f"mean(): could not infer output dtype. {which} dtype must be either a floating point or "
        "complex dtype. "
        f"Got: {dtype.kind}"
    )


def only_floats(name: str) -> Exception:
    return RuntimeError(f"{name} only support floating point and complex dtypes")


DEGREES_OF_FREEDOM = (
    "{}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction "
    "factor (input numel "
    "divided by output numel)."
)


# --- gather and scatter


def index_dims(other: str) -> Exception:
    return RuntimeError(f"Index tensor must have the same number of dimensions as {other} tensor")


def gather_sizes(index: Any, shape: Any, dim: int, wrong: int) -> Exception:
    return RuntimeError(
        f"Size does not match at dimension {wrong} expected index {brackets(index)} to be no "
        "larger than self "
        f"{brackets(shape)} apart from dimension {dim}"
    )


def scatter_sizes(index: Any, shape: Any, dim: int, source: Any) -> Exception:
    more = "" if source is None else f" and to be no larger size than src {brackets(source)}"
    return RuntimeError(
        f"Expected index {brackets(index)} to be no larger than self {brackets(shape)} apart from "
        "dimension "
        f"{dim}{more}"
    )


def gather_dtype(function: str) -> Exception:
    return RuntimeError(f"{function}(): Expected dtype int32/int64 for index")


def scatter_kinds() -> Exception:
    return RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")


def take_along_dims(ndim: int, given: int) -> Exception:
    return RuntimeError(
        "torch.take_along_dim(): input and indices should have the same number of dimensions, but "
        "got "
        f"{ndim} dimensions for input, and {given} dimensions for indices"
    )


def take_along_dtype(index: Any) -> Exception:
    return RuntimeError(
        f"torch.take_along_dim(): dtype of indices should be Long but got {kind(index)}"
    )


def masked_select_mask() -> Exception:
    return RuntimeError("masked_select: expected BoolTensor for mask")


def masked_scatter_kinds(tensor: Any, source: Any) -> Exception:
    return RuntimeError(
        f"masked_scatter: expected self and source to have same dtypes but got{kind(tensor)} and "
        f"{kind(source)}"
    )


def masked_scatter_count() -> Exception:
    return RuntimeError("Number of elements of source < number of ones in mask")
