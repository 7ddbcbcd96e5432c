"""The functions behind the modules, laid out as ``torch.nn.functional``.

They are declared with the operations in `minigrad.ops`, whose import makes them public; the files
that only nets need are imported here.
"""

from importlib import import_module as _import

from minigrad.missing import absent
from minigrad.ops import functional

for _file in ("conv", "embedding", "loss", "normalisation"):
    _import(f"minigrad.ops.{_file}")
globals().update(functional)
__getattr__ = absent("torch.nn.functional")
