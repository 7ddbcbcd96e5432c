"""What a widget needs whose picture has groups that unfold and fold, each state laid out once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import anywidget
import traitlets

from .fold import Folded, FoldedPicture
from .layout import LayoutError
from .svg import new_prefix, picture
from .values import printable
from .words import in_its_language


class Unfolding(anywidget.AnyWidget):
    """A widget with the picture of a graph, some groups of which are unfolded.

    Attributes
    ----------
    opened : list of str
        Ids of the groups that are unfolded; may be set. What cannot be drawn is taken back, and
        ``message`` says why. An id that no group has raises ``traitlets.TraitError``.
    drawn : list of str
        Ids of the groups that are unfolded in ``svg``.
    folded : Folded
        The whole graph and its groups; there are none where nothing is folded.
    svg : str
        The picture as it is now; empty when no layout engine could draw any.
    message : str
        What the widget has to say; empty if nothing.
    """

    opened = traitlets.List(traitlets.Unicode()).tag(sync=True)
    drawn = traitlets.List(traitlets.Unicode()).tag(sync=True)
    svg = traitlets.Unicode("").tag(sync=True)
    message = traitlets.Unicode("").tag(sync=True)

    folded: Folded
    prefix: str
    _no_picture = "no_picture_because"  # the words that say so
    _problem = ""  # why there is none

    def _first_picture(
        self, folded: Folded, text: Mapping[str, str], *, legend: bool = False, grads: bool = False
    ) -> dict[str, Any]:
        """Draw the first state, as ``picture`` does; return the traits to begin with."""
        self.folded = folded
        self.prefix = new_prefix()
        self._text = text
        self._lang = text["lang"]
        self._legend, self._grads = legend, grads
        self._cache: dict[frozenset[str], str] = {}
        first = folded.first_opened()
        opened = [group for group in folded.groups if group in first]
        try:
            svg = self.drawing(opened)
        except LayoutError as error:
            svg, self._problem = "", self._without(error)
        return {"opened": opened, "drawn": opened, "svg": svg, "message": self._problem}

    def _without(self, error: LayoutError) -> str:
        return self._text[self._no_picture].format(error=error)

    @property
    @in_its_language
    def shown(self) -> FoldedPicture:
        """What is seen now."""
        return self.folded.picture(self.drawn)

    def unfold(self) -> None:
        """Unfold everything."""
        self.opened = list(self.folded.groups)

    def fold(self) -> None:
        """Fold everything."""
        self.opened = []

    @in_its_language
    def drawing(self, opened: Collection[str]) -> str:
        """Return the picture with some groups unfolded; each is laid out once."""
        key = frozenset(opened)
        if key not in self._cache:  # two threads may draw the same: they draw the same, then
            folded = self.folded
            seen = folded.picture(key).graph if folded.groups else folded.graph
            self._cache[key] = picture(seen, self.prefix, legend=self._legend, grads=self._grads)
        return self._cache[key]

    def _say(self) -> None:
        """Write into ``message`` what there is to say."""
        self.message = self._problem

    @traitlets.validate("opened")
    def _valid_opened(self, proposal: Any) -> list[str]:
        unknown = [group for group in proposal.value if group not in self.folded.groups]
        if unknown:
            raise traitlets.TraitError(f"there is no group {unknown[0]!r}")
        wanted = set(proposal.value)
        return [group for group in self.folded.groups if group in wanted]

    @traitlets.observe("opened")
    def _draw_opened(self, _change: Any) -> None:
        opened = list(self.opened)
        if opened == self.drawn:
            return
        try:
            drawn = self.drawing(opened)
        except LayoutError as error:
            self._problem = self._without(error)
            with self.hold_sync():
                self._say()
                self.opened = self.drawn
            return
        self._problem = ""
        with self.hold_sync():
            self._say()
            self.drawn = opened
            self.svg = drawn


def fold_data(folded: Folded, text: Mapping[str, str]) -> dict[str, Any]:
    """Return what a page needs to know of the groups: their names and sizes, and who is in them."""
    groups = folded.groups
    key = f"by_{folded.rule}" if folded.rule else "by_nothing"
    count = f"{len(folded.graph.nodes):,}"
    return {
        "note": text[key].format(nodes=count, groups=f"{len(groups):,}"),
        "groups": {
            group.id: {
                "name": printable(group.name),
                "size": group.size,
                "parent": group.parent or "",
            }
            for group in groups.values()
        },
        "inside": {item: group for item, group in folded.parents.items() if item not in groups},
    }
