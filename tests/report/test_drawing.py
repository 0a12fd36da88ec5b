"""What every picture shares: names beside lines never lie over one another, text is cut to the room it has."""

from __future__ import annotations

from itertools import pairwise

import pytest

from vbcsim.report.drawing import _spread, blank, label_beside, lines_of, style


def test_names_keep_apart_and_keep_their_order():
    places = _spread([0.9, 0.89, 0.5, 0.02, 0.01], 0.1)
    assert all(a - b >= 0.1 - 1e-12 for a, b in pairwise(places))
    assert places[-1] >= 0.0
    assert places[2] == 0.5, "what has room stays where its line ends"


def test_labels_beside_a_panel_are_beside_it():
    with style():
        figure = blank(2.0)
        ax = figure.subplots()
        ax.plot([0, 1], [0, 1])
        label_beside(ax, [1.0, 0.99], ["the first of them", "a name that is much too long for one line of it"])
        ends = [text.get_position()[1] for text in ax.texts]
    assert ends[0] - ends[1] > 0.1
    assert "\n" in ax.texts[1].get_text()


@pytest.mark.parametrize(("text", "wide", "most"), [("a b " * 40, 12, 2), ("x" * 90, 10, 3), ("", 5, 1)])
def test_text_fits_its_room(text, wide, most):
    lines = lines_of(text, wide, most).split("\n")
    assert len(lines) <= most
    assert max(map(len, lines)) <= wide
