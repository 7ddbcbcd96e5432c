"""The single-precision logarithm, cosine and sine with which PyTorch makes normal numbers.

These are the polynomials of the Cephes library, taken in the order and with the roundings of a
processor with fused multiply-add, because other good approximations differ in the last bit of one
number in ten. They serve the random stream only: no infinities, no NaN, no large angles.

Notes
-----
S. L. Moshier, Cephes Mathematical Library, https://www.netlib.org/cephes/ (logf, sinf, cosf).
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Single = np.float32

# As Python's numbers, with which numpy is quickest, of the values that float32 has.
_LOG, _SIN, _COS, _LOG_OF_2, _QUARTER_OF_PI = [np.array(numbers, Single).tolist() for numbers in (
    (7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
        -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1),
    (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1),
    (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2),
    # in parts of few bits, whose multiples are exact
    (0.693359375, -2.12194440e-4),
    (0.78515625, 2.4187564849853515625e-4, 3.77489497744594108e-8),
)]  # fmt: skip


def log(x: Array) -> Array:
    """Return the natural logarithm of positive float32 numbers."""
    fraction, exponent = np.frexp(x)
    low = fraction < Single(np.sqrt(0.5))
    rest = fraction + fraction * low - 1
    exponent = (exponent - low).astype(Single)
    square = rest * rest
    high_part, low_part = _LOG_OF_2
    tail = _fused(square, _polynomial(rest, _LOG) * rest, exponent * low_part)
    tail = _fused(square, -0.5, tail)
    return _fused(exponent, high_part, rest + tail)


def cos_sin(x: Array) -> tuple[Array, Array]:
    """Return the cosine and the sine of float32 angles from 0 to a few turns."""
    octant = ((x * Single(4 / np.pi)).astype(np.int32) + 1) & ~1
    for part in _QUARTER_OF_PI:
        x = _fused(octant, -part, x)
    square = x * x
    even = _fused(square, _polynomial(square, _COS) * square, square * -0.5) + 1
    odd = _fused(x, _polynomial(square, _SIN) * square, x)
    is_swapped = (octant & 2) != 0
    cos = np.where(is_swapped, odd, even)
    sin = np.where(is_swapped, even, odd)
    return np.where((octant + 2) & 4, -cos, cos), np.where(octant & 4, -sin, sin)


def _polynomial(x: Array, coefficients: list[Any]) -> Array:
    """Evaluate by Horner's rule, the highest power first."""
    wide, value = x.astype(np.float64), coefficients[0]
    for coefficient in coefficients[1:]:
        value = _fused(wide, value, coefficient)
    return value


def _fused(a: Array, b: Array | float, c: Array | float) -> Array:
    """Return a * b + c of float32 numbers, rounded once: in float64 the product is exact."""
    return (a.astype(np.float64) * b + c).astype(Single)
