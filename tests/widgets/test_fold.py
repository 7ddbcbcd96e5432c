"""fold: which nodes are in which group, and the pictures in which groups are nodes."""

import importlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad
from minigrad_widgets.fold import MANY, ROOM, fold
from minigrad_widgets.graph import Graph, GraphEdge, GraphNode, trace_graph
from minigrad_widgets.names import find_names
from minigrad_widgets.repeats import MOST_COPIES
from minigrad_widgets.scoping import scope, scopes
from minigrad_widgets.svg import new_prefix, picture


def loop(lib, steps):
    w = lib.tensor(0.5, requires_grad=True)
    h = lib.tensor(0.25, requires_grad=True)
    for _ in range(steps):
        h = (h * w).tanh()
    return h


def net(lib):
    nn = importlib.import_module(f"{lib.__name__}.nn")

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1 = nn.Linear(4, 4)
            self.fc2 = nn.Linear(4, 4, bias=False)

        def forward(self, x):
            return x + self.fc2(lib.relu(self.fc1(x)))

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(3, 4)
            self.blocks = nn.Sequential(Block(), Block(), Block())
            self.last = nn.Linear(4, 1)

        def forward(self, x):
            return self.last(self.blocks(lib.tanh(self.first(x))))

    return Net()


def group_of(folded, node):
    """Return the name of the group right around a node."""
    parent = folded.parents.get(node.id)
    return folded.groups[parent].name if parent else None


def by_name(folded):
    return {group.name: group for group in folded.groups.values()}


def members(folded, group):
    """Return all nodes in a group, at any depth."""
    nodes, stack = [], [group.id]
    while stack:
        item = stack.pop()
        if item in folded.groups:
            stack.extend(folded.groups[item].items)
        else:
            nodes.append(item)
    return nodes


def check(folded):
    """Every node is in the tree once; sizes are right; every state is a graph without loose ends."""
    graph = folded.graph
    items = [item for group in folded.groups.values() for item in group.items]
    assert len(items) == len(set(items))
    order = list(folded.groups)
    for group in folded.groups.values():
        assert group.size == len(members(folded, group))
        assert len(group.items) >= 2
        assert group.parent is None or order.index(group.parent) < order.index(group.id)
        assert all(folded.parents[item] == group.id for item in group.items)
    states = [frozenset(), folded.first_opened(), frozenset(order), frozenset(order[::2])]
    for opened in states:
        seen = folded.picture(opened)
        ids = {node.id for node in seen.graph.nodes}
        assert set(seen.places.values()) == ids
        assert set(seen.places) == {node.id for node in graph.nodes}
        assert seen.graph.root in ids
        assert all({edge.source, edge.target} <= ids for edge in seen.graph.edges)
        assert len({edge.id for edge in seen.graph.edges}) == len(seen.graph.edges)
        assert set(seen.edges.values()) == {edge.id for edge in seen.graph.edges}
        crossing = [e for e in graph.edges if seen.places[e.source] != seen.places[e.target]]
        assert set(seen.edges) == {edge.id for edge in crossing}
        boxes = {box.id for box in seen.graph.boxes}
        assert all(set(box.items) <= ids | boxes for box in seen.graph.boxes)
    all_seen = folded.picture(order).graph
    assert [n.id for n in all_seen.nodes] == [n.id for n in graph.nodes]
    assert all_seen.edges == graph.edges


# ------------------------------------------------------------------------------------- modules


def test_modules_are_known_by_the_names_of_their_parameters(lib):
    model = net(lib)
    loss = model(lib.ones(2, 3)).sum()
    names = find_names({"net": model, "loss": loss})
    folded = fold(trace_graph(loss, names), "module", names)
    check(folded)
    assert folded.rule == "module"
    groups = by_name(folded)
    assert {
        "net",
        "net.first",
        "net.blocks",
        "net.blocks.0",
        "net.blocks.0.fc1",
        "net.last",
    } <= set(groups)
    assert groups["net.blocks.0.fc1"].parent == groups["net.blocks.0"].id
    labels = {node.label: node for node in folded.graph.nodes if node.label}
    assert group_of(folded, labels["net.blocks.1.fc1.bias"]) == "net.blocks.1.fc1"
    made = {node.name: group_of(folded, node) for node in folded.graph.nodes if node.kind == "op"}
    assert made["SumBackward0"] is None  # not between parameters
    assert made["MmBackward0"].endswith(".fc2")  # uses a view of its weight, and no bias
    assert made["ReluBackward0"].startswith("net.blocks.")  # between fc1 and fc2
    assert made["TanhBackward0"] == "net"  # between first and blocks


def test_a_module_may_be_given_itself(lib):
    model = net(lib)
    p = next(iter(model.parameters()))  # another variable must not hide its name
    loss = model(lib.ones(2, 3)).sum()
    folded = fold(trace_graph(loss, find_names({"p": p})), model)
    assert "Net.blocks.2.fc2" in by_name(folded)
    check(folded)


def test_without_names_of_modules_there_is_nothing_to_fold_by(lib):
    folded = fold(trace_graph(loop(lib, 5)), "module", {})
    assert folded.groups == {}
    assert folded.rule == ""
    assert folded.picture().graph == folded.graph


# -------------------------------------------------------------------------------------- scopes


def test_scopes_know_what_ran_in_which_module(lib):
    model = net(lib)
    with scopes(model) as noted:
        out = model(lib.ones(2, 3))
    loss = out.sum()
    folded = fold(trace_graph(loss), noted)
    check(folded)
    groups = by_name(folded)
    # The last node of a block is its own, which the names alone cannot tell.
    add = [n for n in folded.graph.nodes if n.name == "AddBackward0"]
    assert [group_of(folded, n) for n in add] == [f"Net.blocks.{k}" for k in (2, 1, 0)]
    assert "Net.first" in groups
    assert group_of(folded, folded.graph.nodes[0]) is None
    assert not model._forward_hooks
    assert not model.blocks[0].fc1._forward_pre_hooks
    # found again without being given
    assert by_name(fold(trace_graph(loss), "scope")).keys() == groups.keys()


def test_a_module_that_runs_twice_is_two_groups(lib):
    nn = importlib.import_module(f"{lib.__name__}.nn")
    layer = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
    with scopes(layer, "layer") as noted:
        out = layer(layer(lib.ones(1, 2))).sum()
    folded = fold(trace_graph(out), noted)
    check(folded)
    assert {"layer", "layer (2)"} <= set(by_name(folded))
    shared = {n.id for n in folded.graph.nodes if n.kind == "leaf"}
    assert not shared & set(folded.parents)  # of both, so in neither


def test_a_module_that_fails_leaves_no_hook_and_no_open_scope(lib):
    model = net(lib)
    with pytest.raises(RuntimeError), scopes(model):
        model(lib.ones(2, 7))
    assert not model._forward_hooks
    with scopes(model) as noted:
        loss = model(lib.ones(2, 3)).sum()
    assert all(call.path[0] == "Net" for call in noted.calls)
    assert "Net.last" in by_name(fold(trace_graph(loss), noted))


def test_scopes_by_name_lie_in_one_another(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    with scope("encoder"):
        h = x * 2
        with scope("inner"):
            h = (h + 1).tanh()
        h = h * h
    loss = h.sum()
    folded = fold(trace_graph(loss), "scope")
    check(folded)
    groups = by_name(folded)
    assert groups["inner"].parent == groups["encoder"].id
    names = {n.name: group_of(folded, n) for n in folded.graph.nodes if n.kind == "op"}
    assert names["TanhBackward0"] == "inner"
    assert names["SumBackward0"] is None


@pytest.mark.parametrize("wrong", ["", None, 3])
def test_scope_needs_a_name(wrong):
    with pytest.raises(TypeError, match="name"), scope(wrong):
        pass


def test_scopes_needs_a_module():
    with pytest.raises(TypeError, match="needs a module, not int"), scopes(3):
        pass


# --------------------------------------------------------------------------------- repetition


def test_equal_steps_of_a_loop_become_one(lib):
    folded = fold(trace_graph(loop(lib, 12)), "repeat")
    check(folded)
    (top,) = [group for group in folded.groups.values() if group.parent is None]
    assert top.name == "Mul, Tanh"
    assert top.copies in (11, 12)  # the first step begins at a leaf
    seen = folded.picture().graph
    (node,) = [node for node in seen.nodes if node.kind == "group"]
    assert node.notes[0] == f"×{top.copies}"
    assert node.notes[1].startswith(f"{top.size} nodes")


def test_very_many_copies_are_groups_of_groups(lib):
    folded = fold(trace_graph(loop(lib, 1000)), "auto")
    check(folded)
    assert all(len(group.items) <= MOST_COPIES for group in folded.groups.values())
    assert len(folded.picture(folded.first_opened()).graph.nodes) <= ROOM


def test_what_is_not_joined_alike_is_not_equal():
    def chain(places):
        """Three nodes at a time, which lead on side by side or one after the other."""
        nodes = [
            GraphNode(f"n{k}", "op", "MulBackward0", None, (), "float32", None, (), False, 99 - k)
            for k in range(19)
        ]
        ends = []
        for k in range(6):
            a, b, c, on = range(3 * k, 3 * k + 4)
            ends += (
                [(a, b), (a, c), (b, on), (c, on)]
                if places[k]
                else [(a, b), (a, on), (b, c), (c, on)]
            )
        edges = [GraphEdge(f"e{k}", f"n{a}", f"n{b}", 0, 0) for k, (a, b) in enumerate(ends)]
        return Graph(tuple(nodes), tuple(edges), "n0", {})

    alike = fold(chain([1] * 6), "repeat")
    check(alike)
    assert max(group.copies for group in alike.groups.values()) == 6
    mixed = fold(chain([1, 0, 1, 1, 0, 1]), "repeat")
    check(mixed)
    assert max((group.copies for group in mixed.groups.values()), default=0) < 6


def test_parallel_neurons_are_equal_neighbours(lib):
    xs = [lib.tensor(float(k), requires_grad=True) for k in range(3)]
    outs = []
    for _ in range(8):
        weights = [lib.tensor(0.5, requires_grad=True) for _ in xs]
        s = weights[0] * xs[0]
        for w, x in zip(weights[1:], xs[1:], strict=True):
            s = s + w * x
        outs.append(lib.relu(s))
    folded = fold(trace_graph(sum(outs[1:], start=outs[0])), "repeat")
    check(folded)
    assert 8 in {group.copies for group in folded.groups.values()} or 7 in {
        group.copies for group in folded.groups.values()
    }


# ----------------------------------------------------------------------------------- functions


def test_a_function_names_the_group_of_each_node(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    loss = ((x * 2).tanh() * x).sum()
    folded = fold(
        trace_graph(loss),
        lambda node: {"MulBackward0": "all/products", "TanhBackward0": "all"}.get(node.name),
    )
    check(folded)
    assert folded.rule == "function"
    groups = by_name(folded)
    assert groups["products"].parent == groups["all"].id


def test_a_function_may_return_a_path_and_must_return_text(lib):
    graph = trace_graph(loop(lib, 3))
    assert by_name(fold(graph, lambda node: ("a/b", "c"))).keys() == {"c"}  # a/b holds only c
    with pytest.raises(TypeError, match="must return the name of a group, or None, not int"):
        fold(graph, lambda node: 3)


@pytest.mark.parametrize(("rule", "error"), [("modules", ValueError), (3, TypeError)])
def test_an_unknown_rule_is_refused_with_the_known_ones(lib, rule, error):
    with pytest.raises(error, match="module"):
        fold(trace_graph(loop(lib, 3)), rule)


# ------------------------------------------------------------------------------------ pictures


def test_a_group_says_what_goes_in_and_out(lib):
    x = lib.ones(2, 3, requires_grad=True)
    h = x * 2
    z = h.tanh().exp()
    loss = (z * h).sum()
    names = {"h": h, "z": z, "x": x}
    folded = fold(
        trace_graph(loss, names), lambda n: "part" if n.name[:3] in ("Tan", "Exp") else None
    )
    (group,) = [node for node in folded.picture().graph.nodes if node.kind == "group"]
    assert group.name == "part"
    assert group.notes == ("2 nodes", "in h [2, 3]", "out z [2, 3]")


def test_edges_side_by_side_are_one_with_their_number(lib):
    x = lib.tensor(2.0, requires_grad=True)
    y = x * 3
    loss = (y.tanh() + y.exp()).sin()
    folded = fold(
        trace_graph(loss), lambda n: "both" if n.name[:3] in ("Tan", "Exp", "Add") else None
    )
    seen = folded.picture()
    (edge,) = [edge for edge in seen.graph.edges if edge.count > 1]
    assert edge.count == 2
    merged = [key for key, value in seen.edges.items() if value == edge.id]
    assert len(merged) == 2


def test_an_unknown_group_cannot_be_unfolded(lib):
    with pytest.raises(KeyError, match="g99"):
        fold(trace_graph(loop(lib, 12)), "repeat").picture(["g99"])


HOSTILE = [
    "<script>alert(1)</script>",
    '"]; evil [label="',
    r"\N \G",
    "权重",
    "العربية \u202eabc",
    "&amp;]]>",
    "a\nb\x00",
]


def test_hostile_names_of_groups_are_text_in_the_picture():
    x = minigrad.tensor(2.0, requires_grad=True)
    h = x
    for _ in range(3 * len(HOSTILE)):
        h = h.tanh()
    counter = iter(range(1000))
    folded = fold(trace_graph(h), lambda node: (HOSTILE[next(counter) // 3 % len(HOSTILE)],))
    check(folded)
    for opened in ((), folded.groups):
        svg = picture(folded.picture(opened).graph, new_prefix())
        assert "<script" not in svg
        assert "evil [" not in svg or "&quot;]; evil" in svg or '"]; evil' in svg
        assert svg.count("data-box=") == (0 if not opened else len(folded.groups))


@st.composite
def graphs(draw):
    """Any graph of operations on one another, in the order in which they were made."""
    count = draw(st.integers(2, 30))
    nodes, edges = [], []
    for place in range(count):
        made = count - place
        kind = "op" if place < count - 2 else "leaf"
        name = (
            draw(st.sampled_from(["Mul", "Add", "Tanh"])) + "Backward0"
            if kind == "op"
            else "AccumulateGrad"
        )
        nodes.append(GraphNode(f"n{place}", kind, name, None, (), "float32", None, (), False, made))
        if kind == "op":
            for nr in range(draw(st.integers(1, 3))):
                target = draw(st.integers(place + 1, min(count - 1, place + 4)))
                edges.append(GraphEdge(f"e{len(edges)}", f"n{place}", f"n{target}", nr, 0))
    return Graph(tuple(nodes), tuple(edges), "n0", {})


@settings(max_examples=60, deadline=None)
@given(graphs(), st.integers(0, 5))
def test_any_graph_at_all(graph, seed):
    check(fold(graph, "repeat"))
    pick = random.Random(seed)
    check(
        fold(
            graph, lambda node: tuple(pick.choice("abc") for _ in range(pick.randint(0, 3))) or None
        )
    )


def test_the_fold_of_ten_thousand_nodes_is_small(lib):
    graph = trace_graph(loop(lib, 5000), {})
    assert len(graph.nodes) > 100 * MANY
    folded = fold(graph)
    assert len(folded.picture(folded.first_opened()).graph.nodes) <= ROOM
