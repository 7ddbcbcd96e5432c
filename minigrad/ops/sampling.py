"""Random tensors: rand, randn, randint, randperm, normal, bernoulli, multinomial.

The numbers are those of PyTorch for the same seed (see `minigrad.random`).
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from minigrad import dtypes, errors, random
from minigrad.factories import like
from minigrad.generator import Generator, default_generator
from minigrad.op import Op
from minigrad.ops.export import export, functions
from minigrad.ops.out import write_out
from minigrad.ops.with_number import zeros_like
from minigrad.options import Array, checked_shape, default_dtype, factory, integer, number, sized
from minigrad.tensor import Tensor, wrap


def _source(generator: Any, caller: str = "") -> Generator:
    if not isinstance(generator, (Generator, type(None))):
        raise errors.argument(caller, "generator", "torch.Generator", generator)
    return generator or default_generator


def _uniform(shape: Any, dtype: Any, generator: Any = None) -> Array:
    """Make a tensor of random numbers, evenly spread over [0, 1).

    Parameters
    ----------
    *sizes : int
        The length of each dimension, also as one tuple or as ``size=``.
    generator : Generator, optional
        The source of randomness; the default one, which ``torch.manual_seed`` seeds, if not given.
    out, dtype, layout, device, pin_memory, requires_grad
        As for `zeros`.

    Raises
    ------
    TypeError, RuntimeError
        If a length is no integer, or negative.
    NotImplementedError
        If `dtype` is no floating-point dtype.
    """
    return random.uniform(shape, dtype, generator=_source(generator))


def _normal(shape: Any, dtype: Any, generator: Any = None) -> Array:
    """Make a tensor of standard normal numbers; parameters and errors as for `rand`."""
    return random.normal(shape, dtype, generator=_source(generator))


rand, randn = sized(_uniform, "rand"), sized(_normal, "randn")


def _integers(
    shape: Any, dtype: Any, low: Any = None, high: Any = None, generator: Any = None
) -> Array:
    low, high = (0, low) if high is None else (low or 0, high)
    first, beyond = integer("randint", "low", low), integer("randint", "high", high)
    return random.randint(first, beyond, shape, dtype, _source(generator))


@factory
def randint(
    *bounds: Any, low: Any = None, high: Any = None, size: Any = None, dtype: Any,
    generator: Any = None,
) -> Array:  # fmt: skip
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
    values = list(bounds)
    size = values.pop() if size is None and values else size
    high = values.pop() if high is None and values else high
    low = (values.pop() if values else 0) if low is None else low
    if high is None or values:
        raise errors.missing("randint", "high")
    if not isinstance(size, (tuple, list, Tensor)):
        raise errors.argument("randint", "size", "tuple of ints", size, position=2)
    shape: Any = checked_shape("randint", tuple(size))
    return _integers(shape, dtype or dtypes.int64.numpy, low, high, generator)


@factory
def randperm(n: Any, *, dtype: Any, generator: Any = None) -> Array:
    """Make a tensor of 0 … n - 1 in random order.

    Raises
    ------
    TypeError, RuntimeError
        If `n` is no integer, or negative.
    """
    count = integer("randperm", "n", n)
    return random.randperm(count, dtype or dtypes.int64.numpy, _source(generator))


for _name, _values in (("rand", _uniform), ("randn", _normal), ("randint", _integers)):
    functions[f"{_name}_like"] = like(_values, f"{_name}_like")

# --- of given probabilities, means and deviations


def _drawing(name: str, *inputs: str, also: tuple[str, ...] = ()) -> Op:
    """The operation that returns the last argument, drawn for `inputs`; no gradient flows."""
    rules: Any = {each: lambda grad: zeros_like(grad) for each in inputs}
    drawn = (lambda a, b, values: values) if len(inputs) > 1 else (lambda a, values: values)
    says = "a random draw is no smooth function of its parameters: they receive zeros"
    return Op(name, drawn, inputs=inputs, promotes=None, also=also, says=says, **rules)


_SIZES = ("mean_sym_sizes", "std_sym_sizes")
_bernoulli = _drawing("BernoulliBackward0", "self")
_normal_of_mean = _drawing("NormalBackward1", "mean", also=_SIZES[:1])
_normal_of_std = _drawing("NormalBackward2", "std", also=_SIZES[1:])
_normal_of_both = _drawing("NormalBackward3", "mean", "std", also=_SIZES)


def normal(
    mean: Any, std: Any = 1.0, size: Any = None, *, generator: Any = None, **options: Any
) -> Tensor:
    """Make a tensor of normal random numbers, whose `mean` and `std` may be tensors.

    Parameters
    ----------
    mean, std : Tensor or float
        Of shapes that broadcast. If both are numbers, `size` is needed.
    size : tuple of int
    generator, out, dtype, layout, device, pin_memory, requires_grad
        As for `rand`; if there is a tensor, `generator` and `out` only.

    Raises
    ------
    TypeError, RuntimeError
        If a deviation is negative; if `size` is missing.
    """
    if generator is not None:
        options["generator"] = generator
    if size is not None or not any(isinstance(value, Tensor) for value in (mean, std)):
        return _normal_of_size(*[v for v in (mean, std, size) if v is not None], **options)
    try:
        return _normal_of_tensors(mean, std, **options)
    except TypeError as error:
        raise errors.unfitting("normal", (mean, std), options, error) from None


def _normal_of_tensors(mean: Any, std: Any, *, generator: Any = None, out: Any = None) -> Tensor:
    source = _source(generator, "normal")
    for name, value in (("mean", mean), ("std", std)):
        if not isinstance(value, Tensor):
            number("normal", name, value)
    if out is None:
        own = (mean if isinstance(mean, Tensor) else std)._data.dtype
        return _drawn_around(mean, std, source, own)
    return write_out("normal", _drawn_around, (mean, std, source, out._data.dtype), {}, out)


def _drawn_around(mean: Any, std: Any, source: Generator, dtype: Any) -> Tensor:
    tensors = [value for value in (mean, std) if isinstance(value, Tensor)]
    mismatch = errors.broadcast_mismatch(tensors[0].shape, tensors[-1].shape)
    if mismatch is not None:
        raise mismatch
    center, spread = [v._data if isinstance(v, Tensor) else v for v in (mean, std)]
    if np.any(spread < 0):
        if isinstance(std, Tensor):
            raise RuntimeError("normal expects all elements of std >= 0.0")
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    shape = np.broadcast_shapes(np.shape(center), np.shape(spread))
    values = center + spread * random.normal(shape, dtype, generator=source)
    op = _normal_of_mean if isinstance(mean, Tensor) else _normal_of_std
    return (_normal_of_both if len(tensors) == 2 else op).apply(*tensors, np.asarray(values, dtype))


def _by_size(mean: Any, std: Any, size: Any, *, dtype: Any, generator: Any = None) -> Array:
    if not isinstance(size, (tuple, list)):
        raise errors.argument("normal", "size", "tuple of ints", size)
    middle, spread = float(number("normal", "mean", mean)), float(number("normal", "std", std))
    shape = checked_shape("normal", tuple(cast("Any", size)))
    source = _source(generator, "normal")
    return random.normal(shape, dtype or default_dtype(), middle, spread, source)


_normal_of_size = factory(_by_size, "normal")


@export("bernoulli")
def bernoulli(input: Tensor, p: Any = None, *, generator: Any = None) -> Tensor:
    """Make ones and zeros: one with the probability that `input` (or the number `p`) says.

    Raises
    ------
    NotImplementedError
        For a tensor of integers.
    RuntimeError
        If an element is no probability.
    """
    data, source = np.asarray(input._data), _source(generator, "bernoulli")
    if p is None:
        values = random.bernoulli(data, source)
    else:
        values = random.bernoulli_p(data.shape, data.dtype, p, source)
    return _bernoulli.apply(input, values)


@export("multinomial")
def multinomial(
    input: Tensor, num_samples: Any, replacement: bool = False, *, generator: Any = None
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
    count = integer("multinomial", "num_samples", num_samples, 2)
    source = _source(generator, "multinomial")
    return wrap(random.multinomial(input._data, count, replacement, source))


def _multinomial(*args: Any, out: Any = None, **kwargs: Any) -> Any:
    if isinstance(out, Tensor) and out.dtype is not dtypes.int64:
        raise RuntimeError(f"multinomial expects Long tensor out, got: {out.dtype.kind}")
    return _without_check(*args, out=out, **kwargs)


_without_check, functions["multinomial"] = functions["multinomial"], _multinomial
_multinomial.__name__, _multinomial.__doc__ = "multinomial", multinomial.__doc__
_multinomial.__wrapped__ = multinomial  # type: ignore[attr-defined]
