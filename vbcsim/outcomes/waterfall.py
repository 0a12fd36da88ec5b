"""Where the money goes: from spending against a benchmark, clause by clause, to what a party receives in the end.

A contract is taken apart in the order in which it is settled. Every line that a clause takes in or off, and every
clause, is a *change* of the party's money; changes add up to the settlement in every draw and year, whatever the
contract (shared savings, capitation, fees, corridors, gates), so their means add up as well. Between them stand
*levels*: the gross result of a provision (benchmark less spending), the transfer of each of several provisions, and the
net amount of the settlement.

What a clause is worth here depends on its place: a limit after a share acts on what the share has left. What it is
worth alone, taken out of the contract with all others kept, is told by ``vbcsim sweep``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from vbcsim.core.dataset import label
from vbcsim.core.errors import VbcsimError
from vbcsim.outcomes.distribution import Estimate, mean, probability
from vbcsim.outcomes.dominance import HALF_A_CENT
from vbcsim.outcomes.summary import provenance

__all__ = ["CHANGES", "ChangeLike", "ProvisionLike", "Step", "steps_of", "waterfall"]

Array = NDArray[np.float64]
Kind = Literal["line", "gross", "clause", "provision", "net"]

CHANGES: tuple[Kind, ...] = ("line", "clause")
"""Kinds of steps that add up to the settlement; ``gross``, ``provision`` and ``net`` are levels in between."""
_PARTS = ("usd", "savings_usd", "losses_usd")
_ROUNDING = 1e-12
"""Part of the largest amount that sums in another order may differ by."""
_SOURCE = "changes of a party's money clause by clause, in the order of settlement, sums over performance years"


class ChangeLike(Protocol):
    """What one line or one clause does to the amount of a provision."""

    @property
    def name(self) -> str: ...
    @property
    def words(self) -> str: ...
    @property
    def kind(self) -> Literal["line", "clause"]: ...
    @property
    def usd(self) -> Array: ...


class ProvisionLike(Protocol):
    """One settled provision: changes that add up to its amount, arrays (draw or 1, year), positive to the payee."""

    @property
    def name(self) -> str: ...
    @property
    def payer(self) -> str: ...
    @property
    def payee(self) -> str: ...
    @property
    def changes(self) -> Sequence[ChangeLike]: ...
    @property
    def gross_after(self) -> int: ...
    @property
    def gross(self) -> Array: ...
    @property
    def amount(self) -> Array: ...


class Step(NamedTuple):
    """One step of a design, with its dollars over the whole contract by draw, positive to the party."""

    provision: str
    name: str
    words: str
    kind: Kind
    usd: Array
    """A change, or the level of a subtotal (draw,)."""
    savings_usd: Array
    """The part of it in years with a gross saving; NaN where the provision has no gross result."""
    losses_usd: Array
    changed: NDArray[np.bool_]
    """Draws in which it changed anything."""


def steps_of(provisions: Iterable[ProvisionLike], party: str) -> list[Step]:
    """The steps of one design for a party, in order; provisions of groups settled apart are added up."""
    by_name: dict[str, list[ProvisionLike]] = {}
    for provision in provisions:
        if party in (provision.payer, provision.payee):
            by_name.setdefault(provision.name, []).append(provision)
    found = [list(_of_provision(alike, party)) for alike in by_name.values()]
    steps = []
    for changes, alike in zip(found, by_name.values(), strict=True):
        after = min(provision.gross_after for provision in alike)
        steps += changes[:after]
        if after:
            steps.append(_level(changes[:after], "gross"))
        steps += changes[after:]
        if len(found) > 1 and len(changes) > 1:
            steps.append(_level(changes, "provision"))
    return steps


def waterfall(settlement: xr.Dataset, provisions: Mapping[str, Iterable[ProvisionLike]], party: str) -> xr.Dataset:
    """The waterfall dataset of a party: the steps of every design in order, with their Monte Carlo errors.

    ``amount_usd(design, step)`` is a change, or at a level the level itself; ``level_usd`` what the party has after it.
    Changes add up to the last step, the mean of ``net_usd``. ``savings_part_usd`` and ``losses_part_usd`` are the parts
    of an amount from years with a gross saving and with a gross loss. ``p_changes`` is the chance that a clause changes
    anything over the contract. Designs with fewer steps end in steps without a name (NaN).

    :param provisions: the settled provisions of each design of the settlement, in the order of settlement.
    :raises VbcsimError: where the steps do not add up to the settlement, which then is not of the same draws or terms.
    """
    net = settlement["net_usd"].sum("year").transpose("design", "party", "draw")
    told = {}
    for design in (str(name) for name in settlement["design"].values):
        here = net.sel(design=design, party=party).values if party in net["party"].values else np.zeros(net.shape[-1])
        steps = steps_of(provisions[design], party)
        _check(design, steps, here)
        unknown = np.full(here.shape, np.nan)
        told[design] = [*steps, Step("", "net", f"Net to the {party}", "net", here, unknown, unknown, here != 0.0)]
    return _dataset(told, party, settlement)


def _of_provision(alike: Sequence[ProvisionLike], party: str) -> Iterator[Step]:
    """The changes of a provision, added up over the groups that have it."""
    names = list(dict.fromkeys((c.kind, c.name) for provision in alike for c in provision.changes))
    for kind, name in names:
        own = [(p, c) for p in alike for c in p.changes if (c.kind, c.name) == (kind, name)]
        words = dict.fromkeys(change.words for _, change in own)
        parts = [_signed(provision, change.usd, party) for provision, change in own]
        whole, savings, losses = (np.sum([part[k] for part in parts], axis=0) for k in range(3))
        moved = [np.broadcast_to(np.abs(c.usd).max(axis=1) > HALF_A_CENT, whole.shape) for _, c in own]
        said = next(iter(words)) if len(words) == 1 else name.replace("_", " ")
        yield Step(own[0][0].name, name, said, kind, whole, savings, losses, np.any(moved, axis=0))


def _signed(provision: ProvisionLike, usd: Array, party: str) -> tuple[Array, Array, Array]:
    """A change by draw as the party sees it: over all years, over those with a gross saving, with a gross loss."""
    sign = 1.0 if provision.payee == party else -1.0
    by_year = sign * np.broadcast_to(usd, provision.amount.shape)
    if not provision.gross_after:
        unknown = np.full(by_year.shape[0], np.nan)
        return by_year.sum(axis=1), unknown, unknown
    saved = sign * provision.gross > 0.0
    return by_year.sum(axis=1), np.where(saved, by_year, 0.0).sum(axis=1), np.where(saved, 0.0, by_year).sum(axis=1)


def _level(changes: Sequence[Step], kind: Literal["gross", "provision"]) -> Step:
    """What several changes come to."""
    name = changes[0].provision
    words = "Gross result before any other clause" if kind == "gross" else f"{name.replace('_', ' ')} in all"
    whole, savings, losses = (np.sum([getattr(c, part) for c in changes], axis=0) for part in _PARTS)
    return Step(name, kind, words, kind, whole, savings, losses, np.any([c.changed for c in changes], axis=0))


def _check(design: str, steps: Sequence[Step], net: Array) -> None:
    """Raise where the changes do not add up to the settlement, up to rounding."""
    changes = [step.usd for step in steps if step.kind in CHANGES]
    total = np.sum(changes, axis=0) if changes else np.zeros(net.shape)
    largest = max((float(np.abs(change).max()) for change in changes), default=0.0)
    if total.shape != net.shape or np.abs(total - net).max(initial=0.0) > HALF_A_CENT + _ROUNDING * largest:
        raise VbcsimError(f"waterfall: the clauses of {design} do not add up to its settlement; settle the run again")


def _dataset(told: Mapping[str, Sequence[Step]], party: str, settlement: xr.Dataset) -> xr.Dataset:
    shape = (len(told), max(len(steps) for steps in told.values()))
    figures = {name: np.full(shape, np.nan) for name in _FIGURES}
    texts = {name: np.full(shape, "", dtype=object) for name in ("provision", "name", "words", "kind")}
    for row, steps in enumerate(told.values()):
        level = np.zeros_like(steps[-1].usd)
        for k, step in enumerate(steps):
            level = level + step.usd if step.kind in CHANGES else level
            for name, estimate in _estimates(step, level).items():
                figures[name][row, k], figures[f"{name.removesuffix('_usd')}_mcse"][row, k] = estimate
            for name in texts:
                texts[name][row, k] = getattr(step, name)
    dims = ("design", "step")
    coords = {f"step_{name}": (dims, values.astype(str)) for name, values in texts.items()}
    dataset = xr.Dataset(
        {name: (dims, values) for name, values in figures.items()},
        coords={"design": list(told), "step": np.arange(shape[1]), **coords},
        attrs=provenance(settlement) | {"party": party},
    )
    return label(dataset, {"": _SOURCE})


_ESTIMATED = ("amount_usd", "level_usd", "savings_part_usd", "losses_part_usd", "p_changes")
_FIGURES = (*_ESTIMATED, *(f"{name.removesuffix('_usd')}_mcse" for name in _ESTIMATED))


def _estimates(step: Step, level: Array) -> dict[str, Estimate]:
    amounts = (step.usd, level, step.savings_usd, step.losses_usd)
    return dict(zip(_ESTIMATED, (*map(mean, amounts), probability(step.changed)), strict=True))
