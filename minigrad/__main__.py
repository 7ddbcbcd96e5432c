"""``python -m minigrad`` shows a first graph, and its backward pass, as text."""

import sys

from minigrad_widgets.command_line import main

if __name__ == "__main__":
    sys.exit(main())
