"""Random numbers of the distributions that PyTorch has on the CPU, as numpy arrays.

A `Generator` deals 32-bit draws; each function below says how PyTorch turns draws into numbers of
one distribution. The same seed gives the same numbers as in PyTorch, but for the last digit of
some normal ones of float64: the logarithms and cosines of two libraries differ.
(The roundings are those of PyTorch on a processor with AVX2: any PC since 2015.)

Notes
-----
https://docs.pytorch.org/docs/stable/notes/randomness.html
"""

from __future__ import annotations

import math
import os
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from minigrad import errors
from minigrad.device import CPU
from minigrad.device import device as _device
from minigrad.missing import absent_here
from minigrad.strides import filled

if TYPE_CHECKING:
    from collections.abc import Sequence

    Array = np.ndarray[Any, Any]
    Shape = Sequence[int]
    Type = np.dtype[Any]


_WORD, _LOW_24, _LOW_53 = map(np.uint64, (32, 2**24 - 1, 2**53 - 1))  # numpy is slow to make them


class Generator:
    """A stream of random numbers: a Mersenne Twister, seeded the classic way.

    Parameters
    ----------
    device
        ``"cpu"``, there is no other.

    Attributes
    ----------
    kept : float or None
        Normal numbers come in pairs; this is the second one of a pair whose first was handed out.
    """

    __module__ = "torch._C"  # as it prints
    __getattr__ = absent_here("torch.Generator", "torch._C.")
    device = CPU

    def __init__(self, device: Any = CPU) -> None:
        self.device = _device(device)
        kind = self.device.type
        errors.check(kind == "cpu", "no_such_generator", kind.upper(), kind)
        self.kept: float | None = None
        self.manual_seed(67280421310721)

    def manual_seed(self, seed: int) -> Self:
        """Start the stream that belongs to `seed`; return the generator.

        Raises
        ------
        RuntimeError
            If `seed` is no int.
        ValueError
            If it has more than 64 bits.
        """
        errors.check(type(seed) is int, "seed_is_no_int", seed)
        errors.check(-(2**63) <= seed < 2**64, "too_long")
        self._initial_seed = seed % 2**64
        self.__dict__.pop("_bits", None)
        self.kept = None
        return self

    @cached_property
    def _bits(self) -> Any:
        """The Mersenne Twister, made when it is needed: numpy.random takes long to import."""
        bits = np.random.MT19937()
        # The legacy class seeds the bit generator that it is given in the classic way.
        np.random.RandomState(bits).seed(self._initial_seed % 2**32)
        return bits

    def seed(self) -> int:
        """Start a stream that nobody can foresee; return its seed."""
        return self.manual_seed(int.from_bytes(os.urandom(8), "little")).initial_seed()

    def initial_seed(self) -> int:
        """Return the seed that the stream started from."""
        return self._initial_seed

    def draws(self, count: int) -> Array:
        """Return `count` draws of 32 bits, as uint64."""
        return self._bits.random_raw(count)

    def long_draws(self, count: int) -> Array:
        """Return `count` draws of 64 bits, each made of two, the high word first."""
        high, low = self.draws(2 * count).reshape(-1, 2).T
        return high << _WORD | low

    def fractions(self, count: int, dtype: Type) -> Array:
        """Return `count` float64 numbers in [0, 1), of 53 bits for float64, of 24 otherwise."""
        if dtype == np.float64:
            return (self.long_draws(count) & _LOW_53) * 2.0**-53
        return (self.draws(count) & _LOW_24) * 2.0**-24


default_generator = DEFAULT = Generator()
default_generator.seed()
SINGLE, DOUBLE, LONG = np.dtype("f4"), np.dtype("f8"), np.dtype("i8")


def manual_seed(seed: Any) -> Generator:
    """Seed the default generator with ``int(seed)`` and return it."""
    return default_generator.manual_seed(int(seed))


def seed() -> int:
    """Seed the default generator so that nobody can foresee it; return the seed."""
    return default_generator.seed()


initial_seed = default_generator.initial_seed


def uniform(
    shape: Shape,
    dtype: Type = SINGLE,
    low: float = 0,
    high: float = 1,
    /,
    generator: Generator = DEFAULT,
) -> Array:
    """Return numbers evenly spread over [low, high).

    Raises
    ------
    NotImplementedError
        If `dtype` is no floating-point dtype.
    RuntimeError
        If the bounds are in the wrong order.
    """
    errors.check(dtype.kind == "f", "not_implemented_for", "check_uniform_bounds", dtype)
    largest = float(np.finfo(dtype).max)
    for what, value in (("from", low), ("to", high)):
        errors.check(abs(value) <= largest, "bound_range", what, dtype)
    errors.check(low <= high, "uniform_bounds", low, high)
    errors.check(high - low <= largest, "uniform_span", dtype, high, low)
    span = high - low if dtype == DOUBLE else SINGLE.type(high) - SINGLE.type(low)
    values = _scaled(generator.fractions(math.prod(shape), dtype), span, low, dtype)
    # Rounding may have reached the excluded end.
    values[values >= dtype.type(high)] = dtype.type(low)
    return values.reshape(shape)


def normal(
    shape: Shape, dtype: Type = SINGLE, mean: float = 0, std: float = 1, /,
    generator: Generator = DEFAULT, in_order: bool = True,
) -> Array:  # fmt: skip
    """Return numbers of the normal distribution, made in pairs by the method of Box and Muller.

    PyTorch makes fewer than 16 one at a time, and more in blocks of 16 if they lie `in_order`.

    Raises
    ------
    NotImplementedError
        If `dtype` is no floating-point dtype.
    RuntimeError
        If `std` is negative.
    """
    count = math.prod(shape)
    errors.check(not count or dtype.kind == "f", "not_implemented_for", "normal_kernel_cpu", dtype)
    errors.check(std >= 0, "negative_deviation", std)
    if count < 16 or not in_order:
        values = _fused(_few_normals(count, generator), std, mean).astype(dtype)
    else:
        values = _scaled(_many_normals(count, dtype, generator), std, mean, dtype)
    return values.reshape(shape)


def _few_normals(count: int, generator: Generator) -> Array:
    values = [] if generator.kept is None else [generator.kept]
    fractions = generator.fractions(count - len(values) + 1 & -2, DOUBLE).tolist()
    for angle, distance in zip(fractions[::2], fractions[1::2], strict=True):
        radius = math.sqrt(-2 * math.log1p(-distance))
        values += [radius * math.cos(2 * math.pi * angle), radius * math.sin(2 * math.pi * angle)]
    generator.kept = values.pop() if len(values) > count else None
    return np.array(values, DOUBLE)


def _many_normals(count: int, dtype: Type, generator: Generator) -> Array:
    whole = count - count % 16
    values = np.empty(count, DOUBLE if dtype == DOUBLE else SINGLE)
    # Those of an incomplete block are thrown away; of float16 they are not even drawn.
    fractions = generator.fractions(whole if dtype.itemsize == 2 else count, dtype)
    values[:whole] = _normal_blocks(fractions[:whole].astype(values.dtype))
    if whole < count:
        values[-16:] = _normal_blocks(generator.fractions(16, dtype).astype(values.dtype))
    return values


def _normal_blocks(fractions: Array) -> Array:
    """Turn each 8 + 8 fractions into 8 cosines followed by the 8 sines that belong to them."""
    distance, angle = fractions.reshape(-1, 2, 8).swapaxes(0, 1).reshape(2, -1)
    angle = fractions.dtype.type(2 * math.pi) * angle
    if fractions.dtype == DOUBLE:
        log, cos, sin = np.log(1 - distance), np.cos(angle), np.sin(angle)
    else:
        from minigrad.digits import cephes  # not before it is needed

        log, (cos, sin) = cephes.log(1 - distance), cephes.cos_sin(angle)
    radius = np.sqrt(-2 * log)
    return np.array([radius * cos, radius * sin]).reshape(2, -1, 8).swapaxes(0, 1).ravel()


def randint(
    low: int, high: int, shape: Shape, dtype: Type = LONG, generator: Generator = DEFAULT
) -> Array:
    """Return integers of [low, high), of any dtype.

    Raises
    ------
    RuntimeError
        If there are none, or `dtype` cannot hold them.
    """
    errors.check(low < high, "no_integers", low, high)
    for what, value in () if dtype.kind == "f" else (("from", low), ("to - 1", high - 1)):
        errors.check(np.int64(value).astype(dtype) == value, "bound_range", what, dtype)
    count, span = math.prod(shape), high - low
    draws = generator.draws(count) if span < 2**28 else generator.long_draws(count)
    return ((draws % np.uint64(span)).astype(np.int64) + low).astype(dtype).reshape(shape)


def randperm(n: int, dtype: Type = LONG, generator: Generator = DEFAULT) -> Array:
    """Return 0 … n - 1 in random order: each place in turn swaps with one that is not before it.

    Raises
    ------
    RuntimeError
        If `n` is negative.
    """
    errors.check(n >= 0, "negative_size", n, [n])
    order = list(range(n))
    left = np.arange(len(order), 1, -1).astype(np.uint64)
    for place, step in enumerate((generator.draws(left.size) % left).tolist()):
        order[place], order[place + step] = order[place + step], order[place]
    return np.array(order, dtype)


def bernoulli(p: Array, generator: Generator = DEFAULT) -> Array:
    """Return 1 with probability `p`, else 0: for each element of `p`, and of its shape and dtype.

    Raises
    ------
    NotImplementedError
        If `p` is not of floating point.
    RuntimeError
        If an element is no probability.
    """
    errors.check(p.dtype.kind == "f", "not_implemented_for", "bernoulli_tensor_cpu_p_", p.dtype)
    errors.check(((p >= 0) & (p <= 1)).all(), "no_probabilities")
    return (generator.fractions(p.size, p.dtype).reshape(p.shape) < p).astype(p.dtype)


def bernoulli_p(
    shape: Shape, dtype: Type = SINGLE, p: float = 0.5, generator: Generator = DEFAULT
) -> Array:
    """Return 1 with probability `p`, else 0. Dropout draws with this one, too.

    Raises
    ------
    RuntimeError
        If `p` is no probability.
    """
    errors.check(0 <= p <= 1, "no_probability", p)
    return (generator.fractions(math.prod(shape), DOUBLE) < p).astype(dtype).reshape(shape)


def multinomial(
    p: Array, num_samples: int, replacement: bool = False, generator: Generator = DEFAULT
) -> Array:
    """Return `num_samples` indices, drawn as the weights `p` say, for each row of `p`.

    Parameters
    ----------
    p
        Weights, of shape (n,) or (rows, n).
    num_samples
        How many indices a row gives: int64 of shape (num_samples,) or (rows, num_samples).
    replacement
        Whether an index may come again.

    Raises
    ------
    RuntimeError
        If `p` is of another shape or no weights, or there are not enough of them.
    """
    _require_weights(p, num_samples, replacement)
    if replacement and num_samples > 1:
        rows = [_with_replacement(row, num_samples, generator) for row in np.atleast_2d(p)]
        return np.array(rows, LONG).reshape(*p.shape[:-1], num_samples)
    # A race: what is heavy tends to have the largest quotient, and the best win.
    fractions = filled(p, lambda lengths: generator.fractions(p.size, DOUBLE).reshape(lengths))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        race = p / -np.log1p(-fractions).astype(p.dtype)
    return np.argsort(-race, axis=-1, kind="stable")[..., :num_samples].copy()


def _with_replacement(row: Array, num_samples: int, generator: Generator) -> Array:
    sums = np.cumsum(row, dtype=np.promote_types(row.dtype, SINGLE))
    return np.searchsorted(sums / sums[-1], generator.fractions(num_samples, DOUBLE))


def _require_weights(p: Array, num_samples: int, replacement: bool) -> None:
    errors.check(p.ndim in (1, 2), "weights_dims")
    errors.check(p.dtype.kind == "f", "weights_dtype", p.dtype)
    errors.check(num_samples > 0, "no_samples")
    errors.check(replacement or num_samples <= p.shape[-1], "too_many_samples")
    alone = num_samples == 1 or not replacement
    errors.check(alone or np.all(p >= 0), "weights_negative")
    errors.check(alone or np.all(np.isfinite(p)), "weights_infinite")
    errors.check(np.all(np.isfinite(p) & (p >= 0)), "weights")
    errors.check(np.all(p.sum(-1) > 0), "weights_zero")


def _scaled(values: Array, scale: Any, shift: float, dtype: Type) -> Array:
    """Return values * scale + shift, rounded once."""
    if dtype == DOUBLE:
        return _fused(values, scale, shift)
    # A product of two float32 numbers is exact in float64.
    factor, offset = [DOUBLE.type(SINGLE.type(number)) for number in (scale, shift)]
    return (values * factor + offset).astype(dtype)


def _fused(values: Array, factor: float, offset: float) -> Array:
    """Return values * factor + offset, nearly always rounded once, as the processor's FMA does."""
    return (values.astype(np.longdouble) * factor + offset).astype(DOUBLE)
