"""PyTorch's error messages, in one place.

Every function returns the exception, and the caller raises it: ``raise errors.second_backward()``. The texts
are compared with PyTorch's by tests/parity/test_errors.py.
"""

from __future__ import annotations

from typing import Any

from minigrad.dtypes import from_numpy

NON_LEAF_GRAD = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
    "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf "
    "Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure "
    "you access the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information."
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


# --- backward


def implicit_grad_of_non_scalar() -> Exception:
    return RuntimeError("grad can be implicitly created only for scalar outputs")


def root_without_grad(index: int) -> Exception:
    return RuntimeError(f"element {index} of tensors does not require grad and does not have a grad_fn")


def second_backward() -> Exception:
    return RuntimeError(
        "Trying to backward through the graph a second time (or directly access saved tensors after they have "
        "already been freed). Saved intermediate values of the graph are freed when you call .backward() or "
        "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or "
        "if you need to access saved tensors after calling backward."
    )


def modified_in_place(node: Any, saved: Any, saved_kind: str, version: int, expected: int) -> Exception:
    data = saved._data if saved_kind == "input" else saved
    maker = node if saved_kind == "result" else getattr(saved, "grad_fn", None)
    made_by = "" if maker is None else f", which is output 0 of {maker.name().partition('Backward')[0]},"
    return RuntimeError(
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"[{from_numpy(data.dtype).tensor_type} {brackets(data.shape)}]{made_by} is at version {version}; "
        f"expected version {expected} instead. Hint: enable anomaly detection to find the operation that failed "
        "to compute its gradient, with torch.autograd.set_detect_anomaly(True, check_nan=False)."
    )


def mismatch_of_root(index: int, grad: Any, tensor: Any) -> Exception:
    return RuntimeError(
        f"Mismatch in shape: grad_output[{index}] has a shape of torch.Size({list(grad._data.shape)}) and "
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
    return RuntimeError("One of the differentiated Tensors given as 'inputs' to backward is not a leaf Tensor")


def gradient_shape(node: Any, index: int, got: Any, expected: Any) -> Exception:
    return RuntimeError(
        f"Function {node.name()} returned an invalid gradient at index {index} - got {brackets(got)} but "
        f"expected shape compatible with {brackets(expected)}"
    )


def number_of_gradients(name: str, expected: int, got: int) -> Exception:
    return RuntimeError(
        f"function {name} returned an incorrect number of gradients (expected {expected}, got {got})"
    )


def gradient_is_no_variable(value: Any) -> Exception:
    return RuntimeError(f"expected Variable or None (got {type(value).__name__})")


def check_hook_result(changed: Any, grad: Any) -> None:
    """Complain about what a tensor hook returned, if it does not fit the gradient."""
    if not hasattr(changed, "_data"):
        raise TypeError(f"expected Tensor, but hook returned '{type(changed).__name__}'")
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
        "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a "
        "subgraph that doesn't require differentiation use var_no_grad = var.detach()."
    )


def only_floats_require_grad() -> Exception:
    return RuntimeError("only Tensors of floating point and complex dtype can require gradients")


def only_floats_require_grad_argument() -> Exception:
    return RuntimeError("Only Tensors of floating point and complex dtype can require gradients")


def grad_is_no_tensor(value: Any) -> Exception:
    return TypeError(f"assigned grad expected to be a Tensor or None but got grad of type {type(value).__name__}")


def grad_is_self() -> Exception:
    return RuntimeError("can't assign Variable as its own grad")


def grad_dtype(tensor: Any, value: Any) -> Exception:
    return RuntimeError(
        f"attempting to assign a gradient with dtype '{_lower_kind(value)}' to a tensor with grad_dtype "
        f"'{kind(tensor)}'. The gradient must match the tensor's grad_dtype (defaults to the tensor's dtype). "
        "You can set the tensor's grad_dtype attribute with a specific dtype, or None to allow any dtype. Set "
        "grad_dtype with caution. Diverging the dtypes of a tensor and its gradient may break downstream systems "
        "that assume they match."
    )


def _lower_kind(tensor: Any) -> str:
    return kind(tensor).lower()


def grad_shape(tensor: Any, value: Any) -> Exception:
    return RuntimeError(
        f"attempting to assign a gradient of size '{brackets(value._data.shape)}' to a tensor of size "
        f"'{brackets(tensor._data.shape)}'. Please ensure that the gradient and the tensor are the same size"
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
    return RuntimeError("data set to a tensor that requires gradients must be floating point or complex dtype")


def item_of_many(tensor: Any) -> Exception:
    return RuntimeError(f"a Tensor with {tensor._data.size} elements cannot be converted to Scalar")


def numpy_of_grad() -> Exception:
    return RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")


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
    return RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")


def in_place_on_view_of_leaf() -> Exception:
    return RuntimeError("a view of a leaf Variable that requires grad is being used in an in-place operation.")


def in_place_on_one_of_several_views(nr: int, name: str) -> Exception:
    return RuntimeError(
        f"Output {nr} of {name.partition('Backward')[0]} is a view and is being modified inplace. This view is "
        "the output of a function that returns multiple views. Such functions do not allow the output views to "
        "be modified inplace. You should replace the inplace operation by an out-of-place one."
    )


def in_place_on_view_made_in_no_grad() -> Exception:
    return RuntimeError(
        "A view was created in no_grad mode and is being modified inplace with grad mode enabled. Given that "
        "this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both "
        "the view and the inplace either both inside the no_grad block (if you don't want the inplace to be "
        "tracked) or both outside (if you want the inplace to be tracked)."
    )


def in_place_shape(tensor: Any, broadcast: Any) -> Exception:
    return RuntimeError(
        f"output with shape {brackets(tensor._data.shape)} doesn't match the broadcast shape {brackets(broadcast)}"
    )


def in_place_dtype(result: Any, tensor: Any) -> Exception:
    return RuntimeError(
        f"result type {from_numpy(result).kind} can't be cast to the desired output type {kind(tensor)}"
    )


def overlap_within() -> Exception:
    return RuntimeError(
        "unsupported operation: more than one element of the written-to tensor refers to a single memory "
        "location. Please clone() the tensor before performing the operation."
    )


def overlap_between() -> Exception:
    return RuntimeError(
        "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single "
        "memory location. Please clone() the tensor before performing the operation."
    )


# --- operands, shapes, dimensions


class NoOperand(TypeError):
    """An operand of a type that no operation takes."""

    def __init__(self, value: Any, function: str = "", argument: str = "input", position: int = 1) -> None:
        super().__init__(
            f"{function}(): argument '{argument}' (position {position}) must be Tensor, not {type(value).__name__}"
        )


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
        if back <= len(a) and back <= len(b) and a[-back] != b[-back] and 1 not in (a[-back], b[-back]):
            return RuntimeError(
                f"The size of tensor a ({a[-back]}) must match the size of tensor b ({b[-back]}) at "
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
            f"Dimension out of range (expected to be in range of [{-reach}, {reach - 1}], but got {dim})"
        )
    return dim % reach


# --- custom Functions


def gradient_of_no_tensor(name: str, position: int) -> Exception:
    return RuntimeError(
        f"function {name} returned a gradient different than None at position {position}, but the corresponding "
        "forward input was not a Variable"
    )


def function_in_place_on_leaf() -> Exception:
    return RuntimeError("a leaf Variable that requires grad has been used in an in-place operation.")
