"""Where the money goes, as tables."""

from __future__ import annotations

from vbcsim.pipeline import waterfall
from vbcsim.report.steps import step_tables


def test_a_table_follows_the_money_of_each_design(small_run):
    titles = {"basic_a": "A", "basic_e": "E", "enhanced": "ENHANCED"}
    tables = step_tables(waterfall(small_run), titles, "2023")
    assert [table.caption for table in tables] == [
        f"Where the money goes under {title}: provider, 2023" for title in titles.values()
    ]
    table = tables[1]
    assert table.headings == ("all years", "years with savings", "years without", "acts in")
    names = [row.name for row in table.rows]
    assert names[:3] == ["Benchmark", "Expenditure", "= Gross result before any other clause"]
    assert names[-1] == "= Net to the provider"
    assert "Share 50% of savings and 30% of losses." in names
    share = table.rows[names.index("Share 50% of savings and 30% of losses.")]
    assert all(cell.error for cell in share.cells)
    assert [cell.value for cell in table.rows[-1].cells[1:]] == ["", "", ""]
    assert table.unit.startswith("$")
