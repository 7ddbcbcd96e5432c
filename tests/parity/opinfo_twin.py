"""PyTorch's functions and tensors, translated: what stands in minigrad where one stands in PyTorch.

Used by `opinfo`.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import types
from collections.abc import Callable
from typing import Any

LEFT_OUT_DTYPES = {"bfloat16", "chalf", "complex32", "complex64", "complex128", "uint16", "uint32"}
LEFT_OUT_DTYPES |= {"uint64", "float8_e4m3fn", "float8_e5m2", "qint8", "quint8", "qint32"}
LEFT_OUT_MODES = {"reflect", "replicate", "circular"}  # of `pad`
NUMPYS_DIMS = 64


class Missing(AttributeError):
    """minigrad has no such name."""


class LeftOut(Exception):
    """The sample uses what minigrad has not by design."""


# --- functions


def named(root: Any, path: str) -> Any:
    try:
        return at_path(root, path)
    except Missing:
        return None


def at_path(root: Any, path: str) -> Any:
    found = root
    for part in path.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            raise Missing(f"minigrad has no {path}") from None
    return found


def ours_of(function: Any, path: str | None = None) -> Callable[..., Any]:
    """minigrad's counterpart; if there is none, a function that says so when it is called."""
    try:
        if path is not None:
            return at_path(importlib.import_module("minigrad"), path)
        return counterpart(function)
    except Missing as error:
        missing = error

        def absent(*args: Any, **kwargs: Any) -> Any:
            raise missing

        return absent


@functools.cache
def paths() -> dict[int, str]:
    """Where PyTorch's functions, methods and classes are, by their id."""
    torch = importlib.import_module("torch")
    places = {"nn.functional": torch.nn.functional, "linalg": torch.linalg, "nn": torch.nn}
    places |= {"Tensor": torch.Tensor, "": torch}
    found: dict[int, str] = {}
    for prefix, place in places.items():
        for name in dir(place):
            value = getattr(place, name, None)
            if callable(value):
                found[id(value)] = f"{prefix}.{name}".lstrip(".")
    return found


def counterpart(value: Any) -> Any:
    """What stands in minigrad where `value` stands in PyTorch; anything else as it is.

    A function of PyTorch's tests is built again, with minigrad in its globals.
    """
    minigrad = importlib.import_module("minigrad")
    if isinstance(value, types.ModuleType):
        name = value.__name__
        if name == "torch":
            return minigrad
        if name.startswith("torch."):
            return importlib.import_module(f"minigrad{name[5:]}")
        return value
    if isinstance(value, functools.partial):
        return functools.partial(counterpart(value.func), *value.args, **value.keywords)
    if id(value) in paths():
        return at_path(minigrad, paths()[id(value)])
    if isinstance(value, types.FunctionType) and value.__module__.startswith("torch.testing"):
        return _set_seed if value.__name__ == "wrapper_set_seed" else _rebuilt(value)
    if callable(value) and str(getattr(value, "__module__", "")).startswith("torch"):
        raise Missing(f"minigrad has no {value}")
    return value


def _set_seed(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What the database calls random functions with."""
    importlib.import_module("minigrad").manual_seed(42)
    return function(*args, **kwargs)


def _rebuilt(function: types.FunctionType) -> types.FunctionType:
    scope: dict[str, Any] = {"__builtins__": builtins}
    for name in _global_names(function.__code__):
        if name in function.__globals__:
            scope[name] = counterpart(function.__globals__[name])
    cells = tuple(types.CellType(counterpart(c.cell_contents)) for c in function.__closure__ or ())
    made = types.FunctionType(
        function.__code__, scope, function.__name__, function.__defaults__, cells
    )
    made.__kwdefaults__ = function.__kwdefaults__
    return made


def _global_names(code: types.CodeType) -> set[str]:
    inner = [c for c in code.co_consts if isinstance(c, types.CodeType)]
    return set(code.co_names).union(*map(_global_names, inner))


# --- arguments


class Twin:
    """Makes the arguments of a call anew in one library; the same tensor stays the same tensor."""

    def __init__(self, library: str) -> None:
        self.library = importlib.import_module(library)
        self.ours = library == "minigrad"
        self.torch = importlib.import_module("torch")
        self.tensors: list[Any] = []
        self._made: dict[int, Any] = {}

    def __call__(self, value: Any) -> Any:
        if isinstance(value, self.torch.Tensor):
            if id(value) not in self._made:
                self._made[id(value)] = self._tensor(value)
                self.tensors.append(self._made[id(value)])
            return self._made[id(value)]
        if isinstance(value, (list, tuple)):
            items = [self(item) for item in value]
            if isinstance(value, self.torch.Size):
                return self.library.Size(items)
            return items if isinstance(value, list) else tuple(items)
        if isinstance(value, dict):
            return {key: self(item) for key, item in value.items()}
        if isinstance(value, slice):
            return slice(self(value.start), self(value.stop), self(value.step))
        return self._other(value)

    def _other(self, value: Any) -> Any:
        torch = self.torch
        if isinstance(value, complex) or (isinstance(value, str) and value in LEFT_OUT_MODES):
            raise LeftOut
        if isinstance(value, torch.dtype):
            name = str(value).rpartition(".")[2]
            if name in LEFT_OUT_DTYPES:
                raise LeftOut
            return getattr(self.library, name)
        if isinstance(value, torch.device):
            if value.type != "cpu":
                raise LeftOut
            return self.library.device("cpu")
        if isinstance(value, torch.Generator):
            return self.library.Generator().manual_seed(value.initial_seed())
        if isinstance(value, (torch.layout, torch.memory_format)):
            if value in (torch.channels_last, torch.channels_last_3d):
                raise LeftOut
            if isinstance(value, torch.layout) and value is not torch.strided:
                raise LeftOut
            return at_path(self.library, str(value).rpartition(".")[2])
        return counterpart(value) if self.ours else value

    def _tensor(self, tensor: Any) -> Any:
        torch = self.torch
        if tensor.layout is not torch.strided or tensor.is_quantized:
            raise LeftOut
        if str(tensor.dtype).rpartition(".")[2] in LEFT_OUT_DTYPES or tensor.device.type != "cpu":
            raise LeftOut
        if type(tensor) not in (torch.Tensor, torch.nn.Parameter) or tensor.ndim > NUMPYS_DIMS:
            raise LeftOut
        whole = torch.empty(0, dtype=tensor.dtype).set_(tensor.untyped_storage()).numpy().copy()
        if tensor.is_contiguous() and tensor.numel() == whole.size:
            made = self.library.tensor(whole.reshape(tuple(tensor.shape)))
        else:
            place = tuple(tensor.shape), tensor.stride(), tensor.storage_offset()
            made = self.library.from_numpy(whole).as_strided(*place).detach()
        return made.requires_grad_(tensor.requires_grad)
