"""``vbcsim sensitivity``: which assumption a result depends on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vbcsim.cli.say import PATH, Speaker, speaks

if TYPE_CHECKING:
    from vbcsim.negotiate.assumptions import AssumptionSwing
    from vbcsim.negotiate.goal import Figure
    from vbcsim.negotiate.sobol import Indices
    from vbcsim.outcomes.distribution import Estimate
    from vbcsim.pipeline import Run

__all__ = ["command"]

_DRAWS = 512


@click.command("sensitivity")
@click.argument("run", type=PATH)
@click.option("--design", help="Design of the run; else its first.")
@click.option("--figure", default="provider.mean", show_default=True, metavar="PARTY.STATISTIC")
@click.option(
    "--move",
    "moves",
    multiple=True,
    metavar="PATH=LOW,HIGH",
    help="Move a plain number and simulate again: =1%,3% or as factors, =x0.9,x1.1; repeatable.",
)
@click.option(
    "--draws",
    type=click.IntRange(2),
    default=_DRAWS,
    show_default=True,
    help="Draws of each further simulation: for --move, and for indices the power of two below it.",
)
@click.option("--indices/--no-indices", default=True, help="Whether to find Sobol indices, one simulation each.")
@click.option("--threads", type=click.IntRange(1, 1024), help="Threads; the results do not depend on it.")
@click.option("--tornado-svg", type=PATH, help="File of a picture of the assumptions.")
@click.option("--indices-svg", type=PATH, help="File of a picture of the indices.")
@speaks
def command(
    run: Path,
    design: str | None,
    figure: str,
    moves: tuple[str, ...],
    draws: int,
    indices: bool,
    threads: int | None,
    tornado_svg: Path | None,
    indices_svg: Path | None,
    say: Speaker,
) -> None:
    """Say which assumption a figure of the finished run RUN depends on; RUN may be the file of a scenario too.

    First a tornado: where an assumption is written as a distribution, the figure in the tenth of draws in which it is
    lowest and in the tenth in which it is highest, from the draws as they are. Plain numbers are moved with --move and
    simulated again on the same random numbers.

    Then Sobol indices: which share of the variance of the party's money in a draw (or of whether it loses) each
    uncertain assumption and each layer of chance brings, alone (first order) and with all it takes part in (total).
    The chance of members is one of the layers, so an assumption's index is its share of the whole; its share of what
    the assumptions bring together is told beside.

    \b
    Example:
      vbcsim sensitivity demo --design two_sided --figure provider.p_loss
      vbcsim sensitivity demo --move assumptions.provider_group.effect_sd=x0.5,x1.5 --no-indices
    """
    from vbcsim.core.errors import BadInput, did_you_mean
    from vbcsim.core.text import listing, shown
    from vbcsim.negotiate.assumptions import ends_of, read_move
    from vbcsim.negotiate.goal import read_figure

    asked, wanted = read_figure(figure), [read_move(text) for text in moves]
    found = _opened(run, threads)
    names = list(found.scenario.designs)
    name = design or names[0]
    if name not in names:
        raise BadInput("--design", f"there is no {shown(name)}{did_you_mean(name, names)} (there: {listing(names)})")
    ends = [ends_of(found.scenario, move) for move in wanted]
    with say.progress("sensitivity") as progress:
        drawn = _tenths(found, name, asked)
        stated = [_moved(found, name, asked, each, draws, threads) for each in zip(wanted, ends, strict=True)]
        parts = _indices(found, name, asked, draws, threads, progress) if indices else None
    _say_swings(drawn, stated, asked, say)
    if parts is not None:
        _say_indices(parts, say)
    _draw(drawn, stated, parts, asked, tornado_svg, indices_svg, say)
    say.result(
        {
            "design": name,
            "figure": str(asked),
            "drawn": [_plain(swing) for swing in drawn],
            "moved": [_plain(swing) for swing in stated],
            "sobol": None if parts is None else _plain_indices(parts),
        }
    )


def _opened(path: Path, threads: int | None) -> Run:
    """A finished run, or the scenario itself simulated and settled, without its cases."""
    from vbcsim.pipeline import build_cohort, load_scenario, open_run, settle_run, simulate

    if not path.is_file():
        return open_run(path)
    scenario = load_scenario(path)
    cohort = build_cohort(scenario)
    asked: dict[str, Any] = {"draws": scenario.draws, "seed": scenario.seed, "engine": scenario.engine}
    return settle_run(scenario, cohort, simulate(cohort, **asked, threads=threads))


def _tenths(run: Run, design: str, figure: Figure) -> tuple[AssumptionSwing, ...]:
    from vbcsim.negotiate.assumptions import by_tenths, drawn_values

    net = run.settlement["net_usd"].sel(design=design).sum("year")
    values = drawn_values(run)
    return by_tenths(values, {str(p): net.sel(party=p).values for p in net["party"].values}, figure) if values else ()


def _moved(run: Run, design: str, figure: Figure, each: Any, draws: int, threads: int | None) -> AssumptionSwing:
    from vbcsim.negotiate.assumptions import End, moved
    from vbcsim.pipeline import build_cohort

    move, stated = each
    ends = [End(value, scenario, build_cohort(scenario)) for value, scenario in stated]
    return moved(run, design, figure, move, ends, draws=draws, threads=threads)


def _indices(run: Run, design: str, figure: Figure, draws: int, threads: int | None, progress: Any) -> Indices:
    from vbcsim.negotiate.sobol import sobol

    return sobol(run, design, figure, draws=draws, threads=threads, progress=progress)


def _say_swings(
    drawn: Sequence[AssumptionSwing], stated: Sequence[AssumptionSwing], figure: Figure, say: Speaker
) -> None:
    if drawn:
        say.text(
            f"{figure} in the tenth of draws in which an assumption is lowest, and in that in which it is highest:"
        )
    else:
        say.text("No assumption is written as a distribution: nothing is uncertain but chance (see --move)")
    for swing in drawn:
        say.text(f"  {_words(swing, figure)}")
    if stated:
        say.text(f"{figure} with an assumption moved, {stated[0].draws:,} draws simulated again at either end:")
    for swing in stated:
        say.text(f"  {_words(swing, figure)}")


def _words(swing: AssumptionSwing, figure: Figure) -> str:
    low, high, apart = (
        figure.words(float(e.value), float(e.mcse)) for e in (swing.at_low, swing.at_high, swing.difference)
    )
    doubt = "" if swing.is_firm else ": chance could do as much"
    return f"{swing.name} {swing.low:.4g} to {swing.high:.4g}: {low} to {high}, a difference of {apart}{doubt}"


def _say_indices(found: Indices, say: Speaker) -> None:
    from vbcsim.negotiate.sobol import ASSUMPTIONS
    from vbcsim.report.split import LAYERS

    say.text(f"Sobol indices of {found.of}, in percent of its variance, {found.draws:,} draws:")
    for k in sorted(range(len(found.coordinates)), key=lambda k: -float(found.total.value[k])):
        name = found.coordinates[k]
        layer = f" ({LAYERS[name].lower()})" if name in LAYERS else ""
        said = f"alone {_percent(found.first, k)}, with all it takes part in {_percent(found.total, k)}"
        part = found.of_conditional_mean(k)
        if name not in LAYERS and math.isfinite(part):
            said += f"; {100.0 * part:.0f}% of what the assumptions bring alone"
        say.text(f"  {name}{layer}: {said}")
    if ASSUMPTIONS not in found.coordinates:
        say.text("  no assumption is uncertain: the layers of chance are all there is")


def _percent(estimate: Estimate, k: int) -> str:
    return f"{100.0 * float(estimate.value[k]):.1f} ± {100.0 * float(estimate.mcse[k]):.1f}"


def _draw(
    drawn: Sequence[AssumptionSwing],
    stated: Sequence[AssumptionSwing],
    parts: Indices | None,
    figure: Figure,
    tornado_svg: Path | None,
    indices_svg: Path | None,
    say: Speaker,
) -> None:
    from functools import partial

    from vbcsim.core.files import write_atomic

    def write(file: Path, draw: Any, *what: Any) -> None:
        from vbcsim.report.drawing import svg

        write_atomic(file, svg(draw, *what))
        say.note(f"wrote {file}")

    if tornado_svg is not None and (drawn or stated):
        from vbcsim.report.sensitivity import assumption_bars

        swings = sorted((*drawn, *stated), key=lambda swing: -abs(float(swing.difference.value)))
        write(tornado_svg, partial(assumption_bars, is_chance=figure.is_chance), swings, str(figure))
    if indices_svg is not None and parts is not None:
        from vbcsim.report.sensitivity import index_bars

        write(indices_svg, index_bars, parts)


def _plain(swing: AssumptionSwing) -> dict[str, Any]:
    ends = {name: getattr(swing, name) for name in ("at_low", "at_high", "difference")}
    return {
        **{name: getattr(swing, name) for name in ("name", "low", "high", "draws")},
        **{name: {"value": float(e.value), "mcse": float(e.mcse)} for name, e in ends.items()},
    }


def _plain_indices(found: Indices) -> dict[str, Any]:
    rows = {}
    for k, name in enumerate(found.coordinates):
        part = found.of_conditional_mean(k)
        rows[name] = {
            order: {"value": float(e.value[k]), "mcse": float(e.mcse[k])}
            for order, e in (("first_order", found.first), ("total", found.total))
        } | {"of_conditional_mean": part if math.isfinite(part) else None}
    return {"of": found.of, "draws": found.draws, "variance": found.variance, "coordinates": rows}
