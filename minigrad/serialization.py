"""Copies and files of tensors: ``copy.deepcopy``, pickle, ``torch.save`` and ``torch.load``."""

from __future__ import annotations

import pickle
from contextlib import nullcontext
from os import PathLike
from typing import IO, Any

import numpy as np

from minigrad import dtypes, errors
from minigrad.tensor import Tensor, as_subclass, memory_of, method, offset_of, wrap


def rebuild(cls: type[Any], data: Any, requires_grad: bool, attributes: Any, *place: Any) -> Any:
    """Make a leaf of class `cls` from what `__reduce_ex__` wrote: a `place` in memory `data`."""
    data = np.ndarray(place[0], place[1], data, place[2], place[3]) if place else data
    made = as_subclass(wrap(data), cls)
    made._requires_grad = requires_grad
    made._counter.version = 1  # as in PyTorch, which puts the memory in afterwards
    made.__dict__.update(attributes)
    return made


@method("__reduce_ex__")
def _reduce(self: Tensor, protocol: Any) -> Any:
    """Pickle the memory, requires_grad and the user's attributes; no gradient, no graph."""
    data = self.numpy(force=True)
    place = (data.shape, data.dtype.str, offset_of(data), data.strides)
    return rebuild, (type(self), memory_of(data), self.requires_grad, dict(self.__dict__), *place)


@method("__deepcopy__")
def _deepcopy(self: Tensor, memo: dict[int, Any]) -> Any:
    """Copy a leaf with its gradient.

    Raises
    ------
    RuntimeError
        For a tensor that is no leaf.
    """
    from copy import deepcopy

    errors.check(self.is_leaf, "deepcopy_of_non_leaf")
    made = rebuild(*deepcopy(_reduce(self, None)[1], memo))
    made._grad = deepcopy(self._grad, memo)
    return made


def save(obj: Any, f: str | PathLike[str] | IO[bytes]) -> None:
    """Write `obj` (a tensor, a state_dict, lists and dictionaries of them) to a file.

    The file is a pickle of this library; PyTorch does not read it.

    Parameters
    ----------
    obj : object
    f : path or binary file

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.save.html
    """
    with _opened(f, "wb") as file:
        pickle.dump(obj, file)


def _opened(f: Any, mode: str) -> Any:
    """A file to be used in a ``with`` statement; one that was open already stays open."""
    if hasattr(f, "read") or hasattr(f, "write"):
        return nullcontext(f)
    from pathlib import Path  # not before: it takes its time

    errors.check(mode == "rb" or Path(f).parent.is_dir(), "no_directory", Path(f).parent)
    return Path(f).open(mode)


def load(
    f: str | PathLike[str] | IO[bytes], map_location: Any = None, *, weights_only: bool = True
) -> Any:
    """Read what `save` wrote.

    Parameters
    ----------
    f : path or binary file
    map_location : device, optional
        Taken for PyTorch's sake: there is only the CPU.
    weights_only : bool
        Refuse everything but tensors, numbers, strings and containers of them: a pickle can run any
        code.

    Raises
    ------
    pickle.UnpicklingError
        If `weights_only` and there is something else in the file.
    """
    with _opened(f, "rb") as file:
        return (pickle.Unpickler if weights_only is False else _Weights)(file).load()


class _Weights(pickle.Unpickler):
    """An unpickler that knows tensors and nothing that could run code."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        """Return the global of that name, if it is harmless."""
        known = _HARMLESS.get(module_name.partition(".")[0], ())
        errors.check(global_name in known, "weights_only", module_name, global_name)
        return super().find_class(module_name, global_name)


_HARMLESS = {
    "minigrad": {"Tensor", "Parameter", "Size", "device", "rebuild", *[e.name for e in dtypes.ALL]},
    "numpy": {"_reconstruct", "ndarray", "dtype", "scalar", "_frombuffer"},
    "collections": {"OrderedDict", "Counter"},
    "builtins": {"bytearray", "complex"},
}
