"""What differs between what two libraries did. Used by `opinfo`."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import compare

ALL_IN_ONE_NODE = (
    "<ConvolutionBackwardB",
    "<NativeBatchNormBackwardB",
    "<NativeLayerNormBackwardB",
)
"""PyTorch makes the gradients of input, weight and bias in one node, so all of them require grad."""
SAVE_LESS = ("LinalgDetBackward0", "LinalgSolveExBackward0")
"""PyTorch saves triangular factors there."""

Excuse = Callable[[Any, Any], bool]
"""Says of two different values whether both are right."""


@dataclass
class Outcome:
    """What one library did: a value or an error, warnings, and the arguments afterwards."""

    library: Any
    value: Any = None
    error: list[str] | None = None
    warnings: list[str] = field(default_factory=list)
    arguments: list[Any] = field(default_factory=list)

    def tensors(self) -> list[Any]:
        """The tensors in the value."""
        return list(tensors(self.library, self.value))


def tensors(library: Any, value: Any) -> Iterator[Any]:
    if isinstance(value, library.Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from tensors(library, item)


# --- comparing


def differences(ours: Outcome, theirs: Outcome, excuse: Excuse) -> Iterator[tuple[str, str]]:
    if ours.error != theirs.error:
        yield _error_kind(ours, theirs), f"{_said(ours)} | {_said(theirs)}"
        return
    if sorted(set(ours.warnings)) != sorted(set(theirs.warnings)):
        yield "warning", f"{ours.warnings} | {theirs.warnings}"
    if theirs.error is None:
        yield from _value_differences(ours.value, theirs.value, "", excuse)
    for nr, (a, b) in enumerate(zip(ours.arguments, theirs.arguments, strict=True)):
        if a._version != b._version:
            yield "side effect", f"version of argument {nr}: {a._version} | {b._version}"
        elif b._version:
            for kind, text in _tensor_differences(a, b, f" argument {nr}", excuse):
                yield "side effect", f"{kind}{text}"


def _error_kind(ours: Outcome, theirs: Outcome) -> str:
    if ours.error is None:
        return "does not raise"
    if theirs.error is not None:
        return "error text" if ours.error[0] == theirs.error[0] else "error type"
    kind, text = ours.error
    if kind == "TypeError" and ("keyword" in text or "positional arguments" in text):
        return "missing argument"
    return "missing name" if kind == "AttributeError" else "raises"


def _said(outcome: Outcome) -> str:
    if outcome.error is None:
        return "(no error)"
    return f"{outcome.error[0]}: {outcome.error[1]}"


def _value_differences(
    ours: Any, theirs: Any, at: str, excuse: Excuse
) -> Iterator[tuple[str, str]]:
    torch = importlib.import_module("torch")
    if isinstance(theirs, torch.Tensor):
        if not hasattr(ours, "grad_fn"):
            yield "type", f"{at}: {type(ours).__name__} | Tensor"
            return
        yield from _tensor_differences(ours, theirs, at, excuse)
    elif isinstance(theirs, (list, tuple)):
        if type(ours).__name__ != type(theirs).__name__ or len(ours) != len(theirs):
            yield "type", f"{at}: {compare._short(repr(ours))} | {compare._short(repr(theirs))}"
            return
        for nr, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            yield from _value_differences(a, b, f"{at}[{nr}]", excuse)
    elif isinstance(theirs, float) and isinstance(ours, float):
        if not np.isclose(ours, theirs, 1e-7, 1e-7, equal_nan=True):
            yield "value", f"{at}: {ours} | {theirs}"
    elif type(ours) is not type(theirs) or (ours != theirs and not excuse(ours, theirs)):
        if str(theirs).startswith("torch.") and str(ours) == str(theirs):
            return
        yield "type", f"{at}: {compare._short(repr(ours))} | {compare._short(repr(theirs))}"


def _tensor_differences(
    ours: Any, theirs: Any, at: str, excuse: Excuse
) -> Iterator[tuple[str, str]]:
    if str(ours.dtype) != str(theirs.dtype):
        yield "dtype", f"{at}: {ours.dtype} | {theirs.dtype}"
        return
    if tuple(ours.shape) != tuple(theirs.shape):
        yield "shape", f"{at}: {tuple(ours.shape)} | {tuple(theirs.shape)}"
        return
    yield from _number_differences("value", ours, theirs, at, excuse)
    if _strides_that_matter(ours) != _strides_that_matter(theirs):
        yield "strides", f"{at}: {ours.stride()} | {theirs.stride()} of {tuple(theirs.shape)}"
    if ours.requires_grad != theirs.requires_grad:
        yield "graph", f"{at}: requires_grad {ours.requires_grad} | {theirs.requires_grad}"
        return
    yield from _graph_differences(ours.grad_fn, theirs.grad_fn, at)


def _strides_that_matter(tensor: Any) -> list[int] | None:
    """The strides of dims with more than one element, as PyTorch's tests compare them."""
    if tensor.numel() == 0:
        return None
    return [s for s, size in zip(tensor.stride(), tensor.shape, strict=True) if size > 1]


def _graph_differences(ours: Any, theirs: Any, at: str) -> Iterator[tuple[str, str]]:
    a, b = compare.graph_of(ours), compare.graph_of(theirs)
    if a == b:
        return
    chains = [[node[0] for node in graph or []] for graph in (a, b)]
    if chains[0][:1] != chains[1][:1]:
        yield "grad_fn", f"{at}: {chains[0][:1]} | {chains[1][:1]}"
    elif chains[0] != chains[1]:
        yield "graph", f"{at}: {chains[0]} | {chains[1]}"
    elif [node[2] for node in a] != [node[2] for node in b]:
        yield "graph", f"{at}: edges {[node[2] for node in a]} | {[node[2] for node in b]}"
    else:
        differing = next((p, q) for p, q in zip(a, b, strict=True) if p != q)
        if differing[0][0] not in SAVE_LESS:
            yield "saved", f"{at}: {differing[0][0]} saves {differing[0][1]} | {differing[1][1]}"


def _number_differences(
    kind: str, ours: Any, theirs: Any, at: str, excuse: Excuse | None = None
) -> Iterator[tuple[str, str]]:
    if tuple(ours.shape) != tuple(theirs.shape) or str(ours.dtype) != str(theirs.dtype):
        parts = [f"{t.dtype} {tuple(t.shape)}" for t in (ours, theirs)]
        yield kind, f"{at}: {' | '.join(parts)}"
        return
    a, b = (np.asarray(t.detach().clone().numpy()) for t in (ours, theirs))
    relative, absolute = compare.TOLERANCES.get(str(theirs.dtype), (0, 0))
    with np.errstate(all="ignore"):
        wrong = ~np.isclose(a, b, relative, absolute, equal_nan=True)
    if wrong.any() and not (excuse and excuse(a, b)):
        p, q = a[wrong].flat[0], b[wrong].flat[0]
        yield kind, f"{at}: {int(wrong.sum())} of {wrong.size} differ, first {p!r} | {q!r}"


# --- gradients


def gradient_differences(ours: Outcome, theirs: Outcome) -> Iterator[tuple[str, str]]:
    graphs = [_Gradients(outcome) for outcome in (ours, theirs)]
    if not graphs[1].leaves:
        return
    for kind in ("gradient", "second gradient"):
        a, b = (graph.next() for graph in graphs)
        if a is None and b is None:
            return
        if a is None or b is None or isinstance(a, str) or isinstance(b, str):
            if a != b:
                texts = [g if isinstance(g, str) else "(no error)" for g in (a, b)]
                yield kind, " | ".join(texts)
            return
        found = list(_lists_differ(kind, a, b))
        yield from found
        if found:
            return


def _lists_differ(kind: str, ours: list[Any], theirs: list[Any]) -> Iterator[tuple[str, str]]:
    for nr, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        at = f" of input {nr}"
        if a is None or b is None:
            if a is not b:
                texts = ["None" if g is None else "a tensor" for g in (a, b)]
                yield kind, f"{at}: {' | '.join(texts)}"
            continue
        yield from _number_differences(kind, a, b, at)
        in_one_node = str(b.grad_fn).startswith(ALL_IN_ONE_NODE)
        if kind == "gradient" and a.requires_grad != b.requires_grad and not in_one_node:
            yield kind, f"{at}: requires_grad {a.requires_grad} | {b.requires_grad}"


class _Gradients:
    """The gradients of an outcome, then the gradients of these."""

    def __init__(self, outcome: Outcome) -> None:
        self.library = outcome.library
        self.outputs = [t for t in outcome.tensors() if t.requires_grad]
        self.leaves = [t for t in outcome.arguments if t.requires_grad]

    def next(self) -> list[Any] | str | None:
        """The next derivative, or what error came; None if nothing requires grad."""
        if not self.outputs or not self.leaves:
            return None
        weights = [
            self.library.tensor(compare._weights(t.shape), dtype=t.dtype) for t in self.outputs
        ]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                gradients = self.library.autograd.grad(
                    self.outputs, self.leaves, weights, allow_unused=True, create_graph=True
                )
        except Exception as error:  # noqa: BLE001
            return ": ".join(compare._error(error))
        self.outputs = [g for g in gradients if g is not None and g.requires_grad]
        return list(gradients)
