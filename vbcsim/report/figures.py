"""The pictures of a report, as matplotlib figures and as SVG text that is the same, byte for byte, on every rerun.

Colours are Okabe and Ito's, told apart by colour-blind readers; lines differ by dash as well, so that print in grey
serves. Text is drawn as shapes and never read as mathematics, so a title may hold any character.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.report.material import MOST_DESIGNS, Material, Pair, Statistics
from vbcsim.report.words import MINUS, Scale, clip, scale_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "case_by_case",
    "distributions",
    "exceedance",
    "paired_differences",
    "svg",
    "variance_bars",
    "year_by_year",
]

Array = NDArray[np.float64]

GAIN, LOSS, PALE, NOTHING, INK, FAINT = "#0072B2", "#D55E00", "#A6CEE3", "#8C8C8C", "#222222", "#D9D9D9"
LINES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#7F7F7F")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)), *("-", "--", ":", "-."))
WIDTH = 7.4
_CENT = 0.005
_STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#777777",
    "axes.linewidth": 0.7,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelcolor": INK,
    "text.color": INK,
    "text.parse_math": False,
    "text.usetex": False,
    "xtick.color": "#555555",
    "ytick.color": "#555555",
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.fonttype": "path",
    "svg.hashsalt": "vbcsim",
}


def svg(draw: Callable[..., Figure], *arguments: Any) -> str:
    """The picture that ``draw(*arguments)`` makes, as SVG text without date, maker or outside reference."""
    with _style():
        figure = draw(*arguments)
        buffer = io.StringIO()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
            figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def distributions(material: Material, party: str) -> Figure:
    """How the party's money over the whole contract is spread, one panel per design on one scale."""
    designs = material.designs[:MOST_DESIGNS]
    amounts = {material.titles[name]: material.net(name, party) for name in designs}
    return _histograms(amounts, f"{_owner(party)} over {material.period}", ("pays", "nothing", "receives"))


def paired_differences(material: Material, party: str, pairs: Sequence[Pair]) -> Figure:
    """How the difference of two designs in the same draw is spread, one panel per pair."""
    amounts = {
        f"{material.titles[row.a]} {MINUS} {material.titles[row.b]}": material.net(row.a, party)
        - material.net(row.b, party)
        for row in pairs
    }
    return _histograms(
        amounts, f"difference for the {party} over {material.period}", ("first is worse", "equal", "first is better")
    )


def exceedance(material: Material, party: str) -> Figure:
    """Chance of paying more than x (left) and of receiving more than x (right), one line per design."""
    with _style():
        figure = _figure(3.3)
        axes = figure.subplots(1, 2, sharey=True)
        designs = material.designs[:MOST_DESIGNS]
        nets = [material.net(name, party) for name in designs]
        scale = scale_for(np.quantile(np.abs(net), 0.995) for net in nets)
        for ax, sign, word in zip(axes, (-1.0, 1.0), ("paying", "receiving"), strict=True):
            reach = (
                max((float(np.quantile(np.maximum(sign * net, 0.0), 0.9975)) for net in nets), default=0.0) / scale.usd
            )
            x = np.linspace(0.0, reach or 1.0, 400)
            starts = []
            for k, net in enumerate(nets):
                ordered = np.sort(sign * net) / scale.usd
                above = 100.0 * (1.0 - np.searchsorted(ordered, x + _CENT / scale.usd, side="right") / net.size)
                ax.plot(x, above, color=LINES[k], linestyle=DASHES[k], linewidth=1.7)
                starts.append(float(above[0]))
            ax.set_title(f"Chance of {word} more than\N{HORIZONTAL ELLIPSIS}")
            ax.set_xlabel(_unit(scale))
            ax.set_xlim(0.0, x[-1])
            ax.grid(axis="y", color=FAINT, linewidth=0.6)
            if sign < 0:
                ax.invert_xaxis()
            _label_starts(ax, starts, [material.titles[name] for name in designs] if sign > 0 else [])
        axes[0].set_ylim(0.0, None)
        axes[0].set_ylabel("of 100 outcomes")
        return figure


def year_by_year(material: Material, party: str) -> Figure:
    """Each year's outcomes: middle, half of all, nine tenths of all; one panel per design on one scale."""
    with _style():
        designs = material.designs[:MOST_DESIGNS]
        across = min(4, len(designs))
        rows = -(-len(designs) // across)
        figure = _figure(2.1 * rows + 0.5)
        panels = figure.subplots(rows, across, sharey=True, squeeze=False)
        lows = [material.of(d, party, y)["p5_usd"][0] for d in designs for y in material.years]
        highs = [material.of(d, party, y)["p95_usd"][0] for d in designs for y in material.years]
        scale = scale_for([*lows, *highs])
        for ax in panels.flat[len(designs) :]:
            ax.set_visible(False)
        for ax, name in zip(panels.flat, designs, strict=False):
            _years(ax, material, name, party, scale)
            ax.set_title(clip(material.titles[name], 66 // across))
        for ax in panels[:, 0]:
            ax.set_ylabel(_unit(scale))
        return figure


def case_by_case(material: Material, party: str) -> Figure:
    """The whole contract in each case: middle, half of all, nine tenths of all; one panel per design on one scale."""
    with _style():
        designs = material.designs[:MOST_DESIGNS]
        every = (material, *material.cases.values())
        across = max(1, min(len(designs), 12 // len(every)))
        rows = -(-len(designs) // across)
        figure = _figure(2.5 * rows + 0.6)
        panels = figure.subplots(rows, across, sharey=True, squeeze=False)
        found = {d: [case.of(d, party) for case in every if d in case.designs] for d in designs}
        scale = scale_for(row[k][0] for kept in found.values() for row in kept for k in ("p5_usd", "p95_usd"))
        for ax in panels.flat[len(designs) :]:
            ax.set_visible(False)
        wide = max(9, 72 // (across * len(every)))
        labels = ["\n".join(wrap(clip(case.case_title, 3 * wide), wide)) for case in every]
        for ax, (name, kept) in zip(panels.flat, found.items(), strict=False):
            _bars_of(ax, kept, labels, scale)
            ax.set_title(clip(material.titles[name], 66 // across))
        for ax in panels[:, 0]:
            ax.set_ylabel(_unit(scale))
        return figure


def variance_bars(material: Material, shares: Mapping[str, Mapping[str, float]]) -> Figure:
    """What share of the spread comes from where: one bar per design, one colour per origin."""
    with _style():
        figure = _figure(0.42 * len(shares) + 1.2)
        ax = figure.subplots()
        origins = list(next(iter(shares.values())))
        places = np.arange(len(shares))[::-1]
        start = np.zeros(len(shares))
        for k, origin in enumerate(origins):
            width = 100.0 * np.array([row[origin] for row in shares.values()])
            ax.barh(places, width, left=start, height=0.62, color=LINES[k], edgecolor="white", label=origin)
            start += width
        ax.set_yticks(places, [clip(material.titles[name], 30) for name in shares])
        ax.set_xlim(0.0, 100.0)
        ax.set_xlabel("of 100 parts of the variance")
        figure.legend(loc="outside upper center", ncols=3, frameon=False, fontsize=8.5)
        return figure


def _years(ax: Axes, material: Material, design: str, party: str, scale: Scale) -> None:
    """One design, a bar for each year."""
    short = len(material.years) >= 6
    labels = [f"’{year % 100:02d}" if short else str(year) for year in material.years]
    _bars_of(ax, [material.of(design, party, year) for year in material.years], labels, scale)


def _bars_of(ax: Axes, found: Sequence[Statistics], labels: Sequence[str], scale: Scale) -> None:
    """Bars side by side: 5 % to 95 % pale, 25 % to 75 % dark, a dot at the middle, a line at the mean."""
    places = np.arange(len(found))
    at = {
        k: np.array([row[k][0] for row in found]) / scale.usd
        for k in ("p5_usd", "p25_usd", "p50_usd", "p75_usd", "p95_usd", "mean_usd")
    }
    ax.axhline(0.0, color="#777777", linewidth=0.7)
    ax.vlines(places, at["p5_usd"], at["p95_usd"], color=PALE, linewidth=7.0)
    ax.vlines(places, at["p25_usd"], at["p75_usd"], color=GAIN, linewidth=7.0)
    ax.plot(places, at["p50_usd"], "o", color="white", markeredgecolor=INK, markersize=4.5, markeredgewidth=0.8)
    ax.hlines(at["mean_usd"], places - 0.28, places + 0.28, color=INK, linewidth=1.3)
    ax.set_xticks(places, list(labels))
    ax.set_xlim(-0.6, len(places) - 0.4)
    ax.grid(axis="y", color=FAINT, linewidth=0.6)
    ax.set_axisbelow(True)


def _histograms(amounts: Mapping[str, Array], label: str, words: tuple[str, str, str]) -> Figure:
    """Bars of outcomes per 100, one panel each on common axes; what is exactly nothing stands apart, in grey."""
    with _style():
        figure = _figure(1.22 * len(amounts) + 0.55)
        panels = figure.subplots(len(amounts), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        scale, edges = _edges(list(amounts.values()))
        tallest = max((_bars(net, scale, edges).max(initial=0.0) for net in amounts.values()), default=0.0) or 1.0
        for ax, (title, net) in zip(panels, amounts.items(), strict=True):
            heights, width = _bars(net, scale, edges), edges[1] - edges[0]
            colours = np.where(edges[:-1] < -1e-12 * width, LOSS, GAIN)
            ax.bar(edges[:-1], heights, width=width, align="edge", color=colours, edgecolor="white", linewidth=0.3)
            nothing = 100.0 * float(np.mean(np.abs(net) <= _CENT))
            if nothing:
                ax.vlines(0.0, 0.0, min(nothing, 1.12 * tallest), color=NOTHING, linewidth=3.0)
            mean = float(net.mean()) / scale.usd
            ax.plot([mean], [0.0], marker="^", color=INK, markersize=6, clip_on=False, zorder=5)
            ax.set_title(clip(title, 60))
            ax.text(1.0, 1.03, _said(net, words), transform=ax.transAxes, ha="right", va="bottom", fontsize=8.5)
            ax.set_ylim(0.0, 1.15 * tallest)
            ax.set_xlim(edges[0], edges[-1])
            ax.yaxis.set_major_locator(_few_ticks())
        panels[len(panels) // 2].set_ylabel("of 100 outcomes")
        panels[-1].set_xlabel(f"{label}, {_unit(scale)}  (\N{BLACK UP-POINTING TRIANGLE} average)")
        return figure


def _said(net: Array, words: tuple[str, str, str]) -> str:
    """``pays 31, nothing 11, receives 58 of 100``."""
    counts = [float(np.mean(hit)) for hit in (net < -_CENT, np.abs(net) <= _CENT, net > _CENT)]
    parts = [f"{w} {_of_hundred(p)}" for w, p in zip(words, counts, strict=True)]
    return " \N{MIDDLE DOT} ".join(parts) + " of 100"


def _of_hundred(p: float) -> str:
    if 0 < p < 0.005:
        return "<1"
    return ">99" if 0.995 < p < 1 else f"{100 * p:.0f}"


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
    moved = net[np.abs(net) > _CENT] / scale.usd
    return np.asarray(100.0 * np.histogram(moved, edges)[0] / net.size)


def _label_starts(ax: Axes, starts: Sequence[float], labels: Sequence[str]) -> None:
    """Names of the lines at the right edge, in the order of their starts, with a stroke of the line before each."""
    order = np.argsort([-s for s in starts], kind="stable")
    for row, k in enumerate(order):
        if not labels:
            return
        y = 0.96 - 0.085 * row
        ax.plot([0.46, 0.54], [y, y], transform=ax.transAxes, color=LINES[k], linestyle=DASHES[k], linewidth=1.7)
        ax.text(0.56, y, labels[k], transform=ax.transAxes, va="center", fontsize=8.5)


def _few_ticks() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=3, min_n_ticks=2)


def _owner(party: str) -> str:
    return f"{party}’s money"


def _unit(scale: Scale) -> str:
    return f"$ {scale.name}".strip()


def _figure(height: float) -> Figure:
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    FigureCanvasSVG(figure)
    return figure


def _style() -> AbstractContextManager[None]:
    from matplotlib import rc_context

    return rc_context(_STYLE)
