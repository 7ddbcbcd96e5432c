"""The exercises of lesson 4: what an in-place change leads to, and how to do without one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..graph import library_of
from .answers import is_open, report, same, text

OUTCOMES = ("fine", "error at once", "error in backward", "wrong gradient")
NUDGE = 1e-2  # small enough for a smooth case, large enough for float32


def check_outcomes(
    x: Any, cases: Mapping[str, Callable[[Any], Any]], answers: Mapping[str, Any]
) -> None:
    """Check what the learner says will happen, by letting it happen.

    Parameters
    ----------
    x : Tensor
        A scalar leaf; each case gets a fresh one of the same value.
    cases : mapping of str to callable
        Each computes a scalar from x; then comes backward().
    answers : mapping of str to str
        For each case one of "fine", "error at once", "error in backward", "wrong gradient".
    """
    report(
        {name: _judge(outcome(case, x), answers.get(name, ...)) for name, case in cases.items()},
        f"Choose one of: {', '.join(OUTCOMES)}.",
    )


def _judge(happened: str, answer: Any) -> str | None:
    if is_open(answer):
        return None
    if same(answer, happened):
        return ""
    if not any(same(answer, known) for known in OUTCOMES):
        return f"{answer!r} is none of: {', '.join(OUTCOMES)}."
    return _WHY[happened]


_WHY = {
    "fine": "it runs, and the gradient is right. No saved tensor was changed.",
    "error at once": "a leaf that requires grad cannot be changed in place while recording.",
    "error in backward": "a saved tensor was changed. Backward compares versions and stops.",
    "wrong gradient": "a saved tensor was changed behind autograd's back: no error, wrong number.",
}


def outcome(case: Callable[[Any], Any], x: Any) -> str:
    """Run a case forward and backward on a fresh leaf with the value of `x`; say how it went."""
    leaf = x.detach().clone().requires_grad_()
    try:
        y = case(leaf)
    except RuntimeError:
        return "error at once"
    try:
        y.backward()
    except RuntimeError:
        return "error in backward"
    return "fine" if same(leaf.grad, _slope(case, x)) else "wrong gradient"


def _slope(case: Callable[[Any], Any], x: Any) -> float:
    """The derivative, found without autograd: by computing the case a little left and right."""
    library = library_of(x)
    left, right = (
        case(library.tensor(x.item() + nudge, dtype=library.float64)).item()
        for nudge in (-NUDGE, NUDGE)
    )
    return (right - left) / (2 * NUDGE)


def check_repair(repaired: Callable[[Any], Any], x: Any) -> None:
    """Check a function that computes exp(x) + 1 without breaking backward.

    Parameters
    ----------
    repaired : callable
        The learner's function.
    x : Tensor
        The scalar to check it with; a fresh leaf of the same value is used.
    """
    name = getattr(repaired, "__name__", "the function")
    leaf = x.detach().clone().requires_grad_()
    try:
        y = repaired(leaf)
        says = _before_backward(y, leaf)
        if not says:
            y.backward()
            says = _after_backward(leaf)
    except RuntimeError as error:
        if "modified by an inplace operation" in str(error):
            print(f"Not answered yet: {name}. Its backward still fails: y was saved, then changed.")
            return
        says = f"it stopped with RuntimeError: {error}"
    except Exception as error:  # noqa: BLE001 (the code is the learner's: anything may come)
        says = f"it stopped with {type(error).__name__}: {error}"
    report({name: says}, "")


def _before_backward(y: Any, leaf: Any) -> str:
    right = leaf.detach().exp() + 1
    if not same(y, right):
        return f"it gives {text(y)}. exp(x) + 1 is {text(right)}."
    if not y.requires_grad:
        return "the result requires no grad: the way back to x was cut (detach? no_grad?)."
    return ""


def _after_backward(leaf: Any) -> str:
    right = leaf.detach().exp()
    if same(leaf.grad, right):
        return ""
    if same(leaf.grad, right + 1):
        return (
            f"no error, but the gradient is {text(leaf.grad)} in place of {text(right)}. "
            "The change was hidden from autograd (.data?)."
        )
    return f"the gradient is {text(leaf.grad)}. The derivative of exp(x) + 1 is {text(right)}."
