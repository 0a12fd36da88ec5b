"""A frontier as a picture and as a table: what the first figure costs in each of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from vbcsim.report.drawing import FAINT, GAIN, INK, LOSS, NOTHING, blank, grid, style, unit_of
from vbcsim.report.plotted import Plotted
from vbcsim.report.words import scale_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["FrontierLike", "frontier_data", "frontier_picture"]


class FigureLike(Protocol):
    """A statistic of a party's money."""

    @property
    def is_chance(self) -> bool: ...


class PointLike(Protocol):
    """One contract of a frontier."""

    @property
    def at(self) -> Mapping[str, float]: ...
    @property
    def figures(self) -> tuple[tuple[float, float], ...]: ...
    @property
    def efficient(self) -> bool: ...
    @property
    def chance(self) -> float: ...
    @property
    def present(self) -> bool: ...


class FrontierLike(Protocol):
    """A frontier, as ``vbcsim.negotiate.frontier`` makes it."""

    @property
    def design(self) -> str: ...
    @property
    def terms(self) -> tuple[str, ...]: ...
    @property
    def figures(self) -> Sequence[FigureLike]: ...
    @property
    def points(self) -> Sequence[PointLike]: ...
    @property
    def draws(self) -> int: ...


class _Axis(NamedTuple):
    """A figure along an axis: its values and errors in a readable unit, and what the axis says."""

    value: np.ndarray
    error: np.ndarray
    label: str


def frontier_data(found: FrontierLike) -> Plotted:
    """A row per contract: its terms, each figure with its Monte Carlo error, and whether no other one beats it."""
    named = [column for figure in found.figures for column in (str(figure), f"{figure} error")]
    columns = (*found.terms, *named, "on the frontier", "share of resamples on it", "as it is")
    rows = (
        (
            *(point.at[term] for term in found.terms),
            *(number for pair in point.figures for number in pair),
            "yes" if point.efficient else "no",
            point.chance,
            "yes" if point.present else "no",
        )
        for point in found.points
    )
    return Plotted.of(columns, rows)


def frontier_picture(found: FrontierLike) -> Figure:
    """The first figure against each of the others: every contract pale, the frontier joined, the present one ringed."""
    with style():
        panels = len(found.figures) - 1
        figure = blank(3.4)
        axes = figure.subplots(1, panels, sharey=True, squeeze=False)[0]
        up = _axis(found, 0)
        for k, ax in enumerate(axes):
            _panel(ax, found, _axis(found, k + 1), up)
        axes[0].set_ylabel(up.label)
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=3, frameon=False, fontsize=8.5)
        return figure


def _panel(ax: Axes, found: FrontierLike, across: _Axis, up: _Axis) -> None:
    stands = np.array([point.efficient for point in found.points])
    now = np.array([point.present for point in found.points])
    ax.plot(across.value[~stands], up.value[~stands], "o", color=FAINT, markersize=3.0, label="beaten by another")
    order = np.flatnonzero(stands)[np.argsort(across.value[stands], kind="stable")]
    joined = "-" if len(found.figures) == 2 else "none"
    ax.errorbar(
        across.value[order],
        up.value[order],
        xerr=2.0 * across.error[order],
        yerr=2.0 * up.error[order],
        color=GAIN,
        ecolor=NOTHING,
        elinewidth=0.5,
        marker="o",
        markersize=3.5,
        linewidth=1.2,
        linestyle=joined,
        label="on the frontier, ± two errors",
    )
    ax.plot(across.value[now], up.value[now], "o", color="none", markeredgecolor=LOSS, markersize=9, label="as it is")
    ax.axhline(0.0, color=INK, linewidth=0.4)
    ax.set_xlabel(across.label)
    grid(ax, "both")


def _axis(found: FrontierLike, k: int) -> _Axis:
    """A figure of every contract, in percent or in a readable amount of USD."""
    pairs = np.array([point.figures[k] for point in found.points])
    figure = found.figures[k]
    if figure.is_chance:
        return _Axis(100.0 * pairs[:, 0], 100.0 * pairs[:, 1], f"{figure}, %")
    scale = scale_for(pairs[:, 0])
    return _Axis(pairs[:, 0] / scale.usd, pairs[:, 1] / scale.usd, f"{figure}, {unit_of(scale)}")
