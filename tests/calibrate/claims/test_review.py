"""The data review: every ASOP 23 heading, what must not be missed, and numbers of people that are hidden."""

from __future__ import annotations

import re

from vbcsim.calibrate.claims.calibrated import calibrate_claims
from vbcsim.calibrate.claims.extract import read_claims
from vbcsim.calibrate.claims.review import review_of
from vbcsim.report.data_review import data_review_html

PEOPLE = "".join(f"P{k},2022-01-01,2022-12-31,1980-05-05,F,commercial\n" for k in range(80))
VISITS = "".join(
    f"V{k}{m},1,P{k},2022-{m:02d}-10,2022-{m:02d}-28,{90 + k + (900 if m == 7 else 0)},,,11,99213\n"
    for k in range(80)
    for m in (1 + k % 12, 7)
)


def text_of(review) -> str:
    return re.sub(r"<[^>]+>", " ", data_review_html(review))


def test_headings_and_reconciliation(calibrated):
    review = review_of(calibrated)
    headings = [s.heading for s in review.sections]
    assert headings[:4] == [
        "Selection of data",
        "Reliance on data supplied by others",
        "Review of data: what became of every row",
        "Review of data: what looks odd",
    ]
    rows = review.sections[2].tables[0].rows
    assert rows[-1][0] == "read"
    assert rows[-2][1:] == rows[-1][1:]
    assert "the lines add up" in review.sections[2].sentences[0]
    assert any("Completion of medical claims" in t.caption for t in review.sections[4].tables)


def test_what_must_not_be_missed_stands_first(put):
    rows = VISITS + "X,1,STRANGER,2022-05-01,2022-06-01,90000,,,11,99213\nY,1,P1,2022-05-01,2022-06-01,9000,,,11,?!\n"
    found = calibrate_claims(read_claims(put(eligibility=PEOPLE, medical_claim=rows + "Z,1,P1\n")))
    review = review_of(found)
    said = " ".join(review.warnings)
    assert "Rejected, and in no figure: 1 row;" in said
    assert "was incurred without enrollment" in said
    assert "has codes that no rule knows" in said
    assert "One year only" in said
    odd = " ".join(review.sections[3].points)
    assert re.search(r"2022-07: \$[\d.,]+ per member and month, [\d.]+ times the months around it", odd)
    page = text_of(review)
    assert "&lt;11 persons of 81" in page
    assert "STRANGER" not in page
    assert "?!" not in page, "a code of fewer than 11 members is not shown"
    assert "Not shown: 1 further code, or of fewer than 11 members." in page


def test_the_page_loads_nothing(calibrated):
    page = data_review_html(review_of(calibrated))
    assert "default-src 'none'" in page
    assert not re.search(r"<script|src=|href=|url\(", page)


def test_nested_numbers_do_not_tell_what_lies_between(put):
    stays = "".join(
        f"S{k},1,P{k},2022-03-10,2022-04-20,{120_000 if k < 15 else 60_000},111,0120,,\n" for k in range(20)
    )
    found = calibrate_claims(read_claims(put(eligibility=PEOPLE, medical_claim=VISITS + stays)))
    table = next(t for t in review_of(found).sections[4].tables if t.caption.startswith("Large claims"))
    assert [row[:2] for row in table.rows] == [("$50,000", "hidden"), ("$100,000", "15")]
