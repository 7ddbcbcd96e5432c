"""minigrad: PyTorch's autograd on numpy, to be read and watched. ``import minigrad as torch``.

The operations come from `minigrad.ops`, by `functions`; `__init__.pyi` beside this file lists every
name for editors and type checkers (tests/write_stub.py writes it).
"""

# pyright: reportUnusedImport=false

from __future__ import annotations

from math import e, inf, nan, pi
from typing import Any

from minigrad import autograd, backends, cuda, linalg, nn, optim, return_types, utils
from minigrad.anomaly import is_anomaly_check_nan_enabled, is_anomaly_enabled
from minigrad.creation import as_tensor, asarray, from_numpy, tensor
from minigrad.device import contiguous_format, device, memory_format, preserve_format, strided
from minigrad.dtypes import (
    bool,
    can_cast,
    double,
    dtype,
    finfo,
    float,
    float16,
    float32,
    float64,
    get_default_dtype,
    half,
    iinfo,
    int,
    int8,
    int16,
    int32,
    int64,
    long,
    promote_types,
    set_default_dtype,
    short,
    uint8,
)
from minigrad.factories import (
    arange,
    empty,
    empty_like,
    eye,
    full,
    full_like,
    linspace,
    logspace,
    ones,
    ones_like,
    zeros,
    zeros_like,
)
from minigrad.generator import Generator, default_generator
from minigrad.inference import inference_mode, is_inference_mode_enabled
from minigrad.legacy import (
    BoolTensor,
    ByteTensor,
    CharTensor,
    DoubleTensor,
    FloatTensor,
    HalfTensor,
    IntTensor,
    LongTensor,
    ShortTensor,
)
from minigrad.modes import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from minigrad.ops import functions
from minigrad.ops.sampling import normal, rand, randint, randn, randperm
from minigrad.printing import get_printoptions, printoptions, set_printoptions
from minigrad.queries import (
    get_default_device,
    get_rng_state,
    is_tensor,
    result_type,
    set_default_device,
    set_default_tensor_type,
    set_rng_state,
)
from minigrad.random import fork_rng, initial_seed, manual_seed, seed
from minigrad.serialization import load, save
from minigrad.size import Size
from minigrad.tensor import Tensor

__version__ = "2.13.0+minigrad"
"""The PyTorch whose behaviour this is; the kit's own version is that of minigrad-kit."""

newaxis = None

globals().update(functions)


def __getattr__(name: str) -> Any:
    raise AttributeError(f"module 'torch' has no attribute '{name}'")
