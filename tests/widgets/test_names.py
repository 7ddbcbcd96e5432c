"""find_names: the learner's variables, found in the notebook or given."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from minigrad_widgets.graph import trace_graph
from minigrad_widgets.names import find_names


def as_draw_does(names=None):
    """Stand where draw() stands: one call above find_names."""
    return find_names(names)


def test_the_callers_variables_are_found(lib):
    x = lib.tensor(2.0, requires_grad=True)
    y = x * x
    found = as_draw_does()
    assert found["x"] is x
    assert found["y"] is y
    assert list(found) == ["x", "y"]


def test_globals_of_the_caller_come_after_its_locals(lib):
    space = {"find": as_draw_does, "lib": lib}
    exec(
        "a = lib.ones(1)\nb = lib.ones(1)\n"
        "def inner():\n    a = lib.zeros(1)\n    return a, find()\n"
        "local, found = inner()",
        space,
    )
    assert found_is(space["found"], a=space["local"], b=space["b"])


def found_is(found, **expected):
    return all(found[name] is tensor for name, tensor in expected.items())


def test_names_with_an_underscore_are_not_the_learners(lib):
    space: dict[str, Any] = {
        "find": as_draw_does,
        "_1": lib.ones(1),
        "Out": {1: lib.ones(1)},
        "x": lib.ones(1),
    }
    exec("found = find()", space)
    assert list(space["found"]) == ["x"]


def test_variables_of_the_notebook_are_found_from_a_function_of_a_module(lib, monkeypatch):
    x = lib.ones(1)
    shell = SimpleNamespace(user_ns={"x": x, "_": x})
    ipython = SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    space: dict[str, Any] = {"find": as_draw_does}
    exec("found = find()", space)
    assert list(space["found"]) == ["x"]


def test_names_that_are_given_replace_those_that_are_found(lib):
    x = lib.ones(1)
    given = as_draw_does({"weight": x, "rate": 0.1})
    assert list(given) == ["weight"]
    assert given["weight"] is x


def test_parameters_of_a_module_have_its_name_in_front(lib):
    net = lib.nn.Sequential(lib.nn.Linear(2, 3), lib.nn.ReLU())
    found = as_draw_does()
    assert found["net.0.weight"] is net[0].weight
    assert found["net.0.bias"] is net[0].bias


def test_tensors_in_lists_and_dicts_are_named_by_their_place(lib):
    ws = [lib.ones(1), 3, lib.ones(1)]
    params = {"w": lib.ones(1)}
    found = as_draw_does()
    assert found_is(found, **{"ws[0]": ws[0], "ws[2]": ws[2], "params['w']": params["w"]})
    assert "ws[1]" not in found


def test_the_first_of_two_names_wins_and_a_variable_wins_over_a_container(lib):
    ws = [lib.tensor(1.0, requires_grad=True)]
    w = ws[0]
    alias = w
    y = alias * 1
    labels = [node.label for node in trace_graph(y, as_draw_does()).nodes]
    assert labels[:2] == ["y", "w"]


def test_a_name_that_was_given_a_new_tensor_no_longer_means_the_old_one(lib):
    x = lib.tensor(1.0, requires_grad=True)
    x = x * 2
    graph = trace_graph(x, as_draw_does())
    assert [(n.name, n.label) for n in graph.nodes[:2]] == [
        ("MulBackward0", "x"),
        ("AccumulateGrad", None),
    ]


def test_two_outputs_of_one_node_are_both_named(lib):
    x = lib.ones(4, requires_grad=True)
    left, right = x.split(2)
    graph = trace_graph(right * left, as_draw_does())
    (split,) = [node for node in graph.nodes if node.label and "left" in node.label]
    assert split.label == "left, right"


def test_looking_for_names_runs_no_code_of_the_learner(lib):
    class Trap:
        def __getattr__(self, name):
            raise AssertionError(f"asked for {name}")

        __bool__ = __len__ = __iter__ = __getattr__

    trap = Trap()
    x = lib.ones(1)
    assert as_draw_does()["x"] is x
    assert trap is not None


@pytest.mark.parametrize(
    ("names", "words"),
    [(3, "must be a dict"), (["x"], "must be a dict"), ({1: None}, "each key must be a str")],
)
def test_names_of_another_form_are_refused(names, words):
    with pytest.raises(TypeError, match=words):
        find_names(names)


def test_a_view_whose_history_nobody_can_tell_does_not_stop_a_picture(lib):
    """PyTorch raises an error where somebody asks for its grad_fn: only the one who draws it."""
    x = lib.ones(3, requires_grad=True)
    y = x * 2
    with lib.no_grad():
        view = y.view(3)
    y.mul_(2)
    names = {"x": x, "y": y, "view": view}
    assert str(trace_graph(y, names)) == str(trace_graph(y, {"x": x, "y": y}))
    with pytest.raises(RuntimeError, match="A view was created in no_grad mode"):
        trace_graph(view, names)
