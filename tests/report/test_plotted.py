"""The data of a picture: numbers as numbers, text that no spreadsheet runs, all of it in the file."""

from __future__ import annotations

import base64
import csv

from vbcsim.report.plotted import MOST_ROWS, Plotted


def test_a_spreadsheet_reads_numbers_and_runs_nothing():
    hostile = ("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", 'a "b", c')
    data = Plotted.of(["=title", "amount, $"], [(text, -1.5e6) for text in hostile])
    rows = list(csv.reader(data.csv.splitlines()))
    assert rows[0] == ["'=title", "amount, $"]
    assert [row[0] for row in rows[1:]] == ["'=cmd|' /C calc'!A0", "'+1", "'-1", "'@SUM(A1)", "'=1", 'a "b", c']
    assert {float(row[1]) for row in rows[1:]} == {-1_500_000.0}


def test_what_is_unknown_is_empty():
    data = Plotted.of(["a"], [(None,), (float("nan"),), (0.0,)])
    assert data.csv == "a\r\n\r\n\r\n0\r\n" or data.csv == 'a\r\n""\r\n""\r\n0\r\n'
    assert data.shown == (("",), ("",), ("0",))


def test_the_file_is_whole_and_the_page_is_short():
    data = Plotted.of(["n"], [(k,) for k in range(MOST_ROWS + 7)])
    assert len(data.shown) == MOST_ROWS
    assert data.omitted == 7
    text = base64.b64decode(data.address.partition(",")[2]).decode("utf-8-sig")
    assert text == data.csv
    assert len(text.split()) == MOST_ROWS + 8


def test_figures_are_short_on_the_page_and_exact_in_the_file():
    data = Plotted.of(["x"], [(-1234567.891,), (0.123456,)])
    assert data.shown == (("−1,234,568",), ("0.1235",))
    assert "-1234567.891" in data.csv
