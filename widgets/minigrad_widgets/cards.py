"""What a node is called, the formulas it runs and what they mean in plain words.

The formulas are not written here: each is the derivative rule of the operation's declaration, run
on symbols (`minigrad.symbol`), once with names in it and once with the numbers that the node
received and saved. The words are those of ``operations.toml``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from minigrad.op import registry
from minigrad.symbol import ATOM, NEGATIVE, Symbol

from .graph import GraphNode
from .mathml import Written, hole
from .mathml import name as word
from .names import is_tensor
from .numbers import Shown, show
from .values import shape_of
from .words import words

NameOf = Callable[[Any], str | None]
_MISSING = object()


@dataclass(frozen=True)
class Formula:
    """The rule that gives the gradient of one input.

    ``input`` is PyTorch's name of the input (``self``, ``other``); ``named`` is the rule with names
    in it, ``numbered`` the same rule with the numbers of this step.
    """

    input: str
    named: Written
    numbered: Written

    @property
    def is_plain(self) -> bool:
        """Whether the rule is one name or number by itself."""
        return self.named.template == hole(0)


@dataclass(frozen=True)
class Card:
    """What is said about one node: its name, and one formula (or None) per edge.

    ``kind`` is that of the node in the graph, ``of`` what a leaf is called.
    """

    name: str
    formulas: tuple[Formula | None, ...]
    kind: str = "op"
    of: str | None = None

    def says(self, lang: str | None = None) -> str:
        """Say in plain words what the node does to a gradient, without capital or full stop."""
        text = words("card", lang=lang)
        if self.kind == "leaf":
            return text["leaf_named"].format(of=self.of) if self.of else text["leaf"]
        if self.kind == "function":
            return text["function"].format(name=self.name.removesuffix("Backward"))
        return words("operations", lang=lang).get(self.name, text["unknown"])


@dataclass(frozen=True)
class Surroundings:
    """What a card may call by name: the node's own tensor, its inputs, any other tensor.

    ``needed`` tells, per edge, whether a gradient flows along it: only then does its rule run.
    """

    own: str | None
    inputs: Sequence[str | None]
    needed: Sequence[bool]
    name_of: NameOf


def card(node: Any, described: GraphNode, received: Sequence[Any], around: Surroundings) -> Card:
    """Describe one step of a node.

    Parameters
    ----------
    node : node
        Of minigrad or PyTorch, its saved tensors not yet freed.
    described : GraphNode
        The same node in the traced graph.
    received : sequence of Tensor or None
        The gradients that came in, one per output.
    around : Surroundings
        The names that may be used.

    Returns
    -------
    Card
        Without formulas when no rule is written down for a node of this name.
    """
    op = None if described.kind in ("leaf", "function") else _declared(described.name)
    if op is None:
        none = (None,) * len(around.inputs)
        return Card(described.name, none, described.kind, around.own)
    writer = _Writer(node, received, around, op)
    formulas = tuple(writer.formula(nr) for nr in range(len(around.inputs)))
    return Card(described.name, formulas, described.kind)


@lru_cache(maxsize=1000)
def _parameters(rule: Callable[..., Any]) -> tuple[str, ...]:
    """What a rule asks for; a long graph runs the same few rules again and again."""
    return tuple(inspect.signature(rule).parameters)


def _declared(name: str) -> Any:
    """The declaration of the operation with this node name, if there is one."""
    return registry.get(name) or registry.get(f"torch::autograd::{name}")


class _Writer:
    """Writes the formulas of one node: every name and every number goes into a hole of its own."""

    def __init__(self, node: Any, received: Sequence[Any], around: Surroundings, op: Any) -> None:
        self.node = node
        self.received = received
        self.around = around
        self.op = op
        self.places = {name: nr for nr, name in enumerate(op.inputs)}

    def formula(self, nr: int) -> Formula | None:
        """Write the rule of input ``nr``; None when it did not run, or is not one for symbols."""
        if not self.around.needed[nr]:
            return None
        # An operation on a list of tensors (cat, stack) has one rule for all of them.
        name = self.op.inputs[min(nr, len(self.op.inputs) - 1)]
        rule = self.op.rules.get(name)
        if rule is None:
            return None
        named = self._run(rule, self._name)
        numbered = self._run(rule, self._number)
        if named is None or numbered is None:
            return None
        return Formula(name, named, numbered)

    def _run(self, rule: Callable[..., Any], write: Callable[[str, Any], Any]) -> Written | None:
        """Run a rule on symbols that are holes."""
        holes: list[Shown] = []

        def argument(written: Any) -> Any:
            if not isinstance(written, Shown):
                return written
            holes.append(written)
            return Symbol(hole(len(holes) - 1), NEGATIVE if written.signed else ATOM)

        arguments: list[Any] = []
        for name in _parameters(rule):
            if name == "grads":
                arguments.append(tuple(argument(write("grad", g)) for g in self.received))
            else:
                arguments.append(argument(write(name, self._value(name))))
        try:
            template = str(rule(*arguments))
        except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError):
            return None  # the rule does more than symbols can; the numbers of the step still stand
        return Written(template, tuple(holes))

    def _value(self, name: str) -> Any:
        if name == "grad":
            return next((grad for grad in self.received if grad is not None), None)
        return getattr(self.node, f"_saved_{name}", _MISSING)

    def _name(self, name: str, value: Any) -> Any:
        """What a parameter of a rule is called: ``g``, the learner's name, or PyTorch's word."""
        if name == "grad":
            return None if value is None else word("g")
        if not is_tensor(value) and value is not _MISSING:
            return value
        label = self._label(name, value)
        if label is None and self._is_constant(name, value):
            return show(value)
        return word(label or name)

    def _label(self, name: str, value: Any) -> str | None:
        if name == "result":
            return self.around.own
        place = self.places.get(name)
        if place is not None and place < len(self.around.inputs):
            label = self.around.inputs[place]
            if label is not None:
                return label
        return None if value is _MISSING else self.around.name_of(value)

    def _is_constant(self, name: str, value: Any) -> bool:
        """Tell the 2 of ``x * 2`` from a tensor: it has no dimensions and no edge."""
        place = self.places.get(name)
        if value is _MISSING or place is None or place >= len(self.around.needed):
            return False
        return not self.around.needed[place] and not shape_of(value)

    def _number(self, name: str, value: Any) -> Any:
        """What stands in place of a parameter when the numbers are put in."""
        if value is _MISSING:
            return word(name)
        return show(value) if is_tensor(value) else value
