"""What a report, a workbook, a picture or a notebook shows of a finished run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vbcsim.pipeline.study import BASE

if TYPE_CHECKING:
    from vbcsim.pipeline.study import Run
    from vbcsim.report.material import Material

__all__ = ["material_of", "report_of"]


def material_of(run: Run) -> Material:
    """What the report of a run is made from."""
    from vbcsim.report.material import Material

    others = {
        name: Material.of_run(case, run.scenario.cases[name].title) for name, case in run.cases.items() if name != BASE
    }
    base = Material.of_run(run.cases[BASE])
    return replace(base, variance_split=run.variance_split, answers=run.answers, cases=others)


def report_of(run: Run) -> Material:
    """What the report is made from: as for the tables, with where the money goes."""
    from vbcsim.pipeline.money import money_of

    material = material_of(run)
    steps, shares = money_of(run, material.lead)
    return replace(material, waterfall=steps, effective_share=shares, capital=run.capital)
