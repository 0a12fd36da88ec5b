"""The pooled kernel and its twin give the same bits; blocks, threads and room to work in change nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cohorts import assumptions, cells, cohort_of, service
from vbcsim.experience import pooled, pooled_rows, pooled_twin
from vbcsim.experience.claims import Block, Claims, member_claims
from vbcsim.experience.compiled import compile_kernel
from vbcsim.experience.layers import LayerDraws
from vbcsim.experience.pooled_claims import row_claims
from vbcsim.experience.pooled_prepare import choose_split, prepare_pooled
from vbcsim.experience.prepare import prepare
from vbcsim.experience.simulate import simulate
from vbcsim.experience.systemic import draw_block
from vbcsim.random.streams import Stream


def block_of(cohort: xr.Dataset, draws: int, seed: int = 7, members: Any = None) -> Block:
    """A block of draws of a cohort without turnover, or with these numbers of members by row."""
    inputs = prepare(cohort)
    shared = draw_block(cohort, seed, LayerDraws(), 0, draws)
    fixed = np.rint(inputs.row_expected).astype(np.int64)
    n_periods, n_categories = inputs.rate.shape[1:]
    return Block(
        inputs=inputs,
        seed=seed,
        first_draw=0,
        row_members=np.tile(fixed if members is None else members, (draws, 1)),
        rate_multiplier=shared.rate_multiplier,
        cost_multiplier=shared.cost_multiplier,
        world=shared.world,
        target_uptake=np.zeros((draws, 0, n_periods)),
        target_multiplier=np.zeros((draws, 0, n_periods, n_categories)),
    )


def both(block: Block, large: float, candidate: float) -> tuple[Claims, Claims]:
    """Kernel's and twin's claims."""
    inputs = prepare_pooled(block.inputs, choose_split(block.inputs, [(large, candidate)]))
    kernel = compile_kernel("simulate_rows", "pooled")
    return row_claims(kernel, inputs, block), row_claims(pooled_twin.simulate_rows, inputs, block)


def assert_same_bits(one: Claims, other: Claims) -> None:
    for name in ("expenditure", "utilization", "morbidity", "claimant_usd", "claimant_where"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


# ------------------------------------------------------------------------------------------------- kernel and twin
def test_kernel_and_twin_have_the_same_arguments():
    kernel, twin = pooled.simulate_rows.__code__, pooled_twin.simulate_rows.__code__
    assert twin.co_varnames[: twin.co_argcount] == kernel.co_varnames[: kernel.co_argcount]


def test_streams_are_those_of_the_registry():
    assert (pooled._COUNT, pooled._COST) == (Stream.POOLED_COUNT, Stream.POOLED_COST)
    found = [getattr(pooled_rows, f"_{name}") for name in ("FRAILTY", "LARGE", "OWNER", "SHARE", "REST")]
    assert found == [Stream.POOLED_FRAILTY, Stream.POOLED_LARGE, Stream.POOLED_OWNER, Stream.POOLED_SHARE,
                     Stream.POOLED_REST]  # fmt: skip


@st.composite
def cohorts(draw: st.DrawFn) -> xr.Dataset:
    """Small cohorts with every kind of frailty and severity."""
    shared = draw(st.sampled_from([0.0, 0.3, 1.5]))
    made = []
    for i in range(draw(st.integers(1, 4))):
        weight = draw(st.sampled_from([0.0, 0.5, 1.0]))
        own = 0.0 if weight == 1 else draw(st.sampled_from([0.0, 0.5, 4.0]))
        tail = draw(st.sampled_from([{}, {"tail_probability": 0.01, "tail_index": 2.5}, {"maximum_usd": 150.0}]))
        made.append(
            service(
                f"s{i}",
                utilization_per_1000=1000 * draw(st.sampled_from([0.0, 0.02, 0.7, 3.1, 45.0])),
                mean_cost_usd=draw(st.sampled_from([0.0, 100.0])) if "maximum_usd" not in tail else 100.0,
                overdispersion=weight**2 * shared + (1 - weight) ** 2 * own,
                shared_weight=weight,
                persistence=draw(st.sampled_from([0.0, 0.4, 1.0])),
                body_sigma=draw(st.sampled_from([0.0, 0.5, 2.0])),
                **tail,
            )
        )
    told = assumptions(
        made,
        shared_frailty={"variance": shared, "persistence": draw(st.sampled_from([0.0, 0.6, 1.0]))},
        market_trend={"national_shock_sd": 0.02, "regional_shock_sd": 0.01},
        provider_group={"effect_sd": 0.05, "persistence": 0.7},
        floor_usd=draw(st.sampled_from([10.0, 1e3, 1e13])),
    )
    members = draw(st.lists(st.sampled_from([1, 2, 9, 60]), min_size=1, max_size=3))
    rows = cells(
        *members,
        frailty_relativity=[draw(st.sampled_from([0.0, 0.3, 1.0])) for _ in members],
        price_relativity=[1.3] * len(members),
    )
    years = draw(st.sampled_from([((2020,), (2021,)), ((2020, 2021), (2024,))]))
    return cohort_of(told, rows, *years)


# Whole experiences in plain Python: fewer examples than of a small function.
@settings(max_examples=settings.default.max_examples // 4)
@given(cohorts(), st.integers(0, 2**64 - 1), st.sampled_from([0.0, 0.05, 0.3, 1e9]), st.sampled_from([0.0, 0.4]))
def test_kernel_and_twin_give_the_same_bits(cohort, seed, large, candidate):
    assert_same_bits(*both(block_of(cohort, 1, seed), large, candidate))


FRAIL = {"overdispersion": 1.2, "shared_weight": 0.6}


def frail_cohort(*members: int, floor: float = 3000.0, **changed: Any) -> xr.Dataset:
    """Three categories with shared and own frailty, three years."""
    made = [
        service(persistence=0.5, **FRAIL),
        service("stay", utilization_per_1000=700, mean_cost_usd=900, overdispersion=1.0, shared_weight=1.0,
                tail_probability=0.01, tail_index=2.5),
        service("scan", utilization_per_1000=1500, mean_cost_usd=300, overdispersion=0.9, persistence=1.0),
    ]  # fmt: skip
    told = assumptions(made, shared_frailty={"variance": 1.0, "persistence": 0.6}, floor_usd=floor, **changed)
    return cohort_of(told, cells(*members), base=(2020, 2021), performance=(2023,))


def test_a_row_of_thousands_takes_the_same_bits_from_its_twin():
    """Counts above the tables' reach, sums of every place, several candidates in the same mass."""
    one, other = both(block_of(frail_cohort(9_000, floor=6_000.0), 1), 0.3, 0.6)
    assert_same_bits(one, other)
    assert one.utilization.max() > 4096
    assert len(one.claimant_usd) > 50


def test_rows_that_come_and_go_take_the_same_bits_from_their_twin():
    """Rows present in some years only, one of nobody, and a risk score that looks a year back."""
    block = block_of(frail_cohort(30, 20, 10, 5), 2, members=[30, 20, 10, 0])
    inputs = block.inputs
    changed = {
        "row_first": np.array([0, 1, 2, 0]),
        "row_last": np.array([1, 2, 2, 2]),
        "score_weight": np.ones_like(inputs.score_weight),
        "score_lag": 1,
    }
    from dataclasses import replace

    one, other = both(replace(block, inputs=replace(inputs, **changed)), 0.05, 0.0)
    assert_same_bits(one, other)
    assert (one.utilization[:, 2, 0] == 0).all()
    assert (one.utilization[:, 0, 1:] == 0).all()
    assert one.morbidity[:, 2, 2].min() > 0


# ------------------------------------------------------------------------------------------------------ invariance
def test_draws_are_the_same_in_any_block_and_on_any_number_of_threads():
    cohort = frail_cohort(200, 50)
    whole = simulate(cohort, draws=9, seed=3, engine="pooled", threads=1)
    parts = simulate(cohort, draws=9, seed=3, engine="pooled", threads=2, block=2)
    for name in whole.data_vars:
        assert np.array_equal(whole[name].values, parts[name].values), name
    assert whole.attrs["engine"] == "pooled"
    assert whole.sizes["claimant"] > 0


def test_the_list_and_the_room_for_large_claims_grow_as_needed():
    """More claimants than the first list holds, and more large claims of a row than there is room for."""
    block = block_of(frail_cohort(4_000, floor=100.0), 1)
    inputs = prepare_pooled(block.inputs, choose_split(block.inputs, [(0.01, 0.0)]))
    found = row_claims(compile_kernel("simulate_rows", "pooled"), inputs, block)
    assert len(found.claimant_usd) > 2 * 4_000
    assert (np.diff(found.claimant_where[:, 1]) >= 0).all()
    every = found.expenditure.sum(axis=(0, 2, 3))
    by_year = np.bincount(found.claimant_where[:, 1], weights=found.claimant_usd)
    assert (by_year <= every).all()
    assert by_year == pytest.approx(every, rel=0.05)


def test_with_no_floor_within_reach_nobody_is_listed_and_totals_stay():
    """Which claims are large moves words between streams, so totals differ in bits and agree in distribution only."""
    cohort = frail_cohort(500, floor=1e13)
    found = simulate(cohort, draws=50, seed=2, engine="pooled")
    assert found.sizes["claimant"] == 0
    members = simulate(cohort, draws=50, seed=2, engine="members")
    assert float(found["expenditure_usd"].mean()) == pytest.approx(float(members["expenditure_usd"].mean()), rel=0.05)


def test_more_draws_only_add_to_those_before_them():
    cohort = frail_cohort(40)
    few, many = (simulate(cohort, draws=n, seed=5, engine="pooled") for n in (3, 8))
    assert np.array_equal(few["expenditure_usd"].values, many["expenditure_usd"].values[:3])


def test_listed_claimants_are_part_of_the_totals():
    """With every claim large and every owner a candidate, those who spent more than the floor are all listed."""
    block = block_of(frail_cohort(1, 1, 1, 1, floor=500.0), 200)
    inputs = prepare_pooled(block.inputs, choose_split(block.inputs, [(0.0, 0.0)]))
    found = row_claims(compile_kernel("simulate_rows", "pooled"), inputs, block)
    total = found.expenditure.sum(axis=3)
    where = np.argwhere(total > 500.0)
    assert np.array_equal(found.claimant_where, where)
    assert found.claimant_usd == pytest.approx(total[tuple(where.T)], rel=1e-12)


def test_members_and_pooled_share_the_seam():
    """One block, either engine: claims of the same shapes."""
    block = block_of(frail_cohort(20), 2)
    one = member_claims(compile_kernel("simulate_members"), block)
    other, _ = both(block, 0.1, 0.4)
    for name in ("expenditure", "utilization", "morbidity", "engaged"):
        assert getattr(one, name).shape == getattr(other, name).shape
