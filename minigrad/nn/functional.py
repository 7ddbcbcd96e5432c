"""The functions behind the modules, laid out as ``torch.nn.functional``.

They are declared with the operations in `minigrad.ops`, whose import makes them public.
"""

from __future__ import annotations

from minigrad.missing import absent
from minigrad.ops import functional

globals().update(functional)
__getattr__ = absent("torch.nn.functional")
