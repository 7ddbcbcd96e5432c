"""The cell magic ``%%build``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, NoReturn

from IPython.core.error import UsageError
from IPython.core.magic import no_var_expand
from IPython.display import display

from .statements import MagicError

if TYPE_CHECKING:
    from .builder import Builder

NAME = "build"


def register(shell: Any) -> None:
    """Make ``%%build`` known to an IPython shell."""

    @no_var_expand
    def build_cell(line: str, cell: str) -> Builder | None:
        return _run(shell, line, cell)

    build_cell.__doc__ = (
        f"{_parser().format_help()}\n"
        "The cell runs once, as any cell; the lines are those of Python, without magics."
    )
    shell.register_magic_function(build_cell, "cell", NAME)


def _run(shell: Any, line: str, cell: str) -> Builder | None:
    from .builder import build  # which imports this module

    options = _parser().parse_args(line.split())
    try:
        builder = build(
            cell, shell.user_ns, root=options.root, lang=options.lang, presenter=options.presenter
        )
    except MagicError as error:
        raise UsageError(f"%%{NAME}, line {error.lineno}: {error.msg}") from None
    except SyntaxError as error:
        raise error.with_traceback(None) from None
    if options.name is not None:
        shell.user_ns[options.name] = builder
    if builder.error is None:
        return builder
    display(builder)
    error = builder.error
    # Only the learner's own frames, not those of the recorder.
    taken = error.__traceback__
    while taken is not None and taken.tb_frame.f_code.co_filename != builder.filename:
        taken = taken.tb_next
    raise error.with_traceback(taken)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"%%{NAME}: {message}\n{self.format_usage().rstrip()}")


def _parser() -> _Parser:
    parser = _Parser(
        prog=f"%%{NAME}",
        description="Run the cell line by line and show how the graph grows.",
        add_help=False,
    )
    parser.add_argument(
        "root", nargs="?", help="the scalar tensor whose backward pass may follow the last line"
    )
    parser.add_argument("--as", dest="name", metavar="NAME", help="keep the widget under this name")
    parser.add_argument("--lang", choices=["en", "zh"], help="the language of the interface")
    parser.add_argument("--presenter", action="store_true", help="large, for a class")
    return parser
