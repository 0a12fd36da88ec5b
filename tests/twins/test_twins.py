"""Kernel and NumPy twin give the same bits: whole experiences of small cohorts, and the rare paths word by word."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numba
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cohorts import assumptions, cells, cohort_of, service
from vbcsim.experience import compiled, kernels, member, twins
from vbcsim.experience.claims import Block, Claims, member_claims
from vbcsim.experience.prepare import prepare
from vbcsim.experience.scratch import scratch
from vbcsim.experience.simulate import simulate
from vbcsim.random import variates
from vbcsim.random.philox import address
from vbcsim.random.streams import Stream
from vbcsim.random.tables import cost_table, gamma_table, poisson_tables
from vbcsim.random.twin import words

TAIL = int(variates.TAIL_WORD)


def test_every_kernel_has_a_twin_of_the_same_name_and_arguments():
    assert kernels.__all__
    for name in kernels.__all__:
        kernel, twin = getattr(kernels, name), getattr(twins, name)
        assert (
            twin.__code__.co_varnames[: twin.__code__.co_argcount]
            == (kernel.__code__.co_varnames[: kernel.__code__.co_argcount])
        )


def assert_same_bits(one: xr.Dataset, other: xr.Dataset) -> None:
    """Every variable equal to the last bit."""
    assert one.data_vars.keys() == other.data_vars.keys()
    for name in one.data_vars:
        assert np.array_equal(one[name].values, other[name].values), name
        assert one[name].dtype == other[name].dtype, name


# --------------------------------------------------------------------------------------------------- small cohorts
@st.composite
def services(draw: st.DrawFn, shared: float) -> list[Any]:
    made = []
    for i in range(draw(st.integers(1, 6))):
        weight = draw(st.sampled_from([0.0, 0.5, 1.0]))
        own = 0.0 if weight == 1 else draw(st.sampled_from([0.0, 0.5, 4.0]))
        tail = draw(
            st.sampled_from(
                [
                    {},
                    {"tail_probability": 0.01, "tail_index": 2.5},
                    {"tail_probability": 0.5, "tail_index": 1.2, "maximum_usd": 2e3},
                    {"maximum_usd": 150.0},
                ]
            )
        )
        made.append(
            service(
                f"s{i}",
                utilization_per_1000=1000 * draw(st.sampled_from([0.0, 0.02, 0.7, 3.1, 30.0, 45.0, 90.0])),
                mean_cost_usd=draw(st.sampled_from([0.0, 100.0])) if "maximum_usd" not in tail else 100.0,
                overdispersion=weight**2 * shared + (1 - weight) ** 2 * own,
                shared_weight=weight,
                persistence=draw(st.sampled_from([0.0, 0.4, 1.0])),
                body_sigma=draw(st.sampled_from([0.0, 0.5, 2.0])),
                utilization_trend=draw(st.sampled_from([0.0, 0.2])),
                **tail,
            )
        )
    return made


@st.composite
def small_cohorts(draw: st.DrawFn) -> xr.Dataset:
    shared = draw(st.sampled_from([0.0, 0.3, 1.5]))
    told = assumptions(
        draw(services(shared)),
        shared_frailty={"variance": shared, "persistence": draw(st.sampled_from([0.0, 0.6, 1.0]))},
        market_trend={"national_shock_sd": 0.02, "regional_shock_sd": 0.01},
        provider_group={"effect_sd": 0.05, "persistence": 0.7},
        floor_usd=draw(st.sampled_from([0.0, 1e3, 1e13])),
    )
    members = draw(st.lists(st.integers(1, 20), min_size=1, max_size=3))
    rows = cells(
        *members,
        frailty_relativity=[draw(st.sampled_from([0.0, 0.3, 1.0])) for _ in members],
        utilization_relativity=[draw(st.sampled_from([0.0, 1.0, 1.7])) for _ in members],
        price_relativity=[1.3] * len(members),
    )
    if draw(st.booleans()):
        rows = [row | {"risk_tier": "r0"} for row in rows]  # several cells in one stratum
    years = draw(st.sampled_from([((2020,), (2021,)), ((2020, 2021), (2024,)), ((2019, 2020, 2021), (2022, 2023))]))
    return cohort_of(told, rows, *years)


@settings(max_examples=settings.default.max_examples * 6 // 10)  # whole experiences: fewer than of a small function
@given(small_cohorts(), st.integers(0, 2**64 - 1), st.integers(1, 2))
def test_kernel_and_twin_give_the_same_bits(cohort, seed, draws):
    kernel, twin = (
        simulate(cohort, draws=draws, seed=seed, engine=engine, threads=1) for engine in ("members", "reference")
    )
    assert_same_bits(kernel, twin)


# ------------------------------------------------------------------------- rows, classes, profiles, worlds and rules
def shaped(cohort: xr.Dataset, worlds: int, profiles: int, rng: np.random.Generator) -> xr.Dataset:
    """The same cohort with frailty and severity that differ by world and profile."""
    factor = rng.uniform(0.3, 1.5, (worlds, profiles))
    changed: dict[str, Any] = {"cell_profile": ("cell", rng.integers(0, profiles, cohort.sizes["cell"]))}
    for name in (
        *("overdispersion", "shared_weight", "own_persistence", "maximum_multiple"),
        *("body_sigma", "tail_probability", "tail_index", "shared_variance", "shared_persistence"),
    ):
        one = cohort[name].values[0, 0]
        both = np.broadcast_to(one, (worlds, profiles, *np.shape(one)))
        # Variances together: a category's own factor keeps its part.
        scaled = name in ("overdispersion", "shared_variance")
        by = factor.reshape(worlds, profiles, *[1] * np.ndim(one)) if scaled else 1.0
        changed[name] = (("world", "profile", "category")[: 2 + np.ndim(one)], both * by)
    return cohort.drop_dims(("world", "profile")).assign(changed)


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    """A block of a small cohort: rows there for part of the time, several classes and profiles, worlds and rules."""
    cohort = draw(small_cohorts())
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    worlds, profiles = draw(st.sampled_from([(1, 1), (3, 2)]))
    inputs = prepare(shaped(cohort, worlds, profiles, rng))
    n_periods, n_categories = inputs.rate.shape[1:]
    n_draws, n_rows, n_classes = draw(st.integers(1, 2)), draw(st.integers(1, 4)), draw(st.integers(1, 2))
    n_rules = draw(st.integers(0, 3))
    cell = rng.integers(0, len(inputs.row_cell), n_rows)
    ends = np.sort(rng.integers(0, n_periods, (n_rows, 2)), axis=1)
    if draw(st.booleans()):
        ends[0] = 0, n_periods - 1
    category = rng.integers(-1, n_categories, n_rules)
    inputs = replace(
        inputs,
        row_cell=cell,
        row_first=ends[:, 0].copy(),
        row_last=ends[:, 1].copy(),
        row_expected=np.ones(n_rows),
        stratum=inputs.stratum[cell],
        cls=rng.integers(0, n_classes, n_rows),
        profile=inputs.profile[cell],
        rate=inputs.rate[cell] * rng.uniform(0.2, 1.0, (n_rows, n_periods, 1)),
        exposure=rng.uniform(0.1, 1.0, (n_rows, n_periods)),
        score_weight=rng.uniform(0.1, 1.0, (n_rows, n_periods)),
        score_lag=draw(st.integers(0, 2)),
        cost=inputs.cost[cell],
        weights=inputs.weights[:, cell],
        target_intervention=np.arange(n_rules),
        target_category=category,
        target_least=np.where(category < 0, 300.0, rng.integers(0, 4, n_rules).astype(float)),
        target_reach=rng.random((n_rules, n_rows)) < 0.7,
    )
    shape = (n_draws, n_classes, n_periods, n_categories)
    return Block(
        inputs=inputs,
        seed=draw(st.integers(0, 2**64 - 1)),
        first_draw=draw(st.sampled_from([0, 5, 2**32 - 2])),
        row_members=rng.integers(0, 12, (n_draws, n_rows)),
        rate_multiplier=rng.uniform(0.5, 1.5, shape),
        cost_multiplier=rng.uniform(0.5, 1.5, shape),
        world=rng.integers(0, worlds, n_draws),
        target_uptake=rng.uniform(0.0, 1.0, (n_draws, n_rules, n_periods)),
        target_multiplier=rng.choice([0.0, 0.5, 1.0, 3.0], (n_draws, n_rules, n_periods, n_categories)),
    )


@settings(max_examples=settings.default.max_examples * 6 // 10)
@given(blocks())
def test_kernel_and_twin_give_the_same_bits_for_rows_classes_profiles_worlds_and_rules(block):
    kernel, twin = (
        member_claims(function, block)
        for function in (compiled.compile_kernel("simulate_members"), twins.simulate_members)
    )
    for field in fields(Claims):
        one, other = getattr(kernel, field.name), getattr(twin, field.name)
        assert one.dtype == other.dtype
        assert np.array_equal(one, other), field.name


def test_blocks_of_the_search_reach_what_they_are_for():
    """A check of the check: over some examples, rules enrol, rows are away, words of several worlds are drawn."""
    engaged, absent, several = [], [], []

    @settings(max_examples=60, database=None, derandomize=True)
    @given(blocks())
    def look(block):
        claims = member_claims(compiled.compile_kernel("simulate_members"), block)
        engaged.append(claims.engaged.sum() > 0)
        absent.append(bool((block.inputs.row_first > 0).any()))
        several.append(len(block.inputs.table_of) > 1)

    look()
    assert min(np.mean(engaged), np.mean(absent), np.mean(several)) > 0.2


def test_a_crowd_large_enough_for_words_far_out_in_the_tails():
    """About one word in 130,000 asks for a finer one: this cohort meets some of every kind."""
    n, seed = 200_000, 4
    frail = service(overdispersion=1.0, persistence=0.5, tail_probability=0.01, tail_index=2.5)
    cohort = cohort_of(
        assumptions([frail], shared_frailty={"variance": 1.0, "persistence": 0.5}, floor_usd=3e3),
        cells(n),
        base=(2022,),
        performance=(2023,),
    )
    masses = words(seed, Stream.FRAILTY, draw=0, member=np.arange(n)[:, None], event=np.arange(6)[None, :])
    where = {"draw": 0, "member": np.arange(n)[:, None], "period": [[0, 0, 1, 1]], "event": [[0, 1, 0, 1]]}
    assert (masses < TAIL).sum() > 0
    assert (words(seed, Stream.COST, **where) < TAIL).sum() > 0
    one, other = (simulate(cohort, draws=1, seed=seed, engine=engine) for engine in ("members", "reference"))
    assert_same_bits(one, other)
    assert one.sizes["claimant"] > 20


# ------------------------------------------------------------------------------- rare paths, by words made for them
KEY = (np.uint32(0x12345678), np.uint32(0x9ABCDEF0))
SEED = 0x9ABCDEF0_12345678
WHERE = {"draw": 3, "cell": 2, "member": 17}


def called(function: Any) -> list[Any]:
    """A helper of the kernel as plain Python and compiled."""
    return [function, numba.njit(function)]


def test_masses_far_out_take_their_finer_word_from_the_tail_stream():
    tables = np.concatenate([gamma_table(shape).ravel() for shape in (0.3, 2.0)])
    table_of = np.array([0, 1, 0, 1, 0, 1, 0], dtype=np.uint64) * np.uint64(variates.TABLE_LENGTH)
    word = np.array([TAIL - 1, TAIL, 0, 7, 2**31, 2**32 - 1, 12], dtype=np.uint32)
    finer = words(SEED, Stream.FRAILTY_TAIL, **WHERE, event=np.arange(7))
    finer = np.where(word < TAIL, finer, variates.MIDDLE)
    expected = [twins.lookup(tables, start, word[k : k + 1], finer[k : k + 1])[0] for k, start in enumerate(table_of)]
    for draw_masses in called(member.draw_masses):
        mass = np.empty(7)
        draw_masses(mass, 0, table_of, tables, word, np.uint32(17), np.uint32(3), 2, *KEY)
        assert mass.tolist() == expected
        later = np.empty(3)
        draw_masses(later, 4, table_of[4:], tables, word[4:], np.uint32(17), np.uint32(3), 2, *KEY)
        assert later.tolist() == expected[4:]


def test_costs_far_out_take_their_finer_word_from_the_tail_stream():
    """Two years of three categories, six services at most: some in the first block of words, some in further ones."""
    shapes = [(1.0, 0.01, 2.5, np.inf), (0.5, 0.0, 3.0, np.inf), (2.0, 0.0, 3.0, np.inf)]
    tables = np.concatenate([cost_table(*shape).ravel() for shape in shapes])
    table_at = np.array([0, 1, 2] * 2, dtype=np.uint64) * np.uint64(variates.TABLE_LENGTH)
    counts = np.array([0, 1, 6, 9, 4, 2], dtype=np.int64)
    first = [address(t, j, 0) for t in range(2) for j in range(3)]
    further = [address(0, 2, 1), address(1, 0, 1), address(1, 0, 2)]
    counters = np.array(first + further, dtype=np.uint32)
    block = np.random.default_rng(1).integers(0, 2**32, (4, 9), dtype=np.uint64).astype(np.uint32)
    far = np.random.default_rng(2).integers(0, TAIL, (4, 9), dtype=np.uint64).astype(np.uint32)
    word = np.where(np.arange(36).reshape(4, 9) % 3 == 0, far, block)
    expected = []
    at = len(counts)
    for p, k in enumerate(counts):
        total = 0.0
        for i in range(k):
            place = p if i < 4 else at + (i >> 2) - 1
            w = word[i & 3, place]
            finer = words(SEED, Stream.COST_TAIL, **WHERE, period=p // 3, item=p % 3, event=i)
            finer = finer if w < TAIL else variates.MIDDLE
            total += twins.lookup(tables, int(table_at[p]), np.array([w]), np.array([finer], dtype=np.uint32))[0]
        expected.append(total)
        at += max(int(k) - 1, 0) // 4
    assert at == 9
    for draw_tail_costs in called(member.draw_tail_costs):
        costs = np.full(6, np.nan)
        draw_tail_costs(costs, counts, tables, table_at, word, counters, np.uint32(17), np.uint32(3), 2, *KEY)
        assert costs.tolist() == expected


def test_further_blocks_of_words_are_asked_for_where_counts_pass_four():
    counts = np.array([0, 4, 5, 8, 9, 1], dtype=np.int64)
    for further_counters in called(member.further_counters):
        counters = np.zeros(20, dtype=np.uint32)
        counters[:6] = [address(t, j, 0) for t in range(2) for j in range(3)]
        n = further_counters(counters, counts)
        expected = [address(0, 2, 1), address(1, 0, 1), address(1, 1, 1), address(1, 1, 2)]
        assert counters[6:n].tolist() == [int(c) for c in expected]


def test_counts_that_the_short_search_does_not_reach_are_drawn_again():
    """The highest words give the largest counts, beyond two steps of the search and beyond three in the rest."""
    below, guide = poisson_tables()
    mean = np.array([0.0, 0.2499, 0.25, 7.9, 31.99, 32.0, 3.3, 0.1])
    grid = np.array([0, 2**32 - 1, 2**32 - 1, 2**32 - 1, 2**32 - 3, 2**32 - 1, 5, 9], dtype=np.uint32)
    rest = np.array([2**32 - 1, 2**32 - 1, 3, 2**32 - 2, 2**32 - 1, 0, 2**31, 0], dtype=np.uint32)
    before = np.array([0, 100, 0, 3, 0, 64, 0, 0], dtype=np.int64)
    expected = before + twins.poisson(mean, grid, rest, below)
    assert expected[1] - before[1] > 3
    for draw_counts in called(member.draw_counts):
        counts = before.copy()
        draw_counts(counts, mean.copy(), grid, rest, below, guide)
        assert counts.tolist() == expected.tolist()


def test_large_means_are_drawn_block_by_block():
    below, guide = poisson_tables()
    of_block = below.reshape(-1, 100)[128]
    mean = np.array([31.0, 32.0, 32.001, 200.5])
    for draw_large_counts in called(member.draw_large_counts):
        counts, left = np.zeros(4, dtype=np.int64), mean.copy()
        draw_large_counts(counts, left, 2, 3, np.uint32(17), np.uint32(3), 2, *KEY, below, guide)
        assert left == pytest.approx([31.0, 32.0, 0.001, 8.5])
        for p, blocks in enumerate([0, 0, 1, 6]):
            word = words(SEED, Stream.COUNT_BLOCK, **WHERE, period=3 + p // 2, item=p % 2, event=np.arange(blocks))
            assert counts[p] == sum(int(np.searchsorted(of_block, int(w), side="right")) for w in word)


def test_the_list_counts_claimants_beyond_its_room_and_writes_none():
    ds = cohort_of(assumptions([service()], floor_usd=0.0), cells(10))
    inputs = prepare(ds)
    ones = np.ones((2, 1, 3, 1))
    arguments = (
        *(*KEY, 0, np.full((2, 1), 10), inputs.row_first, inputs.row_last, inputs.stratum, inputs.cls, inputs.profile),
        *(inputs.rate, inputs.exposure, inputs.score_weight, inputs.score_lag, inputs.cost, inputs.weights),
        *(inputs.shared_scale, inputs.table_of, inputs.cost_table_of, inputs.frailty_tables, inputs.cost_tables),
        *(ones, ones, np.zeros(2, dtype=np.int64), inputs.target_category, inputs.target_least, inputs.target_reach),
        *(np.zeros((2, 0, 3)), np.zeros((2, 0, 3, 1)), inputs.floor, inputs.below, inputs.guide, scratch(3, 1, 10, 0)),
    )
    assert inputs.table_of.shape[1] == 10
    found = []
    for simulate_members in (compiled.compile_kernel("simulate_members"), twins.simulate_members):
        usd, where = np.full(8, -1.0), np.full((8, 3), -1, dtype=np.int32)
        room = usd[:5], where[:5]
        totals = np.zeros((2, 2, 3, 1, 1))
        others = np.zeros((2, 3, 1)), np.zeros((2, 3, 1, 0))
        n = simulate_members(*totals, *others, *room, *arguments)
        found.append((n, usd.tolist(), where.tolist(), totals.tolist(), others[0].tolist()))
        assert (usd[5:] == -1).all()
        assert (usd[:5] > 0).all()
    assert found[0] == found[1]
    assert found[0][0] > 40


def test_a_kernel_without_room_for_the_words_of_costs_says_how_much_it_needs():
    ds = cohort_of(assumptions([service(utilization_per_1000=400_000)]), cells(2))
    one = np.ones((1, 1, 3, 1))
    block = Block(
        inputs=prepare(ds),
        seed=1,
        first_draw=0,
        row_members=np.full((1, 1), 2),
        rate_multiplier=one,
        cost_multiplier=one,
        world=np.zeros(1, dtype=np.int64),
        target_uptake=np.zeros((1, 0, 3)),
        target_multiplier=np.zeros((1, 0, 3, 1)),
    )
    kernel = compiled.compile_kernel("simulate_members")
    needed = []

    def little_room(*arguments: Any) -> int:
        """The kernel with hardly any room the first time."""
        tight = scratch(3, 1, 10, 0, room=20) if not needed else arguments[-1]
        needed.append(kernel(*arguments[:-1], tight))
        return int(needed[-1])

    claims = member_claims(little_room, block)
    assert needed[0] < -3 * 70
    assert needed[1] >= 0
    twin = member_claims(twins.simulate_members, block)
    assert np.array_equal(claims.expenditure, twin.expenditure)
    assert np.array_equal(claims.utilization, twin.utilization)
