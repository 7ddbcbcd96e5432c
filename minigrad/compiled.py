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

from minigrad import errors
from minigrad.digits.rounded import HALF
from minigrad.edges import accumulator, fitted, target_of
from minigrad.modes import QUIET, altered, modes
from minigrad.node import FREED, SPECIAL, made, numbers, watchers
from minigrad.operands import FLOATS, NUMBERS, Constant, laid_out_as
from minigrad.tensor import Tensor
from minigrad.views import View

UNDERIVED = ("torch::autograd::NotImplemented", "torch::autograd::Error")
"""The nodes that only raise: of an operation that has no derivative, or none of second order."""

FACTS = {"sizes": "shape", "numel": "size", "strides": "strides"}
"""How the name ends of what is saved about an input, and what numpy calls that."""

# fmt: off
KEPT = frozenset((
    "buffer", "condition", "index", "indices", "mask", "pos_weight", "result1", "result2",
    "running_mean", "running_var", "target", "total_weight", "weight",
))
# fmt: on
"""Parameters that may be arrays: masks, positions, what forward found out. They are freed too."""


def _function(op: Any, name: str, lines: list[str], **names: Any) -> Callable[..., Any]:
    """The function `name` of these lines; it sees the `SCOPE` and `names`."""
    scope: dict[str, Any] = {**SCOPE, "op": op, **names}
    source = op.source[name] = "\n".join(lines)
    exec(compile(source, f"<{op.label}.{name}>", "exec"), scope)  # noqa: S102 - the source is ours
    return scope[name]


def fast_path(op: Any, general: Callable[..., Any]) -> Callable[..., Any]:
    """The operation on Tensors of one dtype, or with a number; all else goes to `general`."""
    first, *others = op.inputs
    otherwise = f"return general({', '.join(op.parameters)})"
    lines = [f"def {_name(op)}({_with_defaults(op)}):"]
    add = lines.append
    for name in others if op.promotes is not None else ():
        # A number takes the dtype of a tensor of its kind or a higher one, as numpy has it too.
        add(f"    if {name}.__class__ is not Tensor and {name}.__class__ in NUMBERS:")
        add(f"        {name}_number, {name} = {name}, Constant()")
        add(f"        {name}._data = {name}_number")
    add("    try:")
    for name in op.inputs:
        add(f"        {name}_data = {name}._data")
    add("    except AttributeError:")
    add(f"        {otherwise}")
    add(f"    kind_ = {first}_data.__class__")
    unfit: list[str] = []
    if op.promotes is not None and (others or op.promotes == "float"):
        floats = "dtype_.kind == 'f'"
        number = f"({floats} or dtype_.kind in 'iu' and {{0}}_data.__class__ is int)"
        one = f"({number} if {{0}}.__class__ is Constant else {{0}}_data.dtype is dtype_)"
        fit = [one.format(name) for name in others]
        fit += [floats] * (op.promotes == "float")
        unfit.append(f"dtype_ is None or not ({' and '.join(fit)})")
    if op.rounds_often:  # PyTorch computes these in float32
        unfit.append("dtype_ is HALF")
    if unfit:
        # Two numpy scalars of one class have one dtype: the cheapest test for the commonest case.
        same = [f"{name}_data.__class__ is kind_" for name in others if op.promotes is not None]
        add(f"    if not ({' and '.join([*same, '(kind_ is float32 or kind_ is float64)'])}):")
        add(f"        dtype_ = getattr({first}_data, 'dtype', None)")
        add(f"        if {' or '.join(unfit)}:")
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
        of_two = f" and not {first}_data.flags.c_contiguous" * (len(op.inputs) == 2)
        operands = ", ".join([f"{each}_data" for each in op.inputs])
        add(f"    if kind_ is ndarray{of_two}:")
        add(f"        data = laid_out_as(data, {operands})")
    add("    result = new(Tensor)")
    add("    result._data = data")
    if op.view:
        add("    result._edge = result._leaf = result._grad = None")
        add("    result._counter = counter_")
    else:
        add("    result._view = None")
    if op.name:
        wants = [f"{i}._requires_grad" for i in op.inputs]
        wants += [f"{i}._view is not None and {i}.requires_grad" for i in op.inputs]
        chosen = " and derivable(op, data)" if "dtype" in op.attributes else ""
        add(f"    if ({' or '.join(wants)}) and (not altered or modes.grad){chosen}:")
        add("        result._requires_grad = True")
        lines += ["    " + line for line in _record_lines(op)]
        add("        if watchers:")
        add("            made(node)")
        if op.view:
            add(f"        result._view = View({first}, node)")
        else:
            add("        result._edge = node")
            add("        result._counter = None")
        add("        return result")
    add("    result._requires_grad = False")
    if op.view:
        add(f"    result._view = View({first}, None)")
    else:
        add("    result._edge = result._leaf = result._grad = None")
        add("    result._counter = modes.counter if altered else None")
    add("    return result")
    made_by = op.node_class if op.name else None
    own = {"forward": op.forward, "defaults": op.defaults, "node_class": made_by}
    return _function(op, _name(op), lines, general=general, **own)


def derivable(op: Any, data: Any) -> bool:
    """Whether the result can have a gradient; what was told its dtype must."""
    found = op.outputs is not None or data.dtype.kind == "f"
    errors.check(found or "dtype" not in op.attributes, "autograd_dtype", getattr(data, "dtype", 0))
    return found


def record(op: Any) -> Callable[..., Any]:
    """``record(*inputs, *attributes, *input arrays, result array)`` makes the node."""
    arguments = [*op.inputs, *op.attributes, *[f"{i}_data" for i in op.inputs], "data"]
    lines = [f"def record({', '.join(arguments)}):", *_record_lines(op), "    return node"]
    return _function(op, "record", lines, node_class=op.node_class)


def _record_lines(op: Any) -> list[str]:
    """The lines that make a node; both `record` and the fast path have them."""
    lines = ["    node = node_class()"]
    add = lines.append
    # Before the edges: who asks for the edge of a view may make a node, which comes later. PyTorch
    # does not number the node that only raises: it comes before all others.
    add(f"    node._sequence = {'2**64 - 1' if op.name in UNDERIVED else 'next(numbers)'}")
    lines += [line for name in op.inputs for line in _edge_lines(op, name)]
    held = [n for n, kind in op.saved.items() if kind == "input"]
    if held:
        versions = [f"{name!r}: getattr({name}._counter, 'to_save', 0)" for name in held]
        add(f"    if {' or '.join([f'{name}._counter is not None' for name in held])}:")
        add(f"        node._versions = {{{', '.join(versions)}}}")
    add(f"    node._rare = {'SPECIAL' if op.name in UNDERIVED else 'None'}")
    # What a gradient must look like: for a scalar its class tells both shape and dtype.
    if op.outputs is None:
        add("    kind = data.__class__")
        add("    node._meta = kind if kind is not ndarray else (data.shape, data.dtype)")
    else:
        add("    node._meta = [(d.shape, d.dtype) for d in data if d.dtype.kind == 'f']")
    twice = "BackwardBackward" in op.name  # where all is saved
    for name, kind in op.saved.items():
        base = f"{name.partition('_sym_')[0]}_data"
        if kind == "input":
            value = f"{name}_kept"
        elif kind == "attribute":
            value = name
        elif kind == "output":
            value = f"data[{op.outputs.index(name)}]" if op.outputs else "data"
        else:
            value = f"tuple([d.{kind} for d in {base}])" if op.variadic else f"{base}.{kind}"
        # PyTorch saves an input that one of several rules asks for only if that rule is wanted.
        users = [i for i in op.rules if name in op.asked[i]]
        passed_in = kind == "strides" or (name in op.freed and kind != "output")
        alone = len(users) == 1 < len(op.rules) and name not in op.also
        if passed_in and alone and not twice:
            none = "()" if kind == "strides" else "None"
            value = f"{value} if {users[0]}_target is not None else {none}"
        add(f"    node._kept_{name} = {value}")
        if kind == "output" and op.outputs:
            add(f"    node._counter_{name} = None")
    return lines


def _edge_lines(op: Any, name: str) -> list[str]:
    """The lines that find out where the gradient of input `name` goes."""
    if op.variadic:
        return [f"    node._target_{name} = tuple(map(target_of, {name}))"]
    lines = [f"    {name}_target = {name}._edge"]
    add = lines.append
    add(f"    if {name}_target is None:")
    add(f"        if {name}._requires_grad or {name}._view is not None:")
    add(f"            leaf_ = {name}._leaf if {name}._view is None else None")
    add("            if leaf_ is None:")
    add(f"                {name}_target = target_of({name})")
    add("            else:")
    add("                find_ = leaf_.accumulator")
    add(f"                {name}_target = find_() or accumulator({name}, leaf_)")
    if op.saved.get(name) == "input":
        # A tensor that nothing else holds is gone soon, if a number is kept in its place.
        lines.insert(1, f"    {name}_kept = {name}")
        add(f"    elif {name}._counter is None and type({name}_target._meta) is type:")
        add(f"        {name}_kept = {name}._data")
    add(f"    node._target_{name} = {name}_target")
    return lines


def targets(op: Any) -> Callable[[Any], tuple[Any, ...]]:
    """`Node._targets` for the node class of `op`."""
    listed = [f"node._target_{i}" for i in op.inputs]
    value = listed[0] if op.variadic else f"({', '.join(listed)},)"
    if op.name == UNDERIVED[0]:  # whose nodes have no edges to what needs no gradient
        value = f"tuple([target for target in {value} if target is not None])"
    return _function(op, "targets", [f"def targets(node): return {value}"])


def vjp(op: Any) -> Callable[..., Any]:
    """``vjp(node, grads, keep)``: gradients on arrays; then what was saved is freed."""
    lines = [
        "def vjp(node, grads, keep=True):",
        "    grad = grads[0]",
        "    rare = node._rare",
        "    if grad is None or rare is not None and not rare.plain:",
        "        return node._vjp_general(grads, keep)",
    ]
    add = lines.append
    for name, kind in op.saved.items():
        local = f"{name}_"
        add(f"    {local} = node._kept_{name}")
        if kind == "input":
            add(f"    if {local}.__class__ in FLOATS:")
            add(f"        if node._target_{name}._rare is not None:")
            add(f"            {local} = node._unpack('{name}', arrays=True)")
            add(f"    elif {local} is not None:")
            add(f"        counter = {local}._counter")
            version = f"getattr(node, '_versions', {{}}).get('{name}', 0)"
            add(f"        if counter is not None and counter.version != {version}:")
            add(f"            node._check_version('{name}')")
            add(f"        {local} = {local}._data")
        elif name in op.freed:
            add(f"    if {local} is FREED:")
            add(f"        {local}._data")
        if kind == "output":
            add("    if rare is not None:")
            add(f"        node._check_version('{name}')")
    returned: list[str] = []
    for index, name in enumerate(op.inputs):
        asked = ", ".join("grad" if n == "grad" else f"{n}_" for n in op.asked[name])
        add(f"    {name}_target = node._target_{name}")
        add(f"    if {name}_target is None:")
        add(f"        {name}_grad = None")
        add("    else:")
        add(f"        {name}_grad = rule_{name}({asked})")
        of_class = f"{name}_grad.__class__ is not"
        add(f"        if {of_class} {name}_target._meta and ({of_class} ndarray or (")
        add(f"                {name}_grad.shape, {name}_grad.dtype) != {name}_target._meta):")
        add(f"            {name}_grad = fitted(node, {index}, {name}_target, {name}_grad)")
        returned.append(f"{name}_grad")
    if op.freed:
        add("    if not keep:")
    for name in op.freed:  # what was None stays so, as in PyTorch
        attribute = op.saved[name] == "attribute"
        held = f"holds_array({name}_)" if attribute else f"{name}_ is not None"
        add(f"        if {held}:")
        add(f"            node._kept_{name} = FREED")
    add(f"    return ({''.join(f'{r}, ' for r in returned)})")
    rules = {f"rule_{name}": rule for name, rule in op.rules.items()}
    return _function(op, "vjp", lines, **rules)


def holds_array(value: Any) -> bool:
    """Whether a parameter that was saved is an array, or several."""
    if isinstance(value, tuple):
        return any(map(holds_array, cast("tuple[Any, ...]", value)))
    return isinstance(value, (np.ndarray, np.generic, Tensor))


# fmt: off
SCOPE: dict[str, Any] = {
    "__name__": __name__, "new": object.__new__, "ndarray": np.ndarray, "quiet": QUIET.run,
    **{f.__name__: f for f in (
        Constant, Tensor, View, accumulator, derivable, fitted, holds_array, laid_out_as, made,
        target_of)},
    "FLOATS": FLOATS, "FREED": FREED, "HALF": HALF, "NUMBERS": NUMBERS, "SPECIAL": SPECIAL,
    "altered": altered, "float32": np.float32, "float64": np.float64, "modes": modes,
    "numbers": numbers, "watchers": watchers,
}
"""What the functions that are written here see, beside what is of their operation."""
# fmt: on


def _name(op: Any) -> str:
    """What the function is called in tracebacks; not by a name that its body uses."""
    taken = ("forward", "general", "modes", "new", "op", "errors", "defaults", *op.parameters)
    return op.label if op.label.isidentifier() and op.label not in taken else "apply"


def _with_defaults(op: Any) -> str:
    parts = [f"{p}=defaults[{p!r}]" if p in op.defaults else p for p in op.parameters]
    if op.parameters[-1] in op.defaults.keys() & {"alpha", "value"}:  # by name only, as in PyTorch
        parts.insert(-1, "*")
    return ", ".join(parts)
