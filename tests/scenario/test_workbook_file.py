"""A workbook that could do harm is refused before it is read, each kind with its own sentence."""

from __future__ import annotations

import contextlib
import zipfile

import pytest
import xlsxwriter

from vbcsim.core.errors import BadInput
from vbcsim.scenario.workbook_file import MAX_UNPACKED_BYTES, column_letters, read_sheets


def small(path, rows=(("Section", "Field", "Value"),)):
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Scenario")
        for i, row in enumerate(rows):
            sheet.write_row(i, 0, row)
    return path


def changed(path, member, content, to):
    """A copy of a workbook with one member replaced or added."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != member:
                new.writestr(name, old.read(name))
        new.writestr(member, content)
    return to


def said(path):
    with pytest.raises(BadInput) as refused:
        read_sheets(path)
    (problem,) = refused.value.problems
    assert problem.place == str(path)
    return problem.message


def test_values_of_every_kind(tmp_path):
    (sheet,) = read_sheets(small(tmp_path / "a.xlsx", [("text", 1.5, True, None, "=1+1")]))
    assert sheet.name == "Scenario"
    assert sheet.rows[0][:3] == ["text", 1.5, True]


def test_what_is_no_workbook(tmp_path):
    text = tmp_path / "a.xlsx"
    text.write_text("name: a")
    assert said(text).startswith("is not a workbook, whatever its name says; save it as an Excel workbook (.xlsx)")
    archive = tmp_path / "b.xlsx"
    with zipfile.ZipFile(archive, "w") as new:
        new.writestr("a.txt", "a")
    assert said(archive).startswith("is a zip archive, not a workbook")
    (tmp_path / "c.xlsx").mkdir()
    assert said(tmp_path / "c.xlsx") == "is not a regular file; name the workbook to read"
    assert "no such file; did you mean" in said(tmp_path / "aa.xlsx")


def test_macros(tmp_path):
    path = small(tmp_path / "a.xlsx")
    named = path.rename(tmp_path / "a.xlsm")
    assert said(named).startswith("may hold macros, which are not read")
    hidden = changed(named, "xl/vbaProject.bin", b"x", tmp_path / "b.xlsx")
    assert said(hidden).startswith("holds macros, which are not read")


@pytest.mark.parametrize("ending", [".xls", ".xlsb", ".ods"])
def test_other_kinds(tmp_path, ending):
    path = tmp_path / f"a{ending}"
    path.write_bytes(b"x")
    assert f"is a {ending}, which is not read" in said(path)


def test_a_password(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000))
    assert said(path).startswith("has a password, or is of the kind of Excel before 2007")


def test_a_bomb_is_not_unpacked(tmp_path):
    huge = changed(small(tmp_path / "a.xlsx"), "xl/media/a.xml", bytes(MAX_UNPACKED_BYTES + 1), tmp_path / "b.xlsx")
    assert huge.stat().st_size < 200_000
    assert said(huge) == "unpacks to more than 80 MB; keep only the sheets of the scenario in the workbook"


def test_a_bomb_that_lies_about_its_size(tmp_path):
    huge = changed(small(tmp_path / "a.xlsx"), "xl/media/a.xml", bytes(MAX_UNPACKED_BYTES + 1), tmp_path / "b.xlsx")
    raw = huge.read_bytes().replace((MAX_UNPACKED_BYTES + 1).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    (tmp_path / "c.xlsx").write_bytes(raw)
    assert said(tmp_path / "c.xlsx").startswith(("unpacks to more than", "is damaged"))


def test_cells_far_apart(tmp_path):
    sheet = (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        b"</worksheet>"
    )
    wide = changed(small(tmp_path / "a.xlsx"), "xl/worksheets/sheet1.xml", sheet, tmp_path / "b.xlsx")
    assert said(wide).startswith("a sheet has cells up to row 1,048,576 and column 16,384; at most 200,000 rows")


def test_a_long_text_repeated(tmp_path):
    path = small(tmp_path / "a.xlsx", [["x" * 30_000] for _ in range(8_000)])
    assert said(path).startswith("repeats a text of 30,")


def test_definitions_of_its_own(tmp_path):
    laughs = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    path = changed(small(tmp_path / "a.xlsx"), "xl/theme/theme1.xml", laughs, tmp_path / "b.xlsx")
    assert said(path).startswith("holds definitions of its own in xl/theme/theme1.xml")


def test_a_damaged_file(tmp_path):
    raw = small(tmp_path / "a.xlsx").read_bytes()
    for name, content in (("b.xlsx", raw[: len(raw) // 2]), ("c.xlsx", raw[:200] + bytes(50) + raw[250:])):
        (tmp_path / name).write_bytes(content)
        assert "damaged" in said(tmp_path / name)


def test_any_byte_may_be_wrong(tmp_path):
    """No file ends in anything but sheets or a sentence."""
    raw = small(tmp_path / "a.xlsx").read_bytes()
    for place in range(0, len(raw), 53):
        (tmp_path / "b.xlsx").write_bytes(raw[:place] + bytes([raw[place] ^ 0x55]) + raw[place + 1 :])
        with contextlib.suppress(BadInput):
            read_sheets(tmp_path / "b.xlsx")


def test_formulas_that_give_nothing(tmp_path):
    stream = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet("A")
        sheet.write_formula(0, 0, "=1/0", None, "#DIV/0!")
        sheet.write_formula(0, 1, "=1+1", None, "")
        sheet.write_formula(0, 2, "=2*3", None, 6)
    (found,) = read_sheets(stream)
    assert found.rows[0][2] == 6.0
    assert found.odd[0, 0] == "the formula gives the error #DIV/0!; mend it"
    assert found.odd[0, 1].startswith("the formula was never worked out; open the workbook in a spreadsheet program")
    assert (0, 2) not in found.odd


def test_letters_of_columns():
    assert [column_letters(k) for k in (0, 2, 25, 26)] == ["A", "C", "Z", "AA"]
