"""`torch.autograd`'s tools: gradcheck, functional, graph, anomaly mode. See `minigrad.errors`."""

from __future__ import annotations

from typing import Any

# --- gradcheck


class GradcheckError(RuntimeError):
    """A gradient is wrong."""

    __module__ = "torch.autograd.gradcheck"


NO_CHECKED_INPUT = (
    "gradcheck expects at least one input tensor to require gradient, but none of them have "
    "requires_grad=True."
)
NOT_DOUBLE = (
    "Input #{} requires gradient and is not a double precision floating point or complex. This "
    "check will likely fail if all the inputs are not of double precision floating point or "
    "complex. "
)
OVERLAPPING = (
    "The {}th input has a dimension with stride 0. gradcheck only supports inputs that are "
    "non-overlapping to be able to compute the numerical gradients correctly. You should call "
    ".contiguous on the input before passing it to gradcheck."
)
NOT_REENTRANT = (
    "Backward is not reentrant, i.e., running backward with same input and grad_output multiple "
    "times gives different values, although analytical gradient matches numerical gradient."
    "The tolerance for nondeterminism was {}."
)
UNDEFINED_BY_DEFAULT = (
    "Backwards compatibility: New undefined gradient support checking feature is enabled by "
    "default, but it may break existing callers of this function. If this is true for you, you can "
    'call this function with "check_undefined_grad=False" to disable the feature'
)
_NOTES = (
    'Please look at "Notes about undefined output gradients" in "tools/autograd/derivatives.yaml"'
)
UNDEFINED_NOT_ZERO = (
    "Expected all input grads to be undefined or zero when all output grads are undefined or zero. "
    f"{_NOTES}"
)


def undefined_unhandled() -> Exception:
    text = "Expected backward function to handle undefined output grads."
    return GradcheckError(f"{text} {_NOTES}")


def jacobian_mismatch(output: int, input: int, numerical: Any, analytical: Any) -> Exception:
    return GradcheckError(
        f"Jacobian mismatch for output {output} with respect to input {input},\n"
        f"numerical:{numerical}\nanalytical:{analytical}\n"
    )


def perturbed_shape(index: Any, eps: float, before: Any, after: Any) -> Exception:
    return AssertionError(
        "Expected `func` to return outputs with the same shape when inputs are perturbed on index "
        f"{index} by {eps}, but got: shapes {before} and {after}."
    )


# --- functional

_USER = "the user-provided function"
_STRICT = "This is not allowed in strict mode"


def no_tensors(name: str, what: str, value: Any, nr: int | None) -> Exception:
    which = f"given {what}" if nr is None else f"value at index {nr}"
    return TypeError(
        f"The {what} given to {name} must be either a Tensor or a tuple of Tensors but the {which} "
        f"has type {type(value)}."
    )


def not_single(name: str, *, several: bool) -> Exception:
    if several:
        return RuntimeError(f"The function given to {name} should return a single Tensor")
    return RuntimeError(
        f"The Tensor returned by the function given to {name} should contain a single element"
    )


def vector_needed(name: str) -> Exception:
    whose = f"{_USER} returns" if name == "vjp" else f"the input to {_USER} is"
    return RuntimeError(
        f"The vector v can only be None if {whose} a single Tensor with a single element."
    )


def vector_length(due: int, got: int, *, several: bool) -> Exception:
    return RuntimeError(
        f"v is a tuple of invalid length: should be {due} but got {got}."
        if several
        else "The given v should contain a single Tensor."
    )


def vector_shape(nr: int, due: Any, got: Any, *, several: bool) -> Exception:
    entry = f"Entry {nr} in " if several else ""
    return RuntimeError(f"{entry}v has invalid size: should be {due} but got {got}.")


def output_without_grad(nr: int) -> Exception:
    return RuntimeError(
        f"Output {nr} of {_USER} does not require gradients. The outputs must be computed in a "
        "differentiable manner from the input when running in strict mode."
    )


def output_independent(output: int | None, nr: int) -> Exception:
    whose = "The output" if output is None else f"Output {output}"
    return RuntimeError(f"{whose} of {_USER} is independent of input {nr}. {_STRICT}.")


def derivative_independent(what: str, nr: int) -> Exception:
    text = f"The {what} of {_USER} is independent of input {nr}."
    return RuntimeError(f"{text} {_STRICT} when create_graph=True.")


def linear_function(nr: int) -> Exception:
    return RuntimeError(
        f"While computing the hessian, found that the jacobian of {_USER} with respect to input "
        f"{nr} is independent of the input. {_STRICT}. You should ensure that your function is "
        "twice differentiable and that the jacobian depends on the inputs (this would be violated "
        "by a linear function for example)."
    )


# --- graph


def edge_without_grad() -> Exception:
    return RuntimeError(
        "It is not possible to get the gradient edge for a Tensor that does not require gradients"
    )


def unpacked_no_tensor(value: Any) -> Exception:
    return TypeError(
        "Output of saved tensor unpack_hook expected to be a Tensor but got result of type "
        f"{type(value).__name__}"
    )


def packing_in_place() -> Exception:
    return RuntimeError(
        "A saved tensor pack hook is modifying its input in place. Tensors provided as input to "
        "pack hook cannot be modified by in-place operations as this can lead to unexpected "
        "side-effects. Please open an issue if you need to perform in-place operations on the "
        "input to a pack hook."
    )


# --- anomaly mode

ANOMALY_ENABLED = (
    "Anomaly Detection has been enabled. This mode will increase the runtime and should only be "
    "enabled for debugging."
)
GOOD_LUCK = (
    "Hint: the backtrace further above shows the operation that failed to compute its gradient. "
    "The variable in question was changed in there or anywhere later. Good luck!"
)


def no_traceback(node: Any) -> str:
    return (
        f"Error detected in {node.name()}. No forward pass information available. Enable detect "
        "anomaly during forward pass for more information."
    )


def returned_nan(node: Any, nr: int) -> Exception:
    return RuntimeError(f"Function '{node.name()}' returned nan values in its {nr}th output.")


# --- inference mode

SAVED_INFERENCE = (
    "Inference tensors cannot be saved for backward. Please do not use Tensors created in "
    "inference mode in computation tracked by autograd. To work around this, you can make a clone "
    "to get a normal tensor and use it in autograd, or use `torch.no_grad()` instead of "
    "`torch.inference_mode()`."
)


def in_place_on_inference() -> Exception:
    return RuntimeError(
        "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a "
        "clone to get a normal tensor before doing inplace update.See "
        "https://github.com/pytorch/rfcs/pull/17 for more details."
    )


def requires_grad_of_inference() -> Exception:
    return RuntimeError(
        "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed."
    )


def version_of_inference() -> Exception:
    return RuntimeError("Inference tensors do not track version counter.")
