"""``vbcsim run``: simulate a scenario, settle its designs, write a folder with everything."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vbcsim.cli.say import PATH, Speaker, speaks
from vbcsim.experience.engines import CHOICES

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.experience.blocks import Runner
    from vbcsim.pipeline import Built, Lasting, NamedFigure, Run, Target
    from vbcsim.scenario.model import Scenario

__all__ = ["command"]

_MOST = 10_000_000
_MOST_TIMES = 100
"""Draws that ``--until-mcse`` goes to at most, in those that it begins with."""


@dataclass(frozen=True)
class _How:
    """Where to, on what, and until how sure a run goes."""

    out: Path
    threads: int | None
    workers: int | None
    cluster: str | None
    named: NamedFigure
    target: Target | None
    most_draws: int


@click.command("run")
@click.argument("file", type=PATH)
@click.option("--draws", type=click.IntRange(2, _MOST), help="Number of simulated histories; else the scenario's.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), help="Seed of every random number; else the scenario's.")
@click.option("--engine", type=click.Choice(CHOICES), help="How members are simulated; else the scenario's.")
@click.option("--threads", type=click.IntRange(1, 1024), help="Threads; the results do not depend on it.")
@click.option(
    "--until-mcse",
    metavar="ERROR",
    help="Add draws until the Monte Carlo error of the figure is at most this: USD such as 20k, or a share such as 1% "
    "of the standard deviation of the money; of a chance, 0.5%.",
)
@click.option(
    "--figure",
    metavar="DESIGN.PARTY.STATISTIC",
    help="The figure that --until-mcse and the bar of progress look at, as in full_risk.provider.p_loss; else "
    "provider.mean of the first design.",
)
@click.option("--most-draws", type=click.IntRange(2, _MOST), help="Where --until-mcse ends; else 100 times the draws.")
@click.option(
    "--workers", type=click.IntRange(1, 1024), help="Simulate in this many processes (needs vbcsim[cluster])."
)
@click.option("--cluster", metavar="tcp://HOST:PORT", help="Simulate on the workers of a running Dask scheduler.")
@click.option(
    "--set", "overrides", multiple=True, metavar="PATH=VALUE", help="Change a value, as in draws=5000; repeatable."
)
@click.option("--out", type=PATH, help="Folder of the results; else ./NAME-run.")
@click.option("--dry-run", is_flag=True, help="Say what would be run and written; run nothing.")
@speaks
def command(
    file: Path,
    draws: int | None,
    seed: int | None,
    engine: str | None,
    threads: int | None,
    until_mcse: str | None,
    figure: str | None,
    most_draws: int | None,
    workers: int | None,
    cluster: str | None,
    overrides: tuple[str, ...],
    out: Path | None,
    dry_run: bool,
    say: Speaker,
) -> None:
    """Simulate the scenario in FILE and its cases, settle every design of it, and write a folder with the results.

    The folder holds report.html (open it in a browser), results.xlsx (every figure, and one settlement in live
    formulas), results.json, results.nc, experience.nc and scenario.yaml, and likewise a folder for each case under
    cases; it appears whole or not at all. Draws that an earlier run left there are used again: where only the contract
    changed nothing is simulated, with more --draws only the further ones, and a run that was broken off goes on where
    it was. The results are the same bits in every case. FILE may be a workbook of `vbcsim template`.

    \b
    Example:
      vbcsim run scenarios/mssp_aco.yaml
      vbcsim run my.yaml --draws 10000 --set designs.basic_e.elected_minimum_rate=0.01 --out try1
      vbcsim run my.yaml --until-mcse 1% --figure full_risk.provider.tvar95
    """
    from vbcsim.cli.plan import plan_of, refuse_what_does_not_fit
    from vbcsim.scenario.load import load_scenario

    begun = time.perf_counter()
    scenario = load_scenario(file, overrides).asking(draws=draws, seed=seed, engine=engine)
    folder = out or Path(f"{scenario.name}-run")
    _refuse_together({"--threads": threads, "--workers": workers, "--cluster": cluster})
    named, target = _asked(scenario, figure, until_mcse, most_draws)
    plan = plan_of(scenario)
    if dry_run:
        say.text(plan.words(folder))
        say.result({"scenario": scenario.name, "dry_run": True, "out": str(folder), "plan": plan.figures()})
        return
    refuse_what_does_not_fit(plan)
    most = max(scenario.draws, most_draws or min(_MOST_TIMES * scenario.draws, _MOST))
    _run(scenario, _How(folder, threads, workers, cluster, named, target, most), begun, say)


def _refuse_together(given: Mapping[str, object]) -> None:
    named = [option for option, value in given.items() if value is not None]
    if len(named) > 1:
        raise click.UsageError(f"{' and '.join(named)} cannot be given together; choose one")


def _asked(
    scenario: Scenario, figure: str | None, until_mcse: str | None, most_draws: int | None
) -> tuple[NamedFigure, Target | None]:
    """The figure to look at, and how sure it is to become."""
    from vbcsim.pipeline import read_named_figure, read_target

    if until_mcse is None and most_draws is not None:
        raise click.UsageError("--most-draws says where --until-mcse ends; give that too, or use --draws")
    named = read_named_figure(figure, scenario)
    return named, None if until_mcse is None else read_target(until_mcse, named)


def _run(scenario: Scenario, how: _How, begun: float, say: Speaker) -> None:
    from vbcsim.cli.results import show, write
    from vbcsim.core.files import claim_folder
    from vbcsim.experience.shards import sweep
    from vbcsim.pipeline import built_cases, settle_cases, simulate_cases

    with claim_folder(how.out) as folder, _runner(how, say) as runner:
        built = built_cases(scenario)
        sweep(how.out, keep=[case.experience_hash for case in built.values()])
        lasting = _lasting(how, runner)

        def lived(name: str, case: Scenario, cohort: xr.Dataset) -> xr.Dataset:
            return _simulated(name, case, cohort, lasting, how.named, say)

        with _told_how_to_go_on(lasting):
            scenario, built, sure = _until_sure(scenario, built, how, lived)
            run = settle_cases(scenario, simulate_cases(built, lived))
            run = replace(run, variance_split=_split(run, how.threads, say))
            write(run, folder)
        sweep(how.out)
    seconds = time.perf_counter() - begun
    more = {"experience_reused": lasting.draws_simulated == 0, "draws_reused": lasting.draws_reused} | sure
    show(run, say, seconds=seconds, out=str(how.out), more=more)
    _tell(scenario, lasting, sure, seconds, how, say)


def _tell(scenario: Scenario, lasting: Lasting, sure: dict[str, Any], seconds: float, how: _How, say: Speaker) -> None:
    again = ""
    if lasting.draws_reused:
        again = f"; {lasting.draws_reused:,} draws were there already and {lasting.draws_simulated:,} were simulated"
    if lasting.draws_reused and not lasting.draws_simulated:
        again = "; the experience of the earlier run was used again"
    say.note(f"{scenario.draws:,} draws in {seconds:.1f} s{again}. Report: {how.out / 'report.html'}")
    say.note(f"Workbook: {how.out / 'results.xlsx'}")
    told = sure.get("until_mcse")
    if told and told["met"]:
        say.note(f"{told['figure']}: Monte Carlo error {told['mcse']:.4g} after {scenario.draws:,} draws.")
    elif told:
        say.warning(
            f"the Monte Carlo error of {told['figure']} is {told['mcse']:.4g} after {scenario.draws:,} draws, "
            f"more than {told['limit']:.4g}; allow more with --most-draws"
        )


def _lasting(how: _How, runner: Runner | None) -> Lasting:
    from vbcsim.pipeline import Lasting

    return Lasting(how.out, how.threads, runner)


@contextlib.contextmanager
def _runner(how: _How, say: Speaker) -> Iterator[Runner | None]:
    """Where blocks are simulated: on threads of this process, or on a cluster."""
    if how.workers is None and how.cluster is None:
        yield None
        return
    from vbcsim.experience.cluster import on_cluster

    with on_cluster(how.cluster, how.workers, told=say.note) as runner:
        yield runner


@contextlib.contextmanager
def _told_how_to_go_on(lasting: Lasting) -> Iterator[None]:
    """Note on an interruption what is kept."""
    try:
        yield
    except BaseException as error:
        kept = lasting.kept()
        if kept:
            error.add_note(f"{kept:,} draws are kept in {lasting.folder}; the same command goes on from there")
        raise


def _until_sure(
    scenario: Scenario, built: dict[str, Built], how: _How, lived: Any
) -> tuple[Scenario, dict[str, Built], dict[str, Any]]:
    """The scenario with as many draws as the figure needs, its cases likewise, and how sure the figure is.

    The numbers of draws tried follow from the results alone, so neither threads nor interruptions change them.
    """
    from vbcsim.cli.plan import plan_of, refuse_what_does_not_fit
    from vbcsim.pipeline import further_draws
    from vbcsim.pipeline.study import BASE

    if how.target is None:
        return scenario, built, {}
    cohort = built[BASE].cohort
    while True:
        found = how.named.settled(scenario, lived(BASE, scenario, cohort))
        met = how.target.met(found)
        if met or scenario.draws >= how.most_draws:
            break
        scenario = scenario.asking(draws=further_draws(found, how.target, how.most_draws))
        refuse_what_does_not_fit(plan_of(scenario))
    built = {name: case._replace(scenario=case.scenario.asking(draws=scenario.draws)) for name, case in built.items()}
    told = {"figure": str(how.named), "value": found.value, "mcse": found.mcse, "limit": how.target.limit(found)}
    return scenario, built, {"until_mcse": {**told, "draws": scenario.draws, "met": met}}


def _simulated(
    name: str, case: Scenario, cohort: xr.Dataset, lasting: Lasting, named: NamedFigure, say: Speaker
) -> xr.Dataset:
    from vbcsim.pipeline import RunningError

    with say.progress(f"simulating {case.members:,} members ({name})") as bar:
        if bar is None:
            return lasting.experience(case, cohort)
        error = RunningError(named, case)

        def progress(done: int, total: int) -> None:
            bar(done, total, str(error))

        return lasting.experience(case, cohort, progress=progress, watch=error)


def _split(run: Run, threads: int | None, say: Speaker) -> xr.Dataset | None:
    from vbcsim.pipeline import split_variance

    with say.progress("splitting the variance") as bar:
        return split_variance(run, threads=threads, progress=bar)
