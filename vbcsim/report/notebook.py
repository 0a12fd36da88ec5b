"""A run in a notebook: the answer with a table where it stands in a cell, and its pictures as matplotlib axes."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from vbcsim.core.errors import BadInput
from vbcsim.report.answer import answer
from vbcsim.report.designs import ROWS
from vbcsim.report.tables import figure_cell
from vbcsim.report.terminal import unit
from vbcsim.report.words import scale_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from vbcsim.report.material import Material

__all__ = ["Plots", "run_html"]

_SHOWN = ("mean_usd", "p_gain", "p_loss", "p5_usd", "p95_usd", "tvar95_usd")
"""Statistics of the table in a cell."""


def run_html(material: Material) -> str:
    """The answer in words and the lead party's figures by design; every text from the scenario is escaped."""
    said = answer(material)
    points = "".join(f"<li><b>{escape(name)}</b>: {escape(text)}</li>" for name, text in said.points)
    facts = f"{material.draws:,} draws; ± is the Monte Carlo error"
    return (
        f"<div><h3>{escape(material.title)}</h3><p><b>{escape(said.headline)}</b></p><ul>{points}</ul>"
        f"{_table(material)}<p><small>{facts}</small></p></div>"
    )


def _table(material: Material) -> str:
    party = material.lead
    found = {name: material.of(name, party) for name in material.designs}
    scale = scale_for(row[s][0] for row in found.values() for s in _SHOWN if s.endswith("_usd"))
    names = {s: words for s, words, _ in ROWS}
    head = "".join(f"<th>{escape(material.titles[name])}</th>" for name in found)
    rows = []
    for s in _SHOWN:
        cells = [figure_cell(s, row[s], scale) for row in found.values()]
        told = "".join(f"<td>{escape(c.value)}{f' ± {escape(c.error)}' if c.error else ''}</td>" for c in cells)
        rows.append(f"<tr><th>{escape(names[s])}</th>{told}</tr>")
    caption = escape(f"{party.capitalize()}, {material.period}, in {unit(scale)}")
    return f"<table><caption>{caption}</caption><tr><th></th>{head}</tr>{''.join(rows)}</table>"


class Plots:
    """The report's pictures of a run: each method draws one and returns its axes; nothing is shown or saved.

    In a notebook the picture appears below the cell. ``axes[0].figure`` is the figure.
    """

    def __init__(self, material: Callable[[], Material]) -> None:
        self._material = material

    def outcomes(self, party: str | None = None) -> list[Axes]:
        """What a party (none: the provider) may receive or pay under each design, out of 100 outcomes."""
        from vbcsim.report.pictures.histogram import distributions

        return self._drawn(distributions, self._party(party))

    def exceedance(self, party: str | None = None) -> list[Axes]:
        """How likely a party is to pay or receive more than an amount."""
        from vbcsim.report.pictures.exceedance import exceedance

        return self._drawn(exceedance, self._party(party))

    def years(self, party: str | None = None) -> list[Axes]:
        """A party's outcomes year by year."""
        from vbcsim.report.pictures.fan import year_by_year

        return self._drawn(year_by_year, self._party(party))

    def waterfall(self) -> list[Axes]:
        """Where the lead party's money goes, clause by clause."""
        return self._named("waterfall")

    def tornado(self) -> list[Axes]:
        """Which term of the best design matters most."""
        return self._named("tornado")

    def dominance(self) -> list[Axes]:
        """Whether a design is better in every outcome."""
        return self._named("dominance")

    def cases(self) -> list[Axes]:
        """The whole contract in each case of the scenario."""
        return self._named("cases")

    def spread(self) -> list[Axes]:
        """What each source of uncertainty decides of the variance."""
        return self._named("spread")

    def balance(self, party: str = "provider") -> list[Axes]:
        """A party's cash to date, where the scenario asks for capital."""
        return self._named(f"balance_{party}")

    def _party(self, party: str | None) -> str:
        material = self._material()
        if party is None:
            return material.lead
        if party not in material.parties:
            raise BadInput("party", f'"{party}" takes no part in this run; choose one of {", ".join(material.parties)}')
        return party

    def _drawn(self, draw: Callable[[Material, str], Figure], party: str) -> list[Axes]:
        return _shown(draw(self._material(), party))

    def _named(self, name: str) -> list[Axes]:
        from vbcsim.report.figures import pictures

        found = pictures(self._material())
        if name not in found:
            raise BadInput(name, f"this run has nothing to show in it; it has {', '.join(found)}")
        return _shown(found[name].draw())


def _shown(figure: Figure) -> list[Axes]:
    """Hand a figure to pyplot, which shows it at the end of a notebook's cell, and return its axes."""
    import matplotlib.pyplot as plt

    canvas: Any = plt.figure(figsize=tuple(np.asarray(figure.get_size_inches()))).canvas
    figure.set_canvas(canvas)
    canvas.figure = figure
    return list(figure.axes)
