"""Person-years from a CSV file: what is read, and what is refused without showing a row."""

from __future__ import annotations

from pathlib import Path

import pytest

from vbcsim.calibrate.fit.reader import read_person_years
from vbcsim.core.errors import BadInput

GOOD = """person,year,months,age_band,family,usd.stay,services.stay,usd.visit,services.visit
Ann,2022,12,45-64,7,0,0,80.5,2
Ann,2023,6,45-64,7,9000,1,,
Bob,2022,,18-44,7,0,0,0,0
"""


def _file(folder: Path, text: str) -> Path:
    file = folder / "people.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_rows_become_person_years(tmp_path):
    data = read_person_years(_file(tmp_path, GOOD), "commercial")
    assert data.categories == ("stay", "visit")
    assert data.person.tolist() == [0, 0, 1]
    assert data.months.tolist() == [12.0, 6.0, 12.0]
    assert data.usd.tolist() == [[0.0, 80.5], [9000.0, 0.0], [0.0, 0.0]]
    assert data.services.tolist() == [[0, 2], [1, 0], [0, 0]]
    assert data.line_of_business.labels == ("commercial",)
    assert data.sex.labels == ("all",)
    assert data.family.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD.replace("Ann,2023", "Ann,2022"), "line 2 again"),
        (GOOD.replace("9000", "nine"), "people.csv:3 usd.stay: is no number"),
        (GOOD.replace("6,45", "13,45"), "people.csv:3 months: is not between"),
        (GOOD.replace(",2\n", ",2.5\n"), "must be whole"),
        (GOOD.replace("Bob,2022,", "Bob,2022"), "people.csv:4: has 8 cells and the header 9"),
        (GOOD.replace("services.visit", "service.visit"), "visit has no column services.visit"),
        (GOOD.replace("age_band", "age_bnd"), 'did you mean "age_band"'),
        ("person,year\n1,2022\n", "no category"),
        ("person\n", "holds no rows"),
    ],
)
def test_what_is_wrong_is_told_by_line(tmp_path, text, says):
    with pytest.raises(BadInput) as error:
        read_person_years(_file(tmp_path, text))
    assert says in str(error.value)
    assert "Ann" not in str(error.value)
    assert "nine" not in str(error.value)


def test_many_problems_are_counted(tmp_path):
    rows = "".join(f"P{k},2022,x,1\n" for k in range(100))
    with pytest.raises(BadInput) as error:
        read_person_years(_file(tmp_path, "person,year,usd.a,services.a\n" + rows))
    assert "80 more problems are not listed" in str(error.value)


def test_a_file_that_is_not_there_or_not_text(tmp_path):
    with pytest.raises(BadInput, match="cannot be read"):
        read_person_years(tmp_path / "none.csv")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00p")
    with pytest.raises(BadInput, match="no CSV file"):
        read_person_years(tmp_path / "bytes.csv")
