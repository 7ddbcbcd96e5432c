"""`minigrad lab`: the learner's copy of the lessons, clear refusals, and the server it starts."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio.to_thread
import nbformat
import pytest

from minigrad_widgets import course, lab
from servers import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    """A kit with two lessons and a picture."""
    folder = tmp_path / "kit"
    folder.mkdir()
    (folder / "1-first.ipynb").write_text("one")
    (folder / "2-second.ipynb").write_text("two")
    (folder / "graph.png").write_bytes(b"picture")
    (folder / "notes.txt").write_text("not for learners")
    return folder


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return tmp_path / "some" / "where"


def visible(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in folder.iterdir() if file.is_file()}


# -- the copy of the lessons


def test_copies_the_lessons_and_their_pictures(kit: Path, mine: Path) -> None:
    done = course.deliver(kit, mine)
    assert done == (["1-first.ipynb", "2-second.ipynb", "graph.png"], [], {})
    assert visible(mine) == {
        "1-first.ipynb": "one",
        "2-second.ipynb": "two",
        "graph.png": "picture",
    }


def test_a_second_time_nothing_is_written(kit: Path, mine: Path) -> None:
    course.deliver(kit, mine)
    assert course.deliver(kit, mine) == ([], [], {})


def test_an_untouched_lesson_is_updated(kit: Path, mine: Path) -> None:
    course.deliver(kit, mine)
    (kit / "1-first.ipynb").write_text("one, corrected")
    assert course.deliver(kit, mine) == (["1-first.ipynb"], [], {})
    assert visible(mine)["1-first.ipynb"] == "one, corrected"


def test_a_changed_lesson_is_kept(kit: Path, mine: Path) -> None:
    course.deliver(kit, mine)
    (mine / "1-first.ipynb").write_text("my work")
    assert course.deliver(kit, mine) == ([], ["1-first.ipynb"], {})
    assert visible(mine)["1-first.ipynb"] == "my work"


def test_a_newer_lesson_is_put_beside_a_changed_one_once(kit: Path, mine: Path) -> None:
    course.deliver(kit, mine)
    (mine / "1-first.ipynb").write_text("my work")
    (kit / "1-first.ipynb").write_text("one, corrected")
    beside = course.deliver(kit, mine).beside["1-first.ipynb"]
    assert visible(mine)["1-first.ipynb"] == "my work"
    assert visible(mine)[beside] == "one, corrected"
    (mine / beside).write_text("my work on the new one")
    assert course.deliver(kit, mine) == ([], ["1-first.ipynb"], {})
    assert visible(mine)[beside] == "my work on the new one"


def test_a_deleted_lesson_comes_back(kit: Path, mine: Path) -> None:
    course.deliver(kit, mine)
    (mine / "1-first.ipynb").unlink()
    assert course.deliver(kit, mine).written == ["1-first.ipynb"]


def test_a_file_of_the_same_name_that_the_kit_did_not_write_is_kept(kit: Path, mine: Path) -> None:
    mine.mkdir(parents=True)
    (mine / "1-first.ipynb").write_text("mine from before")
    done = course.deliver(kit, mine)
    assert done.kept == ["1-first.ipynb"]
    assert visible(mine)["1-first.ipynb"] == "mine from before"
    assert visible(mine)[done.beside["1-first.ipynb"]] == "one"


@pytest.mark.parametrize("damage", ["", "{", "[1]", "null"])
def test_a_damaged_record_loses_no_work(kit: Path, mine: Path, damage: str) -> None:
    course.deliver(kit, mine)
    (mine / "1-first.ipynb").write_text("my work")
    (mine / course.STATE / "delivered.json").write_text(damage)
    (kit / "2-second.ipynb").write_text("two, corrected")
    assert course.deliver(kit, mine).kept == ["1-first.ipynb", "2-second.ipynb"]
    assert visible(mine)["1-first.ipynb"] == "my work"


def test_a_copy_that_fails_leaves_the_old_file(
    kit: Path, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.deliver(kit, mine)
    (kit / "1-first.ipynb").write_text("one, corrected")

    def full_disk(self: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    with pytest.raises(OSError, match="No space left"):
        course.deliver(kit, mine)
    assert visible(mine)["1-first.ipynb"] == "one"


# -- refusals: one line, no traceback


@pytest.fixture
def occupied() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert lab.main(arguments) == 1
    line = capsys.readouterr().err
    assert line.startswith("minigrad lab: ")
    assert line.count("\n") == 1
    return line


def test_a_taken_port(capsys: pytest.CaptureFixture[str], mine: Path, occupied: int) -> None:
    line = refusal(capsys, "--dir", str(mine), "--port", str(occupied))
    assert f"port {occupied} is not available (another program uses it)" in line


def test_without_a_wish_a_free_port_is_taken(
    monkeypatch: pytest.MonkeyPatch, occupied: int
) -> None:
    monkeypatch.setattr(lab, "FIRST_PORT", occupied)
    assert occupied < lab._port(None) < occupied + 100


def test_a_folder_that_is_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    assert f"{file} is a file, not a folder" in refusal(capsys, "--dir", str(file))


def test_a_folder_that_cannot_be_made(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    folder = file / "below"
    assert f"cannot write to {folder} (" in refusal(capsys, "--dir", str(folder))


def test_a_folder_without_permission(
    capsys: pytest.CaptureFixture[str], mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(self: Path, *arguments: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", denied)  # root may write everywhere, so it is played
    assert f"cannot write to {mine} (Permission denied)" in refusal(capsys, "--dir", str(mine))


@pytest.mark.parametrize("port", ["0", "65536", "-1", "eighty", "8888.5"])
def test_what_is_no_port(capsys: pytest.CaptureFixture[str], port: str) -> None:
    with pytest.raises(SystemExit) as end:
        lab.main([f"--port={port}"])
    assert end.value.code == 2
    assert f"{port!r} is not a port number" in capsys.readouterr().err


# -- the server


def test_a_request_under_way_does_not_hold_up_the_end() -> None:
    loop = asyncio.new_event_loop()

    async def request() -> None:
        await anyio.to_thread.run_sync(
            int
        )  # starts a worker, which waits for more until its task ends
        loop.stop()
        await asyncio.sleep(3600)

    task = loop.create_task(request())
    loop.run_forever()
    workers = [thread for thread in threading.enumerate() if "AnyIO" in thread.name]
    assert len(workers) == 1
    lab._end_tasks(loop)
    workers[0].join(PATIENCE)
    assert not workers[0].is_alive()
    assert task.cancelled()
    loop.close()


class Running:
    """A lab in a process of its own, as a learner starts it, on a machine without `dot`."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.home, self.folder, self.log = home, folder, home / "log"
        environment = {
            "HOME": str(home),
            "PATH": str(Path(sys.executable).parent),
            "JUPYTER_DATA_DIR": str(home / "data"),
            "JUPYTER_PREFER_ENV_PATH": "0",
            "PYTHONUNBUFFERED": "1",
        }
        if "SYSTEMROOT" in os.environ:  # Windows cannot open a socket without it
            environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "minigrad", "lab", "--no-browser", "--dir", str(folder)],
                env=environment,
                cwd=home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.url, self.token = self._address()

    def _address(self) -> tuple[str, str]:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            line = re.search(
                r"^JupyterLab: (http\S+)\?token=(\w+) ", self.log.read_text(), re.MULTILINE
            )
            if line:
                return line[1], line[2]
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def get(self, path: str, token: str | None = None) -> Any:
        root = re.sub(r"(?<=\d)/.*", "", self.url)
        header = {"Authorization": f"token {self.token if token is None else token}"}
        request = urllib.request.Request(f"{root}/api/{path}", headers=header)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("home")
    other = home / "data" / "kernels" / "python3"  # what another installation may have left
    other.mkdir(parents=True)
    spec = {"argv": ["another-python"], "display_name": "Another", "language": "python"}
    (other / "kernel.json").write_text(json.dumps(spec))
    lab = Running(home, home / "a folder")
    yield lab
    lab.process.kill()
    lab.process.wait()


def test_the_address_is_on_loopback_and_needs_the_token(running: Running) -> None:
    assert running.url.startswith("http://127.0.0.1:")
    assert "started" in running.get("status")
    with pytest.raises(urllib.error.HTTPError) as refused:
        running.get("status", token="wrong")
    refused.value.close()
    assert refused.value.code == 403


def test_the_address_is_the_first_lesson(running: Running) -> None:
    first = min(file.name for file in course.kit_lessons().glob("*.ipynb"))
    assert running.url.endswith(f"/lab/tree/{first}")


def test_all_lessons_are_there_and_trusted(running: Running) -> None:
    files = course.lesson_files(course.kit_lessons())
    there = {item["name"] for item in running.get("contents")["content"]}
    assert there == {file.name for file in files}
    for file in files:
        if file.suffix == ".ipynb":
            cells = running.get(f"contents/{file.name}")["content"]["cells"]
            code = [cell for cell in cells if cell["cell_type"] == "code"]
            assert code
            assert all(cell["metadata"].get("trusted") for cell in code), file.name


def test_the_one_kernel_is_this_python(running: Running) -> None:
    specs = running.get("kernelspecs")
    assert list(specs["kernelspecs"]) == [specs["default"]]
    assert specs["kernelspecs"][specs["default"]]["spec"]["argv"][0] == sys.executable


def test_ctrl_c_ends_it_and_nothing_of_the_learner_is_lost(running: Running) -> None:
    """The last test of this server."""
    first = min(running.folder.glob("*.ipynb"))
    notebook = nbformat.read(first, as_version=4)
    notebook.cells.append(nbformat.v4.new_markdown_cell("my work", id="mine"))
    nbformat.write(notebook, first)
    running.get(f"contents/{first.name}")
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(PATIENCE) == 0
    log = running.log.read_text()
    assert "Traceback" not in log
    assert log.rstrip().endswith(str(running.folder))
    again = Running(running.home, running.folder)
    again.process.send_signal(signal.SIGINT)
    assert again.process.wait(PATIENCE) == 0
    assert nbformat.read(first, as_version=4) == notebook
