"""The operations, a file per family. Importing a module makes its operations public."""

# pyright: reportUnusedImport=false

from minigrad.ops import (
    activation,
    along,
    arithmetic,
    arrange,
    compare,
    conv,
    conversion,
    einsum,
    embedding,
    extreme,
    gather,
    index,
    join,
    linalg,
    loss,
    matmul,
    normalisation,
    pointwise,
    pool,
    reduce,
    sampling,
    select,
    shape,
    strided,
)
from minigrad.ops.export import functional, functions
