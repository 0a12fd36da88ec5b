"""``vbcsim solve``: the value of a term that meets a goal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vbcsim.cli.say import PATH, Speaker, speaks

if TYPE_CHECKING:
    from vbcsim.negotiate.solve import Solution
    from vbcsim.negotiate.variants import Variants

__all__ = ["command"]


@click.command("solve")
@click.argument("run", type=PATH)
@click.option("--design", required=True, help="Design of the run.")
@click.option("--term", help="Figure to solve for, as in shared_savings.share.savings; without it, list all figures.")
@click.option(
    "--goal", "goals", multiple=True, metavar="GOAL", help='What to reach, as in "provider.p_loss <= 5%"; repeatable.'
)
@click.option("--from", "least", type=float, default=0.0, show_default=True, help="Smallest value to try.")
@click.option("--to", "most", type=float, default=1.0, show_default=True, help="Largest value to try.")
@click.option("--smallest", is_flag=True, help="The smallest value that meets the goals; else the largest.")
@speaks
def command(
    run: Path,
    design: str,
    term: str | None,
    goals: tuple[str, ...],
    least: float,
    most: float,
    smallest: bool,
    say: Speaker,
) -> None:
    """Find the value of one figure of a contract that meets every goal, on the draws of the finished run RUN.

    A goal is PARTY.STATISTIC, a sign and a bound. Statistics: mean, sd, p1 to p99, p_gain, p_loss, var95, tvar95
    (losses positive), and the chance of more than an amount: p_loss_over(2m), p_gain_over(500k). With = the figure is
    met exactly, as a fair price is. What cannot be met says how near it comes and which goal stops it (exit code 1).

    \b
    Example:
      vbcsim solve demo --design basic_e
      vbcsim solve demo --design basic_e --term "shared_savings.limit#2.losses[1].share" --to 0.15 \\
        --goal "provider.p_loss_over(2m) <= 5%"
      vbcsim solve demo --design basic_e --term shared_savings.share.savings --goal "payer.mean = -3m"
    """
    from vbcsim.negotiate.goal import read_goal
    from vbcsim.negotiate.solve import solve
    from vbcsim.negotiate.variants import Variants
    from vbcsim.pipeline import open_run

    variants = Variants(open_run(run), design)
    if term is None:
        _list(variants, say)
        return
    asked = [read_goal(goal) for goal in goals]
    found = solve(variants, term, asked, least=least, most=most, want="smallest" if smallest else "largest")
    say.text(_words(found, "smallest" if smallest else "largest"))
    say.result(_plain(found))
    if not found.met:
        raise click.exceptions.Exit(1)


def _list(variants: Variants, say: Speaker) -> None:
    for name, value in variants.figures.items():
        say.text(f"{name}  {value:g}")
    say.result({"design": variants.design, "figures": dict(variants.figures)})


def _words(found: Solution, want: str) -> str:
    low, high = found.interval
    lines = []
    if found.met:
        exact = any(goal.sign == "=" for goal, *_ in found.figures)
        lines.append(
            f"{found.term} = {found.value:.6g} {'meets the goal' if exact else f'is the {want} value that meets'}"
        )
    else:
        lines.append(
            f"No value meets every goal; {found.term} = {found.value:.6g} comes nearest, and {found.binding} stops it"
        )
    lines += [f"  {goal}: {goal.figure.words(value, mcse)}" for goal, value, mcse in found.figures]
    if high > low:
        lines.append(
            f"  within two Monte Carlo errors of the bound from {low:.6g} to {high:.6g}: more draws tell it closer"
        )
    lines.append(f"  now: {found.present:.6g}")
    if found.crossings > 1:
        lines.append(f"  the goals are met and missed {found.crossings} times along the range: look at it with a sweep")
    return "\n".join(lines)


def _plain(found: Solution) -> dict[str, Any]:
    return {
        "term": found.term,
        "value": found.value,
        "met": found.met,
        "interval": list(found.interval),
        "present": found.present,
        "binding": str(found.binding),
        "crossings": found.crossings,
        "goals": [{"goal": str(goal), "value": value, "mcse": mcse} for goal, value, mcse in found.figures],
    }
