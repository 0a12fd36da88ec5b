"""Gap: distance of groups behind the reference."""

import numpy as np

from vbcsim.contract.book import Book
from vbcsim.contract.lines.gap import Gap

LINES = {"bp_white": [[0.80]], "bp_black": [[0.70]], "bp_hispanic": [[0.75]], "people": [[300.0]]}
BOOK = Book.from_lines(LINES, [2024])


def test_groups_are_weighted_by_their_people():
    line = Gap(behind="bp_white", groups={"bp_black": "people", "bp_hispanic": 100.0}).make(BOOK)
    np.testing.assert_allclose(line, [[(300 * 0.10 + 100 * 0.05) / 400]])


def test_where_low_is_good_the_gap_turns():
    np.testing.assert_allclose(
        Gap(behind="bp_black", groups={"bp_white": 1.0}, lower_is_better=True).make(BOOK), [[0.10]]
    )


def test_nobody_has_no_gap():
    assert Gap(behind="bp_white", groups={"bp_black": 0.0}).make(BOOK).tolist() == [[0.0]]


def test_it_reads_groups_and_weights():
    maker = Gap(behind="bp_white", groups={"bp_black": "people", "bp_hispanic": 100.0})
    assert set(maker.lines()) == {"bp_white", "bp_black", "bp_hispanic", "people"}
