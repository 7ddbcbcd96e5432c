"""The nodes that operations make: what they saved, and how their rules run backward."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, repeat
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from minigrad import compiled, errors
from minigrad.edges import CallableNode, TensorNode, fitted
from minigrad.graph import Packed
from minigrad.node import FREED, Output
from minigrad.operands import Constant
from minigrad.tensor import Tensor, wrap

if TYPE_CHECKING:
    from minigrad.op import Op


class OpNode(CallableNode):
    """A node made by an operation; each Op has its subclass, with slots for what it saves."""

    __slots__ = ()
    op: Op

    def name(self) -> str:
        return self.op.name

    def vjp_tensors(self, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        return self._run_rules(grads, self.unpack)

    def _run_rules(self, grads: tuple[Any, ...], unpack: Callable[[str], Any]) -> tuple[Any, ...]:
        """One gradient per edge from the rules, on whatever `unpack` makes of the saved values."""
        if all(g is None for g in grads):
            return (None,) * len(self.targets())
        op = self.op
        grads += (None,) * (self.n_outputs - len(grads))
        values: dict[str, Any] = {"grad": grads[0], "grads": grads}
        if op.variadic:
            (rule,) = op.rules.values()
            (asked,) = op.asked.values()
            returned = rule(*[values[n] if n in values else unpack(n) for n in asked])
            pairs = zip(self.targets(), returned, strict=True)
            return tuple([None if target is None else grad for target, grad in pairs])
        result: dict[str, Any] = dict.fromkeys(op.inputs)
        wanted = [n for n, t in zip(op.inputs, self.targets(), strict=True) if t is not None]
        for name in sorted(set(wanted) & set(op.rules)):  # PyTorch's order: it numbers new nodes
            for asked in op.asked[name]:
                if asked not in values:
                    values[asked] = unpack(asked)
            result[name] = op.rules[name](*[values[asked] for asked in op.asked[name]])
        return tuple(result.values())

    def unpack(self, name: str) -> Any:
        """What was saved under `name`, as rules on Tensors want it.

        Raises
        ------
        RuntimeError
            If it was freed, or changed in place since.
        """
        kind = self.op.saved[name]
        value = getattr(self, f"saved_{name}")
        if value is FREED:
            raise errors.second_backward()
        if value is None or kind in ("shape", "numel", "strides", "attribute"):
            return value  # an index or a mask stays an array: rules pass it on as a parameter
        if type(value) is Packed:
            return value.unpack(self)
        self.check_version(name)
        if kind == "input":
            return value._data if type(value) is Constant else value
        tensor = wrap(value)
        if kind == "result":
            tensor._counter = self.counter
            maker = self.rare and self.rare.maker and self.rare.maker()
            tensor._requires_grad = True
            tensor._edge = maker or self
        elif kind == "output" and tensor._data.dtype.kind == "f" and name != "LU":
            tensor._requires_grad = True
            tensor._edge = Output(self, (self.op.outputs or ()).index(name))
        return tensor

    def unpack_array(self, name: str) -> Any:
        """What was saved under `name`, as rules on arrays want it; errors as for `unpack`."""
        kind = self.op.saved[name]
        value = getattr(self, f"saved_{name}")
        if value is FREED:
            raise errors.second_backward()
        if value is None or kind in ("shape", "numel", "strides", "attribute"):
            return value
        if type(value) is Packed:
            return value.unpack(self)._data
        self.check_version(name)
        return value._data if kind == "input" else value

    def check_version(self, name: str) -> None:
        """Complain if what was saved under `name` has been changed in place since."""
        kind = self.op.saved[name]
        saved = getattr(self, f"saved_{name}")
        if kind == "result":
            counter, expected = self.counter, self.rare.version if self.rare else 0
        else:
            counter = getattr(saved, "_counter", None)
            expected = getattr(self, f"version_{name}", 0)
        if counter is not None and counter.version != expected:
            raise errors.modified_in_place(self, saved, kind, counter.version, expected)

    def vjp_general(self, grads: list[Any], keep: bool = True) -> tuple[Any, ...]:
        """`vjp` where no gradient arrived, of mixed dtypes, of several outputs or a list."""
        if self.rare is not None and self.rare.mixed:
            return TensorNode.vjp(self, grads, keep)
        returned = self._run_rules(tuple(grads), self.unpack_array)
        if not keep:
            self.release()
        return tuple(map(fitted, repeat(self), count(), self.targets(), returned))

    vjp = vjp_general

    def release(self) -> None:
        for name in self.op.releases:
            saved = getattr(self, f"saved_{name}")  # what was None stays so, as in PyTorch
            if saved is not None and not (type(saved) is Constant and saved._data is None):
                setattr(self, f"saved_{name}", FREED)
        for name in self.op.kept:
            if compiled.holds_array(getattr(self, f"saved_{name}")):
                setattr(self, f"saved_{name}", FREED)

    def share_result(self, data: Any, counter: Any, nr: int) -> None:
        if "result" in self.op.saved and nr == 0:
            saved = self.saved_result
            if saved is not None and saved is not FREED and type(saved) is not Packed:
                self.saved_result = data
                self.counter = counter

    @property
    def n_outputs(self) -> int:
        return 1 if self.op.outputs is None else len(getattr(self, "described"))  # noqa: B009

    def output_metadata(self, nr: int) -> tuple[tuple[int, ...], np.dtype[Any]]:
        if self.op.outputs is None:
            return super().output_metadata(nr)
        return getattr(self, "described")[nr]  # noqa: B009


def node_class(op: Op) -> type[Any]:
    """The subclass of OpNode for `op`: PyTorch's name, a slot for all that the rules ask for."""
    targets = ["list"] if op.variadic else op.inputs
    slots = [
        f"{kind}_{name}"
        for kind, names in (("target", targets), ("saved", op.saved))
        for name in names
    ]
    slots += [f"version_{name}" for name, kind in op.saved.items() if kind == "input"]
    if "result" in op.saved:
        slots.append("counter")
    if op.outputs is not None:
        slots.append("described")
    body: dict[str, Any] = {"__slots__": tuple(slots), "__doc__": op.says or None, "op": op}
    for name, kind in op.saved.items():
        if not name.startswith("_") and not (op.variadic and kind == "shape"):
            body[f"_saved_{name}"] = _saved_property(name)
    body["targets"] = compiled.targets(op)
    if op.outputs is None and not op.variadic:
        body["vjp"] = compiled.vjp_later(op)
        body["is_special"] = op.name == compiled.UNDERIVED
    return type(op.name.rpartition("::")[2], (OpNode,), body)


def _saved_property(name: str) -> property:
    """``node._saved_other``: what PyTorch shows under that name."""

    def get(node: Any) -> Any:
        value: Any = node.unpack(name)
        if node.op.saved[name] == "strides":
            return tuple([step // node.output_metadata(0)[1].itemsize for step in value])
        if node.op.saved[name] == "input" and isinstance(value, (bool, int, float)):
            return wrap(np.array(value))  # a number is a 0-d tensor, a float one of float64
        if name.startswith(_INDICES) and not compiled.holds_array(value):
            return _unsigned(value)
        if isinstance(value, tuple):
            parts = cast("tuple[Any, ...]", value)
            return tuple([wrap(v) if isinstance(v, np.ndarray) else v for v in parts])
        return wrap(value) if isinstance(value, (np.ndarray, np.generic)) else value

    return property(get, doc=f"What the node saved as `{name}`.")


_INDICES = ("dim", "start", "index", "pad", "ignore_index", "shifts")
"""What PyTorch shows as unsigned numbers: names begin so."""


def _unsigned(dim: Any) -> Any:
    """A dimension as PyTorch shows it: a negative one as the unsigned number of the same bits."""
    several: Any = dim
    if isinstance(dim, tuple):
        return tuple([_unsigned(d) for d in several])
    return dim + 2**64 if isinstance(dim, int) and dim < 0 else dim
