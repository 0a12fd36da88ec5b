"""The results of a run for people, for programs and for its folder: what commands hand to ``vbcsim.report``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from vbcsim.cli.say import Speaker

if TYPE_CHECKING:
    from vbcsim.core.files import RunFolder
    from vbcsim.pipeline import Run

__all__ = ["json_of", "show", "write"]


def json_of(run: Run, *, seconds: float | None = None, out: str | None = None) -> dict[str, Any]:
    """The results of a run as plain values: those of base, its ledgers and groups, the cases, the variance split."""
    from vbcsim.cli.figures import case_figures, further_figures
    from vbcsim.pipeline.material import material_of
    from vbcsim.report.json import json_object

    material = material_of(run)
    return json_object(material, seconds=seconds, out=out) | further_figures(run) | case_figures(run, material.cases)


def write(run: Run, folder: RunFolder) -> None:
    """Put every file of a run into its folder, and close it with the manifest.

    The same run gives the same bytes: times and places are told by the command, not written.
    """
    from vbcsim.cli.workbook import workbook_of
    from vbcsim.pipeline import run_facts, save_run
    from vbcsim.pipeline.material import report_of
    from vbcsim.report.html import html_report

    material = report_of(run)
    save_run(run, folder)
    folder.write("results.json", json.dumps(json_of(run), indent=2, allow_nan=False) + "\n")
    folder.write("report.html", html_report(material))
    folder.write("results.xlsx", workbook_of(run, material))
    folder.finish(run_facts(run))


def show(run: Run, say: Speaker, *, seconds: float, out: str | None, more: dict[str, Any] | None = None) -> None:
    """Tell the results: a table for people, or one JSON object."""
    from vbcsim.pipeline.material import material_of
    from vbcsim.report.terminal import print_outcomes

    if say.plain:
        print_outcomes(material_of(run))
    say.result(json_of(run, seconds=round(seconds, 3), out=out) | (more or {}))
