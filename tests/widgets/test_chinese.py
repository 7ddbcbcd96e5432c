"""Everything that a learner can see is in the language that was asked for, down to the last label."""

import inspect
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import minigrad
import minigrad_widgets
from minigrad_widgets import build, draw, explain, ledger, play, step, words

# What stays as it is in Chinese: names of PyTorch and Python, and keys. Those of the code are taken
# from the code.
NAMES = """
    AccumulateGrad CopySlices Function None NumPy Python dtype dim float32 grad_fn no_grad print
    next_functions retain_grad saved_tensors self other exponent result zero_grad clone inf nan fold
    Enter Home End PageUp PageDown Escape Tab Shift Ctrl True False list module return library
    AddBackward0 ExpBackward0 MulBackward0 ReluBackward0 SumBackward0 ThresholdBackwardBackward0
    ViewBackward0 CopyBackwards Add Exp Mul DoubleBackward expand play position text
"""
WORD = re.compile("[A-Za-z]{2,}")
CODE = """\
w = torch.tensor(2., requires_grad=True)
y = w * w
h = y.detach()
kept = [w, y]
with torch.no_grad():
    v = w * 3
z = torch.zeros(2)
z[0] = y
for i in range(2):
    y = y.exp()
print(i)
y.backward()
y + [1]
"""


# A graph with a leaf, a custom Function, an input without a gradient and a broadcast.
def example(torch: Any):
    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return 2 * x

        @staticmethod
        def backward(ctx, grad):
            return 2 * grad

    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor(3.0, requires_grad=True)
    y = (Double.apply(w * x) * torch.ones(2)).relu().sum()
    return w, x, y


def failed(torch, lang):
    _, _, y = example(torch)
    y.backward()
    try:
        y.backward()
    except RuntimeError as error:
        return explain(error, lang=lang)
    raise AssertionError


def written(torch, lang):
    w = torch.tensor(2.0, requires_grad=True)
    unused = torch.tensor(1.0, requires_grad=True)
    with ledger([w, unused, torch.ones(9, 9, requires_grad=True)], lang=lang) as book:
        for _ in range(2):
            (3 * w).backward()
    w.grad = None
    return book


def long(torch):
    y = torch.tensor(1.0, requires_grad=True)
    for _ in range(60):
        y = (y * 2 + 1).exp()
    return y


# By the public function, what it shows.
SHOWN = {
    "build": lambda torch, lang: build(f"import {torch.__name__} as torch\n{CODE}", {}, lang=lang),
    "draw": lambda torch, lang: draw(example(torch)[2], lang=lang),
    "draw folded": lambda torch, lang: draw(long(torch), {}, lang=lang),
    "explain": failed,
    "ledger": written,
    "play": lambda torch, lang: play(
        lambda x, w: torch.relu(w * x + 1), x=2.0, w=[1, 2], library=torch, lang=lang
    ),
    "step": lambda torch, lang: step(example(torch)[2], engine=True, lang=lang),
    "step create_graph": lambda torch, lang: step(example(torch)[2], create_graph=True, lang=lang),
    "step predict": lambda torch, lang: step(example(torch)[2], predict=True, lang=lang),
}


def bundle(shown: Any) -> dict[str, str]:
    found = shown._repr_mimebundle_()
    return found[0] if isinstance(found, tuple) else found


def seen(shown):
    """All texts that a learner may see or hear: in the output, the pictures, and on the page."""
    data = bundle(shown)
    yield data["text/plain"]
    for kind in ("image/svg+xml", "text/html"):
        yield from spoken(re.sub(r"(?s)<style>.*?</style>", "", data.get(kind, "")))
    if hasattr(shown, "data"):
        yield from spoken(shown.svg)
        yield from strings(shown.data)
        yield shown.message


def spoken(markup):
    for element in ET.fromstring(markup or "<svg/>").iter():
        yield "" if element.tag.endswith("style") else element.text or ""
        yield element.tail or ""
        yield element.get("aria-label", "")


def strings(data):
    """The texts in what the page is sent; keys are no texts, and neither are kinds and ids."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key not in ("kind", "id", "lang", "edge", "node", "svg", "marks", "math", "formula",
                           "numbers", "input", "predict"):  # fmt: skip
                yield from strings(value)
    elif isinstance(data, (list, tuple)):
        for value in data:
            yield from strings(value)
    elif isinstance(data, str):
        yield from spoken(data) if data.startswith("<math") else [data]


def english(shown):
    """The English words in what a learner may see."""
    code = [
        CODE,
        *map(inspect.getsource, (example, failed, written)),
        "import as minigrad test_chinese.py",
    ]
    known = {word for text in [NAMES, *code] for word in WORD.findall(text)}
    if getattr(shown, "error", None) is not None:  # in PyTorch's words
        known |= set(WORD.findall(f"{type(shown.error).__name__} {shown.error}"))
    texts = [re.sub(r"{\w+}", "", text) for text in seen(shown)]
    return {word for text in texts for word in WORD.findall(text)} - known


def chinese(text):
    return bool(re.search(r"[\u4e00-\u9fff]", text))


@pytest.mark.parametrize("what", SHOWN)
def test_nothing_is_left_in_english(lib, what):
    shown = SHOWN[what](lib, "zh")
    assert chinese(bundle(shown)["text/plain"])
    assert english(shown) == set()


def test_the_check_finds_what_is_left_in_english(monkeypatch):
    table = dict(words._table())
    table["graph"] = {
        **table["graph"],
        "scalar": ["scalar", "scalar"],
        "see": ["see", "look there"],
    }
    monkeypatch.setattr(words, "_table", lambda: table)
    assert english(SHOWN["step"](minigrad, "zh")) == {"scalar"}
    assert english(SHOWN["draw"](minigrad, "zh")) == {"scalar"}


# ---- the language, asked for or from the environment


def test_every_public_function_is_here():
    public = [getattr(minigrad_widgets, name) for name in minigrad_widgets.__all__]
    functions = {one.__name__ for one in public if inspect.isfunction(one)}
    assert functions - {"scope", "scopes"} == {name.split()[0] for name in SHOWN}


@pytest.mark.parametrize("what", SHOWN)
def test_the_language_is_an_argument_or_that_of_the_environment(what, monkeypatch):
    monkeypatch.delenv("MINIGRAD_LANG", raising=False)
    show = SHOWN[what]
    asked, plain = (bundle(show(minigrad, lang))["text/plain"] for lang in ("zh", None))
    assert chinese(asked)
    assert not chinese(plain)
    monkeypatch.setenv("MINIGRAD_LANG", "zh")
    assert bundle(show(minigrad, None))["text/plain"] == asked
    assert bundle(show(minigrad, "en"))["text/plain"] == plain


def test_who_was_asked_in_chinese_goes_on_in_chinese():
    """Text that is made later, by another method or another thread, is in the same language."""
    shown = {name: show(minigrad, "zh") for name, show in SHOWN.items()}
    with ThreadPoolExecutor(1) as other:
        texts = {name: other.submit(repr, one).result() for name, one in shown.items()}
        for name in ("draw", "draw folded", "explain", "ledger"):
            assert chinese(texts[name]), name
        stepper = shown["step"]
        assert "传入的梯度" in other.submit(lambda: stepper.text).result()
        assert "标量" in other.submit(lambda: shown["draw"].html).result()
        viewer = shown["draw folded"]
        other.submit(viewer.fold).result()
        assert "个节点" in viewer.svg
        playground = shown["play"]
        other.submit(setattr, playground, "values", {"x": 3}).result()
        assert "标量" in playground.svg
