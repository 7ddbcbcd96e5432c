"""PyTorch's error messages, in one place, a file per family.

Every function returns the exception, and the caller raises it: ``raise errors.second_backward()``.
A function named ``check_…`` raises it itself. The parity tests compare the texts with PyTorch's.
"""

from minigrad.errors.attributes import *
from minigrad.errors.backward import *
from minigrad.errors.casts import *
from minigrad.errors.computing import *
from minigrad.errors.creation import *
from minigrad.errors.in_place import *
from minigrad.errors.indexing import *
from minigrad.errors.operands import *
from minigrad.errors.pieces import *
from minigrad.errors.products import *
from minigrad.errors.shapes import *
from minigrad.errors.text import *
