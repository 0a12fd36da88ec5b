"""Rules about limits, guarantees and what lies before them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vbcsim.contract.arrangement import Arrangement
from vbcsim.contract.reach import Reach, costs_of, greatest, reaches, smallest
from vbcsim.contract.wording import number_words

__all__ = [
    "guarantee_above_limit",
    "limit_never_reached",
    "limit_of_zero",
    "losses_without_limit",
    "sequestration_after_limit",
]

Found = Iterator[tuple[str, str]]


def _place(provision: Any, step: Any) -> str:
    number = next(k for k, other in enumerate(provision.terms, 1) if other is step)
    return f"{provision.name} clause {number} ({step.word})"


def limit_of_zero(arrangement: Arrangement, years: tuple[int, ...]) -> Found:
    """A limit of nought: nothing can be paid, or owed."""
    for provision in arrangement.provisions:
        for step in provision.terms:
            for side, verb in (("savings", "received"), ("losses", "owed")):
                caps = getattr(step.term, side) if step.word == "limit" else ()
                figures = [cap.share if cap.usd is None else cap.usd for cap in caps]
                zero = [any(greatest(figure, year) == 0.0 for figure in figures) for year in years]
                lesser = bool(caps) and getattr(step.term, "combine", "") == "lesser"
                if lesser and all(zero) and all(step.applies(years)):
                    yield _place(provision, step), f"limits {side} to 0, so nothing is ever {verb}"


def limit_never_reached(arrangement: Arrangement, years: tuple[int, ...]) -> Found:
    """A limit that the clauses before it keep every amount within."""
    costs = costs_of(arrangement)
    for provision in arrangement.provisions:
        said: dict[int, set[str]] = {}
        for year in years:
            for step, before, _ in reaches(provision, year, costs):
                if step.word == "limit":
                    number = next(k for k, other in enumerate(provision.terms) if other is step)
                    said.setdefault(number, set()).add(_idle(step.term, before, year))
        for number, messages in said.items():
            message = messages.pop()
            if message and not messages:
                yield _place(provision, provision.terms[number]), message


def _idle(term: Any, reach: Reach, year: int) -> str:
    """Why a limit cannot bind in a year; empty where it may."""
    loose = [cap for cap in term.savings if _loose(cap, reach, year)]
    up = bool(term.savings) and (reach.savings == 0.0 or len(loose) == len(term.savings))
    down = bool(term.losses) and reach.losses == 0.0
    if (term.savings and not up) or (term.losses and not down):
        return ""
    if down and not up:
        return "limits losses, but the clauses before it leave none to limit"
    if reach.savings == 0.0:
        return "limits savings, but the clauses before it leave none to limit"
    most = number_words(reach.savings or 0.0, "fraction")
    return f"never binds: the clauses before it leave at most {most} of the {reach.line}, which is within the limit"


def _loose(cap: Any, reach: Any, year: int) -> bool:
    share = smallest(cap.share, year) if cap.share is not None else None
    return share is not None and reach.savings is not None and cap.of == reach.line and share >= reach.savings


def losses_without_limit(arrangement: Arrangement, years: tuple[int, ...]) -> Found:
    """Losses from cost that are borne in some year without any limit on what may be owed."""
    costs = costs_of(arrangement)
    for provision in arrangement.provisions:
        behind = {year: list(reaches(provision, year, costs)) for year in years}
        without = [year for year, steps in behind.items() if steps and _unbounded(steps)]
        if without:
            when = "" if len(without) == len(years) else f" in {without[0]} to {without[-1]}"
            said = (
                f"the {provision.payee} owes its part of losses without a limit{when}: a bad year may cost any amount"
            )
            yield provision.name, f"{said}; `limit: {{losses: ...}}` bounds it"


def _unbounded(steps: list[tuple[Any, Reach, Reach]]) -> bool:
    """Whether the losses of a difference pass through to the end with nothing that bounds them."""
    words = [step.word for step, _, _ in steps]
    return words[0] == "difference" and set(words) <= _KNOWN and steps[-1][2].losses is None


_KNOWN = frozenset(
    {"difference", "share", "scale", "prorate", "sequester", "limit", "gate", "minimum_rate", "relief", "corridor"}
)
"""Terms whose effect on losses is followed."""


def sequestration_after_limit(arrangement: Arrangement, years: tuple[int, ...]) -> Found:
    """A sequester right after the limit on what is paid: it cuts the limit too."""
    for provision in arrangement.provisions:
        for k, step in enumerate(provision.terms):
            term: Any = step.term
            if step.word != "sequester" or not any(step.applies(years)):
                continue
            side = "losses" if term.side == "losses" else "savings"
            shared = max((n for n, s in enumerate(provision.terms[:k]) if s.word in ("share", "corridor")), default=-1)
            before = [s for s in provision.terms[shared + 1 : k] if s.word == "limit" and getattr(s.term, side)]
            if any(s.applies_with(step) for s in before):
                said = f"comes after the limit on {side} and cuts the limit too"
                yield _place(provision, step), f"{said}; where the limit should stay whole, take it before"


def guarantee_above_limit(arrangement: Arrangement, years: tuple[int, ...]) -> Found:
    """A guarantee above a limit of the same provision in some year."""
    for provision in arrangement.provisions:
        for year in years:
            steps = [step for step in provision.terms if step.applies((year,))[0]]
            for low in (step for step in steps if step.word == "guarantee"):
                for high in (step for step in steps if step.word == "limit"):
                    if _above(low.term, high.term, year):
                        said = f"guarantees more than the limit of the same provision allows in {year}"
                        yield _place(provision, low), f"{said}; of the two, the later clause wins"


def _above(guarantee: Any, limit: Any, year: int) -> bool:
    """Whether a guarantee is above a cap on savings with the same basis."""
    least = smallest(guarantee.share if guarantee.usd is None else guarantee.usd, year)
    caps = [greatest(c.share if c.usd is None else c.usd, year) for c in limit.savings if c.of == guarantee.of]
    return least is not None and any(cap is not None and least > cap for cap in caps)
