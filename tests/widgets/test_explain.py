"""explain(): the culprit, the lines and the remedy of every kind of failure, in both libraries."""

import contextlib
import io
import re
import sys
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import minigrad
from minigrad_widgets import blame, explain, explanation
from minigrad_widgets.explanation import MOST
from minigrad_widgets.failure import read_failure

NOT_THERE = re.compile(r"0x[0-9a-fA-F]{4,}|object at")
W = "w = torch.tensor([1., 2.], requires_grad=True)"


class Notebook:
    """Runs cells one after the other, as a kernel does."""

    def __init__(self, library):
        InteractiveShell.clear_instance()
        config = Config()
        config.HistoryManager.enabled = False
        config.HistoryManager.hist_file = ":memory:"
        self.shell = InteractiveShell.instance(config=config, colors="nocolor")
        self.run(f"import {library.__name__} as torch")

    def run(self, *cells):
        """Run cells; an error is shown, and stays the last one."""
        result: Any = None
        for cell in cells:
            with (
                contextlib.redirect_stdout(io.StringIO()),
                contextlib.redirect_stderr(io.StringIO()),
            ):
                result = self.shell.run_cell(cell, store_history=True)
        return result

    def explain(self, arguments=""):
        """Explain the last error, in a cell of its own as a learner would."""
        result = self.run(f"from minigrad_widgets import explain\nwhy = explain({arguments})")
        if result.error_in_exec is not None:
            raise result.error_in_exec
        return self.shell.user_ns["why"]

    def close(self):
        self.shell.history_manager.end_session()
        InteractiveShell.clear_instance()
        sys.last_value = sys.last_type = sys.last_traceback = None


class Case(NamedTuple):
    """Cells, and what is to be found out about them."""

    cells: tuple[str, ...]
    kind: str
    culprit: str | None  # name of the node
    mark: str = ""
    lines: tuple[tuple[int, int], ...] = ()  # cell and line, of all lines that are shown
    fix: str = ""
    tensor: str | None = None
    versions: tuple[int | None, int | None] = (None, None)


def function(body, arguments="x, y"):
    return (
        "class Double(torch.autograd.Function):\n"
        "    @staticmethod\n"
        f"    def forward(ctx, {arguments}):\n"
        "        return x * 2\n"
        "    @staticmethod\n"
        "    def backward(ctx, g):\n"
        f"        {body}"
    )


CASES = {
    "a pass twice": Case(
        ("x = torch.tensor(2., requires_grad=True)", "y = x.exp()\ny.backward()", "y.backward()"),
        *("freed", "ExpBackward0", "saved result is freed"),
        ((4, 1), (3, 1), (3, 2)),
        "y.backward(retain_graph=True)",
    ),
    "grad after backward": Case(
        (W, "y = (w * w).sum()\ny.backward()\ntorch.autograd.grad(y, w)"),
        *("freed", "MulBackward0", "saved self is freed"),
        ((3, 3), (3, 1), (3, 2)),
        "y.backward(retain_graph=True)",
    ),
    "a pass twice on one line": Case(
        (W, "y = w.exp().sum()\ny.backward(); y.backward()"),
        *("freed", "ExpBackward0", "saved result is freed"),
        ((3, 2), (3, 1), (3, 2)),
        "y.backward(retain_graph=True)",
    ),
    "two passes on one line, in a loop": Case(
        (
            W,
            "h = w.exp()\nfor i in range(1):\n    y = h.sum(); y.backward(); z = h + 1; z.sum().backward()",
        ),
        *("freed", "ExpBackward0", "saved result is freed"),
        ((3, 3), (3, 1)),
        "h = h.detach()",
    ),
    "passes of two roots on one line": Case(
        (W, "y = w.exp().sum(); y.backward(); v = w * 2; v.backward()"),
        *("vector", "MulBackward0", "has 2 elements, not one"),
        ((3, 1), (3, 1)),
        "v.sum().backward()\nv.backward(torch.ones_like(v))",
    ),
    "a loop over one graph": Case(
        (W, "y = w.exp().sum()\nfor i in range(3):\n    y.backward()\n    w.grad = None"),
        *("freed", "ExpBackward0", "saved result is freed"),
        ((3, 3), (3, 1)),
        "y = w.exp().sum()\ny.backward()",
    ),
    "a function that is called again with what is older than it": Case(
        (
            W + "\nhidden = w.exp()",
            "def first(x):\n    loss = (x * 2).sum()\n    loss.backward()",  # is not called
            "def second(x):\n    loss = (x * 3).sum()\n    loss.backward()",
            "for i in range(2):\n    second(hidden)",
        ),
        *("freed", "ExpBackward0", "saved result is freed"),
        ((4, 3), (2, 2)),
        "x = x.detach()",
    ),
    "a function that is called again with its root": Case(
        (
            W + "\ny = w.exp().sum()",
            "def first(y):\n    y.backward()",  # is not called
            "def second(y):\n    y.backward()",
            "second(y)\nsecond(y)",
        ),
        *("freed", "ExpBackward0", "saved result is freed"),
        ((4, 2), (2, 2)),
        "y = w.exp().sum()\ny.backward()",
    ),
    "two passes in a function": Case(
        (
            W + "\ny = w.exp().sum()",
            "def first(y):\n    y.backward()",  # is not called
            "def second(y):\n    y.backward()\n    y.backward()",
            "second(y)",
        ),
        *("freed", "ExpBackward0", "saved result is freed"),
        ((4, 3), (2, 2), (4, 2)),
        "y.backward(retain_graph=True)",
    ),
    "a part that is older than the loop": Case(
        (
            W + "\nhidden = w.exp()",
            "for i in range(2):\n    loss = (hidden ** 2).sum()\n    loss.backward()",
        ),
        *("freed", "ExpBackward0", "saved result is freed"),
        ((3, 3), (2, 2)),
        "hidden = hidden.detach()",
    ),
    "a state that is carried on": Case(
        (
            "w = torch.tensor(0.5, requires_grad=True)\nh = torch.tensor(1.)",
            "for i in range(3):\n    h = torch.tanh(w * h)\n    loss = (h - 1) ** 2\n    loss.backward()",
        ),
        *("freed", "TanhBackward0", "saved result is freed"),
        ((3, 4), (3, 2)),
        "h = h.detach()",
    ),
    "a result that is changed": Case(
        (W, "y = w.exp()\nz = y * 2", "y += 1", "z.sum().backward()"),
        *("in_place", "ExpBackward0", "saved result was changed in place"),
        ((5, 1), (3, 1), (4, 1)),
        *("y = y + 1", "y", (0, 1)),
    ),
    "a result that is changed by a method": Case(
        (W + "\ny = torch.sigmoid(w)", "y.mul_(3)\ny.sum().backward()"),
        *("in_place", "SigmoidBackward0", "saved result was changed in place"),
        ((3, 2), (2, 2), (3, 1)),
        *("y = y.mul(3)", "y", (0, 1)),
    ),
    "an input that is changed at an index": Case(
        (W + "\ny = w * 2", "z = y * y\ny[0] = 5.", "loss = z.sum()\nloss.backward()"),
        *("in_place", "MulBackward0", "saved self was changed in place"),
        ((4, 2), (3, 1), (3, 2)),
        *("y = y.clone()\ny[0] = 5.", "y", (0, 1)),
    ),
    "a change through another name": Case(
        (W + "\ny = w.exp()", "flat = y.detach()\nflat.zero_()", "y.sum().backward()"),
        *("in_place", "ExpBackward0", "saved result was changed in place"),
        ((4, 1), (2, 2), (3, 2)),
        *("flat = flat.clone()\nflat.zero_()", "y", (0, 1)),
    ),
    "data that is changed": Case(
        (W + "\nx = torch.tensor([3., 4.])", "loss = (w * x).sum()\nx += 1\nloss.backward()"),
        *("in_place", "MulBackward0", "saved other was changed in place"),
        ((3, 3), (3, 1), (3, 2)),
        *("x = x + 1", "x", (0, 1)),
    ),
    "a step between two passes": Case(
        (
            "m = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 1))\nx = torch.ones(3, 2)",
            "opt = torch.optim.SGD(m.parameters(), lr=0.1)",
            "a = m(x).sum()\nb = (m(x) ** 2).sum()\na.backward()\nopt.step()\nb.backward()",
        ),
        *("in_place", "AddmmBackward0", "saved mat2 was changed in place"),
        ((4, 5), (4, 2), (4, 4)),
        *("", "m.1.weight", (1, 2)),
    ),
    "a step that comes after in the loop": Case(
        (
            W + "\nopt = torch.optim.SGD([w], lr=0.1)\nloss = (w * w).sum()",
            "for i in range(2):\n    loss.backward(retain_graph=True)\n    opt.step()",
        ),
        *("in_place", "MulBackward0", "saved self was changed in place"),
        ((3, 2), (2, 3), (3, 3)),
        *("", "w", (0, 1)),
    ),
    "an activation that is inplace": Case(
        (W, "y = w.sigmoid()\nz = torch.nn.functional.relu(y, inplace=True)", "z.sum().backward()"),
        *("in_place", "SigmoidBackward0", "saved result was changed in place"),
        ((4, 1), (3, 1), (3, 2)),
        *("torch.nn.functional.relu(y)", "y", (0, 1)),
    ),
    "nothing requires grad": Case(
        (
            "w = torch.tensor([1., 2.])\nx = torch.tensor([3., 4.])",
            "loss = (w * x).sum()",
            "loss.backward()",
        ),
        *("no_graph", "requires_grad=False", "does not require grad"),
        ((4, 1), (2, 1), (2, 2)),
        "w = torch.tensor([1., 2.], requires_grad=True)",
    ),
    "a tensor that nothing was computed for": Case(
        ("x = torch.ones(1)", "x.backward()"),
        *("no_graph", "requires_grad=False", "does not require grad"),
        ((3, 1), (2, 1)),
        "x = torch.ones(1, requires_grad=True)",
    ),
    "computed in no_grad": Case(
        (W, "with torch.no_grad():\n    y = w * 2\nloss = y.sum()", "loss.backward()"),
        *("no_graph", "requires_grad=False", "cut off here"),
        ((4, 1), (3, 2)),
        "y = w * 2",
    ),
    "detached": Case(
        (W + "\nh = (w * 2).detach()\nloss = h.sum()", "loss.backward()"),
        *("no_graph", "requires_grad=False", "cut off here"),
        ((3, 1), (2, 2)),
        "h = w * 2",
    ),
    "made of numbers": Case(
        (W + "\nloss = torch.tensor(w.sum().item())", "loss.backward()"),
        *("no_graph", "requires_grad=False", "cut off here"),
        ((3, 1), (2, 2)),
    ),
    "no derivative": Case(
        (W + "\nloss = (w > 1).sum()", "loss.backward()"),
        *("no_graph", "requires_grad=False", "cut off here"),
        ((3, 1), (2, 2)),
    ),
    "recording switched off": Case(
        (W + "\ntorch.set_grad_enabled(False)", "loss = w.sum()\nloss.backward()"),
        *("no_graph", "requires_grad=False", "cut off here"),
        ((3, 2), (3, 1)),
        "torch.set_grad_enabled(True)",
    ),
    "an expression without graph": Case(
        ("x = torch.ones(2)", "(x * 2).sum().backward()"),
        *("no_graph", "requires_grad=False", "does not require grad"),
        ((3, 1), (2, 1)),
        "x = torch.ones(2, requires_grad=True)",
    ),
    "a vector": Case(
        (W + "\ny = w * 2", "y.backward()"),
        *("vector", "MulBackward0", "has 2 elements, not one"),
        ((3, 1), (2, 2)),
        "y.sum().backward()\ny.backward(torch.ones_like(y))",
    ),
    "a vector that has no name": Case(
        (W, "(w * 2).backward()"),
        *("vector", "MulBackward0", "has 2 elements, not one"),
        ((3, 1),),
        "(w * 2).sum().backward()\n(w * 2).backward(torch.ones_like((w * 2)))",
    ),
    "a gradient of another shape": Case(
        (W + "\ny = w * 2", "y.backward(torch.ones(3))"),
        *("start_shape", "MulBackward0", "the gradient given has another shape"),
        ((3, 1), (2, 2)),
        "y.backward(torch.ones_like(y))",
    ),
    "an input that was not used": Case(
        (
            W + "\nv = torch.tensor(1., requires_grad=True)\ny = (w * 2).sum()",
            "torch.autograd.grad(y, [w, v])",
        ),
        *("unused", "AccumulateGrad", "not reached: it was not used"),
        ((3, 1),),
        "torch.autograd.grad(y, [w, v], allow_unused=True)",
    ),
    "a part of an input": Case(
        (W + "\ny = (w * 2).sum()", "torch.autograd.grad(y, w[0])"),
        *("unused", "SelectBackward0", "not reached: it was not used"),
        ((3, 1),),
        "torch.autograd.grad(y, w)[0][0]",
    ),
    "an input without grad": Case(
        (W + "\nx = torch.ones(2)\ny = (w * x).sum()", "torch.autograd.grad(y, inputs=[w, x])"),
        *("input_without_grad", "AccumulateGrad", "does not require grad"),
        ((3, 1), (2, 2)),
        "x = torch.ones(2, requires_grad=True)",
    ),
    "a leaf that is changed": Case(
        (W + "\n(w * w).sum().backward()", "w -= 0.1 * w.grad"),
        *("leaf_in_place", "AccumulateGrad", "a leaf that was to be changed in place"),
        ((3, 1),),
        "with torch.no_grad():\n    w -= 0.1 * w.grad",
    ),
    "a leaf that is changed at an index": Case(
        (W, "w[0] = 7."),
        *("leaf_in_place", "AccumulateGrad", "a leaf that was to be changed in place"),
        ((3, 1),),
        "with torch.no_grad():\n    w[0] = 7.",
    ),
    "a leaf that is changed through a view": Case(
        (W, "v = w.view(2, 1)\nv.zero_()"),
        *("leaf_in_place", "AccumulateGrad", "a leaf that was to be changed in place"),
        ((3, 2),),
        "with torch.no_grad():\n    v.zero_()",
    ),
    "a Function with a gradient of another shape": Case(
        (function("return torch.ones(3), None"), W, "d = Double.apply(w, 2.)\nd.sum().backward()"),
        *("function_shape", "DoubleBackward", "its backward returned something wrong"),
        ((4, 2), (4, 1)),
    ),
    "a Function with too few gradients": Case(
        (function("return g"), W, "d = Double.apply(w, 2.)\nd.sum().backward()"),
        *("function_count", "DoubleBackward", "its backward returned something wrong"),
        ((4, 2), (4, 1)),
        "return grad_x, None",
    ),
    "a Function with a gradient for a number": Case(
        (function("return g, g"), W, "d = Double.apply(w, 2.)\nd.sum().backward()"),
        *("function_extra", "DoubleBackward", "its backward returned something wrong"),
        ((4, 2), (4, 1)),
    ),
    "a Function with a number for a gradient": Case(
        (function("return 2", "x"), W, "d = Double.apply(w)\nd.sum().backward()"),
        *("function_type", "DoubleBackward", "its backward returned something wrong"),
        ((4, 2), (4, 1)),
    ),
    "a Function that raises": Case(
        (function("return g * ctx.factor", "x"), W, "d = Double.apply(w)\nd.sum().backward()"),
        *("raised", "DoubleBackward", "failed here"),
        ((4, 2), (4, 1), (2, 7)),
    ),
    "a gradient that is nan, in anomaly mode": Case(
        (
            "import warnings\nwarnings.simplefilter('ignore')\n"
            "w = torch.tensor([0., 1.], requires_grad=True)",
            "with torch.autograd.set_detect_anomaly(True):\n"
            "    y = ((w.sqrt() + 1).sqrt() + w.sqrt() * 0).sum()\n    y.backward()",
        ),
        *("nan", "SqrtBackward0", "returned nan"),
        ((3, 3), (3, 2)),
    ),
    "a node that is called by hand": Case(
        (W + "\ny = (w * w).sum()\ny.backward()", "y.grad_fn.next_functions[0][0](torch.ones(2))"),
        *("freed", "MulBackward0", "saved self is freed"),
        ((3, 1), (2, 2), (2, 3)),
    ),
    "what a node has saved": Case(
        (W + "\ny = w.exp()\ny.sum().backward()", "node = y.grad_fn\nnode._saved_result"),
        *("freed", "ExpBackward0", "saved result is freed"),
        ((3, 2), (2, 2), (2, 3)),
    ),
}


@pytest.fixture
def notebook(lib):
    notebook = Notebook(lib)
    yield notebook
    notebook.run("torch.set_grad_enabled(True)")
    notebook.close()


def culprit(why):
    """Return the culprit's node, or None."""
    return next((n for n in why.graph.nodes if n.id == why.culprit), None) if why.graph else None


# -------------------------------------------------------------------------------- kinds of failure


@pytest.mark.parametrize("name", CASES)
def test_every_kind(notebook, name):
    case = CASES[name]
    notebook.run(*case.cells)
    why = notebook.explain()
    assert why.kind == case.kind
    assert culprit(why).name == case.culprit
    assert why.marks[why.culprit] == case.mark
    assert tuple((line.cell, line.number) for line in why.lines) == case.lines
    assert why.fix == case.fix
    assert (why.tensor, why.expected, why.found) == (case.tensor, *case.versions)
    assert why.happened
    assert why.advice
    assert not NOT_THERE.search(why.text)
    for line in why.lines:
        assert line.text in why.text


@pytest.mark.parametrize("name", CASES)
def test_both_libraries_are_explained_alike(both, name):
    texts = []
    for lib in both:
        lib.manual_seed(0)
        notebook = Notebook(lib)
        notebook.run(*CASES[name].cells)
        lines = notebook.explain().text.splitlines()
        notebook.run("torch.set_grad_enabled(True)")
        notebook.close()
        # PyTorch keeps what a Function saved if its gradient did not fit.
        texts.append(
            [line for line in lines if not line.startswith("Which node it was is not told")]
        )
    assert texts[0] == texts[1]


@pytest.mark.parametrize("name", [name for name in CASES if CASES[name].kind == "in_place"])
def test_the_remedy_is_one(notebook, name):
    """Put the code of the remedy in place of the line: then the pass runs."""
    case = CASES[name]
    notebook.run(*case.cells)
    why = notebook.explain()
    if not why.fix:
        return
    changed = why.lines[-1]
    cells = list(case.cells)
    lines = cells[changed.cell - 2].splitlines()
    if "inplace=True" in changed.text:
        lines[changed.number - 1] = f"z = {why.fix}"
    else:
        lines[changed.number - 1 : changed.number] = why.fix.splitlines()
    cells[changed.cell - 2] = "\n".join(lines)
    assert notebook.run(*cells).success


@pytest.mark.parametrize(
    "name", [name for name in CASES if CASES[name].kind in ("freed", "in_place")]
)
def test_the_search_finds_the_node_that_the_frames_of_minigrad_tell(name, monkeypatch):
    notebook = Notebook(minigrad)
    notebook.run(*CASES[name].cells)
    if "by hand" in name or "has saved" in name:
        notebook.close()
        return
    exact = notebook.explain()
    assert read_failure(sys.last_value).node is exact.graph.handles[exact.culprit]
    real = explanation.read_failure

    def without_node(error):
        failure = real(error)
        object.__setattr__(failure, "node", None)
        return failure

    monkeypatch.setattr(explanation, "read_failure", without_node)
    assert notebook.explain().culprit == exact.culprit
    notebook.close()


# ------------------------------------------------------------------------------- no pass, no error


def test_when_nothing_has_failed(notebook):
    sys.last_value = sys.last_type = sys.last_traceback = None
    why = notebook.explain()
    assert (why.kind, why.culprit, why.graph, why.lines) == ("nothing", None, None, [])
    assert why.text == "There is no error to explain: nothing has failed so far."
    assert why.text in "".join(page(why).itertext())


@pytest.mark.parametrize(
    "cell", ["int('a')", "torch.ones(2) @ torch.ones(3)", "nobody", "raise KeyError"]
)
def test_errors_of_other_code_are_not_explained(notebook, cell):
    notebook.run(W + "\n(w * w).sum().backward()", cell)
    why = notebook.explain()
    assert (why.kind, why.graph) == ("other", None)
    assert why.text.startswith(
        "explain() explains errors of the backward pass. The last error is not"
    )
    assert type(sys.last_value).__name__ in why.text


def test_an_error_can_be_given(lib):
    x = lib.tensor(2.0, requires_grad=True)
    y = x.exp()
    y.backward()
    with pytest.raises(RuntimeError) as caught:
        y.backward()
    why = explain(caught.value)
    assert (why.kind, culprit(why).name, culprit(why).label) == ("freed", "ExpBackward0", "y")
    assert {line.file for line in why.lines} == {"test_explain.py"}
    assert [line.text for line in why.lines] == ["y.backward()", "y = x.exp()", "y.backward()"]
    assert why.text.startswith("RuntimeError in test_explain.py, line ")


def test_an_error_that_is_being_handled_comes_first(lib):
    sys.last_value = ValueError("older")
    y = lib.tensor([1.0, 2.0], requires_grad=True) * 2
    why = None
    try:
        y.backward()
    except RuntimeError:
        why = explain()
    assert why is not None
    assert why.kind == "vector"
    assert culprit(why).label == "y"
    sys.last_value = None


def test_names_can_be_given(lib):
    y = lib.tensor([1.0, 2.0], requires_grad=True) * 2
    with pytest.raises(RuntimeError) as caught:
        y.backward()
    assert culprit(explain(caught.value, names={"other": y})).label == "other"
    assert culprit(explain(caught.value, names={})).label is None


# ------------------------------------------------------------------------------------ finding roots


def test_the_nearest_of_several_changed_tensors(notebook):
    notebook.run(
        W + "\na = w.exp()\nb = w / (a * a + 1)", "a += 1\nb.mul_(2)", "b.sum().backward()"
    )
    why = notebook.explain()
    assert (why.tensor, why.expected, why.found) == ("a", 0, 1)
    assert why.fix == "a = a + 1"


def test_a_part_that_no_earlier_pass_used_is_not_the_culprit(notebook):
    notebook.run(
        W + "\na = w.tanh()\nb = torch.sigmoid(w)\ns = (a * a).sum()\ns.backward()",
        "loss = (b * a).sum()\nloss.backward()",
    )
    why = notebook.explain()
    assert (culprit(why).name, culprit(why).label) == ("TanhBackward0", "a")


def test_several_roots(notebook):
    notebook.run(
        W + "\na = w.sum()\nb = w.exp().sum()\nb.backward()", "torch.autograd.backward([a, b])"
    )
    why = notebook.explain()
    assert (culprit(why).name, why.graph.nodes[0].label) == ("ExpBackward0", "b")


def test_a_pass_that_is_limited_to_some_inputs(notebook):
    notebook.run(
        W
        + "\nv = torch.tensor([3., 4.], requires_grad=True)\na = v.exp()\nb = w.tanh()\ny = (a * 1 + b).sum()",
        "a.sum().backward(retain_graph=True)\na.sum().backward()\nb.sum().backward()",
        "y.backward(inputs=[v])",
    )
    assert culprit(notebook.explain()).name == "ExpBackward0"
    notebook.run("y = (a * 1 + b).sum()\ntorch.autograd.grad(y, [w])")
    assert culprit(notebook.explain()).name == "TanhBackward0"


def test_a_pass_inside_a_function(notebook):
    notebook.run(
        "def train(x):\n    hidden = torch.sigmoid(x)\n    hidden.mul_(2)\n    return hidden.sum()\n"
        "def run():\n    w = torch.tensor([1., 2.], requires_grad=True)\n    train(w).backward()",
        "run()",
    )
    why = notebook.explain()
    assert culprit(why).name == "SigmoidBackward0"
    assert [(line.cell, line.number) for line in why.lines] == [(2, 7), (2, 2), (2, 3)]
    assert "Perhaps this line changed it in place: cell [2], line 3" in why.text


def test_an_error_of_the_engine_is_not_said_to_be_of_other_code(notebook):
    notebook.run(W + "\ny = w.exp()\ny.register_hook(lambda g: g.sum())", "y.sum().backward()")
    why = notebook.explain()
    assert (why.kind, why.advice) == ("raised", [])
    assert "says why: hook '<lambda>' has changed the size of value" in why.text
    assert "other code" not in why.text


def test_a_hook_that_raises(notebook):
    notebook.run(W + "\ny = w.exp()\ny.register_hook(lambda g: g.nothing)", "y.sum().backward()")
    why = notebook.explain()
    assert why.kind == "raised"
    assert why.graph is not None
    assert "y.register_hook(lambda g: g.nothing)" in why.text


def test_step_fails_like_backward(notebook):
    notebook.run(
        W + "\ny = w.exp().sum()\ny.backward()", "from minigrad_widgets import step\nstep(y)"
    )
    why = notebook.explain()
    assert (why.kind, culprit(why).name) == ("freed", "ExpBackward0")


def test_two_functions_of_one_name(notebook):
    notebook.run(
        "class F(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x, bad):\n"
        "        ctx.save_for_backward(x)\n        ctx.bad = bad\n        return x * 2\n"
        "    @staticmethod\n    def backward(ctx, g):\n"
        "        return (torch.ones(3) if ctx.bad else g * 2), None",
        W,
        "a = F.apply(w, True)\nb = F.apply(a, False)\nb.sum().backward()",
    )
    why = notebook.explain()
    assert (why.kind, culprit(why).label) == ("function_shape", "a")


def test_anomaly_mode_knows_the_line(notebook):
    notebook.run(
        W,
        "import warnings\nwarnings.simplefilter('ignore')\n"
        "def layer(x):\n    return torch.exp(x)\n"
        "with torch.autograd.set_detect_anomaly(True):\n"
        "    y = layer(w)\n    z = y * 2\n    y += 1\n    z.sum().backward()",
    )
    why = notebook.explain()
    made = why.lines[1]
    assert (made.cell, made.number, made.text) == (3, 4, "return torch.exp(x)")
    assert (why.expected, why.found, why.tensor) == (0, 1, "y")


def test_cells_that_cannot_be_parsed_or_are_magic(notebook):
    notebook.run(W, "this is no code", "%%time\ny = w.exp()\ny += 1", "y.sum().backward()")
    why = notebook.explain()
    assert [(line.cell, line.number) for line in why.lines] == [(5, 1), (4, 2), (4, 3)]
    notebook.run("%%time\ny = w.exp()\ny += 1\ny.sum().backward()")
    why = notebook.explain()
    assert [(line.cell, line.number) for line in why.lines] == [(7, 4), (7, 2), (7, 3)]


def test_a_cell_that_was_run_again_counts_as_it_was(notebook):
    notebook.run(
        W, "y = w.exp()\ny.sum().backward()", "y = w.tanh()", "y.add_(1)\ny.sum().backward()"
    )
    why = notebook.explain()
    assert culprit(why).name == "TanhBackward0"
    assert [(line.cell, line.number) for line in why.lines] == [(5, 2), (4, 1), (5, 1)]


# --------------------------------------------------------------------------------- nothing changes


def test_explaining_runs_and_changes_nothing(notebook):
    notebook.run(
        "ran = []\nclass F(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x):\n"
        "        return x * 2\n    @staticmethod\n    def backward(ctx, g):\n"
        "        ran.append(1)\n        return g",
        W,
        "y = w.exp()\nz = F.apply(y)\nkept = z.sum()\ny += 1\nkept.backward(retain_graph=True)",
    )
    before = notebook.shell.user_ns
    versions = [before[name]._version for name in ("w", "y", "z")]
    assert before["w"].grad is None
    one, other = notebook.explain().text, notebook.explain().text
    assert one == other
    assert before["ran"] == [1]
    assert [before[name]._version for name in ("w", "y", "z")] == versions
    assert before["w"].grad is None
    notebook.run("with torch.no_grad():\n    y -= 1", "kept.backward()")
    assert notebook.explain().expected == 0  # the graph is as it was: it fails at the same node


# ------------------------------------------------------------------------------------- how it shows


def page(why):
    return ET.fromstring(f"<body>{why._repr_mimebundle_()['text/html']}</body>")


ONE_OF_EACH = {case.kind: name for name, case in CASES.items()}  # a picture takes its time


@pytest.mark.parametrize(
    ("kind", "lang"), [(kind, ("en", "zh")[nr % 2]) for nr, kind in enumerate(ONE_OF_EACH)]
)
def test_every_kind_is_shown_as_html(kind, lang):
    notebook = Notebook(minigrad)
    notebook.run(*CASES[ONE_OF_EACH[kind]].cells)
    why = notebook.explain(f"lang={lang!r}")
    bundle = why._repr_mimebundle_()
    notebook.run("torch.set_grad_enabled(True)")
    notebook.close()
    assert set(bundle) == {"text/plain", "text/html", "image/svg+xml", "image/png"}
    body = page(why)
    words = "".join(body.itertext())
    for sentence in [*why.happened, *why.advice, why.fix]:
        assert sentence in words
        assert all(line in bundle["text/plain"] for line in sentence.splitlines())
    assert "{" not in "".join([*why.happened, *why.advice, *why.marks.values()])
    marked = [g for g in body.iter() if "marked" in (g.get("class") or "").split()]
    assert len(marked) == len(why.marks) > 0
    assert all("✖" in "".join(g.itertext()) for g in marked)
    assert (lang == "zh") == any("\u4e00" <= char <= "\u9fff" for char in why.text)


@pytest.mark.parametrize("name", ["损失", "שלום", "été", "x_" + "y" * 300])
def test_names_and_code_are_text(notebook, name):
    notebook.run(
        W,
        f"{name} = w.exp()\n{name} += 1; '<script>alert(1)</script>&amp;'\n{name}.sum().backward()",
    )
    why = notebook.explain()
    assert why.tensor == name
    assert "<script" not in why.html
    assert "<script>alert(1)</script>&amp;" in "".join(page(why).itertext())


def test_hostile_names(lib):
    w = lib.tensor([1.0, 2.0], requires_grad=True)
    y = w.exp()
    with lib.no_grad():
        y += 1
    with pytest.raises(RuntimeError) as caught:
        y.sum().backward()
    why = explain(caught.value, names={'<img src=x onerror="alert(1)">\\N\u202e': y})
    assert "<img" not in why.html
    assert "\u202e" not in why.html + why.text
    assert culprit(why).name == "ExpBackward0"
    page(why)


def test_of_a_large_graph_the_part_around_the_culprit_is_drawn(notebook):
    notebook.run(
        W,
        "y = w\nfor i in range(300):\n    y = y * 1.5\n    if i == 150:\n        middle = y = y.exp()",
        "for i in range(10):\n    middle.add_(1)",
        "y.sum().backward()",
    )
    why = notebook.explain()
    assert culprit(why).name == "ExpBackward0"
    assert len(why.graph.nodes) > 500
    assert (
        f"{MOST} of {len(why.graph.nodes)} nodes are drawn, those around the culprit." in why.text
    )
    assert "✖ saved result was changed in place" in why.text
    drawn = [g for g in page(why).iter() if (g.get("class") or "").startswith("node ")]
    assert len(drawn) == MOST
    assert sum("marked" in (g.get("class") or "") for g in drawn) == 1
    assert (why.expected, why.found, why.tensor) == (0, 10, "middle")


def test_without_an_engine_the_words_are_there(notebook, no_engine):
    notebook.run(*CASES["a vector"].cells)
    why = notebook.explain()
    bundle = why._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert "No picture: a picture needs Graphviz" in "".join(page(why).itertext())
    assert "✖ has 2 elements, not one" in why.text


@pytest.mark.parametrize(("given", "name"), [(3, "int"), ("y", "str"), (ValueError, "ValueError")])
def test_what_is_no_error_is_refused(given, name):
    with pytest.raises(TypeError, match=f"explain\\(\\) needs an error, .* not {name}$"):
        explain(given)


def test_a_language_that_is_not_spoken():
    with pytest.raises(ValueError, match="languages"):
        explain(lang="fr")


def test_the_culprit_is_found_in_a_pass_without_names(lib):
    y = lib.tensor([1.0, 2.0], requires_grad=True).exp()
    z = (y * 3).sum()
    y.add_(1)
    with pytest.raises(RuntimeError) as caught:
        z.backward()
    found = blame.find_blame(read_failure(caught.value), {})
    assert found.graph.handles[found.node].name().endswith("ExpBackward0")
    assert (found.tensor, found.expected, found.found) == (None, 0, 1)


def test_an_error_while_a_node_is_made_is_none_of_a_pass(lib):
    """The node that minigrad was making has no edges yet."""
    y = lib.ones(3, requires_grad=True) * 2
    with lib.no_grad():
        view = y.view(3)
    y.mul_(2)
    with pytest.raises(RuntimeError, match="A view was created in no_grad mode") as caught:
        view.sum()
    assert "The last error is not one of them" in str(explain(caught.value))
