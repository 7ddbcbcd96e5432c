"""Backward passes and custom Functions. See `minigrad.errors`."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.dtypes import from_numpy
from minigrad.errors.text import brackets, short_name, type_name

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


def mismatch_of_root(index: int, grad: Any, shape: Any) -> Exception:
    return RuntimeError(
        f"Mismatch in shape: grad_output[{index}] has a shape of "
        f"torch.Size({list(grad._data.shape)}) and "
        f"output[{index}] has a shape of torch.Size({list(shape)})."
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


def check_post_accumulate_result(result: Any, variable: Any) -> None:
    """Complain about what a hook that runs after accumulation returned: None, or the leaf."""
    if result is not None and not hasattr(result, "_data"):
        raise TypeError(f"expected Variable, but hook returned '{type(result).__name__}'")
    if result is not None and result is not variable:
        raise RuntimeError("Tensor post accumulate grad hooks should return None.")


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
    if changed._data.dtype != grad._data.dtype:
        raise RuntimeError(
            f"hook '<lambda>' has changed the type of value (was {type_name(grad)} got "
            f"{type_name(changed)})"
        )
    if changed._data.shape != grad._data.shape:
        raise RuntimeError("hook '<lambda>' has changed the size of value")


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


def saved_no_variable(index: int, value: Any) -> Exception:
    return TypeError(
        f"save_for_backward can only save variables, but argument {index} is of type "
        f"{type(value).__name__}"
    )


def differentiated_twice() -> Exception:
    return RuntimeError(
        "trying to differentiate twice a function that was marked with @once_differentiable"
    )
