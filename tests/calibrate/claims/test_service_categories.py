"""Codes into categories: one line of each kind, claims that are emergency as a whole, and codes that nobody knows."""

from __future__ import annotations

import pytest

from vbcsim.assumptions.spec import Assumptions
from vbcsim.calibrate.claims.extract import read_claims
from vbcsim.calibrate.claims.service_categories import CATEGORIES, UNKNOWN, rules, units
from vbcsim.calibrate.rows import read_services

HEAD = (
    b"claim_id,claim_line_number,person_id,service_date,paid_amount,bill_type,revenue_code,pos,hcpcs,specialty_code\n"
)


def categories(put, *rows: str) -> list[str]:
    """Categories of claims of one person on one day, in the order of the shipped tables."""
    usual = b"".join(b"M%d,1,B,2022-%02d-10,100,,,11,99213,\n" % (k, k) for k in range(1, 13))
    lines = "".join(f"{row}\n" for row in rows).encode()
    people = read_claims(put(medical_claim=HEAD + usual + lines)).people
    own = people.usd[people.person != people.person[people.usd.sum(axis=1).argmax()]].sum(axis=0)
    return [name for name, usd in zip(people.categories, own, strict=True) if usd]


@pytest.mark.parametrize(
    ("codes", "category"),
    [
        ("111,0120,,,", "inpatient"),
        ("0111,120,,,", "inpatient"),
        (",0120,,,", "inpatient"),
        ("211,0022,,,", "skilled_nursing"),
        ("131,0450,,99284,", "emergency"),
        ("131,0762,,G0378,", "observation"),
        ("131,0360,,29881,", "outpatient_surgery"),
        ("831,,,66984,", "outpatient_surgery"),
        ("131,0636,,J1745,", "part_b_drugs"),
        ("131,0300,,80053,", "outpatient_other"),
        ("329,0551,,G0299,", "home_health"),
        ("811,0651,,Q5001,", "ancillary"),
        ("771,0521,,99213,", "primary_care"),
        (",,11,99213,", "primary_care"),
        (",,11,99213,08", "primary_care"),
        (",,11,99214,06", "specialist"),
        (",,11,99396,06", "primary_care"),
        (",,23,99284,", "specialist"),
        (",,21,99223,", "specialist"),
        (",,11,J0897,", "part_b_drugs"),
        (",,11,71046,", "imaging_lab"),
        (",,11,0202U,", "imaging_lab"),
        (",,11,90837,", "behavioral"),
        (",,41,A0427,", "ancillary"),
        (",,12,E0431,", "ancillary"),
        (",,11,90471,", "primary_care"),
        (",,22,29881,", "specialist"),
        (",,11,1159F,", "specialist"),
        ("991,,,,", UNKNOWN),
        (",,11,XX1,", UNKNOWN),
        (",,,,", UNKNOWN),
    ],
)
def test_codes_make_the_category(put, codes, category):
    assert categories(put, f"X,1,A,2022-05-01,50,{codes}") == [category]


def test_one_emergency_line_makes_the_whole_outpatient_claim_an_emergency(put):
    lab, emergency, drug = "131,0300,,80053,", "131,0450,,99284,", "131,0636,,J1885,"
    rows = [f"X,{k},A,2022-05-01,50,{codes}" for k, codes in enumerate((lab, emergency, drug))]
    assert categories(put, *rows) == ["emergency"]
    assert categories(put, rows[0], rows[2]) == ["outpatient_other", "part_b_drugs"]


def test_an_emergency_that_is_admitted_is_the_stay(put):
    assert categories(put, "X,1,A,2022-05-01,50,111,0450,,,", "X,2,A,2022-05-01,50,111,0120,,,") == ["inpatient"]


def test_every_category_has_a_unit_and_every_rule_a_source():
    assert tuple(units()) == CATEGORIES
    assert {rule.category for rule in rules()} == set(CATEGORIES)
    assert all(rule.source for rule in rules())
    assert all(unit.unit in ("stay", "day", "claim", "line") and unit.source for unit in units().values())
    assert not rules()[-1].codes, "the last rule takes what no other took"


@pytest.mark.parametrize("line", ["commercial", "medicare", "medicaid", "dual"])
def test_categories_are_those_of_the_shipped_tables(line):
    shipped = {s.category for s in read_services(f"vbcsim:{line}_services")}
    assert shipped == set(CATEGORIES) - {UNKNOWN}
    assert Assumptions.model_fields  # the tables are read by the model that a scenario has
