"""``torch.autograd.functional``: Jacobians, Hessians, and products with them, of a function.

All call the function on fresh tensors, so that only what it computes from its arguments counts.
What they share: `func` takes tensors and returns a tensor or a tuple of them; `inputs` is a tensor
or a tuple of them; `create_graph` records the result, so that it can be differentiated; `strict`
refuses what does not depend on an input, where zeros would be the answer. PyTorch's other options
(`vectorize`, strategies) are accepted and change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any

from minigrad import engine, errors
from minigrad.missing import absent
from minigrad.modes import enable_grad
from minigrad.operands import as_tuple
from minigrad.ops import functions
from minigrad.tensor import Tensor

Func = Callable[..., Any]


def __getattr__(name: str) -> Any:
    if name == "F":  # ``torch.functional.F``, as some programs reach ``torch.nn.functional``
        return import_module("minigrad.nn.functional")
    return absent("torch.autograd.functional")(name)


def _tensors(value: Any, what: str, name: str) -> tuple[Tensor, ...]:
    """The tensor or the tensors that `value` must be."""
    several = as_tuple(value)
    for nr, each in enumerate(several):
        which = f"value at index {nr}" if several is value else f"given {what}"
        errors.check(isinstance(each, Tensor), "no_tensors", what, name, which, each)
    return several


def _fresh(tensors: Any, create_graph: bool, *, requires_grad: bool = True) -> tuple[Tensor, ...]:
    """The same numbers; differentiable copies if the result has to be differentiable."""
    kept = [create_graph and t.requires_grad for t in tensors]
    alone = [t.detach().requires_grad_(requires_grad) for t in tensors]
    return tuple([t.view_as(t) if k else a for t, k, a in zip(tensors, kept, alone, strict=True)])


def _called(name: str, func: Func, inputs: Any, strict: bool) -> tuple[Any, Any]:
    """What `func` returns, and the same as a tuple; for a Hessian it must be one number."""
    value = func(*inputs)
    outputs = _tensors(value, "outputs of the user-provided function", name)
    for nr, output in enumerate(outputs if strict else ()):
        errors.check(output.requires_grad, "output_without_grad", nr)
    if name in ("hessian", "vhp", "hvp"):
        errors.check(value is not outputs, "not_a_tensor", name)
        errors.check(value.numel() == 1, "not_an_element", name)
    return value, outputs


def _vector(name: str, v: Any, like: Any, create_graph: bool) -> Any:
    """`v`, of the shapes of `like`; it may be left out if that is one number."""
    several = isinstance(like, tuple)
    shapes = [t.shape for t in _tensors(like, "inputs", name)]
    if v is None:
        one = len(shapes) == 1 and shapes[0].numel() == 1
        errors.check(one, "vjp_vector_needed" if name == "vjp" else "vector_needed")
        return None
    v = _fresh(_tensors(v, "v", name), create_graph, requires_grad=False)
    if len(v) != len(shapes):
        raise errors.vector_length(len(shapes), len(v)) if several else errors.vector_single()
    for nr, (got, due) in enumerate(zip(v, shapes, strict=True)):
        entry = f"Entry {nr} in " if several else ""
        errors.check(got.shape == due, "vector_shape", entry, due, got.shape)
    return v


def _grads(outputs: Any, inputs: Any, v: Any = None, *, strict: str = "", output_nr: int = 0,
        **options: Any) -> Sequence[Any]:  # fmt: skip
    """`grad` of those outputs that require grad; zeros for an input that none depends on.

    If they are `strict`, which names what is computed, such an input is an error; so is a gradient
    that is to be differentiated and is constant.
    """
    pairs = zip(outputs, v or [None] * len(outputs), strict=True)
    pairs = [(output, w) for output, w in pairs if output.requires_grad]
    found: Any = [None] * len(inputs)
    if pairs:
        roots, vectors = zip(*pairs, strict=True)
        found = engine.grad(roots, inputs, vectors, allow_unused=True, **options)
    for nr, each in enumerate(found if strict else ()):
        errors.check(each is not None, f"{strict}_is_missing", nr, output_nr)
        constant = options.get("create_graph") and not each.requires_grad
        errors.check(not constant, f"{strict}_is_constant", nr, output_nr)
    return [t.new_zeros(t.shape) if g is None else g for g, t in zip(found, inputs, strict=True)]


def rows(output: Tensor, inputs: Any, **options: Any) -> Iterator[Tensor]:
    """For each input the gradients of all elements of `output`, one after the other."""
    elements = [output.reshape(-1)[nr] for nr in range(output.numel())]
    found = [_grads([element], inputs, retain_graph=True, **options) for element in elements]
    return (functions["stack"]([row[nr] for row in found]) for nr in range(len(inputs)))


def _like(given: Any, tensors: Sequence[Any], create_graph: bool) -> Any:
    """The tensors, without history unless asked for, alone or as a tuple as the user gave them."""
    tensors = tuple([t if create_graph else t.detach() for t in tensors])
    return tensors if isinstance(given, tuple) else tensors[0]


def _product(name: str, says: str) -> Any:
    """One of the products of a vector with the Jacobian or the Hessian."""

    def product(func: Func, inputs: Any, v: Any = None, create_graph: bool = False,
            strict: bool = False) -> tuple[Any, Any]:  # fmt: skip
        fresh = _fresh(_tensors(inputs, "inputs", name), create_graph)
        v = v if name == "vjp" else _vector(name, v, inputs, create_graph)
        value, outputs = _called(name, func, fresh, strict)
        of, by, like = outputs, fresh, inputs
        if name == "vjp":
            v = _vector(name, v, value, create_graph)
        elif name == "jvp":  # w @ J is linear in w, so its derivative by w, times v, is J @ v
            by, like = [t.new_zeros(t.shape, requires_grad=True) for t in outputs], value
            of = _grads(outputs, fresh, by, strict="vjp" * strict, create_graph=True)
        else:
            of = _grads(outputs, fresh, strict="gradient" * strict, create_graph=True)
        grads = _grads(of, by, v, strict=name * strict, create_graph=create_graph)
        return _like(value, outputs, create_graph), _like(like, grads, create_graph)

    product.__name__ = product.__qualname__ = name
    product.__doc__ = f"Return ``func(*inputs)`` and {says}."
    return enable_grad()(product)


vjp = _product("vjp", "``v @ J``, for the Jacobian `J` at `inputs`")
jvp = _product("jvp", "``J @ v``, for the Jacobian `J` at `inputs`")
vhp = _product("vhp", "``v @ H``, for the Hessian `H` at `inputs` of a function to one number")
hvp = _product("hvp", "``H @ v``, for the Hessian `H` at `inputs` of a function to one number")


@enable_grad()
def jacobian(func: Func, inputs: Any, create_graph: bool = False, strict: bool = False,
        vectorize: bool = False, strategy: str = "reverse-mode") -> Any:  # fmt: skip
    """Return the Jacobian of `func`: of the shape of the output, then of that of the input.

    It is computed row by row, in reverse mode.

    Returns
    -------
    Tensor, or tuple of Tensor, or tuple of tuples
        A tuple over the outputs if `func` returns one, of tuples over the inputs if they are one.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.autograd.functional.jacobian.html
    """
    errors.check(strategy in ("forward-mode", "reverse-mode"), "jacobian_strategy")
    errors.check(vectorize or strategy == "reverse-mode", "forward_not_vectorized")
    fresh = _fresh(_tensors(inputs, "inputs", "jacobian"), create_graph)
    value, outputs = _called("jacobian", func, fresh, strict)
    errors.check(not (strict and vectorize), "strict_and_vectorized")
    options = {"create_graph": create_graph, "strict": "jacobian" * strict}
    result: list[Any] = []
    for nr, output in enumerate(outputs):
        pairs = zip(rows(output, fresh, output_nr=nr, **options), fresh, strict=True)
        shaped = [stacked.view((*output.shape, *like.shape)) for stacked, like in pairs]
        result.append(_like(inputs, shaped, create_graph))
    return tuple(result) if value is outputs else result[0]


def hessian(func: Func, inputs: Any, create_graph: bool = False, strict: bool = False,
        vectorize: bool = False, outer_jacobian_strategy: str = "reverse-mode",
    ) -> Any:  # fmt: skip
    """Return the Hessian of `func`, whose value is one number: the Jacobian of its gradient.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.autograd.functional.hessian.html
    """

    def single(*fresh: Tensor) -> Tensor:
        return _called("hessian", func, fresh, strict)[0].squeeze()

    def gradient(*fresh: Tensor) -> Any:
        found = jacobian(single, fresh, create_graph=True)
        for nr, each in enumerate(found if strict else ()):
            errors.check(each.requires_grad, "gradient_is_constant", nr)
        return found

    fresh = _tensors(inputs, "inputs", "hessian")
    result = jacobian(gradient, fresh, create_graph, strict, vectorize, outer_jacobian_strategy)
    return result if isinstance(inputs, tuple) else result[0][0]
