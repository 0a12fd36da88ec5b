"""``vbcsim compare``: designs against one another on the same draws."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vbcsim.cli.say import PATH, Speaker, speaks

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.pipeline import Run

__all__ = ["command"]


@click.command("compare")
@click.argument("run", type=PATH)
@click.argument("other", required=False, type=PATH)
@speaks
def command(run: Path, other: Path | None, say: Speaker) -> None:
    """Compare the designs of the finished run RUN two by two, draw by draw, and each of its cases with base.

    With OTHER, a second run over the same years, its designs are set against them as well, and the draws of the two
    runs are taken in pairs. Runs with the same seed share their random numbers, which makes the difference between
    them far more certain than either.

    \b
    Example:
      vbcsim compare demo
      vbcsim compare demo demo2 --json
    """
    from vbcsim.cli.figures import compared
    from vbcsim.pipeline import compare as compare_designs
    from vbcsim.pipeline import open_run, side_by_side, summarize
    from vbcsim.report.json import json_object
    from vbcsim.report.material import Material
    from vbcsim.report.terminal import print_comparison

    first = open_run(run)
    settlement, arrangements = first.settlement, first.scenario.arrangements
    if other is not None:
        names = (run.name, other.name) if run.name != other.name else (str(run), str(other))
        settlement, arrangements = side_by_side(first, open_run(other), names), {}
    pairs = compare_designs(settlement)
    material = Material(first.scenario, arrangements, settlement, summarize(settlement), pairs)
    cases = None if other is not None else first.case_comparison
    if say.plain:
        print_comparison(material)
    if say.plain and cases is not None:
        _print_cases(first, cases, say)
    whole = json_object(material)
    told = {key: whole[key] for key in ("scenario", "draws", "seed", "experience_hash", "comparison")}
    say.result(told | {"case_comparison": compared(cases)})


def _print_cases(run: Run, comparison: xr.Dataset, say: Speaker) -> None:
    """Each case against base, under the same design and in the same draws."""
    from vbcsim.pipeline import side_by_side, summarize
    from vbcsim.report.material import Material
    from vbcsim.report.terminal import print_comparison

    base, *others = run.cases
    for name in others:
        say.text(f"\n{name}, {run.scenario.cases[name].title}, against the base case")
        both = side_by_side(run.cases[name], run.cases[base], (name, base))
        own = comparison.isel(pair=(comparison["case"] == name).values)
        print_comparison(Material(run.scenario, {}, both, summarize(both), own))
