"""The checks of the lessons' exercises: each says what is right, and names the mistake otherwise.

    from minigrad_widgets import exercises

A check computes the right answer with the engine itself, from what the learner made, and the wrong
answers that are often given in the same way. It prints, so that it may stand anywhere in a cell; a
wrong answer never makes it raise. It works for minigrad and for PyTorch, and without Jupyter.
"""

from .accumulation import check_accumulation, check_training
from .answers import compare
from .by_hand import check_two_paths, check_walk
from .functions import check_cube, check_scaled_product
from .in_place import check_outcomes, check_repair
from .vectors import check_layer, check_weights

__all__ = [
    "check_accumulation",
    "check_cube",
    "check_layer",
    "check_outcomes",
    "check_repair",
    "check_scaled_product",
    "check_training",
    "check_two_paths",
    "check_walk",
    "check_weights",
    "compare",
]
