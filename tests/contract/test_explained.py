"""An arrangement explained: every line told once, where it is first needed, in the unit of who reads it."""

from __future__ import annotations

import pytest

from vbcsim.contract.explained import explained, line_units, lines_read
from vbcsim.contract.read import read_arrangement

YEARS = (2023, 2024)


@pytest.fixture
def design():
    return read_arrangement(
        {
            "lines": {
                "benchmark": {"combine": {"how": "product", "of": ["budget", 0.97]}},
                "budget": {"constant": {"value": 1_000_000}},
                "least_rate": {"combine": {"how": "greatest", "of": ["asked_rate", 0.01]}},
                "asked_rate": {"constant": {"value": 0.02}},
                "standard_met": {"standard": {"on": "quality_score", "at_least": 0.6}},
                "other_met": {"constant": {"value": 1}},
                "late": {"constant": {"value": 3}},
            },
            "provisions": [
                {
                    "name": "shared_savings",
                    "payer": "payer",
                    "payee": "provider",
                    "terms": [
                        {"difference": {"of": "benchmark", "less": "expenditure"}},
                        {"minimum_rate": {"savings": "least_rate"}},
                        {"gate": {"on": ["standard_met", "other_met"], "needed": 1}},
                        {"scale": {"by": "late"}, "from": 2030},
                        {"portion": {"of": "benchmark", "rate": 0.01}},
                    ],
                }
            ],
        },
        "draft",
    )


def test_each_line_stands_beside_the_clause_that_first_reads_it(design):
    (provision,) = explained(design, YEARS)
    assert [[(line.name, line.depth) for line in clause.lines] for clause in provision.clauses] == [
        [("benchmark", 0), ("budget", 1)],
        [("least_rate", 0), ("asked_rate", 1)],
        [("standard_met", 0), ("other_met", 0)],
        [],
    ]


def test_sentences_are_in_the_unit_of_the_reader(design):
    (provision,) = explained(design, YEARS)
    said = {line.name: line.sentence for clause in provision.clauses for line in clause.lines}
    assert said == {
        "benchmark": "The budget times 0.97.",
        "budget": "Stated in the contract: $1,000,000.",
        "least_rate": "The larger of the asked rate and 1%.",
        "asked_rate": "Stated in the contract: 2%.",
        "standard_met": "Yes (1) where the quality score is at least 60%; no (0) elsewhere.",
        "other_met": "Stated in the contract: yes (1).",
    }
    units = line_units(design)
    assert (units["budget"], units["asked_rate"], units["other_met"]) == ("usd", "fraction", "condition")


def test_a_term_that_adds_to_an_amount_says_so(design):
    (provision,) = explained(design, YEARS)
    assert provision.clauses[0].sentence == "Take the benchmark less the expenditure."
    assert provision.clauses[-1].sentence == "Also pay 1% of the benchmark."


def test_clauses_and_lines_of_other_years_are_left_out(design):
    assert "late" not in lines_read(design, YEARS)
    assert "late" in lines_read(design, (2030,))
    assert len(explained(design, (2030,))[0].clauses) == 5
