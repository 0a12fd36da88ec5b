"""The results of a run for people, for programs and for its folder: what commands hand to ``vbcsim.report``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from vbcsim.cli.say import Speaker

if TYPE_CHECKING:
    from vbcsim.core.files import RunFolder
    from vbcsim.pipeline import Run
    from vbcsim.report.material import Material

__all__ = ["material_of", "show", "write"]


def material_of(run: Run) -> Material:
    """What the report of a run is made from."""
    from vbcsim.report.material import Material

    return Material(
        scenario=run.scenario,
        arrangements=run.scenario.arrangements,
        settlement=run.settlement,
        outcomes=run.outcomes,
        comparison=run.comparison,
        experience=run.experience,
    )


def write(run: Run, folder: RunFolder) -> None:
    """Put every file of a run into its folder, and close it with the manifest.

    The same run gives the same bytes: times and places are told by the command, not written.
    """
    from vbcsim.pipeline import run_facts, save_run
    from vbcsim.report.html import html_report
    from vbcsim.report.json import json_object

    material = material_of(run)
    save_run(run, folder)
    folder.write("results.json", json.dumps(json_object(material), indent=2, allow_nan=False) + "\n")
    folder.write("report.html", html_report(material))
    folder.finish(run_facts(run))


def show(run: Run, say: Speaker, *, seconds: float, out: str | None, more: dict[str, Any] | None = None) -> None:
    """Tell the results: a table for people, or one JSON object."""
    from vbcsim.report.json import json_object
    from vbcsim.report.terminal import print_outcomes

    material = material_of(run)
    if say.plain:
        print_outcomes(material)
    say.result(json_object(material, seconds=round(seconds, 3), out=out) | (more or {}))
