"""Rows of the shipped format from a fit: within their bounds, compatible in every world, small cells put together."""

from __future__ import annotations

import numpy as np
import pytest

from tests.calibrate.fit.made_up import person_years
from vbcsim.calibrate.fit.fit import fit
from vbcsim.calibrate.fit.tables import all_rows, cells_of, population_of, service_rows, small_cells
from vbcsim.cohort.build import build_cohort
from vbcsim.cohort.spec import CohortSpec
from vbcsim.core.uncertain import Distribution


def test_rows_carry_their_errors_and_their_source(fitted):
    (row, *_), (frailty,), _ = all_rows(fitted)
    assert row.category == "stay"
    assert isinstance(row.overdispersion, Distribution)
    assert isinstance(row.utilization_per_1000, Distribution)
    assert "fitted to made-up persons, 4,000 persons, years 2021-2022, credibility use 1.00" in row.source
    assert row.reference_year == 2022
    assert isinstance(frailty.persistence, Distribution)
    assert not isinstance(frailty.variance, Distribution)


@pytest.mark.parametrize("persons", [60, 400, 4000])
def test_every_world_of_the_tables_can_be_simulated(many, truth, persons):
    """Whatever is drawn: the shared factor fits into the overdispersion, and tails have a variance."""
    sample = person_years(many.part(np.arange(persons)), truth)
    found = fit(sample, prior=truth, seed=1)
    services, (frailty,), cells = all_rows(found)
    changes = {"services": services, "shared_frailty": frailty, "reference_year": 2022}
    assumptions = truth._assumptions().model_copy(update=changes)
    assumptions = type(assumptions).model_validate(assumptions.model_dump())
    cohort = build_cohort(CohortSpec(cells=cells, strata=("age_band",), source="fit"), assumptions, [2022], [2023])
    assert cohort.sizes["world"] == 16


def test_small_cells_are_put_together(many, truth):
    sample = person_years(many.part(np.arange(4000)), truth)
    code = sample.age_band.code.copy()
    code[sample.person < 5] = 2
    from dataclasses import replace

    from vbcsim.calibrate.claims.person_years import Coded

    rare = replace(sample, age_band=Coded(code, (*sample.age_band.labels, "99 and over")))
    found = fit(rare, prior=None, seed=1)
    cells = cells_of(found.lines[0], "enrollment_type")
    assert "99 and over" not in {c.age_band for c in cells}
    # Two cells at least are put together: one alone would be told by the total.
    assert len(small_cells(found.lines[0])) == 2
    assert sum(c.members for c in cells) == pytest.approx(4000, abs=3)


def test_the_plain_population_has_the_level_of_its_year(fitted):
    line = fitted.lines[0]
    last, mean = population_of(line), population_of(line, 2021.5)
    trend = line.figure("visit", "utilization_trend").value
    ratio = mean.services[1].utilization_per_1000 / last.services[1].utilization_per_1000
    assert ratio == pytest.approx((1 + trend) ** -0.5)
    rate = 1000 * (mean.shares @ mean.rates)[1]
    assert rate == pytest.approx(1000 * line.data.services[:, 1].sum() / line.data.exposure.sum(), rel=0.01)
    assert not any(isinstance(s.overdispersion, Distribution) for s in service_rows(line, plain=True))


def test_a_maximum_does_not_tell_the_largest_cost(fitted):
    """It is a multiple of the mean in coarse steps, whatever the dearest service was."""
    from dataclasses import replace

    line = fitted.lines[0]
    figures = tuple(
        replace(f, value=1.9 if f.field == "tail_index" else 0.02, sd=0.0)
        if f.category == "stay" and f.field in ("tail_index", "tail_probability")
        else f
        for f in line.figures
    )
    for largest, multiple in ((10.0, 200), (123.4, 500), (900.0, 2000)):
        severity = replace(line.severities["stay"], largest=largest)
        heavy = replace(line, figures=figures, severities={**line.severities, "stay": severity})
        row = service_rows(heavy, plain=True)[0]
        assert row.maximum_usd == pytest.approx(multiple * row.mean_cost_usd)
