"""The operations, a file per family. Importing a module makes its operations public.

Those that only nets have are imported by `minigrad.nn.functional`.
"""

# pyright: reportUnusedImport=false

from minigrad.ops import (
    activation,
    along,
    arithmetic,
    arrange,
    compare,
    conversion,
    extreme,
    gather,
    index,
    join,
    linalg,
    matmul,
    pointwise,
    reduce,
    sampling,
    select,
    shape,
    strided,
)
from minigrad.ops.export import functional, functions
