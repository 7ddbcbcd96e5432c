"""Optimizers: they change parameters by their gradients. Laid out as ``torch.optim``."""
# pyright: reportUnusedImport=false

from minigrad.missing import absent
from minigrad.optim import lr_scheduler
from minigrad.optim.algorithms import SGD, Adagrad, Adam, AdamW, RMSprop
from minigrad.optim.optimizer import Optimizer

__getattr__ = absent("torch.optim")
