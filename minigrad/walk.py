"""The walk backward through a graph.

There is one walk. ``backward()`` runs it to the end; a stepper takes it one node at a time. It
relies on the node protocol alone (`next_functions`, a number that orders nodes), so it drives
PyTorch's own nodes as well.

The order is PyTorch's. A node runs when every node that sends it a gradient has run: running it
earlier would send on a gradient that is not complete yet. Among the ready nodes the one that was
made last comes first; AccumulateGrad, with the highest number of all, runs as soon as it is ready.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

from minigrad.node import Edge


class Walk(Iterator[tuple[Any, list[Any], Any]]):
    """The walk as something to iterate over: one node at a time runs.

    What comes out are the node; the gradient of each output of its operation, summed over all
    paths, None where none arrived; and the gradient for each edge of ``node.next_functions``.

    Parameters
    ----------
    *args, **kwargs
        As for `walk`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._queue: list[tuple[int, Any]] = []
        self._steps = walk(*args, **kwargs, queue=self._queue)

    def __next__(self) -> tuple[Any, list[Any], Any]:
        return next(self._steps)

    @property
    def ready(self) -> list[Any]:
        """The nodes that could run now, in the order in which they would."""
        queue = list(self._queue)
        return [_pop(queue) for _ in range(len(queue))]


def walk(
    roots: Sequence[Any],
    grads: Sequence[Any],
    run: Callable[[Any, list[Any]], Sequence[Any]],
    add: Callable[[Any, Any], Any] = operator.add,
    *,
    number: Callable[[Any], int] = operator.methodcaller("_sequence_nr"),
    targets: Callable[[Any], Sequence[Any]] = operator.attrgetter("next_functions"),
    through: Any = None,
    queue: list[tuple[int, Any]] | None = None,
) -> Iterator[tuple[Any, list[Any], Any]]:
    """Run the nodes that lead from `roots` to the leaves, each once, in PyTorch's order.

    Parameters
    ----------
    roots : sequence of nodes, or of pairs of a node and an output number
        Where to begin.
    grads : sequence
        The gradient that each root receives.
    run : callable
        ``run(node, received)`` returns one gradient (or None) per edge, in the shape and dtype of
        where it goes.
    add : callable
        Adds two gradients that meet.
    number : callable
        The number of a node, by which ready nodes are ordered.
    targets : callable
        What the edges of a node lead to: nodes, or pairs of a node and an output number.
    through : container of nodes, optional
        Only these are run; without it all.
    queue : list, optional
        Holds what is ready. With it the walk pauses after every node, and gives what a `Walk`
        does; without, it runs to the end at once.
    """
    pausing, queue = queue is not None, [] if queue is None else queue
    cells = reachable(roots, through, targets)
    for root, grad in zip(roots, grads, strict=True):
        node, nr = cast("Edge", root if isinstance(root, tuple) else (root, 0))
        cell = cells[node]
        _put(cell, nr, grad, add)
        if cell[1] == 0:
            cell[1] = -1  # a node that is root twice is run once
            _push(queue, number(node), node)
    while queue:
        node = _pop(queue)
        cell = cells.pop(node)
        received = cell[:1] if len(cell) == 3 else [cell[0], *cell[3:]]
        returned = run(node, received)
        for target, grad in zip(cell[2], returned):  # noqa: B905 - that is slow
            to, nr = cast("Edge", target if isinstance(target, tuple) else (target, 0))
            there = cells.get(to)
            if there is None:  # no node, or none that is to run
                continue
            _put(there, nr, grad, add)
            there[1] -= 1
            if there[1] < 1:
                _push(queue, number(to), to)
        if pausing:
            yield node, received, returned
        cell = received = returned = grad = None  # who accumulates keeps what nobody else has


def reachable(
    roots: Sequence[Any],
    through: Any = None,
    targets: Callable[[Any], Sequence[Any]] = operator.attrgetter("next_functions"),
) -> dict[Any, list[Any]]:
    """For each node that `roots` lead to a cell: what has arrived, and what is missing.

    In it are the gradient of the first output of its operation, at first None; how many edges lead
    to the node; its own targets; and the gradients of later outputs.
    """
    cells: dict[Any, list[Any]] = {}
    count = 0  # that it is a root is no edge
    reached = [roots]
    for ends in reached:  # it grows meanwhile
        for target in ends:
            node = cast("Edge", target)[0] if isinstance(target, tuple) else target
            if node in cells:
                cells[node][1] += count
            elif node is not None and (not count or through is None or node in through):
                cells[node] = [None, count, targets(node)]
                reached.append(cells[node][2])
        count = 1
    return cells


def _put(cell: list[Any], nr: int, grad: Any, add: Any) -> None:
    """Add `grad` to what has arrived in a cell for output `nr`."""
    place = nr + 2 if nr else 0
    if nr:
        cell += [None] * (place + 1 - len(cell))
    if grad is not None:
        cell[place] = grad if cell[place] is None else add(cell[place], grad)


# A queue whose order among equal numbers (only AccumulateGrad nodes share one) is that of the C++
# standard library's heap, which PyTorch uses. https://en.cppreference.com/w/cpp/algorithm/pop_heap


def _push(heap: list[tuple[int, Any]], number: int, node: Any, hole: int | None = None) -> None:
    """Put in a node: into the empty place `hole`, by default at the end, and from there up."""
    if hole is None:
        hole = len(heap)
        heap.append((number, node))
    while hole and heap[parent := (hole - 1) // 2][0] < number:
        heap[hole] = heap[parent]
        hole = parent
    heap[hole] = (number, node)


def _pop(heap: list[tuple[int, Any]]) -> Any:
    """Take out the node with the highest number."""
    top, last = heap[0], heap.pop()
    hole, size = 0, len(heap)
    while (child := 2 * hole + 2) <= size:  # the larger child goes up
        if child == size or heap[child][0] < heap[child - 1][0]:
            child -= 1
        heap[hole] = heap[child]
        hole = child
    if size:
        _push(heap, *last, hole)
    return top[1]
