"""The operations, a file per family. Importing a module makes its operations public.

Those that only nets have are imported by `minigrad.nn.functional`.
"""

# pyright: reportUnusedImport=false

from minigrad.ops import (
    activation,
    arithmetic,
    arrange,
    compare,
    conversion,
    extreme,
    gather,
    index,
    linalg,
    matmul,
    pointwise,
    reduce,
    sampling,
    select,
    shape,
)
from minigrad.ops.export import functional, functions
