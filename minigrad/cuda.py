"""``torch.cuda`` where there is no graphics processor."""

from minigrad.missing import absent


def is_available() -> bool:
    """Return False: everything runs on the CPU."""
    return False


def device_count() -> int:
    """Return 0."""
    return 0


def manual_seed(seed: int) -> None:
    """Do nothing: there is no generator to seed."""


manual_seed_all = manual_seed
__getattr__ = absent("torch.cuda")
