"""build(): what every line did, on minigrad and on PyTorch. No browser."""

import sys
from typing import Any

import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st

from minigrad_widgets import build

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
    assert data["image/png"].startswith("iVBORw0KGgo")
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
    before, after = builder.data["steps"]
    assert before["marks"] == {}  # and it is not new
    assert list(after["marks"].values()) == ["new"]


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


def test_a_view_of_a_leaf_from_inference_mode_has_no_node(lib):
    """It says that it requires grad, and has no grad_fn."""
    builder = ran(lib, LEAVES + "with torch.inference_mode():\n    v = w.view(1)\n")
    assert nodes(builder, len(builder.lines)) == ["AccumulateGrad", "tensor", "tensor"]


def test_views_whose_history_nobody_can_tell_are_recorded_as_plain_tensors(lib):
    """PyTorch raises an error where somebody asks for their grad_fn."""
    builder = ran(lib, "x = torch.ones(2, requires_grad=True)\ny = x * 2\na, b = y\ny.mul_(2)\n")
    assert "a: 2. -> 4." in said(builder, 4)
    assert nodes(builder, 4).count("tensor") == 2


def test_the_parameters_of_a_lazy_layer_are_tensors_after_its_first_call(lib):
    source = "m = torch.nn.LazyLinear(3)\nz = m(torch.ones(2, 4)).sum()\n"
    builder = ran(lib, source)
    assert "m.weight = UninitializedParameter" in said(builder, 1)
    assert nodes(builder, 1) == []
    assert nodes(builder, 2).count("AccumulateGrad") == 2
