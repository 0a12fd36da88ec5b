"""``vbcsim solve``: the values of one or two terms that meet goals, and the fair price of a clause."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vbcsim.cli.say import PATH, Speaker, speaks

if TYPE_CHECKING:
    from vbcsim.negotiate.question import Question, Range
    from vbcsim.negotiate.variants import Variants

__all__ = ["command"]


@click.command("solve")
@click.argument("run", type=PATH)
@click.option("--design", required=True, help="Design of the run.")
@click.option(
    "--vary",
    "--term",
    "terms",
    multiple=True,
    metavar="NAME[=FROM:TO]",
    help="Figure to solve for, as in shared_savings.share.savings=0.3:0.7; one or two. Without it, list all figures.",
)
@click.option(
    "--goal",
    "goals",
    multiple=True,
    metavar="GOAL",
    help='What to reach, as in "provider.p_loss <= 5%" or "max provider.mean"; repeatable.',
)
@click.option(
    "--subject-to", "bounds", multiple=True, metavar="GOAL", help="A goal that must be kept as well; repeatable."
)
@click.option("--from", "least", type=float, help="Smallest value to try, where --vary does not say it.")
@click.option("--to", "most", type=float, help="Largest value to try, where --vary does not say it.")
@click.option("--smallest", is_flag=True, help="The smallest value that meets the goals; else the largest.")
@click.option(
    "--fair",
    metavar="CLAUSE",
    help="Price a clause (shared_savings.limit#2, or all caps: cap), a move (NAME=VALUE) or a further clause "
    "(PROVISION+{CLAUSE}) in place of solving for a goal.",
)
@click.option(
    "--in",
    "instead",
    multiple=True,
    metavar="NAME[=FROM:TO]",
    help="With --fair: the figure that makes up for it; else the shares of the same provision.",
)
@click.option(
    "--keep",
    default="provider.mean",
    show_default=True,
    metavar="FIGURE",
    help="With --fair: the figure that stays where it is when another one makes up for the change.",
)
@speaks
def command(
    run: Path,
    design: str,
    terms: tuple[str, ...],
    goals: tuple[str, ...],
    bounds: tuple[str, ...],
    least: float | None,
    most: float | None,
    smallest: bool,
    fair: str | None,
    instead: tuple[str, ...],
    keep: str,
    say: Speaker,
) -> None:
    """Find the values of one or two figures of a contract that meet every goal, on the draws of the finished run RUN.

    A goal is PARTY.STATISTIC, a sign and a bound. Statistics: mean, sd, p1 to p99, p_gain, p_loss, var95, tvar95
    (losses positive), the chance of more than an amount, p_loss_over(2m), p_gain_over(500k), and the mean less a part
    of what the worst twentieth falls short of it, risk_adjusted(25%). A bound is an amount, `now` (the contract as it
    is) or `under DESIGN` (another design of the run in the same draws). With = the figure is met exactly. "max FIGURE"
    or "min FIGURE" asks for the best values among those that keep every other goal; with two terms it is needed.

    The answer comes with its Monte Carlo error, and is checked on draws that did not choose it: it is found again on
    one half of the draws and measured on the other. What cannot be met says how near it comes and which goal stops it
    (exit code 1).

    With --fair, say what a clause is worth to each party: in USD, per member and month, as a part of the benchmark, and
    as the figure that would make up for it ("without the cap, 44 % of savings in place of 50 %").

    \b
    Example:
      vbcsim solve demo --design basic_e
      vbcsim solve demo --design basic_e --vary "shared_savings.limit#2.losses[1].share=0:0.15" \\
        --goal "provider.p_loss_over(2m) <= 5%"
      vbcsim solve demo --design basic_e --vary shared_savings.share.savings --vary shared_savings.share.losses \\
        --goal "max provider.risk_adjusted(25%)" --subject-to "payer.mean >= now"
      vbcsim solve demo --design basic_e --fair cap
    """
    from vbcsim.negotiate.variants import Variants
    from vbcsim.pipeline import open_run

    variants = Variants(open_run(run), design)
    if fair is not None:
        _price(variants, fair, instead, keep, say)
    elif not terms:
        _list(variants, say)
    else:
        ranges = _ranges(variants, terms, least, most)
        _solve(_question(variants, ranges, (*goals, *bounds), "smallest" if smallest else "largest"), say)


def _list(variants: Variants, say: Speaker) -> None:
    for name, value in variants.figures.items():
        say.text(f"{name}  {value:g}")
    say.result({"design": variants.design, "figures": dict(variants.figures)})


def _ranges(
    variants: Variants, texts: Sequence[str], least: float | None = None, most: float | None = None
) -> tuple[Range, ...]:
    """``NAME=FROM:TO`` or ``NAME``, whose range is what was given for all, else the usual one."""
    from vbcsim.core.errors import BadInput
    from vbcsim.negotiate.question import Range, usual_range

    found = []
    for text in texts:
        name, equals, said = text.partition("=")
        ends = said.split(":") if equals else []
        try:
            low, high = map(float, ends) if equals else usual_range(variants.value(name))
        except ValueError:
            raise BadInput(f"--vary {text}", "write NAME=FROM:TO, as in shared_savings.share.savings=0.3:0.7") from None
        if not equals:
            low, high = low if least is None else least, high if most is None else most
        found.append(Range(name, low, high))
    return tuple(found)


def _question(variants: Variants, ranges: tuple[Range, ...], texts: Sequence[str], want: str) -> Question:
    from vbcsim.core.errors import BadInput
    from vbcsim.negotiate.goal import read_goal, read_objective
    from vbcsim.negotiate.question import Question

    objectives = {text: read_objective(text, [found.term for found in ranges]) for text in texts}
    asked = [found for found in objectives.values() if found is not None]
    if len(asked) > 1:
        said = " and ".join(map(str, asked))
        raise BadInput("goal", f"{said} cannot both be best; keep one, and bound the other with <= or >=")
    goals = tuple(read_goal(text) for text, found in objectives.items() if found is None)
    return Question(variants, ranges, goals, asked[0] if asked else None, want)


def _solve(question: Question, say: Speaker) -> None:
    from vbcsim.cli.solved import solved_plain, solved_words
    from vbcsim.negotiate.solve import solve

    found = solve(question)
    say.text(solved_words(found))
    say.result(solved_plain(found))
    if not found.met:
        raise click.exceptions.Exit(1)


def _price(variants: Variants, fair: str, instead: Sequence[str], keep: str, say: Speaker) -> None:
    from vbcsim.cli.solved import price_plain, price_words
    from vbcsim.negotiate.fair import price, read_changes
    from vbcsim.negotiate.goal import read_figure

    kept = read_figure(keep)
    moved = _ranges(variants, instead) if instead else None
    prices = [price(variants, change, kept, moved) for change in read_changes(variants, fair)]
    for found in prices:
        say.text(price_words(found))
    say.result({"design": variants.design, "kept": str(kept), "prices": [price_plain(found) for found in prices]})
