"""Record PyTorch's random numbers: ``python tests/record_random.py`` writes goldens/random.json.

Each case is a seed and a list of calls: the function of minigrad.draws, its arguments, the numbers
that PyTorch gives. They are made one after the other, so that each also tests where the one before
left the stream.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch  # pyright: ignore[reportMissingImports]

GOLDENS = Path(__file__).with_name("goldens") / "random.json"


def call(name: str, arguments: list[Any]) -> torch.Tensor:
    """Make PyTorch's call that `minigrad.draws`'s function `name` stands for."""
    match name, arguments:
        case "uniform", (shape, dtype, low, high):
            return torch.empty(shape, dtype=getattr(torch, dtype)).uniform_(low, high)
        case "normal", (shape, dtype, mean, std):
            return torch.empty(shape, dtype=getattr(torch, dtype)).normal_(mean, std)
        case "bernoulli_p", (shape, dtype, p):
            return torch.empty(shape, dtype=getattr(torch, dtype)).bernoulli_(p)
        case "randint", (low, high, shape):
            return torch.randint(low, high, shape)
        case "randperm", (n,):
            return torch.randperm(n)
        case "bernoulli", (p,):
            return torch.bernoulli(torch.tensor(p))
        case "multinomial", (p, num_samples, replacement):
            return torch.multinomial(torch.tensor(p), num_samples, replacement)
        case _:
            raise ValueError(name)


def calls(dtype: str) -> list[tuple[str, list[Any]]]:
    """Return one call of every kind; three normals leave the second of a pair to the next."""
    return [
        ("normal", [[3], dtype, 0.0, 1.0]),
        ("uniform", [[5], dtype, 0.0, 1.0]),
        ("normal", [[2], dtype, 1.0, 2.0]),
        ("normal", [[4, 4], dtype, 0.0, 1.0]),
        ("normal", [[21], dtype, -2.0, 0.1]),
        ("uniform", [[2, 3], dtype, -0.3, 3.1]),
        ("randint", [-5, 5, [6]]),
        ("randint", [0, 2**28 - 1, [3]]),
        ("randint", [0, 2**28, [3]]),
        ("randint", [-(2**63), 2**63 - 1, [3]]),
        ("randperm", [12]),
        ("bernoulli", [[0.0, 0.2, 0.5, 0.8, 1.0]]),
        ("bernoulli_p", [[8], dtype, 0.4]),
        ("multinomial", [[0.1, 0.5, 0.2, 0.2], 4, False]),
        ("multinomial", [[[0.1, 0.5], [3.0, 1.0]], 6, True]),
        ("multinomial", [[1.0, 2.0, 3.0], 1, True]),
        ("normal", [[], dtype, 0.0, 1.0]),
    ]


def record() -> list[dict[str, Any]]:
    """Return all cases."""
    cases: list[dict[str, Any]] = []
    for dtype in ("float32", "float64"):
        for seed in (0, 1, 42, -1, 2**40 + 7):
            torch.manual_seed(seed)
            made = [[name, given, call(name, given).tolist()] for name, given in calls(dtype)]
            cases.append({"seed": seed, "calls": made})
    return cases


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(case) for case in record())
    GOLDENS.write_text(f"[\n{lines}\n]\n")
