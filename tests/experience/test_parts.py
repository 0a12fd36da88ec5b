"""An experience in parts: however it is cut, the parts together are the same bits, and no draw is missing or twice."""

from __future__ import annotations

import numpy as np
import pytest

from tests.experience.test_simulate import cohort
from vbcsim.experience.parts import Part, cut, fitting, missing, part_of, pieces, together
from vbcsim.experience.simulate import simulate, simulation_of


@pytest.fixture(scope="module")
def whole():
    return simulate(cohort(floor=3000.0), draws=12, seed=5)


def same(one: dict, other: dict) -> None:
    assert one.keys() == other.keys()
    for name, (dims, values) in one.items():
        assert dims == other[name][0]
        assert values.dtype == other[name][1].dtype, name
        np.testing.assert_array_equal(values, other[name][1], err_msg=name)


def test_parts_cut_and_put_together_are_the_whole(whole):
    part = part_of(whole)
    assert (part.start, part.stop) == (0, 12)
    assert part.variables["claimant_usd"][1].size > 20
    pieces_of_it = [cut(part, *at) for at in ((7, 12), (0, 3), (3, 7))]
    same(together(pieces_of_it), part.variables)
    assert cut(part, 0, 12) is part
    assert {int(d) for d in cut(part, 3, 5).variables["claimant_draw"][1]} <= {3, 4}


def test_a_part_of_a_dataset_is_what_was_simulated(whole):
    drawn = simulation_of(cohort(floor=3000.0), seed=5).variables(0, 12)
    same(part_of(whole).variables, drawn)


def test_the_dataset_of_a_later_part_counts_its_draws_from_nought(whole):
    work = simulation_of(cohort(floor=3000.0), seed=5)
    later = work.experience(Part(4, 9, work.variables(4, 9)))
    assert later["draw"].values.tolist() == [0, 1, 2, 3, 4]
    expected = whole["claimant_draw"].values[(whole["claimant_draw"] >= 4) & (whole["claimant_draw"] < 9)] - 4
    np.testing.assert_array_equal(later["claimant_draw"].values, expected)
    np.testing.assert_array_equal(later["expenditure_usd"].values, whole["expenditure_usd"].values[4:9])


def test_what_is_known_is_not_simulated_again(whole):
    part = part_of(whole)
    asked: list[tuple[int, int]] = []

    def runner(simulation, ranges):
        asked.extend(ranges)
        yield [Part(*r, simulation.variables(*r)) for r in ranges]

    known = [cut(part, 2, 5), cut(part, 4, 6), cut(part, 9, 12)]
    again = simulate(cohort(floor=3000.0), draws=11, seed=5, known=known, runner=runner)
    assert asked == [(0, 2), (6, 9)]
    same(part_of(again).variables, cut(part, 0, 11).variables)


@pytest.mark.parametrize(
    ("known", "draws", "expected"),
    [
        ([], 5, [(0, 5)]),
        ([(0, 5)], 5, []),
        ([(0, 9)], 5, []),
        ([(3, 9)], 5, [(0, 3)]),
        ([(1, 2), (4, 6)], 8, [(0, 1), (2, 4), (6, 8)]),
        ([(4, 6), (1, 5)], 8, [(0, 1), (6, 8)]),
        ([(9, 12)], 5, [(0, 5)]),
    ],
)
def test_missing_draws(known, draws, expected):
    assert missing(known, draws) == expected


def test_parts_that_overlap_are_cut(whole):
    part = part_of(whole)
    fits = fitting([cut(part, 4, 9), cut(part, 0, 6), cut(part, 2, 5)], 8)
    assert [(p.start, p.stop) for p in fits] == [(0, 6), (6, 8)]
    same(together(fits), cut(part, 0, 8).variables)


def test_pieces():
    assert pieces([(0, 5), (7, 9)], 2) == [(0, 2), (2, 4), (4, 5), (7, 9)]
