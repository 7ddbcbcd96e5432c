"""The values of a playground's leaves, as Python reads and sets them."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import TYPE_CHECKING, Any

from .leaves import nested

if TYPE_CHECKING:
    from .playground import Playground


class Values(MutableMapping[str, Any]):
    """What the leaves of a playground are; setting one moves it, and everything follows."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground

    def __getitem__(self, name: str) -> Any:
        return nested(self._playground._elements[name], self._playground._specs[name].shape)

    def __setitem__(self, name: str, given: Any) -> None:
        self._playground.values = {name: given}

    def __delitem__(self, name: str) -> None:
        raise TypeError(f"the leaf {name!r} cannot be taken away: the function needs it")

    def __iter__(self) -> Iterator[str]:
        return iter(self._playground._specs)

    def __len__(self) -> int:
        return len(self._playground._specs)

    def __repr__(self) -> str:
        return repr(dict(self))
