"""The learner's copy of the lessons: made once, updated later, never overwritten where they worked.

The working folder holds a record of what the kit delivered (a SHA-256 per file). A file that still
has the delivered content is the kit's to update; any other is the learner's, and stays as it is.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

PATTERNS = ("*.ipynb", "*.png", "*.svg")
STATE = ".minigrad"  # hidden, so that JupyterLab's file browser does not show it


class Delivery(NamedTuple):
    """What `deliver` did, as file names."""

    written: list[str]
    kept: list[str]
    beside: dict[str, str]  # the learner's file -> the newer version put next to it


def kit_lessons() -> Path:
    """Return the folder of the lessons: in the installed package, or in the clone it came from."""
    package = Path(__file__).resolve().parent
    installed = package / "lessons"
    return installed if installed.is_dir() else package.parents[1] / "lessons"


def lesson_files(folder: Path) -> list[Path]:
    """Return the lessons in `folder` and the pictures they use, in order of name."""
    return sorted(path for pattern in PATTERNS for path in folder.glob(pattern))


def deliver(source: Path, target: Path) -> Delivery:
    """Copy the lessons of `source` into `target`, and leave alone what the learner changed.

    Where the learner changed a lesson and the kit has a newer one, that is put beside it, once.

    Parameters
    ----------
    source, target : Path
        The kit's lessons; the learner's folder, which is created if it is missing.

    Returns
    -------
    Delivery
        The files written, the files kept, and the new versions put beside kept files.

    Raises
    ------
    OSError
        If `target` cannot be created or written.
    """
    target.mkdir(parents=True, exist_ok=True)
    record = _read_record(target)
    done = Delivery([], [], {})
    for lesson in lesson_files(source):
        name, content = lesson.name, lesson.read_bytes()
        mine, delivered, kits = _hash(target / name), record.get(name), _digest(content)
        if mine is None or (mine == delivered and mine != kits):
            _write(target / name, content)
            done.written.append(name)
        elif mine != kits:
            done.kept.append(name)
            if delivered != kits:
                beside = f"{lesson.stem}.new-{kits[:8]}{lesson.suffix}"
                _write(target / beside, content)
                done.beside[name] = beside
        record[name] = kits
    _write(target / STATE / "delivered.json", json.dumps(record, indent=1).encode())
    return done


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _hash(path: Path) -> str | None:
    return _digest(path.read_bytes()) if path.exists() else None


def _read_record(target: Path) -> dict[str, str]:
    """Return the record; a missing or damaged one is empty: every file then counts as changed."""
    try:
        return dict(json.loads((target / STATE / "delivered.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _write(path: Path, content: bytes) -> None:
    """Write in one step, so that a full disk or a crash leaves the old file, not half a new one."""
    path.parent.mkdir(exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    draft.write_bytes(content)
    draft.replace(path)
