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
    """

    def __init__(
        self,
        roots: Sequence[Any],
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
        roots: Sequence[Any],
        grads: Sequence[Any],
        run: Callable[[Any, list[Any]], Sequence[Any]],
        add: Callable[[Any, Any], Any],
        targets: Callable[[Any], Sequence[Any]],
        through: Any,
    ) -> Iterator[tuple[Any, list[Any], Any]]:
        queue, number = self._queue, self._number
        pairs = [root if isinstance(root, tuple) else (root, 0) for root in roots]
        cells = count_dependencies([node for node, _ in pairs], through, targets)
        for (node, nr), grad in zip(pairs, grads, strict=True):
            _put(cells[node], nr, grad, add)
            if not cells[node][1] and node not in queue:
                queue.append(node)
                _rise(queue, number)
        while queue:
            node = queue.pop() if len(queue) == 1 else _pop(queue, number)
            cell = cells.pop(node)
            received = [cell[0]] if len(cell) == 3 else [cell[0], *cell[3:]]
            returned = run(node, received)
            for target, grad in zip(cell[2], returned):  # noqa: B905
                there = cells.get(target)
                if there is not None:
                    if grad is None:
                        pass
                    elif there[0] is None:
                        there[0] = grad
                    else:
                        there[0] = add(there[0], grad)
                elif isinstance(target, tuple) and target[0] in cells:  # an output of a node
                    target, nr = target  # noqa: PLW2901
                    there = cells[target]
                    _put(there, nr, grad, add)
                else:  # no node, or none that is to run
                    continue
                if there[1] > 1:
                    there[1] -= 1
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

    In it are the gradient of the first output of its operation, at first None; how many edges lead
    to the node; its own targets; and the gradients of later outputs.
    """
    cells: dict[Any, list[Any]] = {node: [None, 0, node] for node in nodes}
    reached = list(cells.values())
    for cell in reached:  # it grows meanwhile
        cell[2] = ends = targets(cell[2])
        for target in ends:
            there = cells.get(target)
            if there is None:
                node = target[0] if isinstance(target, tuple) else target
                there = cells.get(node)
                if there is None:
                    if node is None or (through is not None and node not in through):
                        continue
                    there = cells[node] = [None, 0, node]
                    reached.append(there)
            there[1] += 1
    return cells


def _put(cell: list[Any], nr: int, grad: Any, add: Any) -> None:
    """Add `grad` to what has arrived in a cell for output `nr`."""
    place = nr + 2 if nr else 0
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
