"""The text of the interface, in English and in Chinese; all of it stands in two tables.

``operations.toml`` says what each node does to a gradient, ``words.toml`` is everything else.
"""

from __future__ import annotations

import os
import tomllib
from functools import lru_cache
from pathlib import Path

LANGUAGES = ("en", "zh")
VARIABLE = "MINIGRAD_LANG"


def language(lang: str | None = None) -> str:
    """Return the language of the interface.

    Parameters
    ----------
    lang : {"en", "zh"}, optional
        Default: the environment variable ``MINIGRAD_LANG``, or else English. A longer tag such as
        ``"zh-CN"`` or ``"zh_CN.UTF-8"`` means its first part.

    Raises
    ------
    ValueError
        If the interface does not speak it.
    """
    wanted = lang if lang is not None else os.environ.get(VARIABLE) or "en"
    short = wanted.replace("-", "_").split("_")[0].lower()
    if short not in LANGUAGES:
        spoken = " or ".join(map(repr, LANGUAGES))
        raise ValueError(f"the interface has the languages {spoken}, not {wanted!r}")
    return short


def words(*sections: str, lang: str | None = None) -> dict[str, str]:
    """Return the texts of some sections of the table, by their keys, in one language."""
    spoken = language(lang)
    place = LANGUAGES.index(spoken)
    table = _table()
    found = {key: texts[place] for section in sections for key, texts in table[section].items()}
    return {**found, "lang": spoken}


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, list[str]]]:
    """Both tables, section by section; a key may be several names, separated by spaces."""
    found: dict[str, dict[str, list[str]]] = {}
    for file in ("words.toml", "operations.toml"):
        written = tomllib.loads((Path(__file__).parent / file).read_text("utf-8"))
        for section, texts in written.items():
            found[section] = {key: texts[keys] for keys in texts for key in keys.split()}
    return found
