"""Run the samples of PyTorch's own operation database on minigrad and on PyTorch, and compare.

    report = check("exp")        # every entry of that name, in every form
    report.samples               # how many calls were compared
    report.problems              # what differed: kind, form, dtype, text, sample

The database (`op_db`, what PyTorch tests itself with) knows for each operation its forms (function,
method, in place, operator, aliases, ``out=``), and makes inputs for it: strides, broadcasting,
empty tensors, extreme numbers, all arguments. Each sample is rebuilt from its bytes in both
libraries, with the same strides and requires_grad; the random generators are seeded before each
call. Compared are the exception (type and text) or the result (type, dtype, shape, strides, value,
graph), what was changed in the arguments, and for float64 the first and second gradients.

A sample that uses what minigrad has not by design is left out by what it is (`opinfo_twin`), never by
its name or number.

`database` needs PyTorch and the package ``expecttest``, which PyTorch's tests need.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import random
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
from opinfo_differences import Excuse, Outcome, differences, gradient_differences, tensors
from opinfo_twin import LEFT_OUT_DTYPES, LeftOut, Missing, Twin, named, ours_of, paths

import compare

DTYPES = {"float64": 20, "float32": 8, "int64": 6, "int8": 3, "uint8": 3, "bool": 4}
"""And how many samples of each."""
FEWER = 4  # the forms beside the function get one in so many
GENERATED = 120  # samples are chosen evenly from so many

ANY_OF_EQUALS = {"sort", "argsort", "topk", "kthvalue", "median", "mode"}
"""PyTorch leaves open which one of equal elements their indices name."""
UNINITIALISED = {"empty", "empty_like", "new_empty", "resize_", "resize_as_"}
UNINITIALISED |= {"empty_strided", "new_empty_strided", "empty_permuted"}
LEFT_OUT_FORMS = {"as_strided_"}
"""In-place forms that docs/limits.md lists, of operations that are there."""
OTHER_ERRORS = {"arange", "eye", "linspace", "multinomial"}
"""Operations whose rare errors have other texts, as docs/limits.md says."""
LEFT_OUT_MODULES = ("special.", "fft.", "sparse.", "masked.", "signal.")


@dataclass(frozen=True)
class Problem:
    """A difference: which kind, in which form of the operation, for which dtype and sample."""

    kind: str
    form: str
    dtype: str
    text: str
    sample: str

    def __str__(self) -> str:
        return f"[{self.kind}] {self.form} {self.dtype}: {self.text}\n    sample: {self.sample}"


@dataclass
class Report:
    """What came out for one name of the database."""

    name: str
    samples: int = 0
    left_out: int = 0
    problems: list[Problem] = field(default_factory=list)

    def kinds(self) -> dict[str, int]:
        """How many problems of each kind there are."""
        counts: dict[str, int] = {}
        for problem in self.problems:
            counts[problem.kind] = counts.get(problem.kind, 0) + 1
        return counts


# --- the database


@functools.cache
def database() -> dict[str, list[Any]]:
    """The entries of PyTorch's operation database by name; one name may have several."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = importlib.import_module("torch.testing._internal.common_methods_invocations")
    # Before each sample PyTorch reads the sources of the whole stack for a test case of its own, to note it there.
    importlib.import_module("torch.testing._internal.common_utils").extract_test_fn = lambda: None
    entries: dict[str, list[Any]] = {}
    for entry in module.op_db:
        entries.setdefault(entry.name, []).append(entry)
    return entries


def is_there(name: str) -> bool:
    """Whether minigrad has a function or a method, be it in place, of that name."""
    minigrad = importlib.import_module("minigrad")
    places = [name, f"Tensor.{name}", f"Tensor.{name}_"]
    places += [paths().get(id(entry.op), name) for entry in database()[name]]
    return any(named(minigrad, place) is not None for place in places)


def check(name: str, *, out: bool | None = None, most: int = 10**9, scale: float = 1) -> Report:
    """Compare all samples of all entries of that name, in all forms.

    Parameters
    ----------
    name : str
        As in the database: ``"exp"``, ``"nn.functional.relu"``.
    out : bool, optional
        Only the calls with ``out=``, or only those without; default is both.
    most : int
        Stop after so many problems.
    scale : float
        How many samples, as a factor of what `DTYPES` says.
    """
    report = Report(name)
    for entry in database()[name]:
        for problem in _problems(entry, report, out, scale):
            report.problems.append(problem)
            if len(report.problems) >= most:
                return report
    return report


def _problems(entry: Any, report: Report, out: bool | None, scale: float) -> Iterator[Problem]:
    if out and not entry.supports_out:
        return
    variant = f" ({entry.variant_test_name})" if entry.variant_test_name else ""
    samples = _chosen_samples(entry, scale)
    samples["error input"] = [] if entry.name in OTHER_ERRORS else _error_samples(entry)
    for form in _forms(entry):
        for dtype, chosen in samples.items():
            if dtype == "error input" and not form.whole:
                continue
            for sample in chosen[:: 1 if form.whole else FEWER]:
                if not form.takes(sample) or out not in (None, form.out or "out" in sample.kwargs):
                    continue
                found = _compared(entry.name, form, sample, dtype)
                if found is None:
                    report.left_out += 1
                    continue
                report.samples += 1
                for kind, text in found:
                    yield Problem(kind, form.label + variant, dtype, text, described(sample))


def _compared(name: str, form: Form, sample: Any, dtype: str) -> list[tuple[str, str]] | None:
    """The kinds and texts of what differs, or None for what minigrad leaves out."""
    try:
        theirs = _run("torch", form, sample)
        if any(dtype_name(t) in LEFT_OUT_DTYPES or t.is_sparse for t in theirs.tensors()):
            return None
        ours = _run("minigrad", form, sample)
        if ours.error is not None and ours.error[1].startswith("minigrad has no "):
            return None
    except LeftOut:
        return None
    except Missing as error:
        return [("out=" if form.out else "missing name", str(error))]
    excuse = _anything_goes if dtype == "error input" else _excuse(name, sample)
    found = list(differences(ours, theirs, excuse))
    if not found and dtype == "float64" and theirs.error is None:
        found = list(gradient_differences(ours, theirs))
    if form.out or "out" in sample.kwargs:
        found = [("out=", f"{kind}: {text}") for kind, text in found]
    return found


def _run(name: str, form: Form, sample: Any) -> Outcome:
    """What the library of that name does with the sample."""
    library = importlib.import_module(name)
    twin = Twin(name)
    args, kwargs = twin((sample.input, *sample.args)), twin(dict(sample.kwargs))
    if form.out:
        _put_out(library, twin, form, sample, kwargs)
    outcome = Outcome(library, arguments=twin.tensors)
    _seed(library)
    if hasattr(library, "set_warn_always"):
        library.set_warn_always(True)  # PyTorch gives some warnings only once
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            outcome.value = (form.theirs if name == "torch" else form.ours)(*args, **kwargs)
        except Missing:
            raise
        except Exception as error:  # noqa: BLE001 - every exception is an outcome
            outcome.error = compare._error(error)
    outcome.warnings = [
        f"{w.category.__name__}: {compare._without_place(str(w.message))}" for w in caught
    ]
    return outcome


def _put_out(library: Any, twin: Twin, form: Form, sample: Any, kwargs: dict[str, Any]) -> None:
    """Cut the arguments off from the graph, and add an ``out=`` of the right dtype and shape."""
    for tensor in twin.tensors:
        tensor.requires_grad_(False)
    plain = Twin("torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            made = form.theirs(*plain((sample.input, *sample.args)), **plain(dict(sample.kwargs)))
        except Exception:  # noqa: BLE001 - compared in the form without out=
            raise LeftOut from None
    results = list(tensors(plain.torch, made))
    if not results or any(dtype_name(t) in LEFT_OUT_DTYPES for t in results):
        raise LeftOut
    outs = [library.zeros(tuple(t.shape), dtype=getattr(library, dtype_name(t))) for t in results]
    kwargs["out"] = outs[0] if isinstance(made, plain.torch.Tensor) else tuple(outs)
    twin.tensors.extend(outs)


def dtype_name(tensor: Any) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def described(sample: Any) -> str:
    """The arguments in short."""
    texts = [_in_short(value) for value in (sample.input, *sample.args)]
    texts += [f"{name}={_in_short(value)}" for name, value in sample.kwargs.items()]
    return f"({', '.join(texts)})"


def _in_short(value: Any) -> str:
    torch = importlib.import_module("torch")
    if isinstance(value, torch.Tensor):
        text = f"{dtype_name(value)}{list(value.shape)}"
        text += "" if value.is_contiguous() else f" strides {list(value.stride())}"
        return text if not 0 < value.numel() <= 4 else f"{text} {value.tolist()}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_in_short, value))}]"
    return repr(value)


def _chosen_samples(entry: Any, scale: float) -> dict[str, list[Any]]:
    torch = importlib.import_module("torch")
    supported = entry.supported_dtypes("cpu")
    chosen: dict[str, list[Any]] = {}
    for name, count in DTYPES.items():
        dtype = getattr(torch, name)
        if dtype not in supported:
            continue
        grad = entry.supports_autograd and dtype.is_floating_point
        _seed(torch)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = list(islice(entry.sample_inputs("cpu", dtype, requires_grad=grad), GENERATED))
        wanted = min(len(made), max(1, round(count * scale)))
        chosen[name] = [made[nr * len(made) // wanted] for nr in range(wanted)]
    return chosen


def _error_samples(entry: Any) -> list[Any]:
    if entry.error_inputs_func is None:
        return []
    torch = importlib.import_module("torch")
    _seed(torch)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [error.sample_input for error in entry.error_inputs("cpu")]


def _seed(library: Any) -> None:
    library.manual_seed(0)
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 - PyTorch's samples use the old generator


# --- values that PyTorch leaves open


def _excuse(name: str, sample: Any) -> Excuse:
    """Says of two different values whether both are right."""
    if name in UNINITIALISED:
        return _anything_goes
    if name in ANY_OF_EQUALS and not sample.kwargs.get("stable"):
        return functools.partial(_choose_the_same, sample.input.detach().numpy())
    return _nothing_else


def _anything_goes(ours: Any, theirs: Any) -> bool:
    return True


def _nothing_else(ours: Any, theirs: Any) -> bool:
    return False


def _choose_the_same(source: Any, ours: Any, theirs: Any) -> bool:
    """Whether both are indices, along some dim, of equal elements of `source`."""
    if theirs.dtype != np.int64 or source.ndim == 0:
        return False
    for axis in range(source.ndim):
        lost = theirs.ndim < source.ndim
        a, b = (np.expand_dims(i, axis) if lost else i for i in (ours, theirs))
        if a.ndim == source.ndim and min(a.min(), b.min()) >= 0:
            with contextlib.suppress(IndexError, ValueError):
                chosen = [np.take_along_axis(source, i, axis) for i in (a, b)]
                if np.array_equal(*chosen):
                    return True
    return False


# --- the forms of an operation, and their counterparts in minigrad


@dataclass(frozen=True)
class Form:
    """One way to call an operation: what PyTorch has and what minigrad has."""

    label: str
    theirs: Callable[..., Any]
    ours: Callable[..., Any]
    whole: bool = False
    on_tensor: bool = False
    out: bool = False

    def takes(self, sample: Any) -> bool:
        """Whether the sample can be written in this form."""
        torch = importlib.import_module("torch")
        if self.on_tensor and not isinstance(sample.input, torch.Tensor):
            return False
        return not (self.out and ("out" in sample.kwargs or sample.input is None))


def _forms(entry: Any) -> Iterator[Form]:
    torch = importlib.import_module("torch")
    function = entry.op
    ours = ours_of(function, entry.name if function is named(torch, entry.name) else None)
    is_method = paths().get(id(function), "").startswith("Tensor.")
    yield Form("function", function, ours, whole=True, on_tensor=is_method)
    names = [entry.name, *(alias.name for alias in entry.aliases)]
    for name, source in zip(names, [entry, *entry.aliases], strict=True):
        if name.startswith(LEFT_OUT_MODULES):
            continue
        if source is not entry:
            yield Form(f"alias {name}", source.op, ours_of(source.op, name))
        if source.method_variant is not None:
            method = source.method_variant
            yield Form(f"method {name}", method, ours_of(method), on_tensor=True)
        if source.inplace_variant is not None and f"{name}_" not in LEFT_OUT_FORMS:
            method = source.inplace_variant
            label = f"in place {name}"
            yield Form(label, _cloned(method), _cloned(ours_of(method)), on_tensor=True)
    if entry.operator_variant is not None:
        yield Form("operator", entry.operator_variant, entry.operator_variant)
    if entry.inplace_operator_variant is not None:
        in_place = _cloned(entry.inplace_operator_variant)
        yield Form("in-place operator", in_place, in_place, on_tensor=True)
    if entry.supports_out:
        yield Form("out=", function, ours, out=True)


def _cloned(method: Callable[..., Any]) -> Callable[..., Any]:
    """`method` on a copy of its first argument: a leaf could not be changed in place."""
    return lambda tensor, *args, **kwargs: method(tensor.clone(), *args, **kwargs)
