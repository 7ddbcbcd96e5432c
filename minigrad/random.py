"""The random generator, laid out as ``torch.random``."""

from minigrad.draws import default_generator, initial_seed, manual_seed, seed
from minigrad.missing import absent

__all__ = ["default_generator", "initial_seed", "manual_seed", "seed"]
__getattr__ = absent("torch.random")
