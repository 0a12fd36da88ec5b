"""Claims of simulated persons, read: every cent and every service that was simulated is found again."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tests.calibrate.claims.written import YEARS
from vbcsim.calibrate.claims.extract import read_claims, rows_of_fates
from vbcsim.core.errors import BadInput


def test_every_cent_and_every_service_comes_back(written, extract):
    people = extract.people
    assert people.categories == written.people.categories
    for y, year in enumerate(YEARS):
        own = people.year == year
        np.testing.assert_array_equal(np.rint(100 * people.usd[own].sum(axis=0)), written.cents[:, y].sum(axis=0))
        np.testing.assert_array_equal(people.services[own].sum(axis=0), written.people.counts[:, y].sum(axis=0))
        assert people.months[own].sum() == 12 * len(written.people)


def test_single_services_add_up_to_the_person_years(extract):
    people, claims = extract.people, extract.people.claims
    assert claims is not None
    flat = claims.row * len(people.categories) + claims.category
    summed = np.bincount(flat, claims.usd, minlength=people.usd.size).reshape(people.usd.shape)
    np.testing.assert_allclose(summed, people.usd, atol=1e-6)
    np.testing.assert_array_equal(
        np.bincount(flat, minlength=people.usd.size).reshape(people.usd.shape), people.services
    )


def test_what_was_read_is_the_sum_of_what_became_of_it(extract):
    (_, rows, cents), *rest = rows_of_fates(extract)
    assert rows == sum(r for _, r, _ in rest) > 0
    assert cents == sum(c for _, _, c in rest) > 0


def test_parquet_reads_as_csv_does(written, extract, tmp_path):
    for name in ("eligibility", "medical_claim"):
        pl.read_csv(written.folder / f"{name}.csv", infer_schema=False).write_parquet(tmp_path / f"{name}.parquet")
    again = read_claims(tmp_path, strata={"region": "state"})
    np.testing.assert_array_equal(again.people.usd, extract.people.usd)
    np.testing.assert_array_equal(again.people.services, extract.people.services)
    assert again.people.stratum.labels == extract.people.stratum.labels == ("north", "south")


def test_reading_in_parts_gives_the_same(written, extract, monkeypatch):
    monkeypatch.setattr("vbcsim.calibrate.claims.extract.parts_for", lambda sources: 3)
    parts = read_claims(written.folder, strata={"region": "state"})
    assert rows_of_fates(parts) == rows_of_fates(extract)
    assert parts.members.equals(extract.members)
    assert parts.triangle.equals(extract.triangle)
    np.testing.assert_array_equal(parts.people.services.sum(axis=0), extract.people.services.sum(axis=0))
    assert parts.people.persons == extract.people.persons
    assert parts.spans == extract.spans


def test_a_year_that_is_not_whole_is_left_out_and_said(put, months):
    folder = put(medical_claim=months + "X,1,A,2023-02-01,2023-02-05,50,,,11,99213\n")
    found = read_claims(folder)
    assert found.years == (2022,)
    assert found.left_out == ("2023: claims in 1 of 12 months (1 lines)",)
    assert ("incurred outside the years that are used", 1, 5000) in rows_of_fates(found)


def test_a_year_that_is_asked_for_must_be_there(put, months):
    with pytest.raises(BadInput, match=r"no claims of enrolled members in 2021 \(it has 2022\)"):
        read_claims(put(medical_claim=months), years=(2021,))


def test_claims_without_enrollment_do_not_count_and_are_said(put, months):
    late = "B,2022-06-01,2022-12-31,1975-05-05,M,commercial\nA,2022-01-01,2022-12-31,1980-05-05,F,commercial\n"
    rows = "N1,1,B,2022-02-10,2022-02-20,70,,,11,99213\nN2,1,C,2022-02-10,2022-02-20,30,,,11,99213\n"
    found = read_claims(put(eligibility=late, medical_claim=months + rows))
    assert ("incurred in a month without enrollment", 2, 10_000) in rows_of_fates(found)
    strangers = next(o for o in found.oddities if "no eligibility at all" in o.kind)
    assert (strangers.count, strangers.cents) == (1, 3000)


def test_an_unknown_line_of_business_is_asked_for(put, months):
    folder = put(eligibility="A,2022-01-01,2022-12-31,1980-05-05,F,gold\n", medical_claim=months)
    with pytest.raises(BadInput) as error:
        read_claims(folder)
    assert "eligibility.csv:2: line_of_business: none that is known; state it with --line" in str(error.value)
    assert "eligibility.csv: no row of eligibility can be used" in str(error.value)
    assert read_claims(folder, line="medicaid").people.line_of_business.labels == ("medicaid",)
