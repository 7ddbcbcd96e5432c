"""Whole programs: one source text, run by two libraries, compared after every statement.

As a script it writes random programs and prints what differs, each shrunk to the statements that are needed:

    python tests/parity/programs.py 1000        # programs 0 … 999
    python tests/parity/programs.py 1000 5000   # programs 5000 … 5999
    python tests/parity/programs.py file.py     # one program from a file

A program is a list of statements, separated as Python separates them. They see ``torch``, ``nn``,
``F``, ``np``, and two helpers: ``log(…)`` keeps what it is given, ``watch(t)`` logs every node behind
`t` when it runs. A statement that raises does not end the program: what it left behind is compared
too. If the first line is ``# look: end``, the tensors are only looked at after the last statement
(looking at ``grad_fn`` may make PyTorch compute it).
"""

from __future__ import annotations

import ast
import importlib
import json
import math
import os
import random
import re
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from listed import is_listed
from program_grammar import write_program
from rounding import otherwise
from shrinking import in_library, shrink, split

Tree = Any
Steps = list[dict[str, Tree]]

TOLERANCES = {"torch.float16": 4e-3, "torch.float32": 2e-5, "torch.float64": 1e-9}
"""Relative to the largest number of the tensor."""


# --- running


def run(source: str, torch: Any) -> Steps:
    """What the program does, one dictionary a statement.

    Returns
    -------
    list of dict
        ``statement``; ``error`` (type and text), ``warnings``, ``log``, ``state`` where there are any.
    """
    body = ast.parse(source).body
    every = not source.startswith("# look: end")
    scope = _scope(torch)
    steps: Steps = []
    for nr, node in enumerate(body):
        step = _execute(node, scope)
        if every or nr == len(body) - 1:
            step["state"] = Look(torch).state(scope)
        steps.append(step)
    _reset(torch)
    return steps


def _scope(torch: Any) -> dict[str, Any]:
    _reset(torch)
    scope: dict[str, Any] = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional}
    scope["np"] = importlib.import_module("numpy")
    scope["LOG"] = logged = []
    brief = Look(torch).brief
    scope["log"] = lambda *values: logged.append([brief(value) for value in values])
    scope["print"] = lambda *values: logged.append([_plain(str(value)) for value in values])
    scope["apart"] = lambda value: value.clone() if isinstance(value, torch.Tensor) else value
    scope["watch"] = lambda tensor: _watch(tensor, scope["log"])
    scope["HIDDEN"] = set(scope) | {"HIDDEN", "__builtins__", "__warningregistry__"}
    return scope


def _reset(torch: Any) -> None:
    torch.manual_seed(0)
    torch.set_grad_enabled(True)
    torch.set_default_dtype(torch.float32)
    torch.set_printoptions(profile="default")
    if hasattr(torch, "set_warn_always"):
        torch.set_warn_always(True)  # PyTorch gives some warnings only once


def _execute(node: ast.stmt, scope: dict[str, Any]) -> dict[str, Tree]:
    step: dict[str, Tree] = {"statement": ast.unparse(node)}
    scope["LOG"].clear()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            exec(compile(ast.Module([node], []), "<program>", "exec"), scope)
        except Exception as error:  # noqa: BLE001 - every exception is an outcome
            step["error"] = [type(error).__name__, _plain(str(error))]
    # numpy reproaches PyTorch with its `__array__`, which minigrad need not imitate
    given = [w for w in caught if not str(w.message).startswith("__array__ implementation")]
    if given:
        step["warnings"] = [[w.category.__name__, _plain(str(w.message))] for w in given]
    if scope["LOG"]:
        step["log"] = list(scope["LOG"])
    return step


def _watch(tensor: Any, log: Callable[..., None]) -> None:
    """Log every node behind `tensor` when it runs: what comes in, what goes out."""
    nodes = [tensor.grad_fn]
    for node in nodes:  # grows
        for following, _ in node.next_functions:
            if following is not None and not any(following is known for known in nodes):
                nodes.append(following)
    for nr, node in enumerate(nodes):
        node.register_hook(partial(_logged, log, nr, node.name()))


def _logged(log: Callable[..., None], nr: int, name: str, out: Any, given: Any) -> None:
    log(nr, name, given, out)


def _plain(text: str) -> str:
    """The text without addresses and without where in PyTorch's C++ it was raised."""
    text = re.split(r"\nException raised from| \(Triggered internally at", text)[0]
    text = re.sub(r"0x[0-9a-f]+", "0x", text)
    return text.replace("minigrad.", "torch.")


# --- looking


class Look:
    """One look at all that can be seen of the tensors of a program; nodes are numbered as found."""

    def __init__(self, torch: Any) -> None:
        self.torch = torch
        self.nodes: list[Any] = []  # holds the references that keep ids valid
        self.numbers: dict[int, int] = {}
        self.names: dict[int, str] = {}

    def state(self, scope: dict[str, Any]) -> Tree:
        """All variables that are, or hold, tensors; then all nodes behind them."""
        found = {k: v for k, v in scope.items() if k not in scope["HIDDEN"]}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            variables = {name: self._value(name, value) for name, value in found.items()}
            nodes = [self._node(node) for node in self.nodes]  # grows
        order = [_try(node._sequence_nr) for node in self.nodes]
        known = sorted({nr for nr in order if isinstance(nr, int)})
        ranks = [known.index(nr) if isinstance(nr, int) else nr for nr in order]
        return {"variables": variables, "nodes": nodes, "ranks": ranks}

    def _value(self, name: str, value: Any) -> Tree:
        if isinstance(value, self.torch.Tensor):
            return self._tensor(name, value)
        if isinstance(value, (list, tuple)):
            return [self._value(f"{name}[{nr}]", item) for nr, item in enumerate(value)]
        if isinstance(value, self.torch.nn.Module):
            inside = value.state_dict(keep_vars=True)
            return {key: self._value(f"{name}.{key}", item) for key, item in inside.items()}
        return self.brief(value) if isinstance(value, (bool, int, float, str)) else None

    def _tensor(self, name: str, tensor: Any) -> Tree:
        if id(tensor) in self.names:
            return {"is": self.names[id(tensor)]}
        self.names[id(tensor)] = name
        self.nodes.append(_Kept(tensor))
        return {
            **_try(lambda: _numbers(tensor)),
            "text": _try(lambda: _plain(repr(tensor))),
            "stride": _steps(tensor.shape, tensor.stride()),
            "offset": tensor.storage_offset(),
            "requires_grad": _try(lambda: tensor.requires_grad),
            "is_leaf": _try(lambda: tensor.is_leaf),
            "retains_grad": _try(lambda: tensor.retains_grad),
            "output_nr": _try(lambda: tensor.output_nr),
            "version": _try(lambda: tensor._version),
            "base": _try(lambda: self.names.get(id(tensor._base))),
            "grad": _try(lambda: self._grad(name, tensor.grad)),
            "grad_fn": _try(lambda: self._number(tensor.grad_fn)),
        }

    def _grad(self, name: str, grad: Any) -> Tree:
        return None if grad is None else self._tensor(f"{name}.grad", grad)

    def _number(self, node: Any) -> int | None:
        if node is None:
            return None
        if id(node) not in self.numbers:
            self.numbers[id(node)] = len(self.nodes)
            self.nodes.append(node)
        return self.numbers[id(node)]

    def _node(self, node: Any) -> Tree:
        if isinstance(node, _Kept):
            return None
        names = sorted(n for n in dir(node) if n.startswith("_saved_") and n != "_saved_tensors")
        edges = [[self._number(following), nr] for following, nr in node.next_functions]
        saved = {name: _try(lambda n=name: self._saved(getattr(node, n))) for name in names}
        for strides, sizes in _STRIDES_AND_SIZES:
            for name in [name for name in saved if name.endswith(strides)]:
                shape = saved.get(name.replace(strides, sizes))
                if isinstance(shape, list) and isinstance(saved[name], list):
                    saved[name] = _steps(shape, saved[name])
        size = saved.get("_saved_size")
        if isinstance(size, list) and 0 in size:  # where nothing begins
            del saved["_saved_storage_offset"]
        return {"name": node.name(), "edges": edges, "saved": saved}

    def _saved(self, value: Any) -> Tree:
        if isinstance(value, self.torch.Tensor):
            requires = value.requires_grad
            # which object it is, is left open for an intermediate number
            kept = self.names.get(id(value)) if value.is_leaf or value.ndim else None
            return {**_numbers(value), "requires_grad": requires, "is": kept}
        return [self._saved(v) for v in value] if isinstance(value, (list, tuple)) else _word(value)

    def brief(self, value: Any) -> Tree:
        """What the log keeps."""
        if isinstance(value, self.torch.Tensor):
            name = value.grad_fn.name() if value.grad_fn is not None else None
            return {**_numbers(value), "requires_grad": value.requires_grad, "grad_fn": name}
        if isinstance(value, (list, tuple)):
            return [self.brief(v) for v in value]
        return _word(value)


class _Kept:
    """Keeps a tensor alive in the list of nodes, so that its id is not used twice."""

    def __init__(self, tensor: Any) -> None:
        self.tensor = tensor

    def _sequence_nr(self) -> None:
        return None


_STRIDES_AND_SIZES = (("_sym_strides", "_sym_sizes"), ("_saved_stride", "_saved_size"))


def _steps(shape: Any, strides: Any) -> list[int | None]:
    """The strides that lead somewhere: docs/limits.md leaves the others open."""
    if 0 in shape or len(shape) != len(strides):
        return [None] * len(strides)
    return [step if n > 1 else None for n, step in zip(shape, strides, strict=True)]


def _word(value: Any) -> Tree:
    if isinstance(value, float):
        return {"float": value}
    return value if value is None or isinstance(value, (bool, int)) else _plain(repr(value))


def _numbers(tensor: Any) -> Tree:
    tensor_ = tensor.detach()
    zeros = getattr(tensor_, "_is_zerotensor", bool)()  # of which PyTorch's tolist complains
    data = [0.0] * tensor_.numel() if zeros else tensor_.reshape(-1).tolist()
    return {"shape": list(tensor.shape), "dtype": str(tensor.dtype), "data": data}


def _try(look: Callable[[], Tree]) -> Tree:
    try:
        return look()
    except Exception as error:  # noqa: BLE001 - every exception is an outcome
        return {"error": [type(error).__name__, _plain(str(error))]}


# --- comparing


class Comparison:
    """Compares two runs; remembers whether numbers have been rounded differently so far."""

    def __init__(
        self, ours: Steps, theirs: Steps, coarsest: float = 0.0, *, coarsens: bool = True,
        source: str = "",
    ) -> None:  # fmt: skip
        self.coarsest, self.coarsens = coarsest, coarsens
        """The largest tolerance that was needed so far: what came after may be as far off."""
        self.gradients: set[str] = set()
        """Variables that hold gradients: PyTorch adds those that meet in place where it can, so that
        their version counts paths, and keeps a part of a larger gradient (docs/limits.md)."""
        self.found: list[str] = []
        """The first statement that shows a difference, then what differs there."""
        excused: set[str] = set()
        failed: list[str] = []  # since the last look
        for self.nr, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            self.gradients |= gradients_in(a["statement"], self.gradients)
            found = [each for each in self.at(a, b) if not places([each]) <= excused]
            raised = a.get("error") and a.get("error") == b.get("error")
            note = f"  # both raise {a['error'][0]}" if raised else ""
            failed = [*failed, f"{a['statement']}{note}"] if raised and "state" not in a else failed
            if found:
                at = " # after ".join(
                    [f"at statement {self.nr + 1}: {a['statement']}{note}", *failed]
                )
                self.found = [at, *found]
                counts = all(place.endswith(".version") for place in places(found))
                if not (source and counts and is_listed(self.found, source)):
                    return
                excused |= places(found)  # a count that is listed hides nothing that comes later
        self.found = []

    def at(self, ours: dict[str, Tree], theirs: dict[str, Tree]) -> list[str]:
        """What differs at one statement."""
        a, b = ({"error": None, **step, "statement": ""} for step in (ours, theirs))
        before = self.coarsest
        found = list(self.differences(a, b, ""))
        if found and self.coarsest > before:  # there may be float64 made of what was rounded
            found = list(self.differences(a, b, ""))
        return found

    def differences(self, a: Tree, b: Tree, at: str) -> Iterator[str]:
        if isinstance(a, dict) and isinstance(b, dict):
            if ("data" in a) != ("data" in b):
                yield f"{at}: {_short(a)} | {_short(b)}"
            elif "float" in a and "float" in b:
                if not self.close([a["float"]], [b["float"]], TOLERANCES["torch.float32"]):
                    yield f"{at}: {a['float']} | {b['float']}"
            else:
                yield from self.in_dicts(a, b, at)
        elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
            for nr, (p, q) in enumerate(zip(a, b, strict=True)):
                yield from self.differences(p, q, f"{at}[{nr}]")
        elif a != b and not (at.endswith((".version", ".offset")) and self.is_gradient(at)):
            of_zero = ".sign of zero" if _unsigned(a) == _unsigned(b) else ""
            yield f"{at}{of_zero}: {_short(a)} | {_short(b)}"

    def is_gradient(self, at: str) -> bool:
        return ".grad" in at or any(name in self.gradients for name in re.findall(r"\w+", at))

    def in_dicts(self, a: dict[str, Tree], b: dict[str, Tree], at: str) -> Iterator[str]:
        if "data" in a:
            yield from self.in_numbers(a, b, at)
        seen = ("data", "text") if a.get("data") != [] else ("data", "text", "offset")
        for key in [*a, *(key for key in b if key not in a)]:
            if key not in a or key not in b:
                yield f"{at}.{key}: {_short(a.get(key))} | {_short(b.get(key))}"
            elif key not in seen:
                yield from self.differences(a[key], b[key], f"{at}.{key}")

    def in_numbers(self, a: dict[str, Tree], b: dict[str, Tree], at: str) -> Iterator[str]:
        same = repr(a["data"]) == repr(b["data"])  # `repr` because of nan and -0.
        if not same and not self.close(a["data"], b["data"], TOLERANCES.get(b["dtype"], 0.0)):
            yield f"{at}.data: {a['data']} | {b['data']}"
        elif same and a.get("text") != b.get("text"):
            yield f"{at}.text: {a['text']!r} | {b['text']!r}"
        elif not same and repr(a["data"]).replace("-0.0", "0.0") == repr(b["data"]).replace(
            "-0.0", "0.0"
        ):
            yield f"{at}.sign of zero: {a['data']} | {b['data']}"

    def close(self, a: list[Any], b: list[Any], tolerance: float) -> bool:
        if len(a) != len(b):
            return False
        largest = max((abs(q) for q in b if math.isfinite(q)), default=0.0)
        tolerance = tolerance and max(tolerance, self.coarsest)
        for p, q in zip(a, b, strict=True):
            if p == q or (p != p and q != q):
                continue
            if not abs(p - q) <= tolerance * max(1.0, largest):
                return False
            if self.coarsens:
                self.coarsest = max(self.coarsest, tolerance)
        return True


def gradients_in(statement: str, known: set[str]) -> set[str]:
    """The names that the statement gives to gradients, or to what is made, or makes, of `known` ones."""
    if kept := set(re.findall(r"hook\((\w+)\.append\)", statement)):
        return kept
    used = set(re.findall(r"\w+", statement))
    gives = re.search(r"\bgrad\(|autograd\.functional\.", statement)
    if not gives and not used & ({"grad", "grad_fn"} | known):
        return set()
    tree = ast.parse(statement)
    return {
        n.id if isinstance(n, ast.Name) else n.name
        for n in ast.walk(tree)
        if (isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
        or isinstance(n, ast.FunctionDef)
    }


def _unsigned(tree: Tree) -> Tree:
    """A printed text without the signs of zeros, and without the spaces that depend on them."""
    return re.sub(r"-(?=0\.0*(?!\d))|\s", "", tree) if isinstance(tree, str) else tree


def _short(tree: Tree) -> str:
    if isinstance(tree, dict) and "data" in tree:
        return f"tensor {tree['data']} {tree['dtype']}"
    if isinstance(tree, dict) and "error" in tree:
        return f"raises {tree['error'][0]}: {tree['error'][1][:80]}"
    return str(tree)[:30000]


# --- finding and shrinking


def compare(source: str, ours: Any, theirs: Any) -> list[str]:
    """What `source` shows differently on two libraries: nothing where it is left to rounding."""
    try:
        expected = run(source, theirs)
    except Exception:  # noqa: BLE001 - PyTorch cannot be looked at: no program
        return []
    try:
        halves = TOLERANCES["torch.float16"] if re.search(r"half\(|float16", source) else 0.0
        comparison = Comparison(run(source, ours), expected, halves, source=source)
    except Exception as error:  # noqa: BLE001 - a look that fails is a difference as well
        return ["at the look: ", f"{type(error).__name__}: {error}"]
    found = comparison.found
    if not found or is_listed(found, source) or reads_overwritten(source, found, ours, theirs):
        return []
    return [] if is_left_open(source, comparison, theirs) else found


def reads_overwritten(source: str, found: list[str], ours: Any, theirs: Any) -> bool:
    """Whether numbers differ only because PyTorch reads elements that it has overwritten already.

    Then PyTorch has minigrad's numbers if what it reads is a copy.
    """
    if not _shows_numbers(found[1]):
        return False
    head, statements = split(source)
    copied = "\n".join([*head, *map(_reading_copies, statements)])
    again = Comparison(run(source, ours), run(copied, theirs), source=source).found
    return not any(map(_shows_numbers, again[1:])) or is_listed(again, source)


def _shows_numbers(difference: str) -> bool:
    place = difference.partition(": ")[0]
    is_logged = re.match(r"\.log\b(?!\[\d+\]\[0\]: \d+ \|)", difference)  # not which node it is
    return place.endswith((".data", ".text")) or bool(is_logged)


def _reading_copies(statement: str) -> str:
    """The statement with copies of what it writes in place: ``x += apart(y)``."""

    class Copy(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> Any:
            self.generic_visit(node)
            in_place = isinstance(node.func, ast.Attribute) and node.func.attr.endswith("_")
            if in_place or any(keyword.arg == "out" for keyword in node.keywords):
                written = int(in_place and in_library(node.func))  # ``torch.relu_(x)``
                node.args[written:] = [_apart(each) for each in node.args[written:]]
            return node

        def visit_AugAssign(self, node: ast.AugAssign) -> Any:
            node.value = _apart(node.value)
            return node

        def visit_Assign(self, node: ast.Assign) -> Any:
            if isinstance(node.targets[0], ast.Subscript):
                node.value = _apart(node.value)
            return node

    return ast.unparse(Copy().visit(ast.parse(statement)))


def _apart(value: ast.expr) -> ast.expr:
    return ast.Call(ast.Name("apart", ast.Load()), [value], [])


def is_left_open(source: str, comparison: Comparison, theirs: Any) -> bool:
    """Whether PyTorch differs from itself, wherever minigrad does, if it rounds otherwise."""
    at, found = comparison.found[:1], comparison.found[1:]
    differing = places([each for each in found if not is_listed([*at, each], source)])
    excused: set[str] = set()
    expected, same = rounding_otherwise(source, theirs, 0), comparison.nr
    for seed in range(1, 9):
        again = Comparison([], [], coarsens=False)
        other = rounding_otherwise(source, theirs, seed)[same]
        excused |= places([*again.differences(other, expected[same], "")])
        if differing <= excused:
            return True
    return False


def rounding_otherwise(source: str, theirs: Any, seed: int) -> Steps:
    """What the program does where PyTorch rounds otherwise; as it is for the seed 0."""
    with otherwise(theirs, seed, 4 if seed else 0):
        return run(source, theirs)


def places(found: list[str]) -> set[str]:
    """Where differences are."""
    return {line.partition(": ")[0] for line in found}


def shrunk(source: str, found: list[str], ours: Any, theirs: Any) -> tuple[str, list[str]]:
    """The smallest program that shows a difference of the same kind, and what it shows."""
    wanted = kind(found)
    differs = lambda text: kind([*compare(text, ours, theirs), "", ""]) == wanted
    small = shrink(source, differs)
    again = compare(small, ours, theirs)
    return (small, again) if again else (source, found)


def kind(found: list[str]) -> str:
    """What differences of one kind have in common."""
    text = re.sub(
        r"tensor \[.*?\] torch\.\w+|'data': \[.*?\]|(?<=data: ).*|(?<=text: ).*", "…", found[1]
    )
    return re.sub(r"(?<=variables\.)\w+|\d+(\.\d+)?", "#", text)[:64]


def called(statement: str) -> str:
    """The functions and operators of a statement."""
    return " ".join(
        re.findall(r"\w+(?=\()|(?<= )[-+*/@%<>&^|~]+=?|(?<=\w)\[", statement.partition(": ")[2])
    )[:60]


def search(count: int, first: int, ours: Any, theirs: Any) -> dict[str, int]:
    """Run programs, print the first of each kind of difference, shrunk; how many there are by kind.

    They run in a process of their own, for now and then one makes PyTorch crash.
    """
    started, last = time.monotonic(), first + count - 1
    tally: Any = {"seed": first - 1, "same": 0, "crashed": 0, "kinds": {}, "known": {}}
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "tally.json"
        while tally["seed"] < last:
            child = os.fork()
            if not child:
                for seed in range(tally["seed"] + 1, last + 1):
                    tally["seed"] = seed
                    kept.write_text(json.dumps(tally), encoding="utf-8")
                    _examine(seed, tally, ours, theirs)
                kept.write_text(json.dumps(tally), encoding="utf-8")
                os._exit(0)
            _, status = os.waitpid(child, 0)
            tally = json.loads(kept.read_text(encoding="utf-8"))
            if os.WIFSIGNALED(status):
                by_pytorch = _crashes(tally["seed"], theirs)
                tally["crashed"] += by_pytorch
                if not by_pytorch:
                    label = "minigrad ended the process"
                    print(f"=== program {tally['seed']}: {label}", flush=True)
                    tally["kinds"][label] = tally["kinds"].get(label, 0) + 1
            elif status:
                sys.exit(status)
    print(f"{tally['same']} of {count} programs are the same,", end=" ")
    print(f"{tally['crashed']} made PyTorch crash;", end=" ")
    print(f"{len(tally['kinds'])} kinds of difference; {time.monotonic() - started:.0f} s")
    for label, number in sorted(tally["kinds"].items(), key=lambda item: -item[1]):
        print(f"{number:5} {label}")
    return tally["kinds"]


def _crashes(seed: int, theirs: Any) -> bool:
    """Whether writing or running the program makes PyTorch alone crash."""
    child = os.fork()
    if not child:
        run(write_program(random.Random(seed), theirs), theirs)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _examine(seed: int, tally: dict[str, Any], ours: Any, theirs: Any) -> None:
    """Run one program and enter into the tally what came out."""
    kinds, known = tally["kinds"], tally["known"]
    source = write_program(random.Random(seed), theirs)
    found = compare(source, ours, theirs)
    if not found:
        tally["same"] += 1
        return
    before_shrunk = kind(found) + called(found[0])
    if before_shrunk in known:  # not shrunk again
        kinds[known[before_shrunk]] += 1
        return
    small, found = shrunk(source, found, ours, theirs)
    label = f"{kind(found)}  in  {called(found[0])}"
    if label not in kinds:
        print(f"=== program {seed}: {label}\n{small}\n--- minigrad | PyTorch")
        print("\n".join(line[:900] for line in found[:4]), flush=True)
    kinds[label] = kinds.get(label, 0) + 1
    known[before_shrunk] = label


def main(arguments: list[str]) -> int:
    ours, theirs = importlib.import_module("minigrad"), importlib.import_module("torch")
    theirs.set_num_threads(1)
    if arguments and arguments[0].endswith(".py"):
        found = compare(Path(arguments[0]).read_text(encoding="utf-8"), ours, theirs)
        print("\n".join(found) or "the same")
        return bool(found)
    count, first = (int(a) for a in [*arguments, *["100", "0"][len(arguments) :]])
    return bool(search(count, first, ours, theirs))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
