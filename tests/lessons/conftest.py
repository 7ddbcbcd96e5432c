"""Both libraries, as the lessons may import either; and the lessons themselves."""

import importlib
from pathlib import Path

import pytest

LESSONS = sorted((Path(__file__).parents[2] / "lessons").glob("*.ipynb"))


@pytest.fixture(params=["minigrad", "torch"])
def lib(request):
    """Each of the two libraries."""
    if request.param == "torch":
        return pytest.importorskip(
            "torch", reason="PyTorch is not installed: nothing to compare with"
        )
    return importlib.import_module(request.param)


@pytest.fixture(params=LESSONS, ids=lambda lesson: lesson.stem)
def lesson(request):
    """Each lesson, as a path."""
    return request.param
