"""Formulas: brackets where precedence asks for them, and nowhere else."""

from __future__ import annotations

import pytest

from minigrad.ops.arithmetic import exp, log, mul
from minigrad.symbol import Symbol, symbol

g, x, y, z = (Symbol(name) for name in "gxyz")


@pytest.mark.parametrize(
    ("formula", "tex"),
    [
        (g * x, r"g \cdot x"),
        (g * (x + y), r"g \cdot \left(x + y\right)"),
        ((x + y) * g, r"\left(x + y\right) \cdot g"),
        (x + y + z, "x + y + z"),
        (x - (y - z), r"x - \left(y - z\right)"),
        (x - (y + z), r"x - \left(y + z\right)"),
        (x - y * z, r"x - y \cdot z"),
        (x + (-y), r"x + \left(-y\right)"),
        (g * (-x), r"g \cdot \left(-x\right)"),
        (-(x + y), r"-\left(x + y\right)"),
        (-(x * y), r"-x \cdot y"),
        (x / (y + z), r"\frac{x}{y + z}"),
        (g * (x / y), r"g \cdot \frac{x}{y}"),
        ((x + y) ** 2, r"{\left(x + y\right)}^{2}"),
        ((-x) ** 2, r"{\left(-x\right)}^{2}"),
        (x ** (y + 1), "{x}^{y + 1}"),
        (2 * x, r"2 \cdot x"),
        (x * -2, r"x \cdot \left(-2\right)"),
        (1 - x, "1 - x"),
        (x * 0.5, r"x \cdot 0.5"),
        (x > 0, "[x > 0]"),
        (g * (x > 0), r"g \cdot [x > 0]"),
        (x.T @ y, r"{x}^{\top} \, y"),
        (exp(x + y), "e^{x + y}"),
        (log(x) * g, r"\log\left(x\right) \cdot g"),
        (mul(x + y, z), r"\left(x + y\right) \cdot z"),
    ],
)
def test_brackets(formula: Symbol, tex: str) -> None:
    assert str(formula) == tex


def test_a_rule_writes_its_formula() -> None:
    assert str(mul.rules["self"](g, y)) == r"g \cdot y"
    assert str(exp.rules["self"](g, Symbol("e^{x}"))) == r"g \cdot e^{x}"


def test_numbers() -> None:
    assert symbol(-3).tex == "-3"
    assert str(g * symbol(-3.5)) == r"g \cdot \left(-3.5\right)"


def test_a_symbol_is_no_sequence() -> None:
    with pytest.raises(TypeError, match="not iterable"):
        list(Symbol("x"))
