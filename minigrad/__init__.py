"""minigrad: PyTorch's autograd on numpy, to be read and watched. ``import minigrad as torch``.

The operations come from `minigrad.ops`, by `functions`; `__init__.pyi` beside this file lists every
name for editors and type checkers (tests/write_stub.py writes it).
"""

# pyright: reportUnusedImport=false
# ruff: noqa: I001 - several names a line

from importlib import import_module
from math import e, inf, nan, pi
from typing import TYPE_CHECKING, Any

# fmt: off
from minigrad import engine as _engine  # puts `backward` on Tensor
from minigrad.creation import (
    BoolTensor, ByteTensor, CharTensor, DoubleTensor, FloatTensor, HalfTensor, IntTensor,
    LongTensor, ShortTensor, from_numpy,
)
from minigrad.device import contiguous_format, device, preserve_format, strided
from minigrad.draws import Generator, default_generator, initial_seed, manual_seed, seed
from minigrad.dtypes import (
    bool, double, dtype, float, float16, float32, float64, get_default_dtype, half, int,
    int8, int16, int32, int64, long, set_default_dtype, short, uint8,
)
from minigrad.missing import absent, mark_absent, pytorch_names
from minigrad.modes import (
    enable_grad, inference_mode, is_grad_enabled, is_inference_mode_enabled, no_grad,
    set_grad_enabled,
)
from minigrad.ops import functions
from minigrad.printing import set_printoptions
from minigrad.serialization import load, save
from minigrad.sizes import Size
from minigrad.storage import TypedStorage, UntypedStorage
from minigrad.tensor import Tensor

# fmt: on
if TYPE_CHECKING:
    from minigrad import autograd, backends, cuda, linalg, nn, optim, random, return_types, utils
    from minigrad.anomaly import is_anomaly_check_nan_enabled, is_anomaly_enabled
    from minigrad.backends import accelerator

__version__ = "2.13.0+minigrad"
"""The PyTorch whose behaviour this is; the kit's own version is that of minigrad-kit."""

newaxis = None

globals().update({name: functions[name] for name in functions.keys() & pytorch_names("torch")})
mark_absent()

# Parts that not every program needs are imported when they are first asked for.
_PARTS = ("autograd", "backends", "cuda", "functional", "linalg", "nn", "optim", "random",
          "return_types", "utils")  # fmt: skip
_FROM_PARTS = {"accelerator": "backends", "is_anomaly_check_nan_enabled": "anomaly",
               "is_anomaly_enabled": "anomaly"}  # fmt: skip
_OF_NETS = ("conv2d", "conv_transpose2d", "layer_norm")
_absent = absent("torch")


def __getattr__(name: str) -> Any:
    if name in _PARTS:
        return import_module(f"minigrad.{name}")
    if name in _FROM_PARTS:
        return getattr(import_module(f"minigrad.{_FROM_PARTS[name]}"), name)
    if name in _OF_NETS:
        import_module("minigrad.nn.functional")
        return functions[name]
    return _absent(name)


def __dir__() -> list[str]:
    return [*globals(), *_PARTS, *_FROM_PARTS, *_OF_NETS]
