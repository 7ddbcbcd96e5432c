"""Record the forms of PyTorch's functions and methods in minigrad/signatures.txt.

    python tests/record_signatures.py

PyTorch reads its arguments by these forms, and its complaints quote them. A function with several
forms lists them when it is called wrongly; that of a function with one is in PyTorch's stubs.
"""

from __future__ import annotations

import ast
import contextlib
import itertools
import re
import warnings
from pathlib import Path
from typing import Any

import torch  # pyright: ignore[reportMissingImports]

import minigrad

STUBS = Path(torch.__file__).parent / "_C"
TARGET = Path(minigrad.__file__).parent / "signatures.txt"
SHOWN = {
    "_int": "int", "_bool": "bool", "_float": "float", "_dtype": "torch.dtype", "str": "str",
    "Number": "Number", "_complex": "Number", "Tensor": "Tensor", "Generator": "torch.Generator",
    "memory_format": "torch.memory_format", "_layout": "torch.layout", "SymInt": "int",
    "DeviceLikeType": "torch.device", "float": "Number", "int": "int", "bool": "bool",
}  # fmt: skip
"""Types in the stubs, and as complaints write them."""


def stubs() -> dict[str, list[ast.FunctionDef]]:
    """The definitions of ``torch.name`` and ``Tensor.name`` in the stubs."""
    found: dict[str, list[ast.FunctionDef]] = {}
    for path, prefix in (
        (STUBS / "_VariableFunctions.pyi", "torch"),
        (STUBS / "_nn.pyi", "F"),
        (STUBS / "__init__.pyi", "Tensor"),
    ):
        body: list[Any] = ast.parse(path.read_text("utf-8")).body
        if prefix == "Tensor":
            (body,) = [c.body for c in body if getattr(c, "name", "") == "TensorBase"]
        for node in body:
            if isinstance(node, ast.FunctionDef):
                found.setdefault(f"{prefix}.{node.name}", []).append(node)
    return found


def kind(annotation: ast.expr | None) -> str:
    """The type of a parameter as complaints write it."""
    names = [part.strip() for part in re.split(r"\|", ast.unparse(annotation or ast.Name("Any")))]
    names = [name for name in names if name != "None"]
    for name in names:
        if re.search(r"Sequence\[.*int|_size|Size|\[_int, \.\.\.\]", name):
            return "int or tuple of ints" if "_int" in names else "tuple of ints"
        if "Tensor, ..." in name or "[Tensor]" in name:
            return "tuple of Tensors"
        if "_float" in name and "Sequence" in name:
            return "tuple of floats"
    return SHOWN.get(names[0], "object") if names else "object"


def form(node: ast.FunctionDef, *, in_class: bool) -> str | None:
    """A definition in the stubs as complaints write a form; None if it takes ``*size``."""
    arguments = node.args
    if arguments.vararg is not None:
        return None
    given = [a for a in arguments.args if not (in_class and a.arg == "self")]
    names = [a.arg.replace("self", "input").removesuffix("_") for a in given]
    shown = [f"{kind(a.annotation)} {name}" for a, name in zip(given, names, strict=True)]
    defaults = [ast.unparse(value).replace(", ", ",") for value in arguments.defaults]
    for nr in range(len(defaults)):
        shown[nr - len(defaults)] += f" = {defaults[nr]}"
    if arguments.kwonlyargs:
        shown.append("*")
    for argument, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        given = "" if value is None else f" = {ast.unparse(value)}"
        shown.append(f"{kind(argument.annotation)} {argument.arg}{given}")
    return f"({', '.join(shown)})"


def forms(name: str, call: Any, defined: dict[str, list[ast.FunctionDef]]) -> str | None:
    """The forms of a function or method, between bars; None for one that is written in Python."""
    try:
        call(*[object()] * 40)
    except TypeError as error:
        text = str(error)
    except Exception:  # noqa: BLE001 - it is not what reads its arguments
        return None
    else:
        return None
    if "takes no arguments" in text:
        return "none"
    if "expected one of:" in text:
        shown = re.findall(r"^ \* (\(.*\))$", text, re.MULTILINE)
        return " | ".join([*shown, *outdated(name, call)])
    if "but expected (" in text:  # there are others, which PyTorch does not show
        return text.partition("but expected ")[2].strip() + " | " + " | ".join(outdated(name, call))
    if re.match(r"[\w.]+\.", text):
        return None
    if name == "Tensor.requires_grad_":  # the stubs have another name
        return "(bool requires_grad = True)"
    in_class = name.startswith("Tensor.")
    known = [form(node, in_class=in_class) for node in defined.get(name, ())]
    known = [shown for shown in known if shown is not None]
    return with_out(call, with_star(known[0], text)) if known else None


def outdated(name: str, call: Any) -> list[str]:
    """The forms that PyTorch takes with a warning: ``x.add(2, y)``."""
    torch.set_warn_always(True)
    found: list[str] = []
    for count in range(1, 6):
        for given in itertools.product((2, torch.ones(2, 2)), repeat=count):
            with warnings.catch_warnings(record=True) as caught, contextlib.suppress(Exception):
                warnings.simplefilter("always")
                call(*given)
            lines = [str(warning.message).splitlines() for warning in caught]
            found += [f"outdated ({t[1].partition('(')[2]}" for t in lines if "overload" in t[0]]
    return list(dict.fromkeys(found))


def with_star(shown: str, complaint: str) -> str:
    """A form with its ``*``, which a few of the stubs lack: PyTorch counts what it takes."""
    parts = shown[1:-1].split(", ")
    count = re.search(r"(\d+) positional argument", complaint)
    if shown != "()" and count and "*" not in parts and int(count[1]) < len(parts):
        parts.insert(int(count[1]), "*")
    return f"({', '.join(parts)})"


SAMPLES = {"Tensor": torch.ones(1), "int or tuple of ints": 1, "int": 1, "Number": 1, "float": 1.0}


def with_out(call: Any, shown: str) -> str:
    """A form, with the ``out`` that the stubs of a few functions do not mention."""
    if " out" in shown:
        return shown
    needed = [p.rpartition(" ")[0] for p in shown[1:-1].split(", ") if " = " not in p]
    needed = [kind for kind in needed if kind]  # neither ``*`` nor nothing at all
    try:
        call(*[SAMPLES.get(kind) for kind in needed], out=object())
    except TypeError as error:
        if "argument 'out' must be" in str(error):
            return f"{shown[:-1]}, {'' if '*' in shown else '*, '}Tensor out = None)"
    return shown


LINALG = {
    "det": "(Tensor A, *, Tensor out = None)",
    "inv": "(Tensor A, *, Tensor out = None)",
    "matmul": "(Tensor input, Tensor other, *, Tensor out = None)",
    "norm": "(Tensor input, Number ord = None, tuple of ints dim = None, bool keepdim = False, *, "
    "torch.dtype dtype = None, Tensor out = None) | (Tensor input, str ord, tuple of ints dim = "
    "None, bool keepdim = False, *, torch.dtype dtype = None, Tensor out = None)",
    "solve": "(Tensor A, Tensor B, *, bool left = True, Tensor out = None)",
    "vector_norm": "(Tensor input, Number ord = 2, int or tuple of ints dim = None, bool keepdim = "
    "False, *, torch.dtype dtype = None, Tensor out = None)",
}
"""There are no stubs of ``torch.linalg``."""

CALLED = {
    "batch_norm": "(Tensor input, Tensor weight = None, Tensor bias = None, Tensor running_mean = "
    "None, Tensor running_var = None, bool training, float momentum, float eps)",
    "binary_cross_entropy_with_logits": "(object input, object target, Tensor weight = None, "
    "Tensor pos_weight = None, object reduction)",
    "cross_entropy_loss": "(Tensor input, Tensor target, Tensor weight = None, object reduction, "
    "int ignore_index, float label_smoothing)",
    "embedding": "(Tensor weight, Tensor indices, object padding_idx)",
    "elu": "(Tensor input, Number alpha)",
    "layer_norm": "(Tensor input, tuple of ints normalized_shape, Tensor weight = None, Tensor "
    "bias = None, float eps)",
    "linalg_vector_norm": "(object input, object ord, int or tuple of ints dim = None, "
    "bool keepdim)",
    "leaky_relu": "(Tensor input, Number negative_slope)",
    "log_softmax": "(int dim)",
    "max_pool2d": "(Tensor input, int or tuple of ints kernel_size, int or tuple of ints stride = "
    "None, int or tuple of ints padding, int or tuple of ints dilation, object ceil_mode)",
    "nll_loss_nd": "(Tensor input, Tensor target, Tensor weight = None, object reduction, "
    "int ignore_index)",
    "smooth_l1_loss": "(object input, object target, object reduction, float beta)",
    "softmax": "(int dim)",
    "split_with_sizes": "(object input, int or tuple of ints split_sizes, int dim)",
}
"""What functions of ``torch.nn.functional`` that are written in Python pass their arguments to."""


def lines() -> list[str]:
    """The table: a name and its forms a line."""
    defined, one, table = stubs(), torch.ones(2), [f"C.{n} {form}" for n, form in CALLED.items()]
    builtin = type(torch.sum)
    functional = torch.nn.functional
    for name in sorted(dir(minigrad.nn.functional)):
        call = getattr(functional, name, None)
        if type(call) is builtin:
            known = (f"F.{name}", f"torch.{name}", f"F.{call.__name__}")
            found = next(filter(None, [forms(path, call, defined) for path in known]), None)
            table += [f"F.{name} {found}"] if found else []
    table += [f"torch.linalg_{name} {form}" for name, form in LINALG.items()]
    for name in sorted(dir(minigrad)):
        call = getattr(torch, name, None)
        if type(call) is builtin and not name.startswith("_"):
            found = forms(f"torch.{name}", call, defined)
            table += [f"torch.{name} {found}"] if found else []
    for name in sorted(dir(minigrad.Tensor)):
        if not name.startswith("_") and type(getattr(torch.Tensor, name, None)) is type(
            torch.Tensor.add
        ):
            found = forms(f"Tensor.{name}", getattr(one, name), defined)
            table += [f"Tensor.{name} {found}"] if found else []
    return table


if __name__ == "__main__":
    TARGET.write_text("\n".join(lines()) + "\n", encoding="utf-8")
