"""A simple layout in layers, computed here: for graphs with which Graphviz's ``dot`` takes long.

Every node stands one layer below the lowest that leads to it; in its layer it stands near those
that it is joined to. Edges are straight lines, which may run behind nodes. The time grows with the
number of nodes and edges alone.
"""

from __future__ import annotations

from collections import defaultdict
from math import hypot
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .graph import Graph

SWEEPS = 3
ACROSS, DOWN = 14.0, 26.0  # points between nodes, and between layers

ARROW = 8.0  # points that the head of an arrow takes
FAN = 12.0  # points between edges that leave a node, if there is room

Point = tuple[float, float]


class Placed(NamedTuple):
    """Where everything stands, in points; y grows upwards.

    ``nodes`` has the middle of every node, ``sizes`` its width and height, ``edges`` both ends of
    every edge.
    """

    nodes: dict[str, Point]
    sizes: Mapping[str, Point]
    edges: dict[str, tuple[Point, Point]]


def layers(graph: Graph) -> dict[str, int]:
    """Return the layer of every node: the length of the longest way to it.

    A cycle, which only a folded graph can have, is cut where it is found.
    """
    below: dict[str, list[str]] = {node.id: [] for node in graph.nodes}
    waiting = dict.fromkeys(below, 0)
    for edge in graph.edges:
        if edge.source != edge.target:
            below[edge.source].append(edge.target)
            waiting[edge.target] += 1
    layer = dict.fromkeys(below, 0)
    done: set[str] = set()
    ready = [node_id for node_id, count in waiting.items() if not count]
    later = iter(below)
    while len(done) < len(below):
        if not ready:
            ready.append(next(node_id for node_id in later if node_id not in done))
        node_id = ready.pop()
        if node_id in done:
            continue
        done.add(node_id)
        for target in below[node_id]:
            if target in done:
                continue
            layer[target] = max(layer[target], layer[node_id] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return layer


def stretch(graph: Graph) -> int:
    """Return how many layers all edges cross together: what costs ``dot`` its time."""
    layer = layers(graph)
    return sum(abs(layer[edge.target] - layer[edge.source]) for edge in graph.edges)


def layered(graph: Graph, sizes: Mapping[str, Point]) -> Placed:
    """Place the nodes and edges of a graph.

    Parameters
    ----------
    graph : Graph
    sizes : mapping of str to pair of float
        Width and height of every node, in points.

    Returns
    -------
    Placed
    """
    rows: list[list[str]] = []
    layer = layers(graph)
    for node in graph.nodes:
        while layer[node.id] >= len(rows):
            rows.append([])
        rows[layer[node.id]].append(node.id)
    above: dict[str, list[str]] = defaultdict(list)
    below: dict[str, list[str]] = defaultdict(list)
    for edge in graph.edges:
        above[edge.target].append(edge.source)
        below[edge.source].append(edge.target)
    inner = set(below)
    across = _packed(rows, sizes)
    for sweep in range(SWEEPS):
        for row in rows:
            _settle(row, above, across, sizes, inner)
        if sweep < SWEEPS - 1:
            for row in reversed(rows):
                _settle(row, below, across, sizes, inner)
    nodes = _with_heights(rows, across, sizes)
    return Placed(nodes, sizes, _lines(graph, nodes, sizes))


def _lines(
    graph: Graph, nodes: Mapping[str, Point], sizes: Mapping[str, Point]
) -> dict[str, tuple[Point, Point]]:
    """Draw edges from the lower side of a node to the upper side of the next, side by side."""
    leaving: dict[str, list[str]] = defaultdict(list)
    arriving: dict[str, list[str]] = defaultdict(list)
    ends = {edge.id: (edge.source, edge.target) for edge in graph.edges}
    for edge in graph.edges:
        leaving[edge.source].append(edge.id)
        arriving[edge.target].append(edge.id)
    starts: dict[str, Point] = {}
    stops: dict[str, Point] = {}
    for sides, found, far, side in ((leaving, starts, 1, -0.5), (arriving, stops, 0, 0.5)):
        for node_id, edges in sides.items():
            (x, y), (width, height) = nodes[node_id], sizes[node_id]
            if far == 0:  # in the order in which they come, so that they do not cross here
                edges.sort(key=lambda edge: nodes[ends[edge][0]][0])
            apart = min(FAN, 0.7 * width / len(edges))
            for place, edge in enumerate(edges):
                found[edge] = (x + (place - (len(edges) - 1) / 2) * apart, y + side * height)
    return {edge: (starts[edge], stops[edge]) for edge in ends}


def _packed(rows: Sequence[Sequence[str]], sizes: Mapping[str, Point]) -> dict[str, float]:
    across: dict[str, float] = {}
    for row in rows:
        x = -sum(sizes[node_id][0] + ACROSS for node_id in row) / 2
        for node_id in row:
            across[node_id] = x + sizes[node_id][0] / 2
            x += sizes[node_id][0] + ACROSS
    return across


def _settle(
    row: list[str],
    near: Mapping[str, list[str]],
    across: dict[str, float],
    sizes: Mapping[str, Point],
    inner: set[str],
) -> None:
    """Order a row by the middles of the nodes' neighbours; move it there if there is room."""
    wanted = {
        node_id: sum(across[other] for other in near[node_id]) / len(near[node_id])
        if near.get(node_id)
        else across[node_id]
        for node_id in row
    }
    row.sort(key=lambda node_id: wanted[node_id])
    edge = float("-inf")
    for node_id in row:
        half = sizes[node_id][0] / 2
        across[node_id] = max(wanted[node_id], edge + half)
        edge = across[node_id] + half + ACROSS
    # Where a leaf stands matters less: else a chain with a leaf at every node would drift away.
    main = [node_id for node_id in row if node_id in inner] or row
    shift = sum(wanted[node_id] - across[node_id] for node_id in main) / len(main)
    for node_id in row:
        across[node_id] += shift


def _with_heights(
    rows: Sequence[Sequence[str]], across: Mapping[str, float], sizes: Mapping[str, Point]
) -> dict[str, Point]:
    places: dict[str, Point] = {}
    y = 0.0
    for row in rows:
        height = max(sizes[node_id][1] for node_id in row)
        for node_id in row:
            places[node_id] = (across[node_id], y - height / 2)
        y -= height + DOWN
    return places


def placed_node(placed: Placed, node_id: str) -> dict[str, str]:
    """Return the attributes of DOT that say where a node stands and how large it is."""
    (x, y), (width, height) = placed.nodes[node_id], placed.sizes[node_id]
    return {"pos": f"{x:.1f},{y:.1f}", "width": f"{width / 72:.3f}", "height": f"{height / 72:.3f}"}


def placed_edge(placed: Placed, edge_id: str) -> dict[str, str]:
    """Return the attributes of DOT that say how an edge runs, and where its label stands."""
    (x, y), (end_x, end_y) = placed.edges[edge_id]
    length = hypot(end_x - x, end_y - y) or 1.0
    head = max(0.0, 1 - ARROW / length)  # where the arrow begins
    points = [
        (x + part * head * (end_x - x), y + part * head * (end_y - y))
        for part in (0, 1 / 3, 2 / 3, 1)
    ]
    line = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
    near = min(0.3, 22 / length)
    label = f"{x + near * (end_x - x) + 9:.1f},{y + near * (end_y - y):.1f}"
    return {"pos": f"e,{end_x:.1f},{end_y:.1f} {line}", "lp": label}
