"""Tenure groups against a walk through every month, and against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from tests.cohorts import SOURCE, assumptions, cells, cohort_of, service
from vbcsim.cohort.tenure import DIES, LEAVES, STAYS
from vbcsim.core.errors import BadInput

SEASON = [1.3, 1.2, 1.1, 1.0, 0.9, 0.8, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2]
VISIT = service()
STAY = service("stay", seasonality=SEASON)


def turnover(**changed):
    return {"exit_rate_per_month": 0.03, "source": SOURCE, **changed}


def cohort(**changed):
    of_cells = changed.pop("cells", cells(1000, 400, death_rate_per_year=[0.12, 0.0]))
    return cohort_of(assumptions([VISIT, STAY]), of_cells, turnover=turnover(**changed.pop("turnover", {})), **changed)


def by_month(leaves: float, dies: float, growth: float, years: int, season: list[float]) -> dict:
    """(joined, left, ending) -> expected members, their exposure and their seasonal use in each year.

    A walk through the months of one place of a cell and of the places that growth adds: nothing of the closed forms.
    """
    groups: dict[tuple[int, int, int], np.ndarray] = {}
    size = (1.0 + growth) ** np.arange(years + 1)

    def member(start: float, chance: float) -> None:
        """A member who joins in the middle of month ``start`` (-0.5: there from the start)."""
        left = chance
        joined = -1 if start < 0 else int(start) // 12
        for month in range(int(start) + 1 if start >= 0 else 0, 12 * years):
            for ending, rate in ((LEAVES, leaves), (DIES, dies)):
                add((joined, month // 12, ending), left * rate, start, month)
            left *= 1.0 - leaves - dies
        add((joined, years, STAYS), left, start, 12 * years)

    def add(key: tuple[int, int, int], chance: float, start: float, end: int) -> None:
        found = groups.setdefault(key, np.zeros((1 + 2 * years,)))
        found[0] += chance
        for month in range(12 * years):
            there = 0.5 * ((month == start) + (month == end)) + (start < month < end)
            found[1 + month // 12] += chance * there / 12.0
            found[1 + years + month // 12] += chance * there * season[month % 12] / 12.0

    member(-0.5, size[0])
    # Who goes is replaced in the same month; of the places that open in a year every month has its part.
    opened = np.zeros(12 * years)
    there = size[0]
    for month in range(12 * years):
        gone = there * (leaves + dies)
        grown = (size[month // 12 + 1] - size[month // 12]) / 12.0
        opened[month] = gone + grown
        there += grown
    for month, chance in enumerate(opened):
        member(month, chance)
    return groups


@pytest.mark.parametrize(("deaths", "growth"), [(0.12, 0.0), (0.0, 0.0), (0.12, 0.25)])
def test_rows_are_those_of_a_walk_through_the_months(deaths, growth):
    of_cells = cells(64_000_000, death_rate_per_year=[deaths])
    ds = cohort(cells=of_cells, base=(2020, 2021), performance=(2022,), turnover={"growth_per_year": growth})
    dies = 1.0 - (1.0 - deaths) ** (1 / 12)
    walked = by_month(0.03 * (1.0 - dies), dies, growth, 3, SEASON)
    at_first = 64_000_000 / (1.0 + growth)
    walked = {key: value for key, value in walked.items() if value[0] > 0}
    rows = {
        (int(j) - 2020, int(x) - 2020, int(e)): r
        for r, (j, x, e) in enumerate(zip(ds["row_joined"], ds["row_left"], ds["row_ending"], strict=True))
    }
    assert rows.keys() == walked.keys()
    for key, r in rows.items():
        number, exposure, season = walked[key][0], walked[key][1:4], walked[key][4:]
        assert ds["expected_members"][r] == pytest.approx(at_first * number, rel=1e-9), key
        assert ds["row_exposure"][r].values == pytest.approx(exposure / number, rel=1e-9, abs=1e-12), key
        use = ds["row_use"][r].values
        assert use[:, 0] == pytest.approx(exposure / number, rel=1e-9, abs=1e-12), key
        # The seasonal category is scaled so that a year of the cell has the stated use.
        whole = sum(value[4:] for value in walked.values()) / sum(value[1:4] for value in walked.values())
        assert use[:, 1] == pytest.approx(season / number / whole, rel=1e-9, abs=1e-12), key


@pytest.mark.parametrize("growth", [0.0, 0.06, -0.1])
def test_exposure_and_use_add_up_to_the_cell(growth):
    """Person-years are those of the places; use per person-year is the stated one, whoever dies in the year."""
    told = {"growth_per_year": growth, "last_year_use_relativity": 2.5}
    ds = cohort(turnover=told, base=(2020, 2021), performance=(2022, 2023))
    for c, members in enumerate((1000, 400)):
        own = ds["row_cell"].values == c
        number = ds["expected_members"].values[own]
        size = members * (1 + growth) ** np.arange(-1, 4)
        size = np.round(size)
        years = number @ ds["row_exposure"].values[own]
        used = np.einsum("r,ryj->yj", number, ds["row_use"].values[own])
        # Growth within a year is a straight line; places that shall be closed are closed once they are empty.
        assert years == pytest.approx((size[:-1] + size[1:]) / 2, rel=3e-4 if growth > 0 else 0.01 if growth else 1e-9)
        assert used == pytest.approx(np.repeat(years[:, None], 2, axis=1), rel=1e-12)
        there = number[(ds["row_joined"].values[own] < 2023) & (ds["row_left"].values[own] >= 2023)].sum()
        assert there == pytest.approx(size[3], rel=1e-9)


def test_those_who_die_use_more_in_their_last_year():
    ds = cohort(turnover={"last_year_use_relativity": 2.5})
    row = {key: int(np.flatnonzero(mask)[0]) for key, mask in groups_of_first_cell(ds).items()}
    per_month = ds["row_use"] / ds["row_exposure"]
    last = per_month[:, 1, 0].values
    assert last[row["dies"]] / last[row["leaves"]] == pytest.approx(2.5)
    # The year before is a year like that of others, and the others' use is lower so that the mean is as stated.
    before = per_month[:, 0, 0].values
    assert before[row["dies"]] == pytest.approx(before[row["stays"]])
    assert 0.8 < before[row["stays"]] < 1.0


def groups_of_first_cell(ds):
    start = (ds["row_cell"] == 0).values & (ds["row_joined"] == 2020).values
    left = ds["row_left"].values
    return {
        "dies": start & (left == 2022) & (ds["row_ending"].values == DIES),
        "leaves": start & (left == 2022) & (ds["row_ending"].values == LEAVES),
        "stays": start & (ds["row_ending"].values == STAYS),
    }


def test_a_leaver_is_there_for_half_the_month_of_leaving():
    """With every month alike a leaver's mean time in the year of leaving is a weighted mean of the months' middles."""
    ds = cohort(cells=cells(100, death_rate_per_year=[0.0]))
    row = int(np.flatnonzero((ds["row_joined"] == 2020) & (ds["row_left"] == 2021) & (ds["row_ending"] == LEAVES))[0])
    stays, month = 0.97, np.arange(12)
    expected = ((month + 0.5) * stays**month).sum() / (stays**month).sum() / 12
    assert ds["row_exposure"].values[row] == pytest.approx([expected, 0, 0])


def test_years_between_pass_unseen():
    near = cohort(base=(2020, 2021), performance=(2022,))
    far = cohort(base=(2020, 2021), performance=(2025,))
    assert (far["row_exit"] < 3).all()
    for ds in (near, far):
        years = ds["expected_members"].values @ ds["row_exposure"].values
        assert years == pytest.approx([1400, 1400, 1400])
    # Who joins in an unseen year is there all of the next year that is seen, or goes in it.
    unseen = (far["row_joined"].values > 2021) & (far["row_joined"].values < 2025)
    assert unseen.any()
    assert (far["row_entry"].values[unseen] == 2).all()


def test_nobody_goes_and_nobody_joins():
    ds = cohort(turnover={"exit_rate_per_month": 0.0}, cells=cells(10, 20))
    assert ds["row_cell"].values.tolist() == [0, 1]
    assert (ds["row_exposure"] == 1.0).all()
    assert ds["expected_members"].values.tolist() == [10, 20]


def test_a_cohort_cannot_shrink_faster_than_members_go():
    with pytest.raises(BadInput) as error:
        cohort(turnover={"exit_rate_per_month": 0.01, "growth_per_year": -0.2})
    told = (
        'cohort.turnover.growth_per_year: -0.2 is not possible in cell "c1", whose members go at 0.1136 a year; '
        "raise exit_rate_per_month or let the cohort shrink more slowly"
    )
    assert [str(p) for p in error.value.problems] == [told]


def test_an_uncertain_chance_to_leave_has_a_world_for_each_of_its_points():
    ds = cohort(turnover={"exit_rate_per_month": {"uniform": [0.02, 0.04]}})
    assert ds.sizes["world"] == 16
    without_death = ds["exit_chance_per_month"].values[:, 1]
    assert sorted(without_death) == pytest.approx(0.02 + (np.arange(16) + 0.5) * 0.02 / 16)
    plain = cohort()
    for name in ("row_exposure", "row_use", "expected_members"):  # at the expected chance
        np.testing.assert_allclose(ds[name], plain[name])
    assert ds["overdispersion"].shape == (16, 1, 2)
