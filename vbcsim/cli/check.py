"""``vbcsim check``: every problem of a scenario at once; clauses that contradict or never bind; what bound in a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vbcsim.cli.say import PATH, Speaker, speaks

if TYPE_CHECKING:
    from vbcsim.scenario.model import Scenario

__all__ = ["command"]


@click.command("check")
@click.argument("target", metavar="FILE|RUN", type=PATH)
@click.option(
    "--set", "overrides", multiple=True, metavar="PATH=VALUE", help="Change a value, as in draws=5000; repeatable."
)
@speaks
def command(target: Path, overrides: tuple[str, ...], say: Speaker) -> None:
    """Read a scenario and say everything that is wrong with it, each with its line and a remedy; run nothing.

    Clauses that contradict one another or can never bind are warnings. Of a finished RUN it says in how many draws and
    years each clause changed the amount, with a warning where one never did.

    \b
    Example:
      vbcsim check scenarios/mssp_aco.yaml
      vbcsim check my.yaml --set draws=10000 --json
      vbcsim check demo
    """
    from vbcsim.core.errors import BadInput

    if not target.is_dir():
        _check_scenario(target, overrides, say)
    elif overrides:
        raise BadInput("--set", "a finished run is as it is; name the file of a scenario, or leave --set out")
    else:
        _check_run(target, say)


def _check_scenario(file: Path, overrides: tuple[str, ...], say: Speaker) -> None:
    from vbcsim.scenario.load import load_scenario

    scenario = load_scenario(file, overrides)
    unverified = {name: list(found.unverified) for name, found in scenario.arrangements.items()}
    warnings = _doubts(scenario)
    say.text(_summary(file, scenario))
    for name, words in unverified.items():
        if words:
            say.text(f"  {name}: not verified against a source: {', '.join(words)}")
    _tell(warnings, say)
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
            "cases": {name: case.title for name, case in scenario.cases.items()},
            "warnings": warnings,
            "problems": [],
        }
    )


def _doubts(scenario: Scenario) -> list[dict[str, str]]:
    """Clauses that contradict or never bind, design by design."""
    from vbcsim.contract.lint import doubts

    years = scenario.years.performance
    found = [
        {"design": name, **doubt._asdict()}
        for name, design in scenario.settled_designs.items()
        for arrangement in design.arrangements
        for doubt in doubts(arrangement, years)
        if not (doubt.rule == "line_never_read" and doubt.place.removeprefix("lines.") in _answered(scenario, name))
    ]
    return [doubt for k, doubt in enumerate(found) if doubt not in found[:k]]


def _answered(scenario: Scenario, design: str) -> frozenset[str]:
    """Lines of a design that the scenario's answers read, and what they are made from."""
    figures = [figure for spec in scenario.answers for figure in spec.figures() if figure.design == design]
    return scenario.arrangements[design].reached([figure.line for figure in figures if figure.line])


def _check_run(folder: Path, say: Speaker) -> None:
    """How often each clause changed the amount, and which never did."""
    from vbcsim.cli.binding import binding_of, binding_text, never_bound
    from vbcsim.pipeline import open_run, settled_parts

    run = open_run(folder)
    found = {name: binding_of(part.book, part.arrangement) for name, part in settled_parts(run).items()}
    warnings = [warning for name, binding in found.items() for warning in never_bound(name, binding)]
    draws = run.experience.sizes["draw"]
    for name, binding in found.items():
        say.text(binding_text(name, binding, draws))
    _tell(warnings, say)
    say.result(
        {
            "ok": True,
            "run": str(folder),
            "scenario": run.scenario.name,
            "draws": draws,
            "designs": {name: {"provisions": binding} for name, binding in found.items()},
            "warnings": warnings,
        }
    )


def _tell(warnings: list[dict[str, Any]], say: Speaker) -> None:
    from vbcsim.core.text import visible

    for warning in warnings:
        say.text(f"  warning: {warning['design']}: {warning['place']}: {visible(warning['message'])}")


def _summary(file: Path, scenario: Scenario) -> str:
    from vbcsim.core.text import listing, visible

    years = scenario.years.performance
    base = f" after {len(scenario.years.base)} base years" if scenario.years.base else ""
    return (
        f"{visible(str(file))} is sound: {scenario.members:,} members in {len(scenario.cohort.cells):,} cells, "
        f"{len(scenario.categories)} service categories, years {years[0]} to {years[-1]}{base}, "
        f"{scenario.draws:,} draws; designs {listing(list(scenario.designs))}"
        f"{f'; cases base, {listing(list(scenario.cases))}' if scenario.cases else ''}."
    )
