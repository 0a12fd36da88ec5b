"""A workbook says what a YAML file would; what is wrong in it is told with its sheet and cell, all at once."""

from __future__ import annotations

import datetime as dt

import pytest
import xlsxwriter

from vbcsim.core.errors import BadInput
from vbcsim.scenario.load import load_scenario, read_document
from vbcsim.scenario.workbook_layout import HEADINGS

CELLS = [["cell", "members", "line_of_business"], ["a", 100, "commercial"], [], ["b", 300, "commercial"]]
SHIPPED = {"table": "vbcsim:aco_services"}


def book(path, rows=(), tables=None, after=None):
    """A workbook with one sheet of figures and tables."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as made:
        sheet = made.add_worksheet("Assumptions")
        sheet.write_row(2, 0, HEADINGS)
        for i, row in enumerate(rows, 3):
            for k, value in enumerate(row):
                if isinstance(value, dt.date):
                    sheet.write_datetime(i, k, value, made.add_format({"num_format": "yyyy-mm-dd"}))
                elif value is not None:
                    sheet.write(i, k, value)
        if after:
            after(made, sheet)
        for name, lines in (tables or {}).items():
            other = made.add_worksheet(name)
            for i, line in enumerate(lines):
                other.write_row(i, 0, line)
    return path


def problems(path):
    return [str(problem).removeprefix(f"{path.parent}/") for problem in read_document(path).problems]


def test_values_and_their_places(tmp_path):
    rows = [
        ("scenario", "draws", 500),
        ("scenario", "seed", "18446744073709551615"),
        ("years", "base", "[2021, 2022]"),
        ("assumptions.quality", "mean", "{normal: [0.8, 0.05]}", None, None, None, None, "judgement"),
        ("assumptions.quality", "sd", 0.1),
        ("cohort", "retention", "90%"),
        ("designs.a.provisions[0].terms[0]", "share.losses.2024", 0.25),
        ("cases.x.changes", '["interventions.a.use"].all', "null"),
        ("scenario", "title", "=not a formula"),
        (None, None, None),
        ("economics.payer", "premium_pmpm", None),
        ("assumptions.services", "table", "vbcsim:aco_services"),
    ]
    found = read_document(book(tmp_path / "book.xlsx", rows, {"Cohort": CELLS, "Mine": [["my own notes"]]}))
    assert found.problems == []
    assert found.data == {
        "draws": 500,
        "seed": 2**64 - 1,
        "title": "=not a formula",
        "years": {"base": [2021, 2022]},
        "assumptions": {
            "quality": {"mean": {"normal": [0.8, 0.05]}, "sd": 0.1, "source": "judgement"},
            "services": SHIPPED,
        },
        "cohort": {
            "retention": "90%",
            "cells": [
                {"cell": "a", "members": 100, "line_of_business": "commercial"},
                {"cell": "b", "members": 300, "line_of_business": "commercial"},
            ],
        },
        "designs": {"a": {"provisions": [{"terms": [{"share": {"losses": {2024: 0.25}}}]}]}},
        "cases": {"x": {"changes": {"interventions.a.use": {"all": None}}}},
    }
    assert found.place(("draws",)).endswith("book.xlsx!Assumptions!C4 draws")
    assert found.place(("cohort", "cells", 1, "members")).endswith("book.xlsx!Cohort!B4 cohort.cells[b].members")
    assert str(found.mark(("assumptions", "quality", "source"))).endswith("book.xlsx!Assumptions!H7")
    assert str(found.mark(("economics", "payer", "premium_pmpm"))).endswith("book.xlsx!Assumptions!C14")


def test_every_problem_at_once_each_at_its_cell(tmp_path):
    def merged(made, sheet):
        sheet.merge_range("C11:C12", "both")

    rows = [
        ("scenario", "draws", dt.date(2024, 5, 6)),
        ("scenario", "seed", "{normal: [1"),
        ("a b", "c", 1),
        (None, None, 7),
        ("years", "base", "[2021]"),
        ("years", "base", "[2022]"),
        ("years.base", "first", 1),
        ("answers", "[0].name", None),
        ("answers", "[1].name", None),
        ("answers", "[3].name", "late"),
        ("scenario", "title", None, None, None, None, None, "a title has no source"),
        ("assumptions.quality", "mean", 0.8, None, None, None, None, "judgement"),
        ("assumptions.quality", "sd", 0.1, None, None, None, None, "unverified"),
        ("scenario", "name", "a\u202eb"),
        ("assumptions.services", "table", "vbcsim:aco_services"),
    ]
    said = problems(book(tmp_path / "book.xlsx", rows, after=merged))
    at = "book.xlsx!Assumptions!"
    expected = [
        f"{at}C4: the date or time 2024-05-06 was read; format the cell as a number or as text",
        f'{at}C5: "{{normal: [1" begins like a list or a mapping of YAML and cannot be read',
        f'{at}B6: "a b.c" is no place in a scenario; write names joined by dots',
        f"{at}C7: 7 stands beside no field; name its section and field, or clear it",
        f"{at}C9: years.base is given twice (first in ",
        f"{at}C10: years.base has a value of its own in ",
        f"{at}C12: the cell is merged with others; split them, and write the value into each row",
        f"{at}H14: title has no source of its own; clear the cell",
        f"{at}H16: another source of assumptions.quality stands in ",
        f"{at}C17: the invisible character U+202E RIGHT-TO-LEFT OVERRIDE stands in the cell; remove it",
        f"{at}C13: answers has a row 3 and no row 1; number them from 0 on",
    ]
    assert len(said) == len(expected)
    for problem, begins in zip(said, expected, strict=True):
        assert problem.startswith(begins)


def test_wrong_columns_and_rows_of_a_table(tmp_path):
    table = [["cell", "member", "members", "members", "", "use.inpatient"], ["a", 1, 2, 3, 4, 1.5]]
    said = problems(book(tmp_path / "book.xlsx", [("cohort", "retention", 1)], {"Cohort": table}))
    assert said[0].startswith('book.xlsx!Cohort!B1: "member" is not a column of this table; did you mean "members"?')
    assert said[1] == 'book.xlsx!Cohort!D1: column "members" is there twice; keep one of them'
    assert said[2] == "book.xlsx!Cohort!E1: a column has values and no name; name it or clear it"


def test_tables_that_lack_what_they_need(tmp_path):
    rows = [("cohort", "retention", 1), ("assumptions.quality", "mean", 0.8)]
    (tmp_path / "1").mkdir()
    said = problems(book(tmp_path / "1" / "book.xlsx", rows, {"Cohorts": CELLS, "Services": [["category"]]}))
    assert said[0].startswith(
        'book.xlsx: there is no sheet "Cohort", which holds cohort.cells; did you mean "Cohorts"?'
    )
    assert any(text.startswith("book.xlsx!Services!A1: no column is named service, ") for text in said)
    (tmp_path / "2").mkdir()
    said = problems(book(tmp_path / "2" / "book.xlsx", rows[:1], {"Cohort": [["x"]]}))
    assert said == ['book.xlsx!Cohort: no row of headings with "cell" was found; name the columns as the template does']
    (tmp_path / "3").mkdir()
    said = problems(book(tmp_path / "3" / "book.xlsx", rows[:1], {"Cohort": CELLS[:1]}))
    assert said[0] == "book.xlsx!Cohort!A1: the table has headings and no rows; add rows below them"


def test_a_number_out_of_range_and_text_for_a_number(tmp_path):
    rows = [("scenario", "draws", "many"), ("cohort", "retention", 90), ("scenario", "engine", "fast")]
    path = book(tmp_path / "book.xlsx", rows, {"Cohort": [["cell", "members"], ["a", "ten"]]})
    with pytest.raises(BadInput) as refused:
        load_scenario(path)
    said = [str(problem).removeprefix(f"{tmp_path}/") for problem in refused.value.problems]
    assert 'book.xlsx!Assumptions!C4 draws: "many" was read where a whole number is needed' in "\n".join(said)
    assert any(
        text.startswith("book.xlsx!Assumptions!C5 cohort.retention: 90 is not allowed; write a number at least 0")
        and text.endswith("90 percent is written 90%")
        for text in said
    )
    assert any(text.startswith("book.xlsx!Cohort!B2 cohort.cells[a].members: 'ten' is not a number") for text in said)
    assert any(text.startswith('book.xlsx!Assumptions!C6 engine: "fast" is not an engine') for text in said)


def test_no_sheet_of_a_scenario(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "book.xlsx") as made:
        made.add_worksheet("Budget").write(0, 0, "a")
    with pytest.raises(
        BadInput, match=r"no sheet has the headings Section, Field, Value \(sheets: Budget\); begin from"
    ):
        read_document(tmp_path / "book.xlsx")
