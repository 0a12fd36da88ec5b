"""Answers of ``vbcsim solve`` in words, and as plain values for JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vbcsim.negotiate.fair import Price, Worth
    from vbcsim.negotiate.goal import Figure
    from vbcsim.negotiate.solve import Solution
    from vbcsim.outcomes.distribution import Estimate

__all__ = ["price_plain", "price_words", "solved_plain", "solved_words"]

_CENT = 0.005


def solved_words(found: Solution) -> str:
    """The answer, the goals' figures there, how firm it is, and what held-out draws say."""
    question = found.question
    lines = [_headline(found)]
    if found.aim is not None:
        objective, value, mcse = found.aim
        said = f"{value:.6g}" if objective.figure is None else objective.figure.words(value, mcse)
        lines.append(f"  {objective}: {said}")
    lines += [f"  {line}" for line in _goals(found)]
    now = ", ".join(f"{t} = {p:.6g}" for t, p in zip(question.terms, question.present, strict=True))
    lines.append(f"  now: {now}; looked at {_ranges(found)}, on {question.variants.draws:,} draws")
    if found.left_out:
        lines.append(f"  {found.left_out} of the values tried make no possible contract and are left out")
    if found.met and found.binding is None and any(found.ends):
        ended = [t for t, end in zip(question.terms, found.ends, strict=True) if end]
        lines.append(
            f"  no goal decides: {' and '.join(ended)} stands at the end of its range; a wider one may do better"
        )
    if found.crossings > 1:
        lines.append(f"  the goals are met and missed {found.crossings} times along the range: look at it with a sweep")
    if found.second is not None:
        lines += _second(found)
    return "\n".join(lines)


def _headline(found: Solution) -> str:
    question = found.question
    values = " and ".join(
        f"{term} = {value:.6g}{_plus(error)}"
        for term, value, error in zip(question.terms, found.values, _errors(found), strict=True)
    )
    if found.met:
        if question.objective is not None:
            return f"{values}: the best of all that {'meets the goals' if question.goals else 'was tried'}"
        exact = any(goal.sign == "=" for goal, *_ in found.figures)
        return f"{values} {'meets the goal' if exact else f'is the {question.want} value that meets the goals'}"
    alone = [
        str(goal)
        for goal, bound, reach in zip(question.goals, found.bounds, found.reach, strict=True)
        if (reach > bound if goal.sign == "<=" else reach < bound) or (goal.sign == "=" and reach != bound)
    ]
    if alone:
        why = f"{' and '.join(alone)} {'are' if len(alone) > 1 else 'is'} out of reach"
    else:
        why = "each can be met alone, but not all together"
    one = len(found.values) == 1
    near = f"{values} {'comes' if one else 'come'} nearest, and {found.binding} stops {'it' if one else 'them'}"
    no = f"No {'value' if one else 'values'} of {_ranges(found)} {'meets' if one else 'meet'} every goal"
    return f"{no}: {why}.\n{near}"


def _goals(found: Solution) -> list[str]:
    """Each goal with its figure; the bound where it is another contract's figure; how far it could be taken alone."""
    lines = []
    rows = zip(found.figures, found.bounds, found.reach, strict=True)
    for (goal, value, mcse), bound, reach in rows:
        said = f"{goal}: {goal.figure.words(value, mcse)}"
        if goal.against:
            said += f" (there {goal.figure.words(bound)})"
        if not found.met:
            said += f"; by itself it comes to {goal.figure.words(reach)}"
        elif goal is found.binding and goal.sign != "=":
            said += "  <- decides"
        lines.append(said)
    return lines


def _second(found: Solution) -> list[str]:
    """What the answers on halves of the draws say: how they differ, and how much they flatter themselves."""
    second, question = found.second, found.question
    assert second is not None
    names = [goal.figure for goal in question.goals]
    if question.objective is not None and question.objective.figure is not None:
        names.append(question.objective.figure)
    halves = " and ".join("/".join(f"{value:.4g}" for value in values) for values in second.values)
    lines = [f"  found on either half of the draws alone: {halves}; on the half that did not choose it,"]
    for figure, inside, outside in zip(names, second.inside, second.outside, strict=True):
        held, own = figure.words(float(outside.value), float(outside.mcse)), figure.words(inside)
        lines.append(f"    {figure} is {held}, where it was chosen {own}: {_optimism(figure, inside, outside)}")
    return lines


def _optimism(figure: Figure, inside: float, outside: Estimate) -> str:
    gap = abs(inside - float(outside.value))
    within = gap <= 2.0 * float(outside.mcse)
    return f"{figure.words(gap)} apart, {'within' if within else 'beyond'} two errors"


def _ranges(found: Solution) -> str:
    return " and ".join(f"{r.term} from {r.least:g} to {r.most:g}" for r in found.question.ranges)


def _errors(found: Solution) -> Sequence[float]:
    return found.errors or [math.nan] * len(found.values)


def _plus(error: float) -> str:
    return f" ± {error:.2g}" if math.isfinite(error) else ""


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def solved_plain(found: Solution) -> dict[str, Any]:
    """The answer for JSON."""
    question = found.question
    low, high = (
        [v + side * 2.0 * (e if math.isfinite(e) else 0.0) for v, e in zip(found.values, _errors(found), strict=True)]
        for side in (-1.0, 1.0)
    )
    terms = [
        {
            "term": r.term,
            "value": value,
            "mcse": _number(error),
            "present": present,
            "range": [r.least, r.most],
            "interval": [max(a, r.least), min(b, r.most)],
        }
        for r, value, error, present, a, b in zip(
            question.ranges, found.values, _errors(found), question.present, low, high, strict=True
        )
    ]
    return {
        **{key: terms[0][key] for key in ("term", "value", "present", "interval")},
        "terms": terms,
        "met": found.met,
        "binding": str(found.binding) if found.binding else None,
        "crossings": found.crossings,
        "objective": None
        if found.aim is None
        else {"objective": str(found.aim[0]), "value": found.aim[1], "mcse": found.aim[2]},
        "goals": [
            {"goal": str(goal), "value": value, "mcse": _number(mcse), "bound": bound, "alone": reach}
            for (goal, value, mcse), bound, reach in zip(found.figures, found.bounds, found.reach, strict=True)
        ],
        "draws": question.variants.draws,
        "held_out": _second_plain(found),
    }


def _second_plain(found: Solution) -> dict[str, Any] | None:
    if found.second is None:
        return None
    second = found.second
    return {
        "values_by_half": [list(values) for values in second.values],
        "where_chosen": list(second.inside),
        "where_held_out": [{"value": float(e.value), "mcse": _number(float(e.mcse))} for e in second.outside],
    }


def price_words(found: Price) -> str:
    """What a clause is worth to each party, and what would make up for it."""
    lines = [f"{found.change.gives}: the contract as it is beside the contract {found.change.words}, in the same draws"]
    for party, worth in found.worth.items():
        if any(abs(float(e.value)) > _CENT or float(e.mcse) > _CENT for e in (worth.mean_usd, worth.tail_usd)):
            lines.append(f"  {_worth_words(party, worth)}")
    if len(lines) == 1:
        lines.append("  it changes nothing in any draw")
    lines += [f"  {_instead(found, solution)}" for solution in found.equivalents]
    return "\n".join(lines)


def _worth_words(party: str, worth: Worth) -> str:
    """``the provider gains $361,000 ± 22,000 by it in expectation, or $0.99 ± 0.06 per member and month; ...``."""
    sign = -1.0 if float(worth.mean_usd.value) < 0.0 else 1.0
    said = [f"the {party} {'loses' if sign < 0 else 'gains'} {_usd(worth.mean_usd, sign)} by it in expectation"]
    if worth.pmpm_usd is not None:
        value, error = (float(e) for e in worth.pmpm_usd)
        said.append(f"${sign * value:,.2f} ± {error:,.2f} per member and month")
    if worth.of_benchmark is not None:
        value, error = (100.0 * float(e) for e in worth.of_benchmark)
        said.append(f"{sign * value:.3f}% ± {error:.3f} of the benchmark")
    tail = float(worth.tail_usd.value)
    if abs(tail) <= _CENT and float(worth.tail_usd.mcse) <= _CENT:
        return ", or ".join(said)
    side = -1.0 if tail < 0.0 else 1.0
    return (
        f"{', or '.join(said)}; its TVaR 95 is {_usd(worth.tail_usd, side)} {'higher' if side < 0 else 'lower'} with it"
    )


def _usd(estimate: Estimate, sign: float) -> str:
    return f"${sign * float(estimate.value):,.0f} ± {float(estimate.mcse):,.0f}"


def _instead(found: Price, solution: Solution) -> str:
    (term,), (now,) = solution.question.terms, solution.question.present
    to = f"{solution.value:.5g}{_plus(_errors(solution)[0])}"
    if solution.met:
        return f"{found.change.words}, {term} = {to} in place of {now:.5g} leaves {found.kept} where it is"
    goal, value, mcse = solution.figures[0]
    words = goal.figure.words
    return (
        f"{found.change.words}, no {term} {_ranges(solution).removeprefix(term).strip()} leaves {found.kept} at "
        f"{words(solution.bounds[0])}; {solution.value:.5g} comes nearest with {words(value, mcse)}"
    )


def price_plain(found: Price) -> dict[str, Any]:
    """A price for JSON."""
    worth = {
        party: {
            name: None if estimate is None else {"value": float(estimate.value), "mcse": _number(float(estimate.mcse))}
            for name, estimate in own._asdict().items()
        }
        for party, own in found.worth.items()
    }
    return {
        "priced": found.change.gives,
        "changed": found.change.words,
        "worth": worth,
        "instead": [solved_plain(solution) for solution in found.equivalents],
    }
