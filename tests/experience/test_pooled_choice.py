"""What the pooled engine may miss, which split it takes, when it is chosen, and which rows run by member."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from tests.cohorts import assumptions, cells, cohort_of, service
from tests.experience.test_pooled import block_of, frail_cohort
from vbcsim.experience.claims import member_claims
from vbcsim.experience.compiled import compile_kernel
from vbcsim.experience.pooled_choice import expected_seconds, faster_engine
from vbcsim.experience.pooled_claims import by_member, pooled_engine, row_claims
from vbcsim.experience.pooled_neglect import neglect
from vbcsim.experience.pooled_prepare import CHOICES, MISSED_CLAIMANTS, MISSED_EXCESS, choose_split
from vbcsim.experience.prepare import prepare
from vbcsim.experience.simulate import experience_hash, simulate


def test_the_transform_counts_the_claimants_that_the_members_engine_lists():
    """One cell of one price and rate in a year: the bound's own count of all claimants is exact up to its grid."""
    cohort = cohort_of(assumptions([service(overdispersion=1.5)], floor_usd=1_500.0), cells(50), (2021,), (2022,))
    found = neglect(prepare(cohort), *_split(cohort, 0.2), 0.5)
    experience = simulate(cohort, draws=4_000, seed=1, engine="members")
    usd = experience["claimant_usd"].values
    assert found.all_claimants == pytest.approx(len(usd) / 4_000, rel=0.05)
    assert found.all_excess_usd == pytest.approx((usd - 1_500.0).sum() / 4_000, rel=0.05)
    assert 0 < found.claimants < found.all_claimants


def _split(cohort, large):
    split = choose_split(prepare(cohort), [(large, 0.5)])
    return split.of_row, split.step


def test_finer_splits_miss_less():
    inputs = prepare(frail_cohort(300))
    missed = [choose_split(inputs, [choice]).missed for choice in CHOICES]
    for coarse, fine in pairwise(missed):
        assert fine.claimants <= coarse.claimants * (1 + 1e-9)
        assert fine.excess_usd <= coarse.excess_usd * (1 + 1e-9)
    chosen = choose_split(inputs)
    assert chosen.missed.claimants <= MISSED_CLAIMANTS * chosen.missed.all_claimants
    assert chosen.missed.excess_usd <= MISSED_EXCESS * chosen.missed.all_excess_usd
    at = CHOICES.index((chosen.large, chosen.candidate))
    assert at > 0
    before = missed[at - 1]
    assert (
        before.claimants > MISSED_CLAIMANTS * before.all_claimants
        or before.excess_usd > MISSED_EXCESS * before.all_excess_usd
    )


def test_nobody_is_missed_without_a_floor_or_under_one_of_nothing():
    for floor in (0.0, 1e13):
        missed = choose_split(prepare(frail_cohort(10, floor=floor))).missed
        assert (missed.claimants, missed.excess_usd) == (0.0, 0.0)
    listed = simulate(frail_cohort(10, floor=0.0), draws=20, seed=1, engine="pooled")
    assert (listed["claimant_usd"].values > 0).all()
    total = float(listed["expenditure_usd"].sum())
    assert float(listed["claimant_usd"].sum()) == pytest.approx(total, rel=1e-9)


def test_members_for_few_or_where_nearly_everyone_is_listed_else_pooled():
    assert faster_engine(frail_cohort(1_999, floor=1e6)) == "members"
    assert faster_engine(frail_cohort(50_000, floor=1e6)) == "pooled"
    assert faster_engine(frail_cohort(50_000, floor=500.0)) == "members"
    members, pooled = expected_seconds(inputs := prepare(frail_cohort(50_000, floor=1e6)), choose_split(inputs))
    assert members > 100 * pooled


def test_the_choice_is_made_by_name_and_hashed_as_what_it_is():
    cohort = frail_cohort(4_000, floor=1e6)
    asked = simulate(cohort, draws=3, seed=2, engine="auto")
    named = simulate(cohort, draws=3, seed=2, engine="pooled")
    assert asked.attrs["engine"] == "pooled"
    assert asked.attrs["experience_hash"] == named.attrs["experience_hash"] == experience_hash(cohort, 2, "auto")
    assert np.array_equal(asked["expenditure_usd"].values, named["expenditure_usd"].values)
    assert asked.attrs["experience_hash"] != experience_hash(cohort, 2, "members")


def test_rows_that_a_rule_reaches_run_by_member_in_the_same_run():
    block = block_of(frail_cohort(30, 20), 4)
    n_periods, n_categories = block.inputs.rate.shape[1:]
    inputs = replace(
        block.inputs,
        target_intervention=np.zeros(1, dtype=np.int64),
        target_category=np.zeros(1, dtype=np.int64),
        target_least=np.ones(1),
        target_reach=np.array([[False, True]]),
    )
    block = replace(
        block,
        inputs=inputs,
        target_uptake=np.ones((4, 1, n_periods)),
        target_multiplier=np.full((4, 1, n_periods, n_categories), 0.5),
    )
    assert by_member(inputs).tolist() == [False, True]
    engine = pooled_engine(inputs)
    found = engine(block)
    apart = member_claims(compile_kernel("simulate_members"), block.of_rows(np.array([False, True])))
    pooled = row_claims(engine.kernel, engine.pooled, block.of_rows(np.array([True, False])))
    assert np.array_equal(found.expenditure[:, :, 1], apart.expenditure[:, :, 1])
    assert np.array_equal(found.expenditure[:, :, 0], pooled.expenditure[:, :, 0])
    assert found.engaged.sum() > 0
    assert len(found.claimant_usd) == len(apart.claimant_usd) + len(pooled.claimant_usd)
