"""Dtypes: their names, how they combine."""

from __future__ import annotations

import copy
import pickle
import sys
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minigrad import dtypes

NAMES = ["float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool"]
ALIASES = ["double", "float", "half", "long", "int", "short"]
FLOATS = NAMES[:3]


@pytest.fixture(autouse=True)
def _default_dtype() -> Iterator[None]:
    yield
    dtypes.set_default_dtype(dtypes.float32)
    if torch := sys.modules.get("torch"):
        torch.set_default_dtype(torch.float32)


def outcome(call: Any, *arguments: Any) -> tuple[str, str]:
    """Return what a call gives: its value's or its error's type and text."""
    try:
        value = call(*arguments)
    except Exception as error:  # noqa: BLE001 - whatever it is, both must raise it
        return type(error).__name__, str(error)
    return type(value).__name__, repr(value)


@pytest.mark.parametrize("name", NAMES)
def test_is_itself_after_a_copy(name: str) -> None:
    one = getattr(dtypes, name)
    assert repr(one) == f"torch.{name}"
    assert pickle.loads(pickle.dumps(one)) is one
    assert copy.copy(one) is one
    assert copy.deepcopy([one])[0] is one
    assert dtypes.from_numpy(np.dtype(name)) is one
    assert one.numpy == np.dtype(name)


@pytest.mark.parametrize("bad", ["U3", "c8", "u2", ">f4", "O"])
def test_from_numpy_refuses(bad: str) -> None:
    with pytest.raises(TypeError, match=r"^can't convert np\.ndarray of type numpy\."):
        dtypes.from_numpy(np.dtype(bad))


def test_attributes(torch: Any) -> None:
    for name in NAMES:
        one, other = getattr(dtypes, name), getattr(torch, name)
        assert repr(one) == repr(other)
        for attribute in ("itemsize", "is_floating_point", "is_complex", "is_signed"):
            assert getattr(one, attribute) == getattr(other, attribute)
        assert one.tensor_type == torch.zeros(0, dtype=other).type()
    for alias in ALIASES:
        assert repr(getattr(dtypes, alias)) == repr(getattr(torch, alias))


def test_pairs_combine(torch: Any) -> None:
    for a, b in product(NAMES, repeat=2):
        mine, other = ((getattr(each, a), getattr(each, b)) for each in (dtypes, torch))
        assert repr(dtypes.promote_types(*mine)) == repr(torch.promote_types(*other))


@given(
    default=st.sampled_from(FLOATS),
    first=st.tuples(st.sampled_from(NAMES), st.booleans()),
    second=st.one_of(
        st.tuples(st.sampled_from(NAMES), st.booleans()), st.sampled_from([True, 2, 2.5])
    ),
)
def test_result_type_of_two(torch: Any, default: str, first: tuple[str, bool], second: Any) -> None:
    dtypes.set_default_dtype(getattr(dtypes, default))
    torch.set_default_dtype(getattr(torch, default))
    mine: list[Any] = []
    theirs: list[Any] = []
    for operand in (first, second):
        if isinstance(operand, tuple):
            name, is_zero_dim = operand
            mine.append((np.dtype(name), "zero" if is_zero_dim else "dim"))
            shape = () if is_zero_dim else (2,)
            theirs.append(torch.ones(shape, dtype=getattr(torch, name)))
        else:
            mine.append((dtypes.number_dtype(operand), "number"))
            theirs.append(operand)
    expected = (theirs[0] + theirs[1]).dtype
    assert repr(dtypes.from_numpy(dtypes.result_type(*mine))) == repr(expected)


def test_result_type_of_three() -> None:
    int8, int64, half = np.dtype("i1"), np.dtype("i8"), np.dtype("f2")
    assert dtypes.result_type((int8, "dim"), (int64, "zero"), (int64, "number")) == int8
    assert dtypes.result_type((int8, "dim"), (half, "zero"), (np.dtype("f8"), "number")) == half
    assert dtypes.result_type((int8, "dim"), (np.dtype("f8"), "number")) == np.dtype("f4")


@pytest.mark.parametrize("name", ["int64", "bool", "float64"])
def test_default_dtype(torch: Any, name: str) -> None:
    mine, theirs = getattr(dtypes, name), getattr(torch, name)
    assert outcome(dtypes.set_default_dtype, mine) == outcome(torch.set_default_dtype, theirs)
    assert repr(dtypes.get_default_dtype()) == repr(torch.get_default_dtype())
