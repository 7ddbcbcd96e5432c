"""What a tensor is to Python and to numpy: a number, a truth value, a list, an array."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.modes import modes
from minigrad.tensor import Tensor, method, wrap


@method("item")
def item(self: Tensor) -> Any:
    """The one element as a Python number.

    Raises
    ------
    RuntimeError
        If there is not exactly one element.
    """
    if self._data.size != 1:
        raise errors.item_of_many(self)
    return self._data.item()


@method("numpy")
def numpy(self: Tensor, *, force: bool = False) -> np.ndarray[Any, Any]:
    """The same memory as a numpy array.

    Raises
    ------
    RuntimeError
        If the tensor requires grad.
    """
    errors.check(force or not (modes.enabled and self.requires_grad), "numpy_of_grad")
    self._share()
    return self._data


@method("__array__")
def _array(self: Tensor, dtype: Any = None) -> np.ndarray[Any, Any]:
    return np.asarray(self.numpy(), dtype)


@method("__array_wrap__")
def _array_wrap(self: Tensor, array: Any) -> Tensor:  # numpy's functions of a Tensor make one
    return wrap(array.astype("uint8") if array.dtype == np.bool_ else array)


@method("__bool__")
def truth(self: Tensor) -> bool:
    if self._data.size != 1:
        raise errors.bool_of_several() if self._data.size else errors.bool_of_nothing()
    return bool(self._data.item())


@method("__index__")
def _index(self: Tensor) -> int:
    whole = self._data.dtype.kind in "iub" and self._data.size == 1
    errors.check(whole, "index_of_non_integer")
    return int(self._data.item())


def python_number(self: Tensor, warns: bool = True) -> Any:
    """The one element, with a warning if it requires grad, for it leaves the graph."""
    if warns and modes.enabled and self.requires_grad:
        errors.warn_once(errors.SCALAR_OF_GRAD, stacklevel=3)
    errors.check(self._data.size == 1, "scalar_of_many")
    return self._data.item()


for _kind in (int, float, complex):

    def _as(self: Tensor, kind: Any = _kind) -> Any:
        return kind(python_number(self, warns=kind is not int))

    method(f"__{_kind.__name__}__")(_as)


@method("__len__")
def _len(self: Tensor) -> int:
    errors.check(self._data.ndim, "len_of_number")
    return len(self._data)


@method("__iter__")
def _iter(self: Tensor) -> Iterator[Tensor]:
    errors.check(self._data.ndim, "iteration_over_number")
    return iter(self.unbind(0))


@method("__reversed__")
def _reversed(self: Tensor) -> Tensor:
    return self.flip(0) if self._data.ndim else self


@method("__contains__")
def _contains(self: Tensor, element: Any) -> bool:
    if isinstance(element, (Tensor, bool, int, float, np.number)):
        same = element.eq(self) if isinstance(element, Tensor) else self.eq(element)
        return bool(same.any().item())
    raise errors.contains(element)
