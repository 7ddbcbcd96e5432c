"""Another shape in place, the memory untouched: t_, transpose_, squeeze_, unsqueeze_."""

from __future__ import annotations

from typing import Any

from minigrad import errors
from minigrad.in_place import check_graph, set_edge
from minigrad.modes import modes
from minigrad.op import Op
from minigrad.ops import broadcast, shape
from minigrad.ops.arguments import distinct_dims, int_tuple
from minigrad.tensor import Tensor, method


def _in_place(name: str, op: Op) -> Op:
    """The operation `op` under the name that PyTorch gives the node of its in-place form."""
    rules: dict[str, Any] = op.rules
    return Op(
        name,
        op.forward,
        inputs=op.inputs,
        promotes=None,
        tex=op.tex,
        says=op.says,
        **rules,
    )


t_op = _in_place("TBackward1", shape.t_op)
transpose_op = _in_place("TransposeBackward1", shape.transpose_op)
unsqueeze_op = _in_place("UnsqueezeBackward1", broadcast.unsqueeze)
squeeze_all = _in_place("SqueezeBackward3", broadcast.squeeze_all)
squeeze_dim = _in_place("SqueezeBackward4", broadcast.squeeze_dim)
squeeze_dims = _in_place("SqueezeBackward5", broadcast.squeeze_dims)


def reshape_in_place(op: Op, self: Tensor, *attributes: Any) -> Tensor:
    """Give `self` the shape that `op` makes of it, and a node if a gradient is wanted."""
    recording = modes.grad and self.requires_grad
    if recording:
        check_graph(self)
    counter = self._share()
    before = self._data
    data = op.compute([self], [before], list(attributes))
    node = op.make_node([self], list(attributes), [before], data) if recording else None
    self._data = data
    counter.version += 1
    if node is None:
        return self
    if self._view is None:
        set_edge(self, (node, 0))
    else:
        self._view.edge = (node, 0)
        self._view.version = counter.version
    return self


@method("t_")
def t_(self: Tensor) -> Tensor:
    """In-place form of `t`."""
    if self._data.ndim > 2:
        raise errors.t_of_many_dims(self._data.ndim, "t_")
    return reshape_in_place(t_op, self)


@method("transpose_", "swapaxes_", "swapdims_")
def transpose_(self: Tensor, dim0: int, dim1: int) -> Tensor:
    """In-place form of `transpose`."""
    return reshape_in_place(transpose_op, self, dim0, dim1)


@method("unsqueeze_")
def unsqueeze_(self: Tensor, dim: int) -> Tensor:
    """In-place form of `unsqueeze`."""
    return reshape_in_place(unsqueeze_op, self, dim)


@method("squeeze_")
def squeeze_(self: Tensor, dim: Any = None) -> Tensor:
    """In-place form of `squeeze`."""
    if dim is None:
        return reshape_in_place(squeeze_all, self)
    if isinstance(dim, (tuple, list)):
        dims = int_tuple("squeeze_", "dim", dim)
        distinct_dims(dims, self._data.ndim)
        return reshape_in_place(squeeze_dims, self, dims)
    return reshape_in_place(squeeze_dim, self, dim)
