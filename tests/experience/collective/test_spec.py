"""Risks as read from a file: exposure by year, floors by risk, and what does not fit."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from vbcsim.experience.collective.spec import Collective, Risk

RISK = {
    "frequency": {"kind": "poisson", "mean": 2},
    "severity": {"kind": "exponential", "mean": 1000},
    "source": "made up",
}


def test_exposure_holds_from_its_year_on():
    risk = Risk.model_validate(RISK | {"exposure": {"2024": 10, 2026: 20}})
    assert risk.units([2023, 2024, 2025, 2026, 2027]) == (10, 10, 10, 20, 20)
    assert risk.greatest_exposure == 20
    assert risk.dated == (2024, 2026)
    assert Risk.model_validate(RISK).units([2024, 2025]) == (1.0, 1.0)


def test_floors_and_claims_of_all_risks():
    risks = {"a": RISK, "b": RISK | {"exposure": 3}}
    assert Collective.model_validate({"risks": risks, "floor_usd": 500}).floors_usd() == {"a": 500.0, "b": 500.0}
    whole = Collective.model_validate({"risks": risks, "floor_usd": {"b": 7, "a": 5}})
    assert whole.floors_usd() == {"a": 5.0, "b": 7.0}
    assert whole.expected_claims([2024, 2025]) == 16.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"floor_usd": {"a": 5}}, "b has none"),
        ({"floor_usd": {"a": 5, "b": 1, "c": 1}}, "c is no risk"),
        ({"risks": {}}, "at least 1"),
        ({"risks": {"a": RISK | {"exposure": 1e8}}}, "200,000,000 claims a year are expected"),
        (
            {"risks": {"a": RISK | {"exposure": 1.5, "frequency": {"kind": "binomial", "probability": 0.1}}}},
            "whole number",
        ),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    with pytest.raises(ValidationError, match=message):
        Collective.model_validate({"risks": {"a": RISK, "b": RISK}} | change)
