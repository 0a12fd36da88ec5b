"""`vbcsim cite`: every source once, with what it supports; unverified ones first and marked."""

from __future__ import annotations

from vbcsim.cli.sources import Cited, known_sources, numbered
from vbcsim.contract.line import line_family
from vbcsim.contract.program import load_program, program_names
from vbcsim.contract.term import term_family


def supports(found: dict, text: str) -> list[str]:
    return next(source["supports"] for source in found["sources"] if source["source"] == text)


def test_the_sources_of_a_scenario(type_, json_of, break_file):
    break_file(
        ("provisions: []", "program: mssp\n    track: enhanced"),
        ("sd: 0.05, source: judgement", "sd: 0.05, source: unverified"),
    )
    found = json_of("cite", "small.yaml")
    assert found["about"] == "small"
    assert [source["number"] for source in found["sources"]] == list(range(1, len(found["sources"]) + 1))
    flags = [source["unverified"] for source in found["sources"]]
    assert flags == sorted(flags, reverse=True)
    assert found["unverified"] == sum(flags) >= 2
    assert supports(found, "a table") == ["record: earned_2023"]
    assert "assumptions: market_trend" in supports(found, "judgement")
    assert supports(found, "no source given") == ["assumptions: quality"]
    assert any("figure quality_standard" in source["supports"] for source in found["sources"] if source["unverified"])
    assert "term share" in supports(found, term_family()["share"].reference)
    assert not any("term carry_forward" in source["supports"] for source in found["sources"])
    text = type_("cite", "small.yaml").stdout
    assert text.splitlines()[2].startswith("    1. NOT VERIFIED: ")
    assert max(map(len, text.splitlines())) <= 100


def test_a_finished_run_cites_what_its_scenario_did(type_, json_of):
    assert type_("run", "small.yaml", "--draws", "4", "--out", "run", "--quiet").exit_code == 0
    assert json_of("cite", "run") == json_of("cite", "small.yaml")


def test_without_a_scenario_every_source_known(json_of):
    found = json_of("cite")
    said = [use for source in found["sources"] for use in source["supports"]]
    assert found["about"] == "vbcsim"
    assert {f"term {word}" for word in term_family()} <= set(said)
    assert {f"line maker {word}" for word in line_family()} <= set(said)
    for name in program_names():
        for parameter in load_program(name).parameters:
            assert any(use.startswith(f"program {name}: {parameter}") for use in said), (name, parameter)
    assert "table aco_services: inpatient" in said
    assert any(use.startswith("program mssp: clause shared_savings minimum_rate") for use in said)


def test_a_source_from_memory_is_unverified_wherever_it_stands():
    found = known_sources()
    doubtful = {use for source in found if source.unverified for use in source.supports}
    assert any(use.startswith("program mssp: quality_standard") for use in doubtful)
    assert not any(use.startswith("program mssp: maximum_sharing_rate") for use in doubtful)


def test_mentions_of_one_source_become_one_and_the_mark_is_told_once():
    found = numbered(
        [Cited("a  book", "x"), Cited("unverified: a book", "y"), Cited("a book", "z"), Cited("a book", "x")]
    )
    assert [(s.text, s.supports, s.unverified) for s in found] == [
        ("a book", ("y",), True),
        ("a book", ("x", "z"), False),
    ]
