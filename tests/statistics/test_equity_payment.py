"""Pay for equity on small cells: how often the payment goes to the group that did not earn it.

Two provider groups start with the same gap in blood pressure control between Black and White members. One closes a
third of it in truth, the other nothing. The one with the larger measured closing is paid.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from tests.programmes import cohort, measure
from vbcsim.contract.book import Book
from vbcsim.contract.lines.gap import Gap
from vbcsim.contract.lines.improvement import Improvement
from vbcsim.experience.layers import LayerDraws
from vbcsim.experience.measuring import draw_measures

DRAWS = 20_000
RATE = {"white": 0.75, "black": 0.66}
CLOSED = 0.03
"""Points that the better group closes in truth in its first year."""
HYPERTENSION = 0.2
WORDS = [f"{group}_{race}" for group in ("north", "south") for race in ("white", "black")]


def members(black):
    """Cells of the two groups, with so many Black members each; nine in ten members are White."""
    counts = {"white": 9 * black, "black": black}
    return [
        {"cell": word, "members": counts[race], "provider_group": group, "equity_stratum": race}
        for word in WORDS
        for group, race in [word.split("_")]
    ]


def measured_gaps_closed(black):
    """The gap's closing in the performance year by group, as a contract measures it, (draw,) each."""
    made = {
        group: measure(
            "blood_pressure",
            members={"provider_group": group},
            share=HYPERTENSION,
            rate=RATE,
            improvement=0.0,
            gap_closing=closing,
            group_sd=0.0,
        )
        for group, closing in (("north", CLOSED), ("south", 0.0))
    }
    strata = ("provider_group", "equity_stratum")
    of_cohort = cohort(None, made, of_cells=members(black), strata=strata, base=(2022,), performance=(2023,))
    numerator, denominator = draw_measures(
        of_cohort,
        21,
        LayerDraws(),
        0,
        DRAWS,
        person_years=np.tile([m["members"] for m in members(black)], (1, 2, 1)),
        utilization=np.zeros((DRAWS, 2, 4, 4)),
    )
    rate = {
        word: numerator[:, :, k // 2, k] / denominator[:, :, k // 2, k] for k, word in enumerate(WORDS)
    }  # measure k // 2 is that of the stratum's own group
    book = Book.from_lines(rate, (2022, 2023))
    closed = {}
    for group in made:
        gap = Gap(behind=f"{group}_white", groups={f"{group}_black": 1.0})
        maker = Improvement(of="gap", lower_is_better=True)
        closed[group] = maker.make(book.declare({"gap": gap, "closed": maker}))[:, 1]
    return closed["north"], closed["south"]


def expected_wrong(black):
    """The same by the normal approximation: four binomial rates a year and two years, of either group."""
    n = HYPERTENSION * black
    by_stratum = [p * (1 - p) / people for p, people in ((0.66, n), (0.75, 9 * n))]
    later = [p * (1 - p) / people for p, people in ((0.66 + CLOSED, n), (0.75, 9 * n))]
    return float(ndtr(-CLOSED / np.sqrt(2 * sum(by_stratum) + sum(later) + sum(by_stratum))))


@pytest.mark.parametrize("black", [250, 1000, 5000, 50_000])
def test_chance_that_the_payment_goes_to_the_wrong_group(black):
    north, south = measured_gaps_closed(black)
    wrong = (south > north) + 0.5 * (south == north)
    error = wrong.std() / DRAWS**0.5
    assert wrong.mean() == pytest.approx(expected_wrong(black), abs=5 * error + 0.01)


def test_on_small_cells_it_is_little_better_than_a_coin():
    north, south = measured_gaps_closed(250)
    assert 0.35 < (south > north).mean() < 0.5
    north, south = measured_gaps_closed(50_000)
    assert (south > north).mean() < 0.01


def test_the_measured_closing_is_right_on_average():
    north, south = measured_gaps_closed(1000)
    assert north.mean() == pytest.approx(CLOSED, abs=5 * north.std() / DRAWS**0.5)
    assert south.mean() == pytest.approx(0.0, abs=5 * south.std() / DRAWS**0.5)
