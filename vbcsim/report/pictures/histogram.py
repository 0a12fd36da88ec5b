"""Bars of outcomes: each party's money under each design, and the difference of two designs in the same draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vbcsim.report.drawing import CENT, GAIN, INK, LOSS, NOTHING, blank, few_ticks, style, unit_of
from vbcsim.report.material import MOST_DESIGNS, Material, Pair
from vbcsim.report.plotted import Plotted
from vbcsim.report.words import MINUS, Scale, clip, scale_for

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "bars_data",
    "difference_amounts",
    "distributions",
    "histograms",
    "outcome_amounts",
    "own_heights",
    "paired_differences",
]

Array = NDArray[np.float64]
_UNLIKE = 4.0
"""How many times as high the bars of one panel may be as those of another on one scale."""
Amounts = Mapping[str, Array]
"""Money by what a panel is called: arrays (draw,) [USD]."""


def outcome_amounts(material: Material, party: str) -> Amounts:
    """The party's money over the whole contract under each design that is drawn."""
    return {material.titles[name]: material.net(name, party) for name in material.designs[:MOST_DESIGNS]}


def difference_amounts(material: Material, party: str, pairs: Sequence[Pair]) -> Amounts:
    """The first design's money less the second's in the same draw, for each pair."""
    return {
        f"{material.titles[row.a]} {MINUS} {material.titles[row.b]}": material.net(row.a, party)
        - material.net(row.b, party)
        for row in pairs
    }


def distributions(material: Material, party: str) -> Figure:
    """How the party's money over the whole contract is spread, one panel per design on one scale."""
    label = f"{party}’s money over {material.period}"
    return histograms(outcome_amounts(material, party), label, ("pays", "nothing", "receives"))


def paired_differences(material: Material, party: str, pairs: Sequence[Pair]) -> Figure:
    """How the difference of two designs in the same draw is spread, one panel per pair."""
    label = f"difference for the {party} over {material.period}"
    words = ("first is worse", "equal", "first is better")
    return histograms(difference_amounts(material, party, pairs), label, words)


def bars_data(amounts: Amounts) -> Plotted:
    """The bars: from, to, and outcomes of 100 in each panel; what is exactly nothing in a row of its own."""
    scale, edges = _edges(list(amounts.values()))
    heights = [_bars(net, scale, edges) for net in amounts.values()]
    unit = unit_of(scale)
    rows = [
        (float(edges[k]), float(edges[k + 1]), *(float(found[k]) for found in heights))
        for k in range(len(edges) - 1)
        if any(found[k] for found in heights)
    ]
    nothing = (0.0, 0.0, *(_nothing(net) for net in amounts.values()))
    at = sum(row[0] < 0.0 for row in rows)
    columns = (f"from, {unit}", f"to, {unit}", *(f"{title}, of 100 outcomes" for title in amounts))
    return Plotted.of(columns, (*rows[:at], nothing, *rows[at:]))


def own_heights(amounts: Amounts) -> bool:
    """Whether each panel needs its own height, for the bars of one would flatten those of another."""
    scale, edges = _edges(list(amounts.values()))
    peaks = [_bars(net, scale, edges).max(initial=0.0) for net in amounts.values()]
    return bool(max(peaks) > _UNLIKE * min((peak for peak in peaks if peak), default=np.inf))


def histograms(amounts: Amounts, label: str, words: tuple[str, str, str]) -> Figure:
    """Bars of outcomes per 100, one panel each on common axes; what is exactly nothing stands apart, in grey."""
    with style():
        figure = blank(1.22 * len(amounts) + 0.55)
        scale, edges = _edges(list(amounts.values()))
        alike = not own_heights(amounts)
        panels = figure.subplots(len(amounts), 1, sharex=True, sharey=alike, squeeze=False)[:, 0]
        peaks = [_bars(net, scale, edges).max(initial=0.0) or 1.0 for net in amounts.values()]
        for ax, peak, (title, net) in zip(panels, peaks, amounts.items(), strict=True):
            tallest = max(peaks) if alike else peak
            heights, width = _bars(net, scale, edges), edges[1] - edges[0]
            colours = np.where(edges[:-1] < -1e-12 * width, LOSS, GAIN)
            ax.bar(edges[:-1], heights, width=width, align="edge", color=colours, edgecolor="white", linewidth=0.3)
            nothing = _nothing(net)
            if nothing:
                ax.vlines(0.0, 0.0, min(nothing, 1.12 * tallest), color=NOTHING, linewidth=3.0)
            mean = float(net.mean()) / scale.usd
            ax.plot([mean], [0.0], marker="^", color=INK, markersize=6, clip_on=False, zorder=5)
            ax.set_title(clip(title, 60))
            ax.text(1.0, 1.03, _said(net, words), transform=ax.transAxes, ha="right", va="bottom", fontsize=8.5)
            ax.set_ylim(0.0, 1.15 * tallest)
            ax.set_xlim(edges[0], edges[-1])
            ax.yaxis.set_major_locator(few_ticks())
        panels[len(panels) // 2].set_ylabel("of 100 outcomes")
        panels[-1].set_xlabel(f"{label}, {unit_of(scale)}  (\N{BLACK UP-POINTING TRIANGLE} average)")
        return figure


def _said(net: Array, words: tuple[str, str, str]) -> str:
    """``pays 31, nothing 11, receives 58 of 100``."""
    counts = [float(np.mean(hit)) for hit in (net < -CENT, np.abs(net) <= CENT, net > CENT)]
    parts = [f"{w} {_of_hundred(p)}" for w, p in zip(words, counts, strict=True)]
    return " \N{MIDDLE DOT} ".join(parts) + " of 100"


def _of_hundred(p: float) -> str:
    if 0 < p < 0.005:
        return "<1"
    return ">99" if 0.995 < p < 1 else f"{100 * p:.0f}"


def _nothing(net: Array) -> float:
    """Outcomes of 100 of exactly nothing."""
    return 100.0 * float(np.mean(np.abs(net) <= CENT))


def _edges(amounts: Sequence[Array]) -> tuple[Scale, Array]:
    """A readable unit, and edges of bars of a round width with one at nought, over all but the rarest outcomes."""
    low = min(float(np.quantile(net, 0.0025)) for net in amounts)
    high = max(float(np.quantile(net, 0.9975)) for net in amounts)
    low, high = min(low, 0.0), max(high, 0.0)
    scale = scale_for([low, high])
    low, high = low / scale.usd, high / scale.usd
    width = _round_up((high - low) / 60.0) or 1.0
    return scale, width * np.arange(np.floor(low / width) - 1, np.ceil(high / width) + 2)


def _round_up(width: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten."""
    if width <= 0.0:
        return 0.0
    power = 10.0 ** np.floor(np.log10(width))
    return float(next(step * power for step in (1.0, 2.0, 2.5, 5.0, 10.0) if step * power >= width * (1 - 1e-9)))


def _bars(net: Array, scale: Scale, edges: Array) -> Array:
    """Outcomes of 100 in each bar, without those of exactly nothing."""
    moved = net[np.abs(net) > CENT] / scale.usd
    return np.asarray(100.0 * np.histogram(moved, edges)[0] / net.size)
