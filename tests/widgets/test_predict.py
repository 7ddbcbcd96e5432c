"""Predict, then reveal: what is asked, what is right, and which mistake was made."""

from typing import Any

import pytest

from minigrad_widgets import step
from minigrad_widgets.predict import stages_of


def make(lib, predict=True, **kwargs):
    """loss = sum((w * x + b) ** 2), with w a vector and b a scalar that is broadcast."""
    w = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    b = lib.tensor(0.5, requires_grad=True)
    x = lib.tensor([2.0, -1.0, 1.0])
    y = w * x + b
    loss = (y * y).sum()
    names = {"w": w, "b": b, "x": x, "y": y, "loss": loss}
    return step(loss, names, predict=predict, **kwargs), names


def asked(stepper):
    return [(field["kind"], field["name"]) for field in stepper.question["fields"]]


def test_a_pass_with_every_answer_right(lib):
    stepper, names = make(lib)
    assert stepper.position == stepper.reached == 0
    assert asked(stepper) == [("sent", "MulBackward0")]
    assert stepper.answer("[1, 1, 1]") == "right"
    assert stepper.position == 1
    assert stepper.answer("y", "g * y") == ("right", "right")
    assert asked(stepper) == [("sent", "MulBackward0"), ("sent", "b")]
    assert stepper.answer("2*y", "sum(2*y)") == ("right", "right")
    assert asked(stepper) == [("accumulated", "b.grad")]
    assert stepper.answer("9") == "right"
    assert names["b"].grad.item() == 9.0
    assert stepper.answer("2*y*x") == "right"
    assert names["w"].grad is None
    assert stepper.answer("[10, 3, 7]") == "right"
    assert stepper.position == 6
    assert names["w"].grad.tolist() == [10.0, 3.0, 7.0]
    assert stepper.score == {"questions": 8, "first": 8, "later": 0, "given_up": 0}
    assert stepper.question == {"finished": True, "score": stepper.score}
    with pytest.raises(ValueError, match="nothing is asked"):
        stepper.answer("1")


@pytest.mark.parametrize(
    ("step_number", "answers", "verdict"),
    [
        (1, ["-[1, 1, 1]"], "sign"),
        (1, ["1"], "shape"),
        (1, ["[1, 1, 2]"], "value"),
        (1, ["None"], "value"),
        (1, ["[1, 1"], "unreadable"),
        (3, ["y", "9"], "accumulate"),
        (3, ["2*y", "2*y"], "broadcast"),
        (3, ["2*y", "[9]"], "shape"),
        (5, ["x"], "incoming"),
        (5, ["-2*x*y"], "sign"),
    ],
)
def test_each_kind_of_mistake(lib, step_number, answers, verdict):
    stepper, _ = make(lib)
    stepper.position = step_number - 1
    given = stepper.answer(*answers)
    assert verdict in (given if isinstance(given, tuple) else [given])
    assert stepper.position == step_number - 1
    wrong = [answer for answer in stepper.answers if answer.verdict != "right"]
    assert [(a.step, a.asked, a.verdict) for a in wrong] == [(step_number, "value", verdict)]
    assert stepper.score[verdict] == 1


@pytest.mark.parametrize("answer", ["3", "6", "1", "4"])
def test_a_way_that_was_left_out(lib, answer):
    w = lib.tensor(3.0, requires_grad=True)
    stepper = step(w * w + w, {"w": w}, predict=True)
    stepper.position = 2  # 3 and 3 have come over the product, 1 over the sum
    assert stepper.answer(answer) == "accumulate"
    assert stepper.answer("5") == "value"
    assert stepper.answer("7") == "right"


def test_what_was_in_grad_before_must_be_added(lib):
    w = lib.tensor(2.0, requires_grad=True)
    w.grad = lib.tensor(10.0)
    stepper = step(w * 3, {"w": w}, predict=True)
    stepper.give_up()
    assert stepper.answer("3") == "accumulate"
    assert stepper.answer("-13") == "sign"
    assert stepper.answer("13") == "right"
    assert w.grad.item() == 13.0
    assert stepper.score == {
        "questions": 2,
        "first": 0,
        "later": 1,
        "given_up": 1,
        "sign": 1,
        "accumulate": 1,
    }


def test_a_third_may_be_written_with_two_digits_but_not_with_one(lib):
    x = lib.tensor([3.0, 1.0, 2.0], requires_grad=True)
    stepper = step(x.mean(), {"x": x}, predict=True)
    assert stepper.answer("[0.3, 0.3, 0.3]") == "value"
    assert stepper.answer("[0.33, 0.33, 0.33]") == "right"


def test_the_shape_is_asked_first(lib):
    stepper, _ = make(lib, "shape")
    assert stepper.question["asked"] == "shape"
    assert stepper.answer("[2]") == "shape"
    assert stepper.answer("3") == "unreadable"
    assert stepper.answer("[3]") == "right"
    assert stepper.question["asked"] == "value"
    assert stepper.position == 0
    assert stepper.answer("[1, 1, 1]") == "right"
    assert stepper.position == 1


def test_which_node_runs_next(lib):
    stepper, _ = make(lib, "next")
    assert stepper.answer("w") == "order"
    assert "still waits" in stepper.question["fields"][0]["message"]
    assert stepper.answer("nothing") == "unreadable"
    assert stepper.answer("loss") == "right"
    assert stepper.answer("SumBackward0") == "order"
    assert "has run already" in stepper.question["fields"][0]["message"]
    stepper.position = 3
    assert (
        stepper.answer(next(n.id for n in stepper.trace.graph.nodes if n.label == "w")) == "order"
    )
    assert stepper.answer("b") == "right"


def test_hints_and_giving_up(lib):
    stepper, _ = make(lib)
    stepper.position = 1
    assert r"\cdot" in stepper.hint()
    assert "2.5" in stepper.hint()
    assert stepper.question["hints"] == 2
    stepper.hint()
    assert stepper.question["hints"] == 2
    stepper.answer("y", "[0, 0, 0]")
    stepper.give_up()
    assert stepper.position == 2
    assert [(a.verdict, a.hints) for a in stepper.answers] == [
        ("right", 2),
        ("value", 2),
        ("given_up", 2),
    ]
    assert stepper.score["later"] == stepper.score["given_up"] == 1
    assert stepper.question["hints"] == 0


def test_the_text_does_not_tell_what_is_asked(lib):
    stepper, _ = make(lib)
    assert "10." not in stepper.text
    assert stepper.text.endswith("answered 0 of 6 steps")
    stepper.give_up()
    assert stepper.text.splitlines()[1].split()[:2] == ["1", "SumBackward0"]
    assert len(stepper.text.splitlines()) == 3
    bundle = stepper._repr_mimebundle_()
    assert bundle is not None
    assert bundle[0]["text/plain"] == stepper.text


def test_what_the_page_says(lib):
    stepper, _ = make(lib)
    hear = stepper._handle_custom_msg
    first, second = ({"step": step, "asked": "value"} for step in (1, 2))
    hear({"kind": "answer", **second, "texts": ["1"]}, [])  # of another step: too late
    hear({"kind": "answer", **first, "texts": ["1", "2"]}, [])  # too many
    assert stepper.answers == ()
    hear({"kind": "hint", **first}, [])
    assert stepper.question["hints"] == 1
    hear({"kind": "answer", **first, "texts": ["[1, 1, 1]"]}, [])
    hear({"kind": "give_up", **second}, [])
    hear({"kind": "nonsense"}, [])
    assert stepper.position == 2
    assert [answer.verdict for answer in stepper.answers] == ["right", "given_up", "given_up"]


def test_who_presses_twice_has_not_answered_the_next_question(lib):
    stepper, _ = make(lib, predict=["shape", "value"])
    for kind in ("answer", "answer", "hint", "give_up"):  # all sent before the first was judged
        message = {"kind": kind, "step": 1, "asked": "shape", "texts": ["[3]"]}
        stepper._handle_custom_msg(message, [])
    assert [answer.verdict for answer in stepper.answers] == ["right"]
    assert (stepper.question["asked"], stepper.question["hints"]) == ("value", 0)


def test_going_back_does_not_ask_again(lib):
    stepper, _ = make(lib)
    stepper.give_up()
    stepper.give_up()
    stepper.position = 0
    assert stepper.reached == 2
    assert stepper.question["step"] == 3
    stepper.answer("2*y", "9")
    assert stepper.position == 3


def test_a_custom_function_is_not_run_again_to_judge(lib: Any):
    runs = []

    class Double(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return 2 * x

        @staticmethod
        def backward(ctx, grad):
            runs.append(1)
            return 2 * grad

    x = lib.tensor(1.0, requires_grad=True)
    stepper = step(Double.apply(x) * 3, {"x": x}, predict=True)
    stepper.give_up()
    before = len(runs)
    assert stepper.answer("2") == "value"
    assert stepper.answer("6") == "right"
    assert len(runs) == before


def test_after_the_graph_was_freed_answers_are_still_judged(lib):
    stepper, names = make(lib)
    stepper.position = 4
    loss = names["loss"]
    loss.backward()
    assert stepper.answer("x") == "value"  # which mistake it is cannot be computed any more
    assert stepper.answer("2*x*y") == "right"


def test_a_number_of_answers_that_does_not_fit(lib):
    stepper, _ = make(lib)
    with pytest.raises(ValueError, match="1 answer is needed, not 2"):
        stepper.answer("1", "2")
    assert stepper.answers == ()


@pytest.mark.parametrize(
    ("predict", "stages"),
    [
        (True, ("value",)),
        ("value", ("value",)),
        ("shape", ("shape", "value")),
        ("next", ("next",)),
        (["value", "next"], ("next", "value")),
    ],
)
def test_what_can_be_asked(predict, stages):
    assert stages_of(predict) == stages


@pytest.mark.parametrize("predict", ["gradient", ["value", "x"], 3.5])
def test_what_cannot_be_asked(lib, predict):
    w = lib.tensor(1.0, requires_grad=True)
    with pytest.raises((ValueError, TypeError), match=r"predict must be|not iterable"):
        step(w * w, predict=predict)
