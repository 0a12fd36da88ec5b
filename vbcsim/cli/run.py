"""``vbcsim run``: simulate a scenario, settle its designs, write a folder with everything."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vbcsim.cli.say import PATH, Speaker, speaks
from vbcsim.experience.engines import CHOICES

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.pipeline import Run
    from vbcsim.scenario.model import Scenario

__all__ = ["command"]


@click.command("run")
@click.argument("file", type=PATH)
@click.option("--draws", type=click.IntRange(2, 10_000_000), help="Number of simulated histories; else the scenario's.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), help="Seed of every random number; else the scenario's.")
@click.option("--engine", type=click.Choice(CHOICES), help="How members are simulated; else the scenario's.")
@click.option("--threads", type=click.IntRange(1, 1024), help="Threads; the results do not depend on it.")
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
    overrides: tuple[str, ...],
    out: Path | None,
    dry_run: bool,
    say: Speaker,
) -> None:
    """Simulate the scenario in FILE and its cases, settle every design of it, and write a folder with the results.

    The folder holds report.html (open it in a browser), results.json, results.nc, experience.nc and scenario.yaml, and
    likewise a folder for each case under cases; it appears whole or not at all. An experience that an earlier run left
    there is used again where only the contract changed.

    \b
    Example:
      vbcsim run scenarios/mssp_aco.yaml
      vbcsim run my.yaml --draws 10000 --set designs.basic_e.elected_minimum_rate=0.01 --out try1
    """
    from vbcsim.cli.plan import plan_of, refuse_what_does_not_fit
    from vbcsim.scenario.load import load_scenario

    begun = time.perf_counter()
    scenario = load_scenario(file, overrides).asking(draws=draws, seed=seed, engine=engine)
    folder = out or Path(f"{scenario.name}-run")
    plan = plan_of(scenario)
    if dry_run:
        say.text(plan.words(folder))
        say.result({"scenario": scenario.name, "dry_run": True, "out": str(folder), "plan": plan.figures()})
        return
    refuse_what_does_not_fit(plan)
    _run(scenario, folder, threads, begun, say)


def _run(scenario: Scenario, out: Path, threads: int | None, begun: float, say: Speaker) -> None:
    from vbcsim.cli.results import show, write
    from vbcsim.core.files import claim_folder
    from vbcsim.pipeline import settle_cases, simulate_cases

    used_again: list[str] = []

    def lived(name: str, case: Scenario, cohort: xr.Dataset) -> xr.Dataset:
        kept = _kept(case, cohort, out)
        used_again.extend([] if kept is None else [name])
        return _simulated(name, case, cohort, threads, say) if kept is None else kept

    with claim_folder(out) as folder:
        found = simulate_cases(scenario, lived)
        run = settle_cases(scenario, found)
        run = replace(run, variance_split=_split(run, threads, say))
        write(run, folder)
    seconds = time.perf_counter() - begun
    distinct = len({id(case.experience) for case in found.values()})
    show(run, say, seconds=seconds, out=str(out), more={"experience_reused": len(used_again) == distinct})
    again = "; the experience of the earlier run was used again" if used_again else ""
    say.note(f"{scenario.draws:,} draws in {seconds:.1f} s{again}. Report: {out / 'report.html'}")


def _simulated(name: str, case: Scenario, cohort: xr.Dataset, threads: int | None, say: Speaker) -> xr.Dataset:
    from vbcsim.pipeline import simulate

    asked: dict[str, Any] = {"draws": case.draws, "seed": case.seed, "engine": case.engine}
    with say.progress(f"simulating {case.members:,} members ({name})") as bar:
        return simulate(cohort, **asked, threads=threads, progress=bar)


def _split(run: Run, threads: int | None, say: Speaker) -> xr.Dataset | None:
    from vbcsim.pipeline import split_variance

    with say.progress("splitting the variance") as bar:
        return split_variance(run, threads=threads, progress=bar)


def _kept(scenario: Scenario, cohort: xr.Dataset, out: Path) -> xr.Dataset | None:
    """The experience of an earlier run in the folder, where it is the one asked for."""
    from vbcsim.core.errors import BadInput
    from vbcsim.pipeline import kept_experience

    try:
        return kept_experience(out, scenario, cohort)
    except BadInput:
        return None
