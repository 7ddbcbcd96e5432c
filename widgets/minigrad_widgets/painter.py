"""pygraphviz's Graphviz in a process of its own, kept for the next graph.

To start that process takes fifty times as long as to draw a graph of a lesson. One that has failed
or was stopped is not used again: the next graph has a new one.

`draw` is for the kernel; the process runs this file too, and there `serve`. A request is a line of
JSON, then the graph; the answer is a line of JSON, then the picture and what was said.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from pathlib import Path
from typing import IO, Any, cast

# --- what the process does


def serve() -> None:
    """Draw what comes in, until nothing comes any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt of the kernel is not meant for this
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    with tempfile.TemporaryFile() as said:
        for stream in (1, 2):  # Graphviz itself writes there
            os.dup2(said.fileno(), stream)
        while line := requests.readline():
            format, engine, size = json.loads(line)
            said.seek(0)
            said.truncate()
            picture = _picture(requests.read(size).decode(), format, engine)
            said.seek(0)
            words = said.read()
            sizes = json.dumps([len(picture), len(words)]).encode()
            answers.write(sizes + b"\n" + picture + words)
            answers.flush()


def _picture(source: str, format: str, engine: str) -> bytes:
    """The picture; empty if there is none, and then the error is printed."""
    try:
        pygraphviz: Any = importlib.import_module("pygraphviz")
        graph = pygraphviz.AGraph(string=source)
        picture = graph.draw(format=format, prog=engine)
        graph.close()
    except Exception:  # noqa: BLE001 - whatever it is, it is told
        traceback.print_exc()
        sys.stderr.flush()
        return b""
    return picture


# --- who asks it


class Painter:
    """The process, seen from the kernel."""

    def __init__(self) -> None:
        # -P: a file of the learner called random.py must not stand in for Python's own.
        self.process = subprocess.Popen(  # noqa: S603 (no shell; the graph goes in as data)
            [sys.executable, "-P", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parent,  # not the learner's folder, which could not be deleted then
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # of Windows
        )
        self.is_late = False

    def draw(self, source: bytes, format: str, engine: str, seconds: float) -> tuple[bytes, bytes]:
        """The picture and what was said.

        Raises
        ------
        TimeoutExpired
            If it takes longer than `seconds`.
        EOFError
            If the process has ended.
        """
        timer = threading.Timer(seconds, self._stop)
        timer.start()
        try:
            return self._ask(json.dumps([format, engine, len(source)]).encode() + b"\n" + source)
        except (OSError, EOFError) as error:
            if self.is_late:
                raise subprocess.TimeoutExpired(self.process.args, seconds) from error
            raise EOFError from error
        finally:
            timer.cancel()

    def _ask(self, request: bytes) -> tuple[bytes, bytes]:
        requests = cast("IO[bytes]", self.process.stdin)
        answers = cast("IO[bytes]", self.process.stdout)
        requests.write(request)
        requests.flush()
        sizes = answers.readline()
        if not sizes:
            raise EOFError
        wanted = json.loads(sizes)
        picture, said = [answers.read(size) for size in wanted]
        if [len(picture), len(said)] != wanted:  # it was stopped while it answered
            raise EOFError
        return picture, said

    def _stop(self) -> None:
        self.is_late = True
        self.process.kill()

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.communicate()


_idle: dict[int, list[Painter]] = {}
"""Who waits for the next graph, by the process that may ask: one that was forked may not."""


def draw(source: bytes, format: str, engine: str, seconds: float) -> tuple[bytes, bytes]:
    """The picture, empty if there is none, and what Graphviz said.

    Raises
    ------
    TimeoutExpired
        If it takes longer than `seconds`.
    OSError
        If the process cannot be started.
    """
    idle = _idle.setdefault(os.getpid(), [])
    try:
        painter, is_new = idle.pop(), False
    except IndexError:  # two threads have two
        painter, is_new = Painter(), True
    picture = b""
    try:
        picture, said = painter.draw(source, format, engine, seconds)
    except EOFError:  # it ended over this graph, or while it waited
        return (b"", b"") if is_new else draw(source, format, engine, seconds)
    finally:
        if picture:
            idle.append(painter)
        else:
            painter.close()
    return picture, said


@atexit.register
def close_all() -> None:
    """End the processes that wait."""
    for painter in _idle.pop(os.getpid(), []):
        painter.close()


if __name__ == "__main__":
    serve()
