"""PyTorch as it would be on another machine: results whose rounding is nobody's promise, rounded otherwise.

Products of matrices, sums and transcendental functions are rounded as the processor and the library
for it please. A program may turn such a last digit into something large: a comparison, a floor, a
difference of nearly equal numbers. Where PyTorch differs from itself when these digits differ, a
difference of minigrad says nothing (`programs.compare`).
"""

from __future__ import annotations

import re
import zlib
from typing import Any

import numpy as np

ROUNDED = re.compile(
    r"(native_|_)?(((add|b|badd)?(mm|mv|bmm)|addr|v?dot|exp(m1|2)?|log(|2|10|1p|it|addexp2?|sumexp|_sigmoid\w*)"
    r"|a?(sin|cos|tan)h?|arc\w+|atan2|sigmoid|erf[cinv]*|pow|float_power|rsqrt|hypot|xlogy|lerp"
    r"|addc(mul|div)|sum|nansum|mean|nanmean|prod|cumsum|cumprod|logcumsumexp|var|std|var_mean|std_mean"
    r"|norm|linalg_\w+|inverse|det|log_?softmax\w*|softmax\w*|gelu|silu|elu|celu|selu|mish|softplus"
    r"|layer_norm|batch_norm|group_norm|convolution|mse_loss|\w*l1_loss|huber_loss|kl_div|soft_margin_loss"
    r"|binary_cross_entropy\w*|nll_loss|randn|normal|deg2rad|rad2deg|trace|remainder|fmod)_?(_backward\w*)?"
    r"|tanh_backward|sigmoid_backward)"
)
"""The operations whose last digits depend on the machine, by their names in ``torch.ops.aten``."""


def _is_rounded(function: Any, args: Any, kwargs: Any) -> bool:
    name = function.overloadpacket.__name__
    if name.startswith("pow") and isinstance(args[1], (int, float)):
        return args[1] not in (-2, -1, 0, 0.5, 1, 2, 3)  # made of products and roots
    if name.strip("_") in ("add", "sub", "rsub", "index_add"):
        return kwargs.get("alpha", 1) != 1  # one rounding where there is a fused instruction
    return ROUNDED.fullmatch(name) is not None


def otherwise(torch: Any, seed: int, most: int) -> Any:
    """A context in which PyTorch's rounded results are off by up to `most` units in the last place.

    The same result is always off by the same.
    """
    mode = torch.utils._python_dispatch.TorchDispatchMode

    class Otherwise(mode):
        def __torch_dispatch__(
            self, function: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            result = function(*args, **(kwargs or {}))
            if most and _is_rounded(function, args, kwargs or {}):
                for tensor in result if isinstance(result, (tuple, list)) else (result,):
                    if isinstance(tensor, torch.Tensor) and tensor.is_floating_point():
                        _nudge(tensor.detach().numpy(), seed, most)
            return result

    return Otherwise()


def _nudge(memory: Any, seed: int, most: int) -> None:
    """Move the numbers by a few units in the last place, but for those that are short in binary.

    `memory` is that of the tensor itself: its version does not count this.
    """
    chance = np.random.default_rng([seed, zlib.crc32(memory.tobytes())])
    with np.errstate(all="ignore"):
        scaled = memory.astype(np.float64) * 1024
        moves = np.isfinite(memory) & (scaled != np.trunc(scaled)) & (np.abs(scaled) < 2**40)
        steps = chance.integers(-most, most + 1, memory.shape).astype(memory.dtype)
        memory[...] = np.where(moves, memory + steps * np.spacing(memory), memory)
