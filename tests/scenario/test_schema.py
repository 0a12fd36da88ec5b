"""The JSON Schema: closed, complete, and agreeing with what the loader takes."""

from __future__ import annotations

import json
import re

from vbcsim.contract.line import line_family
from vbcsim.contract.program import program_names
from vbcsim.contract.term import term_family
from vbcsim.scenario.model import Scenario
from vbcsim.scenario.schema import fields_at, nodes_at, scenario_schema


def test_every_reference_leads_to_a_definition():
    schema = scenario_schema()
    text = json.dumps(schema)
    assert set(re.findall(r"#/\$defs/([^\"]+)", text)) <= set(schema["$defs"])


def test_every_field_term_line_and_program_is_in_it():
    schema = scenario_schema()
    assert set(schema["properties"]) == set(Scenario.model_fields)
    terms = {next(iter(c["properties"])) for c in schema["$defs"]["clause"]["anyOf"]}
    lines = {next(iter(c["properties"])) for c in schema["$defs"]["line_maker"]["anyOf"]}
    assert terms == set(term_family())
    assert lines == set(line_family())
    designs = schema["properties"]["designs"]["additionalProperties"]["anyOf"]
    assert {d["properties"]["program"]["const"] for d in designs if "properties" in d} == set(program_names())


def test_every_field_says_what_it_is():
    silent = [
        f"{name}.{field}"
        for name, model in {"Scenario": scenario_schema(), **scenario_schema()["$defs"]}.items()
        if "properties" in model and not name.startswith("contract_")
        for field, schema in model["properties"].items()
        if name[0].isupper() and "description" not in schema
    ]
    assert silent == []


def test_rows_may_be_a_table():
    cells = scenario_schema()["$defs"]["CohortSpec"]["properties"]["cells"]
    assert any("table" in option.get("properties", {}) for option in cells["anyOf"])


def test_writing_it_twice_gives_the_same():
    assert scenario_schema() == scenario_schema()


def test_places_in_it_can_be_looked_up():
    assert "members" in fields_at(("cohort", "cells", 0))
    assert nodes_at(("cohort", "retention"))[0]["unit"] == "fraction"
    assert nodes_at(("nowhere", "at", "all")) == []
