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
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from minigrad.node import Edge


class Step(NamedTuple):
    """One node that has run.

    Attributes
    ----------
    node : Node
    received : list
        The gradient of each output of the operation, summed over all paths; None where none
        arrived.
    returned : tuple
        The gradient for each edge of ``node.next_functions``, or None.
    """

    node: Any
    received: list[Any]
    returned: tuple[Any, ...]


class Walk:
    """The nodes that lead from `roots` to the leaves, each run once, in PyTorch's order.

    Iterating runs one node at a time and gives its `Step`; `drain` runs the rest at once.

    Parameters
    ----------
    roots : sequence of (node, int)
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
    """

    def __init__(
        self,
        roots: Sequence[Edge],
        grads: Sequence[Any],
        run: Callable[[Any, list[Any]], Sequence[Any]],
        add: Callable[[Any, Any], Any] = operator.add,
        *,
        number: Callable[[Any], int] = operator.methodcaller("_sequence_nr"),
        targets: Callable[[Any], Sequence[Any]] = operator.attrgetter("next_functions"),
        through: Any = None,
    ) -> None:
        self._queue: list[Any] = []
        self._number = number
        self._pausing = True
        self._steps = self._walk(roots, grads, run, add, targets, through)

    def __iter__(self) -> Iterator[Step]:
        return self

    def __next__(self) -> Step:
        return Step(*next(self._steps))

    def drain(self) -> None:
        """Run all that is left, without a stop."""
        self._pausing = False
        next(self._steps, None)  # it runs to its end without a pause

    @property
    def ready(self) -> list[Any]:
        """The nodes that could run now, in the order in which they would."""
        queue = list(self._queue)
        return [_pop(queue, self._number) for _ in range(len(queue))]

    def _walk(
        self,
        roots: Sequence[Edge],
        grads: Sequence[Any],
        run: Callable[[Any, list[Any]], Sequence[Any]],
        add: Callable[[Any, Any], Any],
        targets: Callable[[Any], Sequence[Any]],
        through: Any,
    ) -> Iterator[tuple[Any, list[Any], Any]]:
        queue, number = self._queue, self._number
        cells = count_dependencies([node for node, _ in roots], through, targets)
        for (node, nr), grad in zip(roots, grads, strict=True):
            _put(cells[node], nr, grad, add)
            if not cells[node][1] and node not in queue:
                queue.append(node)
                _rise(queue, number)
        while queue:
            node = queue.pop() if len(queue) == 1 else _pop(queue, number)
            cell = cells.pop(node)
            received = [cell[0]] if len(cell) == 2 else [cell[0], *cell[2:]]
            returned = run(node, received)
            for target, grad in zip(targets(node), returned) if returned else ():  # noqa: B905
                cell, nr = cells.get(target), 0
                if cell is None:  # a later output of a node, or no node, or none that is to run
                    target, nr = target if isinstance(target, tuple) else (None, 0)  # noqa: PLW2901
                    cell = cells.get(target)
                    if cell is None:
                        continue
                if grad is None:
                    pass
                elif nr:
                    _put(cell, nr, grad, add)
                elif cell[0] is None:
                    cell[0] = grad
                else:
                    cell[0] = add(cell[0], grad)
                if cell[1] > 1:
                    cell[1] -= 1
                else:
                    queue.append(target)
                    if len(queue) > 1:
                        _rise(queue, number)
            if self._pausing:
                yield node, received, returned
            cell = received = returned = grad = None  # who accumulates keeps what nobody else has


def count_dependencies(
    nodes: Iterable[Any], through: Any = None, targets: Any = operator.attrgetter("next_functions")
) -> dict[Any, list[Any]]:
    """For each node that can be reached from `nodes` a cell: what has arrived, what is missing.

    That is the gradient of the first output of its operation, at first None; how many edges lead
    to the node; and the gradients of later outputs.
    """
    cells: dict[Any, list[Any]] = {node: [None, 0] for node in nodes}
    reached = list(cells)
    for node in reached:  # it grows meanwhile
        for target in targets(node):
            cell = cells.get(target)
            if cell is None and target is not None:
                if isinstance(target, tuple):
                    target = target[0]  # noqa: PLW2901
                    cell = cells.get(target)
                if cell is None and target is not None and (through is None or target in through):
                    cell = cells[target] = [None, 0]
                    reached.append(target)
            if cell is not None:
                cell[1] += 1
    return cells


def _put(cell: list[Any], nr: int, grad: Any, add: Any) -> None:
    """Add `grad` to what has arrived in a cell for output `nr`."""
    place = nr + 1 if nr else 0
    cell += [None] * (place + 1 - len(cell))
    if grad is not None:
        cell[place] = grad if cell[place] is None else add(cell[place], grad)


# A queue whose order among equal numbers (only AccumulateGrad nodes share one) is that of the C++
# standard library's heap, which PyTorch uses. https://en.cppreference.com/w/cpp/algorithm/pop_heap


def _rise(heap: list[Any], number: Callable[[Any], int], hole: int | None = None) -> None:
    """Let the node in the place `hole`, by default the last, rise to where it belongs."""
    hole = len(heap) - 1 if hole is None else hole
    node, own = heap[hole], number(heap[hole])
    while hole > 0 and number(heap[parent := (hole - 1) // 2]) < own:
        heap[hole] = heap[parent]
        hole = parent
    heap[hole] = node


def _pop(heap: list[Any], number: Callable[[Any], int]) -> Any:
    """Take out the node with the highest number."""
    top, last = heap[0], heap.pop()
    hole, size = 0, len(heap)
    while (child := 2 * hole + 2) <= size:  # the larger child goes up
        if child == size or number(heap[child]) < number(heap[child - 1]):
            child -= 1
        heap[hole] = heap[child]
        hole = child
    if size:
        heap[hole] = last
        _rise(heap, number, hole)
    return top
