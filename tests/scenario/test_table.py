"""CSV tables: what is read, and every problem at file:line:column, all at once."""

from __future__ import annotations

import pytest

from vbcsim.core.errors import BadInput
from vbcsim.scenario.source import Mark
from vbcsim.scenario.table import Columns, read_table

CELLS = Columns(allowed=("cell", "members", "region"), required=("cell", "members"), text=("cell", "region"))


def _read(tmp_path, content: str | bytes, columns: Columns | None = CELLS):
    file = tmp_path / "t.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(file, columns)


def _refused(tmp_path, content, columns=CELLS) -> list[str]:
    with pytest.raises(BadInput) as caught:
        _read(tmp_path, content, columns)
    return [str(p).removeprefix(f"{tmp_path}/") for p in caught.value.problems]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_with_their_places_whatever_the_line_end(tmp_path, end):
    text = end.join(["# source: a table", "cell,members,region", "", "  ", 'a,5,"New York, NY"', 'b,7,"say ""x"""', ""])
    table = _read(tmp_path, "\ufeff" + text)
    assert table.rows == [
        {"cell": "a", "members": 5, "region": "New York, NY"},
        {"cell": "b", "members": 7, "region": 'say "x"'},
    ]
    assert table.marks[1]["members"] == Mark(f"{tmp_path}/t.csv", 6, 3)


def test_line_ends_inside_quotes_are_counted(tmp_path):
    table = _read(tmp_path, 'cell,members\n"a\nb",5\nc,6\n')
    assert table.rows == [{"cell": "a\nb", "members": 5}, {"cell": "c", "members": 6}]
    assert table.marks[1]["cell"].line == 4


def test_numbers_are_numbers_and_codes_stay_text(tmp_path):
    table = _read(tmp_path, "a,b,c,d,e,f\n1,0.5,0095,1e3,-2,NO\n", None)
    assert table.rows == [{"a": 1, "b": 0.5, "c": "0095", "d": 1000.0, "e": -2, "f": "NO"}]
    assert _read(tmp_path, "cell,members\n17,5\n").rows == [{"cell": "17", "members": 5}]


def test_an_empty_cell_is_a_field_left_out(tmp_path):
    assert _read(tmp_path, "cell,members,region\na,5,\n").rows == [{"cell": "a", "members": 5}]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "t.csv:1:1: the table is empty; its first line names the columns"),
        ("cell,members\n", "t.csv:1:1: the table has a header and no rows; add rows below it"),
        (
            "cell,membres\na,5\n",
            't.csv:1:6: "membres" is not a column of this table; did you mean "members"? (allowed: ',
        ),
        ("cell,region\na,b\n", "t.csv:1:1: no column is named members; the table needs it"),
        ("cell,members,cell\na,5,b\n", 't.csv:1:14: column "cell" is there twice; keep one of them'),
        ("cell,members,\na,5,\n", "t.csv:1:14: column 3 has no name; name it or remove it"),
        ("cell,members,region\na,5\n", "t.csv:2:3: the row has 2 of 3 cells; add region"),
        ("cell,members\na,1,234\n", 't.csv:2:5: the row has 3 cells and the header 2; "234" is one too many'),
        ("cell;members\na;5\n", 't.csv:1:1: the columns are separated by ";"; save the table with commas'),
        ('cell,members\n"a,5\n', "t.csv:2:1: a quote is opened and not closed"),
        ("cell,members\na,nan\nb,.nan\n", "t.csv:3:3: .nan is not a finite number; write a number"),
        (
            "cell,members\na\u202e,5\n",
            "t.csv:2:1: the invisible character U+202E RIGHT-TO-LEFT OVERRIDE stands in the cell",
        ),
        (b"cell,members\na,\xff\n", "t.csv:2: byte 0xff is not UTF-8 text"),
    ],
)
def test_broken_tables_are_refused_with_place_and_remedy(tmp_path, text, problem):
    found = _refused(tmp_path, text)
    assert any(p.startswith(problem) for p in found), found


def test_all_problems_of_a_table_at_once(tmp_path):
    found = _refused(tmp_path, "cell,members,reigon\na,5\nb,.inf,x\nc,1,2,3\n")
    assert [p.split(" ")[0] for p in found] == ["t.csv:1:14:", "t.csv:2:3:", "t.csv:3:3:", "t.csv:4:7:"]
