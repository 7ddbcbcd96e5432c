"""One self-contained ES module, as anywidget and a saved page need it, out of those in static/.

Each file imports from those before it, so that ``node --test`` and an editor can read it by itself.
Here the files are put one after the other, without the lines that import: then all their names are
in one module.
"""

from __future__ import annotations

import re
from pathlib import Path

STATIC = Path(__file__).parent / "static"
_IMPORT = re.compile(r"^import .*\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def one_module(*names: str) -> str:
    """Join modules of static/, each after those that it imports from; the last one exports."""
    sources = [(STATIC / name).read_text("utf-8") for name in names]
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", source)) for source in sources)
