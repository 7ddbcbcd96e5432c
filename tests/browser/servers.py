"""What every server that a test starts needs: a home of its own, a free port, patience."""

from __future__ import annotations

import contextlib
import os
import random
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 180  # seconds; a busy machine starts a server or a kernel slowly


def environment(home: Path) -> dict[str, str]:
    """Return an environment in which no setting of this user is found."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    return kept | {"HOME": str(home), "IPYTHONDIR": str(home / ".ipython"), "PYTHONUNBUFFERED": "1"}


def free_port() -> int:
    """Return a free port, below those that a system gives to connections: none takes it before the server does."""
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")
