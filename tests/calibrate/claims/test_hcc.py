"""HCC scores from the diagnoses of claims: which lines count, of which year, and for whom."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.calibrate.claims.calibrated import calibrate_claims
from vbcsim.calibrate.claims.extract import read_claims
from vbcsim.calibrate.claims.hcc import scoring_model
from vbcsim.core.errors import BadInput

HEAD = "claim_id,claim_line_number,person_id,service_date,paid_amount,bill_type,pos,hcpcs,dx1,diagnosis_code_2\n"
SPANS = "person_id,start_date,end_date,birth_date,sex,payer_type,dual_status_code\n"


def folder_of(tmp_path, rows: list[str], people: int = 80):
    """Persons P0 ... with a visit in every month of two years, even ones with diabetes, P0 with more."""
    spans = [
        f"P{k},2022-01-01,2023-12-31,1950-05-05,{'MF'[k % 2]},medicare,{'02' if k == 3 else ''}" for k in range(people)
    ]
    visits = [
        f"V{k}{y}{m},1,P{k},{y}-{m:02d}-09,{100 + k},,11,99213,{'E11.9' if k % 2 == 0 else 'Z000'},"
        for k in range(people)
        for y in (2022, 2023)
        for m in range(1, 13)
    ]
    (tmp_path / "eligibility.csv").write_text(SPANS + "\n".join(spans) + "\n")
    (tmp_path / "medical_claim.csv").write_text(HEAD + "\n".join([*visits, *rows]) + "\n")
    return tmp_path


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    rows = [
        "X1,1,P0,2022-05-01,9000,111,,,I50.9,N184",  # an inpatient bill counts
        "X2,1,P1,2022-05-01,90,,11,71046,I509,",  # a picture of the chest does not
        "X3,1,P5,2023-05-01,90,,11,99213,I509,",  # nor the year itself
        "X4,1,P7,2022-05-01,90,131,,99213,I509,",  # an outpatient visit counts
    ]
    return read_claims(folder_of(tmp_path_factory.mktemp("hcc"), rows), hcc=True)


def score(*codes: str, sex: str, dual: str = "00") -> float:
    """The package's own score of a person of 72 years."""
    return (
        scoring_model().calculate_from_diagnosis(list(codes), age=72, sex=sex, dual_elgbl_cd=dual, orec="0").risk_score
    )


def test_the_diagnoses_that_medicare_takes_are_scored(found):
    own = np.sort(found.scores.of_person)
    expected = [score("E119", "I509", "N184", sex="M"), score("I509", "Z000", sex="F")]
    expected += [score("E119", sex="M")] * 39 + [score("Z000", sex="F")] * 38 + [score("Z000", sex="F", dual="02")]
    np.testing.assert_allclose(own, np.sort(expected))
    assert found.scores.year == 2022
    assert found.scores.words.startswith("CMS-HCC Model V28 by hccinfhir")


def test_cells_have_the_mean_score_and_tiers_follow_it(found):
    cells = calibrate_claims(found, tiers=(0.5,)).cells
    by_tier = {c.risk_tier: c.risk_score for c in cells if c.line_of_business == "medicare"}
    # Nearly all women are in the lower tier; the few of the other tier join them in the cell of small cells.
    assert set(by_tier) == {"all", "tier_2"}
    assert by_tier["tier_2"] > by_tier["all"]
    plain = calibrate_claims(found).cells
    male = next(c for c in plain if c.sex == "male")
    expected = (score("E119", "I509", "N184", sex="M") + 39 * score("E119", sex="M")) / 40
    assert male.risk_score == pytest.approx(expected)


def test_files_without_diagnoses_are_told(put, months):
    with pytest.raises(BadInput, match="no file of medical claims has columns of diagnoses"):
        read_claims(put(medical_claim=months), hcc=True)
