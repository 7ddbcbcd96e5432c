"""Tensors and numbers in derivative rules: other nodes than those of a user's ``x + 1``."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.op import Op
from minigrad.symbol import POWER, PRODUCT, SUM

scale = Op(
    "MulBackward1",
    lambda self, other: self * other,
    tex=r"{other} \cdot {self}",
    precedence=PRODUCT,
    self=lambda grad, other: scale(grad, other),
    says="the gradient times the number",
)

add_number = Op(
    "AddBackward1",
    lambda self, other: self + other,
    inputs=("self",),
    tex="{self} + {other}",
    precedence=SUM,
    self=lambda grad: grad,
    says="a sum passes the gradient on unchanged",
)

sub_number = Op(
    "SubBackward1",
    lambda self, other: self - other,
    inputs=("self",),
    tex="{self} - {other}",
    precedence=SUM,
    self=lambda grad: grad,
    says="a difference passes the gradient on unchanged to its first term",
)

div_number = Op(
    "DivBackward1",
    lambda self, other: self / other,
    inputs=("self",),
    tex=r"\frac{{{self}}}{{{other}}}",
    precedence=POWER,
    self=lambda grad, other: div_number(grad, other),
    says="the gradient divided by the number",
)


def _zeros(self: Any) -> Any:
    return np.zeros(self.shape, self.dtype)[()]


zeros_like = Op("", _zeros, inputs=("self",), tex="0")
"""The gradient of a step: zero wherever it is defined."""

__all__ = ["add_number", "div_number", "scale", "sub_number", "zeros_like"]
