"""Random numbers of the distributions that PyTorch has on the CPU, as numpy arrays.

A `Generator` deals 32-bit draws; each function below says how PyTorch turns draws into numbers of
one distribution. The same seed gives the same numbers as in PyTorch, but for the last digit of
some normal and exponential ones of float64: the logarithms and cosines of two libraries differ.
(The roundings are those of PyTorch on a processor with AVX2: any PC since 2015.)

Notes
-----
https://docs.pytorch.org/docs/stable/notes/randomness.html
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from minigrad import cephes
from minigrad.dtypes import finfo, from_numpy
from minigrad.generator import Generator, default_generator

if TYPE_CHECKING:
    from collections.abc import Generator as Iterating
    from collections.abc import Sequence

    from minigrad.tensor import Tensor

    Array = np.ndarray[Any, Any]
    Shape = Sequence[int]
    Source = Generator

DEFAULT = default_generator
HALF, SINGLE, DOUBLE, LONG = np.dtype("f2"), np.dtype("f4"), np.dtype("f8"), np.dtype("i8")


def manual_seed(seed: Any) -> Generator:
    """Seed the default generator with ``int(seed)`` and return it."""
    return default_generator.manual_seed(int(seed))


seed, initial_seed = default_generator.seed, default_generator.initial_seed
get_rng_state = default_generator.get_state


def set_rng_state(new_state: Tensor) -> None:
    """Go to where `get_rng_state` was called; errors as for `Generator.set_state`."""
    default_generator.set_state(new_state)


@contextmanager
def fork_rng(enabled: bool = True) -> Iterating[None]:
    """Put the default generator back, at the end of a ``with`` block, where it was at its start."""
    before = default_generator.get_state()
    try:
        yield
    finally:
        if enabled:
            default_generator.set_state(before)


def uniform(
    shape: Shape,
    dtype: np.dtype = SINGLE,
    low: float = 0,
    high: float = 1,
    generator: Source = DEFAULT,
) -> Array:
    """Return numbers evenly spread over [low, high).

    Raises
    ------
    NotImplementedError
        If `dtype` is no floating-point dtype.
    RuntimeError
        If the bounds are in the wrong order, or no numbers of `dtype`.
    """
    _require_float(dtype, "check_uniform_bounds")
    largest = finfo(from_numpy(dtype)).max
    name = {DOUBLE: "double", SINGLE: "float", HALF: "c10::Half"}[dtype]
    for bound, value in (("from", low), ("to", high)):
        if not -largest <= value <= largest:
            raise RuntimeError(f"{bound} is out of bounds for {name}")
    if low > high:
        raise RuntimeError(
            f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}"
        )
    if high - low > largest:
        raise RuntimeError(
            "uniform_ expects to-from <= std::numeric_limits<"
            f"{from_numpy(dtype).kind}>::max(), but found to={high:g} and from={low:g} "
            "which result in to-from to exceed the limit"
        )
    fractions = generator.fractions(math.prod(shape), dtype)
    values = _scaled(fractions, high, low, dtype, span=True)
    # Rounding may have reached the excluded end.
    values[values >= dtype.type(high)] = dtype.type(low)
    return values.reshape(shape)


def normal(
    shape: Shape,
    dtype: np.dtype = SINGLE,
    mean: float = 0,
    std: float = 1,
    generator: Source = DEFAULT,
) -> Array:
    """Return numbers of the normal distribution, made in pairs by the method of Box and Muller.

    PyTorch makes fewer than 16 one at a time, and more in blocks of 16.

    Raises
    ------
    NotImplementedError
        If `dtype` is no floating-point dtype.
    RuntimeError
        If `std` is negative.
    """
    _require_float(dtype, "normal_kernel_cpu")
    if not std >= 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    count = math.prod(shape)
    if count < 16:
        values = _narrow(_fused(_few_normals(count, generator), std, mean), dtype)
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


def _many_normals(count: int, dtype: np.dtype, generator: Generator) -> Array:
    whole = count - count % 16
    values = np.empty(count, DOUBLE if dtype == DOUBLE else SINGLE)
    # The numbers of an incomplete block are drawn and thrown away, but for float16.
    fractions = generator.fractions(whole if dtype == HALF else count, dtype)
    values[:whole] = _normal_blocks(fractions[:whole].astype(values.dtype))
    if whole < count:
        values[-16:] = _normal_blocks(generator.fractions(16, dtype).astype(values.dtype))
    return values


def _normal_blocks(fractions: Array) -> Array:
    """Turn each 8 + 8 fractions into 8 cosines followed by the 8 sines that belong to them."""
    distance, angle = fractions.reshape(-1, 2, 8).swapaxes(0, 1)
    angle = fractions.dtype.type(2 * math.pi) * angle
    if fractions.dtype == DOUBLE:
        log, cos, sin = np.log(1 - distance), np.cos(angle), np.sin(angle)
    else:
        log, (cos, sin) = cephes.log(1 - distance), cephes.cos_sin(angle)
    radius = np.sqrt(-2 * log)
    return np.stack([radius * cos, radius * sin], axis=1).ravel()


def exponential(
    shape: Shape, dtype: np.dtype = SINGLE, rate: float = 1, generator: Source = DEFAULT
) -> Array:
    """Return numbers of the exponential distribution.

    Raises
    ------
    RuntimeError
        If `dtype` is no floating-point dtype, or `rate` is not positive.
    """
    if dtype.kind != "f":
        raise RuntimeError(
            "Exponential distribution is a continuous probability distribution. "
            f"dtype must be a floating point but you specified {from_numpy(dtype).kind}"
        )
    if not rate > 0:
        raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={rate:g}")
    fractions = generator.fractions(math.prod(shape), DOUBLE)
    return _narrow(-1 / rate * np.log1p(-fractions), dtype).reshape(shape)


def randint(
    low: int, high: int, shape: Shape, dtype: np.dtype = LONG, generator: Source = DEFAULT
) -> Array:
    """Return integers of [low, high), of any dtype.

    Raises
    ------
    RuntimeError
        If there are none, or `dtype` cannot hold them.
    """
    if low >= high:
        raise RuntimeError(
            f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
        )
    _require_holds(dtype, "from", low)
    _require_holds(dtype, "to - 1", high - 1)
    count, span = math.prod(shape), high - low
    draws = generator.draws(count) if span < 2**28 else generator.long_draws(count)
    values = (draws % np.uint64(span)).astype(np.int64) + low
    return values.astype(dtype).reshape(shape)


def randperm(n: int, dtype: np.dtype = LONG, generator: Source = DEFAULT) -> Array:
    """Return 0 … n - 1 in random order: each place in turn swaps with one that is not before it.

    Raises
    ------
    RuntimeError
        If `n` is negative.
    """
    if n < 0:
        raise RuntimeError(f"Trying to create tensor with negative dimension {n}: [{n}]")
    order = list(range(n))
    left = np.arange(n, 1, -1).astype(np.uint64)
    for place, step in enumerate((generator.draws(left.size) % left).tolist()):
        order[place], order[place + step] = order[place + step], order[place]
    return np.array(order, dtype)


def bernoulli(p: Array, generator: Source = DEFAULT) -> Array:
    """Return 1 with probability `p`, else 0: for each element of `p`, and of its shape and dtype.

    Raises
    ------
    NotImplementedError
        If `p` is not of floating point.
    RuntimeError
        If an element is no probability.
    """
    _require_float(p.dtype, "bernoulli_tensor_cpu_p_")
    if not np.all((p >= 0) & (p <= 1)):
        raise RuntimeError(
            "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  "
            "(Could this error message be improved?  "
            "If so, please report an enhancement request to PyTorch.)"
        )
    fractions = generator.fractions(p.size, p.dtype).reshape(p.shape)
    return (fractions < p).astype(p.dtype)


def bernoulli_p(
    shape: Shape, dtype: np.dtype = SINGLE, p: float = 0.5, generator: Source = DEFAULT
) -> Array:
    """Return 1 with probability `p`, else 0. Dropout draws with this one, too.

    Raises
    ------
    RuntimeError
        If `p` is no probability.
    """
    if not 0 <= p <= 1:
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
    return (generator.fractions(math.prod(shape), DOUBLE) < p).astype(dtype).reshape(shape)


def multinomial(
    p: Array, num_samples: int, replacement: bool = False, generator: Source = DEFAULT
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
        return np.array(rows).reshape(*p.shape[:-1], num_samples)
    # A race: what is heavy tends to have the largest quotient, and the best win.
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        race = p / exponential(p.shape, p.dtype, generator=generator)
    return np.argsort(-race, axis=-1, kind="stable")[..., :num_samples].copy()


def _with_replacement(row: Array, num_samples: int, generator: Generator) -> Array:
    sums = np.cumsum(row, dtype=np.promote_types(row.dtype, SINGLE))
    return np.searchsorted(sums / sums[-1], generator.fractions(num_samples, DOUBLE))


def _require_weights(p: Array, num_samples: int, replacement: bool) -> None:
    in_words, wrong = replacement and num_samples > 1, "invalid multinomial distribution"
    if p.ndim not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if p.dtype.kind != "f":
        kind = from_numpy(p.dtype).kind
        raise RuntimeError(
            f"multinomial only supports floating-point dtypes for input, got: {kind}"
        )
    # fmt: off
    faults = (
        (num_samples <= 0, "cannot sample n_sample <= 0 samples"),
        (not replacement and num_samples > p.shape[-1],
         "cannot sample n_sample > prob_dist.size(-1) samples without replacement"),
        (p.shape[-1] > 2**24, "number of categories cannot exceed 2^24"),
        (in_words and not np.all(p >= 0), f"{wrong} (encountering probability entry < 0)"),
        (in_words and not np.all(np.isfinite(p)),
         f"{wrong} (encountering probability entry = infinity or NaN)"),
        (not np.all(np.isfinite(p) & (p >= 0)),
         "probability tensor contains either `inf`, `nan` or element < 0"),
        (np.any(p.sum(-1) <= 0), f"{wrong} (sum of probabilities <= 0)"),
    )
    # fmt: on
    for fault, complaint in faults:
        if fault:
            raise RuntimeError(complaint)


_C_NAMES: Final = {
    "uint8": "unsigned char", "int8": "signed char", "int16": "short int", "int32": "int",
    "int64": "long", "bool": "bool",
}  # fmt: skip


def _require_holds(dtype: np.dtype, what: str, value: int) -> None:
    if dtype.kind == "f":
        return
    limits = np.iinfo(np.uint8 if dtype.kind == "b" else dtype)
    if not limits.min <= value <= (1 if dtype.kind == "b" else limits.max):
        raise RuntimeError(f"{what} is out of bounds for {_C_NAMES[dtype.name]}")


def _require_float(dtype: np.dtype, kernel: str) -> None:
    if dtype.kind != "f":
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{from_numpy(dtype).kind}'")


def _scaled(
    values: Array, scale: float, shift: float, dtype: np.dtype, *, span: bool = False
) -> Array:
    """Return values * scale + shift, rounded once; with `span`, `scale` is where the span ends."""
    if dtype == DOUBLE:
        return _fused(values, scale - shift if span else scale, shift)
    # A product of two float32 numbers is exact in float64.
    factor, offset = SINGLE.type(scale), SINGLE.type(shift)
    if span:
        factor -= offset
    return _narrow(values * DOUBLE.type(factor) + DOUBLE.type(offset), dtype)


def _narrow(values: Array, dtype: np.dtype) -> Array:
    """Round float64 numbers to `dtype`; PyTorch goes to float16 by way of float32."""
    with np.errstate(over="ignore", under="ignore"):
        return (values.astype(SINGLE) if dtype == HALF else values).astype(dtype)


def _fused(values: Array, factor: float, offset: float) -> Array:
    """Return values * factor + offset, rounded once, as the processor does it for PyTorch.

    T. J. Dekker, A floating-point technique for extending the available precision, 1971: the errors
    of the product and of the sum are numbers themselves.
    """
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        product = values * factor
        (a, b), (c, d) = _halves(values), _halves(DOUBLE.type(factor))
        lost = ((a * c - product) + a * d + b * c) + b * d
        total = product + offset
        part = total - product
        lost += (product - (total - part)) + (offset - part)
        return np.where(np.isfinite(lost), total + lost, total)


def _halves(value: Any) -> tuple[Any, Any]:
    """Split float64 numbers into a high and a low half, whose products are exact."""
    scaled = value * (2.0**27 + 1)
    high = scaled - (scaled - value)
    return high, value - high
