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
from collections import deque
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
        self._steps = self._walk(roots, grads, run, add, number, through)

    def __iter__(self) -> Iterator[Step]:
        return self

    def __next__(self) -> Step:
        return Step(*next(self._steps))

    def drain(self) -> None:
        """Run all that is left."""
        deque(self._steps, maxlen=0)

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
        waiting_for = count_dependencies([node for node, _ in roots], through)
        received: dict[Any, list[Any]] = {}  # a node's input buffers, while gradients arrive
        for (node, nr), grad in zip(roots, grads, strict=True):
            _add(received, node, nr, grad, add)
        for node in received:
            if node not in waiting_for:
                _push(queue, (number(node), node))
        while queue:
            node = _pop(queue) if len(queue) > 1 else queue.pop()[1]
            arrived = received.pop(node)
            returned = run(node, arrived)
            for (target, nr), grad in zip(node.next_functions, returned, strict=False):
                if target is None or (through is not None and target not in through):
                    continue
                buffer = received.get(target)
                if buffer is None and nr == 0:
                    received[target] = [grad]
                elif buffer and nr == 0 and grad is not None and buffer[0] is not None:
                    buffer[0] = add(buffer[0], grad)
                else:
                    _add(received, target, nr, grad, add)
                left = waiting_for[target] - 1
                if left:
                    waiting_for[target] = left
                else:
                    del waiting_for[target]
                    _push(queue, (number(target), target))
            yield node, arrived, returned


def count_dependencies(nodes: list[Any], through: Any = None) -> dict[Any, int]:
    """How many edges lead to each node that can be reached from `nodes`."""
    count: dict[Any, int] = {}
    stack = list(dict.fromkeys(nodes))
    seen = set(stack)
    while stack:
        for target, _ in stack.pop().next_functions:
            if target is None or (through is not None and target not in through):
                continue
            if target in count:
                count[target] += 1
            else:
                count[target] = 1
                if target not in seen:
                    stack.append(target)
    return count


def _add(received: dict[Any, list[Any]], node: Any, nr: int, grad: Any, add: Any) -> None:
    """Add `grad` to what `node` has received for its output `nr`."""
    buffer = received.setdefault(node, [])
    buffer += [None] * (nr + 1 - len(buffer))
    if grad is not None:
        buffer[nr] = grad if buffer[nr] is None else add(buffer[nr], grad)


# A queue whose order among equal numbers (only AccumulateGrad nodes share one) is that of the C++
# standard library's heap, which PyTorch uses. https://en.cppreference.com/w/cpp/algorithm/pop_heap


def _push(heap: list[tuple[int, Any]], item: tuple[int, Any]) -> None:
    heap.append(item)
    if len(heap) > 1:
        _rise(heap, len(heap) - 1, item)


def _rise(heap: list[tuple[int, Any]], hole: int, item: tuple[int, Any]) -> None:
    while hole > 0 and heap[parent := (hole - 1) // 2][0] < item[0]:
        heap[hole] = heap[parent]
        hole = parent
    heap[hole] = item


def _pop(heap: list[tuple[int, Any]]) -> Any:
    top, last = heap[0], heap.pop()
    if heap:
        hole = 0
        while (child := 2 * hole + 2) < len(heap):
            if heap[child][0] < heap[child - 1][0]:
                child -= 1
            heap[hole] = heap[child]
            hole = child
        if child == len(heap):
            heap[hole] = heap[child - 1]
            hole = child - 1
        _rise(heap, hole, last)
    return top[1]
