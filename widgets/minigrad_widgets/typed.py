"""A number that somebody typed: it is parsed, never evaluated."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any

LONGEST = 40  # characters
_DIGITS = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?"
_TYPED = re.compile(rf"({_DIGITS})\s*(?:/\s*({_DIGITS}))?", re.IGNORECASE | re.ASCII)


class RefusedError(ValueError):
    """A value that is not taken: the key of a text of the interface, and what fills its holes."""

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def read_number(text: str) -> float:
    """Read a number or a fraction: ``2``, ``-1.5``, ``1e-3``, ``1/3``, ``−0,5`` is none.

    Digits and signs may be those of a Chinese keyboard (``１．５``), and a minus the typographical
    one.

    Raises
    ------
    RefusedError
        If it is not a number, is too large, or divides by zero.
    """
    plain = unicodedata.normalize("NFKC", text[: 2 * LONGEST]).replace("−", "-").strip()
    found = _TYPED.fullmatch(plain) if len(plain) <= LONGEST else None
    if found is None:
        raise RefusedError("no_number")
    top, bottom = float(found[1]), float(found[2] or 1)
    if not bottom:
        raise RefusedError("by_zero")
    number = top / bottom
    if not math.isfinite(number):
        raise RefusedError("not_finite")
    return number
