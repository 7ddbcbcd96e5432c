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
from typing import Any

from minigrad import errors
from minigrad.edges import gradient_edge
from minigrad.modes import modes
from minigrad.node import FREED, RELEASED, next_number, special
from minigrad.tensor import Tensor


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

    def first_call(node: Any, grad: Any = None) -> Any:
        op.node_class.vjp = vjp(op)
        return node.vjp(grad)

    return first_call


def release_later(op: Any) -> Callable[..., Any]:
    """The same for `release`."""

    def first_call(node: Any) -> None:
        op.node_class.release = release(op)
        node.release()

    return first_call


def _function(op: Any, name: str, lines: list[str], **names: Any) -> Callable[..., Any]:
    source = "\n".join(lines)
    scope: dict[str, Any] = {
        "__name__": __name__,
        "op": op,
        "new": object.__new__,
        "modes": modes,
        **names,
    }
    exec(compile(source, f"<{op.label}.{name}>", "exec"), scope)  # noqa: S102 - the source is ours
    op.source[name] = source
    return scope[name]


def fast_path(op: Any, general: Callable[..., Any]) -> Callable[..., Any]:
    """The operation on Tensors of one dtype; everything else goes to `general`."""
    parameters = ", ".join(op.parameters)
    first = op.inputs[0]
    lines = [f"def {_name(op)}({_with_defaults(op)}):", "    try:"]
    lines += [f"        {i}_data = {i}._data" for i in op.inputs]
    if op.promotes is not None:
        lines += (
            [f"        dtype = {first}_data.dtype"]
            if len(op.inputs) > 1 or op.promotes == "float"
            else []
        )
        for other in op.inputs[1:]:
            lines += [
                f"        if {other}_data.dtype is not dtype:",
                f"            return general({parameters})",
            ]
        if op.promotes == "float":
            lines += ["        if dtype.kind != 'f':", f"            return general({parameters})"]
    lines += ["    except AttributeError:", f"        return general({parameters})"]
    datas = [f"{p}_data" if p in op.inputs else p for p in op.parameters]
    lines += [
        "    try:",
        f"        data = modes.quiet(forward, {', '.join(datas)})",
        "    except ValueError as error:",
        f"        raise errors.of_shapes(op, [{', '.join(op.inputs)}], error) from None",
        "    result = new(Tensor)",
        "    result._data = data",
        "    result._grad = result._counter = result._view = None",
        "    result._accumulator = result._hooks = None",
    ]
    if op.name:
        needed = " or ".join(
            f"{i}._requires_grad or ({i}._view is not None and {i}.requires_grad)"
            for i in op.inputs
        )
        arguments = [*op.inputs, *op.attributes, *[f"{i}_data" for i in op.inputs], "data"]
        lines += [
            f"    if modes.grad and ({needed}):",
            "        result._requires_grad = True",
            f"        result._edge = (op.record({', '.join(arguments)}), 0)",
            "        return result",
        ]
    lines += ["    result._requires_grad = False", "    result._edge = None", "    return result"]
    return _function(
        op,
        _name(op),
        lines,
        general=general,
        forward=op.forward,
        Tensor=Tensor,
        errors=errors,
        defaults=op.defaults,
    )


def record(op: Any) -> Callable[..., Any]:
    """``record(*inputs, *attributes, *input arrays, result array)`` makes the node."""
    arguments = [*op.inputs, *op.attributes, *[f"{i}_data" for i in op.inputs], "data"]
    lines = [f"def record({', '.join(arguments)}):", "    node = new(node_class)"]
    lines += [f"    {i}_edge = {i}._edge or gradient_edge({i})" for i in op.inputs]
    lines += [
        f"    node.next_functions = ({''.join(f'{i}_edge, ' for i in op.inputs)})",
        "    node.sequence = next_number()",
        "    node.hooks = node.special = None",
        "    node.shape = data.shape",
        "    node.dtype = data.dtype",
    ]
    for name, kind in op.saved.items():
        users = [i for i in op.rules if name in op.asked[i]]
        # With one input the rule is always wanted; else PyTorch saves only what the wanted rules
        # ask for.
        wanted = " or ".join(f"{i}_edge[0] is not None" for i in users)
        always = len(op.inputs) == 1
        value = {
            "input": name,
            "result": "data",
            "output": "None",
            "attribute": name,
            "shape": f"{name.removesuffix('_sym_sizes')}_data.shape",
            "numel": f"{name.removesuffix('_sym_numel')}_data.size",
            "strides": f"{name.removesuffix('_sym_strides')}_data.strides",
        }[kind]
        if kind not in ("input", "result") or always:
            lines += [f"    node.saved_{name} = {value}"]
        else:
            lines += [f"    node.saved_{name} = {value} if {wanted} else None"]
        if kind == "result":
            lines += ["    node.counter = None"]
        if kind == "input":
            lines += [
                f"    if {name}._counter is not None and {name}._counter.version:",
                f"        special(node).versions['{name}'] = {name}._counter.version",
            ]
    lines += ["    return node"]
    return _function(
        op,
        "record",
        lines,
        node_class=op.node_class,
        gradient_edge=gradient_edge,
        next_number=next_number,
        special=special,
    )


def vjp(op: Any) -> Callable[..., Any]:
    """``vjp(node, grad)``: one gradient per edge, on arrays."""
    lines = [
        "def vjp(node, grad):",
        "    if grad is None or node.special is not None:",
        "        return node.vjp_general(grad)",
    ]
    optional = len(op.inputs) > 1
    for name, kind in op.saved.items():
        local = _local(name)
        lines += [f"    {local} = node.saved_{name}"]
        if kind == "input":
            lines += [
                f"    if {local} is not None:",
                f"        if {local}._counter is not None:",
                f"            node.check_version('{name}')",
                f"        {local} = {local}._data",
            ]
        elif kind == "result":
            lines += ["    if node.counter is not None:", "        node.check_version('result')"]
    if optional:
        lines += ["    edges = node.next_functions"]
    returned: list[str] = []
    for nr, name in enumerate(op.inputs):
        if name not in op.rules:
            returned.append("None")
            continue
        call = f"rule_{name}({', '.join(_local(n) for n in op.asked[name])})"
        returned.append(f"None if edges[{nr}][0] is None else {call}" if optional else call)
    lines += [f"    return ({''.join(f'{r}, ' for r in returned)})"]
    return _function(op, "vjp", lines, **{f"rule_{n}": rule for n, rule in op.rules.items()})


def release(op: Any) -> Callable[..., Any]:
    """``release(node)`` forgets the saved tensors; what was None stays None, as in PyTorch."""
    lines = ["def release(node):", "    node.special = released"]
    for name in op.releases:
        lines += [f"    if node.saved_{name} is not None:", f"        node.saved_{name} = freed"]
    return _function(op, "release", lines, released=RELEASED, freed=FREED)


def _local(name: str) -> str:
    return "grad" if name == "grad" else f"{name}_"


def _name(op: Any) -> str:
    """What the function is called in tracebacks; not by a name that its body uses."""
    taken = ("forward", "general", "modes", "new", "op", "errors", "defaults", *op.parameters)
    return op.label if op.label.isidentifier() and op.label not in taken else "apply"


def _with_defaults(op: Any) -> str:
    return ", ".join(f"{p}=defaults[{p!r}]" if p in op.defaults else p for p in op.parameters)
