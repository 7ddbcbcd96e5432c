"""ledger(): what happens to the gradient of each leaf while the learner's own loop runs.

Hooks write down what each backward pass brings. What happens between passes (``zero_grad()``, a
step of the optimizer, ``.grad`` set by hand) is found by comparing: each leaf as the last pass left
it, and as the next one meets it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from . import ledger_table
from .files import plain_page, write
from .graph import library_of
from .names import find_names, is_tensor
from .values import is_nested, is_small, shape_of
from .words import in_its_language, speaking, word, words

if TYPE_CHECKING:
    from collections.abc import Collection
    from os import PathLike

    from .values import Sizes

Event = Literal["backward", "missing", "returned", "none", "zero", "changed", "step"]

LARGEST = 1000  # elements; of a larger tensor only shape and norm are kept


@dataclass(frozen=True, slots=True)
class Large:
    """What is kept of a tensor that is too large to be kept."""

    shape: Sizes
    norm: float
    total: float = field(repr=False)  # the sum, so that a change is found that keeps the norm


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the ledger.

    Attributes
    ----------
    number : int
        Of the pass; between passes, of the one before (0: before the first).
    leaf : str
        Its name.
    event : str
        "backward": a gradient arrived and was added to ``.grad``. "missing": none arrived.
        "returned": one arrived, and was not added (``autograd.grad()`` returns it; or the pass
        failed). Between passes: "none", "zero" and "changed" say what ``.grad`` was set to, "step"
        that the leaf itself has another value.
    before, incoming, after : Tensor, Large or None
        Of ``.grad``; in a step, of the leaf. A copy; of a large tensor its shape and norm.
    added_to : int or None
        If what was in ``.grad`` already is a gradient of an earlier pass: the number of that pass
        (0: it is older than the ledger).
    stale : bool
        Whether the leaf has changed since that earlier pass, so that its gradient no longer
        belongs to the leaf: ``zero_grad()`` was forgotten.
    """

    number: int
    leaf: str
    event: Event
    before: Any
    incoming: Any
    after: Any
    added_to: int | None = None
    stale: bool = False


def ledger(
    leaves: Any, names: Mapping[str, Any] | None = None, *, lang: str | None = None
) -> Ledger:
    """Write down what happens to ``.grad`` in the block that follows.

    Parameters
    ----------
    leaves : Module, Tensor, dict or iterable of Tensor
        Of minigrad or PyTorch. Of a module, the parameters that require grad.
    names : mapping of str to Tensor, optional
        What to call the tensors. Default: the names in the module or the dict, or else the
        variables of the caller and of the notebook.
    lang : {"en", "zh"}, optional
        The language of the table. Default: that of the environment variable ``MINIGRAD_LANG``, or
        else English.

    Returns
    -------
    Ledger
        For a ``with`` statement; shown, it is a table. A pass that reaches none of the leaves
        cannot be seen.

    Raises
    ------
    TypeError, ValueError
        If there is no tensor, or one that is no leaf or does not require grad.

    Examples
    --------
    >>> import minigrad as torch
    >>> w = torch.tensor(2., requires_grad=True)
    >>> with ledger(w) as book:
    ...     for _ in range(2):
    ...         (3 * w).backward()
    >>> book
    Ledger: 2 backward passes, 1 leaf
    pass  tensor  event     before  incoming  after
       1  w.grad  backward  None    3.        3.
       2  w.grad  backward  3.      3.        6.     + added to what .grad holds since pass 1
    >>> book.passes[1]["w"].after
    tensor(6.)
    """
    known = find_names(names)
    with speaking(lang):
        text = words("ledger")
        found = _named_leaves(leaves, names, known)
    return Ledger([_Leaf(name, tensor) for name, tensor in found.items()], text)


class Ledger:
    """What `ledger` returns: the rows that were written, and a table of them."""

    def __init__(self, leaves: list[_Leaf], text: Mapping[str, str]) -> None:
        self._leaves = leaves
        self._text = text
        self._lang = text["lang"]
        self._rows: list[Row] = []
        self._number = 0
        self._pass: Any = None  # the one that runs, or ran last
        self._open = False  # whether the rows of the last pass are still to be written
        self._handles: list[Any] = []

    def __enter__(self) -> Self:
        if self._handles:
            raise RuntimeError("this ledger is being written already")
        try:
            for leaf in self._leaves:
                leaf.look()
                self._handles.append(leaf.tensor.register_hook(self._arriving(leaf)))
                hook = leaf.tensor.register_post_accumulate_grad_hook
                self._handles.append(hook(self._accumulated(leaf)))
        except BaseException:
            self._remove_hooks()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._remove_hooks()
        self._settle()
        self._pass = None

    def _remove_hooks(self) -> None:
        while self._handles:
            self._handles.pop().remove()

    # --- what the hooks do; they return None, so that nothing changes

    def _arriving(self, leaf: _Leaf) -> Any:
        def hook(grad: Any) -> None:
            current = _current_pass(leaf.tensor)
            if current is None:  # called by hand, as step() does: nothing is accumulated
                return
            if self._pass is None or current[0] != self._pass[0]:
                self._begin(current)
            leaf.receive(grad)

        return hook

    def _accumulated(self, leaf: _Leaf) -> Any:
        def hook(_tensor: Any) -> None:
            if leaf.arrived:
                leaf.accumulate()

        return hook

    def _begin(self, current: Any) -> None:
        self._settle()
        self._pass, self._open = current, True
        self._number += 1

    # --- the rows

    def _settle(self) -> None:
        """Write the rows of the last pass, then what has happened since."""
        if self._open:
            self._open = False
            self._rows.extend(leaf.row_of_pass(self._number) for leaf in self._leaves)
        for compare in (_Leaf.look_at_value, _Leaf.look_at_grad):
            found = (compare(leaf, self._number) for leaf in self._leaves)
            self._rows.extend(row for row in found if row is not None)

    @property
    def rows(self) -> list[Row]:
        """All rows so far, in the order of events."""
        if self._handles:
            self._settle()
        return list(self._rows)

    @property
    def passes(self) -> list[dict[str, Row]]:
        """For each backward pass, the row of each leaf by its name."""
        found: list[dict[str, Row]] = []
        for row in self.rows:
            if row.event in ("backward", "missing", "returned"):
                if len(found) < row.number:
                    found.append({})
                found[row.number - 1][row.leaf] = row
        return found

    # --- the table

    @in_its_language
    def __repr__(self) -> str:
        return ledger_table.as_text(self.rows, len(self._leaves), self._text)

    @in_its_language
    def save(self, path: str | PathLike[str]) -> None:
        """Save the table; the name ends in .html (a page) or .txt.

        Raises
        ------
        ValueError
            If the ending is another one: a ledger is a table, and no picture.
        """
        table = ledger_table.as_html(self.rows, len(self._leaves), self._text)
        page = {"lang": self._text["lang"], "title": repr(self).splitlines()[0]}
        write(path, {".html": lambda: plain_page(table, **page), ".txt": lambda: f"{self!r}\n"})

    @in_its_language
    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """Return the table as text and as HTML."""
        bundle = {
            "text/plain": repr(self),
            "text/html": ledger_table.as_html(self.rows, len(self._leaves), self._text),
        }
        wanted = set(bundle if include is None else include) - set(exclude or ())
        return {kind: data for kind, data in bundle.items() if kind in wanted}


class _Leaf:
    """One leaf, as it was when it was last looked at."""

    def __init__(self, name: str, tensor: Any) -> None:
        self.name = name
        self.tensor = tensor
        self.arrived = self._added = False
        self._before: Any = None
        self._incoming: Any = None
        self._grad: Any = None
        self._value: Any = None
        self._version = 0
        self._origin: int | None = None  # the first pass that is in .grad
        self._moved = False  # whether the leaf has changed since

    def look(self) -> None:
        """Take the leaf as it is, as what was there before."""
        self._grad, self._value = _kept(self.tensor.grad), _kept(self.tensor)
        self._version = self.tensor._version
        self._origin = None if _is_nothing(self._grad) else 0
        self._moved = False

    def receive(self, grad: Any) -> None:
        """A gradient has arrived, which is None where the pass brings none."""
        self.arrived = True
        self._before, self._incoming = _kept(self.tensor.grad), _kept(grad)

    def accumulate(self) -> None:
        """It was added to ``.grad``, after the hooks that the learner registered since."""
        self._added = True
        self._grad = _kept(self.tensor.grad)
        if not any(isinstance(kept, Large) for kept in (self._grad, self._before, self._incoming)):
            self._incoming = _really_added(self._before, self._incoming, self._grad)

    def row_of_pass(self, number: int) -> Row:
        """What the pass did to this leaf."""
        if not self.arrived:
            return Row(number, self.name, "missing", self._grad, None, self._grad)
        self.arrived = False
        if not self._added:
            return Row(number, self.name, "returned", self._before, self._incoming, self._before)
        self._added = False
        origin, stale = self._origin, self._moved and self._origin is not None
        if origin is None:
            self._origin, self._moved = number, False
        values = (self._before, self._incoming, self._grad)
        return Row(number, self.name, "backward", *values, origin, stale)

    def look_at_value(self, number: int) -> Row | None:
        """Return a row if the leaf was given another value since the pass."""
        value, version = _kept(self.tensor), self.tensor._version
        if version == self._version and _same(value, self._value):
            return None  # x.data changes the value behind the back of the version
        row = Row(number, self.name, "step", self._value, None, value)
        self._value, self._version, self._moved = value, version, True
        return row

    def look_at_grad(self, number: int) -> Row | None:
        """Return a row if ``.grad`` was set to something else since the pass."""
        grad = _kept(self.tensor.grad)
        if _same(grad, self._grad):
            return None
        event = "none" if grad is None else "zero" if _is_nothing(grad) else "changed"
        row = Row(number, self.name, event, self._grad, None, grad)
        self._grad = grad
        if event != "changed":
            self._origin = None
        elif self._origin is None:
            self._origin, self._moved = number, False
        return row


def _current_pass(tensor: Any) -> tuple[int, Any] | None:
    """Return a number for the backward pass that runs, and what keeps it unique; None outside.

    Neither library says it in public; PyTorch's own multi-tensor hooks ask in the same way.
    """
    library = library_of(tensor)
    if hasattr(library, "_C"):
        number = library._C._current_graph_task_id()
        return None if number == -1 else (number, None)
    from minigrad.node import passes

    return (id(passes[-1]), passes[-1]) if passes else None


def _kept(tensor: Any) -> Any:
    """Copy a tensor; of a large one, or one that is not dense, take shape and norm."""
    if tensor is None:
        return None
    tensor = tensor.detach()
    if getattr(tensor, "is_sparse", False):
        tensor = tensor.to_dense()
    if is_small(tensor, LARGEST):
        return tensor.clone()
    shape = shape_of(tensor)
    if is_nested(shape):
        tensor = tensor.to_padded_tensor(0.0)
    return Large(shape, tensor.norm().item(), tensor.sum().item())


def _same(one: Any, other: Any) -> bool:
    """Tell whether two copies are the same; nan is the same as nan."""
    if one is None or other is None:
        return one is other
    if isinstance(one, Large) or isinstance(other, Large):
        return repr(one) == repr(other) and repr(_total(one)) == repr(_total(other))
    if getattr(one, "is_meta", False):  # of PyTorch: it has no numbers
        return one.shape == other.shape
    return one.shape == other.shape and repr(one.tolist()) == repr(other.tolist())


def _total(kept: Any) -> Any:
    return kept.total if isinstance(kept, Large) else None


def _is_nothing(kept: Any) -> bool:
    """Tell whether there is no gradient to add to: None, or all zeros."""
    if isinstance(kept, Large):
        return kept.norm == 0
    return kept is None or not bool((kept != 0).any())


def _really_added(before: Any, incoming: Any, after: Any) -> Any:
    """Return what was added: ``incoming``, unless a later hook of the learner changed it."""
    if incoming is None or after is None:
        return incoming
    expected = incoming if before is None else before + incoming
    if _same(expected, after) or (expected != expected).any():
        return incoming
    return after if before is None else after - before


def _named_leaves(leaves: Any, names: Any, found: Mapping[str, Any]) -> dict[str, Any]:
    """Give each leaf its name; a tensor that occurs twice is one leaf."""
    named: dict[str, Any] = {}
    seen: set[int] = set()
    called = {id(tensor): name for name, tensor in reversed(list(found.items()))}
    for place, (own, tensor) in enumerate(_given(leaves)):
        _check(tensor, own, place)
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        by_learner = called.get(id(tensor))
        name = (by_learner or own) if own is None or names is not None else own
        named[name or word("ledger", "unnamed", place=place)] = tensor
    if not named:
        raise ValueError("ledger() was given no tensor that requires grad")
    return named


def _given(leaves: Any) -> list[tuple[str | None, Any]]:
    """Return what is to be watched, with the names it has where it stands."""
    if is_tensor(leaves):
        return [(None, leaves)]
    if hasattr(type(leaves), "named_parameters"):
        return [(name, p) for name, p in leaves.named_parameters() if p.requires_grad]
    if isinstance(leaves, Mapping):
        return [(str(name), tensor) for name, tensor in leaves.items()]
    if isinstance(leaves, Iterable) and not isinstance(leaves, (str, bytes)):
        return [(None, tensor) for tensor in leaves]
    raise TypeError(
        f"ledger() needs a module, a tensor, or several tensors, not {type(leaves).__name__}"
    )


def _check(tensor: Any, name: str | None, place: int) -> None:
    called = f"{name!r}" if name is not None else f"number {place}"
    if not is_tensor(tensor):
        raise TypeError(f"ledger(): {called} is no tensor, but {type(tensor).__name__}")
    if not tensor.is_leaf:
        raise ValueError(
            f"ledger(): the tensor {called} is no leaf: it was computed from others, so backward() "
            "keeps no gradient for it. Give the leaves that it was computed from"
        )
    if not tensor.requires_grad:
        raise ValueError(
            f"ledger(): the tensor {called} does not require grad, so it never gets a gradient. "
            "Create it with requires_grad=True"
        )


__all__ = ["LARGEST", "Large", "Ledger", "Row", "ledger"]
