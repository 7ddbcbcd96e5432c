"""``torch.linalg``: norms, inverse, solve, det."""

from minigrad.missing import absent
from minigrad.ops.linalg import linalg

globals().update(linalg)
__getattr__ = absent("torch.linalg")
