"""Equal neighbours become one: twelve blocks that are alike, a thousand steps of a loop.

The nodes of a group are taken in the order in which they were made, last first. A stretch of that
order repeats when the same operations, with the same shapes and joined in the same way, come again
and again. Candidates are found with numpy, length by length; then they are looked at closely.
"""

from __future__ import annotations

from collections import defaultdict
from math import ceil, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .words import word

if TYPE_CHECKING:
    from .graph import Graph, GraphNode
    from .tree import Tree

FEWEST_COPIES = 3
FEWEST_ITEMS = 6  # of all copies together
LONGEST = 512  # items of one copy
MOST_COPIES = 36  # in one group; more are put into groups of groups
LOOKED_AT = 40  # stretches that are compared edge by edge
NAMES = 3  # operations that a name lists


class _Item(NamedTuple):
    """Something that can repeat: a group, or a node with the leaves that only it uses."""

    main: str
    whole: tuple[str, ...]  # with those leaves
    code: int
    sequence: int


_Joints = list[tuple[tuple[int, int], ...]]


class _Run(NamedTuple):
    start: int
    length: int  # of one copy
    copies: int


def in_order(graph: Graph) -> list[GraphNode]:
    """Return the nodes in the order of the backward pass, leaves and None at the end."""
    return sorted(graph.nodes, key=lambda node: -node.sequence if _is_made(node) else 1)


def _is_made(node: GraphNode) -> bool:
    return node.kind not in ("leaf", "none")


def fold_repeats(graph: Graph, tree: Tree) -> bool:
    """Put equal neighbours in every group of a tree together; say whether there were any."""
    folder = _Folder(graph, tree)
    waiting: list[str | None] = [None, *tree.outer_first()]
    found = False
    while waiting:
        parent = waiting.pop()
        if parent is None or parent in tree.items:
            made = folder.fold(parent)
            found = found or bool(made)
            waiting.extend(made)
    return found


class _Folder:
    """Finds the repeats of one group after the other."""

    def __init__(self, graph: Graph, tree: Tree) -> None:
        self.tree = tree
        self.nodes = {node.id: node for node in graph.nodes}
        self.below: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self.above: dict[str, list[str]] = defaultdict(list)
        for edge in graph.edges:
            self.below[edge.source].append((edge.input_nr, edge.target))
            self.above[edge.target].append(edge.source)
        self.codes: dict[Any, int] = {}
        self.members: dict[str, list[str]] = {}  # of a group, its nodes
        for group in reversed(tree.outer_first()):
            self._take_members(group)

    def _take_members(self, group: str) -> None:
        nodes: list[str] = []
        for item in self.tree.items[group]:
            nodes.extend(self.members.get(item, (item,)))
        self.members[group] = nodes

    def fold(self, parent: str | None) -> list[str]:
        """Put the repeats right inside a group together; return the groups to look into next."""
        items = self._items(parent)
        if len(items) < FEWEST_ITEMS and not (
            len(items) >= FEWEST_COPIES and self._has_group(items)
        ):
            return []
        runs = self._runs(items)
        if not runs:
            return []
        gathered: dict[str, str] = {}  # of the first item of a run, the group of all
        taken: set[str] = set()
        fresh: list[str] = []
        for run in runs:
            group, inner = self._gather(items, run, parent)
            whole = [
                x
                for item in items[run.start : run.start + run.length * run.copies]
                for x in item.whole
            ]
            gathered[whole[0]] = group
            taken.update(whole)
            fresh.extend(inner)
        old = self.tree.items[parent]
        self.tree.items[parent] = [
            gathered.get(x, x) for x in old if x in gathered or x not in taken
        ]
        return fresh

    def _has_group(self, items: list[_Item]) -> bool:
        return any(item.main in self.tree.items for item in items)

    def _items(self, parent: str | None) -> list[_Item]:
        """Return what is right inside a group, each node with the leaves that nobody else uses."""
        inside = self.tree.items[parent]
        mains = [x for x in inside if x in self.members or _is_made(self.nodes[x])]
        place: dict[str, str] = {}
        for main in mains:
            for node in self.members.get(main, (main,)):
                place[node] = main
        own: dict[str, list[str]] = defaultdict(list)
        for leaf in inside:
            if leaf not in self.members and not _is_made(self.nodes[leaf]):
                users = {place.get(source) for source in self.above[leaf]}
                if len(users) == 1 and (user := users.pop()) is not None:
                    own[user].append(leaf)
        items = [
            _Item(main, (main, *own[main]), self._code(main, own[main]), self._sequence(main))
            for main in mains
        ]
        return sorted(items, key=lambda item: -item.sequence)

    def _sequence(self, item: str) -> int:
        nodes = (self.nodes[node] for node in self.members.get(item, (item,)))
        return max((node.sequence for node in nodes if _is_made(node)), default=-1)

    def _code(self, item: str, leaves: list[str]) -> int:
        """Number an item, so that equal ones have the same number."""
        nodes = [*self.members.get(item, (item,)), *leaves]
        made = sorted(
            (self.nodes[x] for x in nodes), key=lambda n: -n.sequence if _is_made(n) else 1
        )
        key = (item in self.members, len(leaves), tuple(self._kind(node) for node in made))
        return self.codes.setdefault(key, len(self.codes))

    def _kind(self, node: GraphNode) -> tuple[Any, ...]:
        return node.kind, node.name, node.shape, node.dtype, len(self.below[node.id])

    def _runs(self, items: list[_Item]) -> list[_Run]:
        """Return the repeats to put together; those that hold most are chosen first."""
        joints = self._joints(items)
        codes = [item.code for item in items]
        numbers: dict[Any, int] = {}
        whole = [numbers.setdefault(key, len(numbers)) for key in zip(codes, joints, strict=True)]
        found = _candidates(whole)
        found += [_alike(run, joints) for run in _candidates(codes)[:LOOKED_AT]]
        free = np.ones(len(items), dtype=bool)
        chosen: list[_Run] = []
        for run in _largest_first(found):
            end = run.start + run.length * run.copies
            if run.copies < FEWEST_COPIES or not free[run.start : end].all():
                continue
            groups = any(item.main in self.members for item in items[run.start : end])
            if groups or end - run.start >= FEWEST_ITEMS:
                chosen.append(run)
                free[run.start : end] = False
        return chosen

    def _joints(self, items: list[_Item]) -> _Joints:
        """Of every item, the edges to other items: how far on in the order, from which input."""
        places = {
            node: place
            for place, item in enumerate(items)
            for whole in item.whole
            for node in self.members.get(whole, (whole,))
        }
        joints: _Joints = []
        for place, item in enumerate(items):
            far: list[tuple[int, int]] = []
            for node in self.members.get(item.main, (item.main,)):
                for nr, target in self.below[node]:
                    other = places.get(target, place)
                    if other != place:
                        far.append((other - place, nr))
            joints.append(tuple(sorted(far)))
        return joints

    def _gather(self, items: list[_Item], run: _Run, parent: str | None) -> tuple[str, list[str]]:
        """Make the group of a run and those inside; return it, and the groups to look into."""
        copies: list[str] = []
        inner: list[str] = []
        for copy in range(run.copies):
            start = run.start + copy * run.length
            parts = items[start : start + run.length]
            whole = [x for item in parts for x in item.whole]
            if len(whole) == 1:
                copies.append(whole[0])
                continue
            # Counted from the inputs, as the forward pass went.
            place = {"n": run.copies - copy, "total": run.copies}
            name = word("graph", "copy", name=self._name(parts), **place)
            group = self.tree.gather(whole, name, parent)
            self._take_members(group)
            copies.append(group)
            if run.length > FEWEST_COPIES:
                inner.append(group)
        name = self._run_name(items[run.start : run.start + run.length * run.copies], run)
        counts = [1] * len(copies)
        while len(copies) > MOST_COPIES:
            copies, counts = self._bundles(copies, counts, name, parent)
        return self._many(copies, sum(counts), name, parent), inner

    def _many(self, copies: list[str], count: int, name: str, parent: str | None) -> str:
        group = self.tree.gather(copies, name, parent)
        self.tree.copies[group] = count
        self._take_members(group)
        return group

    def _bundles(
        self, copies: list[str], counts: list[int], name: str, parent: str | None
    ) -> tuple[list[str], list[int]]:
        """Put too many copies into groups of about equal size."""
        size = min(MOST_COPIES, ceil(sqrt(len(copies))))
        starts = range(0, len(copies), size)
        sums = [sum(counts[start : start + size]) for start in starts]
        bundles = [
            self._many(copies[start : start + size], count, name, parent)
            for start, count in zip(starts, sums, strict=True)
        ]
        return bundles, sums

    def _name(self, items: list[_Item]) -> str:
        """Name a stretch by its operations, in the order of the forward pass."""
        names = [self._item_name(item.main) for item in reversed(items)]
        if len(names) > NAMES:
            return f"{names[0]} … {names[-1]}"
        return ", ".join(names)

    def _run_name(self, items: list[_Item], run: _Run) -> str:
        """Name a run: groups by the first and the last of them, operations by those of a copy."""
        groups = [item.main for item in reversed(items) if item.main in self.tree.names]
        if groups:
            return f"{self.tree.names[groups[0]]} … {self.tree.names[groups[-1]]}"
        return self._name(items[: run.length])

    def _item_name(self, item: str) -> str:
        if item in self.tree.names:
            return self.tree.names[item]
        return self.nodes[item].name.rstrip("0123456789").removesuffix("Backward")


def _candidates(numbers: list[int]) -> list[_Run]:
    """Return all stretches in which the same numbers come again, those that hold most first."""
    codes = np.array(numbers)
    found: list[_Run] = []
    for length in range(1, min(LONGEST, len(codes) // FEWEST_COPIES) + 1):
        same = np.concatenate(([False], codes[:-length] == codes[length:], [False]))
        turns = np.flatnonzero(same[1:] != same[:-1])
        starts, ends = turns[::2], turns[1::2]
        wanted = ends - starts >= (FEWEST_COPIES - 1) * length
        for start, end in zip(starts[wanted].tolist(), ends[wanted].tolist(), strict=True):
            found.append(_Run(start, length, (end - start) // length + 1))
    return _largest_first(found)


def _largest_first(runs: list[_Run]) -> list[_Run]:
    # Ten copies of seven and a rest say more than one copy less of seven times seven.
    return sorted(runs, key=lambda run: (-(run.copies - 1) * run.length, run.length, run.start))


def _alike(run: _Run, joints: _Joints) -> _Run:
    """Return the longest part of a run whose copies are joined alike, inside and onward."""

    def inside(copy: int) -> list[Any]:
        return _edges(run, copy, joints, run.length)

    def onward(copy: int) -> list[Any]:
        return _edges(run, copy, joints, 2 * run.length)

    best, first = _Run(run.start, run.length, 1), 0
    for copy in range(1, run.copies + 1):
        goes_on = copy < run.copies and inside(copy) == inside(first)
        if goes_on and copy - 1 > first:
            goes_on = onward(copy - 1) == onward(first)
        if goes_on:
            continue
        if copy - first > best.copies:
            best = _Run(run.start + first * run.length, run.length, copy - first)
        first = copy
    return best


def _edges(run: _Run, copy: int, joints: _Joints, room: int) -> list[Any]:
    """Return the edges of a copy that end within some items from its beginning."""
    start = run.start + copy * run.length
    return [
        (place, far, nr)
        for place in range(run.length)
        for far, nr in joints[start + place]
        if place + far < room
    ]
