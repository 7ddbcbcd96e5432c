"""The stream of random draws: PyTorch's Mersenne Twister on the CPU, bit for bit, with numpy's."""

from __future__ import annotations

import os
from functools import cached_property
from typing import Any, Final, Self

import numpy as np

from minigrad.device import CPU
from minigrad.device import device as _device
from minigrad.tensor import Tensor, wrap

Array = np.ndarray[Any, Any]

# The layout of PyTorch's saved state. `left` counts down to the next refill of the 624 words.
_FIELDS: Final = (
    "u8 initial_seed, i4 left, i4 seeded, u8 next, 624u8 words, f8 unused, f8 kept, "
    "f8 unused_too, i8 has_kept, u8 unused_as_well"
)
_BYTES: Final = 5056
_WORDS: Final = 624


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
        self.device = _device(device or CPU)
        if self.device.type != "cpu":
            kind = self.device.type
            raise RuntimeError(f"Cannot get {kind.upper()} generator without ATen_{kind} library.")
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
        if type(seed) is not int:
            raise RuntimeError(f"manual_seed expected a long, but got {type(seed).__name__}")
        if not -(2**63) <= seed < 2**64:
            raise ValueError("Overflow when unpacking long long")
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

    def clone_state(self) -> Generator:
        """Return another generator, which goes on where this one is."""
        return Generator().set_state(self.get_state())

    def get_state(self) -> Tensor:
        """Return where the stream is: 5056 bytes, the same as PyTorch's."""
        position = int(self._bits.state["state"]["pos"])
        state: Any = np.zeros((), _layout())
        state["initial_seed"] = self._initial_seed
        state["left"] = _WORDS + 1 - position
        state["seeded"] = 1
        state["next"] = position % _WORDS
        state["words"] = self._bits.state["state"]["key"]
        state["has_kept"] = self.kept is not None
        state["kept"] = self.kept or 0.0
        return wrap(np.frombuffer(state.tobytes(), np.uint8).copy())

    def set_state(self, new_state: Tensor) -> Self:
        """Go to where `get_state` (or PyTorch's) was called.

        Raises
        ------
        TypeError, RuntimeError
            If `new_state` is no such state; the stream then stays where it is.
        """
        if not isinstance(new_state, Tensor):
            name = type(new_state).__name__
            raise TypeError(f"expected a torch.ByteTensor, but got {name}")
        state = new_state._data
        if state.dtype != np.uint8:
            raise TypeError("RNG state must be a torch.ByteTensor")
        if state.size != _BYTES:
            raise RuntimeError(
                f"Expected a CPUGeneratorImplState of size {_BYTES} "
                f"but found the input RNG state size to be {state.size}"
            )
        new = np.frombuffer(state.tobytes(), _layout())[0]
        left, following = int(new["left"]), int(new["next"])
        if not (new["seeded"] == 1 and 1 <= left <= _WORDS and following <= _WORDS):
            raise RuntimeError("Invalid mt19937 state")
        position = _WORDS if left == 1 else following
        key = new["words"].astype(np.uint32)
        self._bits.state = {"bit_generator": "MT19937", "state": {"key": key, "pos": position}}
        self._initial_seed = int(new["initial_seed"])
        self.kept = float(new["kept"]) if new["has_kept"] else None
        return self

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


def _layout() -> Any:
    return np.dtype([(name, kind) for kind, name in map(str.split, _FIELDS.split(","))])


default_generator: Final = Generator()
default_generator.seed()
