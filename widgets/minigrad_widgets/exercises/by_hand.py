"""The exercises of lesson 1: gradients worked out by hand, and a walk written by the learner."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from ..graph import library_of
from .answers import judge, report, text

Walk = Callable[[Any, Any], Any]
Build = Callable[[ModuleType], tuple[Any, list[Any]]]
START = 10.0  # not 1: otherwise a walk that forgets the incoming gradient would look right


def check_two_paths(p: Any, q: Any, dp: Any, dq: Any) -> None:
    """Check the gradients of ``(p + q) * (p - q)``.

    Parameters
    ----------
    p, q : Tensor
        Scalars that require grad.
    dp, dq : number or Tensor
        The learner's answers.
    """
    total, difference = p + q, p - q
    grad = library_of(p).autograd.grad
    right_p, right_q = grad(total * difference, (p, q), retain_graph=True)
    plus_p, plus_q = grad(total * difference.detach(), (p, q), retain_graph=True)
    minus_p, minus_q = grad(total.detach() * difference, (p, q))
    local = "this is what plus and minus do alone. Multiply it by the gradient that comes in."
    one_path = "this is only what arrives through {}. Add what arrives on the other path."
    sign = "minus changes the sign of what it sends to q."
    mistakes_p = [
        (plus_p, one_path.format("plus")),
        (minus_p, one_path.format("minus")),
        (1.0, local),
        (2.0, local),
    ]
    mistakes_q = [
        (plus_q - minus_q, sign),
        (-right_q, "the factors are swapped. Times sends each factor the *other* one."),
        (plus_q, one_path.format("plus")),
        (minus_q, one_path.format("minus")),
        (-minus_q, f"{one_path.format('minus')} And {sign}"),
        (0.0, local),
        (1.0, local),
        (-1.0, local),
    ]
    hint = "times sends each factor the other one, minus changes a sign, two arrivals are added."
    report(
        {"dp": judge(dp, right_p, mistakes_p, hint), "dq": judge(dq, right_q, mistakes_q, hint)},
        "Put a number in the place of the dots.",
    )


def check_walk(walk: Walk, root: Any) -> None:
    """Check a function that walks a graph by calling its nodes.

    Parameters
    ----------
    walk : callable
        ``walk(node, gradient)``: has to leave in each leaf's ``.grad`` what backward() leaves.
    root : Tensor
        Any tensor of the library to check with; its own graph is left alone.
    """
    library = library_of(root)
    for build in (_neuron, _two_paths):
        problem = _problem(walk, build, library)
        if problem:
            print(problem)
            return
    print("walk: right, it leaves what backward() leaves.")


def _problem(walk: Walk, build: Build, library: ModuleType) -> str:
    given = _grads_after(walk, build, library)
    right = _grads_after(_walk, build, library)
    if given == right:
        return ""
    if isinstance(given, str):
        return f"walk: not right: {given}"
    if all(grad is None for grad in given):
        return "Not answered yet: walk. It calls one node and sends nothing on."
    for wrong, says in _WRONG_WALKS:
        if given == _grads_after(wrong, build, library):
            return f"walk: not right: {says}"
    if None in given:
        return "walk: not right: a leaf has no .grad. Follow every pair of next_functions."
    return f"walk: not right: the leaves have {text(given)}, backward() leaves {text(right)}."


def _neuron(library: ModuleType) -> tuple[Any, list[Any]]:
    w, b = (library.tensor(value, requires_grad=True) for value in (2.0, 1.0))
    return library.relu(w * library.tensor(3.0) + b), [w, b]


def _two_paths(library: ModuleType) -> tuple[Any, list[Any]]:
    p, q = (library.tensor(value, requires_grad=True) for value in (5.0, 2.0))
    return (p + q) * (p - q), [p, q]


def _grads_after(walk: Walk, build: Build, library: ModuleType) -> list[float | None] | str:
    """Return the .grad of the leaves after a walk; if it raised, what to say about that."""
    root, leaves = build(library)
    try:
        walk(root.grad_fn, library.tensor(START))
    except RecursionError:
        return "it never ends. Call it with the node behind, not with the same node again."
    except Exception as error:  # noqa: BLE001 (the code is the learner's: anything may come)
        if "NoneType" in str(error):
            return "an input that needs no gradient has None for its node. Leave it out."
        return f"it stopped with {type(error).__name__}: {error}"
    return [None if leaf.grad is None else leaf.grad.item() for leaf in leaves]


def _walk(node: Any, gradient: Any) -> None:
    _go(node, gradient, lambda _, result: result)


def _hand_on_what_came_in(node: Any, gradient: Any) -> None:
    _go(node, gradient, lambda incoming, _: incoming)


def _start_anew_at_each_node(node: Any, gradient: Any) -> None:
    one = gradient.new_ones(())
    _go(node, gradient, lambda *_: one)


def _overwrite(node: Any, gradient: Any) -> None:
    def arrive(leaf: Any, gradient: Any) -> None:
        leaf.variable.grad = gradient.detach()

    _go(node, gradient, lambda _, result: result, arrive)


def _go(
    node: Any,
    gradient: Any,
    send: Callable[[Any, Any], Any],
    arrive: Walk = lambda leaf, gradient: leaf(gradient),
) -> None:
    """Go every path from a node to the leaves; `send` says what a node hands on."""
    waiting = [(node, gradient)]
    while waiting:
        node, gradient = waiting.pop()
        if hasattr(node, "variable"):
            arrive(node, gradient)
            continue
        results = node(gradient)
        results = results if isinstance(results, tuple) else (results,)
        behind = zip(node.next_functions, results, strict=True)
        ways = [(next_node, send(gradient, result)) for (next_node, _), result in behind]
        waiting.extend(way for way in reversed(ways) if way[0] is not None)


_WRONG_WALKS: list[tuple[Walk, str]] = [
    (_overwrite, "the last path wins. A leaf *adds* what arrives: call its node like any other."),
    (
        _start_anew_at_each_node,
        "it starts each node with 1. Send it the result of the node before.",
    ),
    (_hand_on_what_came_in, "it hands on what came in. Hand on what the node returned."),
]
