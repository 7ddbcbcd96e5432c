"""The modules of static/ joined into one: a widget whose module is no JavaScript is a blank page."""

import re
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

import minigrad_widgets
from minigrad_widgets.esm import STATIC, one_module

PACKAGE = Path(minigrad_widgets.__file__).parent
WIDGETS = sorted(
    path.stem for path in PACKAGE.glob("*.py") if "_esm = one_module(" in path.read_text("utf-8")
)
DECLARED = re.compile(
    r"^(?:export )?(?:default )?(?:async )?(?:function\*?|class|const|let|var) *"
    r"([\w$]+|\{[^}]*\}|\[[^\]]*\])",
    re.MULTILINE,
)
IMPORT = re.compile(r'^import\s.*?"\./([\w.]+)";', re.MULTILINE | re.DOTALL)


def declared(source):
    """Return the top-level names of a module; its lines that are not indented begin them."""
    return [
        name
        for found in DECLARED.findall(source)
        for name in re.findall(r"[\w$]+", re.sub(r"[\w$]+ *:|=[^,\]}]*", "", found))
    ]


def modules(widget):
    return import_module(f"minigrad_widgets.{widget}")._MODULES


def test_declarations_are_found():
    source = """import { no } from "./no.js";
export const one = 1;
let two;
export async function three(no) {
  const no = 1;
}
function* four() {}
export default class five {}
const { six, no: seven, eight = 8 } = one;
const [eleven, twelve = 2] = one;
"""
    assert " ".join(declared(source)) == "one two three four five six seven eight eleven twelve"
    assert {"viewer", "stepper", "playground", "builder"} <= set(WIDGETS)


@pytest.mark.parametrize("widget", WIDGETS)
def test_no_name_is_declared_twice(widget):
    names = modules(widget)
    owners: dict[str, list[str]] = {}
    for name in names:
        for own in declared((STATIC / name).read_text("utf-8")):
            owners.setdefault(own, []).append(name)
    assert {name: where for name, where in owners.items() if len(where) > 1} == {}
    joined = Counter(declared(one_module(*names)))
    assert set(joined) == set(owners)


@pytest.mark.parametrize("widget", WIDGETS)
def test_what_is_imported_stands_before_and_keeps_its_name(widget):
    names = modules(widget)
    for place, name in enumerate(names):
        source = (STATIC / name).read_text("utf-8")
        assert set(IMPORT.findall(source)) <= set(names[:place]), name
        assert not re.search(r"^import [^;]*(\bas\b|\*)", source, re.MULTILINE), name
    left = re.findall(
        r"^import\b.*|^\} from .*|^export (?!default).*", one_module(*names), re.MULTILINE
    )
    assert left == []


@pytest.mark.parametrize("widget", WIDGETS)
def test_a_sheet_reaches_its_own_widget_alone(widget):
    """Several widgets on one page each bring theirs."""
    source = (STATIC / modules(widget)[-1]).read_text("utf-8")
    (root,) = set(re.findall(r'"mg (mg-[a-z]+)', source))
    (sheet,) = (
        str(one._css)
        for one in vars(import_module(f"minigrad_widgets.{widget}")).values()
        if isinstance(one, type) and "_css" in vars(one)
    )
    sheet = re.sub(r"/\*[\s\S]*?\*/|@keyframes .*", "", sheet)
    assert set(re.findall(r"\.(mg[\w-]*)", sheet)) == {root}
    selectors = [rule.rpartition("{")[0].rpartition("{")[2].strip() for rule in sheet.split("}")]
    assert len(selectors) > 50
    for selector in selectors:
        while "(" in selector:  # what stands in one has commas of its own
            selector = re.sub(r"\([^()]*\)", "", selector)
        assert all(f".{root}" in one for one in selector.split(",") if one.strip()), selector
