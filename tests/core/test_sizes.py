"""torch.Size: a tuple that stays a Size when it is cut and joined."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from minigrad.sizes import Size

CALLS: list[Callable[[Any], Any]] = [
    lambda s: s([2, 3]),
    lambda s: s(),
    lambda s: s((2, 3, 4))[1:],
    lambda s: s((2, 3, 4))[-1],
    lambda s: s((2,))[5],
    lambda s: s((2, 3)) + s((1,)),
    lambda s: s((2, 3)) + (1,),  # noqa: RUF005
    lambda s: (1,) + s((2, 3)),  # noqa: RUF005 - it is the addition that is tested
    lambda s: s((2, 3)) * 2,
    lambda s: 2 * s((2, 3)),
    lambda s: s((2, 3)).numel(),
    lambda s: s(()).numel(),
    lambda s: s((2, 3)) == (2, 3),
    lambda s: hash(s((2, 3))) == hash((2, 3)),
    lambda s: str(s((2, 3))),
    lambda s: f"{s((2, 3))}",
    lambda s: s([True, np.int64(3)]),
    lambda s: s(3),
    lambda s: pickle.loads(pickle.dumps(s((2,)))),
    lambda s: copy.deepcopy(s((2,))),
]


def outcome(call: Callable[[Any], Any], size: Any) -> tuple[str, str]:
    try:
        value = call(size)
    except (TypeError, IndexError) as error:
        return type(error).__name__, str(error)
    return type(value).__name__, repr(value)


@pytest.mark.parametrize("call", CALLS)
def test_does_what_pytorchs_does(torch: Any, call: Callable[[Any], Any]) -> None:
    assert outcome(call, Size) == outcome(call, torch.Size)


def test_prints_and_joins() -> None:
    assert repr(Size((2, 3))[1:] + Size((4,))) == "torch.Size([3, 4])"
    assert Size((2, 3)).numel() == 6
    with pytest.raises(TypeError, match="'float' object cannot be interpreted as an integer"):
        Size([2, 1.5])  # type: ignore[list-item]
