"""The stream of random draws: PyTorch's Mersenne Twister on the CPU, bit for bit, with numpy's."""

from __future__ import annotations

import os
from functools import cached_property
from typing import Any, Final, Self

import numpy as np

from minigrad import errors
from minigrad.device import CPU
from minigrad.device import device as _device

Array = np.ndarray[Any, Any]


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
        return high << np.uint64(32) | low

    def fractions(self, count: int, dtype: np.dtype) -> Array:
        """Return `count` float64 numbers in [0, 1), of 53 bits for float64, of 24 otherwise."""
        if dtype == np.float64:
            return (self.long_draws(count) & np.uint64(2**53 - 1)) * 2.0**-53
        return (self.draws(count) & np.uint64(2**24 - 1)) * 2.0**-24


default_generator: Final = Generator()
default_generator.seed()
