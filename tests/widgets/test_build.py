"""build(): what every line did, on minigrad and on PyTorch. No browser."""

import gc
import sys
import threading
import traceback
import weakref
from typing import Any

import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st

from minigrad_widgets import build, step
from minigrad_widgets import recorder as recorder_module
from minigrad_widgets.recorder import MOST_LINES, MOST_NODES

# What tells the libraries apart in the text: the name of the module.
HEAD = "line  time  code"


def ran(lib, source, namespace=None):
    """Run code that knows the library as `torch`; recording itself must not fail."""
    namespace = {} if namespace is None else namespace
    namespace.setdefault("torch", lib)
    builder = build(source, namespace)
    assert builder.recording.failure is None
    return builder


def said(builder, number=None):
    """What the lines with a number did, as text; of all lines when there is none."""
    words = builder.data["words"]
    return [
        change.text(words)
        for line in builder.lines
        if number is None or line.number == number
        for change in line.changes
    ]


def nodes(builder, position):
    """The names of the nodes that are there after a position."""
    found = set()
    for line in [builder.recording.first, *builder.lines][: position + 1]:
        found |= set(line.born)
        found -= set(line.gone)
    union = builder.recording.union
    return sorted(union.nodes[one].name for one in found if union.nodes[one].kind != "none")


LEAVES = "w = torch.tensor(2., requires_grad=True)\nx = torch.tensor(3.)\n"


# ---- the text, the same for both libraries


def test_the_table(lib):
    builder = ran(
        lib,
        LEAVES
        + """y = w * x
for i in range(2):
    y = y * y
with torch.no_grad():
    w *= 2
print("so")
y
""",
    )
    assert str(builder).splitlines() == [
        "line  time  code                                      what it did",
        "1           w = torch.tensor(2., requires_grad=True)  w = AccumulateGrad (n0), a leaf",
        "2           x = torch.tensor(3.)                      x = tensor (n1), no gradient",
        "3           y = w * x                                 y = MulBackward0 (n3), new node",
        "4           for i in range(2):                        i = 0",
        "5           y = y * y                                 y moves from MulBackward0 (n3) to MulBackward0 (n4)",
        "                                                      1 new node",
        "4     2     for i in range(2):                        i = 1",
        "5     2     y = y * y                                 y moves from MulBackward0 (n4) to MulBackward0 (n5)",
        "                                                      1 new node",
        "4     3     for i in range(2):                        the loop ends",
        "6           with torch.no_grad():                     operations are no longer recorded",
        "7           w *= 2                                    w version 0 -> 1",
        "                                                      w: 2. -> 4.",
        "6           with torch.no_grad():                     operations are recorded again",
        "8           print(\"so\")                               prints 'so\\n'",
        "9           y                                         value 1296.",
    ]


def test_it_is_in_the_bundle_with_the_picture(lib):
    bundle = ran(lib, LEAVES + "y = w * x")._repr_mimebundle_()
    assert bundle is not None
    data, _ = bundle
    assert data["text/plain"].startswith(HEAD)
    assert "0x" not in data["text/plain"]
    assert data["image/svg+xml"].startswith("<svg")
    assert "y = 6." in data["image/svg+xml"]
    assert "application/vnd.jupyter.widget-view+json" in data


# ---- names, nodes, positions


def test_names_and_positions(lib):
    builder = ran(lib, LEAVES + "y = w * x\ny = y + 1")
    assert (builder.position, builder.names) == (0, {})
    seen = []
    for position in range(5):
        builder.position = position
        seen.append(builder.names)
    assert seen[1:] == [
        {"w": "n0"},
        {"w": "n0", "x": "n1"},
        {"w": "n0", "x": "n1", "y": "n3"},
        {"w": "n0", "x": "n1", "y": "n5"},
    ]
    for wrong in (-1, 5):
        with pytest.raises(traitlets.TraitError, match="position must be from 0 to 4"):
            builder.position = wrong
    assert builder.position == 4
    assert repr(builder) == "Builder(position 4 of 4)"


def test_leaves_appear_when_they_are_created_and_before_they_are_used(lib):
    builder = ran(lib, LEAVES + "y = w * x")
    assert [nodes(builder, position) for position in range(4)] == [
        [],
        ["AccumulateGrad"],
        ["AccumulateGrad", "tensor"],
        ["AccumulateGrad", "MulBackward0", "tensor"],
    ]


def test_what_was_there_before_is_there_at_the_start(lib):
    names = {"w": lib.tensor(2.0, requires_grad=True), "other": lib.tensor(1.0)}
    builder = ran(lib, "y = w * w", names)
    assert nodes(builder, 0) == ["AccumulateGrad"]  # `other` is not in the code
    assert list(builder.names) == ["w"]


def test_rebinding_moves_the_name(lib):
    builder = ran(lib, LEAVES + "y = w * x\ny = y.exp()")
    assert said(builder, 4) == ["y moves from MulBackward0 (n3) to ExpBackward0 (n4)", "1 new node"]
    assert builder.data["labels"]["n3"] == [(3, "y = 6."), (4, "")]
    assert builder.data["labels"]["n4"][0][0] == 4


def test_a_second_name_of_one_tensor(lib):
    builder = ran(lib, LEAVES + "y = w * x\nz = y\ndel y")
    assert said(builder, 4) == ["z is another name of y"]
    assert said(builder, 5) == ["y is deleted"]
    assert builder.data["labels"]["n3"] == [(3, "y = 6."), (4, "y, z = 6."), (5, "z = 6.")]


def test_what_no_name_leads_to_is_gone(lib):
    builder = ran(lib, LEAVES + "y = w * x\ny = w + 1")
    assert builder.lines[3].gone == ("n2", "n3")
    assert nodes(builder, 4) == ["AccumulateGrad", "AddBackward0", "tensor"]


def test_nodes_inside_of_one_line_are_numbered_as_they_are_made(lib):
    builder = ran(lib, LEAVES + "y = (w * x + 1).exp()")
    union = builder.recording.union
    made = [node.name for node in union.nodes.values() if node.kind == "op"]
    assert made == ["MulBackward0", "AddBackward0", "ExpBackward0"]
    assert said(builder, 3) == ["y = ExpBackward0 (n6), 3 new nodes"]


# ---- edges that are not made


def cuts(builder):
    union = builder.recording.union
    return [(edge.source, edge.target) for edge in union.edges if edge.input_nr < 0]


def test_detach(lib):
    builder = ran(lib, LEAVES + "y = w * x\nd = y.detach()\nz = d * 2")
    assert said(builder, 4) == ["d = tensor (n4), no gradient", "d has no edge to y: detached"]
    assert said(builder, 5) == ["z = tensor (n5), no gradient"]
    assert cuts(builder) == [("n4", "n3")]


def test_no_grad(lib):
    builder = ran(lib, LEAVES + "with torch.no_grad():\n    y = w * x\nz = w * x")
    assert said(builder, 4) == ["y = tensor (n2), no gradient", "y has no edge to w: no_grad"]
    assert said(builder, 5) == ["z = MulBackward0 (n4), new node"]
    assert cuts(builder) == [("n2", "n0")]
    assert [line.grad_mode for line in builder.lines] == [True, True, False, False, True, True]


def test_what_has_no_derivative(lib):
    builder = ran(lib, LEAVES + "m = w > x")
    assert said(builder, 3)[1] == "m has no edge to w: no gradient flows here"


def test_requires_grad_makes_a_leaf_of_a_plain_tensor(lib):
    builder = ran(lib, "x = torch.tensor(3.)\nx.requires_grad_()\ny = x * 2")
    assert said(builder, 2)[0] == "x is the same tensor, now AccumulateGrad (n1)"


# ---- in place


def test_in_place_on_a_result(lib):
    builder = ran(lib, LEAVES + "y = w * x\ny.mul_(2)")
    assert said(builder, 4)[:3] == [
        "y is changed in place: MulBackward0 (n5) has made it, no longer MulBackward0 (n3)",
        "y version 0 -> 1",
        "y: 6. -> 12.",
    ]
    assert builder.data["labels"]["n5"] == [(4, "y = 12. · v1")]


def test_copy_slices_enters(lib):
    builder = ran(lib, "h = torch.ones(3)\nw = torch.tensor(2., requires_grad=True)\nh[0] = w")
    assert said(builder, 3)[0] == (
        "h is changed in place, in a part: CopySlices (n3) enters, and h now has a graph"
    )


def test_a_view_and_its_base(lib):
    builder = ran(lib, "w = torch.ones(3, requires_grad=True)\nh = w * 2\nv = h[1:]\nv.mul_(2)")
    told = said(builder, 4)
    assert told[0].startswith("h is changed in place, in a part: CopySlices")
    assert "h version 0 -> 1" in told
    assert "v version 0 -> 1" in told


# ---- loops, functions, statements of several lines


def test_a_loop_is_unrolled(lib):
    builder = ran(lib, LEAVES + "y = w\nwhile y < 20:\n    y = y * x\n")
    assert [(line.number, line.time) for line in builder.lines[3:]] == [
        (4, 1), (5, 1), (4, 2), (5, 2), (4, 3), (5, 3), (4, 4),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "loop",
    [
        "while y < 20: y = y * x",
        "for _ in range(3): y = y * x",
        "while True:\n    y = y * x\n    if y > 20: break",
    ],
)
def test_a_loop_on_one_line_and_one_without_an_end(lib, loop):
    builder = ran(lib, LEAVES + f"y = w\n{loop}")
    count = sum(any(change.kind == "moves" for change in line.changes) for line in builder.lines)
    assert count == 3


def test_the_lines_of_functions_count_and_those_of_libraries_do_not(lib):
    builder = ran(lib, LEAVES + "def f(a):\n    b = a * a\n    return b + 1\ny = f(w)")
    assert [(line.number, line.kind, line.function) for line in builder.lines[2:]] == [
        (3, "line", ""), (6, "call", ""), (4, "line", "f"), (5, "line", "f"), (6, "line", ""),
    ]  # fmt: skip
    assert said(builder, 6) == ["calls f", "f: a is another name of w", "y names AddBackward0 (n4)"]
    assert said(builder, 5) == ["returns AddBackward0 (n4)", "1 new node"]
    assert list(builder.lines[4].states)[-2:] == ["f: a", "f: b"]


def test_names_of_functions_end_with_them(lib):
    builder = ran(lib, LEAVES + "def f(a):\n    b = a * a\n    return 1\nn = f(w)")
    builder.position = len(builder.lines)
    assert list(builder.names) == ["w", "x"]
    assert nodes(builder, len(builder.lines)) == ["AccumulateGrad", "tensor"]


def test_recursion_and_closures(lib):
    builder = ran(
        lib,
        LEAVES
        + "def power(n):\n    if n == 0:\n        return w\n    return power(n - 1) * w\ny = power(3)",
    )
    assert [line.number for line in builder.lines if line.kind == "call"] == [7, 6, 6, 6]
    assert builder.lines[-1].states["y"].value == "16."


def test_a_generator(lib):
    builder = ran(
        lib,
        LEAVES
        + "def powers():\n    p = w\n    while True:\n        yield p\n        p = p * w\nfor p in powers():\n    if p > 10:\n        break\n",
    )
    assert builder.error is None
    assert builder.lines[-1].states["p"].value == "16."
    assert sum(line.kind == "call" for line in builder.lines) == 1


def test_a_comprehension_belongs_to_its_line(lib):
    builder = ran(lib, LEAVES + "ys = [w * i\n      for i in range(3)]\nz = sum(ys)")
    assert [(line.number, line.time) for line in builder.lines[2:]] == [(3, 1), (5, 1)]
    assert said(builder, 3) == ["ys = list of 3", "3 new nodes"]
    assert builder.lines[2].states["ys[0]"].node


def test_a_statement_of_several_lines_is_one(lib):
    builder = ran(lib, LEAVES + "y = torch.stack([\n    w * x,\n    w + x,\n])\nz = y.sum()")
    assert [line.number for line in builder.lines] == [1, 2, 3, 7]
    assert builder.lines[2].code == "y = torch.stack([ …"
    assert builder.data["steps"][3]["end"] == 6


def test_modules_defined_in_the_code(lib):
    builder = ran(
        lib,
        """class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.a = torch.nn.Linear(2, 1)

    def forward(self, x):
        return self.a(x).relu()
net = Net()
y = net(torch.ones(1, 2)).sum()
y.backward()
""",
    )
    assert builder.error is None
    assert [line.function for line in builder.lines] == [
        "", "", "Net.__init__", "Net.__init__", "", "", "Net.forward", "", "",
    ]  # fmt: skip
    assert "net.a.weight" in builder.lines[-1].states
    assert any(text.startswith("net.a.bias.grad: None -> ") for text in said(builder, 10))


# ---- what is printed


def test_what_is_printed_goes_where_it_always_goes(lib, capsys):
    out = sys.stdout
    builder = ran(
        lib, "import sys\nprint('a')\nprint('b', file=sys.stderr)\nfor i in range(2): print(i)"
    )
    assert capsys.readouterr() == ("a\n0\n1\n", "b\n")
    assert [line.printed for line in builder.lines[:3]] == ["", "a\n", "b\n"]
    assert "".join(line.printed for line in builder.lines[3:]) == "0\n1\n"
    assert sys.stdout is out


def test_who_keeps_the_output_writes_on_without_us(lib, capsys):
    names: dict[str, Any] = {"torch": lib}
    builder = ran(lib, "import sys\nout = sys.stdout", names)
    print("later", file=names["out"])
    assert capsys.readouterr().out == "later\n"
    assert builder.recording.journal.hears is False


# ---- backward


def test_the_backward_pass_of_a_line(lib):
    builder = ran(lib, LEAVES + "y = w * x\ny.backward()\ng = w.grad")
    assert said(builder, 4) == ["backward pass of y: 2 steps", "w.grad: None -> 3."]
    assert list(builder.passes) == [4]
    builder.into_backward()
    assert (builder.position, builder.inner) == (4, 1)
    builder.inner = 2
    with pytest.raises(traitlets.TraitError, match="inner must be from 0 to 2"):
        builder.inner = 3
    builder.position = 3
    assert builder.inner == 0
    with pytest.raises(traitlets.TraitError, match="inner must be from 0 to 0"):
        builder.inner = 1
    builder.position = 5
    with pytest.raises(ValueError, match="no line from here on"):
        builder.into_backward()


def test_the_pass_has_the_frames_of_the_stepper_and_the_ids_of_the_picture(lib):
    source = LEAVES + "y = ((w * x).exp() + w).exp()\n"
    names = {"torch": lib}
    builder = ran(lib, source + "y.backward()", names)
    fresh = {"torch": lib}
    exec(source, fresh)
    stepper = step(fresh["y"], {"w": fresh["w"], "x": fresh["x"], "y": fresh["y"]})
    of_builder, of_stepper = builder.data["passes"]["4"], stepper.data
    assert len(of_builder["frames"]) == len(of_stepper["frames"])
    for one, other in zip(of_builder["frames"], of_stepper["frames"], strict=True):
        assert of_builder["nodes"][one["node"]] == of_stepper["nodes"][other["node"]]
        assert one["says"] == other["says"]
        for out, wanted in zip(one["outgoing"], other["outgoing"], strict=True):
            assert out["value"] == wanted["value"]
            edge = builder.data["edges"][out["edge"]]
            assert (edge["source"], edge["target"]) == (one["node"], out["target"])
    assert names["w"].grad.item() == builder.passes[4].frames[-1].accumulated[0].after.item()


def test_a_root_without_a_name_and_a_gradient(lib):
    builder = ran(
        lib,
        "w = torch.ones(2, requires_grad=True)\n(w * w).sum().backward()\n(w * 3).backward(torch.ones(2))",
    )
    assert list(builder.passes) == [2, 3]
    assert nodes(builder, 2) == ["AccumulateGrad", "MulBackward0", "SumBackward0"]
    assert nodes(builder, 3) == ["AccumulateGrad", "MulBackward0"]


def test_the_value_of_the_last_expression_is_a_root(lib):
    builder = ran(lib, LEAVES + "y = w * x\ny + 1")
    assert list(builder.passes) == [4]
    builder.into_backward()
    assert builder.recording.union.nodes[builder.data["passes"]["4"]["root"]].name == "AddBackward0"
    assert not ran(lib, LEAVES + "y = w * x\ny;").passes


def test_a_name_is_the_root(lib):
    names = {"torch": lib}
    builder = build(LEAVES + "y = w * x\nz = y + 1", names, root="y")
    assert [len(taken.frames) for taken in builder.passes.values()] == [2]
    for wrong in ("nobody", "x", "torch"):
        builder = build(LEAVES + "y = w * x", {"torch": lib}, root=wrong)
        assert builder.message == f"{wrong} is no scalar tensor with a graph."


def test_the_code_runs_once_and_hooks_too(lib):
    names = {"torch": lib, "seen": []}
    builder = ran(
        lib, LEAVES + "w.register_hook(seen.append)\ny = w * x\ny.backward()\nseen.append(0)", names
    )
    assert len(names["seen"]) == 2
    assert not builder.passes
    assert builder.message.startswith("A backward pass with tensor hooks")


def test_a_pass_belongs_to_the_line_that_runs_it(lib):
    builder = ran(
        lib,
        LEAVES
        + """class Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        return a * 2

    @staticmethod
    def backward(ctx, g):
        return g * 2
y = Twice.apply(w)
y.backward()
""",
    )
    (place,) = builder.passes
    assert (builder.lines[place - 1].number, builder.lines[place - 1].kind) == (12, "line")
    assert place == len(builder.lines)
    assert any(line.function == "Twice.backward" for line in builder.lines)


def test_retain_grad_and_a_value_without_a_graph(lib):
    builder = ran(
        lib,
        "x = torch.ones(2, requires_grad=True)\nh = x * 2\nh.retain_grad()\nh.sum().backward()\nx.grad.zero_()",
    )
    assert said(builder, 3) == []
    assert said(builder, 4)[1:] == ["x.grad: None -> [2., 2.]", "h.grad: None -> [1., 1.]"]
    assert said(builder, 5) == ["x.grad: [2., 2.] -> [0., 0.]", "value [0., 0.]"]


def test_the_grad_mode_is_known_before_there_is_a_tensor(lib):
    builder = ran(
        lib, "torch.set_grad_enabled(False)\nx = torch.ones(1)\ntorch.set_grad_enabled(True);"
    )
    assert said(builder, 1) == ["operations are no longer recorded"]
    assert said(builder, 3) == ["operations are recorded again"]


def test_several_outputs_of_one_node(lib):
    builder = ran(lib, "x = torch.ones(4, requires_grad=True)\na, b = x.split(2)\nc = a * b")
    builder.position = 2
    assert builder.names["a"] == builder.names["b"]
    assert builder.data["labels"][builder.names["a"]][0][1] == "a, b"


def test_no_address_gets_into_the_text(lib):
    builder = ran(lib, "class A: pass\na = A()\na")
    assert said(builder, 3)[0].startswith("value <")
    assert "0x" not in str(builder)
    assert "0x" not in str(ran(lib, "class A: pass\nraise ValueError(A())"))


def test_several_statements_on_one_line_are_one_step(lib):
    builder = ran(lib, "x = torch.ones(1, requires_grad=True); y = x * 2; y + 1")
    assert [(line.number, line.time) for line in builder.lines] == [(1, 1)]


def test_a_custom_function_prints_once(lib, capsys):
    ran(
        lib,
        LEAVES
        + """class Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        return a * 2

    @staticmethod
    def backward(ctx, g):
        print("backward")
        return g * 2
y = Twice.apply(w)
y.backward()
""",
    )
    assert capsys.readouterr().out == "backward\n"


def test_a_training_loop(lib):
    builder = ran(
        lib,
        LEAVES
        + "for _ in range(20):\n    loss = (w * x - 1) ** 2\n    loss.backward()\n    with torch.no_grad():\n        w -= 0.01 * w.grad\n    w.grad = None\n",
    )
    assert len(builder.passes) == recorder_passes()
    assert "Only the first 12 backward passes" in builder.message


def recorder_passes():
    from minigrad_widgets.journal import MOST_PASSES

    return MOST_PASSES


# ---- errors of the learner's


def struck(builder):
    union = builder.recording.union
    return [union.nodes[one].name for one in builder.lines[-1].struck]


def test_an_error_of_a_shape(lib):
    builder = ran(lib, "w = torch.ones(3, requires_grad=True)\nx = torch.ones(4)\ny = w + x\nz = 1")
    assert isinstance(builder.error, RuntimeError)
    assert builder.position == len(builder.lines) == 3
    assert builder.lines[-1].kind == "error"
    assert struck(builder) == ["AccumulateGrad", "tensor"]
    assert said(builder, 3)[0].startswith("RuntimeError: The size of tensor a (3)")
    assert "ERROR RuntimeError" in str(builder)


def test_an_error_in_a_function_marks_its_line(lib):
    builder = ran(lib, LEAVES + "def f(a):\n    b = a * 2\n    return b @ a\ny = f(w)")
    last = builder.lines[-1]
    assert (last.number, last.kind, last.function) == (5, "error", "f")
    assert struck(builder) == ["AccumulateGrad", "MulBackward0"]
    assert "f: b" in last.states


def test_an_in_place_change_strikes_the_node_that_saved(lib):
    builder = ran(lib, LEAVES + "e = (w * x).exp()\ne += 1\ne.backward()")
    assert struck(builder) == ["ExpBackward0"]
    assert builder.lines[-1].number == 5


def test_a_freed_graph(lib):
    builder = ran(lib, LEAVES + "y = (w * x).exp()\nz = y + 1\nz.backward()\nz.backward()")
    assert struck(builder) == ["ExpBackward0"]
    assert builder.lines[-1].number == 6
    assert list(builder.passes) == [5]


def test_an_error_that_is_caught(lib):
    builder = ran(
        lib, LEAVES + "try:\n    y = w @ x\nexcept RuntimeError as error:\n    y = w * x\ny"
    )
    assert builder.error is None
    assert said(builder, 4)[0].startswith("raises RuntimeError")
    assert builder.lines[-1].states["y"].value == "6."


@pytest.mark.parametrize(
    "what", ["raise SystemExit(3)", "raise KeyboardInterrupt", "import sys; sys.exit()"]
)
def test_the_end_of_the_program_is_kept(lib, what):
    builder = ran(lib, f"w = torch.ones(1)\n{what}\n")
    assert isinstance(builder.error, (SystemExit, KeyboardInterrupt))
    assert builder.lines[-1].number == 2


def test_the_traceback_shows_the_code(lib):
    builder = ran(lib, "def f():\n    raise ValueError('no')\nf()")
    text = "".join(traceback.format_exception(builder.error))
    assert "raise ValueError('no')" in text


# ---- what cannot be run line by line


@pytest.mark.parametrize("source", ["a = (", "def f(:", "a = 1\n  b = 2", "return 1", "a = 1 +"])
def test_syntax_errors_are_raised_and_nothing_runs(source):
    names = {}
    with pytest.raises(SyntaxError) as caught:
        build(f"ran = 1\n{source}", names)
    assert "ran" not in names
    with pytest.raises(SyntaxError) as python:
        compile(f"ran = 1\n{source}", "x", "exec")
    assert (caught.value.msg, caught.value.lineno) == (python.value.msg, python.value.lineno)


@pytest.mark.parametrize(
    "magic", ["%timeit a", "!ls", "b = !ls", "b = %time a", "a?", "?a", "  %%time"]
)
def test_magics_are_refused(magic):
    with pytest.raises(SyntaxError, match="magics, shell commands and"):
        build(f"a = 1\n{magic}\n", {})


@pytest.mark.parametrize(
    "source", ["await x", "async for i in x: pass", "async with x: pass", "[i async for i in x]"]
)
def test_await_is_refused(source):
    with pytest.raises(SyntaxError, match="awaits at its top level"):
        build(source, {})


def test_an_async_function_may_await(lib):
    builder = ran(
        lib,
        LEAVES
        + "import asyncio\nasync def f():\n    await asyncio.sleep(0)\n    return w * 2\ny = asyncio.run(f())",
    )
    assert builder.error is None
    assert builder.lines[-1].states["y"].value == "4."


@pytest.mark.parametrize("source", ["", "\n\n", "# nothing\n", '"""text"""', "pass"])
def test_code_that_does_nothing(source):
    builder = build(source, {})
    assert builder.error is None
    assert str(builder).startswith("line")
    assert builder.svg == ""
    assert builder.message == ""


# ---- limits


def test_an_endless_loop_is_recorded_up_to_a_limit(lib):
    builder = ran(lib, LEAVES + f"n = 0\nwhile n < {MOST_LINES}:\n    n += 1\ny = w * x\n")
    assert len(builder.lines) == MOST_LINES + 1
    last = builder.lines[-1]
    assert last.kind == "rest"
    assert last.states["n"].value == str(MOST_LINES)
    assert said(builder)[-4:] == [
        "the rest ran unrecorded",
        f"n = {MOST_LINES}",
        "y = MulBackward0 (n3), new node",
    ] or "the rest ran unrecorded" in said(builder)
    assert builder.message == "Only the first 2,000 lines were recorded; the rest ran unrecorded."
    assert sys.gettrace() is None or sys.gettrace()


def test_an_error_in_the_rest(lib):
    builder = ran(lib, f"n = 0\nwhile n < {MOST_LINES}:\n    n += 1\nraise ValueError('late')\n")
    assert str(builder.error) == "late"
    assert (builder.lines[-1].number, builder.lines[-1].kind) == (4, "error")


def test_a_graph_that_is_too_large(lib):
    builder = ran(lib, LEAVES + f"y = w\nfor _ in range({MOST_NODES}): y = y.exp()\nz = w * x")
    drawn = [node for node in builder.recording.union.nodes.values() if node.kind != "none"]
    assert len(drawn) == MOST_NODES
    assert builder.message.startswith(f"The picture has the first {MOST_NODES} nodes")
    assert builder.error is None


# ---- the trace function, threads, memory


@pytest.mark.parametrize("source", ["a = 1", "raise ValueError", "for i in range(3000): pass"])
def test_a_previous_trace_function_is_restored(source):
    def tracer(frame, event, arg):
        return None

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        build(source, {})
        assert sys.gettrace() is tracer
    finally:
        sys.settrace(before)


def test_a_debugger_that_the_code_starts_keeps_its_place():
    before = sys.gettrace()
    try:
        builder = build("import sys\nsys.settrace(lambda *_: None)\na = 1", {"mine": print})
        assert sys.gettrace() is not before
    finally:
        sys.settrace(before)
    assert builder.message.startswith("Something else took Python's trace function")
    assert builder.error is None


def test_threads_run_unrecorded(lib):
    builder = ran(
        lib,
        LEAVES
        + """import threading
def f():
    global y
    y = w * x
thread = threading.Thread(target=f)
thread.start()
thread.join()
""",
    )
    assert [line.function for line in builder.lines if line.function] == []
    assert builder.lines[-1].states["y"].value == "6."


def test_it_may_run_in_a_thread_itself(lib):
    found = []
    thread = threading.Thread(target=lambda: found.append(ran(lib, LEAVES + "y = w * x")))
    thread.start()
    thread.join()
    assert len(found[0].lines) == 3


def test_build_within_build(lib):
    names: dict[str, Any] = {"torch": lib, "build": build}
    builder = ran(lib, "b = build('w = torch.ones(1)', {'torch': torch})\nx = torch.ones(1)", names)
    assert len(names["b"].lines) == 1
    assert [line.number for line in builder.lines] == [1, 2]


def test_a_failure_of_the_recorder_does_not_reach_the_code(lib, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("of the recorder")

    monkeypatch.setattr(recorder_module.Recorder, "_begin", fail)
    names = {"torch": lib}
    builder = build(LEAVES + "y = w * x", names)
    assert names["y"].item() == 6.0
    assert builder.message == "Recording failed: of the recorder. The code itself ran on."


def test_frames_of_the_code_are_not_kept(lib):
    class Big:
        pass

    names: dict[str, Any] = {"torch": lib, "Big": Big, "refs": [], "ref": weakref.ref}
    builder = ran(lib, "def f():\n    big = Big()\n    refs.append(ref(big))\nf()", names)
    gc.collect()
    assert names["refs"][0]() is None
    assert builder.lines


def test_functions_of_the_code_work_afterwards(lib):
    names = {"torch": lib}
    builder = ran(lib, LEAVES + "def f(a):\n    return a * w", names)
    count = len(builder.lines)
    assert names["f"](names["x"]).item() == 6.0
    assert len(builder.lines) == count


# ---- the namespace


def test_the_globals_of_the_caller_are_the_default():
    build("_made_by_build = 3")
    assert globals().pop("_made_by_build") == 3


def test_language_and_size():
    builder = build("a = 1", {}, lang="zh", presenter=True)
    assert builder.data["presenter"] is True
    assert builder.data["words"]["names"] == "名称"
    assert str(builder).startswith("line  time  code")  # the text form is the same for all
    with pytest.raises(ValueError, match="'fr'"):
        build("a = 1", {}, lang="fr")


# ---- saved


def test_it_is_saved(tmp_path):
    builder = build(
        "import minigrad as torch\nw = torch.ones(1, requires_grad=True)\ny = w * w", {}
    )
    for ending in ("html", "svg", "txt"):
        builder.save(tmp_path / f"run.{ending}", 2)
    assert (tmp_path / "run.txt").read_text() == f"{builder}\n"
    assert (tmp_path / "run.svg").read_text() == builder.svg
    assert "<noscript><pre>line  time  code" in (tmp_path / "run.html").read_text()
    with pytest.raises(ValueError, match=r"must end in \.html, \.svg or \.txt"):
        builder.save(tmp_path / "run.doc")
    with pytest.raises(ValueError, match="position must be from 0 to 3"):
        builder.save(tmp_path / "run.html", 4)
    with pytest.raises(ValueError, match="there is no picture"):
        build("a = 1", {}).save(tmp_path / "none.svg")
    assert not (tmp_path / "none.svg").exists()


# ---- any program


NAMES = ("a", "b", "c")
STATEMENTS = st.one_of(
    st.builds("{} = {} * {}".format, *[st.sampled_from(NAMES)] * 3),
    st.builds("{} = {}".format, *[st.sampled_from(NAMES)] * 2),
    st.builds("{} = {}.detach()".format, *[st.sampled_from(NAMES)] * 2),
    st.builds("{} = {}.exp()".format, *[st.sampled_from(NAMES)] * 2),
    st.builds("{} = {} + 1".format, *[st.sampled_from(NAMES)] * 2),
    st.builds("{0} = {0}.clone(); {0}.mul_(0.5)".format, st.sampled_from(NAMES)),
    st.builds("with torch.no_grad(): {} = {} * 2".format, *[st.sampled_from(NAMES)] * 2),
    st.builds("for _ in range(2): {0} = {0} * {1}".format, *[st.sampled_from(NAMES)] * 2),
)


@given(st.lists(STATEMENTS, max_size=8))
def test_the_names_are_those_of_a_plain_run(statements):
    """Recording changes nothing: the values are those of exec, and labels stand where the names are."""
    import minigrad

    start = "a = torch.tensor(0.5, requires_grad=True)\nb = torch.tensor(0.25, requires_grad=True)\nc = a * b\n"
    source = start + "\n".join(statements)
    names, plain = {"torch": minigrad}, {"torch": minigrad}
    builder = build(source, names)
    exec(source, plain)
    assert builder.recording.failure is None
    assert builder.error is None
    builder.position = len(builder.lines)
    union = builder.recording.union
    for name in NAMES:
        assert names[name].item() == plain[name].item()
        assert str(names[name]) == str(plain[name])
        handle = names[name].grad_fn
        node = union.nodes[builder.names[name]]
        assert node.kind == (
            "op" if handle is not None else "leaf" if names[name].requires_grad else "plain"
        )
        if handle is not None:
            assert union.id_of(handle) == builder.names[name]
        label = builder.data["labels"][node.id][-1][1]
        assert name in label.split(" ")[0] or name in label
    for edge in union.edges:
        data = builder.data["edges"][edge.id]
        assert data["born"] >= builder.data["nodes"][edge.target]["born"]
