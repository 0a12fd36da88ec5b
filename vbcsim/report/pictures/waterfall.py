"""Where the money goes: from what a contract compares, clause by clause in its order, to what the party receives."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vbcsim.report.drawing import CENT, GAIN, INK, LOSS, NOTHING, blank, grid, lines_of, style, unit_of
from vbcsim.report.material import Material
from vbcsim.report.plotted import Plotted
from vbcsim.report.values import title_of
from vbcsim.report.words import MINUS, PLUS_MINUS, Scale, plain, scale_for

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["drawn_designs", "waterfall_data", "waterfall_steps"]

MOST_PANELS = 3
MOST_BARS = 26
"""Designs, and bars of all of them, that fit on a page; the data has all."""
_COLOURS = {"gross": NOTHING, "net": INK}


class Shown(NamedTuple):
    """One bar: its name, kind, and the money before and after it with the change and its error [USD]."""

    name: str
    kind: str
    before: float
    after: float
    amount: float
    error: float


def drawn_designs(material: Material, designs: tuple[str, ...]) -> tuple[str, ...]:
    """The first of the designs that fit on a page together, one at least."""
    drawn: list[str] = []
    bars = 0
    for name in designs[:MOST_PANELS]:
        bars += len(_steps(material, name))
        if drawn and bars > MOST_BARS:
            break
        drawn.append(name)
    return tuple(drawn)


def waterfall_steps(material: Material, designs: tuple[str, ...]) -> Figure:
    """A panel per design: grey is a target less spending, orange is lost to a clause, blue gained, black what is left.

    Clauses that change nothing in any draw are left out.
    """
    steps = {name: _steps(material, name) for name in designs}
    scale = scale_for(end for found in steps.values() for step in found for end in (step.before, step.after))
    with style():
        figure = blank(sum(0.31 * len(found) + 0.45 for found in steps.values()) + 0.45)
        panels = figure.subplots(
            len(steps), 1, sharex=True, squeeze=False, height_ratios=[len(found) + 0.4 for found in steps.values()]
        )[:, 0]
        for ax, (name, found) in zip(panels, steps.items(), strict=True):
            _panel(ax, found, scale)
            ax.set_title(lines_of(material.titles[name], 70, 1))
            ax.use_sticky_edges = False  # a bar that ends at the edge would seem to go on
            ax.margins(x=0.08)
        panels[-1].set_xlabel(f"{material.lead}’s average over {material.period}, {unit_of(scale)}")
        return figure


def waterfall_data(material: Material) -> Plotted:
    """Every step of every design: what it is, the average change, and what the party has after it."""
    table = _table(material)
    rows = []
    for design in (str(name) for name in table["design"].values):
        here = table.sel(design=design)
        for k in range(here.sizes["step"]):
            at = here.isel(step=k)
            if str(at["step_name"].item()):
                words = [plain(at[f"step_{part}"].item()).replace("_", " ") for part in ("provision", "name", "words")]
                figures = [float(at[name]) for name in ("amount_usd", "amount_mcse", "level_usd", "p_changes")]
                rows.append((material.titles[design], *words, str(at["step_kind"].item()), *figures))
    columns = ("design", "provision", "step", "what it does", "kind", "average change, $", "Monte Carlo error")
    return Plotted.of((*columns, "money after it, $", "chance that it changes anything"), rows)


def _table(material: Material) -> xr.Dataset:
    assert material.waterfall is not None  # its callers have looked
    return material.waterfall


def _steps(material: Material, design: str) -> list[Shown]:
    """The bars of a design: what is compared as one bar, each clause that ever changes anything, and what is left."""
    here = _table(material).sel(design=design)
    kinds = [str(kind) for kind in here["step_kind"].values]
    several = len({str(p) for p in here["step_provision"].values if str(p)}) > 1
    found: list[Shown] = []
    level = 0.0
    for k, kind in enumerate(kinds):
        amount, error = float(here["amount_usd"].values[k]), float(here["amount_mcse"].values[k])
        if kind == "net":
            found.append(Shown(f"Net to the {material.lead}", kind, 0.0, amount, amount, error))
        elif kind in ("gross", "clause"):
            after = float(here["level_usd"].values[k])
            if kind == "gross" or (float(here["p_changes"].values[k]) > 0.0 and abs(amount) > CENT):
                words = "target less spending" if kind == "gross" else _clause(here, k, short=several)
                provision = title_of(_spoken(here["step_provision"].values[k]))
                whole = f"{provision}: {words}" if several else words[:1].upper() + words[1:]
                found.append(Shown(whole, kind, level, after, amount, error))
            level = after
    return found


def _clause(here: xr.Dataset, k: int, *, short: bool) -> str:
    """A clause by its name, and where there is room what it does: ``Limit: limit losses to 15% of the benchmark``."""
    if short:
        return _spoken(here["step_name"].values[k])
    said = plain(here["step_words"].values[k]).removesuffix(".")
    return f"{title_of(_spoken(here['step_name'].values[k]))}: {said[:1].lower()}{said[1:]}"


def _spoken(name: object) -> str:
    return plain(name).replace("#", " ").replace("_", " ")


def _panel(ax: Axes, steps: list[Shown], scale: Scale) -> None:
    for row, step in enumerate(steps):
        colour = _COLOURS.get(step.kind, GAIN if step.amount > 0 else LOSS)
        width = (step.after - step.before) / scale.usd
        ax.barh(row, width, left=step.before / scale.usd, height=0.62, color=colour)
        if row + 1 < len(steps):
            ax.vlines(step.after / scale.usd, row - 0.31, row + 1.31, color="#777777", linewidth=0.6)
        value, error = scale.pair(step.amount, step.error)
        said = f"+{value}" if step.kind == "clause" and not value.startswith(MINUS) else value
        ax.annotate(
            f"{said} {PLUS_MINUS} {error}" if error else said,
            (max(step.before, step.after) / scale.usd, row),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
    ax.axvline(0.0, color="#777777", linewidth=0.7)
    ax.set_yticks(range(len(steps)), [lines_of(step.name, 46) for step in steps], fontsize=8)
    ax.set_ylim(len(steps) - 0.5, -0.6)
    grid(ax, "x")
