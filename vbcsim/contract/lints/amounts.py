"""Rules about provisions and the amounts they leave to one another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from vbcsim.contract.arrangement import Arrangement, Provision

__all__ = ["provisions_that_cancel", "withhold_never_released"]

Found = Iterator[tuple[str, str]]


def _said(provision: Provision) -> list[tuple[str, str, int | None, int | None]]:
    """The clauses of a provision without their notes and sources."""
    return [(step.word, step.term.model_dump_json(), step.first, step.last) for step in provision.terms]


def provisions_that_cancel(arrangement: Arrangement, years: tuple[int, ...]) -> Found:  # noqa: ARG001
    """Two provisions that pay the same amount to and fro between the same parties."""
    for one, other in combinations(arrangement.provisions, 2):
        if (one.payer, one.payee) == (other.payee, other.payer) and _said(one) == _said(other):
            yield one.name, f"is paid back to the dollar by {other.name}: the two cancel"


def withhold_never_released(arrangement: Arrangement, years: tuple[int, ...]) -> Found:  # noqa: ARG001
    """A withhold that no clause gives back or counts."""
    read = {line for provision in arrangement.provisions for line in provision.lines()}
    read |= {line for maker in arrangement.lines.values() for line in maker.lines()}
    for provision in arrangement.provisions:
        plain = all(step.word in ("portion", "per_member_month", "fixed") for step in provision.terms)
        if "withh" in provision.name and plain and provision.name not in read:
            yield provision.name, "is withheld and never given back: no clause reads it; add an `earn_back` of it"
