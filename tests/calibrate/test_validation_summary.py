"""The counts that a report quotes are those of the page, and both are of today's tables."""

from __future__ import annotations

import json

from vbcsim.calibrate.facts import published_populations
from vbcsim.calibrate.validation_page import inputs_mark
from vbcsim.calibrate.validation_summary import SUMMARY, shipped_summary


def test_the_counts_are_those_of_the_page(repository):
    page = (repository / "docs" / "explanation" / "validation.md").read_text(encoding="utf-8")
    for found in shipped_summary().values():
        counts = [found.agree.get(use) for use in ("held_out", "fitting", "level")]
        told = [f"{pair[0]} of {pair[1]}" if pair else "" for pair in counts]
        assert f"| {found.title} | {found.persons:,} | {' | '.join(told)} |" in page
        held_out, of = found.agree["held_out"]
        assert len(found.misses) == of - held_out


def test_it_is_of_the_facts_and_tables_of_today():
    kept = json.loads(SUMMARY.read_text(encoding="utf-8"))
    names = published_populations()
    assert tuple(kept["populations"]) == names
    told = next(iter(kept["populations"].values()))
    assert kept["mark"] == inputs_mark(names, told["persons"], told["seed"]), "run `make validation`"
