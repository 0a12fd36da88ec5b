"""``vbcsim check``: every problem of a scenario at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vbcsim.cli.say import PATH, Speaker, speaks

if TYPE_CHECKING:
    from vbcsim.scenario.model import Scenario

__all__ = ["command"]


@click.command("check")
@click.argument("file", type=PATH)
@click.option(
    "--set", "overrides", multiple=True, metavar="PATH=VALUE", help="Change a value, as in draws=5000; repeatable."
)
@speaks
def command(file: Path, overrides: tuple[str, ...], say: Speaker) -> None:
    """Read a scenario and say everything that is wrong with it, each with its line and a remedy; run nothing.

    \b
    Example:
      vbcsim check scenarios/mssp_aco.yaml
      vbcsim check my.yaml --set draws=10000 --json
    """
    from vbcsim.scenario.load import load_scenario

    scenario = load_scenario(file, overrides)
    unverified = {name: list(found.unverified) for name, found in scenario.arrangements.items()}
    say.text(_summary(file, scenario))
    for name, words in unverified.items():
        if words:
            say.text(f"  {name}: not verified against a source: {', '.join(words)}")
    say.result(
        {
            "ok": True,
            "file": str(file),
            "scenario": scenario.name,
            "members": scenario.members,
            "cells": len(scenario.cohort.cells),
            "draws": scenario.draws,
            "seed": scenario.seed,
            "engine": scenario.engine,
            "base_years": list(scenario.years.base),
            "performance_years": list(scenario.years.performance),
            "designs": {
                name: {"title": found.title, "unverified": unverified[name]}
                for name, found in scenario.arrangements.items()
            },
            "problems": [],
        }
    )


def _summary(file: Path, scenario: Scenario) -> str:
    from vbcsim.core.text import listing, visible

    years = scenario.years.performance
    base = f" after {len(scenario.years.base)} base years" if scenario.years.base else ""
    return (
        f"{visible(str(file))} is sound: {scenario.members:,} members in {len(scenario.cohort.cells):,} cells, "
        f"{len(scenario.assumptions.services)} service categories, years {years[0]} to {years[-1]}{base}, "
        f"{scenario.draws:,} draws; designs {listing(list(scenario.designs))}."
    )
