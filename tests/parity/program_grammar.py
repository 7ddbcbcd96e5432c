"""The grammar of random programs: who fills the holes of `program_tables`.

`write_program` executes what it writes on a library, so that most statements mean something: one
that raises is mostly taken back (what it did is not, which does not matter: the text is what counts).

Holes, in the tables:

    $=  a new name            $t  a tensor expression     $v  a tensor variable
    $r  one that requires grad   $l  a leaf that requires grad   $n  a Python number
    $d  a dimension           $i  an index                $s  a shape
    $y  a dtype               $k  True or False           $u  a unary expression of its own
    $m  a module              $o  an optimizer            $h  a handle of a hook
    $c  a custom Function     $M  a class of modules
    $g  how a leaf requires grad
"""

from __future__ import annotations

import random
import re
import warnings
from typing import Any

import program_tables as tables
from program_classes import CALLS, FUNCTIONS, MODULES


def _table(text: str) -> list[str]:
    return [
        entry.strip(" ").replace("\\n", "\n")
        for entry in re.split(r" \| |\n(?! )", text)
        if entry.strip()
    ]


LEAVES = _table(tables.LEAVES)

EXPRESSIONS = [
    (7, _table(tables.POINTWISE)),
    (4, _table(tables.REDUCTIONS)),
    (2, _table(tables.PRODUCTS)),
    (5, _table(tables.VIEWS)),
    (4, _table(tables.COPIES)),
]

STATEMENTS: list[tuple[int, list[str]]] = [
    (12, ["$= = LEAF"]),
    (44, ["$= = EXPR"]),
    (19, _table(tables.IN_PLACE)),
    (9, _table(tables.HOOKS)),
    (13, _table(tables.BACKWARD)),
    (5, _table(tables.FLAGS)),
    (5, _table(tables.BLOCKS)),
    (4, _table(tables.MODULES)),
    (2, _table(tables.LAYERS)),
    (3, _table(tables.OPTIMIZERS)),
    (3, _table(tables.FUNCTIONALS)),
    (3, _table(tables.CONVERSIONS)),
    (4, _table(tables.QUERIES)),
    (2, _table(tables.PRINTING)),
    (2, _table(tables.ERRORS)),
    (5, _table(CALLS)),
]

NUMBERS = ["2", "0.5", "-1", "3.0", "1", "0", "-0.25", "1.5", "True", "1e-3", "-2"]
DIMENSIONS = ["0", "-1", "1", "0", "-2", "-1"]
SHAPES = ["-1", "3, 2", "6", "2, 3", "1, -1", "3, -1", "-1, 1", "2, -1", "1, 2, 3", "(3, 2)"]
DTYPES = ["float64", "float32", "int64", "bool", "float16", "int32", "uint8", "float64"]
INDICES = """0 | -1 | 1: | ..., 0 | :, 1 | ::2 | None | ..., None | 0, 1 | :, :2 | ... | [0, 1] | torch.tensor([1, 0]) | :, [0, 1] | [[0], [1]] | : | 0:1
0, None | :1, 0 | $v > 0 | $v != $n | [True, False] | torch.tensor(0) | 0, [1, 0] | [0, 1], 0 | :, None, [0] | [0, 1], [1, 0] | torch.tensor([[0, 1]]) | -1, ... | 1 | :, -1: | ..., ::2
True | (0,) | slice(None) | [1], :1 | None, 0 | :0"""


class Writer:
    """Writes one program; `scope` is what it has done so far on `torch`."""

    def __init__(self, chance: random.Random, torch: Any) -> None:
        self.chance = chance
        self.torch = torch
        silent = lambda *_: None
        numpy = __import__("numpy")
        self.scope: dict[str, Any] = {
            "torch": torch,
            "nn": torch.nn,
            "F": torch.nn.functional,
            "np": numpy,
        }
        self.scope |= {"log": silent, "print": silent, "watch": silent}
        self.given = set(self.scope) | {"__builtins__", "row", "step", "loss", "epoch"}
        self.count = 0
        self.lines: list[str] = []

    def program(self) -> str:
        length = self.chance.randint(4, 16)
        for _ in range(self.chance.randint(1, 3)):
            self.add("$= = LEAF")
        for _ in range(length * 3):
            if len(self.lines) >= length:
                break
            self.add(self.pick(STATEMENTS))
        if self.tensors(lambda t: t.requires_grad):
            self.add("$r.sum().backward()")
        look = ["# look: end"] if self.chance.random() < 0.3 else []
        return "\n".join(look + self.lines)

    def pick(self, table: list[tuple[int, list[str]]]) -> str:
        (family,) = self.chance.choices([entries for _, entries in table], [w for w, _ in table])
        return self.chance.choice(family)

    def add(self, template: str) -> None:
        """Fill and try the statement; one that raises is kept now and then only."""
        for _ in range(4):
            name = f"{'abcdefghpqrsuvw'[self.count % 15]}{self.count // 15 or ''}"
            try:
                text = self.fill(template.replace("$=", name), 0)
            except LookupError:  # no such variable yet
                return
            if re.search(r"requires_grad(_\(| = )False", text) and self.tensors(_is_view_of_leaf):
                continue  # PyTorch crashes if then the leaf is changed and the view is looked at
            raised = self.attempt(text)
            if not raised or self.chance.random() < 0.07:
                self.count += name in self.scope
                self.lines.append(text)
                return

    def attempt(self, text: str) -> bool:
        """Whether the statement raises."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                exec(text, self.scope)
            except Exception:  # noqa: BLE001 - programs may be wrong
                return True
        return False

    def fill(self, template: str, depth: int) -> str:
        """The template with its holes filled, from left to right."""
        if template.endswith(("LEAF", "EXPR")):
            leaf = template.endswith("LEAF")
            chosen = self.chance.choice(LEAVES) if leaf else self.pick(EXPRESSIONS)
            template = template[:-4] + chosen
        return re.sub(r"\$(\w)", lambda hole: self.hole(hole[1], depth), template)

    def hole(self, kind: str, depth: int) -> str:
        tables = {"n": NUMBERS, "d": DIMENSIONS, "s": SHAPES, "k": ["True", "False"]}
        if kind in tables:
            return self.chance.choice(tables[kind])
        if kind == "y":
            return "torch." + self.chance.choice(DTYPES)
        if kind == "i":
            return self.fill(self.chance.choice(_table(INDICES)), depth + 1)
        if kind == "g":
            more = ["", ", requires_grad=True", ", requires_grad=True", ", requires_grad=True"]
            return self.chance.choice(
                [*more, ", dtype=torch.float64, requires_grad=True", ", dtype=torch.float64"]
            )
        if kind == "u" or (kind == "t" and depth < 2 and self.chance.random() < 0.3):
            text = self.fill(self.pick(EXPRESSIONS), depth + 1)
            return text if re.fullmatch(r"[\w.]+(\([^()]*\))?", text) else f"({text})"
        if kind in "cM":
            classes = FUNCTIONS if kind == "c" else MODULES
            name = self.chance.choice(list(classes))
            if name not in self.scope:
                self.lines.append(classes[name].strip("\n"))
                self.attempt(self.lines[-1])
                self.given.add(name)
            return name
        return self.variable(kind)

    def variable(self, kind: str) -> str:
        torch = self.torch
        if kind in "tvrl":
            fits = {
                "r": lambda t: t.requires_grad,
                "l": lambda t: t.requires_grad and t.is_leaf,
            }.get(kind, lambda t: True)
            names = self.tensors(fits)
        else:
            wanted = {
                "m": lambda v: isinstance(v, torch.nn.Module),
                "o": lambda v: isinstance(v, torch.optim.Optimizer),
                "h": lambda v: hasattr(v, "remove") and hasattr(v, "id"),
            }[kind]
            names = [n for n, v in self.scope.items() if n not in self.given and wanted(v)]
        if not names:
            raise LookupError(kind)
        recent = names[-3:] if self.chance.random() < 0.5 else names
        return self.chance.choice(recent)

    def tensors(self, fits: Any) -> list[str]:
        kind = self.torch.Tensor
        found = [n for n, v in self.scope.items() if n not in self.given and isinstance(v, kind)]
        return [n for n in found if self.fits(self.scope[n], fits)]

    def fits(self, tensor: Any, wanted: Any) -> bool:
        try:
            return tensor.numel() < 200 and wanted(tensor)
        except (RuntimeError, ValueError):  # a view whose base was changed, a lazy parameter
            return False


def _is_view_of_leaf(tensor: Any) -> bool:
    return tensor._base is not None and tensor._base.is_leaf and tensor._base.requires_grad


def write_program(chance: random.Random, torch: Any) -> str:
    """A random program; `torch` is the library that it is tried on."""
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)
    text = Writer(chance, torch).program()
    torch.set_grad_enabled(True)
    torch.set_default_dtype(torch.float32)
    return text
