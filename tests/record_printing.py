"""Record what PyTorch prints: ``python tests/record_printing.py`` writes goldens/printing.json.

The goldens keep the printing tested where PyTorch is not installed. Each case holds the elements
(bytes, in hexadecimal), what was asked for, and PyTorch's text.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch  # pyright: ignore[reportMissingImports]

GOLDENS = Path(__file__).with_name("goldens") / "printing.json"


def arrays() -> list[np.ndarray]:
    """Return one array of every kind that prints in its own way."""
    random = np.random.default_rng(0)
    floats: list[Any] = [
        3.0,
        -0.0,
        math.nan,
        [],
        [[], []],
        [1.0, 2.0, 3.0],
        [1000.5, 1.0],
        [1e-5, 1.0],
        [1e8, 1.0],
        [1e9, 2e9],
        [0.25, math.inf, -math.inf, math.nan, 0.0],
        [1.0, math.inf, math.nan],
        [0.0, math.nan],
        [[0.1, -22.5], [333.25, 4.0]],
        random.normal(size=(2, 3, 4)),
        random.normal(size=23),
        random.normal(size=(8, 9)),
        random.normal(size=(4, 1, 5, 2)),
        10.0 ** random.integers(-6, 6, size=(3, 3)),
    ]
    found = [np.array(each, dtype) for dtype in ("f8", "f4") for each in floats]
    found += [np.array(each, "f2") for each in floats if np.max(each, initial=0) < 6e4]
    for dtype in ("i8", "i4", "i2", "i1", "u1"):
        found += [
            random.integers(0, 127, shape).astype(dtype) for shape in ((), (0,), (3,), (2, 9))
        ]
    found += [random.normal(size=1001).astype("f4"), random.normal(size=(7, 150)).astype("f2")]
    found += [np.array([-1, 10**12]), np.array([[True, False], [False, False]])]
    return [*found, np.array(True), np.zeros((0, 2), bool)]


def options() -> list[dict[str, Any]]:
    """Return the print options that each array is printed with."""
    return [
        {},
        {"precision": 2, "linewidth": 40},
        {"threshold": 5, "edgeitems": 1},
        {"edgeitems": 0},
        {"sci_mode": True},
        {"sci_mode": False},
        {"profile": "short"},
    ]


def record() -> list[dict[str, Any]]:
    """Return all cases."""
    cases: list[dict[str, Any]] = []
    for array in arrays():
        for given in options() if array.size < 100 else options()[:2]:
            tensor = torch.from_numpy(array.copy())
            suffixes: list[dict[str, Any]] = [{}]
            if array.dtype.kind == "f" and not given:
                suffixes += [{"requires_grad": True}, {"grad_fn_name": "CloneBackward0"}]
            for suffix in suffixes:
                torch.set_printoptions(profile="default")
                torch.set_printoptions(**given)
                cases.append(
                    {
                        "dtype": array.dtype.name,
                        "shape": array.shape,
                        "bytes": array.tobytes().hex(),
                        "options": given,
                        "suffix": suffix,
                        "text": repr(_with(tensor, suffix)),
                    }
                )
    return cases


def _with(tensor: torch.Tensor, suffix: dict[str, Any]) -> torch.Tensor:
    if "grad_fn_name" in suffix:
        return tensor.clone().requires_grad_().clone()
    return tensor.clone().requires_grad_() if suffix else tensor


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(case) for case in record())
    GOLDENS.write_text(f"[\n{lines}\n]\n")
