"""Cases side by side: every figure from its own case, differences over the same draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vbcsim.report.cases import STATISTICS, case_tables, difference_from_base
from vbcsim.report.html import html_report


@pytest.fixture(scope="module")
def cases(make):
    claimed = replace(make(400), case_title="As claimed")
    net = claimed.settlement["net_usd"]
    sign = net["party"].values == "provider"
    moved = net + np.where(sign, 1.0, -1.0)[None, :, None, None] * 1e5
    settlement = claimed.settlement.assign(net_usd=moved)
    from vbcsim.outcomes.comparison import compare
    from vbcsim.outcomes.summary import summarize

    claimed = replace(claimed, settlement=settlement, outcomes=summarize(settlement), comparison=compare(settlement))
    return replace(make(400), cases={"claimed": claimed})


def test_no_cases_no_tables(study):
    assert case_tables(study) == []


def test_each_column_is_its_own_case(cases):
    tables = case_tables(cases)
    assert len(tables) == len(STATISTICS) + 1
    assert all(table.headings == ("Base case", "As claimed") for table in tables[:-1])
    assert [len(table.rows) for table in tables] == [len(cases.designs)] * len(tables)
    base, claimed = tables[0].rows[0].cells
    assert base.value != claimed.value


def test_the_difference_is_paired_so_a_constant_has_no_error(cases):
    value, error = difference_from_base(cases, cases.cases["claimed"], "one_sided")
    assert value == pytest.approx(3e5)
    assert error == pytest.approx(0.0, abs=1e-6)


def test_the_page_shows_them(cases, undrawn):
    page = html_report(cases)
    assert "What if the assumptions are others?" in page
    assert "As claimed" in page
    assert page == html_report(cases)
