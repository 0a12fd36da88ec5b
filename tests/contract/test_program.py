"""Programs: values chosen by input and year, clauses kept by condition, and the record of what was used."""

from __future__ import annotations

import textwrap

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

import vbcsim.contract.program as module
from vbcsim.contract.program import Program, load_program, program_names, resolve
from vbcsim.core.errors import BadInput


def load(text):
    return Program.model_validate(YAML(typ="safe", pure=True).load(textwrap.dedent(text)))


def documented():
    """The example of the module's own docstring."""
    text = module.__doc__.split("::\n", 1)[1].split("``$name`` stands")[0]
    return load(text)


def words(arrangement):
    return [step.word for step in arrangement.provisions[0].terms]


def test_the_documented_example_resolves_for_every_track():
    one = resolve(documented(), {"track": "one_sided"}, [2018])
    two = resolve(documented(), {"track": "two_sided", "elected_minimum_rate": 0.01}, [2018])
    assert one.provisions[0].terms[1].term.savings == 0.03
    assert two.provisions[0].terms[1].term.savings == 0.01
    assert words(one) == ["difference", "minimum_rate", "scale", "share", "sequester", "limit"]
    assert one.provisions[0].terms[2].last == 2020


def test_values_are_chosen_by_input_and_are_in_force_from_their_year_on():
    drafted = resolve(documented(), {"track": "two_sided"}, [2018, 2019, 2020, 2021])
    used = {record.name: record.value for record in drafted.parameters}
    assert used["maximum_sharing_rate"] == {2018: 0.5, 2019: 0.6, 2020: 0.6, 2021: 0.6}
    assert used["sequestration"] == {2018: 0.02, 2019: 0, 2020: 0, 2021: 0.02}
    level = resolve(documented(), {"track": "two_sided"}, [2022, 2023])
    assert {record.name: record.value for record in level.parameters}["sequestration"] == 0.02


def test_the_record_holds_what_was_used_and_nothing_else():
    drafted = resolve(documented(), {"track": "one_sided"}, [2018])
    records = {record.name: record for record in drafted.parameters}
    assert set(records) == {"maximum_sharing_rate", "sequestration", "payment_limit"}
    assert records["maximum_sharing_rate"].source == "42 CFR 425.605(d)"
    assert records["maximum_sharing_rate"].grade == "D"
    assert records["maximum_sharing_rate"].unit == "fraction"


def test_a_design_may_set_a_parameter_and_the_record_says_so():
    drafted = resolve(documented(), {"track": "one_sided", "payment_limit": "15%", "title": "Ours"}, [2018])
    record = next(record for record in drafted.parameters if record.name == "payment_limit")
    assert (record.value, record.source, record.grade) == (0.15, "given in the design", "given")
    assert drafted.title == "Ours"
    assert drafted.provisions[0].terms[-1].term.savings[0].share == 0.15


def test_a_design_may_add_provisions_and_replace_lines():
    fee = {"name": "fee", "payer": "payer", "payee": "provider", "terms": [{"per_member_month": {"rate_pmpm": 3}}]}
    more = {"provisions": [fee], "lines": {"disaster_relief": {"constant": {"usd": 5}}}}
    drafted = resolve(documented(), {"track": "one_sided", **more}, [2018])
    assert [provision.name for provision in drafted.provisions] == ["shared_savings", "fee"]
    assert drafted.lines["disaster_relief"].usd == 5.0


SMALL = """
    program: small
    title: Small
    inputs:
      kind: {definition: kind, choices: [a, b]}
      extra: {definition: an extra, optional: true}
    parameters:
      rate: {unit: fraction, source: memory, grade: M, by: kind, values: {a: 0.4}}
      cap: {unit: usd, source: not published, grade: S, definition: the cap}
      bands:
        unit: fraction
        source: s
        grade: P
        values: {2012: {by: lives, bands: [{from: 0, value: 0.1}]}, 2020: 0.2}
    lines:
      benchmark:
        - {constant: {usd: 1}, when: {extra: null}}
        - constant: {usd: 2}
      only_b: {constant: {value: 1}, when: {kind: b}}
    provisions:
      - name: shared
        payer: payer
        payee: provider
        terms:
          - difference: {of: benchmark}
          - share: {savings: $rate, losses: 0}
            when: {kind: a}
          - limit: {savings: {usd: $cap}}
            when: {extra: capped}
          - minimum_rate: {savings: $bands}
            when: {extra: banded}
      - name: for_b
        payer: payer
        payee: provider
        when: {kind: [b]}
        terms: [{difference: {of: benchmark}}]
"""


def test_lines_clauses_and_provisions_are_kept_by_condition():
    a, b = (resolve(load(SMALL), {"kind": kind}, [2023]) for kind in "ab")
    assert (words(a), words(b)) == (["difference", "share"], ["difference"])
    assert [len(design.provisions) for design in (a, b)] == [1, 2]
    assert [sorted(design.lines) for design in (a, b)] == [["benchmark"], ["benchmark", "only_b"]]
    assert a.lines["benchmark"].usd == 1.0
    assert resolve(load(SMALL), {"kind": "a", "extra": "x"}, [2023]).lines["benchmark"].usd == 2.0


def test_a_figure_from_memory_is_unverified_wherever_it_is_used():
    used = resolve(load(SMALL), {"kind": "a"}, [2023])
    assert used.unverified == ("rate",)
    assert used.parameters[0].source == "unverified: memory"
    assert resolve(load(SMALL), {"kind": "b"}, [2023]).unverified == ()
    assert resolve(load(SMALL), {"kind": "a", "rate": 0.3}, [2023]).unverified == ()


def test_a_parameter_without_a_figure_must_be_given():
    with pytest.raises(
        BadInput,
        match=r"cap: small has no figure for cap \(the cap; source: not published\).*give `cap:` in the design",
    ):
        resolve(load(SMALL), {"kind": "a", "extra": "capped"}, [2023])
    assert resolve(load(SMALL), {"kind": "a", "extra": "capped", "cap": 7}, [2023])


def test_a_shape_that_changes_within_the_contract_is_refused():
    with pytest.raises(BadInput, match="bands changes its shape within 2019-2020"):
        resolve(load(SMALL), {"kind": "a", "extra": "banded"}, [2019, 2020])
    assert resolve(load(SMALL), {"kind": "a", "extra": "banded"}, [2020, 2021])


@pytest.mark.parametrize(
    ("inputs", "years", "places", "message"),
    [
        ({"trac": "x"}, [2023], ["trac", "kind"], '"trac" is not an input of small'),
        ({}, [2023], ["kind"], r'"kind" is missing; small needs the kind \(one of a and b\)'),
        ({"kind": "c"}, [2023], ["kind"], r'"c" is not allowed \(allowed: a and b\)'),
        ({"kind": "a", "rate": 1.5}, [2023], ["rate"], "1.5 was given"),
        ({"kind": "a", "extra": "banded"}, [2011], ["bands"], "has no bands in 2011: the first is of 2012"),
    ],
)
def test_what_a_design_says_wrong_is_told_where_it_says_it(inputs, years, places, message):
    with pytest.raises(BadInput, match=message) as caught:
        resolve(load(SMALL), inputs, years)
    assert [problem.place for problem in caught.value.problems] == places


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("$rate", "$rat"), 'rat is neither an input nor a parameter; did you mean "rate"'),
        (("by: kind, ", "by: kin, "), "rate is chosen by kin, which is no input"),
        (("      cap:", "      kind:"), "kind is an input and a parameter"),
        (("values: {a: 0.4}", "values: {a: 0.4}, value: 0.5"), "`value` or `values`, not both"),
        (("grade: M", "grade: X"), "grade"),
    ],
)
def test_a_program_that_does_not_hang_together_is_refused(change, message):
    with pytest.raises(ValidationError, match=message):
        load(SMALL.replace(*change))


def test_an_unknown_program_is_answered_with_the_nearest():
    with pytest.raises(BadInput, match='"msp" is not a program; did you mean "mssp"'):
        load_program("msp")


@pytest.mark.parametrize("name", program_names())
def test_every_program_that_comes_with_vbcsim_can_be_read(name):
    program = load_program(name)
    assert program.program == name
    used = module._references([program.lines, list(program.provisions)])
    assert set(program.parameters) <= used, "a parameter that no clause uses"


def test_a_program_is_not_settled_before_it_begins():
    with pytest.raises(BadInput, match="program: example begins in 2012, and 2011 is to be settled; choose later"):
        resolve(documented(), {"track": "one_sided"}, [2011, 2012])
    assert resolve(documented(), {"track": "one_sided"}, [2030]), "what is stated last holds on"


@pytest.mark.parametrize("said", [0.03, "3%", {2018: 0.01, 2019: 0.03}, [0.01, 0.03]])
def test_a_number_beyond_its_bounds_is_refused_with_the_bounds(said):
    message = r"elected_minimum_rate: 0.03 was given; minimum rate chosen: at least 0 and at most 0.02 \(share of one\)"
    with pytest.raises(BadInput, match=message):
        resolve(documented(), {"track": "two_sided", "elected_minimum_rate": said}, [2018])


def test_a_line_or_a_table_has_no_bounds_to_break():
    table = {"by": "lives", "bands": [{"from": 5000, "value": 0.01}]}
    for said in ("some_line", table):
        assert resolve(documented(), {"track": "two_sided", "elected_minimum_rate": said}, [2018])


def test_the_bounds_of_a_parameter_hold_for_what_a_design_gives():
    bounded = load(SMALL.replace("definition: the cap}", "definition: the cap, least: 5}"))
    with pytest.raises(BadInput, match="cap: 4 was given; the cap: at least 5"):
        resolve(bounded, {"kind": "a", "extra": "capped", "cap": 4}, [2023])


def test_a_grade_may_differ_by_input_and_by_year():
    graded = "grade: {a: {2012: S, 2020: M, 2022: P}, b: P}, by: kind, values: {a: 0.4, b: 0.5}"
    text = SMALL.replace("grade: M, by: kind, values: {a: 0.4}", graded).replace("            when: {kind: a}\n", "")

    def grade(kind, years):
        return next(r.grade for r in resolve(load(text), {"kind": kind}, years).parameters if r.name == "rate")

    assert [grade("a", years) for years in ([2019], [2019, 2020], [2020], [2022, 2023])] == ["S", "M", "M", "P"]
    assert grade("b", [2020]) == "P"


def test_clauses_out_of_these_years_leave_no_clause_and_no_parameter():
    text = SMALL.replace("            when: {kind: a}\n", "            to: 2020\n")
    late, early = (resolve(load(text), {"kind": "a"}, years) for years in ([2021, 2022], [2020, 2021]))
    assert (words(late), words(early)) == (["difference"], ["difference", "share"])
    assert (late.unverified, early.unverified) == ((), ("rate",))


@pytest.mark.parametrize("name", program_names())
def test_every_program_names_what_its_grades_need(name):
    program = load_program(name)
    for word, parameter in program.parameters.items():
        assert parameter.definition, word
        assert parameter.source, word
        assert parameter.unit or not isinstance(parameter.value, float), word


def test_a_figure_in_another_unit_is_refused_where_it_is_said():
    with pytest.raises(BadInput, match=r"cap: '7%' is a percentage; this field is in usd"):
        resolve(load(SMALL), {"kind": "a", "extra": "capped", "cap": "7%"}, [2023])
    assert resolve(load(SMALL), {"kind": "a", "extra": "capped", "cap": "$7"}, [2023]).provisions[0].terms


def test_what_is_kept_unless_is_left_out_where_the_inputs_say_so():
    text = SMALL.replace("when: {extra: capped}", "unless: {extra: null}")
    assert words(resolve(load(text), {"kind": "a"}, [2023])) == ["difference", "share"]
    assert words(resolve(load(text), {"kind": "a", "extra": "x", "cap": 7}, [2023])) == ["difference", "share", "limit"]


def test_a_default_is_told_from_what_the_design_gave():
    def source(**inputs):
        used = resolve(documented(), {"track": "two_sided", **inputs}, [2018]).parameters
        return next(record.source for record in used if record.name == "elected_minimum_rate")

    assert source() == "the program's default"
    assert source(elected_minimum_rate=0.02) == "given in the design"
