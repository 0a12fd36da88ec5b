"""Uncertain assumptions: every one is drawn, where it stands, by its own address, and does what it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
import xarray as xr
from pydantic import BaseModel
from scipy import special, stats

from tests.cohorts import SOURCE, assumptions, cells, cohort_of, service
from vbcsim.assumptions.pandemic import Course, Pandemic
from vbcsim.assumptions.spec import Assumptions, ProviderGroup, Service, SharedFrailty
from vbcsim.cohort.shapes import SHAPES
from vbcsim.core.uncertain import Distribution
from vbcsim.experience.layers import LayerDraws
from vbcsim.experience.simulate import simulate
from vbcsim.experience.systemic import BlockDraws, draw_block

DRAWS = 20_000
BOUND = float(special.ndtri(1 - 1e-6 / 200))
YEARS = (2019, 2020, 2021, 2022)
SPREAD = {"uniform": [0.4, 0.5]}
"""Lies within the bounds of nearly every field."""
SPREADS = {
    "tail_index": {"uniform": [2.5, 4.0]},
    "tail_probability": {"uniform": [0.01, 0.02]},
    "sd": {"uniform": [0.05, 0.1]},
    "utilization_per_1000": {"lognormal": [3000, 300]},
    "mean_cost_usd": "normal(100, 5)",
    "overdispersion": {"uniform": [2.0, 3.0]},
    "improvement_rate": {"normal": [0.02, 0.02]},
}
SECTIONS: dict[str, dict[str, Any]] = {
    "shared_frailty": {"variance": 1.0, "persistence": 0.5},
    "market_trend": {"national_shock_sd": 0.02, "regional_shock_sd": 0.03},
    "provider_group": {"effect_sd": 0.05, "persistence": 0.7, "improvement_rate": 0.02},
    "risk_score": {"coding_growth": 0.01, "noise_sd": 0.04},
    "quality": {"mean": 0.85, "sd": 0.06, "persistence": 0.5},
}
ROW = {"overdispersion": 2.0, "shared_weight": 0.5, "persistence": 0.5, "tail_probability": 0.01}


def marked(model: type[BaseModel]) -> list[str]:
    """The fields of a model that may be uncertain, by what their schema allows."""
    properties = model.model_json_schema()["properties"]
    return [name for name, about in properties.items() if any("properties" in p for p in about.get("anyOf", ()))]


def parts() -> Iterator[tuple[str, type[BaseModel]]]:
    """Every section of the assumptions, with the rows of its lists."""
    for name, field in Assumptions.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield name, field.annotation
    yield from (("services", Service), ("shared_frailty", SharedFrailty), ("provider_group", ProviderGroup))
    yield from (("pandemic", Pandemic), ("courses", Course))


EVERY = [(section, field) for section, model in parts() for field in marked(model)]


def told(section: str = "", field: str = "", value: Any = None) -> Assumptions:
    """Assumptions with every layer at work, one field of which is set to a value."""
    changed = {name: fields | ({field: value} if name == section else {}) for name, fields in SECTIONS.items()}
    if section == "provider_revenue":
        changed["provider_revenue"] = {field: value}
    own = {field: value}
    row = service(**ROW | (own if section == "services" else {}))
    course = {"course": "c", "multipliers": [0.5, 0.8], "telehealth_share": 0.3, "source": SOURCE}
    told_pandemic = Pandemic(
        starts="2021-03",
        courses=[course | (own if section == "courses" else {})],
        categories={"visit": "c"},
        source=SOURCE,
        **(own if section == "pandemic" else {}),
    )
    return assumptions([row, service("other", **ROW)], pandemic=told_pandemic, **changed)


def block_of(told: Assumptions, draws: int = 50, rows: Any = None, **shift: int) -> tuple[xr.Dataset, BlockDraws]:
    ds = cohort_of(told, rows or cells(10, 20), YEARS[:2], YEARS[2:])
    return ds, draw_block(ds, 5, LayerDraws(shift), 0, draws)


def test_the_fields_that_may_be_uncertain_are_found():
    assert len(EVERY) > 20
    assert ("services", "mean_cost_usd") in EVERY
    assert ("pandemic", "depth") in EVERY
    assert ("quality", "mean") in EVERY


@pytest.mark.parametrize(("section", "field"), EVERY, ids=[".".join(e) for e in EVERY])
def test_every_field_that_may_be_uncertain_is_drawn(section, field):
    spread = SPREADS.get(field, SPREAD)
    mean = float(getattr(Service(**service(**{field: spread}).model_dump()), field)) if section == "services" else None
    ds, block = block_of(told(section, field, spread))
    assert [str(path).rpartition(".")[2] for path in ds["uncertain"].values] == [field]
    shapes = section == "shared_frailty" or (section == "services" and field in SHAPES)
    if shapes:
        name = {"variance": "shared_variance", "persistence": "shared_persistence"}
        name |= {} if section == "shared_frailty" else {"persistence": "own_persistence"}
        values = ds[name.get(field, field)].isel(profile=0).values.reshape(16, -1)
        assert len(np.unique(values[:, 0])) == 16
        assert len(np.unique(block.world)) > 5
        return
    plain = ds["uncertain_figures"].values[0]
    _, known = block_of(told(section, field, mean or _centre(plain)))
    moved = [
        f.name
        for f in fields(BlockDraws)
        if f.name not in ("parameters", "world") and not np.allclose(getattr(block, f.name), getattr(known, f.name))
    ]
    assert moved


def _centre(figures: Any) -> float:
    return float(Distribution(["", "normal", "lognormal", "uniform"][round(figures[0])], figures[1:3]))


def test_a_further_uncertain_number_leaves_the_others_as_they_were():
    alone, few = block_of(told("quality", "mean", SPREAD))
    more = told("quality", "mean", SPREAD).model_copy(
        update={"provider_revenue": told("provider_revenue", "own_share", SPREAD).provider_revenue}
    )
    both, many = block_of(more)
    at = list(both["uncertain"].values).index(alone["uncertain"].values[0])
    assert np.array_equal(few.parameters[:, 0], many.parameters[:, at])
    assert np.array_equal(few.quality_score, many.quality_score)


def test_values_follow_their_distribution_and_belong_to_the_parameter_layer():
    ds, block = block_of(told("services", "utilization_per_1000", {"lognormal": [3000, 600]}), DRAWS)
    known = stats.lognorm(np.sqrt(np.log(1.04)), scale=3000 / np.sqrt(1.04))
    assert stats.kstest(block.parameters[:, 0], known.cdf).pvalue > 1e-6
    again = draw_block(ds, 5, LayerDraws({"parameter": 7}), 0, 50)
    assert np.array_equal(again.parameters, block.parameters[7:57])
    assert np.array_equal(again.group_effect, block.group_effect[:50])
    apart = draw_block(ds, 5, LayerDraws({"group": 7, "systemic": 7, "process": 7}), 0, 50)
    assert np.array_equal(apart.parameters, block.parameters[:50])


def plain(**changed: Any) -> Assumptions:
    """Two categories and no other layer than what is changed in the first."""
    return assumptions([service("visit", **changed), service("other")])


def test_levels_multiply_their_own_category_in_every_year():
    _, block = block_of(plain(utilization_per_1000={"normal": [3000, 300]}, mean_cost_usd={"uniform": [50, 150]}))
    use, cost = block.parameters[:, 0] / 3000, block.parameters[:, 1] / 100
    for t in range(4):
        assert block.rate_multiplier[:, 0, t, 0] == pytest.approx(use)
        assert block.cost_multiplier[:, 0, t, 0] == pytest.approx(cost)
    assert (block.rate_multiplier[..., 1] == 1).all()
    assert (block.cost_multiplier[..., 1] == 1).all()


@pytest.mark.parametrize("reference", [None, 2018])
def test_trends_compound_from_the_reference_year(reference):
    uncertain = plain(utilization_trend={"normal": [0.02, 0.01]}, price_trend={"normal": [0.03, 0.01]})
    _, block = block_of(uncertain.model_copy(update={"reference_year": reference}))
    use, price = block.parameters.T
    lag = np.array(YEARS) - (reference or 2020)
    assert block.rate_multiplier[:, 0, :, 0] == pytest.approx(((1 + use[:, None]) / 1.02) ** lag)
    assert block.cost_multiplier[:, 0, :, 0] == pytest.approx(((1 + price[:, None]) / 1.03) ** lag)


def test_the_market_grows_with_an_uncertain_trend_and_not_with_an_uncertain_level():
    lone = assumptions([service(price_trend={"normal": [0.03, 0.01]}, mean_cost_usd={"uniform": [50, 150]})])
    _, block = block_of(lone)
    trend = block.parameters[:, 1]
    lag = np.array(YEARS) - 2020
    assert block.national_index == pytest.approx((1 + trend[:, None]) ** lag)
    assert block.regional_index == pytest.approx(block.national_index)


def test_a_line_of_business_has_its_own_uncertain_row():
    rows = [
        service("visit", line_of_business="dual", utilization_per_1000={"uniform": [1000, 2000]}),
        service("visit", utilization_per_1000={"uniform": [4000, 5000]}),
    ]
    of_cells = cells(10, 20, 30, line_of_business=["dual", "medicare", "commercial"])
    ds, block = block_of(assumptions(rows), rows=of_cells)
    assert list(ds["uncertain"].values) == [
        "assumptions.services[visit, dual].utilization_per_1000",
        "assumptions.services[visit].utilization_per_1000",
    ]
    of_class = ds["cell_class"].values
    for cell, (u, mean) in enumerate([(0, 1500), (1, 4500), (1, 4500)]):
        drawn = block.rate_multiplier[:, of_class[cell], 2, 0]
        assert drawn == pytest.approx(block.parameters[:, u] / mean)


def test_a_group_has_its_own_uncertain_row_and_all_others_share_one():
    groups = [
        {"provider_group": "A", "improvement_rate": {"uniform": [0.1, 0.2]}},
        {"improvement_rate": {"uniform": [0.3, 0.4]}},
    ]
    effects = tuple(ProviderGroup(effect_sd=0.0, persistence=0.0, source=SOURCE, **g) for g in groups)
    uncertain = assumptions([service()]).model_copy(update={"provider_group": effects})
    ds, block = block_of(uncertain, rows=cells(10, 20, 30, provider_group=["A", "B", "C"]))
    assert list(ds["uncertain"].values) == [
        "assumptions.provider_group[A].improvement_rate",
        "assumptions.provider_group[all].improvement_rate",
    ]
    assert (block.group_effect[:, :2] == 1).all()
    for group, u in enumerate((0, 1, 1)):
        assert block.group_effect[:, 2, group] == pytest.approx(1 - block.parameters[:, u])


def test_shocks_of_an_uncertain_size_keep_their_shape():
    def walk(sd: Any) -> tuple[Any, Any]:
        shocked = assumptions([service()], market_trend={"national_shock_sd": sd, "regional_shock_sd": 0.0})
        _, block = block_of(shocked)
        drawn = block.parameters if block.parameters.size else np.full((50, 1), sd)
        return drawn, (np.log(block.national_index) + drawn**2 / 2 * np.abs(np.array(YEARS) - 2020)) / drawn

    drawn, wide = walk({"uniform": [0.01, 0.2]})
    assert np.ptp(drawn) > 0.1
    assert wide == pytest.approx(walk(0.02)[1])


def test_quality_and_coding_have_their_drawn_figures():
    _, sure = block_of(told("quality", "sd", 0.0))
    assert np.ptp(sure.quality_score) == 0
    uncertain = told("quality", "mean", {"beta": [0.8, 0.05]}).model_copy()
    _, block = block_of(uncertain, DRAWS)
    spread = block.quality_score[:, 2, 0].var()
    # Var(score) = E[sd^2] + Var(mean).
    assert abs(spread - (0.06**2 + 0.05**2)) < BOUND * np.sqrt(2 / DRAWS) * spread * 1.2
    _, coded = block_of(told("risk_score", "coding_growth", {"uniform": [0.0, 0.05]}))
    _, known = block_of(told("risk_score", "coding_growth", 0.025))
    growth = coded.parameters[:, 0]
    assert coded.risk_score / known.risk_score == pytest.approx(
        (((1 + growth[:, None]) / 1.025) ** (np.array(YEARS) - 2020))[..., None] * np.ones((1, 1, 2))
    )


def test_an_uncertain_own_share_moves_the_providers_revenue():
    ds, block = block_of(told("provider_revenue", "own_share", {"triangular": [0.1, 0.2, 0.6]}), 20)
    experience = simulate(ds, draws=20, seed=5, engine="reference")
    share = experience["provider_revenue_usd"].sum(("year", "stratum")) / experience["expenditure_usd"].sum(
        ("year", "stratum", "category")
    )
    assert share.values == pytest.approx(block.parameters[:, 0])


def test_uncertain_use_widens_the_outcome_by_the_law_of_total_variance():
    """Poisson counts of mean m given use: variance E[m] + Var(m). Both runs share every other random number."""
    members, use, sd = 40, 3.0, 0.6
    draws = 4_000

    def counts(utilization: Any) -> Any:
        ds = cohort_of(assumptions([service(utilization_per_1000=utilization)]), cells(members), YEARS[:1], YEARS[1:2])
        return ds, simulate(ds, draws=draws, seed=11)["utilization"].isel(year=1).sum(("stratum", "category")).values

    _, known = counts(1000 * use)
    ds, wide = counts({"lognormal": [1000 * use, 1000 * sd]})
    drawn = draw_block(ds, 11, LayerDraws(), 0, draws).parameters[:, 0] / 1000 * members
    # Given the drawn use, counts are Poisson about it: the mean square around it is its mean, and they are unrelated.
    around = wide - drawn
    assert abs((around**2 - drawn).mean()) < BOUND * (around**2 - drawn).std() / np.sqrt(draws)
    assert abs((around * (drawn - drawn.mean())).mean()) < BOUND * (around * (drawn - drawn.mean())).std() / draws**0.5
    expected = members * use + (members * sd) ** 2
    error = np.sqrt(((wide - wide.mean()) ** 2).var() / draws)
    assert abs(wide.var() - expected) < BOUND * error
    assert abs(known.var() - members * use) < BOUND * np.sqrt(((known - known.mean()) ** 2).var() / draws)


def test_a_mean_drawn_next_to_one_keeps_the_score_between_0_and_1():
    told_so = assumptions([service()], quality={"mean": {"beta": [0.97, 0.05]}, "sd": 0.1})
    _, block = block_of(told_so, 2_000)
    assert (block.parameters > 1 - 0.1**2).any()
    assert ((block.quality_score >= 0) & (block.quality_score <= 1)).all()


def test_a_shape_takes_its_worlds_value_in_every_draw():
    """Counts of n members with mean m and overdispersion w have variance n (m + w m^2) in the draws of a world."""
    n, mean, draws = 5, 3.0, 8_000
    told_so = assumptions([service(overdispersion={"uniform": [0.2, 3.0]})])
    ds = cohort_of(told_so, cells(n), YEARS[:1], YEARS[1:2])
    world = draw_block(ds, 11, LayerDraws(), 0, draws).world
    counts = simulate(ds, draws=draws, seed=11)["utilization"].isel(year=1).sum(("stratum", "category")).values
    square = (counts - n * mean) ** 2
    shape = ds["overdispersion"].values[:, 0, 0]
    assert shape.mean() == pytest.approx(1.6)
    off = [
        (square[world == w].mean() - n * (mean + shape[w] * mean**2))
        / (square[world == w].std() / (world == w).sum() ** 0.5)
        for w in range(16)
    ]
    assert np.abs(off).max() < BOUND
    assert np.corrcoef(shape, [square[world == w].mean() for w in range(16)])[0, 1] > 0.9
