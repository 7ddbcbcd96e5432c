"""``torch.backends`` and ``torch.accelerator``: what other processors there are. None."""

from types import SimpleNamespace


def _no() -> bool:
    return False


mps = SimpleNamespace(is_available=_no, is_built=_no)
cudnn = SimpleNamespace(is_available=_no, enabled=False, deterministic=False, benchmark=False)

accelerator = SimpleNamespace(
    is_available=_no, device_count=lambda: 0, current_accelerator=lambda check_available=False: None
)
