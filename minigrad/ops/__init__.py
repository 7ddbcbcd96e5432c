"""The operations, a file per family. Importing a module makes its operations public."""

# pyright: reportUnusedImport=false

from minigrad.ops import (
    activation,
    along,
    arithmetic,
    arrange,
    class_loss,
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
    pad,
    pointwise,
    pool,
    reduce,
    sampling,
    scan,
    select,
    shape,
    smooth_activation,
    softmax,
    strided,
)
from minigrad.ops.export import functional, functions
