"""Lines that an experience gives: members who come and go, figures by stratum, measures, halves of a year."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from vbcsim.contract.book import Book, experience_lines
from vbcsim.contract.claims import line_word
from vbcsim.contract.lines.attributed import Attributed
from vbcsim.contract.lines.rate_book import RateBook
from vbcsim.contract.lines.risk_adjustment import RiskAdjustment
from vbcsim.contract.program import resolve
from vbcsim.contract.settle import settle_amounts
from vbcsim.contract.view import View, of_strata

YEARS = [2023, 2024]


def with_turnover(ds: xr.Dataset) -> xr.Dataset:
    """The experience with person-years and lives that differ by draw."""
    factor = xr.DataArray(np.linspace(0.8, 1.2, ds.sizes["draw"]), dims="draw")
    moving = {name: (factor * ds[name]).transpose("draw", "year", "stratum") for name in ("person_years", "lives")}
    return ds.assign(moving)


def test_members_who_come_and_go_are_counted_in_each_draw(toy):
    moving = with_turnover(toy.ds)
    book = Book.from_experience(moving)
    by_hand = moving["person_years"].sel(year=YEARS).sum("stratum").values
    np.testing.assert_allclose(book["person_years"], by_hand)
    np.testing.assert_allclose(book["member_months"], 12.0 * by_hand)
    np.testing.assert_allclose(book["lives"], moving["lives"].sel(year=YEARS).sum("stratum"))
    np.testing.assert_allclose(
        Attributed(strata=("aged",), months=6).make(book), 6.0 * moving["person_years"].sel(year=YEARS, stratum="aged")
    )
    people, score = (moving[name].sel(year=YEARS) for name in ("person_years", "risk_score"))
    np.testing.assert_allclose(book["risk_score"], (people * score).sum("stratum") / people.sum("stratum"))
    rate = RateBook(per_capita_usd=100.0, growth="prospective_index", risk_adjusted=False).make(book)
    np.testing.assert_allclose(rate, 100.0 * by_hand * moving["prospective_index"].sel(year=YEARS).values)


def test_one_draw_of_members_who_come_and_go_is_as_if_they_had_stayed(toy):
    """Every line maker gives for a draw what it gives where all draws have that draw's members."""
    moving = with_turnover(toy.ds)
    made = {"rate": RateBook(per_capita_usd=100.0), "risk": RiskAdjustment(), "months": Attributed()}
    whole = Book.from_experience(moving).declare(made)
    for draw in range(toy.ds.sizes["draw"]):
        still = toy.ds.assign({name: moving[name].isel(draw=draw, drop=True) for name in ("person_years", "lives")})
        alone = Book.from_experience(still).declare(made)
        for name in made:
            np.testing.assert_allclose(
                np.broadcast_to(whole[name], (5, 2))[draw], np.broadcast_to(alone[name], (5, 2))[draw]
            )


def test_figures_by_stratum_are_means_by_person_years_and_dollars_are_sums(toy):
    score = toy.ds["risk_score"]
    wide = toy.ds.assign(
        quality_score=score * 0.5,
        group_effect=score * 1.1,
        provider_revenue_usd=score * 1000.0,
        intervention_cost_usd=score * 10.0,
    )
    book, people = Book.from_experience(wide), np.array([36.0, 32.0])
    chosen = score.sel(year=YEARS).values
    mean = (chosen * people).sum(axis=-1) / people.sum()
    np.testing.assert_allclose(book["quality_score"], 0.5 * mean)
    np.testing.assert_allclose(book["group_effect"], 1.1 * mean)
    np.testing.assert_allclose(book["revenue"], 1000.0 * chosen.sum(axis=-1))
    np.testing.assert_allclose(book["intervention_cost"], 10.0 * chosen.sum(axis=-1))
    assert Book.from_experience(toy.ds)["intervention_cost"].tolist() == [[0.0, 0.0]]


def with_measures(ds: xr.Dataset) -> xr.Dataset:
    rng = np.random.default_rng(3)
    dims = ("draw", "year", "measure", "stratum")
    counted = rng.integers(5, 30, (5, 5, 2, 2)).astype(float)
    met = np.floor(counted * rng.uniform(0.3, 0.9, counted.shape))
    counted[:, 3, 0, 1] = met[:, 3, 0, 1] = 0.0
    return ds.assign(measure_denominator=(dims, counted), measure_numerator=(dims, met)).assign_coords(
        measure=["screening", "pressure"], equity_stratum=("stratum", ["Not Hispanic", "hispanic"])
    )


def test_a_measure_gives_its_rate_and_denominator_over_all_and_by_equity_stratum(toy):
    ds = with_measures(toy.ds)
    book, chosen = Book.from_experience(ds), ds.sel(year=YEARS)
    met, counted = chosen["measure_numerator"], chosen["measure_denominator"]
    rate = met.sum("stratum") / counted.sum("stratum")
    np.testing.assert_allclose(book["measure_pressure"], rate.sel(measure="pressure"))
    np.testing.assert_allclose(book["measure_pressure_denominator"], counted.sum("stratum").sel(measure="pressure"))
    own = (met / counted.where(counted > 0)).sel(measure="screening", stratum="aged")
    np.testing.assert_allclose(book["measure_screening_not_hispanic"], own)
    np.testing.assert_allclose(
        book["measure_screening_hispanic_denominator"], counted.sel(measure="screening", stratum="disabled")
    )


def test_where_nobody_of_a_stratum_counts_its_rate_is_that_of_all(toy):
    ds = with_measures(toy.ds)
    book = Book.from_experience(ds)
    assert (book["measure_screening_hispanic_denominator"][:, 0] == 0).all()
    np.testing.assert_array_equal(book["measure_screening_hispanic"][:, 0], book["measure_screening"][:, 0])
    none = ds.assign(
        measure_denominator=0.0 * ds["measure_denominator"], measure_numerator=0.0 * ds["measure_numerator"]
    )
    assert not Book.from_experience(none)["measure_screening"].any()


def with_halves(ds: xr.Dataset) -> xr.Dataset:
    share = xr.DataArray([0.4, 0.6], dims="half")
    whole = ds["expenditure_usd"].sum("category")
    people = xr.DataArray([0.55, 0.45], dims="half") * ds["person_years"]
    return ds.assign(
        half_expenditure_usd=(share * whole).transpose("draw", "year", "half", "stratum"),
        half_person_years=people.transpose("year", "half", "stratum"),
    )


def test_halves_of_a_year_give_lines_and_stand_before_equal_parts(toy):
    book = Book.from_experience(with_halves(toy.ds))
    np.testing.assert_allclose(book["expenditure_2"], 0.6 * book["expenditure"])
    np.testing.assert_allclose(book["person_years_1"], 0.55 * book["person_years"])
    np.testing.assert_allclose(book["expenditure_share_1"], np.full((5, 2), 0.4))
    np.testing.assert_allclose(book["exposure_share_2"], [[0.45, 0.45]])
    inputs = {"arrangement": "two_sided", "payment_multiplier": 1, "base_year_weights": [0.2, 0.3, 0.5]}
    contract = resolve("ocm", inputs, [2021, 2022])
    declared = book.declare(contract.lines)
    np.testing.assert_allclose(declared["expenditure_1"], 0.4 * book["expenditure"])
    np.testing.assert_allclose(declared["benchmark_2"], 0.45 * declared["benchmark"])
    equal = Book.from_experience(toy.ds).declare(contract.lines)
    np.testing.assert_allclose(equal["expenditure_1"], 0.5 * equal["expenditure"])
    assert settle_amounts(book, contract).keys() == {"monthly_payment", "reconciliation_1", "reconciliation_2"}


def test_promised_lines_are_those_that_an_experience_with_everything_gives(toy):
    ds = with_halves(with_measures(toy.ds))
    promised = experience_lines(
        ["inpatient", "professional"],
        measures=["screening", "pressure"],
        equity_strata=["Not Hispanic", "hispanic"],
        halves=True,
    )
    assert promised == set(Book.from_experience(ds))


@pytest.mark.parametrize(("value", "word"), [("Not Hispanic", "not_hispanic"), ("65+", "65_"), ("Ängste", "_ngste")])
def test_a_value_as_a_word(value, word):
    assert line_word(value) == word


def test_some_strata_of_an_experience_are_an_experience(toy):
    part = of_strata(toy.ds, [1])
    view, whole = View.from_experience(part), View.from_experience(toy.ds)
    assert view.strata == ("disabled",)
    assert set(view.claimant_stratum) == {0}
    assert len(view.claimant_usd) == (whole.claimant_stratum == 1).sum()
    rows, over = view.performance, np.full((2, 1), 30_000.0)
    np.testing.assert_allclose(
        view.excess_usd(rows, over, what="x")[..., 0],
        whole.excess_usd(rows, np.full((2, 2), 30_000.0), what="x")[..., 1],
    )
    both = of_strata(toy.ds, [0, 1])
    assert both["claimant_usd"].values.tolist() == toy.ds["claimant_usd"].values.tolist()
