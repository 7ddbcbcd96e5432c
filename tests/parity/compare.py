"""Run the same source text on minigrad and on PyTorch, and compare all that can be seen.

    from compare import agree, both, assert_same

    X = np.array([[0.5, -1.0], [2.0, 3.0]])

    @pytest.mark.parametrize("source", ["x.exp()", "x.sum(0)", "torch.cat([x, x])"])
    def test_operation(source):
        agree(source, x=X)                       # value, graph, first and second gradients

    def test_error():
        agree("x.sum(7)", x=X)                   # the same exception with the same text

`both` returns one outcome per library, (minigrad's, PyTorch's), and `assert_same` compares two;
`agree` does both. An outcome is a plain tree (dictionaries, lists, numbers, strings), so that it
can be kept in a file.

What the source sees: ``torch``, ``F`` (torch.nn.functional), ``nn``, ``np``, ``warnings``, and the
inputs. An input that is a numpy array becomes a tensor of the same dtype, a leaf that requires grad
if of floating point; write ``x.detach()`` for one that does not. Anything else is passed as it is.
Statements are separated by ``;`` or new lines; the value is that of the last expression (None if
the source ends in a statement). What is printed and what becomes of the inputs (their gradients,
changes in place) is compared, too. The random generator is seeded before each run.

``order=`` says how many derivatives are taken: 2 (default), 1, or 0 for none. Gradients are taken
of all tensors in the value that require grad, with respect to all inputs.

The outcomes of PyTorch come from PyTorch itself where it is installed, else from
tests/goldens/parity/*.json. The environment variable MINIGRAD_GOLDENS says otherwise: ``record``
runs PyTorch and writes the files (do that after a change of a table), ``read`` reads them although
PyTorch is there. A source that has not been recorded fails.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import io
import json
import math
import os
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

GOLDENS = Path(__file__).parent.parent / "goldens" / "parity"
MODE = os.environ.get("MINIGRAD_GOLDENS", "live")

Outcome = dict[str, Any]
Tree = Any

TOLERANCES = {  # relative, absolute: those of torch.testing.assert_close
    "torch.float16": (1e-3, 1e-5),
    "torch.float32": (1.3e-6, 1e-5),
    "torch.float64": (1e-7, 1e-7),
}


def has_torch() -> bool:
    """Whether PyTorch itself is to be asked."""
    if MODE == "read":
        return False
    try:
        importlib.import_module("torch").set_num_threads(1)  # several add in other orders
    except ImportError:
        if MODE == "record":
            raise
        return False
    return True


def is_processor_of_records() -> bool:
    """Whether last digits are rounded here as where the outcomes were recorded: on AMD's, with AVX-512."""
    cpuinfo = Path("/proc/cpuinfo")
    text = cpuinfo.read_text() if cpuinfo.exists() else ""
    return "AuthenticAMD" in text and "avx512f" in text


# --- the interface


def agree(
    source: str, /, *, order: int = 2, graph: bool = True, saved: bool = True, **inputs: Any
) -> None:
    """Assert that both libraries do the same with `source`."""
    assert_same(*both(source, order=order, **inputs), graph=graph, saved=saved)


def bits(source: str) -> None:
    """Assert that a list of tensors, made of random ones, has the same bits in both libraries."""
    agree(
        f"""
        import zlib
        def random(*shape):
            numbers = np.random.RandomState(1).randn(12, *shape).astype("float32")
            return [torch.tensor(each, requires_grad=True) for each in numbers]
        def gradients(result, *operands):
            return torch.autograd.grad((result**2).sum(), operands)
        results = {source}
        [zlib.crc32(each.detach().numpy().tobytes()) for each in results]
        """.replace("\n        ", "\n")
    )


def both(source: str, /, *, order: int = 2, **inputs: Any) -> tuple[Outcome, Outcome]:
    """The outcomes of `source` on minigrad and on PyTorch."""
    inputs = dict(sorted(inputs.items()))  # one order, so that a recorded outcome is found again
    assert not re.search(r"\b(from|import) torch\b", source), "the program asks for PyTorch itself"
    ours = run("minigrad", source, order, inputs)
    theirs = pytorchs(source, order, inputs)
    error = theirs.get("error", [""])
    assert error[0] not in ("NameError", "SyntaxError"), f"no program to compare: {error}"
    assert _shows_something(source, theirs), "the program ends in a statement: nothing to compare"
    return ours, theirs


def _shows_something(source: str, outcome: Outcome) -> bool:
    last = ast.parse(source).body[-1:]
    others = ("error", "printed", "gradient error")
    return isinstance(last[0], ast.Expr) or any(outcome.get(each) for each in (*others, "warnings"))


def assert_same(ours: Outcome, theirs: Outcome, *, graph: bool = True, saved: bool = True) -> None:
    """Assert that two outcomes are the same.

    Parameters
    ----------
    ours, theirs : Outcome
        What `both` returned.
    graph : bool
        Compare the names of the nodes and the edges, recursively, too.
    saved : bool
        Compare the names of what the nodes save, too.
    """
    problems = list(_differences(ours, theirs, "", graph, saved))
    assert not problems, "minigrad | PyTorch\n" + "\n".join(problems)


# --- running


def run(library: str, source: str, order: int, inputs: dict[str, Any]) -> Outcome:
    """What `source` does with the library of that name.

    Returns
    -------
    dict
        ``value``, or ``error``; ``warnings``; ``printed`` and changed ``inputs``, if there are any;
        ``gradients`` by plain backward, ``recorded`` with create_graph, ``second``: lists with one
        entry per input that requires grad.
    """
    torch = importlib.import_module(library)
    functional = _module(library, "nn.functional")
    scope: dict[str, Any] = {"torch": torch, "np": np, "warnings": warnings, "F": functional}
    scope["nn"] = _module(library, "nn")
    tensors: dict[str, Any] = {}
    for name, value in inputs.items():
        if isinstance(value, (np.ndarray, np.generic)):
            tensors[name] = torch.tensor(value, requires_grad=value.dtype.kind == "f")
    scope |= inputs | tensors
    leaves = [tensor for tensor in tensors.values() if tensor.requires_grad]
    torch.manual_seed(0)
    if hasattr(torch, "set_warn_always"):
        torch.set_warn_always(True)  # PyTorch gives some warnings only once
    outcome: Outcome = {}
    printed = io.StringIO()
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(printed):
        warnings.simplefilter("always")
        try:
            value = _evaluate(source, scope)
            outcome["value"] = describe(value)
        except Exception as error:  # noqa: BLE001 - every exception is an outcome
            outcome["error"] = _error(error)
        else:
            _differentiate(torch, value, leaves, order, outcome)
    outcome["warnings"] = [[w.category.__name__, _without_place(str(w.message))] for w in caught]
    changes = {name: _changes(tensor, inputs[name]) for name, tensor in tensors.items()}
    if any(changes.values()):
        outcome["inputs"] = {name: change for name, change in changes.items() if change}
    if printed.getvalue():
        outcome["printed"] = re.sub("0x[0-9a-f]+", "0x…", printed.getvalue())
    return outcome


def _changes(tensor: Any, given: Any) -> Tree:
    """What became of an input: its gradient, and the tensor itself if that was changed."""
    change = {} if tensor.grad is None else {"grad": _numbers(tensor.grad)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        same = tensor.shape == given.shape and np.array_equal(tensor.detach().numpy(), given)
    if not same or tensor._version or not tensor.is_leaf:
        change["now"] = _tensor(tensor)
    return change


def _module(library: str, name: str) -> Any:
    try:
        return importlib.import_module(f"{library}.{name}")
    except ImportError:
        return None


def _evaluate(source: str, scope: dict[str, Any]) -> Any:
    body = ast.parse(source).body
    last: Any = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "<source>", "exec"), scope)
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), "<source>", "eval"), scope)


def _differentiate(torch: Any, value: Any, leaves: list[Any], order: int, outcome: Outcome) -> None:
    roots = [t for t in _tensors(torch, value) if t.requires_grad]
    if not roots or not leaves or order == 0:
        return

    autograd = importlib.import_module(f"{torch.__name__}.autograd")

    def gradients(outputs: list[Any], **options: Any) -> list[Any]:
        cotangents = [torch.tensor(_weights(t.shape), dtype=t.dtype) for t in outputs]
        return list(autograd.grad(outputs, leaves, cotangents, allow_unused=True, **options))

    try:
        outcome["gradients"] = _plain(gradients(roots, retain_graph=True))
        if order < 2:
            return
        first = gradients(roots, create_graph=True)
        outcome["recorded"] = _plain(first)
        again = [g for g in first if g is not None and g.requires_grad]
        outcome["second"] = _plain(gradients(again)) if again else []
    except Exception as error:  # noqa: BLE001
        outcome["gradient error"] = _error(error)


def _tensors(torch: Any, value: Any) -> list[Any]:
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (list, tuple)):
        return [t for item in value for t in _tensors(torch, item)]
    return []


def _weights(shape: Any) -> np.ndarray[Any, Any]:
    """A cotangent without symmetries."""
    return np.linspace(0.5, 1.7, math.prod(shape)).reshape(tuple(shape))


def _plain(gradients: list[Any]) -> list[Tree]:
    return [None if g is None else _numbers(g) for g in gradients]


def _error(error: Exception) -> list[str]:
    return [type(error).__name__, _without_place(str(error))]


def _without_place(text: str) -> str:
    """The text without where it was raised: in PyTorch's C++, or on this machine."""
    text = text.partition("\nException raised from")[0]
    text = text.partition(" (Triggered internally at")[0]
    # Of a recorded traceback the last line is the program's, which both libraries have alike.
    head, traceback, frames = text.partition("Traceback of forward call that caused the error:\n")
    return head + traceback + frames.rpartition('File "<source>"')[2].partition("\n")[0]


# --- describing


def describe(value: Any) -> Tree:
    """What can be seen of `value`, as a plain tree."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return {"float": value}
    if type(value).__name__ == "Size":
        return repr(value)
    if hasattr(value, "grad_fn") and hasattr(value, "is_leaf"):
        return _tensor(value)
    if hasattr(value, "next_functions"):
        return {"graph": graph_of(value)}
    if isinstance(value, np.ndarray):
        return {"array": value.tolist(), "dtype": str(value.dtype)}
    if isinstance(value, (list, tuple)):
        return {type(value).__name__.rpartition(".")[2]: [describe(item) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[str(k), describe(v)] for k, v in value.items()]}
    return repr(value)


def _tensor(tensor: Any) -> Tree:
    return {
        **_numbers(tensor),
        "text": repr(tensor),
        "requires_grad": tensor.requires_grad,
        "is_leaf": tensor.is_leaf,
        "graph": graph_of(tensor.grad_fn),
        "output_nr": tensor.output_nr,
        "version": tensor._version,
        "contiguous": tensor.is_contiguous(),
    }


def _numbers(tensor: Any) -> Tree:
    return {"shape": list(tensor.shape), "dtype": str(tensor.dtype), "data": _data(tensor)}


def _data(tensor: Any) -> Tree:
    """The numbers; PyTorch has zeros without memory, of which ``tolist`` complains."""
    tensor = tensor.detach()
    if getattr(tensor, "_is_zerotensor", bool)():
        return np.zeros(tuple(tensor.shape)).tolist()
    return tensor.tolist()


def graph_of(node: Any) -> Tree:
    """The nodes behind `node` in order of discovery: [name, what it saves, [[node, nr], …]]."""
    if node is None:
        return None
    nodes = [node]
    ids = {id(node): 0}  # `nodes` holds the references that keep ids valid
    described: list[Any] = []
    for current in nodes:
        edges: list[Any] = []
        for following, nr in current.next_functions:
            if following is None:
                edges.append([None, nr])
                continue
            if id(following) not in ids:
                ids[id(following)] = len(nodes)
                nodes.append(following)
            edges.append([ids[id(following)], nr])
        described.append([current.name(), _saved_names(current), edges])
    return described


def _saved_names(node: Any) -> list[str]:
    return sorted(n for n in dir(node) if n.startswith("_saved_") and n != "_saved_tensors")


# --- comparing


def _differences(ours: Tree, theirs: Tree, at: str, graph: bool, saved: bool) -> Iterator[str]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(ours.keys() ^ theirs.keys()):
            a, b = (_short(tree.get(key, "(nothing)")) for tree in (ours, theirs))
            yield f"{at}.{key}: {a} | {b}"
        for key in [key for key in ours if key in theirs]:
            yield from _differences_at(key, ours, theirs, f"{at}.{key}", graph, saved)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for nr, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            yield from _differences(a, b, f"{at}[{nr}]", graph, saved)
    elif ours != theirs:
        yield f"{at}: {_short(ours)} | {_short(theirs)}"


def _differences_at(
    key: str, ours: Tree, theirs: Tree, at: str, graph: bool, saved: bool
) -> Iterator[str]:
    a, b = ours[key], theirs[key]
    if key == "graph":
        yield from _graph_differences(a, b, at, saved) if graph else ()
    elif key == "data":
        yield from _number_differences(ours, theirs, at)
    elif (
        key == "text"
    ):  # rounding may show: compared where the numbers are the same to the last bit
        if ours["data"] == theirs["data"] and a != b and graph:
            yield f"{at}: {a!r} | {b!r}"
    elif key == "float":
        if not _close(a, b, "torch.float64"):
            yield f"{at}: {a} | {b}"
    else:
        yield from _differences(a, b, at, graph, saved)


def _number_differences(ours: Tree, theirs: Tree, at: str) -> Iterator[str]:
    a, b = _flat(ours["data"]), _flat(theirs["data"])
    if len(a) == len(b) and not all(
        _close(p, q, theirs["dtype"]) for p, q in zip(a, b, strict=True)
    ):
        yield f"{at}: {ours['data']} | {theirs['data']}"


def _close(a: Any, b: Any, dtype: str) -> bool:
    if a == b or (a != a and b != b):
        return True
    if dtype not in TOLERANCES or math.isinf(a) or math.isinf(b):
        return False
    relative, absolute = TOLERANCES[dtype]
    return abs(a - b) <= absolute + relative * abs(b)


def _flat(data: Any) -> list[Any]:
    return [number for item in data for number in _flat(item)] if isinstance(data, list) else [data]


def _graph_differences(ours: Tree, theirs: Tree, at: str, saved: bool) -> Iterator[str]:
    if not saved:
        ours, theirs = ([[n, e] for n, _, e in g] if g else g for g in (ours, theirs))
    if ours != theirs:
        yield f"{at}:\n    {_outline(ours)}\n    {_outline(theirs)}"


def _outline(graph: Tree) -> str:
    return "None" if graph is None else " / ".join(" ".join(map(str, node)) for node in graph)


def _short(tree: Tree) -> str:
    text = json.dumps(tree)
    return text if len(text) < 600 else text[:600] + " …"


# --- PyTorch, live or recorded

recorded: dict[str, dict[str, Outcome]] = {}
"""Test file name to key to outcome."""
table = "unnamed"
"""The name of the test file that runs (conftest.py sets it)."""


def pytorchs(source: str, order: int, inputs: dict[str, Any]) -> Outcome:
    """The outcome on PyTorch: asked, recorded or read, as MINIGRAD_GOLDENS says."""
    key = _key(source, order, inputs)
    if not has_torch():
        return _read(key)
    outcome = json.loads(json.dumps(run("torch", source, order, inputs), default=repr))
    if MODE == "record":
        recorded.setdefault(table, {})[key] = outcome
    return outcome


def _key(source: str, order: int, inputs: dict[str, Any]) -> str:
    given = {
        name: [str(value.dtype), value.tolist()]
        if isinstance(value, (np.ndarray, np.generic))
        else repr(value)
        for name, value in inputs.items()
    }
    return json.dumps([source, order, given])


def _read(key: str) -> Outcome:
    if table not in recorded:
        path = GOLDENS / f"{table}.json"
        recorded[table] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if key not in recorded[table]:
        raise AssertionError(
            f"not recorded (PyTorch needed: MINIGRAD_GOLDENS=record pytest {table}.py): {key}"
        )
    return recorded[table][key]


def save() -> None:
    """Write what was recorded; one line per source, so that a difference can be read."""
    if MODE != "record":
        return
    GOLDENS.mkdir(parents=True, exist_ok=True)
    for name, outcomes in recorded.items():
        lines = [f"{json.dumps(key)}: {json.dumps(outcomes[key])}" for key in sorted(outcomes)]
        text = "{\n" + ",\n".join(lines) + "\n}\n"
        (GOLDENS / f"{name}.json").write_text(text, encoding="utf-8")
        sys.stderr.write(f"\nrecorded {len(lines)} outcomes of {name}\n")
