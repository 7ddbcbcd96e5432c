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

_LOG = (7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
        -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1)  # fmt: skip
_SIN = (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
_COS = (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
# The logarithm of 2 and a quarter of pi in parts of few bits, whose multiples are exact.
_LOG_OF_2 = (0.693359375, -2.12194440e-4)
_QUARTER_OF_PI = (0.78515625, 2.4187564849853515625e-4, 3.77489497744594108e-8)


def log(x: Array) -> Array:
    """Return the natural logarithm of positive float32 numbers."""
    fraction, exponent = np.frexp(x)
    low = fraction < Single(np.sqrt(0.5))
    rest = np.where(low, fraction + fraction, fraction) - Single(1)
    exponent = (exponent - low).astype(Single)
    square = rest * rest
    high_part, low_part = _LOG_OF_2
    tail = _fused(_polynomial(rest, _LOG) * rest, square, exponent * Single(low_part))
    tail = _fused(square, -0.5, tail)
    return _fused(exponent, high_part, rest + tail)


def cos_sin(x: Array) -> tuple[Array, Array]:
    """Return the cosine and the sine of float32 angles from 0 to a few turns."""
    octant = ((x * Single(4 / np.pi)).astype(np.int32) + 1) & ~1
    for part in _QUARTER_OF_PI:
        x = _fused(octant.astype(Single), -part, x)
    square = x * x
    even = _fused(_polynomial(square, _COS) * square, square, square * Single(-0.5)) + Single(1)
    odd = _fused(_polynomial(square, _SIN) * square, x, x)
    is_swapped = (octant & 2) != 0
    cos = np.where(is_swapped, odd, even)
    sin = np.where(is_swapped, even, odd)
    return np.where((octant + 2) & 4, -cos, cos), np.where(octant & 4, -sin, sin)


def _polynomial(x: Array, coefficients: tuple[float, ...]) -> Array:
    """Evaluate by Horner's rule, the highest power first."""
    value = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        value = _fused(value, x, coefficient)
    return value


def _fused(a: Array, b: Array | float, c: Array | float) -> Array:
    """Return a * b + c of float32 numbers, rounded once: in float64 the product is exact."""
    return (a.astype(np.float64) * Single(b) + Single(c)).astype(Single)
