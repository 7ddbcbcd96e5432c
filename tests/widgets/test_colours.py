"""The colours that tell states apart, as people with each kind of colour blindness see them.

Simulated with the matrices of Machado, Oliveira and Fernandes (2009), "A Physiologically-based Model for
Simulation of Color Vision Deficiency", table 1, severity 1.0, on linear RGB; compared in CIELAB (CIE 1976).
"""

import itertools
import re

import numpy as np
import pytest

from minigrad_widgets.esm import STATIC
from minigrad_widgets.palette import PALETTE

SIGHT = {
    "usual": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
# A difference of 2.3 can just be seen; small areas of colour want several times as much.
LEAST = 15.0
LEAST_WITH_SHAPES = 12.0  # kinds of nodes have shapes of their own: box, cylinder, component
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour):
    digits = colour.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    values = np.array([int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    ratio = TO_XYZ @ np.clip(rgb, 0, 1) / (TO_XYZ @ np.ones(3))
    root = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    x, y, z = root
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def difference(one, other, sight):
    matrix = np.array(SIGHT[sight])
    return float(np.linalg.norm(lab(matrix @ linear(one)) - lab(matrix @ linear(other))))


def of_states(theme):
    """Return the colours of base.css: ``--now: light-dark(#b3400a, #ff9d5c)``; "ready" has that of text."""
    source = (STATIC / "base.css").read_text("utf-8")
    found = dict(re.findall(r"--(now|done|wrong): light-dark\((.*?)\)", source))
    assert set(found) == {"now", "done", "wrong"}
    place = ("light", "dark").index(theme)
    states = {name: both.split(", ")[place] for name, both in found.items()}
    return {**states, "ready": PALETTE["text"][place]}


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_states_are_told_apart(theme, sight):
    states = of_states(theme)
    near = {
        (one, other): round(difference(states[one], states[other], sight), 1)
        for one, other in itertools.combinations(states, 2)
    }
    assert {pair: far for pair, far in near.items() if far < LEAST} == {}


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_kinds_of_nodes_are_told_apart(theme, sight):
    place = ("light", "dark").index(theme)
    lines = {kind: PALETTE[f"{kind}-line"][place] for kind in ("op", "leaf", "function")}
    near = {
        pair: round(difference(lines[pair[0]], lines[pair[1]], sight), 1)
        for pair in itertools.combinations(lines, 2)
    }
    assert {pair: far for pair, far in near.items() if far < LEAST_WITH_SHAPES} == {}


def test_the_simulation_is_that_of_the_paper():
    """Red and green of equal lightness are far apart, and near each other without the green cones."""
    assert difference("#d00000", "#6b6b00", "usual") > 60
    assert difference("#d00000", "#6b6b00", "deuteranopia") < 25
    for matrix in SIGHT.values():  # grey stays grey
        assert np.allclose(np.array(matrix) @ np.ones(3), 1, atol=1e-3)
