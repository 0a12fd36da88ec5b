"""``vbcsim run``: simulate a scenario, settle its designs, write a folder with everything."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vbcsim.cli.say import PATH, Speaker, speaks
from vbcsim.experience.engines import ENGINES

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.scenario.model import Scenario

__all__ = ["command"]


@click.command("run")
@click.argument("file", type=PATH)
@click.option("--draws", type=click.IntRange(2, 10_000_000), help="Number of simulated histories; else the scenario's.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), help="Seed of every random number; else the scenario's.")
@click.option("--engine", type=click.Choice(ENGINES), help="How members are simulated; else the scenario's.")
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
    """Simulate the scenario in FILE, settle every design of it, and write a folder with the results.

    The folder holds report.html (open it in a browser), results.json, results.nc, experience.nc and scenario.yaml; it
    appears whole or not at all. An experience that an earlier run left there is used again where only the contract
    changed.

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
    from vbcsim.pipeline import build_cohort, settle_run

    with claim_folder(out) as folder:
        cohort = build_cohort(scenario)
        experience = _kept(scenario, cohort, out)
        reused = experience is not None
        if experience is None:
            experience = _simulated(scenario, cohort, threads, say)
        run = settle_run(scenario, cohort, experience)
        write(run, folder)
    seconds = time.perf_counter() - begun
    show(run, say, seconds=seconds, out=str(out), more={"experience_reused": reused})
    again = "; the experience of the earlier run was used again" if reused else ""
    say.note(f"{scenario.draws:,} draws in {seconds:.1f} s{again}. Report: {out / 'report.html'}")


def _simulated(scenario: Scenario, cohort: xr.Dataset, threads: int | None, say: Speaker) -> xr.Dataset:
    from vbcsim.pipeline import simulate

    asked: dict[str, Any] = {"draws": scenario.draws, "seed": scenario.seed, "engine": scenario.engine}
    with say.progress(f"simulating {scenario.members:,} members") as bar:
        return simulate(cohort, **asked, threads=threads, progress=bar)


def _kept(scenario: Scenario, cohort: xr.Dataset, out: Path) -> xr.Dataset | None:
    """The experience of an earlier run in the folder, where it is the one asked for."""
    from vbcsim.core.errors import BadInput
    from vbcsim.pipeline import kept_experience

    try:
        return kept_experience(out, scenario, cohort)
    except BadInput:
        return None
