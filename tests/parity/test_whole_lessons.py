"""Whole lessons, written as public ones are: with one changed import they print the same text."""

from __future__ import annotations

import contextlib
import difflib
import importlib
import io
import re
import traceback
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from recall import recall
from rounding import otherwise

import minigrad

LESSONS = Path(__file__).parent / "whole_lessons"
NAMES = sorted(path.stem for path in LESSONS.glob("*.py"))


def printed(source: str, library: str) -> str:
    """What the lesson prints; an exception, as Python shows it, is part of the text."""
    source = re.sub(r"^import torch$", f"import {library} as torch", source, flags=re.MULTILINE)
    source = re.sub(r"^(import|from) torch\b(?! as)", rf"\1 {library}", source, flags=re.MULTILINE)
    torch = importlib.import_module(library)
    getattr(torch, "set_num_threads", int)(1)
    text = io.StringIO()
    with contextlib.redirect_stdout(text), warnings.catch_warnings(), np.printoptions():
        warnings.simplefilter("ignore")
        try:
            exec(compile(source, "<lesson>", "exec"), {"__name__": "__main__"})
        except Exception:  # noqa: BLE001 - it is compared like the rest
            text.write(traceback.format_exc(limit=-1))
        finally:
            torch.set_printoptions(profile="default")
            torch.set_default_dtype(torch.float32)
    return text.getvalue()


@pytest.mark.parametrize("name", NAMES)
def test_prints_what_pytorch_prints(name: str) -> None:
    source = (LESSONS / f"{name}.py").read_text(encoding="utf-8")
    ours = printed(source, "minigrad")
    theirs = recall(source, lambda: {"printed": printed(source, "torch")})["printed"]
    lines = difflib.unified_diff(theirs.splitlines(), ours.splitlines(), "PyTorch", "minigrad", n=0)
    assert ours == theirs, "\n".join(lines)
    assert "Traceback" not in theirs


@pytest.mark.exhaustive  # of the lessons and PyTorch alone: run it when a lesson changes
@pytest.mark.parametrize("name", NAMES)
def test_no_printed_digit_depends_on_the_machine(torch: Any, name: str) -> None:
    """A lesson shows what is computed, not how a processor rounds the sum of many products."""
    source = (LESSONS / f"{name}.py").read_text(encoding="utf-8")
    with otherwise(torch, seed=1, most=2):
        again = printed(source, "torch")
    assert again == printed(source, "torch")


def test_the_import_is_what_is_changed() -> None:
    source = """
import torch
import torch.nn as nn
from torch.nn import functional as F
print(torch.__version__, nn.__name__, F.__name__)
raise ValueError("import torch")
"""
    names = f"{minigrad.__version__} minigrad.nn minigrad.nn.functional"
    text = printed(source, "minigrad")
    assert text.startswith(names)
    assert text.endswith("ValueError: import torch\n")
