"""Whether members and assumptions fit one another: every mistake at once, without building anything."""

from __future__ import annotations

from tests.cohorts import SOURCE, assumptions, service
from vbcsim.cohort.fit import fit_problems
from vbcsim.cohort.spec import CohortSpec


def cohort(**changed):
    row = {"cell": "a", "members": 10, "line_of_business": "dual", **changed.pop("cell", {})}
    return CohortSpec(cells=[row], source=SOURCE, **changed)


def test_what_fits_gives_no_problem():
    assert fit_problems(cohort(), assumptions([service()])) == []


def test_every_mistake_is_told_at_once():
    told = assumptions([service(line_of_business="medicare"), service("stay")])
    group = told.provider_group.model_copy(update={"provider_group": "north"})
    turnover = {"exit_rate_per_month": 0.01, "growth_per_year": -0.3, "source": SOURCE}
    found = fit_problems(
        cohort(cell={"use": {"visits": 2.0}}, turnover=turnover), told.model_copy(update={"provider_group": group})
    )
    assert [p.place for p in found] == [
        "assumptions.services[visit]",
        "assumptions.provider_group",
        "assumptions.provider_group",
        "cohort.cells[a].use",
        "cohort.turnover.growth_per_year",
    ]
