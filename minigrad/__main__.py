"""``python -m minigrad`` shows a first graph, and its backward pass, as text."""

from __future__ import annotations

import sys

from minigrad_widgets.command_line import main

if __name__ == "__main__":
    sys.exit(main())
