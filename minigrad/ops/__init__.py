"""The operations, a file per family. Importing a module makes its operations public.

Those that only nets have are imported by `minigrad.nn.functional`.
"""

# pyright: reportUnusedImport=false
# ruff: noqa: I001 - several names a line

# fmt: off
from minigrad.ops import (
    activation, arithmetic, arrange, compare, conversion, extreme, gather, index, linalg, matmul,
    pointwise, reduce, sampling, select, shape,
)
# fmt: on
from minigrad.ops.export import functional, functions
