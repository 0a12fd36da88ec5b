"""What all measures share: denominators, rates by stratum, spread of groups, errors."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from tests.cohorts import SOURCE
from tests.programmes import BASE, CATEGORIES, PERFORMANCE, intervention, measure
from vbcsim.cohort.spec import CohortSpec
from vbcsim.core.errors import BadInput
from vbcsim.experience.figures import means
from vbcsim.experience.measure import probit_sd, slug


def of_strata(*strata, line="commercial"):
    rows = [{"cell": s, "members": 10, "equity_stratum": s, "line_of_business": line} for s in strata]
    return CohortSpec(cells=rows, source=SOURCE).cells


def tables(one, cells=None, categories=CATEGORIES, **more):
    return one.tables(cells or of_strata("all"), categories, BASE, PERFORMANCE, **more)


def test_published_rates_by_stratum_whatever_their_letters():
    made = tables(measure("blood_pressure"), of_strata("White", "Black", "Hispanic", "Asian"))
    np.testing.assert_allclose(means(made["measure_rate"][1]), [0.747, 0.661, 0.690, 0.742])
    np.testing.assert_allclose(made["measure_share"][1], 0.18)
    assert made["measure_equity"][1].tolist() == [0, 1, 2, 3]


def test_a_stratum_whose_rate_is_not_known():
    with pytest.raises(
        BadInput, match='rate: no rate of equity stratum "Other" is known for blood_pressure; known are'
    ):
        tables(measure("blood_pressure"), of_strata("White", "Other"))


def test_a_published_rate_of_all_does_not_stand_for_strata():
    with pytest.raises(BadInput, match='rate: no rate of equity stratum "Black"'):
        tables(measure("breast_screening", share=0.2), of_strata("White", "Black"))


def test_a_stated_rate_of_all_does():
    made = tables(measure("breast_screening", share=0.2, rate=0.7), of_strata("White", "Black"))
    np.testing.assert_allclose(means(made["measure_rate"][1]), [0.7, 0.7])


def test_a_line_of_business_whose_share_is_not_known():
    with pytest.raises(BadInput, match='share: no share of line of business "medicaid" is known for hba1c; state'):
        tables(measure("hba1c"), of_strata("all", line="medicaid"))


def test_an_uncertain_rate_is_no_table_of_strata():
    made = tables(measure("depression", rate={"normal": [0.7, 0.02]}))
    np.testing.assert_allclose(made["measure_rate"][1], [[1.0, 0.7, 0.02, 0.0]])


def test_members_who_do_not_count():
    cells = CohortSpec(cells=[{"cell": s, "members": 10, "sex": s} for s in ("male", "female")], source=SOURCE).cells
    made = tables(measure("breast_screening", share=0.5, members={"sex": "female"}), cells)
    assert made["measure_share"][1].tolist() == [0.0, 0.5]


def test_categories_by_definition_or_as_stated():
    assert tables(measure("readmission"))["measure_category"][1].tolist() == [1, 0, 0, 0]
    stated = measure("ed_visits", categories=["emergency", "professional"])
    assert tables(stated)["measure_category"][1].tolist() == [0, 1, 1, 0]
    with pytest.raises(BadInput, match=r"categories: admissions counts inpatient, and no service category"):
        tables(measure("admissions"), categories=["stays"])
    with pytest.raises(BadInput, match=r'categories: "stay" is not a service category'):
        tables(measure("admissions", categories="stay"), categories=["stays"])


def test_points_of_interventions_by_name_or_kind():
    named = {
        "calls": intervention("preventive_outreach", measures={"pressure": 0.04}),
        "letters": intervention("preventive_outreach"),
        "codes": intervention("coding"),
    }
    made = tables(measure("blood_pressure", share=0.2), interventions=named, name="pressure")
    np.testing.assert_allclose(means(made["measure_points"][1]), [0.04, 0.015, 0.0])
    assert "measure_points" not in tables(measure("blood_pressure", share=0.2))


@pytest.mark.parametrize(("rate", "sd"), [(0.76, 0.108), (0.155, 0.011), (0.05, 0.03), (0.5, 0.3)])
def test_the_spread_of_groups_is_that_of_the_rate(rate, sd):
    s = probit_sd(rate, sd, "group_sd")
    z = ndtri((np.arange(100_000) + 0.5) / 100_000)
    p = ndtr(ndtri(rate) * np.sqrt(1 + s**2) + s * z)
    assert p.mean() == pytest.approx(rate, abs=1e-5)
    assert p.std() == pytest.approx(sd, rel=1e-3)


def test_groups_that_cannot_differ_so_much():
    with pytest.raises(BadInput, match=r"group_sd: groups with a mean rate of 0.05 cannot differ"):
        probit_sd(0.05, 0.3, "group_sd")


def test_a_value_as_part_of_a_line():
    assert slug("Black, non-Hispanic") == "black__non_hispanic"


def test_every_problem_is_told_at_once():
    with pytest.raises(BadInput) as error:
        tables(measure("blood_pressure", members={"sex": "female"}), of_strata("White", "Other", line="medicaid"))
    assert {p.place for p in error.value.problems} == {"members.sex", "rate"}
    with pytest.raises(BadInput) as error:
        tables(measure("blood_pressure"), of_strata("White", "Other", line="medicaid"))
    assert {p.place for p in error.value.problems} == {"share", "rate"}


def test_the_sentence_says_who_the_rate_and_its_course():
    one = measure("hba1c", share=0.1, rate={"White": 0.24, "Black": 0.26}, improvement=0.01)
    assert (
        one.sentence()
        == "Hba1c of all members; White 24.0%, Black 26.0%; better by 1.0 points a year; a low rate is good."
    )
    assert measure("ed_visits").sentence() == ("Ed visits of all members; counted from the claims; a low rate is good.")
