"""The register: every figure in words; many like things are rows of one table; what is empty says so."""

from __future__ import annotations

import pytest

import vbcsim
from vbcsim.report.basis import changes
from vbcsim.report.register import FEW, named_tables, register


@pytest.fixture(scope="module")
def scenario(repository):
    return vbcsim.load_scenario(repository / "scenarios" / "bcbst_medical_home.yaml")


def test_many_measures_are_rows_and_few_have_sections(scenario):
    (section,) = named_tables(scenario.measures, "Measure")
    (table,) = section.tables
    assert len(table.rows) == len(scenario.measures) > FEW
    assert table.headings[0] == "Measure"
    assert table.rows[0][0] == "Colorectal screening"
    few = dict(list(scenario.measures.items())[:2])
    assert len(named_tables(few, "Measure")) == 2


def test_no_mark_of_code_and_nothing_empty(scenario):
    for model in (scenario.assumptions, scenario.cohort, *scenario.interventions.values()):
        for section in register(model):
            assert "`" not in section.meaning
            for item in section.items:
                assert item.value
                assert "``" not in item.meaning
                assert ": ;" not in item.value
            assert all(table.sources != (("None", False),) for table in section.tables)


def test_changes_of_a_case_have_their_unit(repository):
    from types import SimpleNamespace

    eom = vbcsim.load_scenario(repository / "scenarios" / "eom.yaml")
    (claimed, *_) = changes(SimpleNamespace(scenario=eom))
    assert claimed[2] == [
        (
            "interventions › enhanced services › use",
            "part b drugs: −10%; inpatient: −6%; emergency: −6%; outpatient: −3%",
        )
    ]
