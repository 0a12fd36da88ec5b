"""The results of a run for people, for programs and for its folder: what commands hand to ``vbcsim.report``."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from vbcsim.cli.say import Speaker

if TYPE_CHECKING:
    from vbcsim.core.files import RunFolder
    from vbcsim.pipeline import Run
    from vbcsim.report.material import Material

__all__ = ["json_of", "material_of", "report_of", "show", "write"]


def material_of(run: Run) -> Material:
    """What the report of a run is made from."""
    from vbcsim.pipeline.study import BASE
    from vbcsim.report.material import Material

    others = {
        name: Material.of_run(case, run.scenario.cases[name].title) for name, case in run.cases.items() if name != BASE
    }
    base = Material.of_run(run.cases[BASE])
    return replace(base, variance_split=run.variance_split, answers=run.answers, cases=others)


def report_of(run: Run) -> Material:
    """What the report is made from: as for the tables, with where the money goes."""
    from vbcsim.pipeline import effective_share, waterfall

    material = material_of(run)
    steps, shares = waterfall(run, material.lead), effective_share(run, material.lead)
    return replace(material, waterfall=steps, effective_share=shares, capital=run.capital)


def json_of(run: Run, *, seconds: float | None = None, out: str | None = None) -> dict[str, Any]:
    """The results of a run as plain values: those of base, its ledgers and groups, the cases, the variance split."""
    from vbcsim.cli.figures import case_figures, further_figures
    from vbcsim.report.json import json_object

    material = material_of(run)
    return json_object(material, seconds=seconds, out=out) | further_figures(run) | case_figures(run, material.cases)


def write(run: Run, folder: RunFolder) -> None:
    """Put every file of a run into its folder, and close it with the manifest.

    The same run gives the same bytes: times and places are told by the command, not written.
    """
    from vbcsim.cli.workbook import workbook_of
    from vbcsim.pipeline import run_facts, save_run
    from vbcsim.report.html import html_report

    material = report_of(run)
    save_run(run, folder)
    folder.write("results.json", json.dumps(json_of(run), indent=2, allow_nan=False) + "\n")
    folder.write("report.html", html_report(material))
    folder.write("results.xlsx", workbook_of(run, material))
    folder.finish(run_facts(run))


def show(run: Run, say: Speaker, *, seconds: float, out: str | None, more: dict[str, Any] | None = None) -> None:
    """Tell the results: a table for people, or one JSON object."""
    from vbcsim.report.terminal import print_outcomes

    if say.plain:
        print_outcomes(material_of(run))
    say.result(json_of(run, seconds=round(seconds, 3), out=out) | (more or {}))
