"""What a playground sends to its page, and its text form: plain data, numbers as text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .curve import Sampled, ticks
from .evaluate import total
from .leaves import Leaf, step_of
from .live import texts
from .numbers import show, sizes
from .text import outline
from .values import dtype_text, number_text, shape_text

if TYPE_CHECKING:
    from .playground import Playground

LINES = 60  # of the outline


def page_leaf(leaf: Leaf) -> dict[str, Any]:
    """What stays of a leaf: name, shape, what its elements are called."""
    return {
        "name": leaf.name,
        "shape": list(leaf.shape),
        "integer": leaf.integer,
        "elements": [leaf.element(index) for index in range(len(leaf.start))],
    }


def page_state(playground: Playground, *, rough: bool) -> dict[str, Any]:
    """What changes with the numbers."""
    run, laid = playground._run, playground._laid
    return {
        "leaves": {name: _leaf(playground, name) for name in playground._specs},
        "plotted": list(playground._plotted or ()),
        "output": _output(playground),
        "summed": bool(run and tuple(run.output.shape)),
        "message": playground.message,
        "old": bool(playground.message and run),
        "picture": laid.number if laid else 0,
        "problem": playground._text["no_picture_because"].format(error=laid.problem)
        if laid and laid.problem
        else "",
        "size": playground._text["size"].format(
            nodes=len(run.graph.nodes), edges=len(run.graph.edges)
        )
        if run
        else "",
        "changes": playground._changes,
        "texts": texts(run.graph) if run and laid and laid.svg else {},
        "rough": rough,
        "say": playground._said,
        **_point(playground),
    }


def _leaf(playground: Playground, name: str) -> dict[str, Any]:
    leaf = playground._specs[name]
    low, high = playground._ranges[name]
    return {
        "numbers": list(playground._elements[name]),
        "texts": [_written(number) for number in playground._elements[name]],
        "low": low,
        "high": high,
        "lowText": _written(low),
        "highText": _written(high),
        "step": step_of(low, high, integer=leaf.integer),
        "grads": ["—"] * len(leaf.start) if playground.message else grad_texts(playground, name),
        "note": _note(playground, name),
    }


def grad_texts(playground: Playground, name: str) -> list[str] | None:
    """The gradient of a leaf, element by element."""
    grad = playground.grads.get(name)
    return None if grad is None else [number_text(g) for g in grad.detach().reshape(-1).tolist()]


def _note(playground: Playground, name: str) -> str:
    """Why a leaf has no gradient."""
    if playground._specs[name].integer:
        return playground._text["integers"]
    if playground._run and not playground.message and playground.grads.get(name) is None:
        return playground._text["unused"]
    return ""


def _output(playground: Playground) -> dict[str, str]:
    """The output, and what to say where it is not a scalar."""
    output = playground.output
    if output is None or playground.message:
        return {"text": "—", "shape": "", "note": ""}
    shown = show(output).text
    if not tuple(output.shape):
        return {"text": shown, "shape": "", "note": ""}
    note = playground._text["of_sum"].format(sum=number_text(total(output)))
    return {"text": shown, "shape": sizes(output.shape), "note": note}


def _point(playground: Playground) -> dict[str, Any]:
    """Where the output is on its curve, and the slope of the tangent: what autograd gave."""
    if playground._plotted is None or playground.output is None or playground.message:
        return {"point": None, "slope": None, "slopeText": ""}
    name, index = playground._plotted
    text = playground._text
    x, y = playground._elements[name][index], total(playground.output)
    grad = playground.grads[name]
    if grad is None:
        slope, said = None, text["no_tangent"].format(why=text["unused"])
    else:
        slope = float(grad.detach().reshape(-1)[index].item())
        called = f"{name}.grad" + playground._specs[name].element(index)[len(name) :]
        said = text["slope"].format(grad=called, value=number_text(slope))
        if not math.isfinite(slope):
            slope, said = None, text["no_tangent"].format(why=f"{called} = {number_text(slope)}")
    return {"point": [x, y] if math.isfinite(y) else None, "slope": slope, "slopeText": said}


def page_curve(
    sampled: Sampled | None,
    plotted: tuple[str, int] | None,
    ranges: Mapping[str, tuple[float, float]],
) -> dict[str, Any]:
    """A curve as pieces of ``[x, y, x, y …]``, with the axes; empty: there is none."""
    if sampled is None or sampled.view is None or plotted is None:
        return {}
    across = ranges[plotted[0]]
    return {
        "pieces": [[number for point in piece for number in point] for piece in sampled.pieces],
        "x": list(across),
        "y": list(sampled.view),
        "xTicks": [[place, _written(place)] for place in ticks(across)],
        "yTicks": [[place, _written(place)] for place in ticks(sampled.view)],
    }


def said_of_plot(playground: Playground) -> str:
    """What is plotted now, for the live region."""
    title = playground._text["plot"].format(name=playground.selected)
    return f"{title}: {_point(playground)['slopeText']}".removesuffix(": ")


def said_of_run(playground: Playground, changed: tuple[str, int] | None) -> str:
    """What happened, for the live region."""
    return " ".join(_sentences(playground, changed))


def _sentences(playground: Playground, changed: tuple[str, int] | None) -> Iterator[str]:
    text = playground._text
    name, index = changed or (None, 0)
    if name:
        value = _written(playground._elements[name][index])
        yield text["say_value"].format(name=playground._specs[name].element(index), value=value)
    if playground.message:
        yield playground.message
        return
    if playground._run:
        yield text["say_output"].format(value=_spoken(_output(playground)["text"]))
    if name:
        grads = grad_texts(playground, name)
        yield text["say_grad"].format(name=name, value=_spoken(grads[index]) if grads else "None")


def _spoken(text: str) -> str:
    """A number without the point at its end, where the sentence has one."""
    return text.removesuffix(".")


def playground_text(playground: Playground) -> str:
    """The whole playground as text, the same in every run."""
    return "\n".join(_lines(playground))


def _lines(playground: Playground) -> Iterator[str]:
    text = playground._text
    yield text["text_title"].format(name=playground.title)
    for name, leaf in playground._specs.items():
        value = show_elements(playground.values[name])
        kind = text["text_integers"] if leaf.integer else ""
        low, high = (_written(end) for end in playground._ranges[name])
        where = text["text_range"].format(low=low, high=high) if not leaf.shape else ""
        yield f"{name} = {value}{where}{kind}, grad {_grad(playground, name)}"
    output = playground.output
    if output is not None:
        facts = shape_text(tuple(output.shape), dtype_text(output.dtype))
        old = text["text_old"] if playground.message else ""
        yield text["text_output"].format(value=show(output).text, facts=facts, old=old)
        if tuple(output.shape):
            yield text["text_sum"].format(sum=number_text(total(output)))
    if playground.message:
        yield text["text_error"].format(error=playground.message)
    if playground.graph is not None:
        yield text["text_graph_old" if playground.message else "text_graph"]
        yield outline(playground.graph, LINES)


def _grad(playground: Playground, name: str) -> str:
    grad = playground.grads.get(name)
    return "None" if grad is None else show_elements(grad.detach().tolist())


def show_elements(value: Any) -> str:
    """Write a number or a nested list (of two dimensions at most) in full."""
    if isinstance(value, list):
        return f"[{', '.join(map(show_elements, value))}]"
    return number_text(value)


def _written(number: float) -> str:
    """Write a number as it is typed: short, but all of it."""
    return f"{number:.7g}" if isinstance(number, float) else str(number)
