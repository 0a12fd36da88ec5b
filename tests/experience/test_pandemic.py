"""What a pandemic does to use and payments: year, telehealth, rebound, chance, severity by group, the market."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy import special, stats

from tests.cohorts import SOURCE, assumptions, cells, cohort_of, service
from vbcsim.assumptions.pandemic import Pandemic
from vbcsim.experience.layers import LayerDraws
from vbcsim.experience.systemic import BlockDraws, draw_block
from vbcsim.scenario.table import Columns, read_table
from vbcsim.scenario.tables import shipped_tables

BOUND = float(special.ndtri(1 - 1e-6 / 40))
YEARS = (2019, 2020, 2021, 2022)
CATEGORIES = ("inpatient", "office", "emergency", "outpatient", "drugs")


def courses() -> list[dict[str, Any]]:
    return read_table(shipped_tables()["pandemic_2020"], Columns(text=("course", "source"))).rows


def course(*multipliers: float, **changed: Any) -> list[dict[str, Any]]:
    return [{"course": "office", "multipliers": multipliers, "source": SOURCE, **changed}]


def pandemic(**changed: Any) -> Pandemic:
    usual: dict[str, Any] = {
        "starts": "2020-03",
        "courses": courses(),
        "categories": {name: name for name in CATEGORIES[:4]},
        "severity_sd": 0.0,
        "source": SOURCE,
    }
    return Pandemic(**{**usual, **changed})


def cohort(told: Pandemic, services: Any = None, groups: tuple[str, ...] = ("all",), **changed: Any) -> xr.Dataset:
    rows = cells(*[100] * len(groups), provider_group=groups)
    services = services or [service(name) for name in CATEGORIES]
    return cohort_of(assumptions(services, pandemic=told), rows, YEARS[:1], YEARS[1:], **changed)


def office(told: Pandemic, **changed: Any) -> tuple[Any, Any]:
    """Rate and cost multipliers of a lone category in the four years, one draw."""
    block = drawn(cohort(told, [service("office", **changed)]), 1)
    return block.rate_multiplier[0, 0, :, 0], block.cost_multiplier[0, 0, :, 0]


def drawn(ds: xr.Dataset, draws: int, **shift: int) -> BlockDraws:
    return draw_block(ds, 4, LayerDraws(shift), 0, draws)


def test_the_courses_of_2020_give_the_published_year():
    block = drawn(cohort(pandemic()), 1)
    change = block.rate_multiplier[0, 0] - 1
    # Office visits lose 14 % in person, and half of that is replaced by telehealth.
    assert change[1] == pytest.approx([-0.113, -0.144 / 2, -0.22, -0.082, 0.0], abs=0.001)
    assert (change[[0, 2, 3]] == 0).all()
    assert (block.cost_multiplier == 1).all()


def test_telehealth_replaces_what_is_lost_at_its_own_price():
    rate, cost = office(
        pandemic(courses=course(0.4, telehealth_share=0.5, telehealth_price=0.8), categories={"office": "office"})
    )
    assert rate[1] == pytest.approx((11 + 0.4 + 0.3) / 12)
    assert rate[1] * cost[1] == pytest.approx((11 + 0.4 + 0.3 * 0.8) / 12)


def test_what_is_postponed_takes_place_later_over_the_months_of_rebound():
    told = course(0.4, 0.4, telehealth_share=0.5, rebound_share=0.25)
    rate, cost = office(pandemic(courses=told, categories={"office": "office"}, starts="2020-09", rebound_months=6))
    postponed = 0.25 * 2 * 0.3
    # Two of the six months lie in 2020, four in 2021.
    assert rate[1] == pytest.approx(1 + (-2 * 0.3 + postponed * 2 / 6) / 12)
    assert rate[2] == pytest.approx(1 + postponed * 4 / 6 / 12)
    assert rate[3] == 1
    assert cost == pytest.approx(np.ones(4))


def test_a_short_course_rebounds_from_its_own_end():
    told = [*course(0.4, rebound_share=1.0), *courses()[:1]]
    rate, _ = office(pandemic(courses=told, categories={"office": "office"}, starts="2020-12", rebound_months=3))
    assert rate[1:] == pytest.approx([1 - 0.6 / 12, 1 + 0.6 / 12, 1.0])


def test_months_weigh_by_season():
    season = [2.0, 0.0, *[1.0] * 10]
    told = pandemic(courses=course(0.5), categories={"office": "office"}, starts="2020-01")
    assert office(told, seasonality=season)[0][1] == pytest.approx(1 - 0.5 * 2 / 12)
    assert office(told)[0][1] == pytest.approx(1 - 0.5 / 12)


def test_a_year_begins_within_the_courses():
    told = pandemic(courses=course(*[0.5] * 4), categories={"office": "office"}, starts="2019-11")
    assert office(told)[0] == pytest.approx([1 - 1 / 12, 1 - 1 / 12, 1, 1])


def test_half_years_have_the_mean_of_their_months():
    ds = cohort(
        pandemic(courses=course(0.4, 0.5), categories={"office": "office"}, starts="2020-06"), [service("office")]
    )
    halves = drawn(ds.assign_attrs(periods_per_year=2), 1).rate_multiplier[0, 0, :, 0]
    assert halves == pytest.approx([1, 1, 1 - 0.6 / 6, 1 - 0.5 / 6, 1, 1, 1, 1])


def test_depth_scales_the_losses():
    told = pandemic(courses=course(0.5), categories={"office": "office"}, depth=1.5)
    assert office(told)[0][1] == pytest.approx(1 - 0.75 / 12)


def test_it_happens_with_its_probability_and_in_full():
    block = drawn(cohort(pandemic(probability=0.3)), 20_000)
    inpatient = block.rate_multiplier[:, 0, 1, 0]
    happened = inpatient < 1
    assert stats.binomtest(int(happened.sum()), len(happened), 0.3).pvalue > 1e-6
    assert inpatient[happened] == pytest.approx(np.full(happened.sum(), 1 - 1.36 / 12))
    assert (inpatient[~happened] == 1).all()
    assert (block.national_index[~happened] == 1).all()
    assert (block.national_index[happened, 1] < 1).all()


def test_every_group_has_a_severity_of_its_own_with_mean_one():
    told = pandemic(severity_sd=0.07, courses=course(*[0.8] * 12), categories={"office": "office"}, starts="2020-01")
    ds = cohort(told, [service("office")], groups=("A", "B"))
    block = drawn(ds, 20_000)
    severity = block.rate_multiplier[:, :, 1, 0] / 0.8
    log = np.log(severity)
    n = len(log)
    assert np.abs(severity.mean(axis=0) - 1).max() < BOUND * 0.07 / np.sqrt(n)
    assert np.abs(log.std(axis=0) / 0.07 - 1).max() < BOUND / np.sqrt(2 * n)
    assert abs(np.corrcoef(log.T)[0, 1]) < BOUND / np.sqrt(n)
    assert (block.rate_multiplier[:, :, [0, 2, 3]] == 1).all()
    # The market follows the course without the groups' own severity.
    assert block.national_index[:, 1] == pytest.approx(np.full(n, 0.8))


def test_a_group_keeps_its_severity_whoever_else_is_there():
    told = pandemic(severity_sd=0.07)
    both = drawn(cohort(told, groups=("A", "B")), 30).rate_multiplier
    other = drawn(cohort(told, groups=("C", "B")), 30).rate_multiplier
    assert np.array_equal(both[:, 1], other[:, 1])
    assert not np.array_equal(both[:, 0], other[:, 0])


def test_it_belongs_to_the_systemic_layer():
    ds = cohort(pandemic(severity_sd=0.07, probability=0.5))
    plain = drawn(ds, 50)
    assert np.array_equal(drawn(ds, 50, group=99, process=99, parameter=99).rate_multiplier, plain.rate_multiplier)
    assert not np.array_equal(drawn(ds, 50, systemic=99).rate_multiplier, plain.rate_multiplier)


def test_the_market_falls_by_the_mix_of_the_cohort():
    services = [service("inpatient", mean_cost_usd=300.0), service("office", mean_cost_usd=100.0)]
    told = pandemic(categories={"inpatient": "inpatient", "office": "office"})
    block = drawn(cohort(told, services), 1)
    fall = (3 * 1.36 + 1 * 1.73 / 2) / 4 / 12
    assert block.national_index[0] == pytest.approx([1, 1 - fall, 1, 1])
    assert block.regional_index[0] == pytest.approx([1, 1 - fall, 1, 1])


def test_a_reference_year_in_the_pandemic_makes_the_others_high():
    ds = cohort_of(assumptions([service("inpatient")], pandemic=pandemic(categories={"inpatient": "inpatient"})),
                   cells(10), (2019, 2020), (2021,))  # fmt: skip
    fall = 1.36 / 12
    assert drawn(ds, 1).national_index[0] == pytest.approx([1 / (1 - fall), 1, 1 / (1 - fall)])


def test_uncertain_figures_of_a_pandemic_are_drawn():
    told = pandemic(
        courses=course(0.5, telehealth_share={"uniform": [0.2, 0.6]}, telehealth_price={"uniform": [0.5, 0.9]}),
        categories={"office": "office"},
        depth={"uniform": [0.5, 1.5]},
    )
    ds = cohort(told, [service("office")])
    block = drawn(ds, 5)
    names = [str(name).rpartition(".")[2] for name in ds["uncertain"].values]
    values = dict(zip(names, block.parameters.T, strict=True))
    lost = values["depth"] * 0.5
    replaced = values["telehealth_share"] * lost
    rate, cost = block.rate_multiplier[:, 0, 1, 0], block.cost_multiplier[:, 0, 1, 0]
    assert rate == pytest.approx(1 - (lost - replaced) / 12)
    assert rate * cost == pytest.approx(1 - (lost - replaced * values["telehealth_price"]) / 12)
    assert len(np.unique(rate)) == 5
