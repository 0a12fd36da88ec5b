"""The bars of a waterfall join: each begins where the one before it ends, and the last is the settlement."""

from __future__ import annotations

from itertools import pairwise

import pytest

from vbcsim.report.pictures import waterfall


def test_bars_lead_from_the_target_to_the_settlement(reported):
    for design in reported.designs:
        steps = waterfall._steps(reported, design)
        assert steps[0].name == "Target less spending"
        assert steps[0].before == 0.0
        for before, after in pairwise(steps[:-1]):
            assert after.before == pytest.approx(before.after, abs=0.02)
        net, error = reported.of(design, "provider")["mean_usd"]
        assert steps[-2].after == pytest.approx(net, abs=0.02)
        assert (steps[-1].after, steps[-1].error) == pytest.approx((net, error))


def test_the_data_hold_what_is_not_drawn_as_well(reported):
    data = waterfall.waterfall_data(reported)
    kinds = {row[4] for row in data.rows}
    assert {"line", "gross", "clause", "net"} <= kinds
    assert len({row[0] for row in data.rows}) == len(reported.designs)


def test_what_fits_on_a_page_is_drawn(reported, monkeypatch):
    assert waterfall.drawn_designs(reported, reported.designs) == reported.designs[: waterfall.MOST_PANELS]
    monkeypatch.setattr(waterfall, "MOST_BARS", 3)
    assert waterfall.drawn_designs(reported, reported.designs) == reported.designs[:1]


def test_it_can_be_drawn(reported):
    panels = waterfall.waterfall_steps(reported, reported.designs).axes
    assert len(panels) == len(reported.designs)
    assert panels[0].get_title(loc="left") == reported.titles[reported.designs[0]]
