"""Values in words: the unit is said once, the sign is kept, nothing is shown as it is stored."""

from __future__ import annotations

from typing import Any

import pytest

from vbcsim.core.uncertain import Distribution
from vbcsim.report.values import is_unverified, spoken, title_of, value_words

BANDS = [{"from": 500, "to": 999, "value": [0.122, 0.087]}, {"from": 60_000, "value": 0.02}]


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (None, "usd", "none"),
        (True, "", "yes"),
        (0.02, "fraction", "2%"),
        (-0.008, "rate", "−0.8%"),
        (1 / 3, "fraction", "33.33%"),
        (150_000, "usd", "$150,000"),
        (-9638.383, "usd", "−$9,638.38"),
        (9638.383, "dollars", "9,638.38"),
        (3.5, "usd_pmpm", "$3.50 per member per month"),
        (10_594, "per_1000", "10,594 per 1,000"),
        (12_000, "persons", "12,000 people"),
        (2.8, "number", "2.8"),
        (2022, "year", "2022"),
        ((2020, 2021, 2022), "year", "2020–2022"),
        ([0.1, 0.9], "fraction", "10%, 90%"),
        ({2019: 0.0, 2020: 0.0, 2021: 0.02}, "fraction", "from 2019: 0%; from 2021: 2%"),
        ({2023: 0.04}, "fraction", "4%"),
        ({"aged_dual": 138_663, "esrd": 298_154}, "usd", "aged dual: $138,663; esrd: $298,154"),
        ({"by": "lives", "bands": BANDS}, "fraction", "by lives, from 12.2% at 500 to 2% at 60,000 (2 bands)"),
        ({"by": "lives", "bands": BANDS[1:]}, "fraction", "by lives, 2%"),
        (
            {"one_less": 0.75, "times": ["quality_score"], "floor": 0.4, "cap": 0.75},
            "fraction",
            "1 − 75% × quality score, at least 40%, at most 75%",
        ),
        ("basic_e", "", "basic_e"),
    ],
)
def test_values_in_words(value: Any, unit: str, expected: str) -> None:
    assert value_words(value, unit) == expected


def test_an_uncertain_number_tells_its_distribution_with_its_unit() -> None:
    drawn = Distribution("normal", [0.02, 0.005])
    words = "uncertain: normal with mean 2% and standard deviation 0.5%"
    assert value_words(drawn, "rate") == words
    assert value_words({"normal": [0.02, 0.005]}, "rate") == words
    assert value_words(Distribution("uniform", [1000, 2000]), "usd") == (
        "uncertain: anything from $1,000 to $2,000, equally likely"
    )
    assert value_words({"beta": 0.5}, "rate") == "beta: 50%"


def test_names_and_sentences() -> None:
    assert title_of("mean_cost_usd") == "Mean cost"
    assert title_of("national_shock_sd") == "National shock (standard deviation)"
    assert title_of("sd") == "Standard deviation"
    assert spoken("Pay only if quality_standard_met reaches 1.") == "Pay only if quality standard met reaches 1."
    assert is_unverified("Unverified: from memory")
    assert not is_unverified("verified")
