"""The table of messages: what the code raises is there, and nothing else is."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest

import minigrad
from minigrad import errors

PACKAGE = Path(minigrad.__file__).parent
NOT_MESSAGES = {"forms", "options"}


def used() -> set[str]:
    """The names of messages in the source: ``errors.name``, ``check(…, "name")``, and texts."""
    source = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    names = set(re.findall(r"\berrors\.(\w+)", source))
    ends = tuple(
        re.findall(r'f"\{\w+\}(_\w+)"', source)
    )  # "{name}_is_missing" means one of several
    names |= {name for name in errors.table() if name.endswith(ends)}
    return names | set(re.findall(r'"(\w+)"', source)) | set(re.findall(r"WHY_\w+", source))


def test_every_message_is_used() -> None:
    table = errors.table()
    why = {name for name in table if name.startswith("WHY_")}
    assert set(table) - used() - NOT_MESSAGES - why == set()


def test_every_error_that_is_raised_is_in_the_table() -> None:
    source = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    raised = set(re.findall(r"raise errors\.(\w+)", source))
    assert [name for name in raised if not hasattr(errors, name)] == []


def test_values_are_written_as_pytorch_writes_them() -> None:
    assert str(errors.mm_sizes(2, 3, 4, 5)) == (
        "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"
    )
    two = minigrad.ones(2)
    assert str(errors.hook_type("twice", two, two.long())) == (
        "hook 'twice' has changed the type of value (was torch.FloatTensor got torch.LongTensor)"
    )
    assert str(errors.masked_fill_value(two)) == (
        "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with 1 dimension(s)."
    )
    assert isinstance(errors.embedding_range(), IndexError)


def test_some_warnings_are_given_once_in_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors.Once, "given", set())
    loss = minigrad.ones(1, requires_grad=True) * 2

    def said() -> list[str]:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            float(loss)
            loss.grad  # noqa: B018 - this one is given every time
        return [str(warning.message).split()[0] for warning in caught]

    minigrad.set_warn_always(False)
    assert not minigrad.is_warn_always_enabled()
    assert [said(), said()] == [["Converting", "The"], ["The"]]
    minigrad.set_warn_always(True)
    assert [said(), said()] == [["Converting", "The"]] * 2
