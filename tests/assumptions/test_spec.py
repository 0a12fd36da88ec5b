"""Sections of assumptions: what is refused, in which words, and what each unit may look like."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.cohorts import SOURCE, assumptions, service
from vbcsim.assumptions.spec import Assumptions, Quality, RiskScore, Service
from vbcsim.core.uncertain import Distribution

SHARED = {"variance": 1.5, "persistence": 0.5}


def test_a_sound_set_is_read_and_frozen():
    read = assumptions([service(), service("stay")], shared_frailty=SHARED)
    assert [s.category for s in read.services] == ["visit", "stay"]
    assert read.reference_year is None
    with pytest.raises(ValidationError, match="frozen"):
        read.services[0].mean_cost_usd = 1.0


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("utilization_per_1000", "1,250 per 1,000", 1250.0),
        ("mean_cost_usd", "$11,310.08", 11310.08),
        ("price_trend", "3.5%", 0.035),
        ("utilization_trend", "-1 %", -0.01),
        ("persistence", "45%", 0.45),
    ],
)
def test_text_may_carry_its_unit(field, text, value):
    assert getattr(service(**{field: text}), field) == pytest.approx(value)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"utilization_per_1000": -1}, "greater than or equal to 0"),
        ({"utilization_per_1000": "30%"}, "percentage"),
        ({"mean_cost_usd": "100 pmpm"}, "usd_pmpm|not known"),
        ({"persistence": 1.2}, "less than or equal to 1"),
        ({"price_trend": -1.0}, "greater than -1"),
        ({"tail_probability": 0.6}, "less than or equal to 0.5"),
        ({"tail_index": 1.0}, "greater than 1"),
        ({"category": "Inpatient stays"}, "pattern"),
        ({"body_sigma": float("nan")}, "finite"),
        ({"body_sigma": 4.1}, "less than or equal to 4"),
        ({"overdispersion": 1001}, "less than or equal to 1000"),
        ({"source": ""}, "at least 1"),
        ({"sigma": 1.0}, "Extra inputs"),
        ({"maximum_usd": 100.0}, "maximum_usd 100 is not above mean_cost_usd 100; raise the maximum or leave it out"),
        (
            {"tail_probability": 0.01, "tail_index": 2.0},
            "tail_index 2 gives an infinite variance; state maximum_usd or an index above 2",
        ),
    ],
)
def test_what_a_service_cannot_be(changed, sentence):
    with pytest.raises(ValidationError, match=sentence):
        service(**changed)


def test_a_heavy_tail_is_possible_with_a_maximum_and_without_a_tail():
    assert service(tail_probability=0.01, tail_index=1.5, maximum_usd=1e6).tail_index == 1.5
    assert service(tail_probability=0.0, tail_index=1.5).tail_index == 1.5


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"shared_weight": 0.5, "overdispersion": 0.3},
            r"services\[visit\]: overdispersion 0.3 is less than the shared factor alone brings \(0.375",
        ),
        (
            {"shared_weight": 1.0, "overdispersion": 2.0},
            r"with shared_weight 1 the overdispersion must equal shared_frailty.variance \(1.5\), not 2",
        ),
    ],
)
def test_the_shared_factor_must_fit_into_the_overdispersion(changed, sentence):
    with pytest.raises(ValidationError, match=sentence):
        assumptions([service(**changed)], shared_frailty=SHARED)


@pytest.mark.parametrize(
    "changed",
    [
        {"shared_weight": 0.5, "overdispersion": 0.375},  # the shared factor alone
        {"shared_weight": 1.0, "overdispersion": 1.5},
        {"shared_weight": 0.0, "overdispersion": 0.0},
    ],
)
def test_the_edges_of_what_fits(changed):
    assert assumptions([service(**changed)], shared_frailty=SHARED).services[0].overdispersion >= 0


def test_categories_have_one_row_each():
    with pytest.raises(ValidationError, match="categories named twice in services: visit; each category has one row"):
        assumptions([service(), service("stay"), service()])


@pytest.mark.parametrize(("mean", "sd", "possible"), [(0.9, 0.29, True), (0.9, 0.3, False), (1.0, 0.0, True)])
def test_a_score_between_zero_and_one_bounds_its_spread(mean, sd, possible):
    told: dict[str, Any] = {"mean": mean, "sd": sd, "source": SOURCE}
    if possible:
        assert Quality(**told).sd == sd
    else:
        with pytest.raises(ValidationError, match=r"mean 0.9 cannot have standard deviation 0.3; lower sd"):
            Quality(**told)


def test_every_field_says_what_it_is_and_every_section_has_a_source():
    for name, field in Assumptions.model_fields.items():
        model = field.annotation
        if isinstance(model, type) and name != "large_claimants":
            assert model.model_fields["source"].is_required()
    assert Service.model_fields["source"].is_required()
    assert all(field.description for field in Service.model_fields.values())


def test_rows_of_a_category_differ_by_line_of_business():
    rows = [service(), service(line_of_business="dual"), service("stay")]
    read = assumptions(rows, shared_frailty=SHARED)
    assert read.categories == ("visit", "stay")
    with pytest.raises(ValidationError, match=r"categories named twice in services: visit \(dual\); each category"):
        assumptions([*rows, service(line_of_business="dual")])


def test_a_row_is_held_against_the_shared_frailty_that_can_meet_it():
    rows = [service(overdispersion=0.3, shared_weight=0.5), service(line_of_business="dual", overdispersion=2.0)]
    usual = assumptions(rows).model_dump()
    usual["shared_frailty"] = [
        {"variance": 1.0, "persistence": 0.5, "source": SOURCE},
        {"variance": 8.0, "persistence": 0.5, "source": SOURCE, "line_of_business": "dual"},
    ]
    assert [f.variance for f in Assumptions(**usual).shared_frailties] == [1.0, 8.0]
    usual["services"] = [usual["services"][0], usual["services"][1] | {"shared_weight": 0.6}]
    with pytest.raises(ValidationError, match=r"services\[visit, dual\]: overdispersion 2 is less than .* \(2.88"):
        Assumptions(**usual)
    # Without a row of its own the line of business meets the row for all.
    usual["services"] = usual["services"][:1]
    with pytest.raises(ValidationError, match=r"services\[visit\]: overdispersion 0.3 is less than .* \(2 = "):
        Assumptions(**usual)


@pytest.mark.parametrize("section", ["shared_frailty", "provider_group"])
def test_a_section_by_name_names_each_once(section):
    usual = assumptions([service()]).model_dump()
    usual[section] = [usual[section], usual[section]]
    with pytest.raises(ValidationError, match=rf"{section}: .* named twice: all; each has one row"):
        Assumptions(**usual)


def test_seasonality_is_twelve_months_of_mean_one():
    even = " ".join(["1.1 0.9"] * 6)
    assert service(seasonality=even).seasonality == (1.1, 0.9) * 6
    with pytest.raises(ValidationError, match=r"twelve months of seasonality have mean 1\.1; scale them to mean 1"):
        service(seasonality=[1.1] * 12)
    with pytest.raises(ValidationError, match="at least 12 items"):
        service(seasonality=[1.0] * 11)
    with pytest.raises(ValidationError, match="'1 2 x' is not twelve numbers with spaces between them"):
        service(seasonality="1 2 x")


def test_spread_and_fit_of_members_scores_come_together():
    score = {"coding_growth": 0.0, "source": SOURCE}
    with pytest.raises(ValidationError, match="sd is stated and r_squared is not; state both, or leave both out"):
        RiskScore(**score, sd=0.9)
    with pytest.raises(ValidationError, match="r_squared is stated and sd is not"):
        RiskScore(**score, r_squared=0.1)
    assert RiskScore(**score, sd=0.9, r_squared=0.1).timing == "prospective"


def test_a_figure_may_be_a_distribution_within_its_bounds():
    unsure = service(overdispersion={"uniform": [1.0, 3.0]}, utilization_trend="normal(0.02, 0.01)")
    assert unsure.overdispersion == Distribution("uniform", (1.0, 3.0))
    assert float(unsure.utilization_trend) == 0.02
    with pytest.raises(ValidationError, match="at most 1"):
        service(shared_weight={"normal": [0.9, 0.1]})
