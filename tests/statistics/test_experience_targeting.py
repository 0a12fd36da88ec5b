"""Members chosen by the year before: regression to the mean with no effect at all, and effects where there are some.

A member's admissions are a negative binomial count whose gamma factor lasts in part. Who had many had bad luck as well
as bad health; theory says how many the next year holds for them. Bounds fail for one seed in a million.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import special, stats

from tests.cohorts import assumptions, cells, cohort_of, service
from vbcsim.experience.claims import Block, Claims, member_claims
from vbcsim.experience.compiled import compile_kernel
from vbcsim.experience.prepare import prepare

DRAWS = 150_000
BOUND = float(special.ndtri(1 - 1e-6 / 2))
RATE, VARIANCE, LASTING, USD = 0.8, 2.0, 0.6, 9_000.0
COUNTS = np.arange(200)
LAW = stats.nbinom(1 / VARIANCE, 1 / (1 + VARIANCE * RATE))


def block(*, category: int = 0, least: float = 2.0, uptake: float = 1.0, effect: float = 0.0) -> Block:
    """One member in every draw, over three years, and a rule on last year's stays; visits are a second category."""
    stay = service(
        "stay", utilization_per_1000=1000 * RATE, mean_cost_usd=USD, overdispersion=VARIANCE, persistence=LASTING,
        body_sigma=0.0,
    )  # fmt: skip
    inputs = prepare(cohort_of(assumptions([stay, service(mean_cost_usd=0.0)]), cells(1)))
    one = np.ones((DRAWS, 1, 3, 2))
    multiplier = one.copy()
    multiplier[..., 0] += effect
    return Block(
        inputs=replace(
            inputs,
            target_intervention=np.zeros(1, dtype=np.int64),
            target_category=np.array([category]),
            target_least=np.array([least]),
            target_reach=np.ones((1, 1), dtype=np.bool_),
        ),
        seed=2026,
        first_draw=0,
        row_members=np.ones((DRAWS, 1), dtype=np.int64),
        rate_multiplier=one,
        cost_multiplier=one,
        world=np.zeros(DRAWS, dtype=np.int64),
        target_uptake=np.full((DRAWS, 1, 3), uptake),
        target_multiplier=multiplier,
    )


def claims_of(of_block: Block) -> Claims:
    return member_claims(compile_kernel("simulate_members"), of_block)


def stays(claims: Claims) -> Any:
    """Stays by draw and year."""
    return claims.utilization[:, :, 0, 0]


def expected_next_year(least: int) -> float:
    """E[stays of a year | at least so many the year before]; of the factor a part lasts."""
    shape = 1 / VARIANCE
    kept = least <= COUNTS
    weight = LAW.pmf(COUNTS) * kept
    frailty = (shape + COUNTS) / (shape + RATE)
    return float(RATE * (1 - LASTING + LASTING * (weight @ frailty) / weight.sum()))


def off(sample: Any, expected: float) -> float:
    """Distance of a mean from its expectation in standard errors."""
    return float(abs(sample.mean() - expected) / (sample.std() / np.sqrt(len(sample))))


@pytest.fixture(scope="module")
def without_effect() -> Claims:
    return claims_of(block())


def test_members_with_two_stays_fall_back_though_nothing_is_done_for_them(without_effect):
    had = stays(without_effect)[:, 0] >= 2
    before, after = (stays(without_effect)[had, year] for year in (0, 1))
    many = LAW.pmf(COUNTS) * (COUNTS >= 2)
    assert off(before, float(many @ COUNTS / many.sum())) < BOUND
    assert off(after, expected_next_year(2)) < BOUND
    assert RATE < expected_next_year(2) < 0.6 * before.mean()


def test_a_rule_without_effect_changes_no_claim_and_counts_whom_it_takes(without_effect):
    none = block()
    untouched = claims_of(replace(none, inputs=replace(none.inputs, target_reach=np.zeros((1, 1), dtype=np.bool_))))
    for name in ("expenditure", "utilization", "claimant_usd"):
        assert np.array_equal(getattr(without_effect, name), getattr(untouched, name)), name
    assert untouched.engaged.sum() == 0
    engaged = without_effect.engaged[:, :, 0, 0]
    assert (engaged[:, 0] == 0).all()  # there is no year before the first
    assert np.array_equal(engaged[:, 1:], (stays(without_effect)[:, :-1] >= 2).astype(float))


def test_who_takes_part_is_a_stated_share_of_the_eligible(without_effect):
    some = claims_of(block(uptake=0.3))
    eligible = (stays(some)[:, :-1] >= 2).ravel()
    taking_part = some.engaged[:, 1:, 0, 0].ravel()
    assert (taking_part[~eligible] == 0).all()
    assert off(taking_part[eligible], 0.3) < BOUND


def test_an_effect_lowers_the_use_of_those_engaged_by_its_size_and_of_nobody_else(without_effect):
    moved = claims_of(block(effect=-0.4))
    had = stays(moved)[:, 0] >= 2
    assert np.array_equal(had, stays(without_effect)[:, 0] >= 2)
    assert off(stays(moved)[had, 1], 0.6 * expected_next_year(2)) < BOUND
    assert np.array_equal(stays(moved)[~had, 1], stays(without_effect)[~had, 1])
    # On the same words both runs move together: what the effect does shows through little noise of its own.
    assert np.corrcoef(stays(moved)[had, 1], stays(without_effect)[had, 1])[0, 1] > 0.9
    assert np.array_equal(moved.utilization[..., 1], without_effect.utilization[..., 1])


def test_later_years_see_what_the_rule_has_left(without_effect):
    """Fewer members are eligible in the third year, because the second held fewer stays."""
    moved = claims_of(block(effect=-0.9))
    engaged = moved.engaged[:, :, 0, 0]
    assert np.array_equal(engaged[:, 2], (stays(moved)[:, 1] >= 2).astype(float))
    assert engaged[:, 2].sum() < 0.9 * without_effect.engaged[:, 2].sum()


def test_members_can_be_chosen_by_last_years_cost(without_effect):
    by_cost = claims_of(block(category=-1, least=2 * USD))
    cost = by_cost.expenditure[:, :, 0].sum(axis=2)
    # All stays cost the same: a cost above that of two stays means three or more.
    assert np.array_equal(by_cost.engaged[:, 1:, 0, 0], (cost[:, :-1] > 2 * USD).astype(float))
    assert np.array_equal(cost > 2.5 * USD, stays(by_cost) >= 3)
    had = stays(by_cost)[:, 0] >= 3
    assert off(stays(by_cost)[had, 1], expected_next_year(3)) < BOUND
