"""``vbcsim sweep``: a grid of terms, what each clause is worth, and which figure matters most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vbcsim.cli.say import PATH, Speaker, speaks

if TYPE_CHECKING:
    from vbcsim.negotiate.goal import Figure
    from vbcsim.negotiate.variants import Variants
    from vbcsim.outcomes.distribution import Estimate

__all__ = ["command"]


@click.command("sweep")
@click.argument("run", type=PATH)
@click.option("--design", required=True, help="Design of the run.")
@click.option(
    "--term", "terms", multiple=True, metavar="NAME=FROM:TO:POINTS", help="A figure and its values; repeat for a grid."
)
@click.option("--figure", "figures", multiple=True, default=("provider.mean", "provider.p_loss", "provider.tvar95"))
@click.option("--by", type=float, default=0.2, show_default=True, help="Without --term: by how much figures are moved.")
@speaks
def command(run: Path, design: str, terms: tuple[str, ...], figures: tuple[str, ...], by: float, say: Speaker) -> None:
    """Settle the finished run RUN over a grid of figures of one design, nothing simulated.

    Without --term, say what each clause is worth (the contract with it less without it, in the same draws), what a
    small step more of each figure is worth to both parties, and how far the first --figure moves when each figure of
    the contract moves by a fifth: a tornado.

    \b
    Example:
      vbcsim sweep demo --design basic_e
      vbcsim sweep demo --design basic_e --term shared_savings.share.savings=0.3:0.7:9 --figure payer.mean
    """
    from vbcsim.negotiate.goal import read_figure
    from vbcsim.negotiate.variants import Variants
    from vbcsim.pipeline import open_run

    asked = [read_figure(text) for text in figures]
    variants = Variants(open_run(run), design)
    if terms:
        _grid(variants, terms, asked, say)
    else:
        _prices(variants, asked[0], by, say)


def _grid(variants: Variants, terms: Sequence[str], figures: Sequence[Figure], say: Speaker) -> None:
    from vbcsim.cli.axis import read_axis
    from vbcsim.negotiate.sensitivity import sweep

    grid = dict(read_axis(text, "--term") for text in terms)
    points, rows = sweep(variants, grid, figures)
    say.text("  ".join([*grid, *map(str, figures)]))
    for point, row in zip(points, rows, strict=True):
        cells = [figure.words(*pair) for figure, pair in zip(figures, row, strict=True)]
        say.text("  ".join([*(f"{value:.6g}" for value in point.values()), *cells]))
    found = [
        {"at": point, "figures": {str(f): {"value": v, "mcse": e} for f, (v, e) in zip(figures, row, strict=True)}}
        for point, row in zip(points, rows, strict=True)
    ]
    say.result({"design": variants.design, "points": found})


def _prices(variants: Variants, figure: Figure, by: float, say: Speaker) -> None:
    from vbcsim.negotiate.sensitivity import clause_prices, figure_prices, tornado

    clauses, steps, swings = clause_prices(variants), figure_prices(variants), tornado(variants, figure, by=by)
    say.text("What each clause is worth, with it less without it, in the same draws:")
    for clause in clauses:
        say.text(f"  {clause.provision}.{clause.clause}: {_worth(clause.worth) or 'nothing in any draw'}")
    say.text("What a small step more of a figure is worth, in the same draws, the dearest first:")
    for step in steps:
        if worth := _worth(step.worth):
            say.text(f"  {step.name} {step.present:.6g}, {step.step:g} more: {worth}")
    say.text(f"{figure} when a figure moves by {100 * by:g}%, the widest first:")
    for swing in swings:
        if swing.width > 0.0:
            ends = " to ".join(map(figure.words, (swing.at_low, swing.at_high)))
            say.text(f"  {swing.name} from {swing.low:.4g} to {swing.high:.4g}: {ends}")
    priced = [{"provision": c.provision, "clause": c.clause, "worth_usd": _plain(c.worth)} for c in clauses]
    stepped = [
        {"figure": s.name, "present": s.present, "step": s.step, "worth_usd_per_step": _plain(s.worth)} for s in steps
    ]
    tables = {"clauses": priced, "figures": stepped, "tornado": [s._asdict() for s in swings]}
    say.result({"design": variants.design, **tables})


def _worth(worth: Mapping[str, Estimate]) -> str:
    """What something is worth to each party that it touches."""
    from vbcsim.negotiate.goal import Figure

    known = {party: (float(e.value), float(e.mcse)) for party, e in worth.items()}
    return "; ".join(f"{party} {Figure(party, 'mean').words(v, e)}" for party, (v, e) in known.items() if v or e)


def _plain(worth: Mapping[str, Estimate]) -> dict[str, dict[str, float]]:
    return {party: {"mean": float(e.value), "mcse": float(e.mcse)} for party, e in worth.items()}
