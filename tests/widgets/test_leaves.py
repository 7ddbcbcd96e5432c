"""The leaves of a playground: what a learner gives, ranges, and numbers that are typed."""

import contextlib
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigrad
from minigrad_widgets.leaves import nested, range_around, read_leaf, round_up, step_of
from minigrad_widgets.typed import RefusedError, read_number

# ---- typed numbers


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("2", 2.0), (" -1.5 ", -1.5), ("1e-3", 0.001), ("+.5", 0.5), ("3.", 3.0), ("1/3", 1 / 3),
        ("-1 / 4", -0.25), ("−2", -2.0), ("１．５", 1.5), ("－１／２", -0.5), ("1E2", 100.0),
    ],
)  # fmt: skip
def test_a_number_or_a_fraction(typed, number):
    assert read_number(typed) == number


@pytest.mark.parametrize(
    "typed",
    ["", " ", "x", "1+1", "__import__('os')", "1/2/3", "1,5", "nan", "inf", "1_000", "0x10", "[1]",
     "<b>1</b>", "1 2", "--1", "1e", "(1)", "2**3", "1" * 41, "𝟙+", "٣x"],
)  # fmt: skip
def test_anything_else_is_refused_and_never_evaluated(typed):
    with pytest.raises(RefusedError) as refused:
        read_number(typed)
    assert refused.value.key == "no_number"


@pytest.mark.parametrize(
    ("typed", "key"), [("1/0", "by_zero"), ("1e999", "not_finite"), ("1e308/1e-308", "not_finite")]
)
def test_a_number_that_is_none(typed, key):
    with pytest.raises(RefusedError) as refused:
        read_number(typed)
    assert refused.value.key == key


@given(st.text(max_size=60))
def test_any_text_is_a_finite_number_or_refused(typed):
    with contextlib.suppress(RefusedError):
        assert math.isfinite(read_number(typed))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_python_writes_is_read(number):
    assert read_number(repr(number)) == number


# ---- what a leaf is


def test_a_number_has_a_range_around_it():
    leaf = read_leaf("x", 2)
    assert (leaf.shape, leaf.start, leaf.low, leaf.high) == ((), (2.0,), -5.0, 5.0)
    assert not leaf.fixed
    assert read_leaf("x", 0).high == 5
    assert read_leaf("x", np.float32(0.1)).high == pytest.approx(0.2)
    assert read_leaf("x", -300).high == 1000


def test_a_pair_is_a_range_and_a_triple_has_a_start():
    leaf = read_leaf("w", (-3, 5))
    assert (leaf.start, leaf.low, leaf.high, leaf.fixed) == ((1.0,), -3.0, 5.0, True)
    assert read_leaf("w", (0, 1, 0.25)).start == (0.25,)


@pytest.mark.parametrize("library", ["minigrad", "numpy", "list"])
def test_tables(library):
    rows = [[1, 2.5], [-3, 0.1]]
    if library == "minigrad":
        given = minigrad.tensor(rows)
    else:
        given = np.array(rows, np.float32) if library == "numpy" else rows
    leaf = read_leaf("W", given)
    assert leaf.shape == (2, 2)
    assert leaf.start == (1.0, 2.5, -3.0, 0.1)  # not 0.10000000149011612
    assert leaf.dtype == (None if library == "list" else "float32")
    assert [leaf.element(index) for index in range(4)] == [
        "W[0, 0]", "W[0, 1]", "W[1, 0]", "W[1, 1]",
    ]  # fmt: skip
    assert nested(leaf.start, leaf.shape) == [[1.0, 2.5], [-3.0, 0.1]]


def test_dtypes_are_kept(lib):
    double = read_leaf("x", lib.tensor([1.0], dtype=lib.float64))
    assert double.tensor(lib, [0.1]).dtype == lib.float64
    whole = read_leaf("x", lib.tensor([1, 2]))
    assert whole.integer
    tensor = whole.tensor(lib, [3, 4])
    assert tensor.dtype == lib.int64
    assert not tensor.requires_grad
    assert read_leaf("x", [1, 2]).tensor(lib, [1.0, 2.0]).dtype == lib.float32


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        (True, TypeError, "not bool"),
        ("2", TypeError, "not str"),
        (None, TypeError, "not NoneType"),
        (1j, TypeError, "not complex"),
        (["a"], TypeError, "not list of <U1"),
        ([True, False], TypeError, "not list of bool"),
        ((1, 2, 3, 4), TypeError, "a vector is a list"),
        ((1, "2"), TypeError, "a vector is a list"),
        ((2, 2), ValueError, "must go up"),
        ((0, math.inf), ValueError, "must go up"),
        ((0, 1, 2), ValueError, "begins at 2, which is not from 0 to 1"),
        (math.nan, ValueError, "finite number"),
        ([1.0, math.inf], ValueError, "finite numbers"),
        ([], ValueError, r"shape \[0\]"),
        ([[1], [2, 3]], ValueError, "same length"),
        (np.zeros((2, 2, 2)), ValueError, "one or two dimensions"),
        (np.zeros(101), ValueError, "at most 100 elements"),
    ],
)
def test_what_is_no_leaf_is_refused(given, error, says):
    with pytest.raises(error, match=says):
        read_leaf("x", given)


@given(st.floats(1e-190, 1e299))
def test_ranges_and_steps_are_round(number):
    low, high = range_around(number)
    assert low == -high
    assert high >= number
    assert high <= 5.001 * number
    assert f"{round_up(number):.0e}"[0] in "125"
    assert 100 <= (high - low) / step_of(low, high, integer=False) <= 401
