"""The operations, a file per family. Importing a module makes its operations public."""

# pyright: reportUnusedImport=false

from minigrad.ops import (
    activation,
    along,
    arithmetic,
    arrange,
    cast,
    compare,
    conv,
    einsum,
    embedding,
    extreme,
    fill,
    gates,
    gather,
    index,
    join,
    leaf,
    limits,
    linalg,
    loss,
    matmul,
    mixed,
    normalisation,
    pointwise,
    pool,
    reduce,
    rounding,
    sampling,
    scan,
    select,
    shape,
    strided,
)
from minigrad.ops.export import functional, functions
