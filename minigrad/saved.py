"""What nodes save, as users see it: ``node._raw_saved_self``, and what hooks have packed."""

from __future__ import annotations

from typing import Any

from minigrad import errors
from minigrad.edges import AccumulateGrad, gradient_edge
from minigrad.modes import no_grad
from minigrad.node import FREED, Output, rare
from minigrad.operands import Constant
from minigrad.tensor import Leaf, Tensor


class Packed:
    """What stands in a node, in place of a saved tensor that a hook has packed."""

    __slots__ = ("_data", "_edge", "_unpack")

    def __init__(self, node: Any, tensor: Any, pack: Any, unpack: Any) -> None:
        version = tensor._version
        with no_grad():
            self._data = pack(tensor)
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
        tensor = self._unpack(self._data)
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
