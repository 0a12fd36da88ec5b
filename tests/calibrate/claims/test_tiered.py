"""Risk tiers: cut by the year before, and strata beside them."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.calibrate.claims.person_years import Coded, PersonYears
from vbcsim.calibrate.claims.tiered import NEW, frailty_by_tier, tiered


def person_years(usd: list[list[float]], strata: list[str] | None = None) -> PersonYears:
    """Persons by year; nan for a year without enrollment."""
    cost = np.array(usd, dtype=np.float64)
    person, year = np.nonzero(~np.isnan(cost))
    words = np.array(strata or ["all"] * len(usd))[person]
    flat = cost[person, year][:, None]
    return PersonYears(
        person=person.astype(np.int64),
        year=2021 + year.astype(np.int64),
        months=np.full(len(person), 12.0),
        line_of_business=Coded.same("commercial", len(person)),
        age_band=Coded.same("18-44", len(person)),
        sex=Coded.same("female", len(person)),
        stratum=Coded.of(words),
        categories=("primary_care",),
        usd=flat,
        services=np.rint(flat / 100).astype(np.int64),
    )


def tiers(data: PersonYears) -> dict[int, str]:
    return {int(p): data.stratum.labels[c] for p, c in zip(data.person, data.stratum.code, strict=True)}


def test_the_year_before_decides():
    data = person_years([[100, 900], [500, 100], [900, 500], [np.nan, 700]])
    found = tiered(data, (1 / 3, 2 / 3))
    assert found.years == (2022,)
    assert tiers(found) == {0: "tier_1", 1: "tier_2", 2: "tier_3", 3: NEW}


def test_with_one_year_its_own_cost_decides_and_strata_stay():
    data = person_years([[100], [500], [900], [700]], ["north", "south", "north", "south"])
    assert tiers(tiered(data, (0.5,))) == {0: "tier_1/north", 1: "tier_1/south", 2: "tier_2/north", 3: "tier_2/south"}
    assert frailty_by_tier(data, (0.5,)) == {}


def test_scores_decide_where_there_are_any():
    data = person_years([[100, 100], [500, 500], [900, 900]])
    found = tiered(data, (0.5,), np.array([2.0, 1.0, np.nan]))
    assert tiers(found) == {0: "tier_2", 1: "tier_1", 2: NEW}


def test_persons_of_one_tier_differ_less_than_everybody():
    rng = np.random.default_rng(3)
    frailty = rng.gamma(0.5, 2.0, 4000)
    usd = 100.0 * rng.poisson(3.0 * frailty[:, None], (4000, 2))
    found = frailty_by_tier(person_years(usd.tolist()), (0.5, 0.9))
    assert set(found) == {"tier_1", "tier_2", "tier_3"}
    assert found["tier_1"] < 1.0
    assert found["tier_2"] == pytest.approx(0.15, abs=0.12)
