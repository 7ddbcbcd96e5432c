"""Run the examples of PyTorch's docstrings on PyTorch and on minigrad, and compare what they print.

    report = check("nn.Linear")      # a path below torch
    report.statements                # how many statements were compared
    report.problems                  # what differed: kind, statement, texts

The examples (``>>>``) of a docstring run one statement after the other, in both libraries after
``manual_seed(0)``, in an empty folder. What is compared is what PyTorch prints here and now, not
what stands in the docstring. They find what stands in the module that they are about, a small
model and its optimizer (`_scope`). A statement that PyTorch itself cannot run (it names something
else that only the text explains) is dropped, and so is one that uses what minigrad has not by design
(`LEFT_OUT`, names that docs/limits.md lists, and what depends on these). An error counts where the
docstring shows one. What PyTorch prints otherwise when it rounds otherwise is left open.
"""

from __future__ import annotations

import ast
import builtins
import collections
import contextlib
import functools
import importlib
import inspect
import io
import math
import random
import re
import signal
import sys
import tempfile
import types
import warnings
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
from rounding import otherwise

MODULES = (
    *("", "Tensor", "Size", "Generator", "linalg", "random", "nn", "nn.functional", "nn.init"),
    *("nn.utils", "nn.parameter", "optim", "optim.lr_scheduler", "autograd", "autograd.function"),
    *("autograd.functional", "autograd.graph", "autograd.forward_ad", "utils.data"),
)
LEFT_OUT = re.compile(
    r"complex|cfloat|cdouble|\d\.?j\b|sparse|cuda|bfloat16|float8|quantize|mps|xpu|'meta'|\"meta\""
    r"|torch\.(compile|jit|func|fx|distributed|export|library|vmap|dist|fft|special|mtia|cond)\b"
    r"|vmap|forward_ad|num_workers|DistributedDataParallel|amp\.|autocast|to_dense|to_mkldnn"
    r"|pin_memory|names=|refine_names|dlpack|channels_last|share_memory|onnx|torchvision|profiler"
)
WITHOUT_VALUE = re.compile(r"empty|resize_|Tensor\(\d|\.seed\(\)|\.sort\(\)|allclose\(A @ X, B\)")
"""Memory of no value, a seed of chance, the order of equal elements, float32 at the edge of close."""
ABSENT = "PyTorch has it, minigrad does not"
"""What minigrad says of a name that docs/limits.md lists."""
REFUSED = "NotImplementedError: minigrad has no "
"""And of a form of a function that it lists."""
SECONDS = 10


@dataclass(frozen=True)
class Problem:
    """A statement that did not do the same."""

    kind: str
    statement: str
    ours: str
    theirs: str

    def __str__(self) -> str:
        return f"[{self.kind}] >>> {self.statement}\n  minigrad: {self.ours}\n  PyTorch:  {self.theirs}"


@dataclass
class Report:
    """What came out for the docstring of one name."""

    name: str
    statements: int = 0
    dropped: int = 0
    problems: list[Problem] = field(default_factory=list)


@dataclass
class Statement:
    """Source, what was printed, the error if there was one, and whether the docstring has one."""

    source: str
    raises: bool
    code: Any


# --- the names


def names() -> list[str]:
    """The paths below torch that minigrad has and whose docstrings in PyTorch have examples."""
    return [name for name in shared_names() if statements(name)]


def shared_names() -> list[str]:
    """The public paths below torch that minigrad has too; methods of classes included."""
    found: dict[str, None] = {}
    for module in MODULES:
        theirs, ours = resolved("torch", module), resolved("minigrad", module)
        if theirs is None or ours is None:
            continue
        for name in sorted(dir(theirs)):
            path = f"{module}.{name}".lstrip(".")
            value, our_value = getattr(theirs, name, None), getattr(ours, name, None)
            if name.startswith("_") or our_value is None or isinstance(value, types.ModuleType):
                continue
            found[path] = None
            if inspect.isclass(value) and value is not resolved("torch", "Tensor"):
                for method in vars(value):
                    if not method.startswith("_") and hasattr(our_value, method):
                        found[f"{path}.{method}"] = None
    return _without_repeats(found)


def _without_repeats(paths: dict[str, None]) -> list[str]:
    """Of several names of one thing (nn.Parameter, nn.parameter.Parameter) the first."""
    seen: set[str] = set()
    kept: list[str] = []
    for path in paths:
        text = _docstring(path)
        if text and text not in seen:
            seen.add(text)
            kept.append(path)
    return kept


def resolved(library: str, path: str) -> Any:
    """What stands at that path below the library, or None."""
    found = importlib.import_module(library)
    for part in filter(None, path.split(".")):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            following = getattr(found, part, None)
        if following is None and isinstance(found, types.ModuleType):
            with contextlib.suppress(ImportError):
                following = importlib.import_module(f"{found.__name__}.{part}")
        if following is None:
            return None
        found = following
    return found


def _docstring(path: str) -> str:
    text = getattr(resolved("torch", path), "__doc__", None)
    return text if isinstance(text, str) else ""


# --- the examples


@functools.cache
def statements(name: str) -> tuple[Statement, ...]:
    """The examples of a docstring."""
    found: list[Statement] = []
    for lines, output in _chunks(_docstring(name)):
        parts = list(_parsed("\n".join(lines)))
        for nr, (source, code) in enumerate(parts):
            raises = nr == len(parts) - 1 and ("Traceback" in output or "Error" in output)
            found.append(Statement(source, raises, code))
    return tuple(found)


def _chunks(text: str) -> Iterator[tuple[list[str], str]]:
    """Lines with a prompt, and what is printed under them."""
    source: list[str] = []
    output: list[str] = []
    for line in [*inspect.cleandoc(text).splitlines(), ""]:
        prompt = re.match(r"\s*(>>>|\.\.\.)( |$)", line)
        if prompt and not (prompt[1] == "..." and not source):
            if output:
                yield source, "\n".join(output)
                source, output = [], []
            source.append(line[prompt.end() :])
        elif source and line.strip():
            output.append(line)
        elif source:
            yield source, "\n".join(output)
            source, output = [], []


def _parsed(source: str) -> Iterator[tuple[str, Any]]:
    """The statements of a chunk; a chunk that is not Python is tried line by line."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        if "\n" in source:
            for line in source.split("\n"):
                yield from _parsed(line)
        return
    for statement in body:
        text = ast.get_source_segment(source, statement) or ""
        yield text, compile(ast.Interactive([statement]), "<docstring>", "single")


# --- running


def check(name: str) -> Report:
    """Compare the examples of the docstring of `name`, a path below torch."""
    report = Report(name)
    kept: list[Statement] = []
    expected: list[tuple[str, str]] = []
    examples = statements(name)
    for statement, outcome in zip(examples, _run("torch", name, examples), strict=True):
        printed, error = outcome
        if (error and not statement.raises) or LEFT_OUT.search(statement.source + printed):
            report.dropped += 1
        else:
            kept.append(statement)
            expected.append(outcome)
    report.statements = len(kept)
    failed = False
    unknown: set[str] = set()  # what would need what is left out
    for nr, (theirs, ours) in enumerate(zip(expected, _run("minigrad", name, kept), strict=True)):
        source = kept[nr].source
        absent = ABSENT in ours[1] or ours[1].startswith(REFUSED)
        if absent or (ours != theirs and _names(source, ast.Load) & unknown):
            report.dropped += 1
            unknown |= _names(source, ast.Store)
            continue
        if failed and ours[1].startswith("NameError"):
            continue  # what is missing was said before
        if WITHOUT_VALUE.search(source):
            theirs, ours = ("", theirs[1]), ("", ours[1])
        same = ours[1] == theirs[1] and same_text(ours[0], theirs[0])
        if not same and not _is_left_open(name, kept, nr, theirs):
            failed = failed or bool(ours[1])
            said = [error or printed for printed, error in (ours, theirs)]
            report.problems.append(Problem(_kind(ours, theirs), source, *said))
    return report


def _names(source: str, use: type) -> set[str]:
    """The names that a statement reads or binds."""
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)]
    return {node.id for node in found if isinstance(node.ctx, use)}


def _is_left_open(name: str, examples: list[Statement], nr: int, theirs: tuple[str, str]) -> bool:
    """Whether PyTorch prints another text there if it rounds otherwise."""
    torch = importlib.import_module("torch")
    for seed in range(1, 5):
        with otherwise(torch, seed, most=4):
            again = _run("torch", name, examples)
        if not same_text(again[nr][0], theirs[0]):
            return True
    return False


def _kind(ours: tuple[str, str], theirs: tuple[str, str]) -> str:
    if theirs[1]:
        return "error text" if ours[1] else "does not raise"
    if not ours[1]:
        return "text"
    if ours[1].startswith(("AttributeError", "ModuleNotFoundError", "ImportError")):
        return "missing name"
    argument = "keyword argument" in ours[1] or "positional argument" in ours[1]
    return "missing argument" if argument else "raises"


def _scope(library: str, name: str) -> dict[str, Any]:
    """What the examples of the docstring of `name` may use without saying where it is from."""
    torch = importlib.import_module(library)
    scope: dict[str, Any] = {"__name__": "__main__", "torch": torch, "np": np, "numpy": np}
    scope |= {"nn": torch.nn, "F": torch.nn.functional, "optim": torch.optim}
    scope["__builtins__"] = {**vars(builtins), "__import__": _importer(library)}
    scope |= {"math": math, "io": io, "namedtuple": vars(collections)["namedtuple"]}
    model = torch.nn.Linear(3, 2)
    scope |= {"model": model, "module": model, "self": model, "loss_fn": torch.nn.MSELoss()}
    scope |= {"input": torch.ones(4, 3), "target": torch.zeros(4, 2), "train": id, "validate": id}
    groups = [{"params": [parameter]} for parameter in model.parameters()]
    scope |= {"optimizer": torch.optim.SGD(groups, lr=0.1), "num_epochs": 2}
    place = max((m for m in MODULES if name.startswith(f"{m}.")), key=len, default="")
    both = [resolved(each, place) for each in ("torch", "minigrad")]
    if place and isinstance(both[0], types.ModuleType):
        names = {n for n in dir(both[0]) if n[0] != "_" and hasattr(both[1], n)}
        scope |= {n: getattr(resolved(library, place), n) for n in names}
    return scope


def _run(library: str, name: str, examples: Any) -> list[tuple[str, str]]:
    """What each statement of the docstring of `name` prints, and its error."""
    torch = importlib.import_module(library)
    scope = _scope(library, name)
    outcomes: list[tuple[str, str]] = []
    with _restored(torch), tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        torch.manual_seed(0)
        random.seed(0)
        np.random.seed(0)  # noqa: NPY002 - what the examples use
        for example in examples:
            if LEFT_OUT.search(example.source):
                outcomes.append(("", "left out"))
            else:
                outcomes.append(_outcome(example.code, scope))
    return outcomes


def _outcome(code: Any, scope: dict[str, Any]) -> tuple[str, str]:
    printed = io.StringIO()
    hook, sys.displayhook = sys.displayhook, _show
    error = ""
    try:
        with (
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(io.StringIO()),
            warnings.catch_warnings(action="ignore"),
            _time_limit(),
        ):
            exec(code, scope)
    except Exception as raised:  # noqa: BLE001 - every exception is an outcome
        error = f"{type(raised).__name__}: {str(raised).partition('Exception raised from')[0]}"
    finally:
        sys.displayhook = hook
    text = re.sub(r"0x[0-9a-f]+", "0x…", printed.getvalue())
    return text, error


def same_text(ours: str, theirs: str) -> bool:
    """Whether two texts are the same but for how the last digit of a number was rounded.

    Sums of float32 have no one order: the last digit that is printed may differ by one, and a small
    number that is the difference of large ones by a millionth of the largest.
    """
    number = r"-?\d+\.\d*(?:e[+-]\d+)?"
    if re.sub(number, "0.", ours) != re.sub(number, "0.", theirs):
        return False
    pairs = list(zip(re.findall(number, ours), re.findall(number, theirs), strict=True))
    largest = max((abs(Decimal(b)) for _, b in pairs), default=Decimal(0))
    return all(a == b or _rounded(Decimal(a), Decimal(b), largest) for a, b in pairs)


def _rounded(a: Decimal, b: Decimal, largest: Decimal) -> bool:
    digits = min(len(d.as_tuple().digits) for d in (a, b))
    if digits > 8:  # a Python float made of a float32
        return abs(a - b) <= abs(b) * Decimal("1e-6")
    exponents = {d.as_tuple().exponent for d in (a, b)}
    if len(exponents) > 1 or a.is_signed() != b.is_signed():
        return False
    last_digit = Decimal((0, (1,), max(int(e) for e in exponents)))
    return abs(a - b) <= max(last_digit, largest * Decimal("1e-6"))


def _show(value: Any) -> None:
    if value is not None:
        sys.stdout.write(f"{value!r}\n")


@contextlib.contextmanager
def _time_limit() -> Generator[None]:
    def late(*_: Any) -> None:
        raise TimeoutError(f"more than {SECONDS} s")

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _importer(library: str) -> Any:
    """``import torch.…`` brings that library."""

    def bring(
        name: str, scope: Any = None, locals_: Any = None, wanted: Any = (), level: int = 0
    ) -> Any:
        if name.partition(".")[0] == "torch":
            name = library + name[5:]
        return __import__(name, scope, locals_, wanted, level)

    return bring


@contextlib.contextmanager
def _restored(torch: Any) -> Generator[None]:
    """Undo what an example may set for all that follow."""
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_printoptions(profile="default", sci_mode=None)
        torch.set_grad_enabled(True)
        for name, value in {
            "set_default_device": None,
            "set_warn_always": False,
            "use_deterministic_algorithms": False,
        }.items():
            if hasattr(torch, name):
                with contextlib.suppress(Exception):
                    getattr(torch, name)(value)
