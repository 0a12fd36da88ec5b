"""Fair prices: what a clause, or a move of a figure, is worth to each party, and what would make up for it.

Two contracts are settled on the same draws: as it is, and changed. Three answers are equivalent for a party that looks
at expectation: a payment once and for all [USD], the same as a fee per member and month or a part of the benchmark, and
another figure moved in the changed contract until the party stands where it stood ("without the cap, 44 % of savings in
place of 50 %"). A party that looks at its tail has another price: what would bring its TVaR back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vbcsim.contract.settle import SettledPart
from vbcsim.core.errors import BadInput
from vbcsim.core.text import shown
from vbcsim.negotiate.clauses import added, named_clauses, without
from vbcsim.negotiate.goal import NOW, Figure, Goal, read_amount
from vbcsim.negotiate.question import Question, Range, usual_range
from vbcsim.negotiate.solve import Solution, solve
from vbcsim.negotiate.variants import Edit, Variants
from vbcsim.outcomes.distribution import Estimate, mean, ratio

__all__ = ["Change", "Price", "Worth", "price", "read_changes"]

Floats = NDArray[np.float64]


class Change(NamedTuple):
    """Another contract: a clause less, a clause more, or a figure moved."""

    words: str
    """As in ``without shared_savings.limit#2``."""
    gives: str
    """What stands in the one contract and not in the other."""
    edit: Edit | None
    moved: Mapping[str, float]
    takes_away: bool
    """Whether what is priced stands in the contract as it is, and not in the changed one."""
    provision: str
    """Provision of the clause; empty where a figure moves."""


class Worth(NamedTuple):
    """What is priced, to one party: its money with it less without; every figure with its Monte Carlo error."""

    mean_usd: Estimate
    tail_usd: Estimate
    """By how much it lowers the party's TVaR 95."""
    pmpm_usd: Estimate | None
    """The mean per member and month; none where the contract has no members."""
    of_benchmark: Estimate | None
    """The mean over the mean benchmark; none where the contract has none."""


@dataclass(frozen=True)
class Price:
    """What a clause or a move is worth to each party, and other figures that would make up for it."""

    change: Change
    worth: Mapping[str, Worth]
    """By party."""
    kept: Figure
    """The figure that the equivalents keep where it is."""
    equivalents: tuple[Solution, ...]
    """By figure that is moved instead, in the changed contract."""


def read_changes(variants: Variants, text: str) -> tuple[Change, ...]:
    """What a text asks the price of: ``PROVISION.TERM``, a word such as ``cap``, ``NAME=VALUE`` or ``PROVISION+{...}``.

    :raises BadInput: where it names nothing of the contract.
    """
    provision, plus, step = text.partition("+")
    name, equals, value = text.partition("=")
    if plus and step.lstrip().startswith("{"):
        return (_addition(variants, provision.strip(), step.strip()),)
    if equals:
        moved = {name.strip(): read_amount(value)}
        words = f"with {name.strip()} = {moved[name.strip()]:g} in place of {variants.value(name.strip()):g}"
        return (Change(words, f"{name.strip()} = {value.strip()}", None, moved, takes_away=False, provision=""),)
    return tuple(
        Change(
            f"without {'.'.join(clause)}", ".".join(clause), without(clause), {}, takes_away=True, provision=clause[0]
        )
        for clause in named_clauses(variants.arrangement, text.strip())
    )


def _addition(variants: Variants, provision: str, step: str) -> Change:
    from vbcsim.scenario.yaml import parse_yaml

    written = parse_yaml(step, "--fair").data
    if not isinstance(written, Mapping):
        raise BadInput(
            "--fair", f"{shown(step)} is no clause; write {{limit: {{losses: {{share: 0.04, of: benchmark}}}}}}"
        )
    edit = added(provision, written, "--fair")
    edit(variants.arrangement)
    return Change(f"with {step} under {provision}", step, edit, {}, takes_away=False, provision=provision)


def price(variants: Variants, change: Change, kept: Figure, instead: Sequence[Range] | None = None) -> Price:
    """The price of a change.

    :param kept: the figure that stays where it is when another one is moved instead.
    :param instead: figures that may make up for the change; the shares of the clause's provision where left out.
    :raises BadInput: where the changed contract cannot be, or there is no such party.
    """
    changed = replace(variants, edit=change.edit, base=change.moved)
    now, then = variants.nets_of(NOW), changed.nets([{}])
    kept.of(now)  # Says so where there is no such party.
    sign = 1.0 if change.takes_away else -1.0
    parts = variants.parts({})
    ranges = _shares(variants, change) if instead is None else instead
    if all(np.array_equal(now[party], then[party]) for party in now):
        ranges = ()
    return Price(
        change=change,
        worth={party: _worth(party, now, then, sign, parts) for party in now},
        kept=kept,
        equivalents=tuple(
            solve(Question(changed, (within,), (Goal(kept, "=", 0.0, NOW),)), halves=False) for within in ranges
        ),
    )


def _worth(
    party: str, now: Mapping[str, Floats], then: Mapping[str, Floats], sign: float, parts: Sequence[SettledPart]
) -> Worth:
    gain = sign * (now[party] - then[party])
    tail = Figure(party, "tvar95").less(now, then)
    months, benchmark = (_total(parts, line) for line in ("member_months", "benchmark"))
    return Worth(
        mean_usd=_first(mean(gain)),
        tail_usd=Estimate(-sign * tail.value[0], tail.mcse[0]),
        pmpm_usd=None if months is None else _first(ratio(gain, np.broadcast_to(months, gain.shape))),
        of_benchmark=None if benchmark is None else _first(ratio(gain, np.broadcast_to(benchmark, gain.shape))),
    )


def _first(estimate: Estimate) -> Estimate:
    return Estimate(estimate.value[0], estimate.mcse[0])


def _total(parts: Sequence[SettledPart], line: str) -> Floats | None:
    """A line over the contract and all that it settles, (1 or draw,); none where a part lacks it, or it is nought."""
    total: Floats = np.zeros(1)
    for part in parts:
        book = part.book.declare(part.arrangement.lines)
        if line not in book:
            return None
        total = total + book[line].sum(axis=-1)
    return total if (total > 0.0).any() else None


def _shares(variants: Variants, change: Change) -> tuple[Range, ...]:
    """The shares of the provision of a clause, the clause itself excepted."""
    names = [
        name
        for name, value in variants.figures.items()
        if value != 0.0
        and name.startswith(f"{change.provision or name.partition('.')[0]}.share")
        and name not in change.moved
        and not (change.takes_away and name.startswith(f"{change.gives}."))
    ]
    return tuple(Range(name, *usual_range(variants.value(name))) for name in names)
