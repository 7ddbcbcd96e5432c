"""Every exercise: right answers in several forms, each typical mistake by its name, no answer."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from minigrad_widgets import exercises


@pytest.fixture
def said(capsys) -> Callable[..., str]:
    """Run a check and return what it printed."""

    def call(check, *args):
        capsys.readouterr()
        assert check(*args) is None
        return capsys.readouterr().out

    return call


# ------------------------------------------------------------------------------------- predictions


@pytest.mark.parametrize(
    ("prediction", "result"),
    [
        (3, 3.0),
        (2.72, 2.7183),
        ("Error ", "error"),
        (True, True),
        (None, None),
        ((1, None), (1.0, None)),
        ([1, 2], np.array([1.0, 2.0])),
        ((4, 3), (4, 3)),
    ],
)
def test_a_prediction_came_true(said, prediction, result):
    assert "(right)" in said(exercises.compare, prediction, result)


@pytest.mark.parametrize(
    ("prediction", "result"),
    [
        (3, 4.0),
        (None, 0.0),
        (0, None),
        ("error", 0.0),
        (True, False),
        ((1, None), (None, 1)),
        ([1, 2], [1, 2, 3]),
        ((4, 3), (3, 4)),
        ([[1], [2, 3]], 3.0),
    ],
)
def test_a_prediction_did_not_come_true(said, prediction, result):
    assert "(find out why)" in said(exercises.compare, prediction, result)


def test_predictions_of_tensors(said, lib):
    vector = lib.tensor([12.0, 18.0], requires_grad=True)
    for prediction in ([12, 18], (12.0, 18.0), vector, np.array([12, 18])):
        assert "(right)" in said(exercises.compare, prediction, vector)
    pair = (lib.tensor(3.0), None)
    assert said(exercises.compare, (2, None), pair).splitlines() == [
        "Your prediction: (2, None)   (find out why)",
        "The result:      (3., None)",
    ]


def test_no_prediction(said):
    for prediction in (..., (..., ...), [1, ...]):
        assert said(exercises.compare, prediction, 3.0) == (
            "Your prediction: none\nThe result:      3.\n"
        )


# ---------------------------------------------------------------------------------------- lesson 1


@pytest.fixture
def two_paths(said, lib):
    p, q = (lib.tensor(value, requires_grad=True) for value in (5.0, 2.0))
    return lambda dp, dq: said(exercises.check_two_paths, p, q, dp, dq)


def test_two_paths_right(two_paths, lib):
    for dp, dq in [(10, -4), (10.0, -4.0), (lib.tensor(10.0), lib.tensor([-4.0]))]:
        assert two_paths(dp, dq) == "dp: right.\ndq: right.\n"


def test_two_paths_open(two_paths):
    assert two_paths(..., ...).startswith("Not answered yet: dp, dq.")
    said = two_paths(10, ...)
    assert said.startswith("Not answered yet: dq.")
    assert "dp: right." in said


@pytest.mark.parametrize(
    ("dp", "dq", "name"),
    [
        (3, -4, "only what arrives through plus"),
        (7, -4, "only what arrives through minus"),
        (2, -4, "Multiply it by the gradient that comes in"),
        (-10, -4, "the sign is wrong"),
        (11, -4, "two arrivals are added"),
        ("ten", -4, "not a str"),
        (None, -4, "no gradient"),
        ([10, 10], -4, "shape (2,)"),
        (10, 10, "minus changes the sign"),
        (10, 4, "factors are swapped"),
        (10, 3, "only what arrives through plus"),
        (10, -7, "only what arrives through minus"),
        (10, 7, "only what arrives through minus. Add what arrives on the other path. And minus"),
        (10, 0, "Multiply it by the gradient that comes in"),
        (10, -1, "Multiply it by the gradient that comes in"),
    ],
)
def test_two_paths_wrong(two_paths, dp, dq, name):
    assert name in two_paths(dp, dq)
    assert two_paths(dp, dq).count("not right") == 1


def make_walk(step):
    """A walk of which `step` does the part that the learner writes."""

    def walk(node, gradient):
        results = node(gradient)
        if not isinstance(results, tuple):
            results = (results,)
        for (next_node, _), result in zip(node.next_functions, results, strict=False):
            step(walk, next_node, result, gradient)

    return walk


def follow_first_pair_only(node, gradient):
    results = node(gradient)
    results = results if isinstance(results, tuple) else (results,)
    if node.next_functions:
        follow_first_pair_only(node.next_functions[0][0], results[0])


def walk_that_assigns(node, gradient):
    if hasattr(node, "variable"):
        node.variable.grad = gradient.detach()
        return
    results = node(gradient)
    results = results if isinstance(results, tuple) else (results,)
    for (next_node, _), result in zip(node.next_functions, results, strict=True):
        if next_node is not None:
            walk_that_assigns(next_node, result)


def send(walk, next_node, result, gradient):
    if next_node is not None:
        walk(next_node, result)


def test_walk_right(said, lib):
    root = lib.tensor(1.0, requires_grad=True)
    assert said(exercises.check_walk, make_walk(send), root).startswith("walk: right")
    assert root.grad is None


def test_walk_open(said, lib):
    untouched = make_walk(lambda *_: ...)
    assert said(exercises.check_walk, untouched, lib.tensor(1.0)).startswith("Not answered yet")


def keep_only_tensors(step):
    return lambda walk, node, result, gradient: (
        step(walk, node, result, gradient) if node is not None else None
    )


@pytest.mark.parametrize(
    ("walk", "name"),
    [
        (make_walk(lambda walk, node, result, _: walk(node, result)), "Leave it out"),
        (
            make_walk(keep_only_tensors(lambda walk, node, _, gradient: walk(node, gradient))),
            "hands on what came in",
        ),
        (
            make_walk(
                keep_only_tensors(lambda walk, node, result, _: walk(node, result.new_ones(())))
            ),
            "starts each node with 1",
        ),
        (follow_first_pair_only, "Follow every pair"),
        (walk_that_assigns, "the last path wins"),
        (
            make_walk(keep_only_tensors(lambda walk, node, result, _: walk(node, -result))),
            "backward() leaves",
        ),
        (lambda node, gradient: walk_for_ever(node, gradient), "never ends"),
        (lambda node, gradient: node(gradient).no_such_thing, "it stopped with AttributeError"),
    ],
)
def test_walk_wrong(said, lib, walk, name):
    said = said(exercises.check_walk, walk, lib.tensor(1.0))
    assert said.startswith("walk: not right:")
    assert name in said


def walk_for_ever(node, gradient):
    walk_for_ever(node, gradient)


# ---------------------------------------------------------------------------------------- lesson 2

MATRIX = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]


@pytest.fixture
def weights(said, lib):
    matrix = lib.tensor(MATRIX)
    target = lib.tensor([-2.0, -1.0, 0.0])  # twice the first row minus the second
    return lambda v: said(exercises.check_weights, matrix, target, v)


def test_weights_right(weights, lib):
    for v in ([2, -1], (2.0, -1.0), np.array([2, -1]), lib.tensor([2.0, -1.0])):
        assert weights(v) == "v: right.\n"


def test_weights_open(weights):
    assert weights(...).startswith("Not answered yet: v.")
    assert weights([..., ...]).startswith("Not answered yet: v.")


@pytest.mark.parametrize(
    ("v", "name"),
    [
        ([1, 1], "ones add up all rows alike"),
        ([-1, 2], "belongs to the first row"),
        ([-2, 1], "the sign is wrong"),
        ([2, -1, 0], "the shape of x"),
        ([[2, -1]], "shape (1, 2)"),
        (2, "shape ()"),
        ("2, -1", "not a str"),
        (None, "None"),
        ([2, 1], "the target is [-2., -1., 0.]"),
    ],
)
def test_weights_wrong(weights, v, name):
    assert weights(v).startswith("v: not right:")
    assert name in weights(v)


@pytest.fixture
def layer(said, lib):
    X = lib.arange(8.0).reshape(4, 2)
    W = lib.ones(2, 3, requires_grad=True)
    b = lib.zeros(3, requires_grad=True)
    G = lib.tensor([[1.0, 0.0, 2.0], [0.0, 1.0, 3.0], [3.0, 1.0, 0.0], [1.0, 1.0, -1.0]])

    def check(dW: Any, db: Any) -> str:
        answers = [a(X, G) if callable(a) else a for a in (dW, db)]
        out = said(exercises.check_layer, X, W, b, G, *answers)
        assert W.grad is b.grad is None
        return out

    return check


RIGHT_W: Any = lambda X, G: X.t() @ G
RIGHT_B: Any = lambda X, G: G.sum(0)


def test_layer_right(layer):
    assert layer(RIGHT_W, RIGHT_B) == "dW: right.\ndb: right.\n"
    assert layer(lambda X, G: (G.t() @ X).t(), [5, 3, 4]) == "dW: right.\ndb: right.\n"


def test_layer_open(layer):
    assert layer(..., ...).startswith("Not answered yet: dW, db.")
    assert "dW: right." in layer(RIGHT_W, ...)


@pytest.mark.parametrize(
    ("dW", "name"),
    [
        (lambda X, G: X.t() @ (G * 0 + 1), "G is missing"),
        (lambda X, G: X, "G is missing"),
        (lambda X, G: G.t() @ X, "transposed"),
        (lambda X, G: X.t() @ G / 4, "mean"),
        (lambda X, G: -(X.t() @ G), "the sign is wrong"),
        (lambda X, G: (X.t() @ G).sum(0), "shape (3,)"),
        (lambda X, G: X.t() @ G + 1, "W[i, j]"),
        (lambda X, G: "X.t() @ G", "not a str"),
    ],
)
def test_layer_weights_wrong(layer, dW, name):
    said = layer(dW, RIGHT_B)
    assert said.startswith("dW: not right:")
    assert name in said
    assert "db: right." in said


@pytest.mark.parametrize(
    ("db", "name"),
    [
        (lambda X, G: G, "Sum over the rows"),
        (lambda X, G: G.sum(1), "the wrong dimension"),
        (lambda X, G: (G * 0 + 1).sum(0), "G is missing"),
        (lambda X, G: [1, 1, 1], "G is missing"),
        (lambda X, G: G.mean(0), "mean"),
        (lambda X, G: G[0], "one row of G"),
        (lambda X, G: G.sum(), "sums over everything"),
        (lambda X, G: G.sum(0, keepdim=True), "The shape of b is (3,)"),
        (lambda X, G: -G.sum(0), "the sign is wrong"),
        (lambda X, G: 2 * G.sum(0), "b is added to each row"),
    ],
)
def test_layer_bias_wrong(layer, db, name):
    said = layer(RIGHT_W, db)
    assert name in said
    assert "dW: right." in said


# ---------------------------------------------------------------------------------------- lesson 3


@pytest.fixture
def accumulation(said, lib):
    x = lib.tensor(3.0, requires_grad=True)
    return lambda *answers: said(exercises.check_accumulation, x, *answers)


def test_accumulation_right(accumulation, lib):
    assert accumulation(6, 12.0, lib.tensor(5.0), [8]).count("right.") == 4


def test_accumulation_open(accumulation):
    said = accumulation(..., ..., ..., ...)
    assert said.startswith("Not answered yet: first, second, third, fourth.")


@pytest.mark.parametrize(
    ("answers", "name"),
    [
        ((3, 12, 5, 8), "two edges"),
        ((6, 6, 5, 8), "*adds*"),
        ((6, 0, 5, 8), "nothing cleared"),
        ((6, 12, 17, 8), "had cleared"),
        ((6, 12, 11, 8), "had cleared"),
        ((6, 12, 5, 3), "*adds*"),
        ((6, 12, 5, 11), "a constant"),
        ((6, 12, 5, 6), "only one path leads to x. And"),
        ((6, 12, -5, 8), "the sign is wrong"),
    ],
)
def test_accumulation_wrong(accumulation, answers, name):
    said = accumulation(*answers)
    assert said.count("not right") == 1
    assert name in said


def loss_of(w):
    return (3 * w - 6) ** 2


@pytest.fixture
def training(said, lib):
    def check(update: Callable[[Any, Any, float], Any], give=lambda w: w) -> str:
        def train(loss_of, w, rate, steps):
            for _ in range(steps):
                loss_of(w).backward()
                w = update(lib, w, rate)
            return give(w)

        start = lib.tensor(1.0)
        out = said(exercises.check_training, train, loss_of, start)
        assert start.item() == 1
        return out

    return check


def descend(lib, w, rate):
    with lib.no_grad():
        w -= rate * w.grad
    return w


def cleared(lib, w, rate):
    w = descend(lib, w, rate)
    w.grad = None
    return w


def zeroed(lib, w, rate):
    w = descend(lib, w, rate)
    w.grad.zero_()
    return w


def new_leaf(lib, w, rate):
    return (w - rate * w.grad).detach().requires_grad_()


def too_early(lib, w, rate):
    w.grad.zero_()
    return descend(lib, w, rate)


def none_too_early(lib, w, rate):
    w.grad = None
    return descend(lib, w, rate)


def uphill(lib, w, rate):
    return cleared(lib, w, -rate)


def wrong_tensor(lib, w, rate):
    w = descend(lib, w, rate)
    with lib.no_grad():
        w.zero_()
    w.grad = None
    return w


def half(lib, w, rate):
    return cleared(lib, w, rate / 2)


@pytest.mark.parametrize("update", [cleared, zeroed, new_leaf])
def test_training_right(training, update):
    assert training(update) == "train: right.\n"


def test_training_open(training):
    said = training(descend)
    assert said.startswith("Not answered yet: train. w.grad still holds")


@pytest.mark.parametrize(
    ("update", "name"),
    [
        (too_early, "cleared before it was used"),
        (none_too_early, "it stopped with TypeError"),
        (uphill, "uphill"),
        (wrong_tensor, "Clear w.grad"),
        (half, "4 steps lead to"),
    ],
)
def test_training_wrong(training, update, name):
    said = training(update)
    assert said.startswith("train: not right:")
    assert name in said


def test_training_without_return(training):
    assert "returns None" in training(cleared, give=lambda w: None)
    assert "Not answered yet" in training(cleared, give=lambda w: ...)


# ---------------------------------------------------------------------------------------- lesson 4


def saved_and_changed(x):
    s = 2 * x
    y = s * x
    s += 1
    return y


def changed_but_not_saved(x):
    s = 2 * x
    y = s * 5
    s += 1
    return y


def leaf_changed(x):
    x += 1
    return x * x


def changed_by_data(x):
    s = 2 * x
    y = s * x
    s.data.add_(1)
    return y


CASES = {
    "A": (saved_and_changed, "error in backward"),
    "B": (changed_but_not_saved, "fine"),
    "C": (leaf_changed, "error at once"),
    "D": (changed_by_data, "wrong gradient"),
}


@pytest.fixture
def outcomes(said, lib):
    x = lib.tensor(3.0, requires_grad=True)
    cases = {name: case for name, (case, _) in CASES.items()}

    def check(**answers: Any) -> str:
        out = said(exercises.check_outcomes, x, cases, answers)
        assert x.grad is None
        assert x.item() == 3
        return out

    return check


def test_outcomes_right(outcomes):
    answers = {name: answer for name, (_, answer) in CASES.items()}
    assert outcomes(**answers).splitlines() == [f"{name}: right." for name in CASES]
    assert outcomes(**{n: a.upper() for n, a in answers.items()}).count("right.") == len(CASES)


def test_outcomes_open(outcomes):
    said = outcomes(A="error in backward", B=...)
    assert said.startswith("Not answered yet: B, C, D. Choose one of: fine, error at once")
    assert "A: right." in said


@pytest.mark.parametrize(
    ("name", "answer", "why"),
    [
        ("A", "fine", "a saved tensor was changed"),
        ("A", "error at once", "compares versions"),
        ("B", "error in backward", "No saved tensor was changed"),
        ("C", "fine", "a leaf that requires grad"),
        ("D", "error in backward", "behind autograd's back"),
        ("D", "wrong", "is none of: fine"),
        ("D", 7, "is none of: fine"),
    ],
)
def test_outcomes_wrong(outcomes, name, answer, why):
    said = outcomes(**{name: answer})
    assert f"{name}: not right:" in said
    assert why in said


def test_a_case_that_writes_into_a_tensor_is_fine(said, lib):
    def case(x):
        n = lib.zeros(2)
        n[0] = x
        n[1] = x * x
        return n.sum()

    x = lib.tensor(3.0, requires_grad=True)
    assert said(exercises.check_outcomes, x, {"E": case}, {"E": "fine"}) == "E: right.\n"


def untouched_exp_plus_one(x):
    y = x.exp()
    y += 1
    return y


def hidden_by_data(x):
    y = x.exp()
    y.data.add_(1)
    return y


@pytest.mark.parametrize(
    "repaired",
    [lambda x: x.exp() + 1, lambda x: x.exp().clone().add_(1), lambda x: 1 + 2.718281828459045**x],
)
def test_repair_right(said, lib, repaired):
    x = lib.tensor(3.0, requires_grad=True)
    assert said(exercises.check_repair, repaired, x) == "<lambda>: right.\n"
    assert x.grad is None


def test_repair_open(said, lib):
    said = said(exercises.check_repair, untouched_exp_plus_one, lib.tensor(3.0))
    assert said.startswith("Not answered yet: untouched_exp_plus_one.")


@pytest.mark.parametrize(
    ("repaired", "name"),
    [
        (hidden_by_data, "hidden from autograd"),
        (lambda x: x.detach().exp() + 1, "the way back to x was cut"),
        (lambda x: x.exp(), "exp(x) + 1 is 21.09"),
        (lambda x: x.exp().detach() + 1 + 0 * x, "the gradient is 0."),
        (lambda x: None, "it gives None"),
        (lambda x: x.no_such_thing, "it stopped with AttributeError"),
        (lambda x: x.add_(1), "it stopped with RuntimeError: a leaf"),
    ],
)
def test_repair_wrong(said, lib, repaired, name):
    said = said(exercises.check_repair, repaired, lib.tensor(3.0))
    assert "not right:" in said
    assert name in said


# ---------------------------------------------------------------------------------------- lesson 5


def function_of(lib, name, forward, backward):
    members = {"forward": staticmethod(forward), "backward": staticmethod(backward)}
    return type(name, (lib.autograd.Function,), members)


@pytest.fixture
def cube(said, lib):
    def save_and_cube(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    def check(backward: Any, forward: Any = save_and_cube) -> str:
        return said(exercises.check_cube, function_of(lib, "Cube", forward, backward))

    return check


def saved(ctx):
    (x,) = ctx.saved_tensors
    return x


def test_cube_right(cube):
    assert cube(lambda ctx, g: g * 3 * saved(ctx) ** 2) == "Cube: right.\n"
    assert cube(lambda ctx, g: (3 * g * saved(ctx) * saved(ctx),)) == "Cube: right.\n"

    def keep(ctx, x):
        ctx.x = x
        return x * x * x

    assert cube(lambda ctx, g: 3 * ctx.x**2 * g, keep) == "Cube: right.\n"


def test_cube_open(cube):
    assert cube(lambda ctx, g: ..., lambda ctx, x: ...).startswith("Not answered yet: Cube. Begin")
    assert cube(lambda ctx, g: ...).startswith("Not answered yet: Cube. forward is right.")


@pytest.mark.parametrize(
    ("backward", "name"),
    [
        (lambda ctx, g: 3 * saved(ctx) ** 2, "Multiply it by grad_output"),
        (lambda ctx, g: -3 * saved(ctx) ** 2 * g, "the sign is wrong"),
        (lambda ctx, g: saved(ctx) ** 2 * g, "it is 0.3333 times what it has to be"),
        (lambda ctx, g: 3 * saved(ctx) * g, "Nudging the input gives [12., 30., 75.]"),
        (lambda ctx, g: (3 * saved(ctx) ** 2 * g).sum(), "shape ()"),
        (lambda ctx, g: None, "Is the return missing?"),
        (lambda ctx, g: (g, None), "the number of gradients is 2, of inputs 1 (x)"),
        (lambda ctx, g: "g", "not a str"),
        (lambda ctx, g: (g * 3 * saved(ctx) ** 2).tolist(), "a tensor is needed, not a list"),
        (lambda ctx, g: ctx.no_such_thing, "backward stopped with AttributeError"),
    ],
)
def test_cube_backward_wrong(cube, backward, name):
    said = cube(backward)
    assert said.startswith("Cube: not right:")
    assert name in said


@pytest.mark.parametrize(
    ("forward", "name"),
    [
        (lambda ctx, x: x**2, "forward gives [4., 1., 0.25]. x ** 3 is [8., -1., 0.125]"),
        (lambda ctx, x: None, "forward gives None"),
        (lambda ctx, x: x**3, "found no saved tensor"),
        (lambda ctx: 3, "forward stopped with TypeError"),
    ],
)
def test_cube_forward_wrong(cube, forward, name):
    said = cube(lambda ctx, g: g * 3 * saved(ctx) ** 2, forward)
    assert said.startswith("Cube: not right:")
    assert name in said


@pytest.fixture
def product(said, lib):
    def forward(ctx, x, y, factor):
        ctx.save_for_backward(x, y)
        ctx.factor = factor
        return factor * x * y

    def check(gradients: Callable[..., Any]) -> str:
        def backward(ctx, g):
            x, y = ctx.saved_tensors
            return gradients(g, x, y, ctx.factor)

        function = function_of(lib, "ScaledProduct", forward, backward)
        return said(exercises.check_scaled_product, function)

    return check


def test_product_right(product):
    assert product(lambda g, x, y, f: (g * f * y, g * f * x, None)) == "ScaledProduct: right.\n"


def test_product_open(product):
    assert product(lambda g, x, y, f: ...).startswith("Not answered yet: ScaledProduct. forward")
    assert product(lambda g, x, y, f: (..., ..., None)).startswith("Not answered yet")


@pytest.mark.parametrize(
    ("gradients", "name"),
    [
        (lambda g, x, y, f: (g * f * x, g * f * y, None), "swapped"),
        (lambda g, x, y, f: (f * y, f * x, None), "Multiply it by grad_output"),
        (lambda g, x, y, f: (g * y, g * x, None), "it is 0.2 times what it has to be"),
        (
            lambda g, x, y, f: (g * f * y, g * f * x),
            "the number of gradients is 2, of inputs 3 (x, y, factor)",
        ),
        (lambda g, x, y, f: (g * f * y, g * f * x, g), "Return None for it"),
        (lambda g, x, y, f: (g * f * y, None, None), "gradient 1, for y: None means"),
        (lambda g, x, y, f: (g * f * y, -g * f * x, None), "gradient 1, for y: the size is right"),
    ],
)
def test_product_wrong(product, gradients, name):
    said = product(gradients)
    assert said.startswith("ScaledProduct: not right:")
    assert name in said
