"""Lines into services: stays that meet are one, visits of a day are one, fills are as many as lines."""

from __future__ import annotations

import pytest

from vbcsim.calibrate.claims.extract import read_claims

HEAD = (
    b"claim_id,claim_line_number,person_id,service_date,admission_date,discharge_date,paid_amount,bill_type,pos,hcpcs\n"
)


def services(put, *rows: str) -> dict[str, tuple[int, float]]:
    """Number and dollars of the services of A, by category; B has a visit in every month."""
    usual = b"".join(b"M%d,1,B,2022-%02d-10,,,100,,11,99213\n" % (k, k) for k in range(1, 13))
    folder = put(medical_claim=HEAD + usual + "".join(f"{row}\n" for row in rows).encode())
    people = read_claims(folder).people
    own = people.person == next(p for p in (0, 1) if people.total_usd[people.person == p].sum() != 1200)
    count, usd = people.services[own].sum(axis=0), people.usd[own].sum(axis=0)
    return {c: (int(n), float(u)) for c, n, u in zip(people.categories, count, usd, strict=True) if n or u}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (  # two bills of one stay, a transfer on the day of discharge, and a stay ten days later
            [
                "X,1,A,2022-05-01,2022-05-01,2022-05-04,9000,111,,",
                "Y,1,A,2022-05-03,2022-05-03,2022-05-06,500,111,,",
                "Z,1,A,2022-05-07,2022-05-07,2022-05-09,4000,111,,",
                "W,1,A,2022-05-20,2022-05-20,2022-05-22,3000,111,,",
            ],
            {"inpatient": (2, 16_500.0)},
        ),
        (  # two claims on one day are one visit, another day another
            ["X,1,A,2022-05-01,,,80,,11,99213", "Y,1,A,2022-05-01,,,20,,11,99214", "Z,1,A,2022-05-02,,,90,,11,99213"],
            {"primary_care": (2, 190.0)},
        ),
        (["X,1,A,2022-05-01,,,30,,81,80053", "X,2,A,2022-05-01,,,20,,81,85025"], {"imaging_lab": (2, 50.0)}),
        (["X,1,A,2022-05-01,,,80,,11,99213", "X,2,A,2022-05-01,,,0,,11,99213"], {"primary_care": (1, 80.0)}),
        (["X,1,A,2022-05-01,,,0,,81,80053", "Y,1,A,2022-05-02,,,-5,,81,85025"], {"imaging_lab": (0, -5.0)}),
    ],
)
def test_lines_make_services(put, rows, expected):
    assert services(put, *rows) == expected


def test_a_stay_over_new_year_is_incurred_where_it_began(put):
    row = "X,1,A,2022-12-30,2022-12-30,2023-01-04,9000,111,,"
    later = "X,2,A,2023-01-01,2022-12-30,2023-01-04,1000,111,,"
    assert services(put, row, later) == {"inpatient": (1, 10_000.0)}
