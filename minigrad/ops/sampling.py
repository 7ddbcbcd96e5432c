"""Random tensors: rand, randn, randint, randperm, normal, bernoulli, multinomial.

The numbers are those of PyTorch for the same seed (see `minigrad.random`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import dtypes, errors, random
from minigrad.factories import like
from minigrad.generator import Generator, default_generator
from minigrad.op import Op
from minigrad.ops.export import export
from minigrad.ops.with_number import zeros_like
from minigrad.options import (
    check_options,
    checked_shape,
    is_integer,
    leaf,
    numpy_dtype,
    shape_of,
)
from minigrad.tensor import Tensor, wrap


def _source(generator: Any) -> Generator:
    if generator is None:
        return default_generator
    if not isinstance(generator, Generator):
        name = type(generator).__name__
        raise TypeError(f"argument 'generator' must be torch.Generator, not {name}")
    return generator


def _shape(caller: str, sizes: tuple[Any, ...], size: Any) -> tuple[int, ...]:
    if not sizes and size is None:
        raise errors.invalid_combination(caller, [], *_RAND)
    return shape_of(caller, sizes, size)


_OPTIONS = (
    "Tensor out = None, torch.dtype dtype = None, torch.layout layout = None, "
    "torch.device device = None, bool pin_memory = False, bool requires_grad = False)"
)
_RAND = tuple(
    f"(tuple of ints size, *, {generator}{_OPTIONS}"
    for generator in ("torch.Generator generator, ", "")
)


def rand(
    *sizes: Any,
    size: Any = None,
    generator: Generator | None = None,
    out: Tensor | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of random numbers, evenly spread over [0, 1).

    Parameters
    ----------
    *sizes : int
        The length of each dimension, also as one tuple or as ``size=``.
    generator : Generator, optional
        The source of randomness; the default one, which ``torch.manual_seed`` seeds, if not given.
    out, dtype, device, requires_grad
        As for `zeros`.

    Raises
    ------
    TypeError, RuntimeError
        If a length is no integer, or negative.
    NotImplementedError
        If `dtype` is no floating-point dtype.
    """
    check_options("rand", device, requires_grad)
    shape = _shape("rand", sizes, size)
    chosen = numpy_dtype(dtype, "rand")
    return leaf(random.uniform(shape, chosen, generator=_source(generator)), requires_grad, out)


def randn(
    *sizes: Any,
    size: Any = None,
    generator: Generator | None = None,
    out: Tensor | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of standard normal numbers; parameters and errors as for `rand`."""
    check_options("randn", device, requires_grad)
    shape = _shape("randn", sizes, size)
    chosen = numpy_dtype(dtype, "randn")
    return leaf(random.normal(shape, chosen, generator=_source(generator)), requires_grad, out)


def randint(
    *bounds: Any,
    low: int | None = None,
    high: int | None = None,
    size: Any = None,
    generator: Generator | None = None,
    out: Tensor | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of random integers: ``randint(high, size)``, ``randint(low, high, size)``.

    Parameters
    ----------
    *bounds
        `high`, or `low` and `high`; then `size`, a tuple.
    dtype : dtype, optional
        int64 if not given.

    Raises
    ------
    TypeError, RuntimeError
        If there is no such integer, or `size` is no tuple of lengths.
    """
    check_options("randint", device, requires_grad)
    values = list(bounds)
    if size is None and values:
        size = values.pop()
    if high is None and values:
        high = values.pop()
    if low is None:
        low = values.pop() if values else 0
    if high is None or values:
        raise errors.invalid_combination("randint", list(bounds), *_RANDINT)
    if not isinstance(size, (tuple, list, Tensor)):
        raise errors.argument("randint", "size", "tuple of ints", size, position=2)
    first, beyond = (_integer(name, value) for name, value in (("low", low), ("high", high)))
    shape = checked_shape("randint", tuple(size))
    chosen = numpy_dtype(dtype, "randint", dtypes.int64.numpy)
    numbers = random.randint(first, beyond, shape, chosen, _source(generator))
    return leaf(numbers, requires_grad, out)


_RANDINT = tuple(
    f"({bounds}, tuple of ints size, *, {generator}{_OPTIONS}"
    for bounds in ("int high", "int low, int high")
    for generator in ("torch.Generator generator, ", "")
)


def _integer(name: str, value: Any) -> int:
    if not is_integer(value):
        raise errors.argument("randint", name, "int", value, position=1)
    return int(value)


def randperm(
    n: int,
    *,
    generator: Generator | None = None,
    out: Tensor | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of 0 … n - 1 in random order.

    Raises
    ------
    TypeError, RuntimeError
        If `n` is no integer, or negative.
    """
    check_options("randperm", device, requires_grad)
    if not is_integer(n):
        raise errors.argument("randperm", "n", "int", n, position=1)
    chosen = numpy_dtype(dtype, "randperm", dtypes.int64.numpy)
    return leaf(random.randperm(int(n), chosen, _source(generator)), requires_grad, out)


# --- like another tensor


@export("rand_like", method=False)
def rand_like(input: Tensor, *, generator: Generator | None = None, **options: Any) -> Tensor:
    """`rand` in the shape of `input`; options: dtype (that of `input`), device, requires_grad."""
    data, requires_grad = like("rand_like", input, **options)
    return leaf(random.uniform(data.shape, data.dtype, generator=_source(generator)), requires_grad)


@export("randn_like", method=False)
def randn_like(input: Tensor, *, generator: Generator | None = None, **options: Any) -> Tensor:
    """`randn` in the shape of `input`; options: dtype (that of `input`), device, requires_grad."""
    data, requires_grad = like("randn_like", input, **options)
    return leaf(random.normal(data.shape, data.dtype, generator=_source(generator)), requires_grad)


@export("randint_like", method=False)
def randint_like(
    input: Tensor,
    low: int,
    high: int | None = None,
    *,
    generator: Generator | None = None,
    **options: Any,
) -> Tensor:
    """`randint` in the shape of `input`; options: dtype (else its), device, requires_grad."""
    data, requires_grad = like("randint_like", input, **options)
    low, high = (0, low) if high is None else (low, high)
    return leaf(
        random.randint(low, high, data.shape, data.dtype, _source(generator)), requires_grad
    )


# --- of given probabilities, means and deviations


def _drawing(name: str) -> Op:
    """The operation that returns `values`, drawn for `self`; no gradient flows through."""
    return Op(
        name,
        lambda self, values: values,
        inputs=("self",),
        promotes=None,
        self=lambda grad: zeros_like(grad),
        says="a random draw is no smooth function of its parameters: they receive zeros",
    )


_normal_of_mean = _drawing("NormalBackward1")
_normal_of_std = _drawing("NormalBackward2")
_bernoulli = _drawing("BernoulliBackward0")

_normal_of_both = Op(
    "NormalBackward3",
    lambda mean, std, values: values,
    inputs=("mean", "std"),
    promotes=None,
    mean=lambda grad, mean_sym_sizes: zeros_like(grad),
    std=lambda grad, std_sym_sizes: zeros_like(grad),
    says="a random draw is no smooth function of its parameters: they receive zeros",
)


def normal(
    mean: Any,
    std: Any = 1.0,
    size: Any = None,
    *,
    generator: Generator | None = None,
    out: Tensor | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of normal random numbers, whose `mean` and `std` may be tensors.

    Parameters
    ----------
    mean, std : Tensor or float
        Of shapes that broadcast. If both are numbers, `size` is needed.
    size : tuple of int
    generator, out, dtype, device, requires_grad
        As for `rand`.

    Raises
    ------
    TypeError, RuntimeError
        If a deviation is negative; if `size` is missing.
    """
    source = _source(generator)
    check_options("normal", device, requires_grad)
    if not isinstance(mean, Tensor) and not isinstance(std, Tensor):
        if size is None:
            raise errors.invalid_combination("normal", [mean, std], *_NORMAL)
        shape = checked_shape("normal", tuple(size))
        chosen = numpy_dtype(dtype, "normal")
        return leaf(
            random.normal(shape, chosen, float(mean), float(std), source), requires_grad, out
        )
    if isinstance(mean, Tensor) and isinstance(std, Tensor):
        mismatch = errors.broadcast_mismatch(mean.shape, std.shape)
        if mismatch is not None:
            raise mismatch
        shape = np.broadcast_shapes(mean._data.shape, std._data.shape)
    else:
        shape = (mean if isinstance(mean, Tensor) else std)._data.shape
    dtype_ = (mean if isinstance(mean, Tensor) else std)._data.dtype
    center, spread = [v._data if isinstance(v, Tensor) else v for v in (mean, std)]
    if np.any(np.asarray(spread) < 0):
        if isinstance(std, Tensor):
            raise RuntimeError("normal expects all elements of std >= 0.0")
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    values = np.asarray(center + spread * random.normal(shape, dtype_, generator=source), dtype_)
    if out is not None:
        return leaf(values, out=out)
    if not isinstance(std, Tensor):
        return _normal_of_mean.apply(mean, values)
    return (
        _normal_of_both.apply(mean, std, values)
        if isinstance(mean, Tensor)
        else _normal_of_std.apply(std, values)
    )


_NORMAL = (
    "(Tensor mean, Tensor std, *, torch.Generator generator = None, Tensor out = None)",
    "(Tensor mean, float std = 1, *, torch.Generator generator = None, Tensor out = None)",
    "(float mean, Tensor std, *, torch.Generator generator = None, Tensor out = None)",
    "(float mean, float std, tuple of ints size, *, torch.Generator generator = None, " + _OPTIONS,
)


@export("bernoulli")
def bernoulli(
    input: Tensor, p: float | None = None, *, generator: Generator | None = None
) -> Tensor:
    """Make ones and zeros: one with the probability that `input` (or the number `p`) says.

    Raises
    ------
    NotImplementedError
        For a tensor of integers.
    RuntimeError
        If an element is no probability.
    """
    data, source = np.asarray(input._data), _source(generator)
    if p is None:
        values = random.bernoulli(data, source)
    else:
        values = random.bernoulli_p(data.shape, data.dtype, p, source)
    return _bernoulli.apply(input, values)


@export("multinomial")
def multinomial(
    input: Tensor,
    num_samples: int,
    replacement: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Draw `num_samples` indices with the weights `input`, for each row of it.

    Parameters
    ----------
    input : Tensor
        Weights, of shape (n,) or (rows, n).

    Returns
    -------
    Tensor
        int64, of shape (num_samples,) or (rows, num_samples).

    Raises
    ------
    RuntimeError
        If weights are negative or not finite, or there are too few.
    """
    return wrap(random.multinomial(input._data, num_samples, replacement, _source(generator)))
