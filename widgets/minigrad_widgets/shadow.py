"""The ``.grad`` of leaves and of retain_grad tensors, which follows the position of the stepper.

Each tensor has one slot: what its ``.grad`` was before its step, and what it is from then on.
Stepping back puts the very object back that was there before. A ``.grad`` that somebody else has
changed is left alone.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .trace import Accumulation


@dataclass
class _Slot:
    step: int
    accumulation: Accumulation
    now: Any  # the object that .grad should be at the present position
    copy: Any  # its value, to notice a change in place
    before: Any = field(init=False)
    after: Any = None
    abandoned: bool = False

    def __post_init__(self) -> None:
        self.before = self.now


class Shadow:
    """Keeps ``.grad`` in step with the position.

    Parameters
    ----------
    accumulations : sequence of (int, Accumulation)
        The number of the step after which it shows, and what happens in it.
    """

    def __init__(self, accumulations: Sequence[tuple[int, Accumulation]]) -> None:
        self._lock = threading.Lock()  # observers may run beside a cell
        self._slots = [
            _Slot(step, item, item.tensor.grad, item.before) for step, item in accumulations
        ]

    def move_to(self, position: int) -> list[tuple[int, Any]]:
        """Make every ``.grad`` what it is after ``position`` steps.

        Returns
        -------
        list of (int, Tensor or None)
            Of the tensors whose ``.grad`` somebody else has changed, which are left alone from then
            on: the place among the accumulations, and the ``.grad``.
        """
        with self._lock:
            for slot in self._slots:
                if not slot.abandoned:
                    _place(slot, position)
            return [
                (place, slot.accumulation.tensor.grad)
                for place, slot in enumerate(self._slots)
                if slot.abandoned
            ]


def _place(slot: _Slot, position: int) -> None:
    tensor = slot.accumulation.tensor
    if tensor.grad is not slot.now or not _same(slot.now, slot.copy):
        slot.abandoned = True
        return
    if position < slot.step:
        wanted, copy = slot.before, slot.accumulation.before
    else:
        if slot.after is None and slot.accumulation.after is not None:
            after = slot.accumulation.after
            # The learner may change theirs; one with a graph behind it cannot be changed in place.
            slot.after = after if after.requires_grad else after.detach().clone()
        wanted, copy = slot.after, slot.accumulation.after
    if wanted is not slot.now:
        tensor.grad = wanted
        slot.now, slot.copy = wanted, copy


def _same(one: Any, other: Any) -> bool:
    """Tell whether two gradients are equal number by number; nan equals nan."""
    if one is None or other is None:
        return one is other
    one = one.detach()
    try:
        return bool(((one == other) | ((one != one) & (other != other))).all().item())
    except RuntimeError:  # PyTorch does not compare sparse tensors, nor those without numbers
        return True
