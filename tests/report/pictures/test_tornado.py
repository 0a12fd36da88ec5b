"""A tornado moves one term at a time on the same draws: its ends are what the contract with that term would bring."""

from __future__ import annotations

import pytest

from vbcsim.negotiate.variants import Variants
from vbcsim.report.pictures import tornado


@pytest.fixture(scope="module")
def swings(reported):
    return tornado.swings_of(reported, "basic_e")


def test_terms_of_clauses_are_moved_by_a_fifth_the_widest_first(swings):
    found = {swing.term: swing for swing in swings}
    share = found["Share, savings"]
    assert (share.low, share.high) == ("40%", "60%")
    assert share.at_low < share.at_high
    widths = [swing.width for swing in swings]
    assert widths == sorted(widths, reverse=True)
    assert all(swing.at_low_mcse > 0.0 for swing in swings)


def test_an_end_is_that_contract_settled(reported, swings, small_run):
    net = Variants(small_run, "basic_e").nets([{"shared_savings.share.savings": 0.4}])["provider"]
    share = next(swing for swing in swings if swing.term == "Share, savings")
    assert share.at_low == pytest.approx(net.mean())


def test_it_is_drawn_about_the_average_and_its_data_are_whole(reported, swings):
    (ax,) = tornado.tornado_bars(reported, "basic_e", swings).axes
    base = reported.of("basic_e", "provider")["mean_usd"][0]
    assert ax.lines[0].get_xdata()[0] * 1e6 == pytest.approx(base, rel=1e-6) or ax.lines[0].get_xdata()[0] * 1e3 == (
        pytest.approx(base, rel=1e-6)
    )
    assert [row[0] for row in tornado.tornado_data(swings).rows] == [swing.term for swing in swings]


def test_a_design_that_cannot_be_varied_has_none(study):
    assert tornado.swings_of(study, "deep") == ()
