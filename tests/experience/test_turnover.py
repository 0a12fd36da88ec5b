"""Numbers of members of tenure groups and of patients: laws in closed form, chance by chi-square, bits."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy import stats

from tests.cohorts import SOURCE, assumptions, cells, cohort_of, service
from vbcsim.cohort import tenure as of_cohort
from vbcsim.experience import tenure, tenure_twin
from vbcsim.experience.layers import LayerDraws
from vbcsim.experience.systemic import draw_worlds
from vbcsim.experience.turnover import draw_turnover, passing_chances, sum_tables, targets
from vbcsim.random.streams import Stream

TOLD = assumptions([service()])
AS_DRAWN = LayerDraws()


def turnover(members=(300, 7), **changed):
    fields = {"exit_rate_per_month": 0.03, "source": SOURCE, **changed.pop("turnover", {})}
    deaths = changed.pop("deaths", [0.12, 0.3][: len(members)])
    of_cells = cells(*members, death_rate_per_year=deaths)
    return cohort_of(TOLD, of_cells, turnover=fields, **{"base": (2020, 2021), "performance": (2022, 2023), **changed})


def start_groups(ds, cell):
    own = (ds["row_cell"] == cell).values & (ds["row_joined"].values == 2019)
    return {(int(ds["row_left"][r]), int(ds["row_ending"][r])): int(r) for r in np.flatnonzero(own)}


# ------------------------------------------------------------------------------------------------------------- laws
@pytest.mark.parametrize(("chances", "copies"), [((0.7, 0.3), 64), ((0.999, 0.001), 1024), ((0.5, 0.25, 0.25), 8)])
def test_tables_of_sums_are_the_distribution_of_sums(chances, copies):
    digits = copies.bit_length()
    first, bounds = sum_tables(chances, digits)
    mass = np.array([1.0])
    for _ in range(copies):
        mass = np.convolve(mass, chances)
    table = np.diff(np.concatenate([[0], bounds[-1], [2**32]])) / 2**32
    expected = mass[first[-1] : first[-1] + len(table)]
    assert expected.sum() == pytest.approx(1.0, abs=1e-9)
    np.testing.assert_allclose(table, expected, atol=3e-10)


def test_a_long_table_keeps_mean_and_variance():
    first, bounds = sum_tables((0.4, 0.6), 18)
    mass = np.diff(np.concatenate([[0], bounds[-1], [2**32]])) / 2**32
    value = first[-1] + np.arange(len(mass))
    mean = float(value @ mass)
    assert mean == pytest.approx(0.6 * 2**17, rel=1e-9)
    assert float((value - mean) ** 2 @ mass) == pytest.approx(0.24 * 2**17, rel=1e-6)


def test_who_passes_in_a_place_by_a_walk_through_its_months():
    """Every pattern of changes in twelve months, one by one."""
    stays = 0.8
    refilled, added = Counter(), Counter()
    for pattern in range(2**12):
        changes = pattern.bit_count()
        chance = 0.2**changes * stays ** (12 - changes)
        if changes:
            refilled[changes - 1] += chance
        for month in range(12):
            added[(pattern >> (month + 1)).bit_count()] += chance / 12
    by_refilled, by_added = passing_chances(stays)
    whole = sum(refilled.values())
    assert by_refilled == pytest.approx([refilled[k] / whole for k in range(12)], rel=1e-9)
    assert by_added == pytest.approx([added[k] for k in range(12)], rel=1e-9)


def test_nobody_passes_where_nobody_goes():
    for chances in passing_chances(1.0):
        assert chances.tolist() == [1.0, *[0.0] * 11]


@pytest.mark.parametrize("stays", [0.4, 0.97, 0.9999])
def test_the_cohort_expects_the_same_passing_members(stays):
    """Two derivations of one law: by binomial coefficients for the cohort, by months for the draws."""
    for one, other in zip(of_cohort.passing_chances(np.array([stays])), passing_chances(stays), strict=True):
        assert one[0] == pytest.approx(other, rel=1e-9, abs=1e-300)


def test_both_sides_have_the_same_targets():
    for growth in (0.0, 0.07, -0.2):
        members = np.array([1, 10, 12345])
        one, other = (f(members, growth, 2018, 2024, 2021) for f in (targets, of_cohort.targets))
        np.testing.assert_array_equal(one, other)
        assert one[:, 3].tolist() == [1, 10, 12345]


# ------------------------------------------------------------------------------------------------------------- draws
@pytest.fixture(scope="module")
def drawn():
    ds = turnover()
    return ds, draw_turnover(ds, 11, AS_DRAWN, 0, 20_000)


def test_numbers_have_their_expectation(drawn):
    ds, members = drawn
    error = members.std(axis=0) / np.sqrt(len(members))
    expected = ds["expected_members"].values
    moves = error > 0
    assert moves.sum() > 50
    z = (members.mean(axis=0) - expected)[moves] / error[moves]
    assert stats.norm.sf(np.abs(z).max()) * 2 * moves.sum() > 1e-3
    np.testing.assert_allclose(members.mean(axis=0)[~moves], expected[~moves], atol=2e-3)


def test_the_places_of_a_cell_are_always_filled(drawn):
    ds, members = drawn
    for cell, size in enumerate((300, 7)):
        own = (ds["row_cell"] == cell).values
        for year in range(2020, 2025):  # at the beginning of every year, and at the end
            there = own & (ds["row_joined"].values < year) & (ds["row_left"].values >= year)
            assert (members[:, there].sum(axis=1) == size).all()


@pytest.mark.parametrize("cell", [0, 1])
def test_fates_of_those_there_from_the_start_are_multinomial(drawn, cell):
    """Numbers who go in the first year, by chi-square against the binomial; covariances against the multinomial."""
    ds, members = drawn
    size = (300, 7)[cell]
    groups = start_groups(ds, cell)
    chance = ds["expected_members"].values[list(groups.values())] / size
    counts = members[:, list(groups.values())]
    first = counts[:, [k for k, (left, _) in enumerate(groups) if left == 2020]].sum(axis=1)
    goes = sum(p for p, (left, _) in zip(chance, groups, strict=True) if left == 2020)
    low, high = (int(stats.binom.ppf(u, size, goes)) for u in (0.002, 0.998))
    observed = np.bincount(np.clip(first, low, high) - low, minlength=high - low + 1)
    law = stats.binom(size, goes)
    expected = np.diff([0, *law.cdf(np.arange(low, high)), 1]) * len(first)
    assert stats.chisquare(observed, expected).pvalue > 1e-3
    covariance = size * (np.diag(chance) - np.outer(chance, chance))
    found = np.cov(counts.T)
    scale = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
    assert np.abs((found - covariance) / scale).max() < 5 / np.sqrt(len(first)) * 1.5


def test_deaths_among_those_who_pass(drawn):
    """Members who join and go in one year exist, and some of them die."""
    ds, members = drawn
    passing = (ds["row_joined"] == ds["row_left"]).values & (ds["row_cell"] == 0).values
    dies = passing & (ds["row_ending"] == 2).values
    share = members[:, dies].sum() / members[:, passing].sum()
    death = 1 - (1 - 0.12) ** (1 / 12)
    expected = death / (death + 0.03 * (1 - death))
    assert share == pytest.approx(expected, abs=4 * np.sqrt(expected / members[:, passing].sum()))


@pytest.mark.parametrize("growth", [0.2, -0.25])
def test_a_cohort_grows_and_shrinks_as_stated(growth):
    ds = turnover(members=(400,), turnover={"growth_per_year": growth})
    members = draw_turnover(ds, 3, AS_DRAWN, 0, 4000)
    size = np.round(400 * (1 + growth) ** np.arange(-1, 4))
    for year, target in zip(range(2020, 2025), size, strict=True):
        there = (ds["row_joined"].values < year) & (ds["row_left"].values >= year)
        number = members[:, there].sum(axis=1)
        # A year in which too few go leaves some places open that should be closed.
        assert (number >= target).all()
        assert number.mean() == pytest.approx(target, rel=1e-3)
    error = members.std(axis=0) / np.sqrt(len(members))
    assert (np.abs(members.mean(axis=0) - ds["expected_members"].values) < 4.5 * error + 0.01).all()


def test_unseen_years_are_lived_through():
    ds = turnover(performance=(2025,))
    members = draw_turnover(ds, 5, AS_DRAWN, 0, 2000)
    years = members @ ds["row_exposure"].values
    assert years.mean(axis=0) == pytest.approx([307, 307, 307], rel=2e-3)
    error = members.std(axis=0) / np.sqrt(len(members))
    assert (np.abs(members.mean(axis=0) - ds["expected_members"].values) < 4.5 * error + 0.01).all()


def test_without_turnover_nobody_moves():
    ds = cohort_of(TOLD, cells(3, 5))
    assert draw_turnover(ds, 1, AS_DRAWN, 4, 6).tolist() == [[3, 5], [3, 5]]


# -------------------------------------------------------------------------------------------------------------- bits
def test_kernel_and_twin_draw_the_same_members():
    for ds in (turnover(), turnover(turnover={"growth_per_year": 0.3}), turnover(turnover={"growth_per_year": -0.2})):
        compiled = draw_turnover(ds, 2**40 + 7, AS_DRAWN, 3, 9)
        plain = draw_turnover(ds, 2**40 + 7, AS_DRAWN, 3, 9, engine="reference")
        np.testing.assert_array_equal(compiled, plain)


def test_kernel_and_twin_have_the_same_arguments():
    one, other = (m.draw_tenure.__code__ for m in (tenure, tenure_twin))
    assert one.co_varnames[: one.co_argcount] == other.co_varnames[: other.co_argcount]
    assert Stream.TURNOVER == tenure._TURNOVER


def test_blocks_and_further_cells_do_not_matter():
    ds = turnover()
    whole = draw_turnover(ds, 9, AS_DRAWN, 0, 50)
    parts = [draw_turnover(ds, 9, AS_DRAWN, start, start + 10) for start in range(0, 50, 10)]
    np.testing.assert_array_equal(whole, np.concatenate(parts))
    alone = draw_turnover(turnover(members=(300,)), 9, AS_DRAWN, 0, 50)
    np.testing.assert_array_equal(whole[:, : alone.shape[1]], alone)
    moved = draw_turnover(ds, 9, LayerDraws({"process": 1000}), 0, 50)
    assert (moved != whole).any()
    np.testing.assert_array_equal(moved, draw_turnover(ds, 9, AS_DRAWN, 1000, 1050))


# ------------------------------------------------------------------------------------------------- uncertain turnover
def test_an_uncertain_chance_to_leave_is_that_of_the_draw_s_world():
    told = {"exit_rate_per_month": {"uniform": [0.01, 0.05]}, "growth_per_year": {"uniform": [0.0, 0.1]}}
    ds = turnover(members=(2000,), deaths=[0.0], turnover=told)
    members = draw_turnover(ds, 4, AS_DRAWN, 0, 400)
    world = draw_worlds(ds, 4, AS_DRAWN, 0, 400)
    assert len(set(world.tolist())) == 16
    first = (ds["row_joined"].values == 2019) & (ds["row_left"].values == 2020)
    gone = members[:, first].sum(axis=1)
    growth = ds["membership_growth"].values[world]
    size = np.rint(2000 / (1 + growth))
    expected = 1 - (1 - ds["exit_chance_per_month"].values[world, 0]) ** 12
    z = (gone - size * expected) / np.sqrt(size * expected * (1 - expected))
    assert np.abs(z).max() < 4.5
    assert z.std() == pytest.approx(1.0, abs=0.15)
    at_end = ds["row_left"].values == 2024
    np.testing.assert_array_equal(members[:, at_end].sum(axis=1), np.rint(2000 * (1 + growth) ** 3))
    np.testing.assert_array_equal(members[30:40], draw_turnover(ds, 4, AS_DRAWN, 30, 40))
    np.testing.assert_array_equal(members[30:33], draw_turnover(ds, 4, AS_DRAWN, 30, 33, engine="reference"))
