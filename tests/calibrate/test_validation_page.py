"""The page of the documentation is of today's tables, facts and streams, told by a mark: making it takes a minute."""

from __future__ import annotations

import re

from vbcsim.calibrate.facts import published_populations
from vbcsim.calibrate.validation_page import inputs_mark

PERSONS, SEED = 200_000, 1


def test_the_page_is_not_stale(repository):
    text = (repository / "docs" / "explanation" / "validation.md").read_text(encoding="utf-8")
    (mark,) = re.findall(r"<!-- ([0-9a-f]{16}) -->", text)
    assert mark == inputs_mark(published_populations(), PERSONS, SEED), "run `make validation`"
    assert f"{PERSONS:,} persons" in text


def test_the_mark_tells_persons_seed_and_population_apart():
    marks = [("commercial",), ("medicare",), ("all",)]
    found = {inputs_mark(names, persons, 1) for names in marks for persons in (1000, 2000)}
    assert len(found) == 6
    assert inputs_mark(("dual",), 1000, 1) != inputs_mark(("dual",), 1000, 2)
