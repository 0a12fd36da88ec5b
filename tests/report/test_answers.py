"""The named figures: a row for each answer, a column for each case, each in its own unit with its error."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from rich.console import Console

from vbcsim.report.answers import answers_tables
from vbcsim.report.html import html_report
from vbcsim.report.terminal import print_answers


@pytest.fixture(scope="module")
def asked(make):
    found = xr.Dataset(
        {
            "answer_value": (("answer", "case"), [[0.123, 0.5], [2.5e6, -1.25e6], [18.0, np.nan]]),
            "answer_mcse": (("answer", "case"), [[0.01, 0.02], [1e5, 1e5], [0.3, np.nan]]),
        },
        coords={
            "answer": ["chance", "money", "count"],
            "case": ["base", "claimed"],
            "answer_text": ("answer", ["Chance of <b>it</b>", "What it brings", "Better measures"]),
            "answer_unit": ("answer", ["fraction", "usd", "number"]),
            "answer_statistic": ("answer", ["probability", "mean", "mean"]),
        },
    )
    claimed = replace(make(100), case_title="As claimed")
    return replace(make(100), answers=found, cases={"claimed": claimed})


def test_no_answers_no_table(study):
    assert answers_tables(study) == []


def test_each_answer_in_its_unit_by_case(asked):
    (table,) = answers_tables(asked)
    assert table.headings == ("Base case", "As claimed")
    chance, money, count = table.rows
    assert [tuple(cell) for cell in chance.cells] == [("12.3%", "1.0"), ("50.0%", "2.0")]
    assert money.technical == "in $ million"
    assert [cell.value for cell in money.cells] == ["2.50", "−1.25"]
    assert count.cells[0].error
    assert tuple(count.cells[1]) == ("", "")


def test_the_page_puts_them_before_everything_else(asked, undrawn):
    page = html_report(asked)
    assert "Chance of &lt;b&gt;it&lt;/b&gt;" in page
    assert page.index("The question in figures") < page.index("The designs side by side")


def test_a_terminal_shows_the_question_with_its_figures(asked):
    console = Console(width=120, record=True, file=io.StringIO())
    print_answers(asked, console)
    shown = console.export_text()
    assert asked.scenario.question.split()[0] in shown
    assert "12.3% ± 1.0" in shown
    assert "What it brings, in $ million" in shown


def test_a_terminal_shows_nothing_where_nothing_was_asked(study):
    console = Console(width=120, record=True, file=io.StringIO())
    print_answers(study, console)
    assert console.export_text() == ""
