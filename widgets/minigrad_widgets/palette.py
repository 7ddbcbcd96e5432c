"""The colours of a picture, by what they mean.

The hues are told apart with every common kind of colour blindness (after Okabe and Ito,
https://jfly.uni-koeln.de/color/), and shape, line and words say the same: nothing rests on colour
alone.
"""

from __future__ import annotations

from typing import NamedTuple


class Colour(NamedTuple):
    """One colour on a light and on a dark page."""

    light: str
    dark: str


PALETTE: dict[str, Colour] = {
    "card": Colour("#fefefe", "#15191e"),
    "text": Colour("#16191d", "#f1f3f5"),
    "muted": Colour("#4b545d", "#b4bdc6"),
    "edge": Colour("#4a535c", "#b2bbc4"),
    "op-fill": Colour("#e4f0fa", "#12314a"),
    "op-line": Colour("#0a62a0", "#6cb8ef"),
    "leaf-fill": Colour("#fdf0cf", "#433206"),
    "leaf-line": Colour("#8c5e00", "#f0b93a"),
    "function-fill": Colour("#f8e6f1", "#47203a"),
    "function-line": Colour("#98336f", "#ea93c6"),
    "none-fill": Colour("#f2f3f4", "#262b30"),
    "none-line": Colour("#6a727a", "#98a1aa"),
    "plain-fill": Colour("#f4f5f6", "#1d2329"),
    "plain-line": Colour("#59626b", "#a3acb5"),
    "slot-fill": Colour("#fffffe", "#20262d"),
    "slot-line": Colour("#7d868f", "#87919b"),
    "mark": Colour("#a3195a", "#ff8fc0"),
}


def light(name: str) -> str:
    """Return a colour as Graphviz gets it."""
    return PALETTE[name].light


def style_sheet(scope: str) -> str:
    """Return the CSS of one picture, whose outermost element has the id ``scope``.

    Every colour is a custom property with the light colour to fall back on; where the page is
    JupyterLab in a dark theme, the properties are set to the dark ones.
    """
    rules = [f":where(#{scope}) text{{fill:var(--mg-text,{PALETTE['text'].light})}}"]
    for name, colour in PALETTE.items():
        value = f"var(--mg-{name},{colour.light})"
        rules.append(f":where(#{scope}) .fill-{name}{{fill:{value}}}")
        rules.append(f":where(#{scope}) .line-{name}{{stroke:{value}}}")
    rules.append(f'[data-jp-theme-light="false"] #{scope}{{{dark_properties()}}}')
    return "\n".join(rules)


def dark_properties() -> str:
    """Return the declarations that turn a picture dark."""
    return ";".join(f"--mg-{name}:{colour.dark}" for name, colour in PALETTE.items())
