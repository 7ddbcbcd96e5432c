"""How numbers, tensors and names are written."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minigrad_widgets.values import (
    columns,
    number_text,
    printable,
    shape_text,
    shorten,
    tensor_text,
    value_text,
)


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (2.0, "2."),
        (-0.0, "-0."),
        (1 / 3, "0.3333"),
        (2.00001, "2.0000"),
        (999.99999, "1000.0"),
        (12345.678, "12345.7"),
        (12345.0, "12345."),
        (1234567.0, "1.235e+06"),
        (1e-5, "1e-05"),
        (math.inf, "inf"),
        (math.nan, "nan"),
        (7, "7"),
        (True, "True"),
        (1 - 2j, "1.-2.j"),
        (1 + 2j, "1.+2.j"),
    ],
)
def test_numbers(number, written):
    assert number_text(number) == written


@given(st.floats(-1e300, 1e300))
def test_a_written_number_is_within_half_a_unit_of_its_fourth_digit(number):
    assert math.isclose(float(number_text(number)), number, rel_tol=5.01e-4, abs_tol=5e-324)


def test_only_whole_numbers_end_in_a_point():
    assert [number_text(n).endswith(".") for n in (3.0, 3.00001, 2999.99999, 999.9999)] == [
        True,
        False,
        False,
        False,
    ]


def test_tensors(lib):
    assert value_text(lib.tensor([[1.0, 2.0], [3.0, 4.5]])) == "[[1., 2.], [3., 4.5]]"
    assert value_text(lib.tensor([True, False])) == "[True, False]"
    assert value_text(lib.tensor(7)) == "7"
    assert value_text(lib.ones(7)) is None
    assert tensor_text(lib.ones(7)) == "float32 [7]"
    assert value_text(lib.ones(0)) == "[]"


def test_shapes():
    assert shape_text((2, 3), "float32") == "float32 [2, 3]"
    assert shape_text((), "int64") == "int64 scalar"
    assert shape_text(None, None) == ""


@pytest.mark.parametrize(
    ("text", "width"), [("abc", 3), ("学习", 4), ("e\u0301", 1), ("ｶﾞ", 2), ("", 0)]
)
def test_columns(text, width):
    assert columns(text) == width


@given(st.text(), st.integers(2, 30))
def test_a_shortened_text_fits_and_is_a_beginning(text, limit):
    short = shorten(text, limit)
    assert columns(short) <= limit
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


@given(st.text())
def test_a_printable_text_is_one_line_that_xml_can_hold(text):
    shown = printable(text)
    assert len(shown.splitlines()) <= 1
    assert shown.isprintable()
    shown.encode("utf-8")
