"""What surrounds training. Laid out as ``torch.utils``."""
# pyright: reportUnusedImport=false

from __future__ import annotations

from minigrad.utils import data
