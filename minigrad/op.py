r"""The declaration of an operation.

One `Op` holds all that there is to know about an operation: PyTorch's name of its node, how it
computes, one derivative rule per input, and the formula that a learner is shown:

    mul = Op("MulBackward0", np.multiply, tex=r"{self} \cdot {other}",
             self=lambda grad, other: grad * other,
             other=lambda grad, self: grad * self)

The parameter names of a rule say what the node saves, under PyTorch's names: ``grad`` is the
gradient that arrives, ``result`` the output, the name of an input that input, ``self_sym_sizes``
the shape of an input, any other name a parameter of the forward function, or an output of an
operation that has several.

The same rule runs on three kinds of value: on numpy arrays (`Node._vjp`, plain backward), on
Tensors (`Node._vjp_tensors`, so that derivatives of derivatives need no code), and on Symbols (it
writes the formula).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

import numpy as np

from minigrad import compiled, dtypes, errors
from minigrad.creation import integers
from minigrad.digits.rounded import HALF, in_single
from minigrad.edges import target_of
from minigrad.modes import modes
from minigrad.node import Node, Output, made, rare, watchers
from minigrad.op_node import node_class
from minigrad.operands import ARRAYS, Constant, common_dtype, laid_out_as, operand
from minigrad.strides import copied
from minigrad.symbol import ATOM, POWER, Symbol, function_tex, inside, symbol
from minigrad.tensor import Tensor, wrap
from minigrad.views import View

registry: dict[str, Op] = {}
"""Every operation that makes a node, by the name of the node."""


def _names(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of the parameters; `inspect.signature` would take longer than all else here."""
    return function.__code__.co_varnames[: function.__code__.co_argcount]


class Op:
    """An operation, declared once.

    Parameters
    ----------
    name : str
        PyTorch's name of the node, such as ``"MulBackward0"``; empty if no gradient ever flows.
    forward : callable
        Computes the result from numpy arrays, then from parameters that are no tensors.
    inputs : tuple of str, optional
        The tensor inputs in order. Not needed where `forward` is a Python function whose parameters
        are all tensors with rules, or parameters without.
    outputs : tuple of str, optional
        Names of the outputs of an operation that has several; ``("*",)`` for a list of any length.
        Its rules may ask for ``grads``, one per output, None where none arrived.
    promotes : {"same", "float", None}
        How operands of different dtypes meet: in their common dtype, in a floating-point one, or
        not at all.
    view : bool or str
        Whether the result shares the memory of the first input. ``"multi"`` if there are several
        results.
    variadic : bool
        Whether the one input is a list of tensors; its rule returns a list of gradients.
    also : tuple of str
        What PyTorch's node saves whatever the rules that run ask for: shapes and strides of inputs.
    refuses : callable, optional
        Complains of operands that do not go together, as they are before they meet in one dtype.
    tex : str
        The formula, with inputs and parameters in braces; if left out, ``name(inputs)``.
    precedence : int
        How tightly that formula binds (see `minigrad.symbol`).
    **rules : callable
        For each differentiable input the gradient with respect to it.
    """

    def __init__(
        self,
        name: str,
        forward: Callable[..., Any],
        /,
        *,
        inputs: tuple[str, ...] | None = None,
        outputs: tuple[str, ...] | None = None,
        promotes: str | None = "same",
        view: bool | str = False,
        variadic: bool = False,
        also: tuple[str, ...] = (),
        refuses: Callable[..., None] | None = None,
        tex: str | None = None,
        precedence: int = ATOM,
        **rules: Callable[..., Any],
    ) -> None:
        self.name = name
        self.forward = forward
        self.rules = rules
        self.outputs = outputs
        self.promotes = promotes
        self.view = view
        self.variadic = variadic
        self.also = also
        self.refuses = refuses
        self.tex = tex
        self.precedence = precedence
        self.given = inputs
        self.label = name.partition("Backward")[0].lower() or getattr(forward, "__name__", "")
        self.in_place: Op = self  # what is recorded where it changes its first input
        self.source: dict[str, str] = {}  # what the declaration was compiled to
        if name:
            registry.setdefault(name, self)

    # What follows from the declaration is found out when the operation is first used: a program
    # uses few, and `import minigrad` should take no time.

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """All that `forward` takes: inputs and attributes."""
        if not hasattr(self.forward, "__code__"):  # a numpy function
            return self.given or tuple(self.rules)
        names = _names(self.forward)
        if self.given is None or set(self.given) <= set(names):
            return names
        return (*self.given, *names[len(self.given) :])  # `forward` is called by position

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The parameters that are tensors."""
        return self.given or tuple([p for p in self.parameters if p in self.rules])

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """The parameters that are no tensors."""
        return tuple([p for p in self.parameters if p not in self.inputs])

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """The parameters that may be left out, and what they are then."""
        values: Any = getattr(self.forward, "__defaults__", None) or ()
        return dict(zip(self.parameters[-len(values) :], values, strict=True)) if values else {}

    @cached_property
    def asked(self) -> dict[str, tuple[str, ...]]:
        """What each rule asks for."""
        return {name: _names(rule) for name, rule in self.rules.items()}

    @cached_property
    def saved(self) -> dict[str, str]:
        """What a node saves, and what that is: an input, output, attribute, or a fact of an input.

        In the order in which PyTorch looks what was changed since.
        """
        asked = [name for names in (*self.asked.values(), self.also) for name in names]
        kinds = {n: self._kind(n) for n in asked if n not in ("grad", "grads")}
        return dict(sorted(kinds.items(), key=lambda item: (item[1] == "output", item[0])))

    @cached_property
    def freed(self) -> list[str]:
        """What of that a backward pass frees."""
        values = {n for n, kind in self.saved.items() if kind in ("input", "output")}
        return [n for n in self.saved if n in values or n in compiled.KEPT]

    @cached_property
    def follows_first(self) -> bool:
        """Whether it is elementwise: the result lies in memory as the first operand does."""
        several = self.promotes is not None and len(self.inputs) > 1
        return several and self.parameters[:1] == self.inputs[:1]

    @cached_property
    def rounds_often(self) -> bool:
        """Whether float16 would be rounded within `forward`: at each step, or a number with it."""
        steps = hasattr(self.forward, "__code__") or len(self.inputs) > 1
        # ``>`` and the like round a number beside float16 to that.
        compares = not self.name and getattr(self.forward, "__module__", "") == "_operator"
        return steps and not (self.view or self.variadic or compares)

    @cached_property
    def apply(self) -> Callable[..., Any]:
        """Run on Tensors."""
        return self._compiled(self.run)

    @cached_property
    def operator(self) -> Callable[..., Any]:
        """`apply` for ``a + b``: an operand of a foreign type may know what to do itself."""
        return self._compiled(self.run_operator)

    def _compiled(self, general: Callable[..., Any]) -> Callable[..., Any]:
        simple = self.outputs is None and not self.variadic
        return compiled.fast_path(self, general) if simple else general

    def put_on_tensor(self, kind: str, name: str) -> None:
        """Make `apply` or `operator` a method of Tensor."""

        def first_call(*args: Any) -> Any:
            function = getattr(self, kind)
            setattr(Tensor, name, function)
            return function(*args)

        setattr(Tensor, name, first_call)

    def _kind(self, name: str) -> str:
        """What a node saves under `name`: an input, output, attribute, or a fact of an input."""
        base, _, fact = name.partition("_sym_")
        if name in self.inputs:
            return "input"
        if name in (self.outputs or ("result",)):
            return "output"
        if base in self.inputs and fact in compiled.FACTS:
            return compiled.FACTS[fact]
        if name in self.attributes:
            return "attribute"
        raise TypeError(f"{self.name}: no rule can ask for {name!r}")

    @cached_property
    def node_class(self) -> type[Any]:
        """The class of the nodes, made when the first is needed."""
        return node_class(self)

    @cached_property
    def record(self) -> Callable[..., Any]:
        """``record(*inputs, *attributes, *input arrays, result array)`` makes the node."""
        return compiled.record(self)

    def __repr__(self) -> str:
        return f"<Op {self.name or self.label}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run on Tensors, on arrays, or on Symbols, whichever the arguments are."""
        kind = args[0].__class__
        if kind in ARRAYS:  # derivative rules call operations so: it has to be quick
            if kind is not np.float32 and args[0].dtype is HALF and self.rounds_often:
                return in_single(partial(self.forward, **kwargs), args)
            return self.forward(*args, **kwargs) if kwargs else self.forward(*args)
        for value in args[0] if self.variadic else args:
            if isinstance(value, Tensor):
                return self.apply(*args, **kwargs)
            if isinstance(value, Symbol):
                return self.write(*args, **kwargs)
        return self.forward(*args, **kwargs)

    def write(self, *args: Any, **kwargs: Any) -> Symbol:
        """The formula of this operation on Symbols."""
        values = {**self.defaults, **dict(zip(self.parameters, args, strict=False)), **kwargs}
        if self.tex is None:
            name = rf"\operatorname{{{self.label}}}".replace("_", r"\_")
            return Symbol(function_tex(name, [values[p] for p in self.inputs]))
        parts = {name: self._operand_tex(name, value) for name, value in values.items()}
        return Symbol(self.tex.format(**parts), self.precedence)

    def _operand_tex(self, name: str, value: Any) -> str:
        """An operand in the formula: LaTeX's own braces, or a whole formula, need no brackets."""
        if self.precedence == ATOM or f"{{{{{{{name}}}}}}}" in (self.tex or ""):
            return symbol(value).tex
        needed = ATOM if self.precedence == POWER else self.precedence
        return inside(value, needed, right=name != self.parameters[0])

    # --- the general path: everything that the fast path does not do

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Apply the operation to Tensors, numbers, None or Symbols."""
        if any(isinstance(a, Symbol) for a in args):
            return self.write(*[getattr(a, "_data", a) for a in args], **kwargs)
        inputs, attributes = self.bind(args, kwargs)
        if self.view:
            inputs[0]._share()
        datas, mixed = self.promote(inputs)
        data = self.compute(inputs, datas, attributes)
        if self.follows_first:
            data = laid_out_as(data, *datas)
        node = None
        wanted = self.name and modes.grad and any(t.requires_grad for t in inputs)
        if wanted and compiled.derivable(self, data):
            node = self.make_node(inputs, attributes, datas, data, mixed=mixed)
            if watchers:
                made(node)
        if self.outputs is None:
            return self._result(inputs, data, node, 0)
        return tuple([self._result(inputs, d, node, nr) for nr, d in enumerate(data)])

    def run_operator(self, *args: Any) -> Any:
        """`run` for ``a + b``: an operand of a foreign type may know what to do itself."""
        if any(a is None for a in args):
            return NotImplemented
        try:
            return self.run(*args)
        except errors.NoOperand:
            return NotImplemented

    def bind(self, args: Any, kwargs: Any) -> tuple[list[Any], list[Any]]:
        """The tensor inputs, in the order of `inputs`, and the other parameters."""
        given = {**dict(zip(self.parameters, args, strict=False)), **kwargs}
        values = {**self.defaults, **given}
        if len(given) < len(args) + len(kwargs) or len(values) > len(self.parameters):
            raise TypeError(f"{self.label}() got too many arguments")
        tensors = values[self.inputs[0]] if self.variadic else [values[n] for n in self.inputs]
        return [operand(t) for t in tensors], [values[n] for n in self.attributes]

    def promote(self, inputs: list[Any]) -> tuple[list[Any], bool]:
        """The data of the inputs in the dtype in which they meet, and whether any had to change.

        A Python number stays one: numpy takes it in the dtype of the arrays beside it, as PyTorch
        does.
        """
        datas: list[Any] = [t._data for t in inputs]
        if self.refuses is not None:
            self.refuses(*datas)
        kinds = {getattr(data, "dtype", None) for data in datas}
        alike = self.promotes == "same" and len(kinds) == 1 and None not in kinds
        if self.promotes is None or alike:
            return datas, False
        meets = common_dtype(inputs)
        if self.promotes == "float" and meets.kind != "f":
            meets = dtypes.get_default_dtype().numpy
        lonely = all(type(t) is Constant for t in inputs)
        for nr, (tensor, data) in enumerate(zip(inputs, datas, strict=True)):
            if data is None:  # an input that was left out
                if None not in self.defaults.values():
                    raise errors.NoOperand(None)
            elif type(tensor) is not Constant and data.dtype is not meets:
                datas[nr] = modes.quiet(copied, data, meets)
            elif lonely:
                datas[nr] = meets.type(data)
        return datas, not kinds <= {None, meets}

    def compute(self, inputs: list[Any], datas: list[Any], attributes: list[Any]) -> Any:
        """Run `forward`; numpy's complaint becomes PyTorch's."""
        if self.variadic:
            return self._compute(inputs, [datas, *attributes])
        values = dict(zip((*self.inputs, *self.attributes), (*datas, *attributes), strict=True))
        return self._compute(inputs, [values[name] for name in self.parameters])

    def _compute(self, inputs: list[Any], arguments: Any) -> Any:
        try:
            if self.rounds_often:
                return modes.quiet(in_single, self.forward, arguments)
            return modes.quiet(self.forward, *arguments)
        except Exception as error:  # noqa: BLE001 - it is raised again, in PyTorch's words
            return self.again(error, inputs, *arguments)

    def again(self, error: Exception, inputs: Any, *arguments: Any) -> Any:
        """What to do when `forward` has failed: raise the error in PyTorch's words.

        If the quiet context was in use, by another thread, it is not `forward` that has failed.
        A number that is too large for the integers beside it is one of theirs, of the same bits.
        """
        if "cannot enter context" in str(error):
            return self._compute(inputs, arguments)
        if type(error) is OverflowError:
            (kind,) = {a.dtype for a in arguments if a.__class__ in ARRAYS}
            if self.name in ("PowBackward0", "ClampBackward1"):  # these refuse, but for uint8's -1
                integers([a for a in arguments if type(a) is int], kind, "scalar_overflow")
            wrapped = [np.array(a).astype(kind)[()] if type(a) is int else a for a in arguments]
            return self._compute(inputs, wrapped)
        for tensor in inputs:  # PyTorch asks for the edges of all inputs first
            target_of(tensor)
        if self.refuses is not None:  # not asked yet where all operands were alike
            self.refuses(*[tensor._data for tensor in inputs])
        try:
            raise errors.of_shapes(inputs, error) from None
        finally:
            del error  # if it is raised, its traceback holds this frame: nothing would be freed

    def make_node(
        self, inputs: list[Any], attributes: list[Any], datas: list[Any], data: Any,
        mixed: bool = False,
    ) -> Any:  # fmt: skip
        """The node of an operation that ran: its edges, and what its rules ask for."""
        lists = ([inputs], [datas]) if self.variadic else (inputs, datas)
        node = self.record(*lists[0], *attributes, *lists[1], data)
        if mixed:
            rare(node).mixed = True
        return node

    def _result(self, inputs: list[Any], data: Any, node: Node | None, nr: int) -> Tensor:
        result = wrap(data)
        if node is not None and data.dtype.kind != "f":
            counter = result._share()  # a change of positions must be noticed, too
            node._share_result(result._data, counter, nr)
            node = None
        result._requires_grad = node is not None
        edge = Output((node, nr)) if node is not None and nr else node
        if self.view:
            result._counter = inputs[0]._counter
            result._view = View(inputs[0], edge, self.view == "multi")
        else:
            result._edge = edge
        return result
