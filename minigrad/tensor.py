"""The Tensor: numbers, whether they require a gradient, the gradient, and the edge into the graph.

This file knows no operation. Operations are declared in `minigrad.ops`, and each puts its methods
on the class.
"""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING, Any, Self, TypeVar
from weakref import ref

import numpy as np

from minigrad import dtypes, errors, printing
from minigrad.disguise import TensorType, readonly
from minigrad.modes import Untracked, altered, modes
from minigrad.node import RemovableHandle, Target, add_hook, rare, split
from minigrad.sizes import Size, element_strides

Function = TypeVar("Function", bound=Callable[..., Any])


def address(data: Any) -> int:
    """Where the first element of an array is."""
    return data.__array_interface__["data"][0]


def memory_of(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """All of the memory that `array` looks at, as one contiguous array."""
    owner = array.base if isinstance(array.base, np.ndarray) else array
    return owner if owner.flags.c_contiguous else owner.ravel(order="K")


def offset_of(array: np.ndarray[Any, Any]) -> int:
    """Where in its memory `array` begins, in bytes."""
    return address(array) - address(memory_of(array))


class Counter:
    """How often the memory of a tensor and its views has been changed in place, and by whom last.

    `writer` is the name of the node that the owner of the memory came to have by that, if any.
    """

    __slots__ = ("version", "writer")
    to_save: Any  # the same, for who saves the tensor: the counter of inference tensors refuses

    def __init__(self) -> None:
        self.version = 0
        self.writer: str | None = None


Counter.to_save = vars(Counter)["version"]


class Leaf:
    """What a tensor has as the leaf of a graph.

    Attributes
    ----------
    accumulator : callable
        Returns its AccumulateGrad, or None if it has none at present: a weak reference.
    hooks : dict
        Its hooks, by kind.
    """

    __slots__ = ("accumulator", "hooks")

    def __init__(self, accumulator: Any = None) -> None:
        self.accumulator: Callable[[], Any] = ref(accumulator) if accumulator else type(None)
        self.hooks: dict[str, dict[int, Any]] = {}


class Tensor(metaclass=TensorType):
    """An array of numbers that remembers how it was computed.

    Attributes
    ----------
    _data : np.ndarray or np.generic
        The numbers. A 0-d result is a numpy scalar, which is many times faster than a 0-d array; it
        becomes an array when something may change it in place (`_share`).
    _requires_grad : bool
        Whether a gradient is wanted: set by the user on a leaf, true of every result that has a
        node.
    _edge : Node, Output or None
        The node that made the tensor, or an output of it. None for leaves and views.
    _grad : Tensor or None
        Unset for a result that never had one.
    _counter : Counter or None
        The version counter, shared by views and by ``detach()``; None while nothing shares the
        memory.
    _view : views.View or None
        What the tensor is a view of.
    _leaf : Leaf or None
        None as long as no graph and no hook wanted to know this leaf; unset if it never was a leaf.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/tensors.html
    """

    __slots__ = (
        "__dict__", "__weakref__", "_counter", "_data", "_edge", "_grad", "_leaf", "_requires_grad",
        "_view",
    )  # fmt: skip
    _data: Any
    _requires_grad: bool
    _edge: Target
    _grad: Tensor | None
    _counter: Any
    _view: Any
    _leaf: Leaf | None
    _c_name = "torch._C.TensorBase"

    __array_priority__ = 1000  # numpy leaves `array * tensor` to Tensor.__rmul__

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Make a tensor as the legacy constructor ``torch.Tensor(...)`` does."""
        return legacy_constructor[0](cls, *args, **kwargs)

    @staticmethod
    def _make_subclass(own: type[Any], data: Tensor, require_grad: bool = False) -> Any:
        """A leaf of class `own` over the memory of `data`: so lessons derive from Tensor."""
        made = as_subclass(data, own)
        made.requires_grad = require_grad
        return made

    def __hash__(self) -> int:
        return id(self)

    # --- the gradient and the graph

    @property
    def requires_grad(self) -> bool:
        """Whether a gradient is computed for this tensor in backward."""
        if self._requires_grad:
            return True
        # The base may have been given a history after this view was taken.
        return self._view is not None and self._view.base.requires_grad and not self.is_inference()

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        errors.check(isinstance(value, bool), "requires_grad_not_bool")
        errors.check(self._was_leaf() or not value, "requires_grad_of_result")
        errors.check(self._was_leaf(), "requires_grad_of_non_leaf")
        if value:
            errors.check(modes.counter or not self.is_inference(), "requires_grad_of_inference")
            errors.check(self._data.dtype.kind == "f", "only_floats_require_grad")
        self._requires_grad = value

    @requires_grad.deleter
    def requires_grad(self) -> None:
        raise errors.requires_grad_not_bool()

    @readonly
    def grad_fn(self) -> Any:
        """The node that made this tensor; None for a leaf."""
        return split(self._edge if self._view is None else self._view.current_edge(self))[0]

    @readonly
    def is_leaf(self) -> bool:
        """Whether no node stands behind it: made by the user, or requires no grad."""
        return not self.requires_grad or self.grad_fn is None

    @readonly
    def output_nr(self) -> int:
        """Which output of its node this tensor is."""
        return split(self._last_edge())[1]

    def _last_edge(self) -> Target:
        """The edge as it was last known: that of a view is not brought up to date."""
        return self._edge if self._view is None else self._view.edge

    def _was_leaf(self) -> bool:
        """Whether it was a leaf, as far as that is known: see `_last_edge`."""
        return not self.requires_grad or self._last_edge() is None

    @property
    def grad(self) -> Tensor | None:
        """The gradient that backward accumulated; None before."""
        grad = getattr(self, "_grad", None)
        if grad is None and self._last_edge() is not None and not self.retains_grad:
            warnings.warn(errors.NON_LEAF_GRAD, stacklevel=2)
        return grad

    @grad.setter
    def grad(self, value: Any) -> None:
        if value is not None:
            errors.check(isinstance(value, Tensor), "grad_is_no_tensor", value)
            errors.check(value is not self, "grad_is_self")
            errors.check(value._data.dtype is self._data.dtype, "grad_dtype", self, value)
            errors.check(value._data.shape == self._data.shape, "grad_shape", self, value)
        self._grad = value

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    @readonly
    def retains_grad(self) -> bool:
        """Whether `retain_grad` was called on this non-leaf."""
        node, nr = split(self._last_edge())
        keeper = node and node._rare and node._rare.retained.get(nr)
        return bool(keeper) and keeper() is self

    def retain_grad(self) -> None:
        """Keep the gradient of this non-leaf in its `.grad`; nothing changes for a leaf.

        Raises
        ------
        RuntimeError
            If the tensor does not require grad.
        """
        errors.check(self.requires_grad, "retain_grad_without_grad")
        if not self._was_leaf():
            self._grad = getattr(self, "_grad", None)
            rare(self.grad_fn).retained[self.output_nr] = ref(self)

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
        """Call ``hook(grad)`` for the gradient of this tensor; a result replaces it.

        Raises
        ------
        RuntimeError
            If the tensor does not require grad.
        """
        errors.check(self.requires_grad, "hook_without_grad")
        if self.is_leaf:
            return add_hook(self._leaf_hooks("tensor"), hook)
        hooks = self._backward_hooks
        if hooks is None:
            hooks = OrderedDict[int, Any]()
            rare(self.grad_fn).tensor.setdefault(self.output_nr, []).append((ref(self), hooks))
        return add_hook(hooks, hook)

    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], None]) -> RemovableHandle:
        """Call ``hook(leaf)`` after a gradient has been accumulated into this leaf.

        Raises
        ------
        RuntimeError
            If the tensor is no leaf or does not require grad.
        """
        errors.check(self.requires_grad, "hook_without_grad")
        errors.check(self.is_leaf, "post_accumulate_hook_of_non_leaf")
        return add_hook(self._leaf_hooks("post_accumulate"), hook)

    def _leaf_hooks(self, kind: str) -> dict[int, Any]:
        leaf: Leaf | None = getattr(self, "_leaf", None)
        if leaf is None:
            leaf = self._leaf = Leaf()
        elif accumulator := leaf.accumulator():
            rare(accumulator)  # the hooks of a leaf live on the leaf; it must know of them
        return leaf.hooks.setdefault(kind, OrderedDict())

    @property
    def _backward_hooks(self) -> dict[int, Any] | None:
        node, nr = split(self._last_edge())
        if node is None:
            leaf: Leaf | None = getattr(self, "_leaf", None)
            return leaf and leaf.hooks.get("tensor")
        every = node._rare.tensor.get(nr, ()) if node._rare else ()
        return next((hooks for owner, hooks in every if owner() is self), None)

    # --- memory and versions

    def _share(self) -> Counter:
        """Open the memory to in-place changes and to views; from now on it counts its versions."""
        counter = self._counter
        if counter is None or type(self._data) is not np.ndarray:
            node, nr = split(self._edge)
            shared = node is not None and node._rare is not None and node._rare.shared
            counter = self._counter = counter or (shared and shared[0]) or Counter()
            if type(self._data) is not np.ndarray:
                self._data = np.array(self._data)
            if node is not None:
                node._share_result(self._data, counter, nr)
        return counter

    @readonly
    def _version(self) -> int:
        errors.check(not self.is_inference(), "version_of_inference")
        return 0 if self._counter is None else self._counter.version

    def is_inference(self) -> bool:
        """Whether it was made in inference mode."""
        return type(self._counter) is Untracked

    @readonly
    def _base(self) -> Tensor | None:
        return self._view.base if self._is_view() else None

    def _is_view(self) -> bool:
        return self._view is not None and not self.is_inference()

    @property
    def data(self) -> Tensor:
        """The same memory, outside of the graph and with a version counter of its own."""
        other = self.detach()
        other._counter = other._counter if self.is_inference() else Counter()
        return other

    @data.setter
    def data(self, value: Any) -> None:
        errors.check(isinstance(value, Tensor), "data_is_no_tensor", value)
        errors.check(not self.requires_grad or value._data.dtype.kind == "f", "data_dtype")
        value._share()
        self._share()
        leaf: Leaf | None = getattr(self, "_leaf", None)
        if leaf is not None and value._data.dtype is not self._data.dtype:
            if last := leaf.accumulator():
                rare(last)  # it has the hooks that are still to come, too
            leaf.accumulator = type(None)  # the next graph ends in a new one, of the new dtype
        self._data = value._data

    @data.deleter
    def data(self) -> None:
        raise errors.data_deleted()

    def detach(self) -> Tensor:
        """The same memory and version counter, outside of the graph."""
        counter = self._share()
        return restored(self._data, counter, None)

    # --- what it is

    @readonly
    def shape(self) -> Size:
        """The length of each dimension."""
        return tuple.__new__(Size, self._data.shape)  # pyright: ignore[reportUnknownMemberType]

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the length of one dimension."""
        if dim is None:
            return self.shape
        return self._data.shape[self._asked("size", dim)]

    @readonly
    def dtype(self) -> dtypes.dtype:
        """The type of the elements."""
        return dtypes.from_numpy(self._data.dtype)

    def stride(self, dim: int | None = None) -> Any:
        """How many elements lie between neighbours along each dimension, or along one."""
        strides = element_strides(self._data)
        return strides if dim is None else strides[self._asked("stride", dim)]

    def _asked(self, function: str, dim: Any) -> int:
        """The dimension that `function` was asked about, counted from the front."""
        given_int = hasattr(dim, "__index__")
        errors.check(given_int, "wrong_argument", function, "dim", " (position 1)", "int", dim)
        errors.check(self._data.ndim, "no_dimensions", dim)
        return errors.checked_dim(dim, self._data.ndim)

    def storage_offset(self) -> int:
        """Where in its memory the tensor begins, in elements."""
        return offset_of(self._data) // self.itemsize if type(self._data) is np.ndarray else 0

    def data_ptr(self) -> int:
        """The address of the first element."""
        self._share()
        return address(self._data) if self._data.size else 0

    # --- text

    def __repr__(self) -> str:
        try:
            node = None if self.is_leaf else self.grad_fn
            name = None if node is None else type(node).__name__
        except RuntimeError:  # a view whose history an in-place change has made ambiguous
            name = "Invalid"
        own = type(self).__module__.startswith("minigrad.")
        prefix = "tensor(" if own else f"{type(self).__name__}("
        return printing.tensor_str(self._data, self.requires_grad, name, prefix)

    def __format__(self, format_spec: str) -> str:
        if self._data.ndim == 0 and type(self) is Tensor:
            return format(self._data.item(), format_spec)
        return object.__format__(self, format_spec)

    if TYPE_CHECKING:  # the methods and operators that other files put on the class
        _put: Any = None
        __getattr__ = __getitem__ = __setitem__ = __iter__ = __len__ = __contains__ = _put
        __float__ = __int__ = __index__ = __neg__ = __invert__ = __eq__ = __ne__ = _put
        __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = _put
        __rtruediv__ = __pow__ = __rpow__ = __matmul__ = __lt__ = __le__ = __gt__ = __ge__ = _put


def _fact(name: str, doc: str, read: Callable[[Any], Any], *, called: bool = True) -> None:
    """Give Tensor the method `name` (not `called`: the property), which reads the array."""

    def fact(self: Tensor) -> Any:
        return read(self._data)

    fact.__name__, fact.__qualname__, fact.__doc__ = name, f"Tensor.{name}", doc
    setattr(Tensor, name, fact if called else readonly(fact))


# fmt: off
_fact("ndim", "The number of dimensions.", lambda data: data.ndim, called=False)
_fact("itemsize", "The size of an element in bytes.", lambda data: data.itemsize, called=False)
_fact("nbytes", "The size of all elements in bytes.", lambda data: data.nbytes, called=False)
_fact("dim", "The number of dimensions.", lambda data: data.ndim)
_fact("numel", "The number of elements.", lambda data: data.size)
_fact("nelement", "The number of elements.", lambda data: data.size)
_fact("element_size", "The size of an element in bytes.", lambda data: data.itemsize)
_fact("tolist", "The elements as nested lists; for 0-d a number.", lambda data: data.tolist())
_fact("is_complex", "False: there are no complex tensors here.", lambda data: False)
_fact("is_contiguous", "Whether the elements lie in memory in the order of their indices.",
    lambda data: data.flags.c_contiguous)
_fact("is_floating_point", "Whether the elements are floating-point numbers.",
    lambda data: data.dtype.kind == "f")
# fmt: on


legacy_constructor: list[Callable[..., Any]] = []
"""What ``torch.Tensor(...)`` calls; `minigrad.creation` puts it here."""

_new = object.__new__


def wrap(data: Any) -> Tensor:
    """A leaf over `data` (np.ndarray or np.generic), which is not copied."""
    tensor = _new(Tensor)
    tensor._data = data
    tensor._requires_grad = False
    tensor._edge = None
    tensor._grad = None
    tensor._counter = modes.counter if altered else None
    tensor._view = None
    tensor._leaf = None
    return tensor


def restored(data: Any, counter: Any, edge: Target) -> Tensor:
    """A tensor over `data` at that place of the graph, or outside: ``None``.

    A saved output comes back so: only its array is kept, so that no cycle arises.
    """
    tensor = wrap(data)
    tensor._counter = counter
    tensor._requires_grad, tensor._edge = edge is not None, edge
    return tensor


def as_subclass(tensor: Tensor, cls: type[Any]) -> Any:
    """A leaf of class `cls` (``nn.Parameter``) over the memory of `tensor`, and its versions."""
    other = tensor.detach()
    own = _new(cls)
    for slot in Tensor.__slots__[2:]:
        setattr(own, slot, getattr(other, slot))
    return own


def method(*names: str) -> Callable[[Function], Function]:
    """Make the decorated function a method of Tensor under its own name, or under `names`."""

    def put(function: Function) -> Function:
        chosen = names or (function.__name__,)
        if type(function) is FunctionType:  # a property has no such name
            function.__name__, function.__qualname__ = chosen[0], f"Tensor.{chosen[0]}"
        for name in chosen:
            setattr(Tensor, name, function)
        return function

    return put
