"""`minigrad lab`: copy the lessons into a working folder and open JupyterLab on the first."""

from __future__ import annotations

import argparse
import asyncio
import errno
import logging
import secrets
import signal
import socket
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import nbformat
import zmq
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from jupyterlab.labapp import LabApp
from nbformat.sign import NotebookNotary
from traitlets import default
from traitlets.config import Config

from minigrad_widgets import course

if TYPE_CHECKING:
    from collections.abc import Sequence

LOOPBACK = "127.0.0.1"
FIRST_PORT = 8888  # JupyterLab's own; the next free one is used when nobody asked for a port
SETTINGS = Path(__file__).resolve().parent / "settings"


class LabError(Exception):
    """A reason why the lab cannot start, in one line for the learner."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `minigrad lab` until Ctrl-C; return the exit code."""
    parser, options = _parse(argv)
    try:
        folder = _prepare(options.dir.expanduser().absolute())
        port = _port(options.port)
        return _serve(folder, port, browser=not options.no_browser, extra=options.jupyter)
    except LabError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 1


def _parse(argv: Sequence[str] | None) -> tuple[argparse.ArgumentParser, argparse.Namespace]:
    parser = argparse.ArgumentParser(
        prog="minigrad lab",
        description="Copy the lessons into a folder (never over your changes) and open JupyterLab.",
        epilog="Arguments after -- go to JupyterLab as they are.",
    )
    parser.add_argument(
        "--dir",
        type=Path,
        default=Path("~/minigrad-lessons"),
        help="the working folder (default: %(default)s)",
    )
    parser.add_argument(
        "--port",
        type=_port_number,
        help=f"the port on {LOOPBACK} (default: the first free one from {FIRST_PORT})",
    )
    parser.add_argument("--no-browser", action="store_true", help="print the address only")
    parser.add_argument("jupyter", nargs="*", help=argparse.SUPPRESS)
    return parser, parser.parse_args(argv)


def _port_number(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) < 2**16):
        message = f"{text!r} is not a port number (1 to 65535)"
        raise argparse.ArgumentTypeError(message)
    return int(text)


# -- the folder


def _prepare(folder: Path) -> Path:
    """Bring the lessons into `folder` and tell what was done."""
    if folder.exists() and not folder.is_dir():
        raise LabError(f"{folder} is a file, not a folder; give a folder with --dir")
    try:
        done = course.deliver(course.kit_lessons(), folder)
    except OSError as error:
        reason = error.strerror or error
        raise LabError(f"cannot write to {folder} ({reason}); give a folder with --dir") from error
    _trust(folder, [*done.written, *done.beside.values()])
    print(
        f"Lessons: {folder} ({len(done.written)} copied, {len(done.kept)} kept as you changed them)"
    )
    for name, beside in done.beside.items():
        print(f"  {name}: yours is kept; the kit's new version is {beside}")
    return folder


def _trust(folder: Path, names: Sequence[str]) -> None:
    """Sign what the kit wrote, as `jupyter trust` does: only then are stored SVG outputs shown."""
    notary = NotebookNotary()
    with closing(notary.store):
        for name in names:
            if name.endswith(".ipynb"):
                notary.sign(nbformat.read(folder / name, as_version=4))


# -- the port


def _port(wanted: int | None) -> int:
    """Return a port that is free: the wanted one or none; otherwise the first from 8888."""
    if wanted is not None:
        if reason := _occupied(wanted):
            raise LabError(f"port {wanted} is not available ({reason}); choose another with --port")
        return wanted
    last = FIRST_PORT + 99
    for port in range(FIRST_PORT, last + 1):
        if not _occupied(port):
            return port
    raise LabError(f"no free port from {FIRST_PORT} to {last}; choose another with --port")


def _occupied(port: int) -> str:
    """Return why `port` cannot be listened on, or an empty text."""
    with socket.socket() as probe:
        if sys.platform != "win32":  # there the option would allow to share a port in use
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            return "another program uses it" if taken else error.strerror or str(error)
    return ""


# -- the server


class ThisPython(KernelSpecManager):
    """Offers one kernel: the Python that runs this.

    A "python3" that another installation registered for the user would otherwise be taken instead.
    """

    @default("kernel_dirs")
    def _search_nowhere(self) -> list[str]:
        return []


def _serve(folder: Path, port: int, *, browser: bool, extra: Sequence[str]) -> int:
    """Run JupyterLab in this process, so that Ctrl-C reaches it and the kernels end with it."""
    token = secrets.token_hex(24)
    start = _start_page(folder)
    config = _configuration(folder, port, token, start, browser=browser)
    server: Any = LabApp.initialize_server(argv=list(extra), config=config)
    url = f"{server.connection_url.rstrip('/')}{start}?token={token}"
    # Queued behind the server's own start, so the line appears when the address answers.
    server.io_loop.add_callback(lambda: print(f"JupyterLab: {url}  (Ctrl-C ends it)", flush=True))
    _end_on_signal(server)
    server.start()
    _end_tasks(server.io_loop.asyncio_loop)
    print(f"JupyterLab has ended. Your work is in {folder}")
    return 0


def _end_on_signal(server: Any) -> None:
    """Let one Ctrl-C end the server and its kernels; a second one kills.

    Python's own KeyboardInterrupt would come out of whatever request is being answered, and the
    server's handler asks whether it is meant.
    """

    def end(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        logging.disable()  # of requests that are cut off now, nobody wants to read
        server.stop(from_signal=True)

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)


def _end_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what still runs on the loop, as `asyncio.run` does and the server does not.

    A request that was being answered has a worker thread, which ends with its task; without this
    the process would wait for that thread for ever.
    """
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))


def _start_page(folder: Path) -> str:
    lessons = [file.name for file in course.lesson_files(course.kit_lessons())]
    first = next((name for name in lessons if name.endswith(".ipynb")), None)
    return f"/lab/tree/{quote(first)}" if first and (folder / first).exists() else "/lab"


def _configuration(folder: Path, port: int, token: str, start: str, *, browser: bool) -> Config:
    """Return JupyterLab's configuration, which goes before what the learner has in ~/.jupyter."""
    config = Config()
    config.ServerApp.ip = LOOPBACK
    config.ServerApp.port = port
    config.ServerApp.port_retries = 0
    config.ServerApp.allow_root = True  # in a container there is often no other user
    config.ServerApp.open_browser = browser
    config.ServerApp.root_dir = str(folder)
    config.ServerApp.kernel_spec_manager_class = ThisPython
    config.Application.log_level = "ERROR"
    if KernelManager.class_traits().get("transport_encryption") and zmq.has("curve"):
        config.KernelManager.transport_encryption = "auto"  # else each kernel prints a warning
    config.IdentityProvider.token = token
    config.LabApp.default_url = start
    config.LabApp.app_settings_dir = str(SETTINGS)
    config.LabApp.workspaces_dir = str(folder / course.STATE / "workspaces")
    config.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
    config.LabApp.news_url = None
    return config
