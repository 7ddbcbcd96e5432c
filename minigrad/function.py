"""Custom operations: a `Function` with a forward and a backward of your own, right or wrong."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable
from itertools import compress
from typing import Any, ClassVar, cast

import numpy as np

from minigrad import errors
from minigrad.disguise import TensorType, readonly
from minigrad.edges import TensorNode, target_of
from minigrad.in_place import check_graph, rebase, set_edge
from minigrad.modes import modes, no_grad
from minigrad.node import SPECIAL, Output, Target, keep_retaining, made, numbers, watchers
from minigrad.op import Op
from minigrad.op_node import SavedTensor
from minigrad.operands import as_tuple
from minigrad.tensor import Tensor, restored, wrap
from minigrad.views import View

_NO_TENSOR = np.float32
"""The `Meta` of an output that is no tensor; that of a tensor is a pair here."""


class FunctionCtx(TensorNode):
    """The node of a custom Function, and the ``ctx`` of its forward and backward.

    Any attribute may be set on it in forward and read in backward.

    Attributes
    ----------
    needs_input_grad : tuple of bool
        For each argument of forward, whether its gradient is wanted.
    """

    _c_name = "torch._C._FunctionBase"
    _forward_cls: ClassVar[type[Function]]

    def __init__(self) -> None:
        self._rare = SPECIAL
        self._meta: list[Any] = []
        nothing: Any = ()
        self.to_save = self.dirty_tensors = self.non_differentiable = nothing
        self.needs_input_grad = self._tensor_arguments = self._ends = self._tensors = nothing
        self.materialize_grads = True
        self._differentiable: list[int] = []

    __repr__ = object.__repr__  # with the module below: what PyTorch and IPython print
    _repr_pretty_ = TensorNode._repr_pretty_

    # --- what forward calls

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keep `tensors` for backward, where they are ``ctx.saved_tensors``."""
        self.to_save = tensors

    def save_for_forward(self, *tensors: Tensor | None) -> None:
        """Keep `tensors` for forward mode, which is left out here."""
        self.saved_for_forward = tensors

    def mark_dirty(self, *args: Tensor) -> None:
        """Say that these inputs were changed in place; forward must return them."""
        self.dirty_tensors = args

    def mark_non_differentiable(self, *args: Tensor) -> None:
        """Say that no gradient flows back from these outputs."""
        self.non_differentiable = args

    def set_materialize_grads(self, value: bool) -> None:
        """Whether an output without gradient gives backward zeros (the default) or None."""
        self.materialize_grads = value

    # --- what backward reads

    @readonly
    def saved_tensors(self) -> tuple[Tensor | None, ...]:
        """What forward gave to `save_for_backward`.

        Raises
        ------
        RuntimeError
            If it was freed by a backward pass, or changed in place since.
        """
        return tuple([self._unpack(saved._name) for saved in self._raw_saved_tensors])

    @readonly
    def saved_variables(self) -> tuple[Tensor | None, ...]:
        """The old name of `saved_tensors`."""
        warnings.warn(errors.SAVED_VARIABLES, DeprecationWarning, stacklevel=3)
        return self.saved_tensors

    @readonly
    def _raw_saved_tensors(self) -> tuple[SavedTensor, ...]:
        errors.check(self._tensors is not None, "second_backward")
        return tuple([SavedTensor(self, nr) for nr in self._tensors])

    def _unpack(self, nr: int) -> Tensor | None:
        return getattr(self, f"_kept_{nr}").unpack(self)

    # --- the node

    def _targets(self) -> tuple[Target, ...]:
        return self._ends

    def _release(self) -> None:
        for nr in self._tensors or ():
            delattr(self, f"_kept_{nr}")
        self._tensors = cast(Any, None)

    def apply(self, *grads: Any) -> Any:
        """Run the backward, or vjp, that the user wrote, as it is."""
        cls = self._forward_cls
        own = cls.vjp is not Function.vjp
        errors.check(not own or cls.backward is Function.backward, "backward_and_vjp")
        given = ([*grads],) if cls.boxed_grads_call else grads  # a list that backward may empty
        return (cls.vjp if own else cls.backward)(self, *given)

    def _vjp_tensors(self, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        received = [*grads, *[None] * (self._n_outputs - len(grads))]
        if self.materialize_grads:
            for nr, meta in enumerate(self._meta):
                if received[nr] is None and meta is not _NO_TENSOR:
                    received[nr] = wrap(np.zeros(*meta))
        return self._checked(as_tuple(self.apply(*received)))

    def _checked(self, returned: tuple[Any, ...]) -> tuple[Tensor | None, ...]:
        """The gradients of the tensor arguments: one for each, None for the rest."""
        name = type(self).__name__
        expected = len(self._tensor_arguments)
        if all(value is None for value in returned[expected:]):
            returned = returned[:expected]
        got = len(returned)
        errors.check(got == expected, "number_of_gradients", name, expected, got)
        pairs = zip(returned, self._tensor_arguments, strict=True)
        for position, (value, wanted) in enumerate(pairs, 1):
            errors.check(wanted or value is None, "gradient_of_no_tensor", name, position)
            right = value is None or isinstance(value, Tensor)
            errors.check(right, "gradient_is_no_variable", value)
        return tuple(compress(returned, self._tensor_arguments))


class _Saved:
    """A tensor that forward saved; of an output one without history, so that no cycle arises."""

    __slots__ = ("nr", "saved", "version")

    def __init__(self, tensor: Tensor | None, outputs: list[Any]) -> None:
        same = (nr for nr, output in enumerate(outputs) if output is tensor is not None)
        self.nr = max(same, default=None)
        counter = None if tensor is None else tensor._counter
        self.version = 0 if counter is None else counter.to_save
        self.saved: Any = tensor if tensor is None or self.nr is None else tensor.detach()

    def unpack(self, node: FunctionCtx) -> Tensor | None:
        tensor = self.saved
        if self.nr is not None:
            edge = Output((node, self.nr)) if self.nr in node._differentiable else None
            tensor = restored(tensor._data, tensor._counter, edge)
        if tensor is not None and tensor._version != self.version:
            raise errors.modified_in_place(tensor, self.version, nr=self.nr or 0)
        return tensor


class Function(metaclass=TensorType):
    """The base of custom operations.

    Define the static methods ``forward(ctx, *args)`` and ``backward(ctx, *grad_outputs)``, or
    ``forward(*args)`` with ``setup_context(ctx, inputs, output)``, and call ``apply``. backward
    returns one gradient for each argument of forward, None for those that are no tensors.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/autograd.html#torch.autograd.Function
    """

    _backward_cls: ClassVar[type[FunctionCtx]] = FunctionCtx
    boxed_grads_call = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        body = {"_forward_cls": cls, "__module__": "torch.autograd.function"}
        cls._backward_cls = type(f"{cls.__name__}Backward", (FunctionCtx,), body)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        text = errors.FUNCTION_INSTANCE.format(self.__class__)
        warnings.warn(text, DeprecationWarning, stacklevel=2)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise errors.legacy_function()

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Compute the result; define this."""
        raise errors.forward_not_defined()

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Save for backward what it needs, if `forward` takes no ctx."""
        raise errors.setup_context_not_defined()

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Turn the gradients of the outputs into those of the arguments; define this."""
        raise errors.backward_not_defined()

    vjp = backward

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Run forward, and record a node whose backward is `backward`."""
        ctx = cls._backward_cls()
        two_parts = cls.setup_context is not Function.setup_context
        if two_parts or kwargs:  # a tensor given by keyword has its place among the gradients too
            first = () if two_parts else (ctx,)
            bound = inspect.signature(cls.forward).bind(*first, *args, **kwargs)
            if two_parts:  # `setup_context` sees the defaults of `forward` too
                bound.apply_defaults()
            args, kwargs = bound.args[len(first) :], bound.kwargs
        tensors = [a for a in args if isinstance(a, Tensor)]
        recording = modes.grad and any(t.requires_grad for t in tensors)
        ctx.needs_input_grad = tuple([isinstance(a, Tensor) and a.requires_grad for a in args])
        ctx._tensor_arguments = tuple([isinstance(a, Tensor) for a in args])
        targets = tuple(map(target_of, tensors)) if recording else ()
        ctx._sequence = next(numbers)
        with no_grad():
            if two_parts:
                returned = cls.forward(*args, **kwargs)
                cls.setup_context(ctx, args, returned)
            else:
                returned = cls.forward(ctx, *args, **kwargs)
        ctx._ends = targets
        results = _attach(ctx, [*as_tuple(returned)], tensors, recording=recording)
        if recording and watchers:
            made(ctx)
        return tuple(results) if isinstance(returned, tuple) else results[0]


def _attach(
    ctx: FunctionCtx, outputs: list[Any], inputs: list[Tensor], *, recording: bool
) -> list[Any]:
    """Put the outputs behind the node, and save what forward asked to save."""
    given, dirty = {id(t) for t in inputs}, {id(t) for t in ctx.dirty_tensors}
    plain = {id(t) for t in ctx.non_differentiable}
    two_parts = ctx._forward_cls.setup_context is not Function.setup_context
    saved = {id(t) for t in ctx.to_save} if two_parts else ()
    for index, tensor in enumerate(ctx.to_save if recording else ()):
        right = tensor is None or isinstance(tensor, Tensor)
        errors.check(right, "saved_no_variable", index, tensor)
    for tensor in ctx.dirty_tensors:
        tensor._share().version += 1
        errors.check(any(tensor is t for t in outputs), "dirty_not_returned")
        if recording and id(tensor) not in plain:
            _check_dirty(tensor, inputs, len(outputs))
    for nr, output in enumerate(outputs):
        if not isinstance(output, Tensor):
            ctx._meta.append(_NO_TENSOR)
            continue
        ctx._meta.append((output._data.shape, output._data.dtype))
        flows = recording and id(output) not in plain and output._data.dtype.kind == "f"
        if flows:
            ctx._differentiable.append(nr)
        if id(output) in given and output.requires_grad and not flows:
            outputs[nr] = output.detach()
        elif id(output) in given - dirty:
            errors.check(id(output) not in saved, "saved_as_it_came")
            outputs[nr] = output.detach()
            outputs[nr]._view = View(output, None)  # an input as it came: a view of it
        elif output.requires_grad and not flows and output._view is None:
            output.detach_()
    _put_behind(ctx, outputs, dirty)
    if recording:
        for index, tensor in enumerate(ctx.to_save):
            setattr(ctx, f"_kept_{index}", _Saved(tensor, outputs))
        ctx._tensors = range(len(ctx.to_save))
    ctx.to_save = ctx.dirty_tensors = ctx.non_differentiable = ()  # they would live with the graph
    return outputs


def _check_dirty(tensor: Tensor, inputs: list[Tensor], n_outputs: int) -> None:
    """Complain about what forward must not say that it has changed in place."""
    view = tensor._view
    if all(tensor is not t for t in inputs):
        errors.check(view is None, "dirty_no_input")
        warnings.warn(errors.DIRTY_NO_INPUT, stacklevel=4)
        return
    errors.check(not tensor.requires_grad or not tensor._was_leaf(), "function_in_place_on_leaf")
    errors.check(view is None or n_outputs == 1, "function_in_place_on_view")
    check_graph(tensor)
    tensor._grad = None  # what was there belonged to the tensor as it was


def _put_behind(ctx: FunctionCtx, outputs: list[Any], dirty: set[int]) -> None:
    """Let the differentiable outputs come from the node; views remember how they were made."""
    several = len(ctx._differentiable) > 1
    for nr, tensor in enumerate(outputs):
        view = tensor._view if isinstance(tensor, Tensor) else None
        changed = id(tensor) in dirty
        if view is not None and not changed:
            view.by_function, view.one_of_several = not several, several
        if nr in ctx._differentiable:
            tensor._requires_grad = True
            if changed and view is not None:
                rebase(tensor, ctx)
            elif changed:
                set_edge(tensor, Output((ctx, nr)))
            elif view is None:
                keep_retaining(tensor, tensor._edge, Output((ctx, nr)))
                tensor._edge = Output((ctx, nr))
            else:
                view.edge, view.version = Output((ctx, nr)), tensor._version


def _refuse(grads: Any) -> Any:
    raise errors.differentiated_twice()


_passed_on_once = Op("torch::autograd::Error", tuple, inputs=("tensors",), outputs=("*",),
    variadic=True, promotes=None, tensors=_refuse)  # fmt: skip


def once_differentiable(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a backward that is not itself differentiable: what it returns has no second one.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.autograd.function.once_differentiable.html
    """

    @functools.wraps(fn)
    def wrapper(ctx: Any, *args: Any) -> Any:
        with no_grad():
            outputs: Any = fn(ctx, *args)
        if not modes.grad or not any(isinstance(a, Tensor) and a.requires_grad for a in args):
            return outputs
        several = as_tuple(outputs)
        leaves = [wrap(np.zeros(())) if t is None else t.detach().requires_grad_() for t in several]
        pairs = zip(several, _passed_on_once.apply(leaves), strict=True)
        return tuple([None if grad is None else passed for grad, passed in pairs])

    return wrapper
