"""The tree of groups while it is made: which groups and nodes lie right inside which group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Path = tuple[str, ...]


class Tree:
    """Groups with names, inside one another; None stands for the outside of all.

    Attributes
    ----------
    items : dict
        Of every group, the groups and nodes right inside, in order.
    parents : dict
        The group around every group and node.
    names : dict
        What a group is called.
    copies : dict
        Of a group of equal parts, how many they are.
    """

    def __init__(self) -> None:
        self.items: dict[str | None, list[str]] = {None: []}
        self.parents: dict[str, str | None] = {}
        self.names: dict[str, str] = {}
        self.copies: dict[str, int] = {}

    def add(self, name: str, parent: str | None) -> str:
        """Make a group, the last one in another, and return its id."""
        group = f"+{len(self.names)}"
        self.names[group] = name
        self.items[group] = []
        self.put(group, parent)
        return group

    def put(self, item: str, parent: str | None) -> None:
        """Put an item at the end of a group in which it is not yet."""
        self.items[parent].append(item)
        self.parents[item] = parent

    def gather(self, items: Sequence[str], name: str, parent: str | None) -> str:
        """Put some items of a group into a new one, which stands where the first of them stood.

        The caller takes the others out of ``items[parent]``: it may be gathering many.
        """
        group = f"+{len(self.names)}"
        self.names[group] = name
        self.items[group] = list(items)
        self.parents[group] = parent
        for item in items:
            self.parents[item] = group
        return group

    def outer_first(self) -> list[str]:
        """Return all groups, each after the one around it."""
        order: list[str] = []
        stack = [item for item in reversed(self.items[None]) if item in self.items]
        while stack:
            group = stack.pop()
            order.append(group)
            stack.extend(item for item in reversed(self.items[group]) if item in self.items)
        return order

    def tidy(self, fewest: int) -> None:
        """Dissolve groups of too few items, and those around a single group."""
        for group in reversed(self.outer_first()):
            items = self.items[group]
            if len(items) >= fewest or (len(items) == 1 and group in self.copies):
                continue
            parent = self.parents[group]
            place = self.items[parent].index(group)
            self.items[parent][place : place + 1] = items
            for item in items:
                self.parents[item] = parent
            del self.items[group]


def common(one: Path, other: Path) -> Path:
    """Return the beginning that two paths share."""
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return one[:length]


def with_leaves(
    edges: Sequence[tuple[str, str]], leaves: frozenset[str], paths: Mapping[str, Path]
) -> dict[str, Path]:
    """Add the leaves that have no path: each goes into the smallest group around all its uses."""
    whole = dict(paths)
    for source, target in edges:
        if target in leaves and target not in paths:
            path = paths.get(source, ())
            known = whole.get(target)
            whole[target] = path if known is None else common(known, path)
    return whole
