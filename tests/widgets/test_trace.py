"""trace(): the order and the numbers of a backward pass, against PyTorch's own engine."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigrad
from minigrad_widgets.trace import trace

NO_TORCH = "PyTorch is not installed: nothing to compare with"
FREED = "Trying to backward through the graph a second time"


def engine_pass(root, taken):
    """Run PyTorch's engine over the graph of a trace; return what a hook on every node saw."""
    seen = []
    removable = []
    for node_id, node in taken.graph.handles.items():

        def hook(grad_inputs, grad_outputs, node_id=node_id):
            seen.append((node_id, grad_outputs, grad_inputs))

        removable.append(node.register_hook(hook))
    root.backward(taken.gradient, retain_graph=True)
    for handle in removable:
        handle.remove()
    return seen


def same(one, other):
    """Tell whether two gradients are the same, number by number."""
    if one is None or other is None:
        return one is other
    return one.shape == other.shape and one.dtype == other.dtype and one.equal(other)


def check_against_engine(root, names=None, gradient=None):
    """Assert that a trace has PyTorch's order, and the gradients of every node and every leaf."""
    taken = trace(root, names, gradient)
    seen = engine_pass(root, taken)
    assert [frame.node for frame in taken.frames] == [node_id for node_id, _, _ in seen]
    for frame, (_, received, returned) in zip(taken.frames, seen, strict=True):
        assert all(itertools.starmap(same, zip(frame.hooked, received, strict=True))), frame
        values = [sent.value for sent in frame.sent]
        assert all(itertools.starmap(same, zip(values, returned, strict=False))), frame
    for frame in taken.frames:
        for item in frame.accumulated:
            assert same(item.tensor.grad, item.after)
    return taken


def leaf(torch, *shape):
    return torch.randn(shape, requires_grad=True)


@pytest.fixture
def torch():
    torch = pytest.importorskip("torch", reason=NO_TORCH)
    torch.manual_seed(0)
    return torch


def test_a_neuron_in_torchs_order(torch):
    w, x, b = leaf(torch), torch.tensor(3.0), leaf(torch)
    taken = check_against_engine(torch.relu(w * x + b), {"w": w, "b": b})
    assert [taken.nodes[frame.node].label or frame.card.name for frame in taken.frames] == [
        "ReluBackward0",
        "AddBackward0",
        "b",
        "MulBackward0",
        "w",
    ]


def test_shared_subexpressions(torch):
    x = leaf(torch)
    y = x.sin()
    z = y * y + y.exp() * x
    check_against_engine(z * z + z)


def test_a_square_receives_by_two_edges(torch):
    x = torch.tensor(3.0, requires_grad=True)
    taken = check_against_engine(x * x)
    last = taken.frames[-1]
    assert [part.edge for part in last.parts] == ["e0", "e1"]
    assert [part.value.item() for part in last.parts] == [3.0, 3.0]
    assert last.received[0].item() == 6.0


def test_a_broadcast_bias_is_summed(torch):
    x, b, c = leaf(torch, 4, 3), leaf(torch, 3), leaf(torch, 4, 1)
    taken = check_against_engine((x + b * c).sum())
    summed = {sent.summed for frame in taken.frames for sent in frame.sent}
    assert summed == {(), (0,), (1,)}
    for sent in (sent for frame in taken.frames for sent in frame.sent if sent.summed):
        assert same(sent.raw.sum(sent.summed, keepdim=True).reshape(sent.value.shape), sent.value)


def test_matmul_of_every_shape(torch):
    a, b, c = leaf(torch, 2, 3), leaf(torch, 3, 4), leaf(torch, 5, 4, 2)
    check_against_engine((a @ b @ c).sum())
    check_against_engine((a @ b)[0] @ leaf(torch, 4))


def test_a_small_cnn(torch):
    functional = torch.nn.functional
    net = torch.nn.Conv2d(1, 2, 3)
    head = torch.nn.Linear(8, 3)
    images, labels = torch.randn(2, 1, 6, 6), torch.tensor([0, 2])
    hidden = functional.max_pool2d(net(images).relu(), 2)
    loss = functional.cross_entropy(head(hidden.flatten(1)), labels)
    taken = check_against_engine(loss, {"conv.weight": net.weight, "head.bias": head.bias})
    names = [frame.card.name for frame in taken.frames]
    assert names[:2] == ["NllLossBackward0", "LogSoftmaxBackward0"]
    assert {"ConvolutionBackward0", "MaxPool2DWithIndicesBackward0"} <= set(names)


def test_a_custom_function_with_other_arguments(torch):
    class Scale(torch.autograd.Function):  # pyright: ignore[reportUntypedBaseClass]
        @staticmethod
        def forward(ctx, x, factor, y):
            ctx.factor = factor
            ctx.save_for_backward(x)
            return x * factor, x + y

        @staticmethod
        def backward(ctx, first, second):
            assert not torch.is_grad_enabled()
            (x,) = ctx.saved_tensors
            return first * ctx.factor + second + 0 * x, None, second, None

    x, y = leaf(torch, 2), leaf(torch, 1)
    first, second = Scale.apply(x, 3.0, y)
    taken = check_against_engine((first * second).sum())
    assert "backward() written in class Scale" in taken.frames[-3].card.says("en")
    only = check_against_engine(first.sum())  # nothing arrives for the second: zeros stand in
    assert only.frames[1].received == (only.frames[1].received[0], None)


def test_retained_tensors_keep_what_arrives(torch):
    x = leaf(torch, 2)
    h = x.exp()
    h.retain_grad()
    loss = (h * h).sum()
    loss.retain_grad()
    taken = check_against_engine(loss, {"h": h, "x": x})
    assert {item.name for frame in taken.frames for item in frame.accumulated} == {
        "h",
        "x",
        "output of n0",
    }


def test_accumulation_starts_from_what_is_there(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    h = x * 2
    h.retain_grad()
    h.sum().backward(retain_graph=True)
    taken = check_against_engine(h.sum(), {"h": h})
    before = [item.before.tolist() for frame in taken.frames for item in frame.accumulated]
    assert before == [[1.0, 1.0], [2.0, 2.0]]


def test_several_outputs(torch):
    x = leaf(torch, 3, 4)
    first, _, third = x.unbind()
    check_against_engine((first * third).sum() + x.max(1)[0].sum() + x.split(2)[0].sum())
    check_against_engine(third.sum())


def test_tensor_hooks_change_what_flows(torch):
    x = leaf(torch, 2)
    h = x * 2
    x.register_hook(lambda grad: grad + 1)
    h.register_hook(lambda grad: grad * 10)
    h.register_hook(lambda grad: None)
    taken = check_against_engine(h.sum(), {"h": h})
    assert taken.frames[1].received[0].tolist() == [1.0, 1.0]
    assert taken.frames[1].hooked[0].tolist() == [10.0, 10.0]


def test_hooks_of_a_result_run_in_a_trace_as_in_backward(lib):
    x = lib.tensor([1.0, -2.0], requires_grad=True)
    h = x * 2
    h.retain_grad()
    x.register_hook(lambda grad: grad + 1)
    h.register_hook(lambda grad: grad * 10)
    h.register_hook(lambda grad: None)
    h.register_hook(lambda grad: grad + 5).remove()
    kept, added = (f.accumulated[0] for f in trace(h.sum(), {"h": h, "x": x}).frames[1:])
    h.sum().backward()
    assert kept.after.tolist() == h.grad.tolist() == [10.0, 10.0]
    assert added.after.tolist() == x.grad.tolist() == [21.0, 21.0]


def with_hooks_of_nodes(lib):
    """A sum over a broadcast and a leaf, all of whose nodes have hooks that change what flows."""
    x, b = lib.tensor([1.0, -2.0], requires_grad=True), lib.tensor(0.5, requires_grad=True)
    h = x * b
    leaf = h.grad_fn.next_functions[0][0]
    h.grad_fn.register_prehook(lambda grads: (grads[0] * 2,))
    h.grad_fn.register_hook(lambda out, into: (out[0] + into[0], out[1] * 10))
    h.grad_fn.register_hook(lambda out, into: None)
    h.grad_fn.register_hook(lambda out, into: (None, None)).remove()
    leaf.register_prehook(lambda grads: (grads[0] - 1,))
    return x, b, h.sum()


def test_hooks_of_nodes_run_in_a_trace_as_in_backward(lib):
    x, b, root = with_hooks_of_nodes(lib)
    taken = trace(root, {"x": x, "b": b})
    of = {item.name: item.after for frame in taken.frames for item in frame.accumulated}
    root.backward()
    assert (of["x"].tolist(), of["b"].tolist()) == (x.grad.tolist(), b.grad.tolist())
    assert x.grad.tolist() == [2.0, 2.0]
    assert b.grad.item() == -20.0
    assert "summed over dim 0" in str(taken)
    assert "= -2. by a hook -20. to b" in str(taken)


def test_hooks_of_nodes_against_the_engine(torch):
    check_against_engine(with_hooks_of_nodes(torch)[2])


def test_hooks_of_a_module_run_in_a_trace(torch):
    """Module.register_full_backward_hook puts custom Functions with hooks around the module."""
    net = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 1))
    net[1].register_full_backward_hook(lambda module, into, out: (into[0] * 10,))
    net[1].register_full_backward_pre_hook(lambda module, out: (out[0] * 3,))
    check_against_engine(net(torch.ones(1, 2)).sum())


def test_a_frame_shows_gradients_as_they_were_before_somebody_changed_them_in_place(lib: Any):
    """A hook and a Function that double what they get also double it where it goes besides."""

    class Doubles(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, grad):
            return grad.mul_(2)

    x, y = (lib.tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    h = x * 1
    h.register_hook(lambda grad: grad.mul_(3))
    root = Doubles.apply(h + y)
    given = lib.tensor([1.0, 10.0])
    taken = trace(root, {"x": x, "y": y, "h": h}, given)
    assert given.tolist() == [1.0, 10.0]
    first, second = taken.frames[:2]
    assert [g.tolist() for g in (*first.received, first.sent[0].value)] == [[1, 10], [2, 20]]
    assert [one.value.tolist() for one in second.sent] == [[2, 20], [2, 20]]
    of_h = next(f for f in taken.frames if taken.graph.handles[f.node] is h.grad_fn)
    assert [g.tolist() for g in (*of_h.received, *of_h.hooked)] == [[2, 20], [6, 60]]
    found = {item.name: item.after.tolist() for f in taken.frames for item in f.accumulated}
    root.backward(given)
    assert found == {"x": x.grad.tolist(), "y": y.grad.tolist()}


def test_a_leaf_that_stopped_to_require_grad_gets_none(lib):
    x, y = (lib.tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    root = (x * y).sum()
    x.detach_()
    taken = trace(root, {"x": x, "y": y})
    assert [item.name for f in taken.frames for item in f.accumulated] == ["y"]
    root.backward()
    assert x.grad is None


def test_hooks_of_several_tensors_are_told_and_do_not_run(lib):
    x, y = (lib.tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    h = x * y
    seen = []
    for mode in ("all", "any"):
        lib.autograd.graph.register_multi_grad_hook((h, y), seen.append, mode=mode)
    taken = trace(h.sum(), {"x": x, "y": y, "h": h})
    assert taken.later == ("h", "y")
    assert seen == []


@pytest.mark.parametrize(
    "hook",
    [lambda grad: 3, lambda grad: grad.double(), lambda grad: grad[:1], lambda grad: grad * 2],
)
@pytest.mark.parametrize("missing", [False, True])
def test_hooks_are_complained_of_as_in_backward(lib: Any, hook, missing):
    """A hook is told of a missing gradient, too."""

    class Passes(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, grad):
            return None if missing else grad

    x = lib.tensor([1.0, 2.0], requires_grad=True)
    x.register_hook(hook)
    said = []
    for run in (lambda root: trace(root, {"x": x}), lambda root: root.backward()):
        try:
            run(Passes.apply(x).sum())
            said.append(None)
        except Exception as error:  # noqa: BLE001 - every exception is an outcome
            said.append((type(error), str(error)))
    assert said[0] == said[1]


def test_hooks_that_wait_for_the_finished_grad_are_told(lib):
    x, b, c = (lib.tensor(2.0, requires_grad=True) for _ in "xbc")
    root = x * b * c
    x.register_post_accumulate_grad_hook(lambda leaf: leaf.grad.zero_() and None)
    c.register_post_accumulate_grad_hook(lambda leaf: None).remove()
    root.grad_fn.next_functions[0][0].next_functions[1][0].register_hook(lambda out, into: None)
    taken = trace(root, {"x": x, "b": b, "c": c})
    assert sorted(taken.later) == ["b", "x"]


def test_dtypes_follow_the_edges(torch):
    x = leaf(torch, 2)
    taken = check_against_engine((x * torch.ones(2, dtype=torch.float64)).sum())
    assert taken.frames[-1].received[0].dtype is torch.float32


def test_views_and_changes_in_place(torch):
    x, y = leaf(torch, 3), leaf(torch)
    base = x * 1
    base[0] = y
    base.mul_(2)
    check_against_engine((base * base).sum())


def test_a_given_gradient(torch):
    x = leaf(torch, 3)
    check_against_engine(x * x, gradient=torch.tensor([1.0, 0.0, -2.0]))
    assert trace(x * x, gradient=[1, 0, -2]).gradient.tolist() == [1.0, 0.0, -2.0]


# ---- any graph

OPERATIONS = {
    "add": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "sub": lambda a, b: a - b,
    "sin": lambda a, b: a.sin(),
    "relu": lambda a, b: a.relu(),
    "square": lambda a, b: a * a,
}


@st.composite
def programs(draw):
    """Return the shapes of some leaves, and operations on what came before."""
    shapes = draw(st.lists(st.sampled_from([(), (3,), (2, 3), (2, 1)]), min_size=1, max_size=3))
    steps = []
    for size in range(len(shapes), len(shapes) + draw(st.integers(1, 10))):
        place = st.integers(0, size - 1)
        operation = draw(st.sampled_from(sorted(OPERATIONS)))
        steps.append((operation, draw(place), draw(place)))
    return shapes, steps


def run_program(lib, shapes, steps):
    """Compute a scalar; the leaves are filled with the same numbers in both libraries."""

    def filled(number, shape):
        values = [((7 * number + 3 * k) % 11 - 5) / 4 for k in range(6)]
        rows = {(): values[0], (3,): values[:3], (2, 1): [values[:1], values[1:2]]}
        return lib.tensor(rows.get(shape, [values[:3], values[3:]]), requires_grad=True)

    made = [filled(number, shape) for number, shape in enumerate(shapes)]
    leaves = {f"x{number}": value for number, value in enumerate(made)}
    for operation, one, other in steps:
        a, b = made[one], made[other]
        made.append(OPERATIONS[operation](a, b))
    return made[-1].sum(), leaves


@given(programs())
def test_any_graph_runs_in_torchs_order(program):
    torch = pytest.importorskip("torch", reason=NO_TORCH)
    root, leaves = run_program(torch, *program)
    check_against_engine(root, leaves)


@given(programs())
def test_both_libraries_give_the_same_table(program):
    tables = []
    for lib in (minigrad, pytest.importorskip("torch", reason=NO_TORCH)):
        root, leaves = run_program(lib, *program)
        tables.append(str(trace(root, leaves)))
    assert tables[0] == tables[1]


# ---- nothing changes


def test_nothing_is_consumed_or_touched(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    x.grad = before = lib.tensor([5.0, 5.0])
    first = str(trace(y))
    assert x.grad is before
    assert before.tolist() == [5.0, 5.0]
    assert str(trace(y)) == first
    y.backward()
    assert x.grad.tolist() == [7.0, 9.0]


def test_grad_mode_of_the_caller_stays(lib):
    x = lib.tensor(2.0, requires_grad=True)
    y = x * x
    with lib.no_grad():
        trace(y)
        assert not lib.is_grad_enabled()
    trace(y)
    assert lib.is_grad_enabled()
    assert not any(frame.received[0].requires_grad for frame in trace(y).frames)


def test_the_ready_queue_is_what_runs_next(lib):
    x, w = (lib.tensor(value, requires_grad=True) for value in (2.0, 3.0))
    taken = trace(x * w + w)
    for frame, following in itertools.pairwise(taken.frames):
        assert frame.ready[0] == following.node
    assert taken.frames[-1].ready == ()


# ---- the table


def test_the_table_of_a_neuron(lib):
    w, x, b = (lib.tensor(value, requires_grad=True) for value in (2.0, 3.0, 1.0))
    z = w * x
    y = lib.relu(z + b)
    w.grad = lib.tensor(10.0)
    assert (
        str(trace(y, {"w": w, "x": x, "b": b, "y": y, "z": z}))
        == """\
step  node            tensor  gradient in  gradient out
   1  ReluBackward0   y       1.           1. to AddBackward0
   2  AddBackward0            1.           1. to MulBackward0 (z)
                                           1. to b
   3  AccumulateGrad  b       1.           b.grad: None + 1. = 1.
   4  MulBackward0    z       1.           3. to w
                                           2. to x
   5  AccumulateGrad  w       3.           w.grad: 10. + 3. = 13.
   6  AccumulateGrad  x       2.           x.grad: None + 2. = 2."""
    )


def test_the_table_of_a_broadcast_and_of_two_paths(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    b = lib.tensor(3.0, requires_grad=True)
    h = x + b
    assert (
        str(trace((h * h).sum(), {"x": x, "名": b, "h": h}))
        == """\
step  node            tensor  gradient in                      gradient out
   1  SumBackward0            1.                               [1., 1.] to MulBackward0
   2  MulBackward0            [1., 1.]                         [4., 5.] to AddBackward0 (h)
                                                               [4., 5.] to AddBackward0 (h)
   3  AddBackward0    h       [4., 5.] + [4., 5.] = [8., 10.]  [8., 10.] to x
                                                               [8., 10.] summed over dim 0
                                                               = 18. to 名
   4  AccumulateGrad  x       [8., 10.]                        x.grad: None + [8., 10.] = [8., 10.]
   5  AccumulateGrad  名      18.                              名.grad: None + 18. = 18."""
    )


def test_the_table_escapes_names_and_has_no_address(lib):
    x = lib.tensor(1.0, requires_grad=True)
    table = str(trace(x * x, {"a\n<b>\x00": x}))
    assert "a\\n<b>\\x00" in table
    assert "0x" not in table.replace("\\x00", "")
    assert len(table.splitlines()) == 4


# ---- bad input


@pytest.mark.parametrize("value", [3, None, "x", [1.0]])
def test_not_a_tensor(value):
    with pytest.raises(TypeError, match=r"step\(\) needs a tensor .*, not " + type(value).__name__):
        trace(value)


def test_a_leaf_has_nothing_to_step_through(lib):
    with pytest.raises(ValueError, match="it has no grad_fn, so there is nothing to step through"):
        trace(lib.tensor(3.0, requires_grad=True))


def test_a_tensor_without_grad(lib):
    with pytest.raises(RuntimeError, match="element 0 of tensors does not require grad and does"):
        trace(lib.tensor(3.0) * 2)


def test_a_vector_needs_a_gradient(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(RuntimeError, match="grad can be implicitly created only for scalar output"):
        trace(x * x)


def test_a_gradient_of_the_wrong_shape(lib):
    y = lib.tensor([1.0, 2.0], requires_grad=True) * 2
    messages = []
    for call in (lambda: trace(y, gradient=lib.ones(3)), lambda: y.backward(lib.ones(3))):
        with pytest.raises(RuntimeError) as error:
            call()
        messages.append(str(error.value))
    assert messages[0] == messages[1]
    assert messages[0].startswith("Mismatch in shape")


@pytest.mark.parametrize(("root", "gradient"), [(1.0, 1j), (1j, 1.0), (1j, None)])
def test_a_complex_start_is_refused_as_pytorch_refuses_it(both, root, gradient):
    _, torch = both
    y = torch.tensor(root, requires_grad=True) * 2
    start = None if gradient is None else torch.tensor(gradient)
    messages = []
    for call in (lambda: trace(y, gradient=start), lambda: y.backward(start)):
        with pytest.raises(RuntimeError) as error:
            call()
        messages.append(str(error.value))
    assert messages[0] == messages[1]


def test_a_freed_graph(lib):
    x = lib.tensor(2.0, requires_grad=True)
    y = x * x
    y.backward()
    grad = x.grad
    with pytest.raises(RuntimeError, match=FREED):
        trace(y)
    assert x.grad is grad


@pytest.mark.parametrize(
    "returned",
    [
        lambda torch, grad: (grad,),
        lambda torch, grad: (grad, None, grad, grad),
        lambda torch, grad: grad,
        lambda torch, grad: (grad.sum(), None, None),
        lambda torch, grad: (torch.ones(3), None, None),
        lambda torch, grad: (3, None, None),
        lambda torch, grad: (torch.ones(4, 2), None, None),
        lambda torch, grad: (grad, None, None, None),
        lambda torch, grad: (None, None, None),
        lambda torch, grad: (grad.double(), None, None),
        lambda torch, grad: (grad, grad, grad),
    ],
)
def test_what_a_custom_function_may_return(lib, returned):
    """What backward() accepts is traced, and what it complains about is complained about alike."""

    class Custom(lib.autograd.Function):  # pyright: ignore[reportUntypedBaseClass]
        @staticmethod
        def forward(ctx, x, factor, y):
            return x * factor + y

        @staticmethod
        def backward(ctx, grad):
            return returned(lib, grad)

    def attempt(run):
        x = lib.tensor([1.0, 2.0], requires_grad=True)
        try:
            y = lib.ones(2, requires_grad=True)
            return run(x, Custom.apply(x, 3.0, y).sum())
        except RuntimeError as error:
            return str(error)

    def by_trace(x, root):
        items = [item for frame in trace(root).frames for item in frame.accumulated]
        return items[0].after.tolist() if items else None

    def by_backward(x, root):
        root.backward()
        return None if x.grad is None else x.grad.tolist()

    assert attempt(by_trace) == attempt(by_backward)
