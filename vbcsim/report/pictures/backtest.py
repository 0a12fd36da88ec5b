"""Was a forecast right? Where outcomes fell, what intervals covered, what a stated chance was worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from vbcsim.report.drawing import FAINT, GAIN, INK, LOSS, NOTHING, blank, grid, style
from vbcsim.report.plotted import Plotted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from vbcsim.calibrate.backtest.run import YearScore
    from vbcsim.calibrate.backtest.score import Bin

__all__ = ["chances", "chances_data", "pit_data", "pits"]

_TENTHS = 10


def pits(year: YearScore) -> Figure:
    """PIT histograms of the savings rate and of the amount; the band holds 95 of 100 bars of a right forecast."""
    with style():
        figure = blank(2.6)
        axes = figure.subplots(1, 2, sharey=True)
        for ax, values, title in zip(axes, (year.rate_pit, year.amount_pit), ("savings rate", "amount"), strict=True):
            n = len(values)
            even, spread = n / _TENTHS, 1.96 * np.sqrt(n * 0.1 * 0.9)
            ax.axhspan(even - spread, even + spread, color=FAINT)
            ax.axhline(even, color=NOTHING, linewidth=0.8)
            ax.bar((np.arange(_TENTHS) + 0.5) / _TENTHS, _counts(values), width=0.092, color=GAIN)
            ax.set_title(title)
            ax.set_xlabel("place of the outcome in its forecast")
        axes[0].set_ylabel("ACOs")
        return figure


def pit_data(year: YearScore) -> Plotted:
    """ACOs in each tenth of their forecast."""
    rows = zip(
        [f"{k / _TENTHS:.1f} to {(k + 1) / _TENTHS:.1f}" for k in range(_TENTHS)],
        *([int(count) for count in _counts(values)] for values in (year.rate_pit, year.amount_pit)),
        strict=True,
    )
    return Plotted.of(("place in the forecast", "ACOs, savings rate", "ACOs, amount"), rows)


def chances(year: YearScore) -> Figure:
    """Stated chances of earning and of owing against how often it came; bars are two errors of a right forecast."""
    told = [(name, bins, colour) for name, bins, colour in _told(year) if bins]
    with style():
        figure = blank(3.0)
        axes = figure.subplots(1, len(told), squeeze=False)[0]
        for ax, (name, bins, colour) in zip(axes, told, strict=True):
            _panel(ax, bins, colour)
            ax.set_title(f"ACOs that {name}")
        axes[0].set_ylabel("how often it came")
        return figure


def chances_data(year: YearScore) -> Plotted:
    """A row for each group of ACOs of like chances."""
    rows = [(name, b.acos, b.said, b.came.value, b.came.error) for name, bins, _ in _told(year) for b in bins]
    return Plotted.of(("what", "ACOs", "chance said", "share that came", "error"), rows)


def _told(year: YearScore) -> tuple[tuple[str, Sequence[Bin], str], ...]:
    return ("earn", year.earns, GAIN), ("owe", year.owes, LOSS)


def _panel(ax: Axes, bins: Sequence[Bin], colour: str) -> None:
    said, came, error = (np.array([getattr(b, n) if n == "said" else getattr(b.came, n) for b in bins])
                         for n in ("said", "value", "error"))  # fmt: skip
    ax.plot([0, 1], [0, 1], color=NOTHING, linewidth=0.8)
    ax.vlines(said, np.clip(said - 2 * error, 0, 1), np.clip(said + 2 * error, 0, 1), color=FAINT, linewidth=5)
    ax.scatter(said, came, s=[8 + 1.2 * b.acos for b in bins], color=colour, edgecolor=INK, linewidth=0.5, zorder=3)
    ax.set_xlim(-0.03, 1.03)
    ax.set_ylim(-0.03, 1.03)
    ax.set_xlabel("chance that was said")
    grid(ax, "both")


def _counts(values: np.ndarray) -> np.ndarray:
    return np.histogram(values, bins=_TENTHS, range=(0.0, 1.0))[0]
