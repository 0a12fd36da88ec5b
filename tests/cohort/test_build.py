"""The cohort dataset of a small specification, value by value, and what cannot be built."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.cohorts import SOURCE, assumptions, cells, cohort_of, service
from vbcsim.cohort.build import build_cohort, floors, stratum_of_cells
from vbcsim.cohort.spec import CohortSpec
from vbcsim.core.dataset import glossary
from vbcsim.core.errors import BadInput

VISIT = service(utilization_per_1000=2000, mean_cost_usd=100, utilization_trend=0.1, price_trend=0.05)
STAY = service("stay", service="stay", utilization_per_1000=250, mean_cost_usd=8000, price_trend=-0.02)
TWO = cells(30, 70, utilization_relativity=[1.0, 1.5], price_relativity=[1.0, 0.8], risk_score=[1.0, 1.4])


def test_rates_and_costs_grow_from_the_reference_year_and_scale_with_the_cell():
    ds = cohort_of(assumptions([VISIT, STAY]), TWO, base=(2020, 2021), performance=(2022, 2024))
    assert ds["year"].values.tolist() == [2020, 2021, 2022, 2024]
    assert ds["period"].values.tolist() == ["base", "base", "performance", "performance"]
    growth = 1.1 ** np.array([-1, 0, 1, 3])  # against the last base year, by calendar
    assert ds["utilization_rate"].sel(category="visit", cell="c0").values == pytest.approx(2.0 * growth)
    assert ds["utilization_rate"].sel(category="visit", cell="c1").values == pytest.approx(3.0 * growth)
    assert ds["utilization_rate"].sel(category="stay", cell="c1").values == pytest.approx(0.375)
    assert ds["mean_cost_usd"].sel(category="visit", cell="c0").values == pytest.approx(
        100 * 1.05 ** np.array([-1, 0, 1, 3])
    )
    assert ds["mean_cost_usd"].sel(category="stay", cell="c1").values == pytest.approx(
        6400 * 0.98 ** np.array([-1, 0, 1, 3])
    )


def test_the_services_table_may_state_another_year():
    told = assumptions([VISIT], reference_year=2018)
    ds = cohort_of(told, TWO, base=(2020, 2021))
    assert ds["utilization_rate"].sel(cell="c0", year=2020).item() == pytest.approx(2.0 * 1.1**2)
    assert ds["mean_cost_usd"].sel(cell="c0", year=2023).item() == pytest.approx(100 * 1.05**5)
    # Indices are relative to the last base year all the same.
    assert ds["expected_market_index"].sel(year=2021).item() == 1.0


def test_a_row_may_state_the_levels_of_another_year():
    earlier = VISIT.model_copy(update={"reference_year": 2019})
    ds = cohort_of(assumptions([earlier, STAY]), TWO, base=(2021, 2022), performance=(2023,))
    assert ds["utilization_rate"].sel(cell="c0", category="visit").values == pytest.approx(
        2.0 * 1.1 ** np.array([2, 3, 4])
    )
    assert ds["mean_cost_usd"].sel(cell="c0", category="visit").values == pytest.approx(
        100 * 1.05 ** np.array([2, 3, 4])
    )
    assert ds["mean_cost_usd"].sel(cell="c0", category="stay").values == pytest.approx(
        8000 * 0.98 ** np.array([-1, 0, 1])
    )


def test_months_shorten_exposure_and_retention_takes_memory_away():
    lasting = service(persistence=0.5, overdispersion=1.0)
    told = assumptions([lasting], shared_frailty={"variance": 1.0, "persistence": 0.8})
    ds = cohort_of(told, TWO, months=9, retention=0.9)
    assert ds["utilization_rate"].sel(cell="c0", year=2022).item() == pytest.approx(3.0)
    assert (ds["row_exposure"] == 9 / 12).all()
    assert (ds["row_use"] == 9 / 12).all()
    assert ds["row_cell"].values.tolist() == [0, 1]
    assert ds["own_persistence"].item() == pytest.approx(0.45)
    assert ds["shared_persistence"].item() == pytest.approx(0.72)
    assert ds.attrs == {"retention": 0.9, "months": 9.0, "periods_per_year": 1}


def test_expected_market_index_weighs_growth_by_spending():
    ds = cohort_of(assumptions([VISIT, STAY]), TWO, base=(2020, 2021), performance=(2022,))
    visit, stay = 2000 * 100, 250 * 8000

    def level(lag: int) -> float:
        return visit * (1.1 * 1.05) ** lag + stay * 0.98**lag

    expected = [level(-1) / level(0), 1.0, level(1) / level(0)]
    assert ds["expected_market_index"].values == pytest.approx(expected, rel=1e-12)
    # With no rate announced, what is expected is announced.
    assert ds["prospective_index"].values == pytest.approx(expected, rel=1e-12)


def test_an_announced_rate_replaces_the_expected_growth():
    told = assumptions([VISIT], market_trend={"prospective_rate": 0.04})
    ds = cohort_of(told, TWO, base=(2020, 2021), performance=(2022, 2024))
    assert ds["prospective_index"].values == pytest.approx(1.04 ** np.array([-1, 0, 1, 3]))


def test_a_market_without_spending_does_not_grow():
    assert cohort_of(assumptions([service(mean_cost_usd=0)]), TWO)["expected_market_index"].values.tolist() == [1, 1, 1]


def test_improvement_lowers_performance_years_only():
    told = assumptions([VISIT], provider_group={"improvement_rate": 0.03, "effect_sd": 0.02, "persistence": 0.7})
    ds = cohort_of(told, TWO, performance=(2023, 2024))
    assert ds["expected_group_effect"].values[:, 0] == pytest.approx([1, 1, 0.97, 0.97])
    assert ds["group_effect_sd"].item() == 0.02


def test_risk_scores_grow_with_coding():
    ds = cohort_of(assumptions([VISIT], risk_score={"coding_growth": 0.02}), TWO)
    assert ds["expected_risk_score"].sel(cell="c1").values == pytest.approx(1.4 * 1.02 ** np.array([-1, 0, 1]))


def test_a_maximum_is_kept_as_a_multiple_of_the_mean():
    told = assumptions([service(maximum_usd=2500), STAY, service("gift", mean_cost_usd=0, maximum_usd=10)])
    assert cohort_of(told, TWO)["maximum_multiple"].values.tolist() == [[[25.0, np.inf, np.inf]]]


# ----------------------------------------------------------------------------------------------------------- strata
def spec(rows: list[dict[str, Any]], **changed: Any) -> CohortSpec:
    return CohortSpec(**{"cells": rows, "source": SOURCE, **changed})


ROWS = [
    {"cell": "a", "members": 1, "enrollment_type": "aged", "sex": "f"},
    {"cell": "b", "members": 2, "enrollment_type": "disabled", "sex": "f"},
    {"cell": "c", "members": 3, "enrollment_type": "aged", "sex": "m"},
]


@pytest.mark.parametrize(
    ("attributes", "strata", "of_cells"),
    [
        (("enrollment_type",), ["aged", "disabled"], [0, 1, 0]),
        (("enrollment_type", "sex"), ["aged/f", "disabled/f", "aged/m"], [0, 1, 2]),
        (("region",), ["all"], [0, 0, 0]),
        ((), ["all"], [0, 0, 0]),
    ],
)
def test_strata_are_combinations_of_attributes_in_order_of_appearance(attributes, strata, of_cells):
    names, index = stratum_of_cells(spec(ROWS, strata=attributes))
    assert names == strata
    assert index.tolist() == of_cells


def test_floors_are_one_figure_or_one_per_stratum():
    assert floors(5e4, ["aged", "disabled"]).tolist() == [5e4, 5e4]
    assert floors({"disabled": 1e4, "aged": 5e4}, ["aged", "disabled"]).tolist() == [5e4, 1e4]


def test_every_mistake_in_the_floors_is_told_at_once():
    with pytest.raises(BadInput) as error:
        floors({"agedd": 5e4, "esrd": 1e5}, ["aged", "disabled"])
    assert {p.place for p in error.value.problems} == {"assumptions.large_claimants.floor_usd"}
    assert [p.message for p in error.value.problems] == [
        '"agedd" is not a stratum of the cohort (aged, disabled); did you mean "aged"?',
        '"esrd" is not a stratum of the cohort (aged, disabled)',
        'no floor for stratum "aged"; add one',
        'no floor for stratum "disabled"; add one',
    ]


# ----------------------------------------------------------------------------------- interventions, response classes
class Programme:
    """A part of the cohort dataset, as an intervention or a measure gives it."""

    source = "programme paper"

    def __init__(self, reach: list[int], problem: str = "") -> None:
        self.reach, self.problem = reach, problem

    def tables(self, cells: Any, categories: Any, base: Any, performance: Any) -> dict[str, Any]:
        if self.problem:
            raise BadInput("target.region", self.problem)
        assert len(cells) == len(self.reach)
        assert (categories, base, performance) == (("visit",), (2021, 2022), (2023,))
        return {"intervention_reach": (("cell",), np.array(self.reach, dtype=np.uint8))}


FOUR = [
    {"cell": f"c{i}", "members": 1, "provider_group": group, "line_of_business": line, "risk_tier": f"r{i}"}
    for i, (group, line) in enumerate([("g", "commercial"), ("g", "commercial"), ("h", "commercial"), ("g", "dual")])
]


def built(**programmes: Programme):
    told = assumptions([VISIT, service(line_of_business="dual")])
    cohort = CohortSpec(cells=FOUR, strata=("provider_group", "line_of_business"), source=SOURCE)
    return build_cohort(cohort, told, (2021, 2022), (2023,), interventions=programmes)


def test_cells_of_one_group_profile_and_set_of_interventions_are_a_class():
    assert built()["cell_class"].values.tolist() == [0, 0, 1, 2]
    ds = built(visits=Programme([0, 1, 0, 0]), calls=Programme([1, 1, 1, 1]))
    assert ds["cell_class"].values.tolist() == [0, 1, 2, 3]
    assert ds["intervention"].values.tolist() == ["visits", "calls"]
    assert ds["intervention_reach"].values.tolist() == [[0, 1, 0, 0], [1, 1, 1, 1]]
    assert ds["intervention_reach"].attrs["source"] == "programme paper"


def test_every_problem_of_every_intervention_stands_at_its_name():
    with pytest.raises(BadInput) as error:
        built(one=Programme([], "no such region"), two=Programme([1, 1, 1, 1]), three=Programme([], "none either"))
    assert [str(p) for p in error.value.problems] == [
        "interventions.one.target.region: no such region",
        "interventions.three.target.region: none either",
    ]


def test_strata_know_the_attributes_that_set_them_apart():
    ds = built()
    assert ds["stratum"].values.tolist() == ["g/commercial", "h/commercial", "g/dual"]
    assert ds["provider_group"].values.tolist() == ["g", "h", "g"]
    assert ds["line_of_business"].values.tolist() == ["commercial", "commercial", "dual"]
    assert ds["cell_group"].values.tolist() == [0, 0, 1, 0]


def test_use_and_price_of_a_category_scale_its_rate_and_cost():
    told = assumptions([VISIT, STAY])
    ds = cohort_of(told, cells(1, use=[{"stay": 2.0}], price=[{"visit": 1.5}], utilization_relativity=[3.0]))
    assert ds["utilization_rate"].sel(year=2022).values[0] == pytest.approx([6.0, 1.5])
    assert ds["mean_cost_usd"].sel(year=2022).values[0] == pytest.approx([150.0, 8000.0])
    # The market grows like the cohort's own mix.
    level = np.array([6 * 150 * 1.155**lag + 1.5 * 8000 * 0.98**lag for lag in (-1, 0, 1)])
    assert ds["expected_market_index"].values == pytest.approx(level / level[1])


# ----------------------------------------------------------------------------------------------- labels and refusals
def test_every_variable_carries_its_unit_name_and_source():
    told = assumptions([VISIT, STAY.model_copy(update={"source": "another table"})])
    ds = cohort_of(told, TWO)
    for name, variable in ds.data_vars.items():
        entry = glossary()[str(name)]
        assert variable.attrs["units"] == entry["unit"]
        assert variable.attrs["long_name"] == entry["long_name"]
        assert variable.attrs["source"], name
    assert ds["utilization_rate"].attrs["source"] == f"{SOURCE}; another table"
    assert ds["claimant_floor_usd"].attrs["source"] == "chosen by the scenario"


def test_sources_follow_their_section():
    sections = {
        "shared_frailty": "frailty paper",
        "market_trend": "trend paper",
        "provider_group": "group paper",
        "risk_score": "score paper",
        "quality": "quality paper",
        "provider_revenue": "revenue paper",
    }
    told = assumptions([VISIT], **{name: {"source": source} for name, source in sections.items()})
    ds = cohort_of(told, TWO, source="enrollment file")
    by_variable = {
        "shared_persistence": "frailty paper",
        "national_shock_sd": "trend paper",
        "group_effect_persistence": "group paper",
        "risk_score_noise_sd": "score paper",
        "quality_sd": "quality paper",
        "provider_own_share": "revenue paper",
        "members": "enrollment file",
        "mean_cost_usd": SOURCE,
    }
    assert {name: ds[name].attrs["source"] for name in by_variable} == by_variable


def test_impossible_utilization_is_refused_category_by_category():
    told = assumptions(
        [
            service(utilization_per_1000=900_000, utilization_trend=0.2),
            service("stay", utilization_per_1000=800_000),
            service("scan", utilization_per_1000=9),
        ]
    )
    with pytest.raises(BadInput) as error:
        cohort_of(told, cells(5, 5, utilization_relativity=[1.0, 2.0]))
    remedy = "at most 1,000 are possible: check its unit, utilization_trend and the cell's utilization_relativity"
    assert [str(p) for p in error.value.problems] == [
        f"assumptions.services[{category}].utilization_per_1000: {read} services per member of cell {where}; {remedy}"
        for category, read, where in (
            ("visit", "900000 makes 2,160", '"c1" in 2023'),
            ("stay", "800000 makes 1,600", '"c1" in 2021'),
        )
    ]
