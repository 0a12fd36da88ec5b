"""How many published facts the shipped tables meet, in a small file that comes with vbcsim: what a report quotes.

``make validation`` writes it together with the page of the documentation; both carry the mark of their inputs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from vbcsim.calibrate.validation import Validation

__all__ = ["SUMMARY", "Agreement", "shipped_summary", "summary_text"]

SUMMARY = Path(__file__).resolve().parent / "published" / "validation.json"
_USES = ("held_out", "fitting", "level")


class Agreement(NamedTuple):
    """One population: facts that agree, of how many, by what they served for, and the facts that do not."""

    title: str
    persons: int
    agree: dict[str, tuple[int, int]]
    """By use: ``held_out`` facts are evidence, ``fitting`` and ``level`` ones were used to make the table."""
    misses: tuple[tuple[str, str], ...]
    """Facts held out that do not agree, and by how much."""


def summary_text(validations: Sequence[Validation], mark: str) -> str:
    """The file's text."""
    populations = {
        v.table.population: {
            "title": v.table.title,
            "persons": v.persons,
            "seed": v.seed,
            "agree": {use: list(v.count(use)) for use in _USES if v.count(use)[1]},
            "misses": [[f.fact.label, f.verdict] for f in v.findings if not f.agrees and f.fact.use == "held_out"],
        }
        for v in validations
    }
    return json.dumps({"mark": mark, "populations": populations}, indent=1) + "\n"


@cache
def shipped_summary() -> dict[str, Agreement]:
    """The populations of the shipped tables, by line of business (``all``: them together)."""
    raw = json.loads(SUMMARY.read_text(encoding="utf-8"))["populations"]
    return {
        name: Agreement(
            found["title"],
            int(found["persons"]),
            {use: (int(agree), int(of)) for use, (agree, of) in found["agree"].items()},
            tuple((str(label), str(verdict)) for label, verdict in found["misses"]),
        )
        for name, found in raw.items()
    }
