"""The effective share against closed forms of normal savings.

The closed forms are those of Buckhead FMV, "Valuing ACOs", 2018: for savings S ~ Normal(mu, sd) and a minimum a,
E[share x S x 1(S >= a)] = share x (mu (1 - Phi(z)) + sd phi(z)), z = (a - mu) / sd.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

from vbcsim.contract.book import Book
from vbcsim.contract.read import read_arrangement
from vbcsim.contract.settle import SettledPart, settle
from vbcsim.contract.steps import settled_provisions
from vbcsim.outcomes.effective_share import NO_GROSS, effective_share

N = NormalDist()
BENCHMARK, SD = 10_000.0, 446.2
DRAWS = 20_000
TAKE = {"difference": {"of": "benchmark", "less": "expenditure"}}


def above(mu: float, least: float) -> float:
    """E[S 1(S >= least)] of a normal saving."""
    z = (least - mu) / SD
    return mu * (1.0 - N.cdf(z)) + SD * math.exp(-z * z / 2.0) / math.sqrt(2.0 * math.pi)


def shares(provisions, mu=0.0, party="provider", years=(2023,)):
    saved = np.random.default_rng(3).normal(mu, SD, (DRAWS, len(years)))
    book = Book.from_lines({"benchmark": BENCHMARK, "expenditure": BENCHMARK - saved, "quality_score": 0.8}, years)
    design = read_arrangement({"provisions": provisions}, "d")
    settled = {"d": list(settled_provisions([SettledPart("", book, design)]))}
    return effective_share(settle(book, {"d": design}), settled, party).sel(design="d")


def sharing(*terms, **more):
    return {"name": "s", "payer": "payer", "payee": "provider", "terms": [TAKE, *terms]} | more


@pytest.mark.parametrize(("mu", "least"), [(0.0, 0.02), (200.0, 0.02), (-100.0, 0.0)])
def test_a_minimum_rate_takes_its_part(mu, least):
    """One-sided 50 % above a minimum, first dollar: E[paid] / E[gross savings] in closed form."""
    minimum = [{"minimum_rate": {"savings": least}}] if least else []
    row = shares([sharing(*minimum, {"share": {"savings": 0.5, "losses": 0}})], mu)
    savings = row.sel(side="savings")
    wanted = 0.5 * above(mu, least * BENCHMARK) / above(mu, 0.0)
    assert abs(float(savings["effective_share"]) - wanted) < max(4 * float(savings["effective_share_mcse"]), 1e-9)
    assert abs(float(savings["gross_usd"]) - above(mu, 0.0)) < 4 * float(savings["gross_mcse"])
    assert float(savings["headline_share"]) == pytest.approx(0.5)
    assert str(savings["headline_words"].item()) == "50%"
    losses = row.sel(side="losses")
    assert (float(losses["effective_share"]), float(losses["headline_share"])) == (0.0, 0.0)


def test_the_error_is_that_of_repeated_studies():
    """The delta-method error against the spread of the ratio over 400 parts of one study."""
    rng = np.random.default_rng(4)
    found = []
    for _ in range(400):
        saved = rng.normal(0.0, SD, (250, 1))
        found.append(0.5 * saved[saved >= 200.0].sum() / saved[saved > 0.0].sum())
    minimum = {"minimum_rate": {"savings": 0.02}}
    row = shares([sharing(minimum, {"share": {"savings": 0.5, "losses": 0}})]).sel(side="savings")
    one = float(row["effective_share_mcse"]) * math.sqrt(DRAWS / 250)
    assert one == pytest.approx(np.std(found, ddof=1), rel=0.15)


def test_shares_that_change_with_the_year_are_weighted_by_what_is_saved():
    row = shares([sharing({"share": {"savings": {2023: 0.2, 2024: 0.6}, "losses": 0.5}})], years=(2023, 2024))
    savings = row.sel(side="savings")
    assert float(savings["headline_share"]) == pytest.approx(float(savings["effective_share"]), rel=1e-9)
    assert 0.38 < float(savings["effective_share"]) < 0.42


def test_quality_and_limits_stand_between_headline_and_effective():
    terms = ({"share": {"savings": 0.5, "losses": 0.5}}, {"scale": {"by": "quality_score", "side": "savings"}})
    row = shares([sharing(*terms, {"limit": {"losses": {"usd": 100}}})])
    assert float(row["effective_share"].sel(side="savings")) == pytest.approx(0.4)
    capped = above(0.0, 0.0) - above(0.0, 200.0) + 200.0 * (1.0 - N.cdf(200.0 / SD))
    losses = row.sel(side="losses")
    assert abs(float(losses["effective_share"]) - 0.5 * capped / above(0.0, 0.0)) < 4 * float(
        losses["effective_share_mcse"]
    )


def test_the_payer_sees_the_other_side():
    provisions = [sharing({"share": {"savings": 0.5, "losses": 0.3}})]
    provider, payer = shares(provisions), shares(provisions, party="payer")
    for name in ("effective_share", "gross_usd", "headline_share"):
        assert float(provider[name].sel(side="savings")) == float(payer[name].sel(side="losses"))


def test_each_side_may_have_a_provision_of_its_own():
    """Savings by one provision, losses by another paid the other way: the idle side of each does not count."""
    owed = {"difference": {"of": "expenditure", "less": "benchmark"}}
    apart = [
        sharing({"share": {"savings": 0.6, "losses": 0}}),
        sharing(payer="provider", payee="payer", name="l", terms=[owed, {"share": {"savings": 0.2, "losses": 0}}]),
    ]
    row = shares(apart)
    assert row["effective_share"].values.tolist() == [pytest.approx(0.6), pytest.approx(0.2)]
    assert row["headline_words"].values.tolist() == ["60%", "20%"]


def test_where_nothing_is_stated_or_shared_it_says_so():
    row = shares([sharing({"limit": {"savings": {"usd": 300}}})])
    assert set(row["headline_words"].values) == {"no share is stated"}
    assert np.isnan(row["headline_share"]).all()
    assert float(row["effective_share"].sel(side="losses")) == 1.0
    fee = {"name": "fee", "payer": "payer", "payee": "provider", "terms": [{"fixed": {"usd": 5}}]}
    row = shares([fee])
    assert np.isnan(row["effective_share"]).all()
    assert set(row["headline_words"].values) == {NO_GROSS}
