"""What a learner types: read as arithmetic, never run as Python."""

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigrad
from minigrad_widgets.expression import LONGEST, UnreadableError, read

X = minigrad.tensor([0.0, 1.0, 2.0])
NAMES = {"x": X, "net.w[0]": 3.0, "net.w": np.ones((2, 3)), "g": 2.0, "权重": 5.0}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2", 2), ("-1/3", -1 / 3), ("½", 0.5), ("０．５", 0.5), ("1e-3", 1e-3), (".5", 0.5),
        ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]), ("[]", []), ("[1, 1/2]", [1, 0.5]),
        ("2*x", [0, 2, 4]), ("2·x", [0, 2, 4]), ("x − 1", [-1, 0, 1]), ("x ÷ 2", [0, 0.5, 1]),
        ("-x**2", [0, -1, -4]), ("2**-1", 0.5), ("2^3^2", 512), ("2 - 3 - 4", -5), ("8/4/2", 1),
        ("1 + 2*3", 7), ("(1 + 2)*3", 9), ("x @ x", 5), ("net.w @ x", [3, 3]), ("net.w.T", np.ones((3, 2))),
        ("x[1]", 1), ("x[-1]", 2), ("net.w[0] * 2", 6), ("net.w[1, 0]", 1), ("x.sum()", 3), ("sum(x)", 3),
        ("relu(-x)", [0, 0, 0]), ("exp(0)", 1), ("g * 权重", 10), ("1 / 0", np.inf), ("inf", np.inf),
    ],
)  # fmt: skip
def test_the_value(text, value):
    reading = read(text, NAMES)
    np.testing.assert_allclose(reading.value, value)
    assert reading.value.shape == reading.slack.shape == np.shape(value)


def test_none_is_an_answer():
    assert read(" None ", NAMES) is None


@pytest.mark.parametrize(
    ("text", "key", "about"),
    [
        ("", "empty", ""), ("  ", "empty", ""), ("1 +", "unfinished", ""), ("foo", "unknown", "foo"),
        ("[1, 2", "expected", "]"), ("[1 2]", "expected", ","), ("(1", "expected", ")"), ("[[1], 2]", "ragged", ""), ("2 3", "rest", "3"),
        ("x[7]", "index", "7"), ("x[a]", "index", "a"), ("x + [1, 2]", "shapes", "[3] + [2]"),
        ("net.w @ net.w", "shapes", "[2, 3] @ [2, 3]"), ("x.grad", "strange", ".grad"), ("$", "strange", "$"),
        ("__import__('os')", "unknown", "__import__"), ("1: 2", "strange", ":"),
        ("x.__class__", "strange", ".__class__"), ("(" * 60, "too_deep", ""), ("1" * (LONGEST + 1), "too_long", ""),
        ("open('f')", "unknown", "open"), ("sum", "expected", "("), ("net.weight", "unknown", "net"),
    ],
)  # fmt: skip
def test_what_cannot_be_read(text, key, about):
    with pytest.raises(UnreadableError) as caught:
        read(text, NAMES)
    assert (caught.value.key, caught.value.about) == (key, about)


def test_a_result_that_is_too_large_is_refused():
    with pytest.raises(UnreadableError, match="too_large"):
        read("a * b", {"a": np.ones((2000, 1)), "b": np.ones((1, 2000))})


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(UnreadableError):
        read(text, NAMES)


def test_few_digits_leave_room():
    assert read("0.33", {}).slack == pytest.approx(0.005)
    assert read("1.5e2", {}).slack == pytest.approx(5.0)
    for exact in ("3", "0.5", "1/3", "2*x"):
        assert not read(exact, NAMES).slack.any()
