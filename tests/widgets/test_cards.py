"""Cards: formulas come from the declared rule, whatever the learner's names are."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigrad
from minigrad.op import registry
from minigrad.symbol import Symbol
from minigrad_widgets import cards
from minigrad_widgets.mathml import Written, hole, name
from minigrad_widgets.numbers import show
from minigrad_widgets.page import math, page_data
from minigrad_widgets.trace import trace


def formulas(root, names) -> dict[str, list[Any]]:
    """Return the formulas of a pass: node name -> (input, with names, with numbers) per edge."""
    return {
        frame.card.name: [
            formula and (formula.input, formula.named.tex, formula.numbered.tex)
            for formula in frame.card.formulas
        ]
        for frame in trace(root, names).frames
    }


def test_a_product_with_names_and_with_numbers(lib):
    w, x = (lib.tensor(value, requires_grad=True) for value in (-2.0, 3.0))
    written = formulas(w * x, {"w": w, "x": x})
    assert written["MulBackward0"] == [
        ("self", r"g \cdot x", r"1 \cdot 3"),
        ("other", r"g \cdot w", r"1 \cdot \left(-2\right)"),
    ]
    assert written["AccumulateGrad"] == []


def test_only_rules_that_ran_are_shown(lib):
    w = lib.tensor(2.0, requires_grad=True)
    (formula, none) = formulas(w * lib.tensor(3.0), {"w": w})["MulBackward0"]
    assert formula == ("self", r"g \cdot 3", r"1 \cdot 3")
    assert none is None


def test_a_constant_with_a_name_is_called_by_it(lib):
    w, x = lib.tensor(2.0, requires_grad=True), lib.tensor(3.0)
    assert formulas(w * x, {"x": x})["MulBackward0"][0] == ("self", r"g \cdot x", r"1 \cdot 3")


def test_what_has_no_name_is_called_as_pytorch_calls_it(lib):
    x = lib.tensor(2.0, requires_grad=True)
    named = formulas((x * x) * (x + x), {"x": x})["MulBackward0"]
    assert formulas((x + x) * (x + 1), {})["MulBackward0"][0][1] == r"g \cdot \text{other}"
    assert named[0][1] == r"g \cdot x"


def test_the_result_is_called_by_the_name_of_the_tensor(lib):
    x = lib.tensor(0.0, requires_grad=True)
    y = x.exp()
    ((_, tex, numbers),) = formulas(y, {"y": y})["ExpBackward0"]
    assert tex == r"g \cdot y"
    assert numbers == r"1 \cdot 1"


def test_every_declared_rule_that_takes_symbols_becomes_mathml(lib):
    """A formula that LaTeX or MathML cannot express would be a broken page."""
    x = lib.tensor([[0.5, 0.25], [0.125, 1.0]], requires_grad=True)
    y = (x.sigmoid().tanh() * x.exp().sqrt() - x.log() / x).cos().sin().relu() @ x
    seen = 0
    for frame in trace((-y).mean(), {"x": x}).frames:
        for formula in filter(None, frame.card.formulas):
            for written in (formula.named, formula.numbered):
                text = "".join(ET.fromstring(math(written.math)).itertext())
                assert "\\" not in text, written
                assert "hole" not in text, written
                seen += 1
    assert seen >= 20


def test_a_node_without_a_declaration_has_no_formula(lib, monkeypatch):
    monkeypatch.delitem(registry, "MulBackward0")
    x = lib.tensor(2.0, requires_grad=True)
    frame = trace(x * x).frames[0]
    assert frame.card == cards.Card("MulBackward0", (None, None))
    assert [sent.value.item() for sent in frame.sent] == [2.0, 2.0]


def test_a_node_in_plain_words(lib):
    x = lib.tensor([2.0, -1.0], requires_grad=True)
    h = x * x
    h[0] = (x * 3)[0]
    b = lib.zeros(2)
    b.copy_(h.relu())
    said = {
        lang: {frame.card.name: frame.card.says(lang) for frame in trace(b.sum(), {"x": x}).frames}
        for lang in ("en", "zh")
    }
    assert said["en"]["MulBackward0"] == (
        "each factor receives the gradient times the other factor"
    )
    assert said["zh"]["MulBackward0"] == "每个因子得到梯度与另一个因子之积"
    assert said["en"]["AccumulateGrad"] == "the gradient has arrived at x: it is added to .grad"
    assert said["zh"]["AccumulateGrad"] == "梯度到达 x：累加到它的 .grad"
    assert said["en"]["CopyBackwards"].startswith("the copy is the source")
    assert said["en"]["CopySlices"].startswith("the gradient of the part that was written")
    assert cards.Card("StftBackward0", ()).says("en") == "no rule is written down for this node"
    assert (
        cards.Card("AccumulateGrad", (), "leaf").says("zh") == "梯度到达叶子张量：累加到它的 .grad"
    )


def test_the_rule_of_a_copy_is_found_under_its_long_name(lib):
    x, b = lib.tensor(2.0, requires_grad=True), lib.tensor(0.0)
    b.copy_(x)
    assert formulas(b, {"x": x})["CopyBackwards"][1] == ("src", "g", "1")


def test_a_rule_that_symbols_cannot_run_is_left_out(lib, monkeypatch):
    def rule(grad, other):
        if isinstance(grad, Symbol):
            raise TypeError("numbers only")
        return grad * other

    monkeypatch.setitem(registry["MulBackward0"].rules, "self", rule)
    x = lib.tensor(2.0, requires_grad=True)
    first, second = trace(x * x).frames[0].card.formulas
    assert first is None
    assert second is not None


# ---- anything that a learner may write

MARKUP = "<b>&\"'$\\{}_^%#~\n\x00\u202e\ud800</mtext></math><script>alert(1)</script>hole0 损失 "
names = st.one_of(
    st.text(min_size=1, max_size=12),
    st.text(alphabet=MARKUP, min_size=1, max_size=20),
    st.just(MARKUP),
)


@given(names, names)
def test_no_name_breaks_a_formula(one, other):
    rule = Written(rf"{hole(0)} \cdot \left(-{hole(1)}\right)", (name(one), name(other)))
    root = ET.fromstring(math(rule.math))
    assert {element.tag.split("}")[1] for element in root.iter()} <= {"math", "mrow", "mi", "mo"}
    shown = [element.text for element in root.iter() if element.tag.endswith("mi")]
    assert shown == [visible(one), visible(other)]


def visible(text):
    """What XML gives back for a name: escapes for what cannot be seen."""
    (element,) = ET.fromstring(f"<a>{name(text).math}</a>")
    return element.text


@given(names)
def test_no_name_breaks_the_page(text):
    x = minigrad.tensor(2.0, requires_grad=True)
    data = page_data(trace(x * x, {text: x}))
    for frame in data["frames"]:
        for out in frame["outgoing"]:
            ET.fromstring(out["formula"])
            ET.fromstring(out["numbers"])


def test_numbers_without_an_order():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed, minigrad has no complex")
    shown = show(torch.full((2, 3, 4), 1e-7 + 2j))
    assert shown.text == "[2, 3, 4]"
    ET.fromstring(math(show(torch.full((2,), 1e-7 + 2j)).math))


def test_tex_escapes_a_name():
    assert name("x").tex == "x"
    assert name("w_1").tex == r"\text{w\_1}"
    assert name("a{b}").tex == r"\text{a\{b\}}"


# ---- numbers


@pytest.mark.parametrize(
    ("value", "text", "tex"),
    [
        (2.0, "2.", "2"),
        (-0.5, "-0.5", "-0.5"),
        (1.5e-7, "1.5e-07", r"1.5 \times 10^{-7}"),
        (float("inf"), "inf", r"\infty"),
        (float("nan"), "nan", r"\text{nan}"),
        (7, "7", "7"),
        (None, "None", r"\text{None}"),
    ],
)
def test_a_number(value, text, tex):
    shown = show(value)
    assert (shown.text, shown.tex) == (text, tex)
    assert shown.signed == text.startswith("-")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([1.0, 2.0], "[1., 2.]"),
        (list(map(float, range(9))), "[0., 1., 2., 3., …, 8.]"),
        ([[1.0, -2.0]], "[[1., -2.]]"),
        ([[float(i + j) for j in range(5)] for i in range(6)],
         "[[0., 1., …, 4.], [1., 2., …, 5.], …, [5., 6., …, 9.]]"),
        ([[[1.0], [2.0]]], "[[[1.], [2.]]]"),
        ([[[float(i) for i in range(20)]]], "[1, 1, 20], 0. to 19."),
        ([], "empty [0]"),
        ([True, False], "[True, False]"),
        ([[1e-7, -2.5e20]], "[[1e-07, -2.5e+20]]"),
    ],
)  # fmt: skip
def test_a_tensor(lib, value, text):
    shown = show(lib.tensor(value))
    assert shown.text == text
    ET.fromstring(math(shown.math))


def test_of_more_dimensions_the_matrices_stand_side_by_side(lib):
    shown = show(lib.tensor([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]))
    assert shown.text == "[[[1., 2.], [3., 4.]], [[5., 6.], [7., 8.]]]"
    tables = ET.fromstring(math(shown.math)).iter("{http://www.w3.org/1998/Math/MathML}mtable")
    assert ["".join(table.itertext()) for table in tables] == ["1234", "5678"]
