"""What a learner types as a prediction, read and computed; never evaluated as Python.

The language is arithmetic: numbers, fractions, nested lists, names of tensors, ``+ - * / ** @``,
brackets, an index, ``.T`` and a few functions. Values are numpy arrays of float64.

The reader is a Pratt parser: https://tdop.github.io/
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .names import is_tensor

LONGEST = 2000  # characters of an answer
DEEPEST = 40  # brackets in brackets
LARGEST = 1_000_000  # elements of a value

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "abs": np.abs,
    "cos": np.cos,
    "exp": np.exp,
    "log": np.log,
    "ones_like": np.ones_like,
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "sign": np.sign,
    "sin": np.sin,
    "sqrt": np.sqrt,
    "sum": np.sum,
    "tanh": np.tanh,
    "zeros_like": np.zeros_like,
}

# Names may have dots and indices, as the stepper shows them: net.weight, ws[0]. The longest wins.
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<word>[^\W\d]\w*)"
    r"|(?P<sign>\*\*|[-+*/@^()\[\],.]))"
)
_ALIKE = str.maketrans({"−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "÷": "/", "⁄": "/"})
_BINDING = {"+": 10, "-": 10, "*": 20, "/": 20, "@": 20, "**": 40, "^": 40, "[": 50, ".": 50}
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.true_divide,
    "**": np.power,
    "^": np.power,
}
_NEGATIVE = 30  # -x**2 is -(x**2), and 2**-x works


class UnreadableError(ValueError):
    """An answer that cannot be read; ``key`` is the text of words.toml that says why."""

    def __init__(self, key: str, about: str = "") -> None:
        super().__init__(f"{key}: {about}")
        self.key = key
        self.about = about


@dataclass(frozen=True)
class Reading:
    """A value that was read.

    Attributes
    ----------
    value : np.ndarray
    slack : np.ndarray
        By how much each number may be off because it was written with few digits: 0.33 is good for
        a third. 0 for whole numbers, and for what was computed.
    """

    value: Any
    slack: Any


def read(text: str, names: Mapping[str, Any]) -> Reading | None:
    """Read an answer.

    Parameters
    ----------
    text : str
        For instance ``"2"``, ``"1/3"``, ``"[[1, 2], [3, 4]]"``, ``"2*x"``; ``"None"`` is None.
    names : mapping of str to tensor, array or number
        What names stand for.

    Raises
    ------
    UnreadableError
        With the reason.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_ALIKE).strip()
    if len(plain) > LONGEST:
        raise UnreadableError("too_long")
    if not plain:
        raise UnreadableError("empty")
    if plain == "None":
        return None
    known = {unicodedata.normalize("NFKC", name): value for name, value in names.items()}
    reader = _Reader(plain, known)
    with np.errstate(all="ignore"):
        result = reader.expression(0)
    reader.end()
    return result


class _Reader:
    """A Pratt parser that computes as it reads."""

    def __init__(self, text: str, names: Mapping[str, Any]) -> None:
        self.text = text
        self.names = names
        self.long_names = sorted((n for n in names if not n.isidentifier()), key=len, reverse=True)
        self.place = 0
        self.depth = 0
        self.kind, self.lexeme = "", ""
        self.advance()

    def advance(self) -> None:
        """Go to the next lexeme; at the end its kind is empty."""
        rest = self.text[self.place :]
        blank = len(rest) - len(rest.lstrip())
        if blank == len(rest):
            self.kind, self.lexeme = "", ""
            return
        for name in self.long_names:
            after = rest[blank + len(name) :][:1]
            if rest.startswith(name, blank) and not (after.isalnum() or after == "_"):
                self.kind, self.lexeme = "word", name
                self.place += blank + len(name)
                return
        found = _TOKEN.match(rest)
        if found is None:
            raise UnreadableError("strange", rest[blank])
        self.kind = found.lastgroup or ""
        self.lexeme = found[self.kind]
        self.place += found.end()

    def take(self, lexeme: str) -> None:
        """Go over a sign that must stand here."""
        if self.lexeme != lexeme or self.kind != "sign":
            raise UnreadableError("expected", lexeme)
        self.advance()

    def end(self) -> None:
        if self.kind:
            raise UnreadableError("rest", self.lexeme)

    def expression(self, binding: int) -> Reading:
        """Read as far as operators bind tighter than ``binding``."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise UnreadableError("too_deep")
        left = self.first()
        while self.kind == "sign" and _BINDING.get(self.lexeme, 0) > binding:
            left = self.further(left)
        self.depth -= 1
        return left

    def first(self) -> Reading:
        """Read what an expression begins with."""
        kind, lexeme = self.kind, self.lexeme
        if not kind:
            raise UnreadableError("unfinished")
        self.advance()
        if kind == "number":
            return _number(lexeme)
        if kind == "word":
            return self.word(lexeme)
        if lexeme == "(":
            inner = self.expression(0)
            self.take(")")
            return inner
        if lexeme == "[":
            return self.items()
        if lexeme in "+-":
            operand = self.expression(_NEGATIVE)
            return operand if lexeme == "+" else Reading(-operand.value, operand.slack)
        raise UnreadableError("strange", lexeme)

    def word(self, name: str) -> Reading:
        """A name, or a function with its argument."""
        if name in self.names:
            return _computed(self.names[name])
        if name in FUNCTIONS:
            self.take("(")
            argument = self.expression(0)
            self.take(")")
            return _computed(FUNCTIONS[name](argument.value))
        if name in ("inf", "nan"):
            return _computed(np.float64(name))
        raise UnreadableError("unknown", name)

    def items(self) -> Reading:
        """The rest of a list."""
        items: list[Reading] = []
        while not (self.kind == "sign" and self.lexeme == "]"):
            items.append(self.expression(0))
            if self.lexeme != "]":
                self.take("," if self.kind else "]")
        self.advance()
        if len({item.value.shape for item in items}) > 1:
            raise UnreadableError("ragged")
        if not items:
            return _computed(np.zeros(0))
        return Reading(np.stack([i.value for i in items]), np.stack([i.slack for i in items]))

    def further(self, left: Reading) -> Reading:
        """Read an operator and what stands behind it."""
        sign = self.lexeme
        self.advance()
        if sign == ".":
            return self.attribute(left)
        if sign == "[":
            return self.index(left)
        tight = _BINDING[sign] - 1 if sign in ("**", "^") else _BINDING[sign]
        return _apply(sign, left.value, self.expression(tight).value)

    def attribute(self, left: Reading) -> Reading:
        """``.T``, or a function written as a method: ``x.sum()``."""
        name = self.lexeme
        self.advance()
        if name == "T":
            return Reading(left.value.T, left.slack.T)
        if name not in FUNCTIONS:
            raise UnreadableError("strange", f".{name}")
        self.take("(")
        self.take(")")
        return _computed(FUNCTIONS[name](left.value))

    def index(self, left: Reading) -> Reading:
        places: list[int] = []
        while True:
            minus = self.lexeme == "-"
            if minus:
                self.advance()
            if self.kind != "number" or not self.lexeme.isdigit():
                raise UnreadableError("index", self.lexeme)
            places.append(-int(self.lexeme) if minus else int(self.lexeme))
            self.advance()
            if self.lexeme != ",":
                break
            self.advance()
        self.take("]")
        try:
            return _computed(left.value[tuple(places)])
        except IndexError as error:
            raise UnreadableError("index", ", ".join(map(str, places))) from error


def _number(text: str) -> Reading:
    digits, _, exponent = text.lower().partition("e")
    decimals = len(digits.partition(".")[2])
    telling = len(digits.replace(".", "").lstrip("0"))
    slack = 0.5 * 10.0 ** (int(exponent or 0) - decimals) if decimals and telling > 1 else 0.0
    return Reading(np.float64(text), np.float64(slack))


def _computed(value: Any) -> Reading:
    array = numbers(value)
    return Reading(array, np.zeros(array.shape))


def numbers(value: Any) -> Any:
    """The numbers of a tensor, array or number, as an array of float64."""
    if is_tensor(value):
        value = value.detach().tolist()
    return np.asarray(value, dtype=np.float64)


def _apply(sign: str, left: Any, right: Any) -> Reading:
    try:
        if sign == "@":
            return _computed(np.matmul(left, right))
        shape = np.broadcast_shapes(left.shape, right.shape)
    except ValueError as error:
        shapes = f"{list(left.shape)} {sign} {list(right.shape)}"
        raise UnreadableError("shapes", shapes) from error
    if np.prod(shape, dtype=float) > LARGEST:
        raise UnreadableError("too_large")
    return _computed(_OPERATORS[sign](left, right))
