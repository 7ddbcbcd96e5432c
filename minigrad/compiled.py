"""What the declaration of an operation is compiled to.

As `dataclasses` writes an ``__init__`` for the fields of a class, this module writes three short
functions for an `Op`, so that neither the forward nor the backward pass looks anything up that is
known beforehand:

- `fast_path`: compute the result of operands that are Tensors of one dtype, and record the node;
- `record`: make the node, its edges, and save what the derivative rules ask for;
- `vjp`: run the rules on arrays.

``print(mul.source["vjp"])`` shows what came out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np

from minigrad.edges import fitted, target_of
from minigrad.modes import QUIET, altered, modes
from minigrad.node import FREED, next_number
from minigrad.operands import FLOATS, NUMBERS, Constant, laid_out_as
from minigrad.tensor import Tensor
from minigrad.view import View
from minigrad.watch import made, watchers

UNDERIVED = "torch::autograd::NotImplemented"
"""The node of an operation that has no derivative."""


def later(op: Any, kind: str) -> Callable[..., Any]:
    """A stand-in that compiles the `kind` of function when it is first called.

    A program uses few of the operations that there are, and `import minigrad` should take no time.
    """

    def first_call(*args: Any, **kwargs: Any) -> Any:
        if getattr(op, kind) is first_call:
            if kind == "record":
                op.record = record(op)
            else:
                general = op.run if kind == "apply" else op.run_operator
                setattr(op, kind, fast_path(op, general))
                op.put_on_tensor(kind, *op.methods[kind])
        return getattr(op, kind)(*args, **kwargs)

    first_call.__name__ = _name(op)
    return first_call


def vjp_later(op: Any) -> Callable[..., Any]:
    """The same for the `vjp` of the node class."""

    def first_call(node: Any, grads: list[Any], keep: bool = True) -> Any:
        op.node_class.vjp = vjp(op)
        return node.vjp(grads, keep)

    return first_call


def _function(op: Any, name: str, source: str, **names: Any) -> Callable[..., Any]:
    scope: dict[str, Any] = {
        "__name__": __name__,
        "op": op,
        "new": object.__new__,
        "ndarray": np.ndarray,
        "node_class": op.node_class if op.name else None,
        "next_number": next_number,
        "target_of": target_of,
        **names,
    }
    exec(compile(source, f"<{op.label}.{name}>", "exec"), scope)  # noqa: S102 - the source is ours
    op.source[name] = source
    return scope[name]


def fast_path(op: Any, general: Callable[..., Any]) -> Callable[..., Any]:
    """The operation on Tensors of one dtype, or with a number; all else goes to `general`."""
    first, *others = op.inputs
    otherwise = f"return general({', '.join(op.parameters)})"
    lines = [f"def {_name(op)}({_with_defaults(op)}):"]
    add = lines.append
    for name in others if op.promotes is not None else ():
        # A number takes the dtype of a floating-point tensor, as numpy has it too.
        add(f"    if {name}.__class__ is not Tensor and {name}.__class__ in NUMBERS:")
        add(f"        {name}_number, {name} = {name}, Constant()")
        add(f"        {name}._data = {name}_number")
    add("    try:")
    for name in op.inputs:
        add(f"        {name}_data = {name}._data")
    add("    except AttributeError:")
    add(f"        {otherwise}")
    add(f"    kind_ = {first}_data.__class__")
    if op.promotes is not None and (others or op.promotes == "float"):
        # Two numpy scalars of one class have one dtype: the cheapest test for the commonest case.
        same = [f"{name}_data.__class__ is kind_" for name in others]
        cheap = ["kind_ in floats" if op.promotes == "float" else "kind_ is not ndarray", *same]
        add(f"    if not ({' and '.join(cheap)}):")
        add("        try:")
        add(f"            dtype_ = {first}_data.dtype")
        add("        except AttributeError:")
        add(f"            {otherwise}")
        for name in others:
            add(f"        if {name}.__class__ is Constant:")
            add("            if dtype_.kind != 'f':")
            add(f"                {otherwise}")
            add(f"        elif {name}_data.dtype is not dtype_:")
            add(f"            {otherwise}")
        if op.promotes == "float":
            add("        if dtype_.kind != 'f':")
            add(f"            {otherwise}")
    if op.view:
        add(f"    counter_ = {first}._counter")
        add("    if counter_ is None or kind_ is not ndarray:")
        add(f"        counter_ = {first}._share()")
        add(f"        {first}_data = {first}._data")
    datas = ", ".join(f"{p}_data" if p in op.inputs else p for p in op.parameters)
    add("    try:")
    add(f"        data = quiet(forward, {datas})")
    add("    except Exception as error:")
    add(f"        data = op.again(error, [{', '.join(op.inputs)}], {datas})")
    if op.follows_first:
        add(f"    if {first}._view is not None:")  # only a view has another order, as a rule
        add(f"        data = laid_out_as({first}_data, data)")
    add("    result = new(Tensor)")
    add("    result._data = data")
    if op.name:
        needed = [
            f"{i}._requires_grad or {i}._view is not None and {i}.requires_grad" for i in op.inputs
        ]
        add(f"    if ({' or '.join(needed)}) and (not altered or modes.grad):")
        add("        result._requires_grad = True")
        lines += ["    " + line for line in _record_lines(op)]
        add("        if watchers:")
        add("            made(node)")
        add("        result._counter = None")
        add("    else:")
    else:
        add("    if True:")
    add("        result._requires_grad = False")
    add("        node = result._leaf = result._grad = None")
    if op.view:
        add("    result._edge = result._leaf = result._grad = None")
        add("    result._counter = counter_")
        add(f"    result._view = View({first}, node)")
    else:
        add("        result._counter = modes.counter if altered else None")
        add("    result._edge = node")
        add("    result._view = None")
    add("    return result")
    return _function(
        op,
        _name(op),
        "\n".join(lines),
        general=general,
        forward=op.forward,
        quiet=QUIET.run,
        altered=altered,
        modes=modes,
        Tensor=Tensor,
        Constant=Constant,
        NUMBERS=NUMBERS,
        View=View,
        defaults=op.defaults,
        watchers=watchers,
        made=made,
        laid_out_as=laid_out_as,
        floats=FLOATS,
    )


def record(op: Any) -> Callable[..., Any]:
    """``record(*inputs, *attributes, *input arrays, result array)`` makes the node."""
    arguments = [*op.inputs, *op.attributes, *[f"{i}_data" for i in op.inputs], "data"]
    lines = [f"def record({', '.join(arguments)}):", *_record_lines(op), "    return node"]
    return _function(op, "record", "\n".join(lines))


def _record_lines(op: Any) -> list[str]:
    """The lines that make a node; both `record` and the fast path have them."""
    lines = ["    node = node_class()"]
    add = lines.append
    # Before the edges: who asks for the edge of a view may make a node, which comes later. PyTorch
    # does not number the node that only raises: it comes before all others.
    add(f"    node.sequence = {'2**64 - 1' if op.name == UNDERIVED else 'next_number()'}")
    for name in op.inputs:
        add(f"    {name}_target = {name}._edge")
        add(
            f"    if {name}_target is None and ({name}._requires_grad or {name}._view is not None):"
        )
        add(f"        leaf_ = {name}._leaf")
        add(f"        {name}_target = leaf_ and leaf_.accumulator() or target_of({name})")
        add(f"    node.target_{name} = {name}_target")
    add("    node.rare = None")
    # What a gradient must look like: for a scalar its class tells both shape and dtype.
    add("    kind = data.__class__")
    add("    node.meta = (data.shape, data.dtype) if kind is ndarray else kind")
    twice = "BackwardBackward" in op.name  # where all is saved
    for name, kind in op.saved.items():
        value = {
            "input": name,
            "result": "data",
            "output": "None",
            "attribute": name,
            "shape": f"{name.removesuffix('_sym_sizes')}_data.shape",
            "numel": f"{name.removesuffix('_sym_numel')}_data.size",
            "strides": f"{name.removesuffix('_sym_strides')}_data.strides",
        }[kind]
        # PyTorch saves an input that one of several rules asks for only if that rule is wanted.
        users = [i for i in op.rules if name in op.asked[i]]
        if (
            (kind in ("input", "strides") or name in op.kept)
            and len(users) == 1 < len(op.rules)
            and not twice
        ):
            none = "()" if kind == "strides" else "None"
            value = f"{value} if {users[0]}_target is not None else {none}"
        add(f"    node.saved_{name} = {value}")
        if kind == "input":
            add(f"    if {name}._counter is not None:")
            add(f"        node.version_{name} = {name}._counter.to_save")
        elif kind == "result":
            add("    node.counter = None")
    return lines


def targets(op: Any) -> Callable[[Any], tuple[Any, ...]]:
    """`Node.targets` for the node class of `op`."""
    listed = (
        "node.target_list"
        if op.variadic
        else f"({''.join(f'node.target_{i}, ' for i in op.inputs)})"
    )
    scope: dict[str, Any] = {}
    exec(f"def targets(node): return {listed}", scope)  # noqa: S102 - the source is ours
    return scope["targets"]


def vjp(op: Any) -> Callable[..., Any]:
    """``vjp(node, grads, keep)``: gradients on arrays; then what was saved is freed."""
    lines = [
        "def vjp(node, grads, keep=True):",
        "    grad = grads[0]",
        "    if grad is None or node.rare is not None:",
        "        return node.vjp_general(grads, keep)",
    ]
    add = lines.append
    for name, kind in op.saved.items():
        local = f"{name}_"
        add(f"    {local} = node.saved_{name}")
        if kind == "input":
            add(f"    if {local} is not None:")
            add(f"        counter = {local}._counter")
            version = f"getattr(node, 'version_{name}', 0)"
            add(f"        if counter is not None and counter.version != {version}:")
            add(f"            node.check_version('{name}')")
            add(f"        {local} = {local}._data")
        elif name in op.kept or kind == "result":
            add(f"    if {local} is FREED:")
            add(f"        {local}._data")
        if kind == "result":
            add("    if node.counter is not None:")
            add("        node.check_version('result')")
    returned: list[str] = []
    for index, name in enumerate(op.inputs):
        if name not in op.rules:
            returned.append("None")
            continue
        asked = ", ".join("grad" if n == "grad" else f"{n}_" for n in op.asked[name])
        add(f"    {name}_target = node.target_{name}")
        add(f"    if {name}_target is None:")
        add(f"        {name}_grad = None")
        add("    else:")
        add(f"        {name}_grad = rule_{name}({asked})")
        add(f"        if {name}_grad.__class__ is not {name}_target.meta:")
        add(f"            {name}_grad = fitted(node, {index}, {name}_target, {name}_grad)")
        returned.append(f"{name}_grad")
    if op.releases or op.kept:
        add("    if not keep:")
    for name in op.releases:
        add(f"        if {name}_ is not None:")  # what was None stays so, as in PyTorch
        add(f"            node.saved_{name} = FREED")
    for name in op.kept:
        add(f"        if holds_array(node.saved_{name}):")
        add(f"            node.saved_{name} = FREED")
    add(f"    return ({''.join(f'{r}, ' for r in returned)})")
    return _function(
        op,
        "vjp",
        "\n".join(lines),
        FREED=FREED,
        fitted=fitted,
        holds_array=holds_array,
        **{f"rule_{n}": rule for n, rule in op.rules.items()},
    )


def holds_array(value: Any) -> bool:
    """Whether a parameter that was saved is an array, or several."""
    several = cast("tuple[Any, ...]", value if isinstance(value, tuple) else (value,))
    return any(isinstance(v, (np.ndarray, np.generic)) for v in several)


def _name(op: Any) -> str:
    """What the function is called in tracebacks; not by a name that its body uses."""
    taken = ("forward", "general", "modes", "new", "op", "errors", "defaults", *op.parameters)
    return op.label if op.label.isidentifier() and op.label not in taken else "apply"


def _with_defaults(op: Any) -> str:
    return ", ".join(f"{p}=defaults[{p!r}]" if p in op.defaults else p for p in op.parameters)
