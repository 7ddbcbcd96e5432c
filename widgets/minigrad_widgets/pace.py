"""How many of the places that a slider has passed are run: as many as cost the page no patience."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

LONGEST = 0.1  # seconds


class Pace:
    """Knows how long a run takes, and how long an answer is under way.

    While an answer goes to the page and the next question comes back, the slider moves on. Python
    then has nothing to do; so it may spend as much time again on the places between, and the page
    shows them one after the other while it waits. A slow function gets none: its last place counts.

    Attributes
    ----------
    lasted : float
        Seconds that the last run took.
    """

    def __init__(self) -> None:
        self.lasted = 0.0
        self._answered = 0.0

    def answered(self) -> None:
        """Note that an answer leaves now."""
        self._answered = time.monotonic()

    def some(self, places: Sequence[float]) -> Iterator[float]:
        """Yield as many of the places as there is time for, evenly, in their order."""
        now = time.monotonic()
        seconds = min(now - self._answered, LONGEST)
        most = min(int(seconds / max(self.lasted, 1e-4)), len(places))
        for nr in range(most):
            if time.monotonic() > now + seconds:
                return
            yield places[nr * len(places) // most]
