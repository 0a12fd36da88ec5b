"""Lives needed, and luck that is paid, against closed forms of normal savings.

The savings rate of n lives is Normal(0, sd^2 / n + lasting^2); a contract that pays from the first dollar above a
minimum rate m rewards no true saving with the chance 1 - Phi(m / sd_n), as in Buckhead FMV, "Valuing ACOs", 2018.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from vbcsim.core.errors import BadInput
from vbcsim.outcomes.credibility import CONTRACT, Asked, Judged, credibility
from vbcsim.outcomes.savings_rate import SavingsRate, split_by_layer

N = NormalDist()
DRAWS, LIVES = 20_000, 10_000.0
CHANCE, LASTING, LEAST = 0.03, 0.01, 0.02
ASKED = Asked(within=0.01, confidence=0.9, luck=0.05, lives=(2_500, 40_000), savings=(0.0, 0.03))


def judged(chance=CHANCE, lasting=LASTING, bias=0.0, seed=6, draws=DRAWS):
    rng = np.random.default_rng(seed)
    course = rng.normal(size=(draws, 1))
    ratio = (1.0 - bias) * (1.0 + chance * rng.normal(size=(draws, 1))) * np.exp(lasting * course)
    split = split_by_layer(ratio, {"own": course} if lasting else {})

    def paid(size, saving, noise):
        saved = 1.0 - (1.0 - saving) * split.resized(size, noise)
        return (0.5 * saved * (saved >= LEAST)).sum(axis=1) * 1e6

    return Judged(SavingsRate((split_by_layer(np.ones((draws, 1)), {}),), (split,)), LIVES, paid)


@pytest.fixture(scope="module")
def found():
    return credibility({"d": judged(), "fee": None}, (2023,), ASKED, {"draws": DRAWS}).sel(design="d")


def spread(lives: float, noise: str) -> float:
    return float(np.sqrt(CHANCE**2 * LIVES / lives + (LASTING**2 if noise == "all" else 0.0)))


def test_the_chance_to_be_within_a_margin_at_any_number_of_lives(found):
    for noise in ("members", "beside_own", "all"):
        for size, lives in (("own", LIVES), ("2500", 2500.0), ("40000", 40000.0)):
            at = found.sel(period=CONTRACT, noise=noise, size=size)
            wanted = 2 * N.cdf(0.01 / spread(lives, noise)) - 1
            assert abs(float(at["p_within"]) - wanted) < 4 * float(at["p_within_mcse"]), (noise, size)
    at_most = found["p_within_at_most"].sel(period=CONTRACT)
    assert float(at_most.sel(noise="members")) == 1.0
    error = float(found["p_within_at_most_mcse"].sel(period=CONTRACT, noise="all"))
    assert abs(float(at_most.sel(noise="all")) - (2 * N.cdf(1.0) - 1)) < 4 * error
    # Where chance is three times what lasts, the spread of the latter is fitted with an error of 2 %.
    assert error == pytest.approx(2 * N.pdf(1.0) * CHANCE / LASTING / np.sqrt(DRAWS), rel=0.15)


def test_lives_needed_by_chance_alone_are_the_classical_ones(found):
    wanted = LIVES * (CHANCE * N.inv_cdf(0.95) / 0.01) ** 2
    at = found.sel(period=CONTRACT)
    for name, value in (
        ("lives_classical", at["lives_classical"]),
        ("lives_within", at["lives_within"].sel(noise="members")),
    ):
        error = at[f"{name}_mcse"]
        error = float(error.sel(noise="members") if "noise" in error.dims else error)
        assert abs(float(value) - wanted) < 4 * error, name
        assert 0.0 < error < 0.05 * wanted


def test_what_lasts_makes_more_lives_needed_or_no_number_enough():
    asked = ASKED._replace(within=0.02)
    at = credibility({"d": judged()}, (2023,), asked, {}).sel(design="d", period=CONTRACT, noise="all")
    wanted = LIVES * CHANCE**2 / ((0.02 / N.inv_cdf(0.95)) ** 2 - LASTING**2)
    assert abs(float(at["lives_within"]) - wanted) < 4 * float(at["lives_within_mcse"])
    never = credibility({"d": judged()}, (2023,), ASKED, {}).sel(design="d", period=CONTRACT, noise="all")
    assert np.isinf(never["lives_within"])
    assert float(never["p_within_at_most"]) < 0.9


def test_luck_is_paid_as_often_as_the_normal_law_says(found):
    for noise in ("members", "all"):
        for size, lives in (("own", LIVES), ("2500", 2500.0), ("40000", 40000.0)):
            for saving in (0.0, 0.03):
                at = found.sel(noise=noise, size=size, saving=saving)
                wanted = 1.0 - N.cdf((LEAST - saving) / ((1 - saving) * spread(lives, noise)))
                assert abs(float(at["p_reward"]) - wanted) < 4 * float(at["p_reward_mcse"])


def test_lives_at_which_luck_is_rare(found):
    at = found.sel(noise="members")
    wanted = LIVES * (CHANCE * N.inv_cdf(0.95) / LEAST) ** 2
    assert abs(float(at["lives_without_luck"]) - wanted) < 4 * float(at["lives_without_luck_mcse"])
    never = credibility({"d": judged(bias=0.03)}, (2023,), ASKED, {}).sel(design="d")
    assert np.isinf(never["lives_without_luck"]).all()


def test_rewards_are_in_dollars_of_each_size(found):
    no_saving = found["reward_usd"].sel(noise="members", saving=0.0)
    z = LEAST / CHANCE
    wanted = 0.5e6 * CHANCE * N.pdf(z)
    assert abs(float(no_saving.sel(size="own")) - wanted) < 4 * float(
        found["reward_mcse"].sel(noise="members", saving=0.0, size="own")
    )
    smaller = 0.25 * 0.5e6 * 2 * CHANCE * N.pdf(LEAST / (2 * CHANCE))
    assert float(no_saving.sel(size="2500")) == pytest.approx(smaller, rel=0.05)


def test_a_bias_of_the_benchmark_is_told():
    row = credibility({"d": judged(bias=0.015)}, (2023,), ASKED, {}).sel(design="d", period="2023")
    assert abs(float(row["savings_rate_bias"]) - 0.015) < 4 * float(row["savings_rate_bias_mcse"])
    for origin, spread_of in (("members", CHANCE), ("own", LASTING)):
        error = float(row["savings_rate_variance_mcse"].sel(origin=origin))
        assert (
            abs(float(row["savings_rate_variance"].sel(origin=origin)) - spread_of**2) < 4 * error + 0.03 * spread_of**2
        )


def test_the_error_of_a_variance_is_that_of_repeated_studies():
    """Fitting the course is a part of it: where chance is three times as large, most of it."""
    rows = [credibility({"d": judged(seed=k, draws=3000)}, (2023,), ASKED._replace(lives=()), {}) for k in range(40)]
    for origin in ("members", "own"):
        at = [row.sel(design="d", period="2023", origin=origin) for row in rows]
        seen = np.std([float(row["savings_rate_variance"]) for row in at], ddof=1)
        told = np.mean([float(row["savings_rate_variance_mcse"]) for row in at])
        assert told == pytest.approx(seen, rel=0.4), origin


def test_a_design_that_compares_no_cost_has_no_figures():
    both = credibility({"d": judged(), "fee": None}, (2023,), ASKED, {})
    assert np.isnan(both.sel(design="fee")["p_reward"]).all()


def test_without_other_lives_none_are_sought():
    own = credibility({"d": judged()}, (2023,), ASKED._replace(lives=()), {})
    assert own["size"].values.tolist() == ["own"]
    assert np.isnan(own["lives_without_luck"]).all()


def test_what_cannot_be_asked_is_told_at_once():
    with pytest.raises(BadInput) as error:
        Asked(within=0.0, confidence=1.5, luck=0.1, lives=(5,), savings=(0.9,)).check()
    assert [problem.place for problem in error.value.problems] == ["--within", "--confidence", "--saving", "--lives"]
