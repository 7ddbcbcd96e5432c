"""Values whose arithmetic writes formulas.

A derivative rule such as ``lambda grad, other: grad * other`` runs on numpy arrays, on Tensors, and
on Symbols: then it returns the formula, with brackets where precedence asks for them. What a
learner is shown is therefore the rule that ran, not a copy of it.
"""

from __future__ import annotations

from typing import Any

# How tightly the outermost operation of a formula binds; a looser formula inside a tighter one
# needs brackets.
SUM, PRODUCT, NEGATIVE, POWER, ATOM = 1, 2, 3, 4, 5


def _reverse(name: str) -> Any:
    def reversed_(self: Symbol, other: Any) -> Symbol:
        return getattr(symbol(other), name)(self)

    return reversed_


def _compare(sign: str) -> Any:
    def compared(self: Symbol, other: Any) -> Symbol:
        return Symbol(rf"[{self.tex} {sign} {symbol(other).tex}]")

    return compared


class Symbol:
    """A formula in LaTeX.

    Parameters
    ----------
    tex : str
        The formula.
    precedence : int
        How tightly its outermost operation binds (`SUM` … `ATOM`).
    """

    __slots__ = ("precedence", "tex")

    def __init__(self, tex: str, precedence: int = ATOM) -> None:
        self.tex = tex
        self.precedence = precedence

    def __repr__(self) -> str:
        return f"Symbol({self.tex!r})"

    def __str__(self) -> str:
        return self.tex

    def __add__(self, other: Any) -> Symbol:
        return Symbol(f"{inside(self, SUM)} + {inside(other, SUM, right=True)}", SUM)

    def __sub__(self, other: Any) -> Symbol:
        return Symbol(f"{inside(self, SUM)} - {inside(other, PRODUCT, right=True)}", SUM)

    def __mul__(self, other: Any) -> Symbol:
        factor = inside(other, PRODUCT, right=True)
        return Symbol(rf"{inside(self, PRODUCT)} \cdot {factor}", PRODUCT)

    def __truediv__(self, other: Any) -> Symbol:
        return Symbol(rf"\frac{{{symbol(self).tex}}}{{{symbol(other).tex}}}", POWER)

    def __pow__(self, other: Any) -> Symbol:
        return Symbol(f"{{{inside(self, ATOM)}}}^{{{symbol(other).tex}}}", POWER)

    def __matmul__(self, other: Any) -> Symbol:
        return Symbol(rf"{inside(self, PRODUCT)} \, {inside(other, PRODUCT, right=True)}", PRODUCT)

    def __neg__(self) -> Symbol:
        return Symbol(f"-{inside(self, PRODUCT)}", NEGATIVE)

    def __getitem__(self, index: Any) -> Symbol:
        return Symbol(rf"{inside(self, ATOM)}[{function_tex('', [index])[1:-1]}]")

    @property
    def T(self) -> Symbol:  # noqa: N802 - PyTorch's name
        """The transposed matrix."""
        return Symbol(rf"{{{inside(self, ATOM)}}}^{{\top}}", POWER)

    mT = T  # noqa: N815 - PyTorch's name
    shape: Any = ()
    ndim = 0
    __iter__: Any = None  # or Python would ask `__getitem__` for ever

    __radd__, __rsub__, __rmul__ = map(_reverse, ("__add__", "__sub__", "__mul__"))
    __rtruediv__, __rpow__ = map(_reverse, ("__truediv__", "__pow__"))
    __gt__, __lt__, __ge__, __le__ = map(_compare, (">", "<", r"\ge", r"\le"))


def symbol(value: Any) -> Symbol:
    """The value as a Symbol; a negative number binds as a minus sign does."""
    if isinstance(value, Symbol):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        text = f"{value:g}" if isinstance(value, float) else str(value)
        return Symbol(text, NEGATIVE if value < 0 else ATOM)
    if isinstance(value, (list, tuple)):
        return Symbol(", ".join([symbol(item).tex for item in value]))  # pyright: ignore[reportUnknownVariableType]
    return Symbol(rf"\text{{{value}}}")


def inside(value: Any, precedence: int, *, right: bool = False) -> str:
    """The formula of `value` as an operand, in brackets where it binds too loosely.

    A leading minus needs brackets on the right of another sign: ``g · (-sin x)``.
    """
    part = symbol(value)
    loose = part.precedence < precedence or (right and part.precedence == NEGATIVE)
    return rf"\left({part.tex}\right)" if loose else part.tex


def function_tex(name: str, arguments: list[Any]) -> str:
    """``name(a, b)`` in LaTeX."""
    return rf"{name}({', '.join(symbol(a).tex for a in arguments)})"
