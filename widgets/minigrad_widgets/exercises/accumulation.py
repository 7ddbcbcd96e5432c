"""The exercises of lesson 3: what `.grad` holds after several passes, and a training loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..graph import library_of
from .answers import judge, report, same, text

Loss = Callable[[Any], Any]
RATE, STEPS = 0.05, 4


def check_accumulation(x: Any, first: Any, second: Any, third: Any, fourth: Any) -> None:
    """Check what ``x.grad`` is after each pass of the exercise.

    ``x * x``; the same again; then, after ``x.grad = None``, ``5 * x``; at last ``x.detach() * x``.

    Parameters
    ----------
    x : Tensor
        A scalar that requires grad.
    first, second, third, fourth : number or Tensor
        The learner's answers.
    """
    grad = library_of(x).autograd.grad
    square, line, cut = (grad(y, x)[0] for y in (x * x, 5 * x, x.detach() * x))
    adds = "this is what the last pass alone gives. backward() *adds* it to x.grad."
    report(
        {
            "first": judge(
                first,
                square,
                [(square / 2, "x * x has two edges to x. What arrives on both is added.")],
            ),
            "second": judge(second, 2 * square, [(square, adds), (0.0, "nothing cleared x.grad.")]),
            "third": judge(
                third,
                line,
                [
                    (line + 2 * square, "x.grad = None had cleared what was there."),
                    (line + square, "x.grad = None had cleared what was there."),
                ],
            ),
            "fourth": judge(
                fourth,
                line + cut,
                [
                    (cut, adds),
                    (line + square, "x.detach() is a constant: only one path leads to x."),
                    (square, f"x.detach() is a constant: only one path leads to x. And {adds}"),
                ],
            ),
        },
        "Put a number in the place of the dots.",
    )


def check_training(train: Callable[..., Any], loss: Loss, w: Any) -> None:
    """Check a loop of gradient descent.

    Parameters
    ----------
    train : callable
        ``train(loss, w, rate, steps)`` returns w after so many steps.
    loss : callable
        ``loss(w)`` gives a tensor of one element.
    w : Tensor
        Where to start; it is not changed.
    """
    start = w.detach().clone()
    try:
        given = train(loss, start.clone().requires_grad_(), RATE, STEPS)
    except Exception as error:  # noqa: BLE001 (the code is the learner's: anything may come)
        print(f"train: not right: it stopped with {type(error).__name__}: {error}")
        return
    report({"train": _judge_training(given, loss, start)}, _STILL_HELD)


_STILL_HELD = "w.grad still holds the gradients of all earlier steps."


def _judge_training(given: Any, loss: Loss, start: Any) -> str | None:
    if given is None:
        return "it returns None. Is the return missing?"
    if same(given, _accumulate(loss, start)):
        return None
    right = _descend(loss, start)
    unmoved = "w is where it was. Was w.grad cleared before it was used?"
    mistakes = [
        (_descend(loss, start, -RATE), "it goes uphill. Subtract the gradient from w."),
        (start, unmoved),
        (0 * start, "it cleared w. Clear w.grad."),
    ]
    hint = f"{STEPS} steps lead to {text(given)}, and not to {text(right)}."
    return judge(given, right, mistakes, hint)


def _gradient(loss: Loss, w: Any) -> Any:
    leaf = w.detach().clone().requires_grad_()
    return library_of(w).autograd.grad(loss(leaf), leaf)[0]


def _descend(loss: Loss, w: Any, rate: float = RATE) -> Any:
    for _ in range(STEPS):
        w = w - rate * _gradient(loss, w)
    return w


def _accumulate(loss: Loss, w: Any) -> Any:
    held = 0 * w
    for _ in range(STEPS):
        held = held + _gradient(loss, w)
        w = w - RATE * held
    return w
