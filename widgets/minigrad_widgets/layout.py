"""DOT to SVG, PNG or PDF: the one module that talks to a layout engine.

The engine is ``dot`` on the PATH, or the Graphviz that the ``pygraphviz`` wheel carries. Either
runs in a process of its own: it can be stopped when it takes too long, its warnings stay out of the
notebook, and Graphviz, which is not safe in threads, cannot meet itself.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from typing import TYPE_CHECKING

from . import painter
from .words import word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECONDS = 20.0  # more than any readable picture needs


class LayoutError(RuntimeError):
    """No layout engine is installed, or the one there is failed."""


class TooSlowError(LayoutError):
    """The engine did not finish in time."""


def render(
    dot_source: str, format: str = "svg", engine: str = "dot", seconds: float | None = None
) -> bytes:
    """Lay a graph out and draw it.

    Parameters
    ----------
    dot_source : str
        The graph in DOT.
    format : str
        "svg", "png", "pdf", or another that the engine knows.
    engine : str
        The kind of layout: "dot", "neato" …; "nop2" leaves the nodes where their ``pos`` says.
    seconds : float, optional
        How long it may take. Default: ``SECONDS``.

    Returns
    -------
    bytes

    Raises
    ------
    LayoutError
        If there is no engine, if it cannot write the format, or if it takes longer than
        ``seconds`` (then a TooSlowError).
    """
    seconds = SECONDS if seconds is None else seconds
    failures: list[str] = []
    for name, draw in _engines(engine):
        try:
            picture, said = draw(dot_source.encode(), format, engine, seconds)
        except subprocess.TimeoutExpired as error:
            late = word("layout", "too_slow", engine=name, seconds=f"{seconds:g}")
            raise TooSlowError(late) from error
        except OSError as error:
            failures.append(word("layout", "no_start", engine=name, why=error.strerror))
            continue
        if picture:
            return picture
        why = _reason(said)
        failures.append(word("layout", "no_drawing", engine=name, format=format, why=why))
    raise LayoutError("; ".join(failures) if failures else word("layout", "no_engine"))


def _engines(engine: str) -> Iterator[tuple[str, Callable[..., tuple[bytes, bytes]]]]:
    """Yield what can draw on this machine, best first: a name for messages, and how it draws."""
    if _program(engine) is not None:
        yield word("layout", "on_path", engine=engine), _by_program
    if importlib.util.find_spec("pygraphviz") is not None:
        yield "pygraphviz", painter.draw


def _program(engine: str) -> str | None:
    """Where the program is; "nop2" is none of its own."""
    return shutil.which("dot" if engine == "nop2" else engine)


def _by_program(source: bytes, format: str, engine: str, seconds: float) -> tuple[bytes, bytes]:
    """The picture that the program on the PATH draws, empty if it fails, and what it says."""
    options = ["-Knop2"] if engine == "nop2" else []
    done = subprocess.run(  # noqa: S603 (no shell; the graph goes in as data)
        [_program(engine) or engine, f"-T{format}", *options],
        input=source,
        capture_output=True,
        timeout=seconds,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # of Windows
        check=False,
    )
    return b"" if done.returncode else done.stdout, done.stderr


def _reason(stderr: bytes) -> str:
    """Return the line of the engine's complaint that says most."""
    lines = [line.strip() for line in stderr.decode(errors="replace").splitlines() if line.strip()]
    last = lines[-1] if lines else word("layout", "silent")
    return next((line for line in lines if line.startswith("Error")), last)
