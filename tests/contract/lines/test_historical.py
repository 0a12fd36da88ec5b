"""Historical benchmark: each step against a plain calculation, stratum by stratum."""

import numpy as np
import pytest
from pydantic import ValidationError

from vbcsim.contract.book import Book
from vbcsim.contract.lines.historical import Historical
from vbcsim.core.errors import BadInput

PLAIN = {"weights": (0.1, 0.3, 0.6), "trend": {"national": 1.0}, "update": {"national": 1.0}}


def by_hand(toy, weights, trend, update, *, cut=None, risk_up=0.03, adjustment=0.0):
    """The benchmark in loops over draws, years and strata."""
    ds = toy.ds
    cost = toy.member_usd if cut is None else np.minimum(toy.member_usd, cut)
    people, risk = ds["person_years"].values, ds["risk_score"].values
    series = {n: np.broadcast_to(ds[f"{n}_index"].values, (5, 5)) for n in ("national", "regional", "prospective")}
    total = np.zeros((5, 2))
    for d in range(5):
        for y in (3, 4):
            for s in range(2):
                history = sum(
                    w
                    * cost[d, b, s].sum()
                    / people[b, s]
                    / sum(share * series[n][d, b] for n, share in trend.items())
                    * (risk[d, 2, s] / risk[d, b, s])
                    for b, w in enumerate(weights)
                )
                growth = sum(share * series[n][d, y] for n, share in update.items())
                riskier = min(risk[d, y, s] / risk[d, 2, s], 1.0 + risk_up)
                total[d, y - 3] += history * (1.0 + adjustment) * growth * riskier * people[y, s]
    return total


def test_base_years_are_trended_weighted_and_updated(toy):
    line = Historical(**PLAIN).make(Book.from_experience(toy.ds))
    np.testing.assert_allclose(line, by_hand(toy, (0.1, 0.3, 0.6), {"national": 1}, {"national": 1}), rtol=1e-12)


def test_trend_and_update_may_be_blends(toy):
    trend = {"national": 0.3, "regional": 0.7}
    update = {"national": 0.2, "regional": 0.4, "prospective": 0.4}
    maker = Historical(weights=(0.2, 0.3, 0.5), trend=trend, update=update, adjustment=0.02)
    expected = by_hand(toy, (0.2, 0.3, 0.5), trend, update, adjustment=0.02)
    np.testing.assert_allclose(maker.make(Book.from_experience(toy.ds)), expected, rtol=1e-12)


def test_base_years_are_truncated_like_performance_years(toy):
    maker = Historical(**PLAIN, truncation={"threshold_usd": 30_000.0})
    expected = by_hand(toy, (0.1, 0.3, 0.6), {"national": 1}, {"national": 1}, cut=30_000.0)
    np.testing.assert_allclose(maker.make(Book.from_experience(toy.ds)), expected, rtol=1e-12)


def test_risk_growth_is_capped_up_and_down(toy):
    book = Book.from_experience(toy.ds)
    frozen = Historical(**PLAIN, risk_up=0.0, risk_down=0.0).make(book)
    capped = Historical(**PLAIN, risk_up=0.01).make(book)
    free = Historical(**PLAIN, risk_up=None).make(book)
    assert (capped <= free + 1e-6).all()
    assert not np.allclose(capped, free)
    flat = toy.ds.assign(risk_score=toy.ds["risk_score"].sel(year=2022, drop=True) + 0.0 * toy.ds["risk_score"])
    unadjusted = Historical(**PLAIN, risk_adjusted=False).make(Book.from_experience(flat))
    level = Historical(**PLAIN).make(Book.from_experience(flat))
    np.testing.assert_allclose(level, unadjusted, rtol=1e-12)
    assert not np.allclose(frozen, free)


def test_the_adjustment_may_be_a_line(toy):
    book = Book.from_experience(toy.ds)
    plain = Historical(**PLAIN).make(book)
    by_line = Historical(**PLAIN, adjustment="quality_score").make(book)
    np.testing.assert_allclose(by_line, plain * (1.0 + book["quality_score"]), rtol=1e-12)


def test_a_group_that_costs_what_it_did_has_a_benchmark_that_follows_the_index(toy):
    ds = toy.ds
    level = ds["expenditure_usd"].sel(year=2022, drop=True)
    same = ds.assign(
        expenditure_usd=level * ds["national_index"],
        risk_score=ds["risk_score"] * 0.0 + 1.0,
    ).transpose("draw", "year", "stratum", "category", ...)
    book = Book.from_experience(same)
    np.testing.assert_allclose(Historical(**PLAIN).make(book), book["expenditure"], rtol=1e-12)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({**PLAIN, "weights": (0.1, 0.3, 0.5)}, "weights sum to 0.9"),
        ({**PLAIN, "trend": {"national": 0.5}}, "trend sum to 0.5"),
        ({**PLAIN, "update": {"nation": 1.0}}, "nation"),
    ],
)
def test_shares_that_do_not_sum_to_one_are_refused(body, message):
    with pytest.raises(ValidationError, match=message):
        Historical.model_validate(body)


def test_weights_are_as_many_as_base_years(toy):
    with pytest.raises(BadInput, match="2 weights for 3 base years"):
        Historical(weights=(0.5, 0.5), trend={"national": 1}, update={"national": 1}).make(Book.from_experience(toy.ds))


def test_it_says_how_the_benchmark_is_made():
    maker = Historical(**PLAIN, truncation={"threshold_usd": 30_000.0, "year": 2022, "growth": 0.04})
    assert maker.sentence() == (
        "What the group's own members cost per person-year in the base years, stratum by stratum, weighted 10%, 30% "
        "and 60%, oldest first, each person's yearly cost cut off at $30,000 (dollars of 2022, growing 4% a year); "
        "carried to the last base year and on to each performance year by national growth; following the risk score "
        "since then, at most 3% up; times person-years."
    )


def test_base_years_need_a_floor_below_their_own_threshold(toy):
    maker = Historical(**PLAIN, truncation={"threshold_usd": 21_000.0, "growth": 0.05})
    assert maker.lowest_thresholds_usd((2023, 2024), (2020, 2021, 2022)) == pytest.approx({"*": 21_000.0 / 1.05**2})
    with pytest.raises(BadInput, match=r"\$19,048 for aged is below"):
        maker.make(Book.from_experience(toy.ds))
