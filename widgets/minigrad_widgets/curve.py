"""The curve of a function of one number: sampled closely where it bends, broken where it jumps.

Only numbers: no tensor, no drawing.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from .leaves import TINY, round_up

Points = list[tuple[float, float]]

FINE = 121  # points, evenly
FEWEST = 9
PATIENT = 3  # times as long as it should take, a rough curve may
MORE = 1000  # points where they are needed
DEEPEST = 10  # halvings of an interval
STEEP, BENT, JUMP = 1 / 12, 1 / 400, 1 / 100  # of the height of the picture
TAIL = 0.03  # of the values at either end, which may be far out
TICKS = 5  # about so many


class View(NamedTuple):
    """The part of an axis that is shown."""

    low: float
    high: float


class Sampled(NamedTuple):
    """A curve: its unbroken pieces and the heights that are shown; no view: nothing is finite."""

    pieces: list[Points]
    view: View | None
    rough: bool


def sample(
    function: Callable[[float], float],
    low: float,
    high: float,
    *,
    seconds: float,
    rough: bool = False,
    before: View | None = None,
) -> Sampled:
    """Sample a function from ``low`` to ``high``.

    Parameters
    ----------
    function : callable
        Returns nan where it has no value.
    low, high : float
    seconds : float
        The time that it may take, roughly: a slow function gets fewer points, or no curve.
    rough : bool
        Whether a better curve will be asked for.
    before : View, optional
        The view that was shown before; it is kept if it still fits, so that axes do not tremble.
    """
    start = time.perf_counter()
    lasts = _seconds(function, low)
    if seconds < FEWEST * lasts < 10 * seconds:  # too slow, or a busy machine
        lasts = min(lasts, _seconds(function, low))
    possible = seconds / lasts
    if possible < (FEWEST / PATIENT if rough else FEWEST):  # a curve that comes and goes is worse
        return Sampled([], None, rough)
    count = int(min(FINE, max(FEWEST, possible / 2)))
    more = count if rough else MORE
    grid = [low + (high - low) * place / (count - 1) for place in range(count)]
    points = [(x, function(x)) for x in grid]
    view = _view([y for _, y in points if math.isfinite(y)], before)
    if view is None:
        return Sampled([], None, rough)
    added = _refined(function, points, view, more, start + seconds)
    every = sorted({*points, *added})
    return Sampled(_pieces(every, view, (high - low) / (count - 1)), view, rough)


def _seconds(function: Callable[[float], float], x: float) -> float:
    """How long one call lasts."""
    start = time.perf_counter()
    function(x)
    return max(time.perf_counter() - start, 1e-7)


def _pieces(every: Points, view: View, width: float) -> list[Points]:
    """Break a curve where it has no value, and where it jumps however closely one looks."""
    height = view.high - view.low
    pieces: list[Points] = [[]]
    before = (-math.inf, 0.0)
    for x, y in every:
        if not math.isfinite(y):
            pieces.append([])
            continue
        seen = _within(y, view, 0.5 * height)
        near = x - before[0] <= width / 2 ** (DEEPEST - 1) * 1.01
        if near and abs(seen - before[1]) > JUMP * height:
            pieces.append([])
        pieces[-1].append((x, _within(y, view, 5 * height)))
        before = (x, seen)
    return [piece for piece in pieces if piece]


def _within(y: float, view: View, margin: float) -> float:
    return min(max(y, view.low - margin), view.high + margin)


def with_point(view: View, y: float) -> View:
    """Return a view with a height in it."""
    if view.low <= y <= view.high or not math.isfinite(y):
        return view
    return _rounded(min(view.low, y), max(view.high, y)) or view


def ticks(view: Sequence[float]) -> list[float]:
    """Round numbers on an axis, from left to right or from below."""
    low, high = view
    step = round_up((high - low) / TICKS)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(place * step, 12) + 0.0 for place in range(first, last + 1)]


def _refined(
    function: Callable[[float], float], points: Points, view: View, more: int, end: float
) -> Points:
    """Points between the points: where the curve is steep, bends, or ends."""
    height = view.high - view.low
    found: Points = []
    waiting = deque(
        (one, other, 1)
        for place, (one, other) in enumerate(pairwise(points))
        if _is_steep(one, other, view) or _bends(points, place, height)
    )
    while waiting and len(found) < more and time.perf_counter() < end:
        one, other, depth = waiting.popleft()
        x = (one[0] + other[0]) / 2
        middle = (x, function(x))
        found.append(middle)
        if depth == DEEPEST:
            continue
        off = abs(middle[1] - (one[1] + other[1]) / 2) > BENT * height
        for half in ((one, middle), (middle, other)):
            if _is_steep(*half, view) or off:
                waiting.append((*half, depth + 1))
    return found


def _is_steep(one: tuple[float, float], other: tuple[float, float], view: View) -> bool:
    """Whether the curve rises much here, in view; or it ends here."""
    finite = math.isfinite(one[1]), math.isfinite(other[1])
    if not all(finite):
        return any(finite)
    height = view.high - view.low
    below = max(one[1], other[1]) < view.low - height
    above = min(one[1], other[1]) > view.high + height
    return abs(one[1] - other[1]) > STEEP * height and not below and not above


def _bends(points: Points, place: int, height: float) -> bool:
    """Whether there is a corner at either end of an interval."""
    for first in (place - 1, place):
        if first < 0 or first + 2 >= len(points):
            continue
        left, middle, right = (points[first + nr][1] for nr in range(3))
        if abs(left - 2 * middle + right) > 4 * BENT * height:  # never true of nan
            return True
    return False


def _view(heights: list[float], before: View | None) -> View | None:
    """The heights to show: all, unless a few are far out, as beside a pole."""
    if not heights:
        return None
    heights.sort()
    low, high = heights[0], heights[-1]
    cut = int(TAIL * len(heights))
    inner_low, inner_high = heights[cut], heights[-1 - cut]
    inner = inner_high - inner_low
    if inner > 0 and high - low > 4 * inner:
        low, high = max(low, inner_low - inner / 2), min(high, inner_high + inner / 2)
    fits = before is not None and before.low <= low and high <= before.high
    if fits and before is not None and high - low > 0.4 * (before.high - before.low):
        return before
    return _rounded(low, high)


def _rounded(low: float, high: float) -> View | None:
    span = high - low
    if span <= max(1e-9 * max(abs(low), abs(high)), TINY):
        span = abs(high) if abs(high) > TINY else 1.0
        low, high = low - span / 2, high + span / 2
        span *= 2
    if not math.isfinite(span):
        return None
    step = round_up(span / TICKS)
    return View(math.floor(low / step) * step, math.ceil(high / step) * step)
