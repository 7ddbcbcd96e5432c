"""One self-contained ES module and one style sheet, as anywidget and a saved page need them.

Each module of static/ imports from those before it, so that ``node --test`` and an editor can read
it by itself. Here the files are put one after the other, without the lines that import: then all
their names are in one module.
"""

from __future__ import annotations

import re
from pathlib import Path

from .palette import dark_properties

STATIC = Path(__file__).parent / "static"
_IMPORT = re.compile(r"^import .*\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)

# For whatever may have the focus in an output of HTML, as `ownKeys` in dom.js is for widgets: keys
# that are pressed there are no shortcuts of the notebook.
OWN_KEYS = 'data-lm-suppress-shortcuts="true"'


def one_module(*names: str) -> str:
    """Join modules of static/, each after those that it imports from; the last one exports."""
    sources = [(STATIC / name).read_text("utf-8") for name in names]
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", source)) for source in sources)


# Where a page is dark: JupyterLab and Notebook say so themselves, then VS Code (whose high contrast
# is dark, too) and Colab, then the system.
_DARK = """
[data-jp-theme-light="false"] .mg, [data-vscode-theme-kind*="dark"] .mg,
[data-vscode-theme-kind="vscode-high-contrast"] .mg,
html[theme="dark"] .mg {{ color-scheme: dark; {dark} }}
@media (prefers-color-scheme: dark) {{
  body:not([data-jp-theme-light], [data-vscode-theme-kind]) .mg {{ color-scheme: dark; {dark} }}
}}
"""
_ROOT = re.compile(r"\.mg(-[a-z]+)?(?![\w-])")


def style(root: str, *names: str) -> str:
    """Join style sheets of static/, after that of all widgets, for the widget of one class.

    In the sheets a widget's outermost element is ``.mg`` or ``.mg-stepper``; here it is ``root``
    wherever they say so. A page may hold several widgets, each with its sheet: what they share must
    reach nobody else, or the last sheet would overrule what the first ones say of their own widget.
    """
    sheets = [(STATIC / name).read_text("utf-8") for name in ("base.css", *names)]
    joined = "\n".join([_DARK.format(dark=dark_properties()), *sheets])
    return _ROOT.sub(f".{root}", joined)
