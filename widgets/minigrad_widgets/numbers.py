"""A number, a tensor or None as the stepper shows it: as text, as LaTeX and as MathML.

The text is PyTorch's (``2.``); the mathematics leaves the bare point out (``2``).
"""

from __future__ import annotations

import math
import re
from html import escape
from typing import Any, NamedTuple

from .values import is_nested, number_text, shape_of, shape_text
from .words import word

ROW = 6  # the longest vector shown whole
ROWS, COLUMNS = 4, 4  # the largest matrix shown whole
NESTED = 12  # the largest tensor of three or more dimensions whose numbers are shown
DOTS = "…"
_SCIENTIFIC = re.compile(r"(-?[\d.]+)e([+-]\d+)")
_NO_SIGN = '<mphantom><mo form="prefix">−</mo></mphantom>'


class Shown(NamedTuple):
    """One value, written three ways."""

    text: str  # [1., 2., 3.]
    tex: str  # \left[1, 2, 3\right]
    math: str  # MathML, escaped
    signed: bool = False  # starts with a minus sign, so it needs brackets after an operator


def show(value: Any) -> Shown:
    """Write a value short enough to be read from the last row of a class.

    Parameters
    ----------
    value : Tensor, number, str or None
        Tensors of minigrad and of PyTorch alike.

    Returns
    -------
    Shown
        Up to six numbers of a vector and up to 4 by 4 of a matrix; of larger ones the corners; of
        tensors with more dimensions, when they are large, the shape and the range.
    """
    if value is None:
        return _words("None")
    if not hasattr(type(value), "shape"):
        return _scalar(value)
    shape = shape_of(value)
    value = value.detach()
    if 0 in shape:
        return _words(word("graph", "empty", shape=sizes(shape)))
    if getattr(value, "is_meta", False) or is_nested(shape):  # of PyTorch: no numbers to be had
        return _words(shape_text(shape, None))
    if not shape:
        return _scalar(value.item())
    if len(shape) == 1:
        return _vector(_cells(value, ROW))
    if len(shape) == 2:
        rows = [_cells(row, COLUMNS) for row in _ends(value, ROWS)]
        return _matrix(rows, cut=shape[0] > ROWS)
    if math.prod(shape) <= NESTED:
        return _stack([show(item) for item in value])
    return _words(", ".join([sizes(shape), *_range(value)]))


def sizes(shape: Any) -> str:
    """Write a shape as PyTorch does inside ``torch.Size(...)``: ``[2, 3]``."""
    return f"[{', '.join(str(size) for size in shape)}]"


def _scalar(number: Any) -> Shown:
    text = number_text(number)
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return _words(text)
    return Shown(text, _number_tex(text), _number_math(text), text.startswith("-"))


def _words(text: str) -> Shown:
    return Shown(text, rf"\text{{{text}}}", f"<mtext>{escape(text)}</mtext>")


def _range(value: Any) -> list[str]:
    try:
        low, high = value.min().item(), value.max().item()
    except RuntimeError:  # numbers without an order: complex
        return []
    return [word("graph", "range", low=number_text(low), high=number_text(high))]


def _parts(text: str) -> tuple[str, str]:
    """Take a number's text apart: its digits and its power of ten (empty: none)."""
    found = _SCIENTIFIC.fullmatch(text)
    digits, exponent = (found[1], str(int(found[2]))) if found else (text, "")
    return digits.rstrip("."), exponent


def _number_tex(text: str) -> str:
    digits, exponent = _parts(text)
    digits = digits.replace("inf", r"\infty").replace("nan", r"\text{nan}")
    return rf"{digits} \times 10^{{{exponent}}}" if exponent else digits


def _number_math(text: str) -> str:
    if text == DOTS:
        return "<mo>⋯</mo>"
    digits, exponent = _parts(text)
    written = _signed(digits)
    if exponent:
        power = f"<msup><mn>10</mn><mrow>{_signed(exponent)}</mrow></msup>"
        written += f"<mo>×</mo>{power}"
    return written if written.startswith("<mn>") and not exponent else f"<mrow>{written}</mrow>"


def _signed(text: str) -> str:
    minus = '<mo form="prefix">−</mo>' if text.startswith("-") else ""
    return f"{minus}<mn>{text.removeprefix('-').replace('inf', '∞')}</mn>"


def _ends(value: Any, limit: int) -> list[Any]:
    """All rows of a short dimension; of a long one the first rows and the last."""
    size = int(value.shape[0])
    places = range(size) if size <= limit else [*range(limit - 2), size - 1]
    return [value[place] for place in places]


def _cells(row: Any, limit: int) -> list[str]:
    cells = [number_text(item.item()) for item in _ends(row, limit)]
    return cells if int(row.shape[0]) <= limit else [*cells[:-1], DOTS, cells[-1]]


def _vector(cells: list[str]) -> Shown:
    tex = ", ".join(r"\dots" if cell == DOTS else _number_tex(cell) for cell in cells)
    inner = '<mo separator="true">,</mo>'.join(map(_number_math, cells))
    math_text = f"<mrow><mo>[</mo>{inner}<mo>]</mo></mrow>"
    return Shown(f"[{', '.join(cells)}]", rf"\left[{tex}\right]", math_text)


def _matrix(rows: list[list[str]], *, cut: bool) -> Shown:
    text = [f"[{', '.join(row)}]" for row in rows]
    tex = [" & ".join(r"\dots" if c == DOTS else _number_tex(c) for c in row) for row in rows]
    signed = [any(cell.startswith("-") for cell in column) for column in zip(*rows, strict=True)]
    table = ["".join(map(_cell_math, row, signed)) for row in rows]
    if cut:
        text.insert(-1, DOTS)
        tex.insert(-1, " & ".join(r"\vdots" for _ in rows[0]))
        table.insert(-1, "<mtd><mo>⋮</mo></mtd>" * len(rows[0]))
    body = "".join(f"<mtr>{row}</mtr>" for row in table)
    lines = r" \\ ".join(tex)
    return Shown(
        f"[{', '.join(text)}]",
        rf"\begin{{bmatrix}}{lines}\end{{bmatrix}}",
        # The brackets are drawn by the stylesheet: without a mathematical font they would not grow.
        f'<mtable class="matrix">{body}</mtable>',
    )


def _stack(items: list[Shown]) -> Shown:
    """A tensor of three or more dimensions: its matrices side by side, a line would be too long."""
    inner = '<mo separator="true">,</mo>'.join(item.math for item in items)
    return Shown(
        f"[{', '.join(item.text for item in items)}]",
        rf"\left[{', '.join(item.tex for item in items)}\right]",
        f"<mrow><mo>[</mo>{inner}<mo>]</mo></mrow>",
    )


def _cell_math(text: str, signed: bool) -> str:
    """One number of a matrix; where others in its column have a minus sign, room for one."""
    room = signed and not text.startswith("-")
    return f"<mtd>{_NO_SIGN if room else ''}{_number_math(text)}</mtd>"
