"""``gradcheck``: is a backward right? Its Jacobian is compared with differences of values."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, cast

import numpy as np

from minigrad import errors
from minigrad.dtypes import float64, promote_types
from minigrad.engine import grad
from minigrad.errors import GradcheckError
from minigrad.function import Function
from minigrad.ops import functions
from minigrad.tensor import Tensor


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_forward_ad: bool = False,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
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
    nondet_tol : float
        By how much two runs of backward may differ.
    check_undefined_grad : bool
        Also ask that backward stands an output that received no gradient.
    check_grad_dtypes, check_batched_grad, fast_mode, masked : bool
        Change nothing here.
    check_forward_ad : bool
        There is no forward mode here.

    Returns
    -------
    bool

    Raises
    ------
    GradcheckError
        If a gradient is wrong.
    ValueError, RuntimeError
        If no input requires grad, or the elements of one share memory.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradcheck.html
    """
    if check_forward_ad:
        raise NotImplementedError("minigrad has no forward mode: only backward can be checked")
    inputs = _as_tuple(inputs)
    _check_inputs(inputs)
    try:
        _check_jacobians(func, inputs, eps, {"atol": atol, "rtol": rtol}, nondet_tol)
        if check_undefined_grad:
            _check_undefined(func, inputs)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Callable[..., Any], inputs: Any, grad_outputs: Any = None, **options: Any
) -> bool:
    """Compare the second derivatives of `func` with central differences of the first.

    Parameters
    ----------
    func, inputs
        As for `gradcheck`.
    grad_outputs : Tensor or sequence of Tensor, optional
        The gradients that the outputs receive; random ones where left out.
    **options
        Those of `gradcheck`; errors are its, too.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradgradcheck.html
    """
    inputs = _as_tuple(inputs)
    if grad_outputs is None:
        outputs = _differentiable(_as_tuple(func(*inputs)))
        drawn = [o.detach().new_empty(o.shape).uniform_(-1, 1) for o in outputs]
        grad_outputs = tuple(g.requires_grad_() for g in drawn)
    grad_outputs = _as_tuple(grad_outputs)

    def first(*args: Any) -> tuple[Tensor, ...]:
        given, vectors = args[: -len(grad_outputs)], args[-len(grad_outputs) :]
        outputs = _differentiable(_as_tuple(func(*given)))
        wanted = _differentiable(given)
        grads = grad(outputs, wanted, vectors, create_graph=True, allow_unused=True)
        return tuple(g for g in grads if g is not None)

    options.pop("gen_non_contig_grad_outputs", None)
    return gradcheck(first, inputs + grad_outputs, **options)


def _as_tuple(value: Any) -> tuple[Any, ...]:
    return tuple(cast("Any", value)) if isinstance(value, (tuple, list)) else (value,)


def _differentiable(values: Any) -> list[Tensor]:
    return [v for v in values if isinstance(v, Tensor) and v.requires_grad]


def _check_inputs(inputs: tuple[Any, ...]) -> None:
    if not _differentiable(inputs):
        raise ValueError(errors.NO_CHECKED_INPUT)
    for nr, tensor in enumerate(inputs):
        if isinstance(tensor, Tensor) and tensor.requires_grad:
            if tensor.dtype != float64:
                warnings.warn(errors.NOT_DOUBLE.format(nr), stacklevel=3)
            steps = zip(tensor.stride(), tensor.shape, strict=True)
            if any(step == 0 and length > 1 for step, length in steps):
                raise RuntimeError(errors.OVERLAPPING.format(nr))


def _numerical(func: Any, inputs: Any, of: Tensor, eps: float) -> list[Tensor]:
    """For each output its differences when an element of `of` is moved, a row for each element."""
    memory = of.data._data
    rows: list[list[Tensor]] = []
    for index in np.ndindex(memory.shape):
        before = memory[index]
        moved: list[list[Tensor]] = []
        try:
            for step in (-eps, eps):
                memory[index] = before + step
                moved.append([o.clone() for o in _as_tuple(func(*inputs))])
        finally:
            memory[index] = before
        row: list[Tensor] = []
        for low, high in zip(*moved, strict=True):
            if low.shape != high.shape:
                raise errors.perturbed_shape(index, eps, low.shape, high.shape)
            row.append(((high - low) / (2 * eps)).detach().reshape(-1))
        rows.append(row)
    return [functions["stack"](columns) for columns in zip(*rows, strict=True)]


def _analytical(output: Tensor, inputs: list[Tensor]) -> list[Tensor]:
    """For each input the gradient of every element of `output`, a column for each element."""
    columns: list[list[Tensor]] = []
    for index in np.ndindex(output.shape):
        one = output.detach().new_zeros(output.shape)
        one[index] = 1
        grads = grad(output, inputs, one, retain_graph=True, allow_unused=True)
        pairs = zip(grads, inputs, strict=True)
        columns.append([t.new_zeros(t.numel()) if g is None else g.reshape(-1) for g, t in pairs])
    return [functions["stack"](column, 1) for column in zip(*columns, strict=True)]


def _check_jacobians(
    func: Any, inputs: tuple[Any, ...], eps: float, tolerances: Any, nondet_tol: float
) -> None:
    given, wanted = _as_tuple(func(*inputs)), _differentiable(inputs)
    outputs = [o for o in given if o.requires_grad]
    numerical = [_numerical(func, inputs, tensor, eps) for tensor in wanted]
    if not outputs and any((n != 0).any() for each in numerical for n in each):
        raise GradcheckError("Numerical gradient for function expected to be zero")
    for nr, output in enumerate(outputs):
        analytical, again = _analytical(output, wanted), _analytical(output, wanted)
        for a, b in zip(analytical, again, strict=True):
            if a.numel() and (a - b).abs().max() > nondet_tol:
                raise GradcheckError(errors.NOT_REENTRANT.format(nondet_tol))
        place = next(p for p, o in enumerate(given) if o is output)
        for index, a in enumerate(analytical):
            n = numerical[index][place]
            meet = promote_types(a.dtype, n.dtype)
            if not functions["allclose"](a.to(meet), n.to(meet), **tolerances):
                raise errors.jacobian_mismatch(nr, index, n, a)
    _check_zeros(outputs, wanted, "backward not multiplied by grad_output")


def _check_zeros(outputs: list[Tensor], inputs: list[Tensor], wrong: str) -> None:
    """Complain if gradients of zero do not give gradients of zero."""
    zeros = [o.new_zeros(o.shape) for o in outputs]
    for gradient in grad(outputs, inputs, zeros, allow_unused=True) if outputs else ():
        if gradient is not None and (gradient != 0).any():
            raise GradcheckError(wrong)


class _NoGradient(Function):
    """The identity, through which no gradient comes back: not zeros, None."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> None:
        return None


def _check_undefined(func: Any, inputs: tuple[Any, ...]) -> None:
    """Let all outputs receive no gradient, then one at a time."""
    count = len(_differentiable(_as_tuple(func(*inputs))))
    for without in [range(count), *([nr] for nr in range(count if count > 1 else 0))]:
        outputs = _differentiable(_as_tuple(func(*inputs)))
        hidden = [_NoGradient.apply(o) if nr in without else o for nr, o in enumerate(outputs)]
        try:
            _check_zeros(hidden, _differentiable(inputs), errors.UNDEFINED_NOT_ZERO)
        except RuntimeError as error:
            warnings.warn(errors.UNDEFINED_BY_DEFAULT, stacklevel=3)
            if isinstance(error, GradcheckError):
                raise
            raise errors.undefined_unhandled() from error
