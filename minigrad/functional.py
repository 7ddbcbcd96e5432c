"""``torch.autograd.functional``: Jacobians, Hessians, and products with them, of a function.

All call the function on fresh tensors, so that only what it computes from its arguments counts.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, cast

from minigrad import errors
from minigrad.engine import grad
from minigrad.modes import enable_grad
from minigrad.ops import functions
from minigrad.tensor import Tensor


class _Call:
    """The user's function on fresh copies of its inputs, and what is checked on the way."""

    def __init__(self, name: str, inputs: Any, create_graph: bool, strict: bool) -> None:
        self.name, self.create_graph, self.strict = name, create_graph, strict
        self.several = isinstance(inputs, tuple)
        self.inputs = self.fresh(self.tensors(inputs, "inputs"), requires_grad=True)

    def tensors(self, value: Any, what: str) -> tuple[Tensor, ...]:
        """The tensor or the tensors that `value` must be."""
        several = cast("tuple[Any, ...]", value if isinstance(value, tuple) else (value,))
        for nr, each in enumerate(several):
            if not isinstance(each, Tensor):
                which = f"value at index {nr}" if several is value else f"given {what}"
                raise errors.no_tensors(what, self.name, which, each)
        return several

    def fresh(self, tensors: tuple[Tensor, ...], *, requires_grad: bool) -> tuple[Tensor, ...]:
        """The same numbers; differentiable copies if the result has to be differentiable."""
        kept = [self.create_graph and t.requires_grad for t in tensors]
        alone = [t.detach().requires_grad_(requires_grad) for t in tensors]
        copies = [t.view_as(t) if k else a for t, k, a in zip(tensors, kept, alone, strict=True)]
        return tuple(copies)

    def run(self, func: Callable[..., Any], *, scalar: bool = False) -> Any:
        """What `func` returns, and the same as a tuple; a `scalar` must be one number."""
        value = func(*self.inputs)
        outputs = self.tensors(value, "outputs of the user-provided function")
        self.check(outputs, errors.output_without_grad)
        if scalar and value is outputs:
            raise errors.not_a_tensor(self.name)
        if scalar and value.numel() != 1:
            raise errors.not_an_element(self.name)
        return value, outputs

    def vector(self, v: Any, like: tuple[Tensor, ...], *, several: bool) -> Any:
        """`v`, of the shapes of `like`; it may be left out if that is one number."""
        if v is None:
            if len(like) != 1 or like[0].numel() != 1:
                raise errors.vjp_vector_needed() if self.name == "vjp" else errors.vector_needed()
            return None
        v = self.fresh(self.tensors(v, "v"), requires_grad=False)
        if len(v) != len(like):
            raise errors.vector_length(len(like), len(v)) if several else errors.vector_single()
        for nr, (got, due) in enumerate(zip(v, like, strict=True)):
            if got.shape != due.shape:
                raise errors.vector_shape(
                    f"Entry {nr} in " if several else "", due.shape, got.shape
                )
        return v

    def check(self, tensors: Sequence[Any], error: Any, output: int | None = None) -> None:
        """Complain in strict mode about a tensor that does not depend on the inputs."""
        for nr, tensor in enumerate(tensors if self.strict else ()):
            if tensor is None:
                raise errors.output_independent(
                    "The output" if output is None else f"Output {output}", nr
                )
            if error is not None and not tensor.requires_grad:
                raise error(nr)

    def filled(
        self, grads: Sequence[Any], like: Sequence[Tensor], what: str, output: int | None = None
    ) -> list[Tensor]:
        """Zeros instead of None, or in strict mode an error."""
        unrecorded = functools.partial(errors.derivative_independent, what)
        self.check(grads, unrecorded if self.create_graph else None, output)
        return [t.new_zeros(t.shape) if g is None else g for g, t in zip(grads, like, strict=True)]

    def give(self, tensors: Sequence[Tensor], *, several: bool) -> Any:
        """The tensors, without history unless asked for, alone or as a tuple as the user's are."""
        given = tuple([t if self.create_graph else t.detach() for t in tensors])
        return given if several else given[0]


def _grad(outputs: Any, inputs: Any, v: Any = None, **options: Any) -> tuple[Tensor | None, ...]:
    """`grad`, of those outputs that require grad."""
    pairs = zip(outputs, v or [None] * len(outputs), strict=True)
    pairs = [(output, w) for output, w in pairs if output is not None and output.requires_grad]
    if not pairs:
        return (None,) * len(inputs)
    roots, vectors = zip(*pairs, strict=True)
    return grad(roots, inputs, vectors, allow_unused=True, **options)


def _product(name: str, says: str) -> Any:
    """One of the products of a vector with the Jacobian or the Hessian."""

    @enable_grad()
    def product(
        func: Any, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
    ) -> tuple[Any, Any]:
        call = _Call(name, inputs, create_graph, strict)
        v = v if name == "vjp" else call.vector(v, call.inputs, several=call.several)
        value, outputs = call.run(func, scalar=name in ("vhp", "hvp"))
        several, like = value is outputs, call.inputs
        of, by, kind = outputs, call.inputs, "jacobian"
        if name == "vjp":
            v = call.vector(v, outputs, several=several)
        elif name == "jvp":  # w @ J is linear in w, so its derivative by w, times v, is J @ v
            by = [t.new_zeros(t.shape, requires_grad=True) for t in outputs]
            of, like = _grad(outputs, call.inputs, by, create_graph=True), outputs
        else:
            of, kind = _grad(outputs, call.inputs, create_graph=True), "hessian"
        call.check(of, errors.linear_function)
        grads = call.filled(_grad(of, by, v, create_graph=create_graph), like, kind)
        as_given = several if name == "jvp" else call.several
        return call.give(outputs, several=several), call.give(grads, several=as_given)

    product.__name__ = product.__qualname__ = name
    product.__doc__ = f"Return ``func(*inputs)`` and {says}. Parameters as for `jacobian`."
    return product


vjp = _product("vjp", "``v @ J``, for the Jacobian `J` at `inputs`")
jvp = _product("jvp", "``J @ v``, for the Jacobian `J` at `inputs`")
vhp = _product("vhp", "``v @ H``, for the Hessian `H` at `inputs` of a function to one number")
hvp = _product("hvp", "``H @ v``, for the Hessian `H` at `inputs` of a function to one number")


@enable_grad()
def jacobian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """Return the Jacobian of `func`: of the shape of the output, then of that of the input.

    Parameters
    ----------
    func : callable
        Tensors to a tensor or a tuple of tensors.
    inputs : Tensor or tuple of Tensor
    create_graph : bool
        Record the result, so that it can be differentiated.
    strict : bool
        Raise an error where an output does not depend on an input, instead of giving zeros.
    vectorize : bool
        Changes nothing here: rows are computed one by one.
    strategy : str
        ``"reverse-mode"``: there is no forward mode here.

    Returns
    -------
    Tensor, or tuple of Tensor, or tuple of tuples
        A tuple over the outputs if `func` returns one, of tuples over the inputs if they are one.

    Raises
    ------
    NotImplementedError
        For forward mode.
    TypeError, RuntimeError
        If what is given or what `func` returns is not made of tensors; for what `strict` refuses.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.autograd.functional.jacobian.html
    """
    if strategy != "reverse-mode":
        raise NotImplementedError('minigrad has no forward mode: use strategy="reverse-mode"')
    call = _Call("jacobian", inputs, create_graph, strict)
    value, outputs = call.run(func)
    result = tuple([call.give(_rows(call, *o), several=call.several) for o in enumerate(outputs)])
    return result if value is outputs else result[0]


def _rows(call: _Call, nr: int, output: Tensor) -> list[Tensor]:
    """The Jacobian of output `nr` by each input: a backward pass for each element of the output."""
    rows: list[list[Tensor]] = []
    for element in range(output.numel()):
        root = output.reshape(-1)[element]
        grads = _grad([root], call.inputs, retain_graph=True, create_graph=call.create_graph)
        rows.append(call.filled(grads, call.inputs, "jacobian", nr))
    stacked = [functions["stack"]([row[i] for row in rows]) for i in range(len(call.inputs))]
    pairs = zip(stacked, call.inputs, strict=True)
    return [stack.view((*output.shape, *like.shape)) for stack, like in pairs]


def hessian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """Return the Hessian of `func`, whose value is one number: the Jacobian of its gradient.

    Parameters are those of `jacobian`.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.autograd.functional.hessian.html
    """
    call = _Call("hessian", inputs, create_graph, strict)

    def single(*fresh: Tensor) -> Tensor:
        call.inputs = fresh
        return call.run(func, scalar=True)[0].squeeze()

    def gradient(*fresh: Tensor) -> Any:
        first = jacobian(single, fresh, create_graph=True)
        call.check(first, errors.linear_function)
        return first

    given = inputs if call.several else (inputs,)
    result = jacobian(gradient, given, create_graph, strict, vectorize, outer_jacobian_strategy)
    return result if call.several else result[0][0]
