"""PyTorch's error messages, in one place.

Every function returns the exception, and the caller raises it: ``raise errors.second_backward()``.
The texts are compared with PyTorch's by tests/parity/test_errors.py.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from minigrad.dtypes import from_numpy

NON_LEAF_GRAD = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad "
    "attribute won't be "
    "populated during autograd.backward(). If you indeed want the .grad field to be populated for "
    "a non-leaf "
    "Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by "
    "mistake, make sure "
    "you access the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more "
    "information."
)
REFERENCE_CYCLE = (
    "Using backward() with create_graph=True will create a reference cycle between the parameter "
    "and its gradient which can cause a memory leak. We recommend using autograd.grad when "
    "creating the graph to avoid this. If you have to use this function, make sure to reset the "
    ".grad fields of your parameters to None after use to break the cycle and avoid the leak."
)
SCALAR_OF_GRAD = (
    "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
    "Consider using tensor.detach() first."
)


def brackets(shape: Any) -> str:
    """A shape as messages print it: ``[2, 3]``."""
    return "[" + ", ".join(str(length) for length in shape) + "]"


def kind(tensor: Any) -> str:
    """The dtype of a tensor as messages print it: ``Float``."""
    return from_numpy(tensor._data.dtype).kind


def short_name(node: Any) -> str:
    """The name of a node as messages print it: ``Mul``, ``Sum1`` for ``SumBackward1``."""
    return re.sub(r"Backward0?(\d*)$", r"\1", node.name())


# --- backward


def implicit_grad_of_non_scalar() -> Exception:
    return RuntimeError("grad can be implicitly created only for scalar outputs")


def root_without_grad(index: int) -> Exception:
    return RuntimeError(
        f"element {index} of tensors does not require grad and does not have a grad_fn"
    )


def second_backward() -> Exception:
    return RuntimeError(
        "Trying to backward through the graph a second time (or directly access saved tensors "
        "after they have "
        "already been freed). Saved intermediate values of the graph are freed when you call "
        ".backward() or "
        "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a "
        "second time or "
        "if you need to access saved tensors after calling backward."
    )


def modified_in_place(
    node: Any, saved: Any, saved_kind: str, version: int, expected: int
) -> Exception:
    data = saved._data if saved_kind == "input" else saved
    maker = node if saved_kind == "result" else getattr(saved, "grad_fn", None)
    made_by = "" if maker is None else f", which is output 0 of {short_name(maker)},"
    return RuntimeError(
        "one of the variables needed for gradient computation has been modified by an inplace "
        "operation: "
        f"[{from_numpy(data.dtype).tensor_type} {brackets(data.shape)}]{made_by} is at version "
        f"{version}; "
        f"expected version {expected} instead. Hint: enable anomaly detection to find the "
        "operation that failed "
        "to compute its gradient, with torch.autograd.set_detect_anomaly(True, check_nan=False)."
    )


def mismatch_of_root(index: int, grad: Any, tensor: Any) -> Exception:
    return RuntimeError(
        f"Mismatch in shape: grad_output[{index}] has a shape of "
        f"torch.Size({list(grad._data.shape)}) and "
        f"output[{index}] has a shape of torch.Size({list(tensor._data.shape)})."
    )


def gradient_is_no_tensor(grad: Any) -> Exception:
    return TypeError(f"gradients can be either Tensors or None, but got {type(grad).__name__}")


def number_of_root_gradients(tensors: int, grads: int) -> Exception:
    return RuntimeError(f"got {tensors} tensors and {grads} gradients")


def no_inputs(function: str) -> Exception:
    return RuntimeError(f"`inputs` argument to `{function}()` cannot be empty.")


def input_without_grad() -> Exception:
    return RuntimeError("One of the differentiated Tensors does not require grad")


def unused_input(index: int) -> Exception:
    return RuntimeError(
        f"The differentiated Tensor at index {index} appears to not have been used in the graph. "
        "Set allow_unused=True if this is the desired behavior."
    )


def backward_input_is_no_leaf() -> Exception:
    return RuntimeError(
        "One of the differentiated Tensors given as 'inputs' to backward is not a leaf Tensor"
    )


def gradient_shape(node: Any, index: int, got: Any, expected: Any) -> Exception:
    return RuntimeError(
        f"Function {node.name()} returned an invalid gradient at index {index} - got "
        f"{brackets(got)} but "
        f"expected shape compatible with {brackets(expected)}"
    )


def number_of_gradients(name: str, expected: int, got: int) -> Exception:
    return RuntimeError(
        f"function {name} returned an incorrect number of gradients (expected {expected}, got "
        f"{got})"
    )


def gradient_is_no_variable(value: Any) -> Exception:
    name = "numpy.ndarray" if isinstance(value, np.ndarray) else type(value).__name__
    return RuntimeError(f"expected Variable or None (got {name})")


def check_hook_result(changed: Any, grad: Any) -> None:
    """Complain about what a tensor hook returned, if it does not fit the gradient."""
    if not hasattr(changed, "_data"):
        raise TypeError(f"expected Variable, but hook returned '{type(changed).__name__}'")
    if changed._data.shape != grad._data.shape:
        raise RuntimeError("hook '<lambda>' has changed the size of value")
    if changed._data.dtype != grad._data.dtype:
        raise RuntimeError(
            f"hook '<lambda>' has changed the type of value (was torch.{kind(grad)}Tensor got "
            f"torch.{kind(changed)}Tensor)"
        )


# --- attributes of a tensor


def requires_grad_not_bool() -> Exception:
    return RuntimeError("requires_grad must be a bool")


def requires_grad_of_non_leaf() -> Exception:
    return RuntimeError(
        "you can only change requires_grad flags of leaf variables. If you want to use a computed "
        "variable in a "
        "subgraph that doesn't require differentiation use var_no_grad = var.detach()."
    )


def only_floats_require_grad() -> Exception:
    return RuntimeError("only Tensors of floating point and complex dtype can require gradients")


def only_floats_require_grad_argument() -> Exception:
    return RuntimeError("Only Tensors of floating point and complex dtype can require gradients")


def grad_is_no_tensor(value: Any) -> Exception:
    return TypeError(
        f"assigned grad expected to be a Tensor or None but got grad of type {type(value).__name__}"
    )


def grad_is_self() -> Exception:
    return RuntimeError("can't assign Variable as its own grad")


def grad_dtype(tensor: Any, value: Any) -> Exception:
    return RuntimeError(
        f"attempting to assign a gradient with dtype '{_lower_kind(value)}' to a tensor with "
        "grad_dtype "
        f"'{kind(tensor)}'. The gradient must match the tensor's grad_dtype (defaults to the "
        "tensor's dtype). "
        "You can set the tensor's grad_dtype attribute with a specific dtype, or None to allow "
        "any dtype. Set "
        "grad_dtype with caution. Diverging the dtypes of a tensor and its gradient may break "
        "downstream systems "
        "that assume they match."
    )


def _lower_kind(tensor: Any) -> str:
    return kind(tensor).lower()


def grad_shape(tensor: Any, value: Any) -> Exception:
    return RuntimeError(
        f"attempting to assign a gradient of size '{brackets(value._data.shape)}' to a tensor of "
        "size "
        f"'{brackets(tensor._data.shape)}'. Please ensure that the gradient and the tensor are "
        "the same size"
    )


def retain_grad_without_grad() -> Exception:
    return RuntimeError("can't retain_grad on Tensor that has requires_grad=False")


def hook_without_grad() -> Exception:
    return RuntimeError("cannot register a hook on a tensor that doesn't require gradient")


def post_accumulate_hook_of_non_leaf() -> Exception:
    return RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")


def data_is_no_tensor(value: Any) -> Exception:
    return TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")


def data_dtype() -> Exception:
    return RuntimeError(
        "data set to a tensor that requires gradients must be floating point or complex dtype"
    )


def item_of_many(tensor: Any) -> Exception:
    return RuntimeError(f"a Tensor with {tensor._data.size} elements cannot be converted to Scalar")


def numpy_of_grad() -> Exception:
    return RuntimeError(
        "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
    )


def bool_of_many(tensor: Any) -> Exception:
    many = "no values" if tensor._data.size == 0 else "more than one value"
    return RuntimeError(f"Boolean value of Tensor with {many} is ambiguous")


def index_of_non_integer() -> Exception:
    return TypeError("only integer tensors of a single element can be converted to an index")


def scalar_of_many() -> Exception:
    return ValueError("only one element tensors can be converted to Python scalars")


def contains(element: Any) -> Exception:
    return RuntimeError(
        f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}."
    )


# --- in place


def in_place_on_leaf() -> Exception:
    return RuntimeError(
        "a leaf Variable that requires grad is being used in an in-place operation."
    )


def in_place_on_view_of_leaf() -> Exception:
    return RuntimeError(
        "a view of a leaf Variable that requires grad is being used in an in-place operation."
    )


def view_modified(edge: Any, *, one_of_several: bool, indirect: bool) -> Exception:
    """The complaint about a view whose history a change in place would make ambiguous.

    Parameters
    ----------
    edge : (Node, int) or None
        What made the view.
    one_of_several : bool
        Whether it was made together with other views; else it was made in no_grad mode.
    indirect : bool
        Whether not the view itself was changed, but its base or another view.
    """
    if edge is None:
        what = "A view was created in no_grad mode"
    else:
        what = f"Output {edge[1]} of {short_name(edge[0])} is a view"
        what += "" if one_of_several else " of a view which was created in no_grad mode"
    if indirect:
        how = "and its base or another view of its base has been modified inplace"
    else:
        how = "and is being modified inplace"
    if edge is None or not one_of_several:
        how += " with grad mode enabled"
    if one_of_several:
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


# --- operands, shapes, dimensions


class NoOperand(TypeError):
    """An operand of a type that no operation takes."""

    def __init__(
        self, value: Any, function: str = "", argument: str = "input", position: int = 1
    ) -> None:
        super().__init__(
            f"{function}(): argument '{argument}' (position {position}) must be Tensor, not "
            f"{type(value).__name__}"
        )


NoOperand.__name__ = NoOperand.__qualname__ = "TypeError"  # what a traceback shows is PyTorch's
NoOperand.__module__ = "builtins"


def of_shapes(op: Any, inputs: list[Any], error: Exception) -> Exception:
    """PyTorch's complaint about operands whose shapes do not fit, for numpy's."""
    if "broadcast" not in str(error):
        return error
    shapes = [t._data.shape for t in inputs if hasattr(t._data, "shape")]
    for first, second in zip(shapes, shapes[1:], strict=False):
        mismatch = broadcast_mismatch(first, second)
        if mismatch is not None:
            return mismatch
    return error


def broadcast_mismatch(a: Any, b: Any) -> Exception | None:
    """The complaint about two shapes that do not broadcast, or None if they do."""
    longest = max(len(a), len(b))
    for back in range(1, longest + 1):
        if (
            back <= len(a)
            and back <= len(b)
            and a[-back] != b[-back]
            and 1 not in (a[-back], b[-back])
        ):
            return RuntimeError(
                f"The size of tensor a ({a[-back]}) must match the size of tensor b ({b[-back]}) "
                "at "
                f"non-singleton dimension {longest - back}"
            )
    return None


def checked_dim(dim: int, ndim: int) -> int:
    """`dim` counted from the front.

    Raises
    ------
    IndexError
        If there is no such dimension.
    """
    reach = max(ndim, 1)
    if not -reach <= dim < reach:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-reach}, {reach - 1}], but got "
            f"{dim})"
        )
    return dim % reach


# --- custom Functions


def gradient_of_no_tensor(name: str, position: int) -> Exception:
    return RuntimeError(
        f"function {name} returned a gradient different than None at position {position}, but the "
        "corresponding "
        "forward input was not a Variable"
    )


def function_in_place_on_leaf() -> Exception:
    return RuntimeError(
        "a leaf Variable that requires grad has been used in an in-place operation."
    )


# --- tensors from values


def invalid_data_type(value: Any) -> Exception:
    return TypeError(f"new(): invalid data type '{type(value).__name__}'")


def no_dtype_of(value: Any) -> Exception:
    return RuntimeError(f"Could not infer dtype of {type(value).__name__}")


def too_many_dimensions(value: Any) -> Exception:
    return ValueError(f"too many dimensions '{type(value).__name__}'")


def ragged(expected: int, dim: int, got: int) -> Exception:
    return ValueError(f"expected sequence of length {expected} at dim {dim} (got {got})")


def overflow(dtype: Any) -> Exception:
    return RuntimeError(f"value cannot be converted to type {dtype.name} without overflow")


def foreign_byte_order() -> Exception:
    return ValueError(
        "given numpy array has byte order different from the native byte order. Conversion "
        "between byte orders is "
        "currently not supported."
    )


def array_with_negative_strides() -> Exception:
    return ValueError(
        "At least one stride in the given numpy array is negative, and tensors with negative "
        "strides are not "
        "currently supported. (You can probably work around this by making a copy of your array  "
        "with array.copy().) "
    )


# --- shapes and views (minigrad/ops/shape.py and its neighbours)


def not_ints(function: str, name: str, wrong: Any, position: int = 1) -> Exception:
    return TypeError(
        f"{function}(): argument '{name}' (position {position}) must be tuple of ints, not {type(wrong).__name__}"
    )


def not_int(function: str, name: str, value: Any, position: int = 1) -> Exception:
    return TypeError(
        f"{function}(): argument '{name}' (position {position}) must be int, not {type(value).__name__}"
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
        f"cannot reshape tensor of 0 elements into shape {brackets(shape)} because the unspecified dimension size "
        "-1 can be any value and is ambiguous"
    )


def not_viewable() -> Exception:
    return RuntimeError(
        "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
        "contiguous subspaces). Use .reshape(...) instead."
    )


def repeated_dim(dim: int) -> Exception:
    return RuntimeError(f"dim {dim} appears multiple times in the list of dims")


def expand_to_fewer(tensor: Any, size: Any) -> Exception:
    return RuntimeError(
        f"expand(torch.{kind(tensor)}Tensor{{{brackets(tensor._data.shape)}}}, size={brackets(size)}): the number "
        f"of sizes provided ({len(size)}) must be greater or equal to the number of dimensions in the tensor "
        f"({tensor._data.ndim})"
    )


def expand_of_new(length: int, dim: int) -> Exception:
    return RuntimeError(
        f"The expanded size of the tensor ({length}) isn't allowed in a leading, non-existing dimension {dim}"
    )


def expand_mismatch(length: int, existing: int, dim: int, size: Any, shape: Any) -> Exception:
    return RuntimeError(
        f"The expanded size of the tensor ({length}) must match the existing size ({existing}) at non-singleton "
        f"dimension {dim}.  Target sizes: {brackets(size)}.  Tensor sizes: {brackets(shape)}"
    )


def permute_length(ndim: int, given: int) -> Exception:
    return RuntimeError(
        "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
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
    "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will throw "
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
        f"as_strided: Negative strides are not supported at the moment, got strides: {brackets(strides)}"
    )


def negative_offset(offset: int) -> Exception:
    return RuntimeError(f"Tensor: invalid storage offset {offset}")


def out_of_storage(
    size: Any, stride: Any, offset: int, itemsize: int, last: int, storage: int
) -> Exception:
    return RuntimeError(
        f"setStorage: sizes {brackets(size)}, strides {brackets(stride)}, storage offset {offset}, and itemsize "
        f"{itemsize} requiring a storage size of {last * itemsize} are out of bounds for storage of size {storage}"
    )


def movedim_lengths(source: Any, destination: Any) -> Exception:
    return RuntimeError(
        f"movedim: Invalid source or destination dims: source ({brackets(source)} dims) should contain the same "
        f"number of dims as destination ({brackets(destination)} dims)"
    )


def movedim_repeated(name: str, dims: Any) -> Exception:
    return RuntimeError(f"movedim: repeated dim in `{name}` ({brackets(dims)})")


# --- comparisons, pointwise functions, reductions, products


def not_implemented_for(kernel: str, dtype: Any) -> Exception:
    return NotImplementedError(f"\"{kernel}\" not implemented for '{from_numpy(dtype).kind}'")


def invert_of_floats() -> Exception:
    return TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")


def dtypes_differ(first: Any, second: Any) -> Exception:
    return RuntimeError(f"{kind(first)} did not match {kind(second)}")


def subtraction_of_bools(self: Any, other: Any) -> Exception:
    if all(getattr(operand, "dtype", type(operand)) == bool for operand in (self, other)):
        return RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or "
            "`logical_xor()` operator instead."
        )
    return RuntimeError(
        "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, "
        "use the `~` or `logical_not()` operator instead."
    )


def negation_of_bools() -> Exception:
    return RuntimeError(
        "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the "
        "`~` or `logical_not()` operator instead."
    )


def plus_of_bools() -> Exception:
    return RuntimeError("The `+` operator, on a bool tensor is not supported.")


def integer_division_by_zero() -> Exception:
    return RuntimeError("ZeroDivisionError")


def no_derivative(name: str) -> Exception:
    return RuntimeError(f"derivative for aten::{name} is not implemented")


def clamp_without_limits() -> Exception:
    return RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")


def rounding_mode(value: Any) -> Exception:
    return RuntimeError(
        f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{value}'"
    )


def integer_addcdiv() -> Exception:
    return RuntimeError(
        "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true "
        "division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * "
        "torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / "
        "tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value * "
        "tensor1 / tensor2), for all dtypes."
    )


def combination(name: str, given: str, *expected: str) -> Exception:
    """Complain about arguments that fit none of the forms of a function."""
    forms = "".join(f" * {form}\n" for form in expected)
    return TypeError(
        f"{name}() received an invalid combination of arguments - got ({given}), but expected one of:\n{forms}"
    )


def where_condition(condition: Any) -> Exception:
    return RuntimeError(
        f"where expected condition to be a boolean tensor, but got a tensor with dtype {kind(condition)}"
    )


def masked_fill_mask(mask: Any) -> Exception:
    return RuntimeError(
        f"masked_fill_ only supports boolean masks, but got mask with dtype {_c_name(mask)}"
    )


def masked_fill_value(value: Any) -> Exception:
    return RuntimeError(
        "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with "
        f"{value._data.ndim} dimension(s)."
    )


def _c_name(tensor: Any) -> str:
    """The dtype of a tensor as C names it: ``long int``."""
    names = {
        "Long": "long int",
        "Int": "int",
        "Short": "short int",
        "Byte": "unsigned char",
        "Char": "signed char",
    }
    return names.get(kind(tensor), kind(tensor).lower())


def not_tensors(function: str, value: Any) -> Exception:
    return TypeError(
        f"{function}(): argument 'tensors' (position 1) must be tuple of Tensors, not {type(value).__name__}"
    )


def no_tensor_in_list(nr: int, value: Any) -> Exception:
    return TypeError(
        f"expected Tensor as element {nr} in argument 0, but got {type(value).__name__}"
    )


def stack_of_nothing() -> Exception:
    return RuntimeError("stack expects a non-empty TensorList")


def stack_shapes(first: Any, nr: int, other: Any) -> Exception:
    return RuntimeError(
        f"stack expects each tensor to be equal size, but got {brackets(first)} at entry 0 and {brackets(other)} "
        f"at entry {nr}"
    )


# --- functions that make tensors


def argument(
    caller: str, name: str, expected: str, value: Any, position: int | None = None
) -> Exception:
    where = "" if position is None else f" (position {position})"
    return TypeError(
        f"{caller}(): argument '{name}'{where} must be {expected}, not {type(value).__name__}"
    )


def missing(caller: str, name: str) -> Exception:
    return TypeError(f'{caller}() missing 1 required positional arguments: "{name}"')


def size_element(caller: str, at: int, value: Any) -> Exception:
    kind = type(value).__name__
    if at == 0:
        return TypeError(
            f"{caller}(): argument 'size' (position 1) must be tuple of ints, but found element of type {kind} at pos 0"
        )
    return TypeError(
        f"{caller}(): argument 'size' failed to unpack the object at pos {at + 1} with error "
        f'"type must be tuple of ints,but got {kind}"'
    )


def negative_size(caller: str, length: int, shape: Any) -> Exception:
    if caller == "zeros":
        return RuntimeError("zeros: Dimension size must be non-negative.")
    return RuntimeError(
        f"Trying to create tensor with negative dimension {length}: {brackets(shape)}"
    )


def too_large(shape: Any) -> Exception:
    return RuntimeError(f"Storage size calculation overflowed with sizes={brackets(shape)}")


def dtype_of_out(dtype: Any, out: Any) -> Exception:
    return RuntimeError(
        f"dtype {from_numpy(dtype).kind} does not match dtype of out parameter ({kind(out)})"
    )


def scalar_overflow(dtype: Any) -> Exception:
    names = {
        "uint8": "uint8_t",
        "int8": "int8_t",
        "int16": "int16_t",
        "int32": "int",
        "int64": "int64_t",
    }
    return RuntimeError(f"value cannot be converted to type {names[dtype.name]} without overflow")


def no_array(value: Any) -> Exception:
    kind = type(value)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    return TypeError(f"expected np.ndarray (got {name})")


def alias_of_sequence() -> Exception:
    return ValueError("can't alias arbitrary sequence into a tensor.")


def alias_needs_copy() -> Exception:
    return ValueError("can't alias tensor with dtype or device that has to change.")


def no_inference() -> Exception:
    return RuntimeError("upper bound and lower bound inconsistent with step sign")


def zero_step() -> Exception:
    return RuntimeError("step must be nonzero")


def unbounded_range(start: Any, end: Any) -> Exception:
    return RuntimeError(f"unsupported range: {start:g} -> {end:g}")


def negative_steps() -> Exception:
    return RuntimeError("number of steps must be non-negative")


def negative_eye(name: str, value: int) -> Exception:
    return RuntimeError(f"{name} must be greater or equal to 0, got {value}")


def invalid_combination(caller: str, got: list[Any], *signatures: str) -> Exception:
    kinds = ", ".join(type(value).__name__ for value in got)
    one_of = "one of:" if len(signatures) > 1 else signatures[0]
    text = f"{caller}() received an invalid combination of arguments - got ({kinds}), but expected {one_of}"
    if len(signatures) > 1:
        text += "".join(f"\n * {signature}" for signature in signatures) + "\n"
    return TypeError(text)


# --- legacy constructors


def legacy_needs_sequence(value: Any) -> Exception:
    return TypeError(f"new(): data must be a sequence (got {type(value).__name__})")


def legacy_dtype(expected: Any, got: Any) -> Exception:
    names = {
        "float64": "double", "float32": "float", "float16": "c10::Half", "int64": "long int", "int32": "int",
        "int16": "short int", "int8": "signed char", "uint8": "unsigned char", "bool": "bool",
    }  # fmt: skip
    rest = (
        "device=cpu, layout=Strided, requires_grad=false (default), pinned_memory=false (default), "
        "memory_format=(nullopt)"
    )
    return TypeError(
        f"expected TensorOptions(dtype={names[expected.name]}, {rest}) "
        f"(got TensorOptions(dtype={names[got.name]}, {rest}))"
    )


# --- other dtypes, leaves


def invalid_type(name: str) -> Exception:
    return ValueError(f"invalid type: '{name}'")


def type_is_no_dtype() -> Exception:
    return TypeError("dtype must be a type, str, or dtype object")


def only_floats_require_grad_method() -> Exception:
    return RuntimeError("only Tensors of floating point dtype can require gradients")


def detach_view_in_place() -> Exception:
    return RuntimeError(
        "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for "
        "training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence detach_() "
        "cannot be called on these gradients. To fix this error, please refer to the Optimizer.zero_grad() function in "
        "torch/optim/optimizer.py as the solution."
    )


def fill_value_of_dimensions(ndim: int) -> Exception:
    return RuntimeError(
        f"fill_ only supports 0-dimension value tensor but got tensor with {ndim} dimensions."
    )


def deepcopy_of_non_leaf() -> Exception:
    return RuntimeError(
        "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  If "
        "you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, see "
        "https://github.com/pytorch/pytorch/pull/103001"
    )


def invalid_fill_value(value: Any) -> Exception:
    name = type(value).__name__
    wrong = f"      didn't match because some of the arguments have invalid types: (!{name}!)\n"
    return TypeError(
        f"fill_() received an invalid combination of arguments - got ({name}), but expected one of:\n"
        f" * (Tensor value)\n{wrong} * (Number value)\n{wrong}"
    )


def legacy_keywords(args: Any, unknown: dict[str, Any]) -> Exception:
    got = ", ".join(
        [_type_name(value) for value in args]
        + [f"{name}={_type_name(value)}" for name, value in unknown.items()]
    )
    return TypeError(
        f"new() received an invalid combination of arguments - got ({got}), but expected one of:\n"
        " * (*, torch.device device = None)\n"
        f"      didn't match because some of the keywords were incorrect: {', '.join(unknown)}\n"
        " * (torch.Storage storage)\n * (Tensor other)\n"
        " * (tuple of ints size, *, torch.device device = None)\n"
        " * (object data, *, torch.device device = None)\n"
    )


def float_alpha() -> Exception:
    return RuntimeError(
        "For integral input tensors, argument alpha must not be a floating point number."
    )


def type_of(value: Any) -> str:
    """The type of an argument as the message of `combination` prints it."""
    return "Tensor" if hasattr(value, "_data") else type(value).__name__


def weights_only(module: str, name: str) -> str:
    return (
        "Weights only load failed. This file can still be loaded with `weights_only=False`: do that only if you trust "
        f"its source, for it can run any code. Unsupported global: {module}.{name} was not an allowed global by default."
    )


def result_type_operands(values: list[Any]) -> Exception:
    names = [type(value).__name__ for value in values]
    marked = ", ".join(f"!{name}!" for name in names)
    wrong = f"      didn't match because some of the arguments have invalid types: ({marked})\n"
    signatures = (
        "(Tensor tensor, Tensor other)",
        "(Number scalar, Tensor tensor)",
        "(Tensor tensor, Number other)",
        "(Number scalar1, Number scalar2)",
    )
    return TypeError(
        f"result_type() received an invalid combination of arguments - got ({', '.join(names)}), but expected one of:\n"
        + "".join(f" * {signature}\n{wrong}" for signature in signatures)
    )


def lerp_dtype(input: Any, name: str, other: Any) -> Exception:
    return RuntimeError(
        f"expected dtype {_c_name(input)} for `{name}` but got dtype {_c_name(other)}"
    )


# --- reading and writing at an index (minigrad/ops/along.py, gather.py, index.py)


def index_is_no_vector(function: str, index: Any) -> Exception:
    more = (
        ""
        if function == "index_select"
        else (
            f", but got dim: {index._data.ndim} with type: {kind(index)} and size: {brackets(index._data.shape)}"
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
        f"index_add_(): self ({kind(tensor)}) and source ({kind(source)}) must have the same scalar type"
    )


def index_add_count(indices: int, length: int, dim: int) -> Exception:
    return RuntimeError(
        f"index_add_(): Number of indices ({indices}) should be equal to source.size(dim): ({length}), for dim: {dim}"
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
        f"index_copy_(): Number of indices ({indices}) should be equal to source.size(dim) ({length})"
    )


def index_copy_range(index: int, dim: int, length: int) -> Exception:
    return IndexError(
        f"index_copy_(): index {index} is out of bounds for dimension {dim} with size {length}"
    )


def no_tensor_argument(function: str, name: str, position: int, value: Any) -> Exception:
    return TypeError(
        f"{function}(): argument '{name}' (position {position}) must be Tensor, not {type(value).__name__}"
    )


def index_long(function: str, index: Any) -> Exception:
    return RuntimeError(f"{function}(): Expected a long tensor for index, but got {kind(index)}")


def take_range(index: int, size: int) -> Exception:
    return IndexError(
        f"out of range: tried to access index {index} on a tensor of {size} elements."
    )


def put_count(source: int, index: int) -> Exception:
    return IndexError(
        "put_(): Expected source and index to have the same number of elements, but got source.numel() = "
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
        f"device() received an invalid combination of arguments - got ({names}), but expected one of:\n"
        f" * (torch.device device)\n{wrong if len(args) == 1 else ''} * (str type, int index = -1)\n"
    )


LIST_AS_TUPLE = (
    "Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed in pytorch 2.9; use "
    "x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this will be interpreted as tensor index, "
    "x[torch.tensor(seq)], which will result either in an error or a different result"
)
UINT8_MASK = (
    "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead."
)


def index_of_type(value: Any) -> Exception:
    return IndexError(
        "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got "
        f"{type(value).__name__})"
    )


def index_dtype() -> Exception:
    return IndexError("tensors used as indices must be long, int, byte or bool tensors")


def index_of_zero_dim() -> Exception:
    return IndexError(
        "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a "
        "0-dim tensor to a number"
    )


def slice_of_zero_dim() -> Exception:
    return IndexError("slice() cannot be applied to a 0-dim tensor.")


def too_many_indices(ndim: int) -> Exception:
    return IndexError(f"too many indices for tensor of dimension {ndim}")


def mask_shape(mask: Any, own: int, shape: Any, dim: int) -> Exception:
    return IndexError(
        f"The shape of the mask {brackets(mask)} at index {own} does not match the shape of the indexed tensor "
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
        f"Index put requires the source and destination dtypes match, got {kind(tensor)} for the destination and "
        f"{kind(values)} for the source."
    )


def index_put_shape(values: Any, target: Any) -> Exception:
    return RuntimeError(
        f"shape mismatch: value tensor of shape {brackets(values)} cannot be broadcast to indexing result of shape "
        f"{brackets(target)}"
    )


def mean_dtype(dtype: Any, which: str) -> Exception:
    return RuntimeError(
        f"mean(): could not infer output dtype. {which} dtype must be either a floating point or complex dtype. "
        f"Got: {dtype.kind}"
    )


def only_floats(name: str) -> Exception:
    return RuntimeError(f"{name} only support floating point and complex dtypes")


DEGREES_OF_FREEDOM = (
    "{}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor (input numel "
    "divided by output numel)."
)


# --- joining and splitting (minigrad/ops/join.py)


def cat_of_nothing() -> Exception:
    return ValueError("torch.cat(): expected a non-empty list of Tensors")


def cat_of_number(nr: int) -> Exception:
    return RuntimeError(f"zero-dimensional tensor (at position {nr}) cannot be concatenated")


def cat_dims(first: int, other: int) -> Exception:
    return RuntimeError(f"Tensors must have same number of dimensions: got {first} and {other}")


def cat_sizes(dim: int, expected: int, got: int, nr: int) -> Exception:
    return RuntimeError(
        f"Sizes of tensors must match except in dimension {dim}. Expected size {expected} but got size {got} for "
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
        f"split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={list(sizes)}"
    )


def split_sizes_sum(sizes: Any, length: int, dim: int) -> Exception:
    return RuntimeError(
        f"split_with_sizes expects split_sizes to sum exactly to {length} (input tensor's size at dimension {dim}), "
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
        f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor with {ndim} dimensions!"
    )


def split_not_divisible(name: str, dim: int, length: int, size: int) -> Exception:
    return RuntimeError(
        f"torch.{name} attempted to split along dimension {dim}, but the size of the dimension {length} is not "
        f"divisible by the split_size {size}!"
    )


# --- gather and scatter (minigrad/ops/gather.py)


def index_dims(other: str) -> Exception:
    return RuntimeError(f"Index tensor must have the same number of dimensions as {other} tensor")


def gather_sizes(index: Any, shape: Any, dim: int, wrong: int) -> Exception:
    return RuntimeError(
        f"Size does not match at dimension {wrong} expected index {brackets(index)} to be no larger than self "
        f"{brackets(shape)} apart from dimension {dim}"
    )


def scatter_sizes(index: Any, shape: Any, dim: int, source: Any) -> Exception:
    more = "" if source is None else f" and to be no larger size than src {brackets(source)}"
    return RuntimeError(
        f"Expected index {brackets(index)} to be no larger than self {brackets(shape)} apart from dimension "
        f"{dim}{more}"
    )


def gather_dtype(function: str) -> Exception:
    return RuntimeError(f"{function}(): Expected dtype int32/int64 for index")


def scatter_kinds() -> Exception:
    return RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")


def take_along_dims(ndim: int, given: int) -> Exception:
    return RuntimeError(
        "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
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
        f"masked_scatter: expected self and source to have same dtypes but got{kind(tensor)} and {kind(source)}"
    )


def masked_scatter_count() -> Exception:
    return RuntimeError("Number of elements of source < number of ones in mask")


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
            f"inconsistent tensor size, expected tensor [{a._data.size}] and src [{b._data.size}] to have the "
            f"same number of elements, but got {a._data.size} and {b._data.size} elements respectively"
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
                f"The expanded size of the tensor ({size[-back] if back <= 2 else given[-back]}) must match the "
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


# --- pieces and copies in another order (minigrad/ops/piece.py, arrange.py, shape_in_place.py)


def flatten_order() -> Exception:
    return RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")


def unflatten_into_nothing() -> Exception:
    return RuntimeError("unflatten: sizes must be non-empty")


def unflatten_sizes(sizes: Any, dim: int, length: int) -> Exception:
    return RuntimeError(
        f"unflatten: Provided sizes {brackets(sizes)} don't multiply up to the size of dim {dim} ({length}) in the "
        "input tensor"
    )


def select_of_number() -> Exception:
    return IndexError("select() cannot be applied to a 0-dim tensor.")


def select_range(index: int, shape: Any, dim: int) -> Exception:
    return IndexError(
        f"select(): index {index} out of range for tensor of size {brackets(shape)} at dimension {dim}"
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
        f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: a {tensor._data.ndim}D tensor"
    )


def meshgrid_dtypes() -> Exception:
    return RuntimeError("meshgrid expects all tensors to have the same dtype")


def meshgrid_indexing(indexing: Any) -> Exception:
    return RuntimeError(
        f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}'
    )


def reduction_of_nothing(name: str) -> Exception:
    return RuntimeError(
        f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with "
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


# --- norms, einsum, square matrices


def norm_of_integers(tensor: Any) -> Exception:
    return RuntimeError(
        f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {kind(tensor)}"
    )


def norm_without_svd(ord: Any) -> Exception:
    return NotImplementedError(
        f"linalg.matrix_norm: order {ord} needs singular values, which minigrad has not"
    )


def norm_order(ord: Any) -> Exception:
    return RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")


def einsum_subscript(at: int) -> Exception:
    return RuntimeError(
        f"einsum(): invalid subscript given at index {at} in the equation string, subscripts must be in [a-zA-Z]"
    )


def einsum_operands(*, more: bool) -> Exception:
    count = "more" if more else "fewer"
    return RuntimeError(f"einsum(): {count} operands were provided than specified in the equation")


def einsum_dims(labels: int, ndim: int, operand: int) -> Exception:
    return RuntimeError(
        f"einsum(): the number of subscripts in the equation ({labels}) does not match the number of dimensions "
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
        f"einsum(): subscript {label} is repeated for operand {operand} but the sizes don't match, {size} != {other}"
    )


def einsum_sizes(label: str, size: int, operand: int, seen: int) -> Exception:
    return RuntimeError(
        f"einsum(): subscript {label} has size {size} for operand {operand} which does not broadcast with previously "
        f"seen size {seen}"
    )


def tensordot_dims(dims: int) -> Exception:
    return RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")


def tensordot_sizes(first: int, dim: int, second: int, other: int) -> Exception:
    return RuntimeError(
        f"contracted dimensions need to match, but first has size {first} in dim {dim} and second has size {second} "
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
        f"{function}: A must be batches of square matrices, but they are {rows} by {columns} matrices"
    )


def solve_sizes(n: int, m: int, p: int) -> Exception:
    return RuntimeError(
        f"linalg.solve: Incompatible shapes of A and B for the equation AX = B ({n}x{n} and {m}x{p})"
    )


SINGULAR_INVERSE = (
    "linalg.inv: The diagonal element {} is zero, the inversion could not be completed because the input matrix is "
    "singular."
)
SINGULAR_SOLVE = "torch.linalg.solve: The solver failed because the input matrix is singular."


def solve_dtypes(A: Any, B: Any) -> Exception:
    return RuntimeError(
        f"linalg.solve: Expected A and B to have the same dtype, but found A of type {kind(A)} and B of type {kind(B)} "
        "instead"
    )
