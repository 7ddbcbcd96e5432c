"""The text of the interface, in English and in Chinese; all of it stands in two tables.

``operations.toml`` says what each node does to a gradient, ``words.toml`` is everything else.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

LANGUAGES = ("en", "zh")
VARIABLE = "MINIGRAD_LANG"

P = ParamSpec("P")
T = TypeVar("T")
Self = TypeVar("Self")

_BETWEEN = re.compile("(?<=[\u4e00-\u9fff\uff00-\uffef]) (?=[\u4e00-\u9fff\uff00-\uffef])")

# The language of the text that is being made. Outlines, tables and values are written deep inside,
# where nobody has a widget to ask.
_spoken: ContextVar[str | None] = ContextVar("minigrad_lang", default=None)


def language(lang: str | None = None) -> str:
    """Return the language of the interface.

    Parameters
    ----------
    lang : {"en", "zh"}, optional
        Default: the one of `speaking`, or else the environment variable ``MINIGRAD_LANG``, or else
        English. A longer tag such as ``"zh-CN"`` or ``"zh_CN.UTF-8"`` means its first part.

    Raises
    ------
    ValueError
        If the interface does not speak it.
    """
    wanted = lang if lang is not None else _spoken.get() or os.environ.get(VARIABLE) or "en"
    short = wanted.replace("-", "_").split("_")[0].lower()
    if short not in LANGUAGES:
        spoken = " or ".join(map(repr, LANGUAGES))
        raise ValueError(f"the interface has the languages {spoken}, not {wanted!r}")
    return short


@contextmanager
def speaking(lang: str | None) -> Generator[str]:
    """Make the text of a block in one language, however deep inside it is made."""
    token = _spoken.set(language(lang))
    try:
        yield language()
    finally:
        _spoken.reset(token)


def in_its_language(method: Callable[Concatenate[Self, P], T]) -> Callable[Concatenate[Self, P], T]:
    """Decorate a method that makes text: in the language of its object, ``self._lang``.

    A message of a page may be heard in another thread, so each method says it for itself.
    """

    @wraps(method)
    def run(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with speaking(self._lang):
            return method(self, *args, **kwargs)

    return run


def words(*sections: str, lang: str | None = None) -> dict[str, str]:
    """Return the texts of some sections of the table, by their keys, in one language."""
    spoken = language(lang)
    found: dict[str, str] = {}
    for section in sections:
        found |= _section(section, spoken)
    return {**found, "lang": spoken}


def word(section: str, key: str, /, **values: object) -> str:
    """Return one text of the table in the language that is spoken, with its words filled in."""
    text = _table()[section][key][LANGUAGES.index(language())]
    return filled(text, **values) if values else text


def filled(text: str, /, **values: object) -> str:
    """Fill a text in. Between Chinese and Chinese stands no space, where a name would have one."""
    return _BETWEEN.sub("", text.format(**values))


@lru_cache(maxsize=100)
def _section(section: str, spoken: str) -> dict[str, str]:
    place = LANGUAGES.index(spoken)
    return {key: texts[place] for key, texts in _table()[section].items()}


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, list[str]]]:
    """Both tables, section by section; a key may be several names, separated by spaces."""
    found: dict[str, dict[str, list[str]]] = {}
    for file in ("words.toml", "operations.toml"):
        written = tomllib.loads((Path(__file__).parent / file).read_text("utf-8"))
        for section, texts in written.items():
            found[section] = {key: texts[keys] for keys in texts for key in keys.split()}
    return found
