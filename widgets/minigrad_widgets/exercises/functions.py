"""The exercises of lesson 5: two custom Functions, compared with what the engine itself gives."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import Any

from ..graph import library_of
from ..names import is_tensor
from .answers import is_open, misshapen, same, text

VALUES, OTHER_VALUES = (2.0, -1.0, 0.5), (3.0, 4.0, -2.0)
FACTOR = 5.0
GRADIENT = (1.0, 10.0, 100.0)  # differs from element to element, so that nothing fits by chance


def check_cube(function: Any) -> None:
    """Check a Function whose forward gives ``x ** 3``.

    Parameters
    ----------
    function : subclass of autograd.Function
    """
    x = _library(function).tensor(VALUES, requires_grad=True)
    print(_verdict(function, "x ** 3", lambda x: x**3, {"x": x}))


def check_scaled_product(function: Any) -> None:
    """Check a Function of two tensors and a number, whose forward gives ``factor * x * y``.

    Parameters
    ----------
    function : subclass of autograd.Function
    """
    library = _library(function)
    x, y = (library.tensor(values, requires_grad=True) for values in (VALUES, OTHER_VALUES))
    inputs = {"x": x, "y": y, "factor": FACTOR}
    print(_verdict(function, "factor * x * y", lambda x, y, factor: factor * x * y, inputs))


def _library(function: Any) -> ModuleType:
    """Return the library whose Function was subclassed."""
    base = next(base for base in function.__mro__ if base.__name__ == "Function")
    return sys.modules[base.__module__.split(".", 1)[0]]


def _verdict(
    function: Any, written: str, formula: Callable[..., Any], inputs: dict[str, Any]
) -> str:
    name = function.__name__
    try:
        result = function.apply(*inputs.values())
    except Exception as error:  # noqa: BLE001 (the code is the learner's: anything may come)
        return f"{name}: not right: forward stopped with {type(error).__name__}: {error}"
    if result is ...:
        return f"Not answered yet: {name}. Begin with forward: return {written}."
    right = formula(*inputs.values())
    if not is_tensor(result) or not same(result, right):
        return f"{name}: not right: forward gives {text(result)}. {written} is {text(right)}."
    gradient = _library(function).tensor(GRADIENT)
    try:
        returned = _returned(function, inputs, gradient)
    except Exception as error:  # noqa: BLE001
        return f"{name}: not right: {_stopped(error)}"
    if is_open(returned):
        return f"Not answered yet: {name}. forward is right. Write backward."
    problem = _problem(returned, right, inputs, gradient)
    return f"{name}: not right: {problem}" if problem else f"{name}: right."


class _SeenError(Exception):
    """Ends a backward pass when its Function has answered."""


def _returned(function: Any, inputs: dict[str, Any], gradient: Any) -> Any:
    """Return what `backward` returns as it is: the engine would raise for most mistakes."""
    answers = []

    class Watched(function):
        @staticmethod
        def backward(ctx: Any, *grad_outputs: Any) -> Any:
            answers.append(function.backward(ctx, *grad_outputs))
            raise _SeenError

    with suppress(_SeenError):
        Watched.apply(*inputs.values()).backward(gradient)
    return answers[0]


def _stopped(error: Exception) -> str:
    if "not enough values to unpack" in str(error):
        return "backward found no saved tensor. Call ctx.save_for_backward(...) in forward."
    return f"backward stopped with {type(error).__name__}: {error}"


def _problem(returned: Any, result: Any, inputs: dict[str, Any], gradient: Any) -> str:
    """Compare the gradients of a Function with those of the formula; say what is wrong first."""
    gradients = returned if isinstance(returned, tuple) else (returned,)
    if returned is None:
        return "backward returns None. Is the return missing?"
    if len(gradients) != len(inputs):
        return (
            f"the number of gradients is {len(gradients)}, of inputs {len(inputs)} "
            f"({', '.join(inputs)}). Return one for each, and None for what is no tensor."
        )
    tensors = {name: value for name, value in inputs.items() if is_tensor(value)}
    given = dict(zip(inputs, gradients, strict=True))
    for name in inputs:
        if name not in tensors and given[name] is not None:
            return f"{name} is a plain number and has no gradient. Return None for it."
    leaves = list(tensors.values())
    grad = library_of(result).autograd.grad
    right = dict(zip(tensors, grad(result, leaves, gradient, retain_graph=True), strict=True))
    local = dict(zip(tensors, grad(result, leaves, gradient * 0 + 1), strict=True))
    for name in tensors:
        others = [right[other] for other in tensors if other != name]
        if says := _wrong_gradient(given[name], right[name], local[name], others):
            place = tuple(inputs).index(name)
            return f"gradient {place}, for {name}: {says}" if len(inputs) > 1 else says
    return ""


def _wrong_gradient(given: Any, right: Any, local: Any, others: list[Any]) -> str:
    if given is None:
        return misshapen(given, right)
    if not is_tensor(given):
        return f"a tensor is needed, not a {type(given).__name__}."
    if same(given, right):
        return ""
    if same(given, local):
        return "this is the local derivative alone. Multiply it by grad_output."
    if any(same(given, other) for other in others):
        return "this is the gradient of the other input: they are swapped."
    if says := misshapen(given, right):
        return says
    ratios = [a / b for a, b in zip(given.tolist(), right.tolist(), strict=True)]
    if same(ratios, ratios[:1] * len(ratios)):
        return f"it is {text(ratios[0])} times what it has to be. Look for a lost factor."
    return (
        f"for grad_output {text(list(GRADIENT))} it is {text(given)}. "
        f"Nudging the input gives {text(right)}."
    )
