"""The curve of a plot: close where it bends, broken where it jumps."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minigrad_widgets.curve import View, sample, ticks, with_point


def curve(function, low=-5.0, high=5.0, **options):
    def safe(x):
        try:
            return float(function(x))
        except (ValueError, ZeroDivisionError, OverflowError):
            return math.nan

    return sample(safe, low, high, **{"seconds": 60.0, **options})


def test_a_smooth_curve_is_one_piece_through_its_points():
    drawn = curve(math.sin)
    (piece,) = drawn.pieces
    assert [x for x, _ in piece] == sorted(x for x, _ in piece)
    assert (piece[0][0], piece[-1][0]) == (-5.0, 5.0)
    assert all(y == math.sin(x) for x, y in piece)
    assert drawn.view == View(-1.0, 1.0)


def test_a_kink_is_found():
    (piece,) = curve(lambda x: abs(x - 0.123)).pieces
    x, y = min(piece, key=lambda point: point[1])
    assert abs(x - 0.123) < 0.005
    assert y < 0.005


@pytest.mark.parametrize("place", [0.0, 0.05, 1.2345])
def test_a_jump_breaks_the_curve_where_it_is(place):
    left, right = curve(lambda x: x if x < place else x + 2).pieces
    assert left[-1][0] == pytest.approx(place, abs=1e-3)
    assert right[0][0] == pytest.approx(place, abs=1e-3)
    assert left[-1][1] == pytest.approx(place, abs=1e-3)
    assert right[0][1] == pytest.approx(place + 2, abs=1e-3)


def test_steps_are_pieces():
    assert len(curve(math.floor, -2.5, 2.5).pieces) == 6


def test_a_pole_breaks_the_curve_and_does_not_flatten_the_rest():
    drawn = curve(lambda x: 1 / x)
    left, right = drawn.pieces
    assert left[-1][0] < 0 < right[0][0]
    assert drawn.view.high < 100
    furthest = 5 * (drawn.view.high - drawn.view.low)
    assert all(abs(y) <= drawn.view.high + furthest for piece in drawn.pieces for _, y in piece)


def test_where_it_has_no_value_it_ends():
    (piece,) = curve(math.sqrt).pieces
    assert 0 <= piece[0][0] < 1e-3  # the end is sought between the points of the grid
    left, right = curve(lambda x: math.nan if 1 < x < 2 else x).pieces
    assert left[-1][0] == pytest.approx(1, abs=1e-3)
    assert right[0][0] == pytest.approx(2, abs=1e-3)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_nowhere_finite(value):
    drawn = curve(lambda x: value)
    assert drawn.pieces == []
    assert drawn.view is None


def test_a_constant_has_room_above_and_below():
    view = curve(lambda x: 3.0).view
    assert view.low < 3 < view.high
    assert curve(lambda x: 0.0).view == View(-0.6, 0.6) or curve(lambda x: 0.0).view.low < 0


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until a test moves it on."""
    now = [0.0]
    monkeypatch.setattr("minigrad_widgets.curve.time.perf_counter", lambda: now[0])
    return now


def test_a_slow_function_gets_fewer_points_or_none(clock):
    calls = 0

    def slow(x):
        nonlocal calls
        calls += 1
        clock[0] += 0.002
        return x

    (piece,) = sample(slow, 0, 1, seconds=0.1, rough=True).pieces
    assert 9 <= len(piece) <= 60
    assert calls <= 130
    assert sample(slow, 0, 1, seconds=0.002).view is None


def test_one_call_that_was_held_up_takes_no_curve_away(clock):
    lasts = iter([0.01])  # the first call, then all others

    def f(x):
        clock[0] += next(lasts, 0.0001)
        return x

    (piece,) = sample(f, 0, 1, seconds=0.012, rough=True).pieces
    assert len(piece) >= 9


def test_axes_do_not_tremble():
    view = curve(lambda x: x).view
    assert curve(lambda x: 0.9 * x, before=view).view == view
    assert curve(lambda x: 0.1 * x, before=view).view != view
    assert curve(lambda x: 2 * x, before=view).view.high == 10


def test_the_present_point_is_in_view():
    view = View(0.0, 1.0)
    assert with_point(view, 0.5) is view
    assert with_point(view, math.nan) is view
    assert with_point(view, 7.0).high >= 7
    assert with_point(view, -7.0).low <= -7


@given(st.floats(-1e100, 1e100), st.floats(1e-6, 1e6))
def test_ticks_are_inside_and_few(low, span):
    high = low + span
    if high - low < 1e-9 * abs(low) or high == low:
        return
    if abs(low) > 1e6:
        return
    places = ticks((low, high))
    assert 2 <= len(places) <= 7
    assert all(low - span * 1e-6 <= place <= high + span * 1e-6 for place in places)


@given(st.lists(st.sampled_from([0.0, 1.0, -1e300, 1e300, math.inf, math.nan, 5e-324]), min_size=1))
def test_any_values_give_finite_numbers(values):
    drawn = sample(lambda x: values[int(x * 7) % len(values)], 0.0, 1.0, seconds=60.0)
    assert all(
        math.isfinite(number) for piece in drawn.pieces for point in piece for number in point
    )
    if drawn.view is not None:
        assert all(map(math.isfinite, drawn.view))
        assert drawn.view.low < drawn.view.high
        assert all(map(math.isfinite, ticks(drawn.view)))
