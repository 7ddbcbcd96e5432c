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
        through: Any = None,
    ) -> None:
        self._queue: list[tuple[int, Any]] = []
        self._pausing = True
        self._steps = self._walk(roots, grads, run, add, number, through)

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
        return [_pop(queue) for _ in range(len(queue))]

    def _walk(
        self,
        roots: Sequence[Edge],
        grads: Sequence[Any],
        run: Callable[[Any, list[Any]], Sequence[Any]],
        add: Callable[[Any, Any], Any],
        number: Callable[[Any], int],
        through: Any,
    ) -> Iterator[tuple[Any, list[Any], Any]]:
        queue = self._queue
        cells = count_dependencies([root[0] for root in roots], through)
        for (node, nr), grad in zip(roots, grads, strict=True):
            cell = cells[node]
            _put(cell, nr, grad, add)
            if not cell[0]:
                cell[0] = -1  # queued: a node that is root twice is run once
                queue.append((number(node), node))
                _rise(queue)
        while queue:
            node = _pop(queue) if len(queue) > 1 else queue.pop()[1]
            arrived = cells.pop(node)[1:]
            returned = run(node, arrived)
            for (target, nr), grad in zip(node.next_functions, returned):  # noqa: B905 - is slow
                cell = cells.get(target)
                if cell is None:  # no node, or none that is to run
                    continue
                if grad is not None:
                    if nr:
                        _put(cell, nr, grad, add)
                    elif cell[1] is None:
                        cell[1] = grad
                    else:
                        cell[1] = add(cell[1], grad)
                if cell[0] == 1:
                    queue.append((number(target), target))
                    if len(queue) > 1:
                        _rise(queue)
                else:
                    cell[0] -= 1
            if self._pausing:
                yield node, arrived, returned
            arrived = returned = grad = None  # AccumulateGrad keeps a gradient that nobody else has


def count_dependencies(nodes: list[Any], through: Any = None) -> dict[Any, list[Any]]:
    """For each node that can be reached: how many edges lead to it, and an empty input buffer.

    The buffer begins with one gradient, None; it grows for nodes with several outputs.
    """
    cells: dict[Any, list[Any]] = {node: [0, None] for node in nodes}
    stack = list(cells)
    while stack:
        for target, _ in stack.pop().next_functions:
            cell = cells.get(target)
            if cell is not None:
                cell[0] += 1
            elif target is not None and (through is None or target in through):
                cells[target] = [1, None]
                stack.append(target)
    return cells


def _put(cell: list[Any], nr: int, grad: Any, add: Any) -> None:
    """Add `grad` to what a node has received for its output `nr`."""
    cell += [None] * (nr + 2 - len(cell))
    if grad is not None:
        cell[nr + 1] = grad if cell[nr + 1] is None else add(cell[nr + 1], grad)


# A queue whose order among equal numbers (only AccumulateGrad nodes share one) is that of the C++
# standard library's heap, which PyTorch uses. https://en.cppreference.com/w/cpp/algorithm/pop_heap


def _rise(heap: list[tuple[int, Any]]) -> None:
    """Bring the last item to its place."""
    hole = len(heap) - 1
    item = heap[hole]
    while hole > 0 and heap[parent := (hole - 1) // 2][0] < item[0]:
        heap[hole] = heap[parent]
        hole = parent
    heap[hole] = item


def _pop(heap: list[tuple[int, Any]]) -> Any:
    """Take out the node with the highest number."""
    top, last = heap[0], heap.pop()
    size = len(heap)
    if size:
        hole = 0
        while (child := 2 * hole + 2) < size:
            if heap[child][0] < heap[child - 1][0]:
                child -= 1
            heap[hole] = heap[child]
            hole = child
        if child == size:
            heap[hole] = heap[child - 1]
            hole = child - 1
        # From there, the last item finds its place.
        while hole > 0 and heap[parent := (hole - 1) // 2][0] < last[0]:
            heap[hole] = heap[parent]
            hole = parent
        heap[hole] = last
    return top[1]
