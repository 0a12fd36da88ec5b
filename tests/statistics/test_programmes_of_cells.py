"""Programmes for whole cells, in whole simulations: runs with and without differ by the effect and by nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from tests.cohorts import assumptions, cells, service
from tests.programmes import cohort, intervention, measure
from vbcsim.experience.simulate import simulate

DRAWS = 400
MEMBERS = 500
TOLD = assumptions(
    [
        service("inpatient", utilization_per_1000=300.0, overdispersion=2.7, shared_weight=0.8, persistence=0.4),
        service("emergency", utilization_per_1000=600.0, overdispersion=2.6, shared_weight=0.8, persistence=0.4),
        service("part_b_drugs", utilization_per_1000=500.0, mean_cost_usd=3000.0),
    ],
    shared_frailty={"variance": 2.0, "persistence": 0.5},
    market_trend={"national_shock_sd": 0.02, "regional_shock_sd": 0.02},
)
MEASURES = {
    "pressure": measure("blood_pressure", share=0.4),
    "back": measure("readmission"),
    "visits": measure("ed_visits"),
}


def run(interventions=None, **how):
    made = cohort(
        interventions,
        MEASURES,
        told=TOLD,
        of_cells=cells(MEMBERS, MEMBERS),
        base=(2021, 2022),
        performance=(2023, 2024),
    )
    return simulate(made, **{"draws": DRAWS, "seed": 9, **how})


@pytest.fixture(scope="module")
def without():
    return run()


def visits(**fields):
    given = {"uptake": 1.0, "ramp": 1.0, "decay": 0.0, "target": {"risk_tier": "r1"}, **fields}
    return {"visits": intervention("care_coordination", **given)}


def used(experience, category, stratum="r1"):
    """Services of the performance years, (draw,)."""
    chosen = experience["utilization"].sel(category=category, stratum=stratum, year=[2023, 2024])
    return chosen.sum("year").values


def test_no_effect_is_no_programme_to_the_last_bit(without):
    idle = run(visits(use={"all": 0.0}))
    for name in without.data_vars:
        np.testing.assert_array_equal(idle[name].values, without[name].values, err_msg=str(name))
    assert (idle["engaged"].sel(year=2023) == MEMBERS).all()


def test_only_what_is_reached_moves_and_by_the_effect(without):
    working = run(visits(use={"inpatient": -0.2}))
    kept = without["utilization"].sel(year=[2021, 2022])
    np.testing.assert_array_equal(working["utilization"].sel(year=[2021, 2022]).values, kept.values)
    for category, stratum in (("inpatient", "r0"), ("emergency", "r1")):
        np.testing.assert_array_equal(used(working, category, stratum), used(without, category, stratum))
    change = used(working, "inpatient") - used(without, "inpatient")
    expected = -0.2 * used(without, "inpatient").mean()
    error = change.std() / DRAWS**0.5
    assert change.mean() == pytest.approx(expected, abs=5 * error)
    # Common random numbers: the paired error is a fraction of that of two runs of their own.
    assert error < 0.5 * used(without, "inpatient").std() * (2 / DRAWS) ** 0.5


def test_an_uncertain_effect_moves_whole_histories(without):
    working = run(visits(use={"inpatient": {"normal": [-0.2, 0.1]}}))
    share = used(working, "inpatient") / used(without, "inpatient") - 1.0
    assert share.mean() == pytest.approx(-0.2, abs=5 * share.std() / DRAWS**0.5)
    assert share.std() == pytest.approx(0.1, rel=0.2)


def test_a_price_changes_money_and_no_use(without):
    made = {"site": intervention("site_of_care", uptake=1.0, price={"part_b_drugs": -0.25})}
    cheaper = run(made)
    np.testing.assert_array_equal(cheaper["utilization"].values, without["utilization"].values)
    paid = [
        e["expenditure_usd"].sel(category="part_b_drugs", year=[2023, 2024]).sum(["year", "stratum"])
        for e in (cheaper, without)
    ]
    np.testing.assert_allclose(paid[0], 0.75 * paid[1])


def test_coding_raises_scores_and_no_money(without):
    coded = run({"codes": intervention("coding", uptake=1.0, score_per_year=0.02)})
    np.testing.assert_array_equal(coded["expenditure_usd"].values, without["expenditure_usd"].values)
    ratio = (coded["risk_score"] / without["risk_score"]).isel(draw=0, stratum=0).values
    np.testing.assert_allclose(ratio, [1.0, 1.0, 1.02, 1.04])


def test_measures_of_claims_follow_the_claims(without):
    working = run(visits(use={"emergency": -0.5, "inpatient": -0.5}))
    rate = working["measure_numerator"] / working["measure_denominator"]
    claims = working["utilization"].sel(category="emergency") / working["person_years"] * 1000.0
    np.testing.assert_allclose(
        rate.sel(measure="visits").transpose("draw", "year", "stratum"), claims.transpose("draw", "year", "stratum")
    )
    stays = working["utilization"].sel(category="inpatient").transpose("draw", "year", "stratum")
    np.testing.assert_array_equal(
        working["measure_denominator"].sel(measure="back").transpose("draw", "year", "stratum"), stays
    )
    pressure = [e["measure_numerator"].sel(measure="pressure").values for e in (working, without)]
    np.testing.assert_array_equal(*pressure)


def test_threads_and_blocks_change_not_a_bit():
    made = visits(use={"inpatient": {"normal": [-0.2, 0.1]}}, uptake={"normal": [0.5, 0.05]})
    first = run(made, draws=12, threads=1, block=12)
    second = run(made, draws=12, threads=2, block=5)
    for name in first.data_vars:
        np.testing.assert_array_equal(first[name].values, second[name].values, err_msg=str(name))
