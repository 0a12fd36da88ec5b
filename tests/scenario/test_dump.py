"""A scenario written to files loads again to the same scenario."""

from __future__ import annotations

import json

from vbcsim.experience.engines import CHOICES
from vbcsim.experience.simulate import experience_hash
from vbcsim.pipeline import build_cohort
from vbcsim.scenario.dump import dump_scenario
from vbcsim.scenario.key import EXPERIENCE_SECTIONS, experience_differences, experience_fields
from vbcsim.scenario.load import load_scenario, parse_scenario
from vbcsim.scenario.model import Scenario


def _written(scenario, folder):
    for name, text in dump_scenario(scenario).items():
        (folder / name).write_text(text, encoding="utf-8")
    return load_scenario(folder / "scenario.yaml")


def test_what_is_written_loads_to_the_same(small_text, tmp_path):
    scenario = parse_scenario(small_text)
    again = _written(scenario, tmp_path)
    assert again == scenario
    assert dump_scenario(again) == dump_scenario(scenario)


def test_texts_that_look_like_something_else_stay_texts(small_text, tmp_path):
    for title in (
        "NO",
        "010",
        "12:30",
        "1e6",
        "a: b",
        "# x",
        "- x",
        "“naïve” 日本",
        "line\nline",
        " x ",
        "@x",
        "$1",
        "true",
    ):
        changed = parse_scenario(
            small_text.replace("title: Two cells, three years, one arrangement", f"title: {json.dumps(title)}")
        )
        assert _written(changed, tmp_path).title == title


def test_many_cells_are_written_as_a_table_and_load_again(small_text, tmp_path):
    scenario = parse_scenario(small_text)
    names = ["# not a comment", 'say "a, b"', "0095", "17", " spaced ", "null", *(f"c{k}" for k in range(200))]
    cells = [
        scenario.cohort.cells[k % 2].model_copy(update={"cell": name, "members": k + 1}) for k, name in enumerate(names)
    ]
    large = scenario.model_copy(update={"cohort": scenario.cohort.model_copy(update={"cells": tuple(cells)})})
    assert _written(large, tmp_path) == large
    assert (tmp_path / "cohort_cells.csv").is_file()
    assert len((tmp_path / "scenario.yaml").read_bytes()) < 10_000


def _hash(scenario) -> str:
    return experience_hash(build_cohort(scenario), scenario.seed, scenario.engine)


def test_the_key_covers_what_decides_an_experience_and_nothing_of_the_contract(small_text):
    base = parse_scenario(small_text)
    contract = [
        ("draws: 200", "draws: 300"),
        ("title: Two cells", "title: Other cells"),
        ("savings: 0.5", "savings: 0.6"),
        ("value: 120000", "value: 130000"),
        ("source: judgement", "source: a better judgement"),
        ("retention: 0.9", "retention: 90%"),
    ]
    experience = [
        ("seed: 7", "seed: 8", "seed"),
        ("members: 40", "members: 41", "cohort"),
        ("[2021, 2022]", "[2022]", "years"),
        ("persistence: 0.4", "persistence: 0.41", "assumptions"),
        ("floor_usd: 50000", "floor_usd: 60000", "assumptions"),
    ]
    for old, new in contract:
        other = parse_scenario(small_text.replace(old, new, 1))
        assert experience_differences(base, other) == (), old
        assert _hash(other) == _hash(base), old
    for old, new, section in experience:
        other = parse_scenario(small_text.replace(old, new, 1))
        assert experience_differences(base, other) == (section,), old
        assert _hash(other) != _hash(base), old
    assert set(experience_fields(base)) == set(EXPERIENCE_SECTIONS)


def test_a_scenario_may_ask_for_every_engine_that_there_is(small_text):
    for engine in CHOICES:
        assert parse_scenario(small_text + f"engine: {engine}\n").engine == engine
    assert set(Scenario.model_json_schema()["properties"]["engine"]["enum"]) == set(CHOICES)
