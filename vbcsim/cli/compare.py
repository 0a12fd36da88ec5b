"""``vbcsim compare``: designs against one another on the same draws."""

from __future__ import annotations

from pathlib import Path

import click

from vbcsim.cli.say import PATH, Speaker, speaks

__all__ = ["command"]


@click.command("compare")
@click.argument("run", type=PATH)
@click.argument("other", required=False, type=PATH)
@speaks
def command(run: Path, other: Path | None, say: Speaker) -> None:
    """Compare the designs of the finished run RUN two by two, draw by draw.

    With OTHER, a second run over the same years, its designs are set against them as well, and the draws of the two
    runs are taken in pairs. Runs with the same seed share their random numbers, which makes the difference between
    them far more certain than either.

    \b
    Example:
      vbcsim compare demo
      vbcsim compare demo demo2 --json
    """
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
    compared = compare_designs(settlement)
    material = Material(first.scenario, arrangements, settlement, summarize(settlement), compared)
    if say.plain:
        print_comparison(material)
    whole = json_object(material)
    say.result({key: whole[key] for key in ("scenario", "draws", "seed", "experience_hash", "comparison")})
