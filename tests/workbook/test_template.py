"""A scenario written into a workbook and read again is the same scenario; a blank workbook says what is needed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workbook.calculator import Workbook
from vbcsim.core.errors import BadInput
from vbcsim.scenario.load import load_scenario, read_document
from vbcsim.scenario.tables import read_tables
from vbcsim.scenario.workbook_layout import Index, cell_of, leaves, read_field, steps_of, text_of
from vbcsim.scenario.yaml import parse_yaml
from vbcsim.workbook.template import template_workbook

SCENARIOS = sorted((Path(__file__).resolve().parents[2] / "scenarios").glob("*.yaml"))


def document_of(file):
    document = read_document(file)
    assert not read_tables(document, file.parent)
    return document


@pytest.mark.parametrize("file", SCENARIOS, ids=[file.stem for file in SCENARIOS])
def test_every_shipped_scenario_survives(tmp_path, file):
    said = document_of(file).data
    book = tmp_path / "book.xlsx"
    book.write_bytes(template_workbook(said))
    read = read_document(book)
    assert read.problems == []
    assert read.data == said


def test_the_same_workbook_again_from_yaml_and_from_itself(repository, tmp_path):
    document = document_of(repository / "scenarios" / "mssp_aco.yaml")
    first = template_workbook(document.data)
    assert template_workbook(document.data) == first
    (tmp_path / "book.xlsx").write_bytes(first)
    read = load_scenario(tmp_path / "book.xlsx", ["draws=7"])
    assert read == load_scenario(repository / "scenarios" / "mssp_aco.yaml", ["draws=7"])
    assert template_workbook(read_document(tmp_path / "book.xlsx").data) == first


def test_a_blank_workbook_names_the_cells_to_fill(tmp_path):
    (tmp_path / "blank.xlsx").write_bytes(template_workbook())
    with pytest.raises(BadInput) as refused:
        load_scenario(tmp_path / "blank.xlsx")
    said = str(refused.value)
    for cell, field in (("Scenario!C6", "name"), ("Scenario!C8", "question"), ("Designs!C5", "designs")):
        assert f"blank.xlsx!{cell} {field}" in said


def test_what_a_reader_is_offered(repository):
    book = Workbook(template_workbook(document_of(repository / "scenarios" / "mssp_aco.yaml").data))
    assert book.sheets[:4] == ["Read me", "Scenario", "Cohort", "Services"]
    assert {"Assumptions", "Designs", "Programs"} <= set(book.sheets)
    sheets = b"".join(part for name, part in book.parts.items() if name.startswith("xl/worksheets"))
    assert b"auto,members,pooled,reference" in sheets  # a list to choose from
    assert b"aco_reach,aqc" in sheets or b"program_names" in sheets
    assert "share of one" in book.values.values()
    assert not book.formulas


values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**64), 2**64),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")), max_size=12),
        st.sampled_from(["null", "true", "[1]", "{a: 1}", '"x"', "", " x", "007", "12345678901234567890", "=1", "2%"]),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('ab.[]"2', max_size=4), inner, max_size=3),
    max_leaves=8,
)


def read_back(cell):
    """What a reader makes of a cell."""
    if not isinstance(cell, str):
        return cell
    kind, found = read_field(cell)
    return parse_yaml(found, "cell").data if kind == "yaml" else found


@settings(max_examples=60)
@given(data=st.dictionaries(st.text("xyz_", min_size=1, max_size=5), values, min_size=1, max_size=4))
def test_any_data_lies_in_cells_and_is_read_back(data):
    built = {}
    for path, value in leaves(data):
        assert steps_of(text_of(path)) == path
        assert [type(step) is Index for step in steps_of(text_of(path))] == [type(step) is Index for step in path]
        assert read_back(cell_of(value)) == value
        built[path] = value
    assert list(built)
