"""``vbcsim frontier``: of many contracts, those that no other one beats.

A verb of its own and no flag of ``sweep``: a sweep answers with every point of its grid, in the grid's order; a
frontier answers with the few points worth talking about, compares figures of one or both parties by their own sense of
better, needs at least two of them, and writes a table and a picture.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vbcsim.cli.say import PATH, Speaker, speaks

if TYPE_CHECKING:
    from vbcsim.negotiate.frontier import Frontier, Point

__all__ = ["command"]

_ONE = ("provider.mean", "provider.tvar95")
_BOTH = ("provider.risk_adjusted(25%)", "payer.risk_adjusted(25%)")


@click.command("frontier")
@click.argument("run", type=PATH)
@click.option("--design", required=True, help="Design of the run.")
@click.option(
    "--vary",
    "terms",
    multiple=True,
    required=True,
    metavar="NAME=FROM:TO:POINTS",
    help="A figure of the contract and its values; repeat for a grid.",
)
@click.option(
    "--figure",
    "figures",
    multiple=True,
    metavar="PARTY.STATISTIC",
    help="What a contract is judged by, two or more; else provider.mean and provider.tvar95.",
)
@click.option(
    "--both-parties",
    is_flag=True,
    help="Judge by provider.risk_adjusted(25%) and payer.risk_adjusted(25%): contracts that leave both better off.",
)
@click.option(
    "--subject-to", "bounds", multiple=True, metavar="GOAL", help="What every contract must keep: payer.mean >= -5m."
)
@click.option("--csv", "csv_file", type=PATH, help="File of a table with every contract tried.")
@click.option("--svg", "svg_file", type=PATH, help="File of a picture.")
@speaks
def command(
    run: Path,
    design: str,
    terms: tuple[str, ...],
    figures: tuple[str, ...],
    both_parties: bool,
    bounds: tuple[str, ...],
    csv_file: Path | None,
    svg_file: Path | None,
    say: Speaker,
) -> None:
    """Find the contracts that no other one beats, over a grid of figures of one design of the finished run RUN.

    A contract is beaten where another one is at least as good in every figure and better in one, in the same draws.
    From whom the figure is: its party would rather have a higher mean, a lower TVaR. Every figure has its Monte Carlo
    error; the share of resamples says how firmly a contract stands on the frontier. The contract as it is, is among
    those compared.

    \b
    Example:
      vbcsim frontier demo --design basic_e --vary shared_savings.share.savings=0.3:0.7:9 \\
        --vary "shared_savings.limit#2.losses[0].share=0.02:0.2:7" --svg frontier.svg
      vbcsim frontier demo --design basic_e --vary shared_savings.share.savings=0.3:0.7:9 \\
        --vary shared_savings.share.losses=0:0.6:7 --both-parties
    """
    from vbcsim.cli.axis import read_axis
    from vbcsim.core.errors import BadInput
    from vbcsim.negotiate.frontier import frontier
    from vbcsim.negotiate.goal import read_figure, read_goal
    from vbcsim.negotiate.variants import Variants
    from vbcsim.pipeline import open_run

    if both_parties and figures:
        raise BadInput("--both-parties", "chooses the figures itself; leave out --figure")
    asked = [read_figure(text) for text in figures or (_BOTH if both_parties else _ONE)]
    grid = dict(read_axis(text, "--vary") for text in terms)
    goals = [read_goal(text) for text in bounds]
    found = frontier(Variants(open_run(run), design), grid, asked, goals)
    _write(found, csv_file, svg_file, say)
    _say(found, say)


def _write(found: Frontier, csv_file: Path | None, svg_file: Path | None, say: Speaker) -> None:
    from vbcsim.core.files import write_atomic
    from vbcsim.report.frontier import frontier_data, frontier_picture

    if csv_file is not None:
        write_atomic(csv_file, frontier_data(found).csv)
        say.note(f"wrote {csv_file}")
    if svg_file is not None:
        from vbcsim.report.drawing import svg

        write_atomic(svg_file, svg(frontier_picture, found))
        say.note(f"wrote {svg_file}")


def _say(found: Frontier, say: Speaker) -> None:
    said = " and ".join(map(str, found.figures))
    say.text(f"{len(found.best)} of {len(found.points)} contracts are beaten by no other in {said}:")
    say.text("  ".join([*found.terms, *map(str, found.figures), "of 100 resamples"]))
    for point in found.best:
        say.text(_row(found, point))
    now = found.points[-1]
    if not now.efficient:
        say.text("as it is, and beaten or matched by another:")
        say.text(_row(found, now))
    if len(found.best) == 1:
        say.text("one contract beats all others: what it takes, another figure may pay; add it, or use --subject-to")
    if found.left_out:
        say.text(f"{found.left_out} points of the grid make no possible contract or miss a goal, and are left out")
    say.result(
        {
            "design": found.design,
            "draws": found.draws,
            "figures": [str(figure) for figure in found.figures],
            "left_out": found.left_out,
            "points": [_plain(found, point) for point in found.points],
        }
    )


def _row(found: Frontier, point: Point) -> str:
    cells = [figure.words(*pair) for figure, pair in zip(found.figures, point.figures, strict=True)]
    values = [f"{point.at[term]:.6g}" for term in found.terms]
    return "  ".join([*values, *cells, f"{100 * point.chance:.0f}" + ("  (as it is)" if point.present else "")])


def _plain(found: Frontier, point: Point) -> dict[str, Any]:
    return {
        "at": dict(point.at),
        "figures": {str(f): {"value": v, "mcse": e} for f, (v, e) in zip(found.figures, point.figures, strict=True)},
        "on_the_frontier": point.efficient,
        "share_of_resamples": point.chance,
        "as_it_is": point.present,
    }
