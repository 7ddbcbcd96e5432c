"""Declarations of gradients that are operations themselves, as many of PyTorch's are."""

from __future__ import annotations

import functools
from collections.abc import Callable
from functools import cached_property
from types import CodeType, FunctionType
from typing import Any

from minigrad.op import Op
from minigrad.op_node import node_class
from minigrad.ops.with_number import zeros_like


def names_of(function: Callable[..., Any]) -> list[str]:
    """The names of the parameters."""
    return [*function.__code__.co_varnames[: function.__code__.co_argcount]]


def passing(run: Callable[..., Any], names: str) -> Callable[..., Any]:
    """A rule that asks for `names` and passes them to `run`."""
    parameters = tuple(names.split(", "))
    code = _passing_code(len(parameters)).replace(co_varnames=parameters)
    return FunctionType(code, {"run": run})


@functools.cache
def _passing_code(count: int) -> CodeType:
    """The code of a function that passes so many parameters on, whatever they are called."""
    names = ", ".join([f"p{nr}" for nr in range(count)])
    return eval(f"lambda {names}: run({names})").__code__  # noqa: S307 - the source is ours


# fmt: off
def bent(name: str, forward: Any, slope: Any, curve: Any = None, slope_tex: str | None = None,
         **words: Any) -> Op:
    """The function `name` of each element, whose gradient `slope` is an operation too.

    The gradient is linear in what arrives, so its own gradient by that is `slope` again; that by
    the input is `curve`, or zero for straight lines.
    """
    names = ", ".join(["grad", *names_of(slope)[1:]])
    again = passing(lambda *values: backward(*values), names)
    backward = Op(f"{name}BackwardBackward0", slope, inputs=("grad_output", "self"), tex=slope_tex,
        grad_output=again, self=curve or (lambda grad: zeros_like(grad)),
        says="the derivative, differentiated once more")
    return Op(f"{name}Backward0", forward, inputs=("self",), self=again, **words)


_LAYER = ("input", "weight", "bias")


class Layer(Op):
    """An operation of input, weight and bias, whose gradients PyTorch computes all at once.

    They are the outputs of one node, whose operation is `gradients`. It runs on Tensors only: on
    arrays each rule runs by itself. All that a rule must know beside the tensors is `_how`.

    Parameters
    ----------
    forward : callable
        From ``(input, weight, bias, _how)``.
    rules : tuple of callable
        From ``(grad, input, weight, _how)`` to the gradients of input, weight and bias.
    second : tuple of callable
        From ``(grads, grad, input, weight, _how)`` to the gradients of grad, input and weight.
    saves : tuple of str
        What PyTorch's node saves beside tensors that it needs.
    tensors, settings : tuple of str
        What the node of the gradients has, tensors and others; what is ``result1`` here and
        ``mean`` there is ``"mean=result1"``.
    """

    def __init__(self, name: str, forward: Any, /, *, rules: tuple[Any, ...],
                 second: tuple[Any, ...], saves: tuple[str, ...], tensors: tuple[str, ...],
                 settings: tuple[str, ...], **words: Any) -> None:
        super().__init__(f"{name}Backward0",
            passing(lambda input, weight, bias, *values: forward(input, weight, bias, values[-1]),
                    ", ".join(dict.fromkeys((*_LAYER, *saves, "_how")))),
            inputs=_LAYER, promotes=None, also=saves, **dict(zip(_LAYER, rules, strict=True)),
            **words)
        names = [part.partition("=")[0] for part in (*tensors, *settings)]
        self.handed_on = [part.rpartition("=")[2] for part in (*tensors, *settings)][1:]

        def run(*values: Any) -> list[Any]:
            *given, how, wanted = values
            arrays = dict(zip(names, given, strict=True))
            known, nothing = (given[0], arrays["input"], arrays["weight"], how), given[0][:0]
            return [rule(*known) if w else nothing for rule, w in zip(rules, wanted, strict=True)]

        asked = f"grads, {names[0]}, input, weight, _how"
        named: Any = zip((names[0], *_LAYER), second, strict=False)
        by: Any = {name: passing(rule, asked) for name, rule in named}
        self.gradients = Op(f"{name}BackwardBackward0",
            passing(run, ", ".join([*names, "_how", "wanted"])), promotes=None,
            inputs=tuple(names[: len(tensors)]), outputs=("result0", "result1", "result2"),
            also=tuple([n for n in names[1:] if n != "bias"]), **by)

    @cached_property
    def node_class(self) -> type[Any]:
        """The class of the nodes, which on Tensors run `gradients` instead of the rules."""

        def vjp_tensors(node: Any, grad: Any) -> tuple[Any, ...]:
            wanted = [edge[0] is not None and grad is not None for edge in node.next_functions]
            if not any(wanted):
                return (None,) * len(wanted)
            given = [node.unpack(name) for name in (*self.handed_on, "_how")]
            found = self.gradients.run(grad, *given, wanted)
            return tuple([g if w else None for g, w in zip(found, wanted, strict=True)])

        made = node_class(self)
        made.vjp_tensors = vjp_tensors
        return made


def total(*terms: Any) -> Any:
    """The sum of those `terms` that are not None."""
    there = [term for term in terms if term is not None]
    return sum(there[1:], start=there[0]) if there else None
# fmt: on
