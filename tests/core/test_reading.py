"""docs/reading.md leads to files that exist, past none of the core, and shows what is there."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reading.md"
PACKAGE = ROOT / "minigrad"
NAMED = re.findall(r"`((?:\w+/)*\w+\.(?:py|toml))`", PAGE.read_text(encoding="utf-8"))
WHOLE = ("ops", "digits", "errors")
"""Packages that the page names as a whole."""


def test_every_file_that_is_named_is_there() -> None:
    assert len(NAMED) > 40
    files = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.*")}
    ends = {name for path in files for name in (path, path.rpartition("/")[2])}
    assert set(NAMED) <= ends


def test_no_module_is_passed_over() -> None:
    modules = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")}
    read = {name for name in modules if not name.endswith("__init__.py")}
    laid_out = {"nn/functional.py"}  # a list of names
    assert {n for n in read - laid_out if n.split("/")[0] not in WHOLE} <= set(NAMED)
    assert all(f"`{name}/`" in PAGE.read_text(encoding="utf-8") for name in WHOLE)


def test_what_it_shows_is_what_comes_out() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    test = doctest.DocTestParser().get_doctest("".join(blocks), {}, PAGE.name, None, None)
    assert len(test.examples) == 5
    assert doctest.DocTestRunner().run(test).failed == 0
