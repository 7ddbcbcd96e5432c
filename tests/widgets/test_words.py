"""The text of the interface, in both languages."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import minigrad_widgets
from minigrad_widgets.words import LANGUAGES, language, words

HERE = Path(minigrad_widgets.__file__).parent
TABLES = [
    tomllib.loads((HERE / file).read_text("utf-8")) for file in ("words.toml", "operations.toml")
]
TEXTS = [
    pytest.param(texts, id=f"{section}.{key}")
    for table in TABLES
    for section, entries in table.items()
    for key, texts in entries.items()
]


@pytest.mark.parametrize("texts", TEXTS)
def test_a_text_has_both_languages_and_the_same_holes(texts):
    assert len(texts) == len(LANGUAGES)
    assert all(texts)
    holes = [sorted(re.findall(r"{\w*}", text)) for text in texts]
    assert holes[0] == holes[1]


def test_every_node_of_minigrad_has_its_words_and_no_others_have():
    found = subprocess.run(
        [sys.executable, "-c", _ALL_NODES], capture_output=True, text=True, check=True
    )
    nodes = {name.rpartition("::")[2] for name in found.stdout.split()}
    assert len(nodes) > 190
    assert nodes | {"CopySlices"} == set(words("operations")) - {"lang"}


def test_no_node_is_named_twice():
    names = [name for keys in TABLES[1]["operations"] for name in keys.split()]
    assert len(names) == len(set(names))


# In a process of its own: other tests declare operations.
_ALL_NODES = """
import pkgutil, importlib, minigrad
for module in pkgutil.walk_packages(minigrad.__path__, "minigrad."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
from minigrad.op import registry
print(*registry)
"""


def test_a_language_is_asked_for_or_taken_from_the_environment(monkeypatch):
    monkeypatch.delenv("MINIGRAD_LANG", raising=False)
    assert language() == "en"
    assert words("stepper")["now"] == "now"
    assert words("stepper", lang="zh")["now"] == "当前"
    monkeypatch.setenv("MINIGRAD_LANG", "zh_CN.UTF-8")
    assert words("stepper")["now"] == "当前"
    assert words("stepper", lang="en")["now"] == "now"


def test_a_language_that_the_interface_does_not_speak():
    with pytest.raises(ValueError, match="the languages 'en' or 'zh', not 'fr'"):
        language("fr")


def test_sections_that_are_read_together_have_no_key_twice():
    """The later one would win, and the text of the other never be seen."""
    table = TABLES[0]
    calls = [
        re.findall(r'"(\w+)"', call)
        for path in HERE.glob("*.py")
        for call in re.findall(r"\bwords\(([^)]*)\)", path.read_text("utf-8"))
    ]
    folded = ["fold", "boxes"]  # what step() reads besides, where it folds
    together = [[name for name in call if name in table] for call in calls]
    together = [call + folded if call[:1] == ["stepper"] else call for call in together]
    assert max(map(len, together)) > 5
    for sections in together:
        keys = [key for section in sections for key in table[section]]
        assert sorted(set(keys)) == sorted(keys), sections
