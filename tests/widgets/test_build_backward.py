"""build(): on into the backward pass, from a line that runs one or from a root. No browser."""

import pytest
import traitlets

from minigrad_widgets import build, step
from minigrad_widgets.journal import MOST_PASSES

LEAVES = "w = torch.tensor(2., requires_grad=True)\nx = torch.tensor(3.)\n"


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


@pytest.mark.parametrize(
    "line",
    [
        "w.register_hook(seen.append)",
        "y.grad_fn.register_hook(lambda out, into: seen.append(into))",
        "y.grad_fn.register_prehook(seen.append)",
        "y.grad_fn.next_functions[1][0].variable.register_hook(seen.append)",
    ],
)
def test_the_code_runs_once_and_hooks_too(lib, line):
    names = {"torch": lib, "seen": []}
    made = "y = w * x * torch.tensor(1., requires_grad=True)\n"
    builder = ran(lib, LEAVES + made + line + "\ny.backward()\nseen.append(0)", names)
    assert len(names["seen"]) == 2
    assert not builder.passes
    assert builder.message.startswith("A backward pass with hooks")


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
        + "for _ in range(50):\n    loss = (w * x - 1) ** 2\n    loss.backward()\n    with torch.no_grad():\n        w -= 0.01 * w.grad\n    w.grad = None\n",
    )
    assert len(builder.passes) == MOST_PASSES
    assert "Only the first 40 backward passes" in builder.message
