"""What the lines of a notebook say about a name, read as text."""

import ast
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minigrad_widgets import sources
from minigrad_widgets.remedy import in_brackets, out_of_place, without_detach
from minigrad_widgets.sources import base_name, mentions


def events(text):
    """Return kind, code and line of all that some code does."""
    found = sources._events(textwrap.dedent(text), 0)
    return [(event.kind, event.code, event.position[1]) for event in found]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("y = x", [("assign", "y")]),
        ("a, (b, *c) = x", [("assign", "a"), ("assign", "b"), ("assign", "c")]),
        ("self.h = x", [("assign", "self.h")]),
        ("y: int = 3", [("assign", "y")]),
        ("y: int", []),
        ("(y := x)", [("assign", "y")]),
        ("y += 1", [("change", "y")]),
        ("y[0] = 1", [("change", "y")]),
        ("y[0][1] += 1", [("change", "y")]),
        ("model.weight[0] = 1", [("change", "model.weight")]),
        ("y.add_(1)", [("change", "y")]),
        ("y[0].view(-1).add_(1)", [("change", "y")]),
        ("y.data.add_(1)", []),
        ("y.grad.zero_()", []),
        ("y.requires_grad_()", []),
        ("y.__init__()", []),
        ("torch.relu_(y)", [("change", "y")]),
        ("torch.nn.init.zeros_(model.weight)", [("change", "model.weight")]),
        ("torch.add(a, b, out=y)", [("change", "y")]),
        ("F.relu(y, inplace=True)", [("change", "y")]),
        ("F.relu(y, inplace=False)", []),
        ("nn.ReLU(inplace=True)", [("change", "")]),
        ("opt.step()", [("step", "opt")]),
        ("loss.backward()", [("pass", "loss")]),
        ("(w * x).sum().backward()", [("pass", "(w * x).sum()")]),
        ("torch.autograd.grad(y, x)", [("pass", "y")]),
        ("print(y)", []),
        ("with f() as y: pass", [("assign", "y")]),
        ("for y in x: pass", [("assign", "y")]),
        ("if (y := x): y += 1", [("assign", "y"), ("change", "y")]),
    ],
)
def test_what_a_line_does(code, expected):
    assert [event[:2] for event in events(code)] == expected


def test_lines_and_loops():
    found = list(
        sources._events(
            textwrap.dedent(
                """\
                for i in range(3):
                    try:
                        y = x
                    except ValueError:
                        z = x
                    else:
                        while True:
                            y += 1
                def f():
                    with torch.no_grad():
                        h = x
                    return h
                match x:
                    case 1:
                        m = x
                """
            ),
            0,
        )
    )
    assert [(event.code, event.position[1], event.loops) for event in found] == [
        ("i", 1, ()),
        ("y", 3, ((1, 8),)),
        ("z", 5, ((1, 8),)),
        ("y", 8, ((1, 8), (7, 8))),
        ("h", 11, ()),
        ("m", 15, ()),
    ]
    assert found[4].within == ("torch.no_grad()",)


@given(st.text())
def test_any_text_can_be_a_cell(text):
    list(sources._events(sources._without_magic(text), 0))
    base_name(text)
    in_brackets(text)


def test_a_cell_magic_is_the_first_line():
    text = "get_ipython().run_cell_magic('time', '', 'y = 1\\ny += 1\\n')"
    written = sources._without_magic(text)
    assert written == "#%%time\ny = 1\ny += 1\n"
    assert events(written) == [("assign", "y", 2), ("change", "y", 3)]


@pytest.mark.parametrize(
    ("code", "node", "can"),
    [
        ("y = x.exp()", "ExpBackward0", True),
        ("y = torch.exp(x)", "ExpBackward0", True),
        ("y = x.exp_()", "ExpBackward0", True),
        ("y = x * 2", "MulBackward0", True),
        ("y *= 2", "MulBackward0", True),
        ("y = -x", "NegBackward0", True),
        ("y = 1 - x", "RsubBackward1", True),
        ("y = w @ x", "MmBackward0", True),
        ("y = x[0]", "SelectBackward0", True),
        ("y = F.cross_entropy(x, t)", "NllLossBackward0", True),
        ("y = F.log_softmax(x)", "LogSoftmaxBackward0", True),
        ("y = MyReLU.apply(x)", "MyReLUBackward", True),
        ("y = F.linear(x, w)", "AddmmBackward0", True),
        ("y = nn.Linear(2, 1)", "AddmmBackward0", False),
        ("y = x + 2", "MulBackward0", False),
        ("y = exp", "ExpBackward0", False),
    ],
)
def test_which_lines_can_have_made_a_node(code, node, can):
    assert mentions(ast.parse(code), node) is can


@pytest.mark.parametrize(
    ("code", "instead"),
    [
        ("y += 1", "y = y + 1"),
        ("self.h *= a + b", "self.h = self.h * (a + b)"),
        ("y.mul_(2, x)", "y = y.mul(2, x)"),
        ("y.zero_()", None),
        ("y[0] = 1", None),
        ("y[0].add_(1)", None),
    ],
)
def test_what_to_write_instead_of_a_change(code, instead):
    (event,) = sources._events(code, 0)
    assert out_of_place(event) == instead


def test_a_statement_without_detach():
    assert without_detach(ast.parse("h = (w * 2).detach()").body[0]) == "h = w * 2"
    assert without_detach(ast.parse("h = w.data * 2").body[0]) == "h = w * 2"
    assert without_detach(ast.parse("h = w * 2").body[0]) == ""
