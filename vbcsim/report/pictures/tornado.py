"""How much the lead party's average moves when one term of the contract moves by a fifth: a tornado."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from vbcsim.contract.traced_figure import label_of_figure, unit_of_figure
from vbcsim.contract.wording import number_words
from vbcsim.report.drawing import GAIN, INK, LOSS, blank, grid, lines_of, style, unit_of
from vbcsim.report.material import Material
from vbcsim.report.plotted import Plotted
from vbcsim.report.values import title_of
from vbcsim.report.words import money, plain, scale_for

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from vbcsim.negotiate.sensitivity import Swing
    from vbcsim.negotiate.variants import Variants
    from vbcsim.scenario.model import Scenario

__all__ = ["BY", "Moved", "swings_of", "tornado_bars", "tornado_data"]

BY = 0.2
"""Part of itself by which a term is moved down and up."""
MOST_TERMS = 24
"""Terms that are moved; each costs two settlements of every draw."""
MOST_BARS = 10
_SEEN = 0.5
"""USD: a term that moves the average by less moves nothing."""


class Moved(NamedTuple):
    """A term in words, its value at both ends in words, and the average money at both ends with its error [USD]."""

    term: str
    low: str
    high: str
    at_low: float
    at_high: float
    at_low_mcse: float
    at_high_mcse: float

    @property
    def width(self) -> float:
        return abs(self.at_high - self.at_low)


def swings_of(material: Material, design: str) -> tuple[Moved, ...]:
    """The terms of a design's clauses, moved by a fifth, the widest swing first; what moves nothing is left out.

    Terms of clauses only: a figure behind a line (a threshold, a benchmark's weight) moves both sides of a comparison,
    so alone it tells nothing. Bands of scales are left out as well.
    """
    from vbcsim.negotiate.goal import Figure as Statistic
    from vbcsim.negotiate.sensitivity import tornado
    from vbcsim.negotiate.variants import Variants

    if material.experience is None or design not in material.scenario.designs:
        return ()
    variants = Variants(_Run(material.scenario, material.experience), design)
    names = [
        name for name in variants.figures if "." in name and not name.startswith("lines.") and "bands[" not in name
    ]
    found = tornado(variants, Statistic(material.lead, "mean"), by=BY, among=names[:MOST_TERMS])
    return tuple(_moved(variants, swing) for swing in found if swing.width > _SEEN)


def tornado_bars(material: Material, design: str, swings: tuple[Moved, ...]) -> Figure:
    """A bar per term about the design's average: blue where the term is raised, orange where it is lowered."""
    found = swings[:MOST_BARS]
    base = material.of(design, material.lead)["mean_usd"][0]
    scale = scale_for([base, *(end for s in found for end in (s.at_low, s.at_high))])
    with style():
        figure = blank(0.36 * len(found) + 1.0)
        ax = figure.subplots()
        ax.axvline(base / scale.usd, color=INK, linewidth=0.9)
        for row, swing in enumerate(found):
            ends = ((swing.at_low, LOSS, swing.low), (swing.at_high, GAIN, swing.high))
            for end, colour, words in ends:
                if abs(end - base) > _SEEN:
                    ax.barh(row, (end - base) / scale.usd, left=base / scale.usd, height=0.6, color=colour)
                    _end(ax, row, end / scale.usd, words, right=end > base)
        ax.set_yticks(range(len(found)), [lines_of(swing.term, 34) for swing in found])
        ax.invert_yaxis()
        ax.margins(x=0.16)
        said = f"as drafted: {money(base, material.of(design, material.lead)['mean_usd'][1])}"
        ax.text(base / scale.usd, 1.02, said, transform=ax.get_xaxis_transform(), ha="center", fontsize=8.5)
        ax.set_xlabel(f"{material.lead}’s average over {material.period}, {unit_of(scale)}")
        grid(ax, "x")
        return figure


def tornado_data(swings: tuple[Moved, ...]) -> Plotted:
    """A row per term: its two values, and the average at each with its Monte Carlo error."""
    columns = ("term", "lowered to", "raised to", "average lowered, $", "error", "average raised, $", "error")
    rows = [(s.term, s.low, s.high, s.at_low, s.at_low_mcse, s.at_high, s.at_high_mcse) for s in swings]
    return Plotted.of(columns, rows)


@dataclass(frozen=True)
class _Run:
    """What variants read of a run."""

    scenario: Scenario
    experience: xr.Dataset


def _end(ax: Axes, row: int, at: float, words: str, *, right: bool) -> None:
    """The term's value beside the end of its bar."""
    ax.annotate(
        words,
        (at, row),
        xytext=(4 if right else -4, 0),
        textcoords="offset points",
        ha="left" if right else "right",
        va="center",
        fontsize=8,
    )


def _moved(variants: Variants, swing: Swing) -> Moved:
    """A swing in words."""
    provision, _, rest = swing.name.partition(".")
    found = next(p for p in variants.arrangement.provisions if p.name == provision)
    step = max((n for n in found.step_names if rest == n or rest.startswith(f"{n}.")), key=len)
    path = tuple(int(part) if part.isdecimal() else part for part in re.findall(r"[^.\[\]]+", rest.removeprefix(step)))
    unit = unit_of_figure(type(found.terms[found.step_names.index(step)].term), path)
    several = len(variants.arrangement.provisions) > 1
    words = f"{title_of(provision)}: {_name(step, path)}" if several else _name(step, path)
    low, high = (_amount(value, unit) for value in (swing.low, swing.high))
    return Moved(plain(words), low, high, *swing[3:])


def _amount(value: float, unit: str) -> str:
    """A term's value; what it is per member and month its name says."""
    return plain(number_words(value, unit)).removesuffix(" per member per month")


def _name(step: str, path: tuple[str | int, ...]) -> str:
    """``share: savings``, ``limit 2: losses share``."""
    clause = title_of(step.replace("#", " "))
    label = label_of_figure(path).replace("one less", "(1 less this)")
    return f"{clause}, {label}" if path else clause
