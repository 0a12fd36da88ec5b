"""`vbcsim calibrate claims` and `summary` as typed."""

from __future__ import annotations

import importlib.util

import pytest

MONTHS = "month,members,pmpm,cv\n" + "".join(f"2023-{k:02d},900,400,3\n" for k in range(1, 13))
PEOPLE = "person_id,start_date,end_date,birth_date,sex\n" + "".join(
    f"P{k},2022-01-01,2022-12-31,19{50 + k % 40}-05-05,{'MF'[k % 2]}\n" for k in range(60)
)
CLAIMS = "claim_id,claim_line_number,person_id,service_date,paid_amount,pos,hcpcs\n" + "".join(
    f"C{k},1,P{k % 60},2022-{1 + k % 12:02d}-{1 + k % 28:02d},{50 + k},11,99213\n" for k in range(240)
)


@pytest.fixture
def extract(here):
    (here / "extract").mkdir()
    (here / "extract" / "eligibility.csv").write_text(PEOPLE)
    (here / "extract" / "medical_claim.csv").write_text(CLAIMS)
    return here / "extract"


def test_claims_become_a_scenario_that_checks(type_, json_of, extract):
    found = json_of("calibrate", "claims", "extract", "--line", "commercial", "--out", "plan")
    assert (found["members"], found["member_months"], found["years"], found["rejects"]) == (60, 720, [2022], 0)
    assert (
        found["rows"]["read"]
        == found["rows"]["counted"]
        == {"rows": 240, "usd": float(sum(50 + k for k in range(240)))}
    )
    assert any("One year only" in warning for warning in found["warnings"])
    assert "plan/scenario.yaml is sound: 60 members" in type_("check", "plan/scenario.yaml").output


def test_what_is_there_is_not_written_over_unasked(type_, extract, here):
    words = ["calibrate", "claims", "extract", "--line", "commercial", "--out", "plan"]
    assert type_(*words).exit_code == 0
    before = (here / "plan" / "services.csv").read_text()
    again = type_(*words)
    assert again.exit_code == 2
    assert "is there already" in again.stderr
    assert (here / "plan" / "services.csv").read_text() == before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nowhere", "--out", "x"], "nowhere: is not there"),
        (["extract", "--out", "x"], "line_of_business: none that is known; state it with --line"),
        (["extract", "--out", "x", "--stratum", "regoin=state"], 'did you mean "region"?'),
        (["extract", "--out", "x", "--stratum", "region=state"], "has no column state for --stratum"),
        (["extract", "--out", "x", "--years", "last"], '"last" is not a list of years'),
        (["extract", "--out", "x", "--tiers", "0.9,0.5"], "rising shares between 0 and 1"),
        (["small.yaml", "--out", "x"], "small.yaml: is a file; name the folder that holds eligibility and claims"),
    ],
)
def test_what_cannot_be_made_is_a_sentence_and_leaves_nothing(type_, extract, here, words, sentence):
    result = type_("calibrate", "claims", *words)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert sorted(p.name for p in here.iterdir()) == ["extract", "small.yaml"]


def test_other_headings_are_mapped(type_, extract, here):
    text = (extract / "medical_claim.csv").read_text()
    (extract / "medical_claim.csv").write_text(text.replace("paid_amount", "NET_PAY_AMT", 1))
    (here / "map.yaml").write_text("medical_claim: {paid: NET_PAY_AMT}\n")
    words = ["calibrate", "claims", "extract", "--line", "commercial", "--out", "plan"]
    assert "no column says paid or allowed" in type_(*words).stderr
    assert type_(*words, "--headings", "map.yaml").exit_code == 0
    (here / "map.yaml").write_text("medical_claim: {payed: NET_PAY_AMT}\n")
    assert 'did you mean "paid"?' in type_(*words, "--headings", "map.yaml", "--replace").stderr


def test_a_missing_extra_is_named(type_, extract, monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "polars" else real(name, *more)
    )
    result = type_("calibrate", "claims", "extract", "--line", "commercial", "--out", "plan")
    assert result.exit_code == 2
    assert 'needs the extra "claims": pip install "vbcsim[claims]"' in result.stderr


def test_a_summary_by_month_becomes_a_scenario_that_checks(type_, json_of, here):
    (here / "months.csv").write_text(MONTHS)
    found = json_of("calibrate", "summary", "months.csv", "--line", "commercial", "--out", "plan")
    assert (found["members"], found["pmpm_usd"]) == (900, 400.0)
    assert found["cv"] == pytest.approx(3.0)
    assert "plan/scenario.yaml is sound: 900 members" in type_("check", "plan/scenario.yaml").output
    again = type_("calibrate", "claims", "months.csv", "--line", "commercial", "--out", "other")
    assert "900 members at $400.00 a month" in again.output
