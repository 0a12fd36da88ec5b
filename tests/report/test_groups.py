"""Groups apart: a row each and one for all of them, from the draws of the settlement."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from vbcsim.report.groups import COLUMNS, group_tables
from vbcsim.report.html import html_report


@pytest.fixture(scope="module")
def grouped(make):
    material = make(500)
    net = material.settlement["net_usd"]
    part = xr.DataArray([0.25, 0.75], dims="group", coords={"group": ["north_side", "south_side"]})
    own = net * part * (net["design"] == "deep")
    return replace(material, settlement=material.settlement.assign(group_net_usd=own))


def test_no_groups_no_tables(study):
    assert group_tables(study) == []


def test_only_designs_that_settle_groups_apart_have_a_table(grouped):
    (table,) = group_tables(grouped)
    assert "Draft C" in table.caption
    assert [row.name for row in table.rows] == ["north side", "south side", "All groups together"]
    assert table.headings == tuple(words for _, words in COLUMNS)


def test_a_row_is_the_groups_own_money(grouped):
    (table,) = group_tables(grouped)
    whole = grouped.net("deep", "provider")
    gain = [row.cells[1].value for row in table.rows]
    assert gain[0] == gain[1] == gain[2]
    assert f"{100 * np.mean(whole > 0.005):.0f}" in gain[0].removesuffix("%").split(".")[0]


def test_the_page_shows_them(grouped, undrawn):
    assert "Each provider group apart" in html_report(grouped)
