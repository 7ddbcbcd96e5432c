"""``torch.cuda`` where there is no graphics processor."""

from __future__ import annotations

from typing import Any, NoReturn

from minigrad.missing import absent


def is_available() -> bool:
    """Return False: everything runs on the CPU."""
    return False


def device_count() -> int:
    """Return 0."""
    return 0


def manual_seed(seed: int) -> None:
    """Do nothing: there is no generator to seed."""


def empty_cache() -> None:
    """Do nothing: there is no cache."""


def _refuse(*args: Any, **kwargs: Any) -> NoReturn:
    raise AssertionError("Torch not compiled with CUDA enabled")


manual_seed_all = manual_seed
current_device = get_device_name = synchronize = _refuse
__getattr__ = absent("torch.cuda")
