"""The nodes that operations make: what they saved, and how their rules run backward."""

from __future__ import annotations

from itertools import count, repeat
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from minigrad import compiled, errors
from minigrad.disguise import readonly
from minigrad.edges import AccumulateGrad, CallableNode, TensorNode, fitted, gradient_edge
from minigrad.modes import no_grad
from minigrad.node import FREED, Output, rare, split
from minigrad.operands import ARRAYS, Constant
from minigrad.tensor import Counter, Leaf, Tensor, restored, wrap

if TYPE_CHECKING:
    from minigrad.op import Op


class OpNode(CallableNode):
    """A node made by an operation; each Op has its subclass, with slots for what it saves."""

    __slots__ = ()
    _op: Op
    _tensors: list[str]  # the names of what may be saved tensors

    def name(self) -> str:
        return self._op.name

    def _vjp_tensors(self, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        return self._run_rules(grads)

    def _run_rules(
        self, grads: tuple[Any, ...], *, arrays: bool = False, through: Any = None
    ) -> tuple[Any, ...]:
        """One gradient per edge from the rules, on Tensors or on arrays; only `through` nodes."""
        op = self._op
        values: dict[str, Any] = {n: self._unpack(n, arrays=arrays) for n in op.saved}
        if all(g is None for g in grads) and op.name not in compiled.UNDERIVED:
            return (None,) * len(self._targets())
        grads += (None,) * (self._n_outputs - len(grads))
        values |= {"grad": grads[0], "grads": grads}
        if op.variadic:
            ((name, rule),) = op.rules.items()
            return tuple(rule(*[values[asked] for asked in op.asked[name]]))
        result: dict[str, Any] = dict.fromkeys(op.inputs)
        ends = {name: split(getattr(self, f"_target_{name}"))[0] for name in op.inputs}
        wanted = [n for n in op.inputs if ends[n] and (through is None or ends[n] in through)]
        for name in sorted(wanted):  # PyTorch's order: it numbers new nodes
            result[name] = op.rules[name](*[values[asked] for asked in op.asked[name]])
        return tuple(result.values())

    def _unpack(self, name: str, *, arrays: bool = False) -> Any:
        """What was saved under `name`, as rules on Tensors or on arrays want it.

        Raises
        ------
        RuntimeError
            If it was freed, or changed in place since.
        """
        kind = self._op.saved[name]
        value = getattr(self, f"_kept_{name}")
        if value is FREED:
            raise errors.second_backward()
        if value is None or kind not in ("input", "output"):
            return value  # an index or a mask stays an array: rules pass it on as a parameter
        if type(value) is Packed:
            value = value.unpack(self)
        else:
            self._check_version(name)
            if value.__class__ in ARRAYS:
                return self._held(name)[1] if arrays else self._restored(name)
        return value._data if arrays or type(value) is Constant else value

    def _held(self, name: str) -> tuple[Any, Any]:
        """The version counter and the array of what was saved under `name`."""
        saved = getattr(self, f"_kept_{name}")
        if saved.__class__ not in ARRAYS:
            return saved._counter, saved._data
        if self._op.saved[name] == "input":  # a number; it is an array once something may change it
            kept = getattr(self, f"_target_{name}")._rare
            return (kept and kept.shared) or (None, saved)
        if self._op.outputs:
            return getattr(self, f"_counter_{name}"), saved
        return (self._rare and self._rare.shared) or (None, saved)

    def _restored(self, name: str) -> Tensor:
        """What was saved as an array, an input or output, as a Tensor at its place in the graph."""
        counter, data = self._held(name)
        if self._op.saved[name] == "input":
            return restored(data, counter, getattr(self, f"_target_{name}"))
        if counter is None and type(data) is np.ndarray and not self._op.outputs:
            counter = Counter()  # of the result itself, should that be changed later
            self._share_result(data, counter, 0)
        return restored(data, counter, self if data.dtype.kind == "f" else None)

    def _check_version(self, name: str) -> None:
        """Complain if what was saved under `name` has been changed in place since."""
        saved, counter = getattr(self, f"_kept_{name}"), self._held(name)[0]
        expected = getattr(self, "_versions", {}).get(name, 0)
        if counter is not None and counter.version != expected:
            if saved.__class__ not in ARRAYS:
                raise errors.modified_in_place(saved, expected)
            is_input = self._op.saved[name] == "input"
            writer = counter.writer if is_input else None
            raise errors.modified_in_place(self._restored(name), expected, writer)

    def _vjp_general(self, grads: list[Any], keep: bool = True) -> tuple[Any, ...]:
        """`_vjp` where no gradient arrived, of mixed dtypes, of several outputs or a list."""
        if self._rare is not None and self._rare.mixed:
            return TensorNode._vjp(self, grads, keep)
        returned = self._run_rules(tuple(grads), arrays=True)
        sent = tuple(map(fitted, repeat(self), count(), self._targets(), returned))
        if not keep:  # not before: of a gradient that does not fit nothing is lost
            self._release()
        return sent

    _vjp = _vjp_general

    def _release(self) -> None:
        for name in self._op.freed:
            value = getattr(self, f"_kept_{name}")
            is_attribute = self._op.saved[name] == "attribute"
            there = value is FREED or getattr(value, "_data", value) is not None
            if compiled.holds_array(value) if is_attribute else there:
                setattr(self, f"_kept_{name}", FREED)

    def _share_result(self, data: Any, counter: Any, nr: int) -> None:
        names = self._op.outputs or ("result",)
        name = names[nr] if nr < len(names) else "*"
        is_saved = name in self._op.saved and type(getattr(self, f"_kept_{name}")) in ARRAYS
        if is_saved:
            setattr(self, f"_kept_{name}", data)
        if is_saved and self._op.outputs:
            setattr(self, f"_counter_{name}", counter)
        elif is_saved or self._meta.__class__ is type:  # who saved an array saved the tensor
            plain = self._rare is None or self._rare.plain
            rare(self).shared = (counter, data)
            rare(self).plain = plain


def node_class(op: Op) -> type[Any]:
    """The subclass of OpNode for `op`: PyTorch's name, a slot for all that the rules ask for."""
    slots = [f"_target_{name}" for name in op.inputs] + ["__weakref__"] * bool(op.view)
    for name, kind in op.saved.items():
        slots += [f"_kept_{name}"] + [f"_counter_{name}"] * (kind == "output" and bool(op.outputs))
    slots += ["_versions"] * bool({"input", "output"} & {*op.saved.values()})
    body: dict[str, Any] = {"__slots__": tuple(slots), "_op": op}
    body["__module__"] = "builtins"  # as it prints
    for name, kind in op.saved.items():
        if not name.startswith("_") and not (op.variadic and kind == "shape"):
            body[f"_saved_{name}"] = _saved_property(name)
    body["_tensors"] = [n for n, kind in op.saved.items() if kind in ("input", "output")]
    for name in body["_tensors"]:
        body[f"_raw_saved_{name}"] = readonly(lambda node, name=name: SavedTensor(node, name))
    body["_targets"] = compiled.targets(op)
    if op.outputs is None and not op.variadic:
        body["_vjp"] = compiled.vjp(op)
    return type(op.name.rpartition("::")[2], (OpNode,), body)


def _saved_property(name: str) -> property:
    """``node._saved_other``: what PyTorch shows under that name."""

    def get(node: Any) -> Any:
        value: Any = node._unpack(name)
        if node._op.saved[name] == "strides":
            return tuple([step // node._output_metadata(0)[1].itemsize for step in value])
        if node._op.saved[name] == "input" and isinstance(value, (bool, int, float)):
            return wrap(np.array(value))  # a number is a 0-d tensor, a float one of float64
        if isinstance(value, tuple):
            parts = cast("tuple[Any, ...]", value)
            return tuple([wrap(v) if isinstance(v, np.ndarray) else v for v in parts])
        return wrap(value) if isinstance(value, (np.ndarray, np.generic)) else value

    return readonly(get, doc=f"What the node saved as `{name}`.")


# --- what nodes save, as users see it: ``node._raw_saved_self``, and what hooks have packed


class Packed:
    """What stands in a node, in place of a saved tensor that a hook has packed."""

    __slots__ = ("_edge", "_packed", "_unpack")

    def __init__(self, node: Any, tensor: Any, pack: Any, unpack: Any) -> None:
        version = tensor._version
        with no_grad():
            self._packed = pack(tensor)
        errors.check(tensor._version == version, "packing_in_place")
        self._unpack = unpack
        target, nr = gradient_edge(tensor)
        self._edge = ("own" if target is node else target, nr)  # no cycle of references

    def unpack(self, node: Any) -> Tensor:
        """What the unpack hook gives, at the place in the graph of the tensor that was saved.

        Raises
        ------
        TypeError
            If it gives no tensor.
        """
        tensor = self._unpack(self._packed)
        errors.check(isinstance(tensor, Tensor), "unpacked_no_tensor", tensor)
        tensor = tensor.detach()  # of the same memory, so that changes of it are noticed
        target, nr = self._edge
        tensor._requires_grad = target is not None
        if type(target) is AccumulateGrad:
            tensor._leaf = Leaf(target)
        elif target is not None:
            tensor._edge = Output((node if target == "own" else target, nr))
        return tensor


class SavedTensor:
    """What a node saved under a name, of a custom Function by number: ``node._raw_saved_self``."""

    __slots__ = ("_name", "_node")
    __module__ = "torch._C._autograd"  # as it prints

    def __init__(self, node: Any, name: Any) -> None:
        self._node, self._name = node, name

    def _kept(self) -> Any:
        return getattr(self._node, f"_kept_{self._name}", FREED)

    def unpack(self) -> Tensor | None:
        """The tensor, if it has not been packed."""
        is_plain = not isinstance(self._kept(), (Packed, Constant, type(None)))
        return self._node._unpack(self._name) if is_plain else None

    def register_hooks(self, pack_hook: Any, unpack_hook: Any) -> None:
        """Keep what ``pack_hook(tensor)`` returns; `unpack_hook` makes a tensor of that again."""
        errors.check(type(self._kept()) is not Packed, "packed_twice")
        errors.check(self._kept() is not FREED, "packed_after_backward")
        errors.check(self.unpack() is not None, "packed_none")

        def pack(tensor: Any) -> Any:  # here PyTorch shows hooks no history
            return pack_hook(tensor.detach())

        self.pack(pack, unpack_hook)

    def pack(self, pack_hook: Any, unpack_hook: Any) -> None:
        """Let the hooks pack the tensor, if there is one and it has not been packed."""
        tensor = self.unpack()
        if tensor is not None:
            rare(self._node)  # which takes the general path
            packed = Packed(self._node, tensor, pack_hook, unpack_hook)
            setattr(self._node, f"_kept_{self._name}", packed)
