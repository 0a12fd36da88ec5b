"""Bars of outcomes: they hold every outcome but the rarest, and differences are taken in the same draw."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.report.pictures import histogram


def test_bars_hold_every_outcome_but_the_rarest(study) -> None:
    amounts = [study.net(name, "provider") for name in study.designs]
    scale, edges = histogram._edges(amounts)
    assert 0.0 in np.round(edges, 9), "no bar mixes gains with losses"
    for net in amounts:
        nothing = 100.0 * np.mean(np.abs(net) <= 0.005)
        assert 99.4 <= histogram._bars(net, scale, edges).sum() + nothing <= 100.0 + 1e-9


def test_counts_above_a_panel_add_to_a_hundred(study) -> None:
    net = study.net("two_sided", "provider")
    said = histogram._said(net, ("pays", "nothing", "receives"))
    pays, nothing, receives = (f"{100 * np.mean(hit):.0f}" for hit in (net < 0, net == 0, net > 0))
    assert said == f"pays {pays} · nothing {nothing} · receives {receives} of 100"
    assert histogram._of_hundred(0.001) == "<1"
    assert histogram._of_hundred(0.999) == ">99"


def test_differences_are_taken_in_the_same_draw(study) -> None:
    rows = [row for row in study.pairs if row.party == "provider"]
    figure = histogram.paired_differences(study, "provider", rows)
    for ax, row in zip(figure.axes, rows, strict=True):
        triangle = ax.lines[0].get_xdata()[0] * 1e6
        assert triangle == pytest.approx(row.mean_difference[0], abs=1.0)


def test_the_data_are_the_bars(study) -> None:
    amounts = histogram.outcome_amounts(study, "provider")
    data = histogram.bars_data(amounts)
    assert data.columns[2:] == tuple(f"{title}, of 100 outcomes" for title in amounts)
    for k, net in enumerate(amounts.values(), 2):
        assert 99.4 <= sum(row[k] for row in data.rows) <= 100.0 + 1e-9
        (nothing,) = (row[k] for row in data.rows if row[0] == row[1] == 0.0)
        assert nothing == pytest.approx(100 * np.mean(net == 0.0))
    assert [row[0] for row in data.rows] == sorted(row[0] for row in data.rows)
