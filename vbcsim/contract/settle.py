"""Settlement: what the parties owe one another, given an experience and designs; double entry, exact, cheap."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vbcsim.contract.arrangement import PARTIES, Arrangement, Provision, Step
from vbcsim.contract.book import Book
from vbcsim.contract.design import Design, as_design
from vbcsim.contract.term import Amount
from vbcsim.contract.view import attributes_of, of_strata
from vbcsim.core.errors import BadInput, Problem

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Entry", "Ledger", "SettledPart", "entries", "parts_of", "settle", "settle_amounts"]

Floats = NDArray[np.float64]

_WORTH_A_THREAD = 500_000
"""Draws x years below which threads wait for one another longer than an operation on an array takes."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One clause of one provision, with the amount before and after it (broadcastable to draw, year) [USD]."""

    provision: Provision
    position: int
    step: Step
    before: Amount
    after: Amount


def entries(book: Book, arrangement: Arrangement) -> Iterator[Entry]:
    """Every clause of an arrangement in the order in which it is settled, with its amounts."""
    declared = book.declare(arrangement.lines)
    for provision in arrangement.ordered:
        amount = np.zeros((1, len(book.years)))
        for position, step in enumerate(provision.terms):
            after = _applied(step, amount, declared)
            yield Entry(provision, position, step, amount, after)
            amount = after
        declared = declared.with_lines({provision.name: amount})


def _applied(step: Step, amount: Amount, book: Book) -> Amount:
    """The amount after a step; unchanged in years in which it does not apply."""
    if step.first is None and step.last is None:
        return step.term.apply(amount, book)
    applies = step.applies(book.years)
    if not any(applies):
        return amount
    after = step.term.apply(amount, book)
    return after if all(applies) else np.where(np.array(applies), after, amount)


def settle_amounts(book: Book, arrangement: Arrangement) -> dict[str, Amount]:
    """The amount of each provision, positive to its payee, broadcastable to (draw, year) [USD]."""
    return {entry.provision.name: entry.after for entry in entries(book, arrangement)}


def _keep_memory() -> None:
    """Let the C library keep freed memory of this size, so that one clause's amounts go where the last one's were.

    glibc maps every larger block afresh, and every page of it is zeroed again, until a block as large has been freed
    (mallopt(3), M_MMAP_THRESHOLD, at most 32 MB); this frees one that was never touched. It halves the time of a
    settlement of 10,000 draws and does nothing where the library works otherwise.
    """
    np.empty(31 << 17)


def settle(
    source: xr.Dataset | Book, designs: Mapping[str, Arrangement | Design], *, threads: int | None = None
) -> xr.Dataset:
    """The settlement of every design on the same draws.

    Raises BadInput where a design reads a line that the book lacks or a threshold below the large-claimant floor.

    :param source: an experience dataset, or a book of lines.
    :param designs: arrangements, or designs for some of the members, by the name of the design.
    :param threads: how many to use; as many as there are processors where left out. The result does not depend on it.
    :returns: ``net_usd(design, party, draw, year)``, zero in sum over parties; ``transfer_usd(design, provision, draw,
        year)``, positive to the payee; ``benchmark_usd`` and ``settled_expenditure_usd(design, draw, year)``; and
        ``group_net_usd(design, group, party, draw, year)`` where a design settles groups apart.
    """
    plan = parts_of(source, designs)
    _keep_memory()
    ledger = Ledger.empty(plan)
    _post_all(ledger, plan, threads or os.cpu_count() or 1)
    lines = {"benchmark_usd": _by_design(plan, "benchmark"), "settled_expenditure_usd": _by_design(plan, "expenditure")}
    variables: dict[str, Any] = {
        "net_usd": (("design", "party", "draw", "year"), ledger.net_usd.swapaxes(-1, -2)),
        "transfer_usd": (("design", "provision", "draw", "year"), ledger.transfer_usd.swapaxes(-1, -2)),
    }
    variables |= {name: (("design", "draw", "year"), line) for name, line in lines.items()}
    coords: dict[str, Any] = {"design": list(designs), "party": list(ledger.parties)}
    if ledger.groups:
        by_group = ledger.group_net_usd.swapaxes(-1, -2)
        variables["group_net_usd"] = (("design", "group", "party", "draw", "year"), by_group)
        coords["group"] = list(ledger.groups)
    coords |= {"provision": list(ledger.provisions), "year": list(next(iter(plan.values()))[0].book.years)}
    return _dataset(source, variables, coords, designs)


class SettledPart(NamedTuple):
    """What is settled at once: the book of some members under an arrangement."""

    group: str
    book: Book
    arrangement: Arrangement


Plan = Mapping[str, tuple[SettledPart, ...]]
"""What each design settles at once, by its name."""


def parts_of(source: xr.Dataset | Book, designs: Mapping[str, Arrangement | Design]) -> Plan:
    """What each design settles at once, with its book; designs of the same members share one.

    :raises BadInput: where a design cannot be settled, with every problem of all of them.
    """
    if not designs:
        raise BadInput("designs", "no design was given; name at least one")
    books: dict[tuple[int, ...] | None, Book] = {}
    attributes = {} if isinstance(source, Book) else attributes_of(source)
    plan: dict[str, tuple[SettledPart, ...]] = {}
    problems: list[Problem] = []
    for name, given in designs.items():
        design = as_design(given)
        found = design.problems(attributes)
        if not found:
            plan[name] = tuple(
                SettledPart(part.group, _book_of(source, part.strata, books), part.arrangement)
                for part in design.parts(attributes)
            )
            found = [problem for part in plan[name] for problem in _unsettleable(part)]
        problems += [Problem(f"designs.{name}.{problem.place}", problem.message) for problem in found]
    if problems:
        raise BadInput(dict.fromkeys(problems))
    return plan


def _book_of(
    source: xr.Dataset | Book, strata: tuple[int, ...] | None, books: dict[tuple[int, ...] | None, Book]
) -> Book:
    """The book of some strata, made once."""
    if isinstance(source, Book):
        return source
    key = None if strata is None or len(strata) == source.sizes["stratum"] else strata
    if key not in books:
        books[key] = Book.from_experience(source if key is None else of_strata(source, key))
    return books[key]


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """The books of all designs; draws lie last, side by side in memory, where reading a distribution wants them."""

    parties: tuple[str, ...]
    provisions: tuple[str, ...]
    groups: tuple[str, ...]
    net_usd: Floats
    """(design, party, year, draw)."""
    transfer_usd: Floats
    """(design, provision, year, draw), positive to the payee."""
    group_net_usd: Floats
    """(design, group, party, year, draw); nought where a design does not settle the group apart."""

    @classmethod
    def empty(cls, plan: Plan) -> Ledger:
        """A ledger with room for these designs; what it holds of nets and transfers is not yet written."""
        parts = [part for of_design in plan.values() for part in of_design]
        parties = tuple(p for p in PARTIES if any(p in part.arrangement.parties for part in parts))
        provisions = tuple(dict.fromkeys(p.name for part in parts for p in part.arrangement.provisions))
        groups = tuple(dict.fromkeys(part.group for part in parts if part.group))
        room = (len(parts[0].book.years), parts[0].book.draws)
        net = np.empty((len(plan), len(parties), *room))
        by_group = np.zeros((len(plan) if groups else 0, len(groups), len(parties), *room))
        return cls(parties, provisions, groups, net, np.empty((len(plan), len(provisions), *room)), by_group)

    def post(self, row: int, parts: Sequence[SettledPart]) -> None:
        """Settle and write one design: each amount is credited to its payee and debited to its payer."""
        settled = [(part, settle_amounts(part.book, part.arrangement)) for part in parts]
        if len(settled) == 1 and not settled[0][0].group:
            self._enter(row, self.net_usd[row], *settled[0])
            return
        self.transfer_usd[row].fill(0.0)
        for part, amounts in settled:
            self._enter(row, self.group_net_usd[row, self.groups.index(part.group)], part, amounts, add=True)
        np.sum(self.group_net_usd[row], axis=0, out=self.net_usd[row])

    def _enter(
        self, row: int, nets: Floats, part: SettledPart, amounts: Mapping[str, Amount], *, add: bool = False
    ) -> None:
        """Write the amounts of one part to its nets (party, year, draw) and to the design's transfers."""
        by_name = {provision.name: provision for provision in part.arrangement.provisions}
        untouched: set[str] = set(self.parties)
        for k, name in enumerate(self.provisions):
            transfer = np.empty_like(self.transfer_usd[row, k]) if add else self.transfer_usd[row, k]
            if name not in amounts:
                transfer.fill(0.0)
                continue
            np.add(amounts[name].T, 0.0, out=transfer)  # adding zero leaves no negative zero
            for party, enter in ((by_name[name].payee, np.add), (by_name[name].payer, np.subtract)):
                net = nets[self.parties.index(party)]
                enter(0.0 if party in untouched else net, transfer, out=net)
                untouched.discard(party)
            if add:
                self.transfer_usd[row, k] += transfer
        for idle in untouched:
            nets[self.parties.index(idle)].fill(0.0)


def _post_all(ledger: Ledger, plan: Plan, threads: int) -> None:
    """Settle and post every design; designs are independent, so the bits do not depend on the number of threads."""
    first = next(iter(plan.values()))[0].book
    if threads == 1 or len(plan) == 1 or first.draws * len(first.years) < _WORTH_A_THREAD:
        for row, parts in enumerate(plan.values()):
            ledger.post(row, parts)
        return
    with ThreadPoolExecutor(min(threads, len(plan))) as pool:
        list(pool.map(ledger.post, range(len(plan)), plan.values()))


def _by_design(plan: Plan, line: str) -> Floats:
    """A line of each design, (design, draw, year); NaN where a design lacks it; one copy where all are equal."""
    first = next(iter(plan.values()))[0].book
    shape = (first.draws, len(first.years))
    found = [_line_of_parts(parts, line) for parts in plan.values()]
    if all(array is found[0] for array in found):
        same = np.full((1, 1), np.nan) if found[0] is None else found[0]
        return np.broadcast_to(same, (len(plan), *shape))
    filled = np.empty((len(plan), *reversed(shape)))
    for d, array in enumerate(found):
        filled[d] = np.nan if array is None else array.T
    return filled.swapaxes(-1, -2)


def _line_of_parts(parts: Sequence[SettledPart], line: str) -> Amount | None:
    """A line summed over what is settled at once; none where any of it lacks the line."""
    total: Amount | None = None
    for part in parts:
        own = _line_of(part.book, part.arrangement, line)
        if own is None:
            return None
        total = own if total is None else total + own
    return total


def _line_of(book: Book, design: Arrangement, line: str) -> Amount | None:
    """A line as a design sees it; none where the book lacks it, or where the design makes but never reads it."""
    if line in design.lines and line not in design.reached(given=book.given):
        return None
    declared = book.declare(design.lines)
    return declared[line] if line in declared else None  # noqa: SIM401 (a book has no default)


def _unsettleable(part: SettledPart) -> list[Problem]:
    """What would stop an arrangement from being settled on a book; places are below the design."""
    book, view = part.book, part.book.view
    base = tuple(view.years[i] for i in view.base) if view else ()
    floors = dict(zip(view.strata, view.claimant_floor_usd, strict=True)) if view else None
    return part.arrangement.check(list(book), years=book.years, base=base, floors_usd=floors, given=book.given)


def _dataset(
    source: xr.Dataset | Book,
    variables: dict[str, Any],
    coords: dict[str, Any],
    designs: Mapping[str, Arrangement | Design],
) -> xr.Dataset:
    """The dataset with the draws of its source, labels, and the parameters that the designs used."""
    import json

    import xarray as xr

    from vbcsim.core.dataset import label

    attrs: dict[str, Any] = {}
    draws = variables["net_usd"][1].shape[2]
    coords = coords | {"draw": np.arange(draws)}
    if not isinstance(source, Book):
        attrs |= source.attrs
        coords["draw"] = source["draw"].values if "draw" in source.coords else coords["draw"]
    made = {name: as_design(given) for name, given in designs.items()}
    used = {name: [item.model_dump(mode="json") for item in d.arrangement.parameters] for name, d in made.items()}
    titles = {name: design.arrangement.title or name for name, design in made.items()}
    attrs |= {"parameters": json.dumps(used), "titles": json.dumps(titles)}
    if "group" in coords:
        attrs["groups_of"] = json.dumps({name: design.each for name, design in made.items() if design.each})
    sources = {"": "settlement: the provisions of each design applied to the experience, draw by draw"}
    return label(xr.Dataset(variables, coords=coords, attrs=attrs), sources)
