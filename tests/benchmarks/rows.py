"""A table of figures: what was measured, and what was promised."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

Measure = Callable[[bool], float | None]


class Row(NamedTuple):
    """One figure."""

    name: str
    unit: str
    gate: str
    """A sign and a number: ``">= 30"``, ``"< 0.3"``; empty: nothing was promised."""
    measure: Measure
    """Is told whether to run in small, as a test does; None: this machine cannot measure it."""


class Rows(list[Row]):
    """The rows of a benchmark, in the order in which they are registered."""

    def row(self, name: str, unit: str, gate: str = "") -> Callable[[Any], Any]:
        """Register a function as the measurement of a row."""

        def register(measure: Measure) -> Measure:
            self.append(Row(name, unit, gate, measure))
            return measure

        return register

    def lines(self, wanted: list[str], tiny: bool = False) -> Iterator[str]:
        """The table, line by line as it is measured."""
        width = max(len(one.name) for one in self)
        yield f"{'':{width}} {'measured':>10} {'':10} {'promised':>9}"
        for one in self:
            if wanted and not one.name.startswith(tuple(wanted)):
                continue
            found = one.measure(tiny)
            if found is None:
                yield f"{one.name:{width}} {'not here':>10}"
                continue
            verdict = "" if tiny or keeps(found, one.gate) else "  not kept"
            yield f"{one.name:{width}} {found:10.4g} {one.unit:10} {one.gate:>9}{verdict}"

    def main(self, about: str) -> None:
        """Print the rows whose names begin as the command line says; by default all."""
        parser = argparse.ArgumentParser(description=about.partition("\n")[0])
        parser.add_argument("names", nargs="*")
        for line in self.lines(parser.parse_args(sys.argv[1:]).names):
            print(line, flush=True)


def keeps(found: float, gate: str) -> bool:
    """Whether a figure is what was promised."""
    if not gate:
        return True
    sign, number = gate.split()
    return found >= float(number) if sign == ">=" else found < float(number)
