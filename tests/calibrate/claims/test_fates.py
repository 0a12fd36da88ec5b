"""What becomes of a claim line: denied, doubled, replaced, reversed, in conflict, or counted."""

from __future__ import annotations

import pytest

from vbcsim.calibrate.claims.extract import read_claims, rows_of_fates
from vbcsim.calibrate.claims.fates import FATES

HEAD = b"claim_id,claim_line_number,person_id,service_date,paid_date,paid_amount,pos,hcpcs,claim_status,claim_version\n"
USUAL = b"".join(b"M%d,1,A,2022-%02d-10,2022-%02d-20,100,11,99213,,\n" % (k, k, k) for k in range(1, 13))


def fates(put, *rows: str) -> dict[str, tuple[int, int]]:
    """Rows and cents beyond the twelve usual visits, by fate."""
    folder = put(medical_claim=HEAD + USUAL + "\n".join(rows).encode() + b"\n")
    words = {text: name for name, text in FATES.items()}
    found = {words.get(text, text): (rows, cents) for text, rows, cents in rows_of_fates(read_claims(folder)) if rows}
    used = found.pop("used")
    found.pop("read")
    return {**found, "used": (used[0] - 12, used[1] - 120_000)}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["X,1,A,2022-05-01,2022-06-01,80,11,99214,denied,"], {"denied": (1, 8000), "used": (0, 0)}),
        (["X,1,A,2022-05-01,2022-06-01,80,11,99214,,"] * 3, {"duplicate": (2, 16_000), "used": (1, 8000)}),
        (  # the reversal of another claim number, and what was paid anew
            [
                "X,1,A,2022-05-01,2022-06-01,80,11,99214,,",
                "XR,1,A,2022-05-01,2022-07-01,-80,11,99214,,",
                "X2,1,A,2022-05-01,2022-07-01,95,11,99214,,",
            ],
            {"reversed": (2, 0), "used": (1, 9500)},
        ),
        (  # the same number paid again later: the later payment counts
            ["X,1,A,2022-05-01,2022-06-01,80,11,99214,,", "X,1,A,2022-05-01,2022-08-01,90,11,99214,,"],
            {"superseded": (1, 8000), "used": (1, 9000)},
        ),
        (  # a version replaces the one before it, whatever the dates say
            ["X,1,A,2022-05-01,2022-06-01,80,11,99214,,2", "X,1,A,2022-05-01,2022-08-01,90,11,99214,,1"],
            {"superseded": (1, 9000), "used": (1, 8000)},
        ),
        (  # same number, same day of payment, other amounts
            ["X,1,A,2022-05-01,2022-06-01,80,11,99214,,", "X,1,A,2022-05-01,2022-06-01,90,11,99214,,"],
            {"conflict": (1, 9000), "used": (1, 8000)},
        ),
        (  # a lone negative amount is an adjustment
            ["X,1,A,2022-05-01,2022-06-01,80,11,99214,,", "X,1,A,2022-05-01,2022-07-01,-30,11,99214,,"],
            {"used": (2, 5000)},
        ),
        (  # two payments and one reversal: one payment stays
            [
                "X,1,A,2022-05-01,2022-06-01,80,11,99214,,",
                "Y,1,A,2022-05-01,2022-06-01,80,11,99214,,",
                "Y,1,A,2022-05-01,2022-07-01,-80,11,99214,,",
            ],
            {"reversed": (2, 0), "used": (1, 8000)},
        ),
    ],
)
def test_a_line_has_one_fate(put, rows, expected):
    assert fates(put, *rows) == expected


def test_conflicts_are_among_the_rejects_with_their_row(put):
    rows = b"X,1,A,2022-05-01,2022-06-01,80,11,99214,,\nX,1,A,2022-05-01,2022-06-01,90,11,99214,,\n"
    found = read_claims(put(medical_claim=HEAD + USUAL + rows))
    assert found.rejects.select("row", "cents").rows() == [(15, 9000)]


def test_without_line_numbers_only_whole_rows_are_doubled(put):
    head = b"claim_id,person_id,service_date,paid_amount,pos,hcpcs\n"
    usual = b"".join(b"M%d,A,2022-%02d-10,100,11,99213\n" % (k, k) for k in range(1, 13))
    rows = b"X,A,2022-05-01,80,11,99214\nX,A,2022-05-01,90,11,71046\nX,A,2022-05-01,80,11,99214\n"
    found = read_claims(put(medical_claim=head + usual + rows))
    said = {text: n for text, n, _ in rows_of_fates(found)}
    assert said[FATES["duplicate"]] == 1
    assert said["counted"] == 14
