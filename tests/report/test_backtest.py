"""The page of a backtest: figures, pictures with their data, nothing from outside, hostile names inert."""

from __future__ import annotations

from tests.calibrate.backtest.conftest import panel
from vbcsim.calibrate.backtest.forecast import forecast
from vbcsim.calibrate.backtest.movement import shipped_movement
from vbcsim.calibrate.backtest.run import Backtest, score
from vbcsim.core.errors import Problem
from vbcsim.report.backtest import backtest_page


def test_the_page_tells_every_year_and_is_the_same_again():
    years = tuple(
        score(forecast(panel(60, year, seed=year), shipped_movement(), draws=50, seed=1), 1) for year in (2016, 2022)
    )
    problem = Problem("py2022.csv:7", "<script>alert(1)</script> was read; the row is left out")
    found = Backtest(50, 1, years, (problem,))
    page = backtest_page(found, ("<b>.csv",))
    assert page == backtest_page(found, ("<b>.csv",))
    for told in ("2015 to 2016", "2021 to 2022", "the shipped figures", "90 %", "Download pit_2022.csv"):
        assert told in page
    assert "<script" not in page
    assert "<b>.csv" not in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")
