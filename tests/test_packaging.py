"""What is installed: every package and file a learner needs; what the core must not import."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PLACES = {
    name: ROOT / place for name, place in PROJECT["tool"]["setuptools"]["package-dir"].items()
}


def python(code: str, **environment: str) -> str:
    with tempfile.TemporaryDirectory() as empty:  # what lies beside it could be imported
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=empty,
            env=os.environ | environment,
        )
    return done.stdout.strip()


def packages(name: str) -> set[str]:
    place = PLACES[name]
    files = place.rglob("__init__.py")
    return {".".join([name, *file.parent.relative_to(place).parts]) for file in files}


def files_under(name: str, suffixes: set[str]) -> set[str]:
    """Return the files of a package as a wheel names them."""
    place, start = PLACES[name], name.replace(".", "/")
    found = (file for file in place.rglob("*") if file.suffix in suffixes)
    return {
        f"{start}/{file.relative_to(place).as_posix()}"
        for file in found
        if not any(part.startswith(".") for part in file.relative_to(place).parts)
    }


def test_every_package_is_listed() -> None:
    there = packages("minigrad") | packages("minigrad_widgets") | {"minigrad_widgets.lessons"}
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == there


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked; built from a copy, because a build leaves files in the tree."""
    folder = tmp_path_factory.mktemp("wheel")
    for part in ("minigrad", "widgets", "lessons"):
        shutil.copytree(ROOT / part, folder / "tree" / part)
    for part in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / part, folder / "tree" / part)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q"]
    subprocess.run([*command, "-w", folder, folder / "tree"], check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def test_the_wheel_carries_code_scripts_styles_settings_and_lessons(wheel: Path) -> None:
    there = {file.relative_to(wheel).as_posix() for file in wheel.rglob("*") if file.is_file()}
    wanted = files_under("minigrad", {".py", ".pyi", ".typed", ".txt", ".toml"})
    wanted |= files_under("minigrad_widgets", {".py", ".typed", ".js", ".css", ".json", ".toml"})
    wanted |= files_under("minigrad_widgets.lessons", {".ipynb", ".png", ".svg"})
    assert wanted
    assert {file for file in there if ".dist-info/" not in file} == wanted


def test_the_launcher_of_the_wheel_finds_the_lessons(wheel: Path) -> None:
    code = "from minigrad_widgets import course; print(course.kit_lessons())"
    assert Path(python(code, PYTHONPATH=str(wheel))) == wheel / "minigrad_widgets" / "lessons"


def test_the_editable_install_shows_no_other_folder() -> None:
    code = (
        "import importlib.util as u; print([n for n in ('lessons', 'widgets') if u.find_spec(n)])"
    )
    assert python(code) == "[]"


LOADED = """
import sys, numpy.random
before = {name.partition('.')[0] for name in sys.modules}
import minigrad, minigrad.nn, minigrad.optim, minigrad.autograd
after = {name.partition('.')[0] for name in sys.modules} - before
print(*sorted(after - sys.stdlib_module_names))
"""


def test_the_core_imports_numpy_alone() -> None:
    assert python(LOADED).split() == ["minigrad"]


WITHOUT_TORCH = """
import importlib, pkgutil, sys
import minigrad_widgets
for module in pkgutil.walk_packages(minigrad_widgets.__path__, "minigrad_widgets."):
    importlib.import_module(module.name)
print("torch" in sys.modules)
"""


def test_the_widgets_never_import_pytorch() -> None:
    assert python(WITHOUT_TORCH) == "False"
