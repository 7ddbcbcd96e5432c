"""Formulas with holes in them, as LaTeX and as MathML, which browsers show without a library.

A formula is written with holes (`hole(0)`, `hole(1)` …) where names and numbers go. Only the
formula itself, which the kit wrote, is converted from LaTeX; what the learner wrote is put into the
holes afterwards, escaped. So no name can break a formula or become markup.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from .numbers import Shown
from .values import printable

_TEX_HOLE = re.compile(r"\\text\{hole(\d+)\}")
_MATH_HOLE = re.compile(r"<mtext>hole(\d+)</mtext>")
_TEX_SPECIAL = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    **{char: "\\" + char for char in "{}$&#_%"},
}  # fmt: skip


def hole(number: int) -> str:
    """The LaTeX that stands for the name or the value with this number."""
    return rf"\text{{hole{number}}}"


@dataclass(frozen=True)
class Written:
    """A formula: LaTeX with holes, and what fills them."""

    template: str
    parts: tuple[Shown, ...] = ()

    @property
    def tex(self) -> str:
        """The formula in LaTeX."""
        return _TEX_HOLE.sub(lambda match: self.parts[int(match[1])].tex, self.template)

    @property
    def math(self) -> str:
        """The formula in MathML: one ``<mrow>`` element, everything in it escaped."""
        parts = self.parts
        return _MATH_HOLE.sub(lambda match: parts[int(match[1])].math, _converted(self.template))


def name(text: str) -> Shown:
    """A learner's variable name; a single letter is set in italics, by LaTeX and by browsers."""
    single = len(text) == 1 and text.isalpha()
    tex = "".join(_TEX_SPECIAL.get(char, char) for char in text)
    math = f"<mi>{escape(printable(text))}</mi>"
    return Shown(text, text if single else rf"\text{{{tex}}}", math)


@lru_cache(maxsize=512)
def _converted(template: str) -> str:
    """MathML of a formula with its holes: formulas repeat, so each is converted once."""
    from latex2mathml.converter import convert  # in the extra `widgets`; the text forms need it not

    element = convert(template)
    return element[element.index(">") + 1 : element.rindex("</math>")]
