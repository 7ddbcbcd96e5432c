"""``gradcheck``: is a backward right? Its Jacobian is compared with differences of values."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, cast

import numpy as np

from minigrad import errors
from minigrad.dtypes import float64
from minigrad.engine import grad
from minigrad.errors import GradcheckError
from minigrad.functional import rows
from minigrad.ops import functions
from minigrad.tensor import Tensor


def gradcheck(func: Callable[..., Any], inputs: Any, *, eps: float = 1e-6, atol: float = 1e-5,
        rtol: float = 1e-3, raise_exception: bool = True, **options: Any) -> bool:  # fmt: skip
    """Compare the gradients of `func` with central differences.

    Parameters
    ----------
    func : callable
        Tensors to a tensor or a tuple of tensors.
    inputs : Tensor or tuple of Tensor
        Where to compare; those that require grad should be float64, or rounding shows.
    eps : float
        How far each element is moved, both ways.
    atol, rtol : float
        By how much the two may differ: ``atol + rtol * abs(numerical)``.
    raise_exception : bool
        Raise an error; else return False.
    **options
        PyTorch's other options: they change nothing here.

    Raises
    ------
    GradcheckError
        If a gradient is wrong.
    ValueError
        If no input requires grad.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradcheck.html
    """
    inputs = _as_tuple(inputs)
    if not _differentiable(inputs):
        raise ValueError(errors.NO_CHECKED_INPUT)
    for nr, tensor in enumerate(inputs):
        if isinstance(tensor, Tensor) and tensor.requires_grad and tensor.dtype != float64:
            warnings.warn(errors.NOT_DOUBLE.format(nr), stacklevel=1)
    try:
        _check_jacobians(func, inputs, eps, atol, rtol)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(func: Callable[..., Any], inputs: Any, grad_outputs: Any = None,
        **options: Any) -> bool:  # fmt: skip
    """Compare the second derivatives of `func` with central differences of the first.

    Parameters
    ----------
    func, inputs, **options
        As for `gradcheck`; so are the errors.
    grad_outputs : Tensor or sequence of Tensor, optional
        The gradients that the outputs receive; random ones where left out.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradgradcheck.html
    """
    inputs = _as_tuple(inputs)
    if grad_outputs is None:
        outputs = _differentiable(_as_tuple(func(*inputs)))
        grad_outputs = [o.new_empty(o.shape).uniform_(-1, 1).requires_grad_() for o in outputs]
    grad_outputs = _as_tuple(grad_outputs)

    def first(*args: Any) -> tuple[Tensor, ...]:
        given, vectors = args[: len(inputs)], args[len(inputs) :]
        outputs, wanted = _differentiable(_as_tuple(func(*given))), _differentiable(given)
        grads = grad(outputs, wanted, vectors, create_graph=True, allow_unused=True)
        return tuple(g for g in grads if g is not None)

    return gradcheck(first, inputs + grad_outputs, **options)


def _as_tuple(value: Any) -> tuple[Any, ...]:
    return tuple(cast("Any", value)) if isinstance(value, (tuple, list)) else (value,)


def _differentiable(values: Any) -> list[Tensor]:
    return [v for v in values if isinstance(v, Tensor) and v.requires_grad]


def _numerical(func: Any, inputs: Any, of: Tensor, eps: float) -> list[Tensor]:
    """For each output its differences when an element of `of` is moved, a row for each element."""
    memory = of.data._data
    rows: list[list[Tensor]] = []

    def moved(index: Any, value: Any) -> list[Tensor]:
        before, memory[index] = memory[index], value
        try:
            return [o.detach().clone() for o in _as_tuple(func(*inputs))]
        finally:
            memory[index] = before

    for index in np.ndindex(memory.shape):
        pairs = zip(*[moved(index, memory[index] + step) for step in (-eps, eps)], strict=True)
        rows.append([((high - low) / (2 * eps)).reshape(-1) for low, high in pairs])
    return [functions["stack"](columns) for columns in zip(*rows, strict=True)]


def _check_jacobians(func: Any, inputs: Any, eps: float, atol: float, rtol: float) -> None:
    """Compare, for each output and each input; then ask that no gradient in is none out."""
    given, wanted = _as_tuple(func(*inputs)), _differentiable(inputs)
    places = [nr for nr, o in enumerate(given) if o.requires_grad and o.numel()]
    numerical = [_numerical(func, inputs, tensor, eps) for tensor in wanted]
    if not places and any(n.any() for each in numerical for n in each):
        raise GradcheckError("Numerical gradient for function expected to be zero")
    for nr, place in enumerate(places):
        for index, stacked in enumerate(rows(given[place], wanted)):
            n, a = numerical[index][place], stacked.reshape(len(stacked), -1).T
            if not functions["allclose"](a.to(n.dtype), n, atol=atol, rtol=rtol):
                raise errors.jacobian_mismatch(nr, index, n, a)
    outputs = [given[place] for place in places]
    zeros = [output.new_zeros(output.shape) for output in outputs]
    for gradient in grad(outputs, wanted, zeros, allow_unused=True) if outputs else ():
        if gradient is not None and gradient.any():
            raise GradcheckError("backward not multiplied by grad_output")
