"""Where the spread comes from: shares by source with their errors, a picture that adds up to one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from vbcsim.report.html import html_report
from vbcsim.report.split import LAYERS, TOGETHER, split_bars, split_tables


@pytest.fixture(scope="module")
def split(make):
    material = make(100)
    designs, parties = material.designs, ["payer", "provider"]
    shares = np.broadcast_to(np.array([0.3, -0.01, 0.1, 0.4]), (len(designs), 2, 4)).copy()
    shares[0] = 0.0
    dims = ("design", "party", "layer")
    found = xr.Dataset(
        {
            "variance_first_share": (dims, shares),
            "variance_first_share_mcse": (dims, np.full_like(shares, 0.03)),
            "variance_total_share": (dims, shares + 0.1),
            "variance_total_share_mcse": (dims, np.full_like(shares, 0.03)),
        },
        coords={"design": list(designs), "party": parties, "layer": list(LAYERS)},
        attrs={"draws": 100},
    )
    return replace(material, variance_split=found)


def test_no_split_no_tables(study):
    assert split_tables(study) == []
    assert split_bars(study) == {}


def test_a_share_with_its_error_for_each_source(split):
    alone, together = split_tables(split)
    assert alone.headings == tuple(LAYERS.values())
    assert alone.rows[1].cells[3].value == "40%"
    assert together.rows[1].cells[3].value == "50%"
    assert alone.rows[1].cells[3].error == "3"


def test_bars_add_up_and_designs_that_do_not_vary_have_none(split):
    bars = split_bars(split)
    assert list(bars) == list(split.designs[1:])
    for shares in bars.values():
        assert sum(shares.values()) == pytest.approx(1.0)
        assert min(shares.values()) >= 0.0
        assert shares[TOGETHER] == pytest.approx(0.2)


def test_the_page_shows_it(split):
    assert "Where the spread comes from" in html_report(split)
