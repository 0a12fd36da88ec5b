"""The reader of public-use files: layouts, years, broken rows."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vbcsim.calibrate.public_use_file import read_public_use_file
from vbcsim.core.errors import BadInput

MakeFile = Callable[..., Path]
TRACK_1 = {"track": "Current_Track_1"}


@pytest.mark.parametrize(
    ("year", "acos", "earned_usd"),
    [(2015, 392, 645_543_866), (2016, 432, 691_275_105), (2021, 475, 1_959_433_483), (2022, 482, 2_524_453_557)],
)
def test_published_files_are_read_whole(shared_data: Path, year: int, acos: int, earned_usd: float) -> None:
    file = read_public_use_file(shared_data / "mssp" / f"py{year}.csv")
    assert file.problems == ()
    assert file.years == (year,)
    assert len(file.rows) == acos
    assert sum(row.published_usd for row in file.rows) == pytest.approx(earned_usd, abs=0.5)
    for row in file.rows:
        assert 0 <= row.minimum_rate < 0.13
        assert row.quality_half_unit in (0.0, pytest.approx(0.00005))


@pytest.mark.parametrize("year", [2015, 2016, 2021, 2022])
def test_year_is_known_without_its_name(shared_data: Path, tmp_path: Path, year: int) -> None:
    copy = tmp_path / "results.csv"
    copy.write_bytes((shared_data / "mssp" / f"py{year}.csv").read_bytes())
    assert read_public_use_file(copy).years == (year,)


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("py2017.csv", 2017),
        ("SSP.ACO.PUF.Y2017.csv", 2017),
        ("PY_2018_ACO_Results_PUF_20190930.csv", 2018),
        ("results 2017.csv", 2017),
        ("copied-2023-of-py2018.csv", 2018),
    ],
)
def test_year_from_the_name(make_file: MakeFile, name: str, year: int) -> None:
    assert read_public_use_file(make_file("2017", [TRACK_1], name=name)).years == (year,)


def test_year_is_asked_for(make_file: MakeFile) -> None:
    path = make_file("2019", [{"track": "Current_BASIC_B"}], name="results.csv")
    with pytest.raises(BadInput, match="--year"):
        read_public_use_file(path)
    assert read_public_use_file(path, year=2020).years == (2020,)


def test_year_that_cannot_be(make_file: MakeFile) -> None:
    path = make_file("2017", [{"start": "1/1/2017", **TRACK_1}], name="py2015.csv")
    with pytest.raises(
        BadInput, match="cannot be of performance year 2015: it has an agreement that began on 2017-01-01"
    ):
        read_public_use_file(path)


def test_years_in_a_column(tmp_path: Path) -> None:
    path = tmp_path / "all.csv"
    header = "ACO_ID,Year,Current_Track,N_AB,ABtotBnchmk,ABtotExp,EarnSaveLoss,MinSavPerc,QualScore,Met_QPS"
    rows = [
        "A1,2022,E,9000,100,90,0,2%,90%,1",
        "A1,2019A,E,9000,100,90,0,0.02,0.9,1",
        "A1,soon,E,9000,100,90,0,2%,90%,1",
    ]
    path.write_text("\n".join([header, *rows]))
    file = read_public_use_file(path)
    assert [(r.performance_year, r.quality_score) for r in file.rows] == [(2022, 0.9), (2019, 0.9)]  # units by year
    assert [str(p) for p in file.problems] == [f"{path}:4 year: 'soon' is not a performance year; the row is left out"]
    assert read_public_use_file(path, year=2022).years == (2022,)
    with pytest.raises(BadInput, match="no row that can be read for performance year 2017"):
        read_public_use_file(path, year=2017)


def test_broken_rows_are_reported_and_the_rest_is_used(make_file: MakeFile) -> None:
    rows = [
        {"benchmark": "lots", **TRACK_1},
        {"id": "A2", **TRACK_1},
        {"id": "A3", "spend": "*", "minimum": "200", **TRACK_1},
        {"id": "", "track": "neither"},
    ]
    path = make_file("2017", rows, name="py2017.csv")
    with path.open("a") as handle:
        handle.write("A5,too short\n\n")
    file = read_public_use_file(path)
    assert [row.aco_id for row in file.rows] == ["A2"]
    assert file.rows[0].place == f"{path}:3"
    said = sorted(str(problem).removeprefix(f"{path}:") for problem in file.problems)
    assert said == [
        "2 ABtotBnchmk: 'lots' is not a number; the row is left out".lower(),
        "4 abtotexp: '*' was read where a number is needed; the row is left out",
        "4 minsavperc: 200 was read; it must lie between 0 and 100; the row is left out",
        "5 aco_num: the identifier is blank; the row is left out",
        "5 track: exactly one track must be marked 1, found none; the row is left out",
        "6: has 2 cells where the header has 15 columns; the row is left out",
    ]


def test_quoted_line_breaks_keep_line_numbers(make_file: MakeFile) -> None:
    path = make_file("2017", [{"name": "Two\nlines", **TRACK_1}, {"id": "A2", **TRACK_1}], name="py2017.csv")
    assert [row.place.rsplit(":", 1)[1] for row in read_public_use_file(path).rows] == ["2", "4"]


def test_unknown_layout_names_the_columns_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text("region,amount\nnorth,3\n")
    with pytest.raises(BadInput, match=r"lacks aco id \(aco_id or aco_num.*track.*first columns are region, amount"):
        read_public_use_file(path)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rest of a workbook", "save the table as CSV"),
        (b"a\x00b", "save the table as CSV"),
        (b"aco_id,aco_id\n1,2\n", "names columns twice: aco_id"),
    ],
)
def test_no_table(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    with pytest.raises(BadInput, match=said):
        read_public_use_file(path)


def test_absent_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_public_use_file(tmp_path / "none.csv")
    with pytest.raises(BadInput, match="cannot be read"):
        read_public_use_file(tmp_path)


def test_semicolons_and_old_code_pages(make_file: MakeFile) -> None:
    path = make_file("2017", [{"name": "Santé", **TRACK_1}], name="py2017.csv")
    path.write_bytes(path.read_text().replace(",", ";").encode("cp1252"))
    assert read_public_use_file(path).rows[0].aco_name == "Santé"


def test_one_aco(make_file: MakeFile) -> None:
    file = read_public_use_file(
        make_file("2017", [{"id": "A1001", **TRACK_1}, {"id": "A2002", **TRACK_1}], name="py2017.csv")
    )
    assert file.aco(" a2002 ").aco_id == "A2002"
    with pytest.raises(BadInput, match="holds 2 ACOs and none is 'A1002'; the closest are A"):
        file.aco("A1002")
    with pytest.raises(BadInput, match="identifiers look like A1001, A2002"):
        file.aco("zzz")


CELLS = st.one_of(
    st.sampled_from(["", "*", "-", "1", "0", "2.00%", "12,000", "nan", "=1+1", "7/1/2019", '"', "\n", "A1", "1e400"]),
    st.text(max_size=6),
)


MEANINGS = ("id", "lives", "py", "benchmark", "spend", "earned", "minimum", "score", "met", "start", "disaster")


@settings(max_examples=150)
@given(
    st.lists(st.dictionaries(st.sampled_from(MEANINGS), CELLS), min_size=1, max_size=3),
    st.sampled_from(["Current_Track_1", "Current_Track_3", "none"]),
)
def test_whatever_stands_in_a_cell_is_read_or_reported(rows: list[dict[str, str]], track: str) -> None:
    header = ["ACO_Num", "N_AB", "N_AB_Year_PY", "ABtotBnchmk", "ABtotExp", "EarnSaveLoss", "MinSavPerc", "QualScore"]
    header += ["Met_QPS", "Current_Start_Date", "DisAdj", "Current_Track_1", "Current_Track_3"]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    for row in rows:
        cells = [row.get(meaning, "100") for meaning in MEANINGS]
        writer.writerow([*cells, *("1" if track == name else "0" for name in header[-2:])])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "py2017.csv"
        path.write_bytes(out.getvalue().encode("utf-8", "surrogatepass"))
        try:
            file = read_public_use_file(path)
        except BadInput:
            return
    assert len(file.rows) + len({p.place.split(" ")[0] for p in file.problems}) == len(rows)
    for row in file.rows:
        assert math.isfinite(row.benchmark_usd + row.published_usd + row.minimum_rate + row.quality_score)
        assert 0 <= row.quality_score <= 1
