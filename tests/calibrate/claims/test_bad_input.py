"""Files as they come: broken rows are told with count and place, and nothing is used that was not allowed."""

from __future__ import annotations

import gzip
import stat

import polars as pl
import pytest

from vbcsim.calibrate.claims.extract import Extract, read_claims
from vbcsim.calibrate.claims.rejects import check_rejects, reject_problems, write_rejects
from vbcsim.core.errors import BadInput

HEAD = b"claim_id,claim_line_number,person_id,service_date,paid_date,paid_amount,bill_type,revenue_code,pos,hcpcs\n"


def told(found: Extract) -> list[str]:
    return [str(problem) for problem in reject_problems(found.files, found.rejects)]


def counted(found: Extract) -> int:
    return round(100 * found.people.usd.sum())


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("X,1,A,2022-05-01,2022-06-01\n", "the row has 5 cells and the header 10"),
        ("X,1,A,2022-05-01,2022-06-01,80,,,11,99213,,\n", "the row has 12 cells and the header 10"),
        ('X,1,A,2022-05-01,2022-06-01,"80,,,11,99213\n', "a quote is opened and not closed on the row"),
        (",1,A,2022-05-01,2022-06-01,80,,,11,99213\n", "claim: the cell is blank"),
        ("X,1,,2022-05-01,2022-06-01,80,,,11,99213\n", "person: the cell is blank"),
        ("X,1,A,05/01/2022,2022-06-01,80,,,11,99213\n", "from: the text cannot be read as a date"),
        ("X,1,A,2022-02-30,2022-06-01,80,,,11,99213\n", "from: the text cannot be read as a date"),
        ("X,1,A,1022-05-01,2022-06-01,80,,,11,99213\n", "from: no possible date"),
        ("X,1,A,2022-05-01,soon,80,,,11,99213\n", "paid_date: the text cannot be read as a date"),
        ("X,1,A,2022-05-01,2022-06-01,eighty,,,11,99213\n", "paid: the text cannot be read as an amount"),
        ('X,1,A,2022-05-01,2022-06-01,"80,50",,,11,99213\n', "paid: the text cannot be read as an amount"),
        ("X,1,A,2022-05-01,2022-06-01,inf,,,11,99213\n", "paid: the text cannot be read as an amount"),
        ("X,1,A,2022-05-01,2022-06-01,,,,11,99213\n", "paid: no amount"),
        ("X,1,A,2022-05-01,2022-06-01,8\x000,,,11,99213\n", "the row holds a zero byte"),
    ],
)
def test_a_broken_row_is_told_and_the_good_ones_are_kept(put, months, row, reason):
    found = read_claims(put(medical_claim=months + row))
    (problem,) = told(found)
    assert problem.startswith(f"medical_claim.csv:14: {reason}")
    assert problem.endswith("(1 row: 14)")
    assert counted(found) == 120_000


def test_spans_are_judged_likewise(put, months):
    rows = (
        "A,2022-01-01,2022-12-31,1980-05-05,F,commercial\n"
        "B,2022-06-01,2022-05-01,1980-05-05,F,commercial\n"
        "C,2022-01-01,2022-12-31,2030-05-05,F,commercial\n"
        "D,01.02.2022,2022-12-31,1980-05-05,F,commercial\n"
    )
    assert told(read_claims(put(eligibility=rows, medical_claim=months))) == [
        "eligibility.csv:4: birth: lies after the end of the span (1 row: 4)",
        "eligibility.csv:3: end: lies before the start (1 row: 3)",
        "eligibility.csv:5: start: the text cannot be read as a date in the format of its column (1 row: 5)",
    ]


@pytest.mark.parametrize(
    ("written", "cents"),
    [('"1,234.56"', 123_456), ('"$1,234.56"', 123_456), ("(12.50)", -1250), ("-12.5", -1250), ("1e2", 10_000)],
)
def test_amounts_are_read_to_the_cent(put, months, written, cents):
    found = read_claims(put(medical_claim=months + f"X,1,A,2022-05-01,2022-06-01,{written},,,11,99214\n"))
    assert counted(found) == 120_000 + cents
    assert not told(found)


@pytest.mark.parametrize(
    ("form", "example"),
    [("{0}/{1}/2022", "5/1"), ("2022{1:>02}{0:>02}", ""), ("2022-{0}-{1} 00:00:00", ""), ("{1}{0}2022", "")],
)
def test_dates_have_the_format_of_their_column(put, form, example):
    words = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    rows = ""
    for k in range(1, 13):
        day = f"10{words[k - 1]}2022" if form == "{1}{0}2022" else form.format(f"{k:02d}", "10")
        if form.startswith("2022{"):
            day = f"2022{k:02d}10"
        rows += f"M{k},1,A,{day},,100,,,11,99213\n"
    found = read_claims(put(medical_claim=rows))
    assert (counted(found), told(found)) == (120_000, [])


def test_bytes_that_are_not_utf8_a_byte_order_mark_and_windows_line_ends(put, months):
    data = b"\xef\xbb\xbf" + HEAD + months.encode() + b"X,1,A,2022-05-01,2022-06-01,80,,,11,caf\xe9\n"
    found = read_claims(put(medical_claim=data.replace(b"\n", b"\r\n")))
    assert counted(found) == 128_000
    assert "read as Windows-1252, not being UTF-8: 1 row" in found.files[1].notes


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_separators_are_read_and_said(put, months, separator):
    data = (HEAD + months.encode()).replace(b",", separator.encode())
    found = read_claims(put(medical_claim=data))
    assert counted(found) == 120_000
    assert any("columns are separated by" in note for note in found.files[1].notes)


def test_a_file_that_was_cut_off_is_told(put, months):
    more = b"X,1,A,2022-05-01,2022-06-01,80,,,11,99213\n"
    found = read_claims(put(medical_claim=(HEAD + months.encode() + more)[:-9]))
    assert told(found) == ["medical_claim.csv:14: the row has 9 cells and the header 10 (1 row: 14)"]
    assert "the last line has no end; the file may have been cut off" in found.files[1].notes


def test_what_makes_a_year_incomplete_is_told_with_it(put, months):
    with pytest.raises(BadInput) as error:
        read_claims(put(medical_claim=months.replace("2022-12-10", "12/10/2022")))
    assert "medical_claim.csv:13: from: the text cannot be read as a date" in str(error.value)
    assert "no calendar year has claims in all twelve months (2022: 11 months)" in str(error.value)


def test_a_compressed_file_is_read(put, months, tmp_path):
    folder = put(medical_claim=months)
    (folder / "medical_claim.csv.gz").write_bytes(gzip.compress((folder / "medical_claim.csv").read_bytes()))
    (folder / "medical_claim.csv").unlink()
    assert counted(read_claims(folder)) == 120_000


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "medical_claim.csv: is empty"),
        (HEAD, "medical_claim.csv: has a header and no rows"),
        (HEAD.decode().encode("utf-16"), "is not UTF-8 text"),
        (b"claim_id\nX\n", "the first line has one column"),
        (HEAD.replace(b"paid_amount", b"amnt") + b"x\n", "no column says paid or allowed of the medical_claim"),
        (b"X1,1,A,2022-01-01,80\nX2,1,A,2022-01-01,80\n", "the first line does not name columns that are known"),
        (HEAD.replace(b"pos,", b"PERSON_ID,") + b"x\n", 'the heading "person_id" is there twice'),
    ],
)
def test_a_file_that_cannot_be_read_at_all_is_refused(put, data, sentence):
    folder = put(medical_claim=data or b"")
    if not data:
        (folder / "medical_claim.csv").write_bytes(b"")
    with pytest.raises(BadInput) as error:
        read_claims(folder)
    assert sentence in str(error.value)


def test_all_that_is_wrong_with_the_files_is_told_at_once(tmp_path):
    (tmp_path / "eligibility.csv").write_text("person,since,sex\nA,2022,F\n")
    frame = pl.DataFrame({"claim_id": ["1"] * 100})
    frame.write_parquet(tmp_path / "medical_claim.parquet")
    whole = (tmp_path / "medical_claim.parquet").read_bytes()
    (tmp_path / "medical_claim.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadInput) as error:
        read_claims(tmp_path)
    text = str(error.value)
    assert "no column says start of the eligibility" in text
    assert "no column says end of the eligibility" in text
    assert "medical_claim.parquet: is not a whole Parquet file" in text


def test_a_folder_without_eligibility_is_refused(tmp_path):
    (tmp_path / "medical_claim.csv").write_bytes(HEAD + b"M,1,A,2022-01-10,,100,,,11,99213\n")
    with pytest.raises(BadInput, match="has no file of eligibility"):
        read_claims(tmp_path)
    with pytest.raises(BadInput, match="is not there"):
        read_claims(tmp_path / "nowhere")


def test_codes_stored_as_numbers_get_their_zeros_back(put, months, tmp_path):
    folder = put(medical_claim=months)
    frame = pl.read_csv(folder / "medical_claim.csv").with_columns(
        pl.lit(131).alias("bill_type"), pl.lit(450).alias("revenue_code"), pl.col("service_date").str.to_date()
    )
    (folder / "medical_claim.csv").unlink()
    frame.write_parquet(folder / "medical_claim.parquet")
    found = read_claims(folder)
    assert found.people.categories == ("emergency",)
    assert any("codes stored as numbers" in note for note in found.files[1].notes)


def test_rejects_stop_the_work_until_they_are_allowed(put, months, tmp_path):
    found = read_claims(put(medical_claim=months + "X,1,,2022-05-01,,80,,,11,99213\n"))
    path = tmp_path / "rejects.csv"
    write_rejects(found, path)
    with pytest.raises(BadInput) as error:
        check_rejects(found, 0.01, path)
    assert "person: the cell is blank (1 row: 14)" in str(error.value)
    assert "use the good rows with --allow-rejects 0.077" in str(error.value)
    assert error.value.outcome == "only the list of rejects was written"
    check_rejects(found, 0.08, path)
    assert path.read_text() == "file,row,reason\nmedical_claim.csv,14,person: the cell is blank\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_overlapping_spans_and_odd_rows_are_counted_with_places(put, months):
    spans = (
        "A,2022-01-01,2022-08-31,1980-05-05,F,commercial\nA,2022-06-01,2022-12-31,1980-05-05,F,commercial\n"
        "B,2022-01-01,2022-03-31,1850-05-05,M,commercial\nB,2022-06-01,2022-12-31,1901-05-05,M,commercial\n"
    )
    rows = "X,1,A,2022-05-01,2022-04-01,-80,,,11,99213\nY,1,A,2022-05-02,2022-06-01,5,,,11,Z!\n"
    found = read_claims(put(eligibility=spans, medical_claim=months + rows))
    assert (found.spans.overlapping, found.spans.first_overlaps, found.spans.gaps) == (1, ((0, 3),), 0)
    odd = {o.kind: (o.count, o.places) for o in found.oddities}
    assert odd["negative amount without a payment that it reverses (an adjustment; it counts)"] == (1, ((1, 14),))
    assert odd["paid before the service"] == (1, ((1, 14),))
    assert odd["date of birth after enrollment began, or age above 110"] == (1, ((0, 5),))
    assert found.unknown.select("column", "code", "lines", "cents").rows() == [("procedure", "Z!", 1, 500)]
    assert found.people.months.sum() == 12 + 7
