"""What surrounds training. Laid out as ``torch.utils``."""
# pyright: reportUnusedImport=false

from minigrad.missing import absent
from minigrad.utils import data

__getattr__ = absent("torch.utils")
