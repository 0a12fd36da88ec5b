"""Settlement: what the parties owe one another, given an experience and designs; double entry, exact, cheap."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.contract.arrangement import PARTIES, Arrangement, Provision, Step
from vbcsim.contract.book import Book
from vbcsim.contract.term import Amount
from vbcsim.core.errors import BadInput

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Entry", "Ledger", "entries", "settle", "settle_amounts"]

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


def settle(source: xr.Dataset | Book, designs: Mapping[str, Arrangement], *, threads: int | None = None) -> xr.Dataset:
    """The settlement of every design on the same draws.

    Raises BadInput where a design reads a line that the book lacks or a threshold below the large-claimant floor.

    :param source: an experience dataset, or a book of lines.
    :param designs: arrangements by the name of the design.
    :param threads: how many to use; as many as there are processors where left out. The result does not depend on it.
    :returns: ``net_usd(design, party, draw, year)``, zero in sum over parties; ``transfer_usd(design, provision, draw,
        year)``, positive to the payee; ``benchmark_usd`` and ``settled_expenditure_usd(design, draw, year)``.
    """
    book = source if isinstance(source, Book) else Book.from_experience(source)
    _check(book, designs)
    lines = {
        "benchmark_usd": _by_design(book, designs, "benchmark"),
        "settled_expenditure_usd": _by_design(book, designs, "expenditure"),
    }
    _keep_memory()
    ledger = Ledger.empty(book, designs)
    _post_all(ledger, book, designs, threads or os.cpu_count() or 1)
    variables: dict[str, Any] = {
        "net_usd": (("design", "party", "draw", "year"), ledger.net_usd.swapaxes(-1, -2)),
        "transfer_usd": (("design", "provision", "draw", "year"), ledger.transfer_usd.swapaxes(-1, -2)),
    }
    variables |= {name: (("design", "draw", "year"), line) for name, line in lines.items()}
    coords = {"design": list(designs), "party": list(ledger.parties), "provision": list(ledger.provisions)}
    return _dataset(source, variables, {**coords, "year": list(book.years)}, designs)


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """The books of all designs; draws lie last, side by side in memory, where reading a distribution wants them."""

    parties: tuple[str, ...]
    provisions: tuple[str, ...]
    net_usd: Floats
    """(design, party, year, draw)."""
    transfer_usd: Floats
    """(design, provision, year, draw), positive to the payee."""

    @classmethod
    def empty(cls, book: Book, designs: Mapping[str, Arrangement]) -> Ledger:
        """A ledger with room for these designs; what it holds is not yet written."""
        parties = tuple(p for p in PARTIES if any(p in design.parties for design in designs.values()))
        provisions = tuple(dict.fromkeys(p.name for design in designs.values() for p in design.provisions))
        room = (len(book.years), book.draws)
        net = np.empty((len(designs), len(parties), *room))
        return cls(parties, provisions, net, np.empty((len(designs), len(provisions), *room)))

    def post(self, row: int, arrangement: Arrangement, amounts: Mapping[str, Amount]) -> None:
        """Write one design: each amount is credited to its payee and debited to its payer."""
        by_name = {provision.name: provision for provision in arrangement.provisions}
        untouched: set[str] = set(self.parties)
        for k, name in enumerate(self.provisions):
            transfer = self.transfer_usd[row, k]
            if name not in amounts:
                transfer.fill(0.0)
                continue
            np.add(amounts[name].T, 0.0, out=transfer)  # adding zero leaves no negative zero
            for party, enter in ((by_name[name].payee, np.add), (by_name[name].payer, np.subtract)):
                net = self.net_usd[row, self.parties.index(party)]
                enter(0.0 if party in untouched else net, transfer, out=net)
                untouched.discard(party)
        for idle in untouched:
            self.net_usd[row, self.parties.index(idle)].fill(0.0)


def _post_all(ledger: Ledger, book: Book, designs: Mapping[str, Arrangement], threads: int) -> None:
    """Settle and post every design; designs are independent, so the bits do not depend on the number of threads."""

    def post(row: int, arrangement: Arrangement) -> None:
        ledger.post(row, arrangement, settle_amounts(book, arrangement))

    if threads == 1 or len(designs) == 1 or book.draws * len(book.years) < _WORTH_A_THREAD:
        for row, arrangement in enumerate(designs.values()):
            post(row, arrangement)
        return
    with ThreadPoolExecutor(min(threads, len(designs))) as pool:
        list(pool.map(post, range(len(designs)), designs.values()))


def _by_design(book: Book, designs: Mapping[str, Arrangement], line: str) -> Floats:
    """A line of each design, (design, draw, year); NaN where a design lacks it; one copy where all are equal."""
    shape = (book.draws, len(book.years))
    found = [_line_of(book, design, line) for design in designs.values()]
    if all(array is found[0] for array in found):
        same = np.full((1, 1), np.nan) if found[0] is None else found[0]
        return np.broadcast_to(same, (len(designs), *shape))
    filled = np.empty((len(designs), *reversed(shape)))
    for d, array in enumerate(found):
        filled[d] = np.nan if array is None else array.T
    return filled.swapaxes(-1, -2)


def _line_of(book: Book, design: Arrangement, line: str) -> Amount | None:
    """A line as a design sees it; none where the book lacks it, or where the design makes but never reads it."""
    if line in design.lines and line not in design.reached(given=book.given):
        return None
    declared = book.declare(design.lines)
    return declared[line] if line in declared else None  # noqa: SIM401 (a book has no default)


def _check(book: Book, designs: Mapping[str, Arrangement]) -> None:
    """Refuse designs that this book cannot settle, with every problem at once."""
    if not designs:
        raise BadInput("designs", "no design was given; name at least one")
    view = book.view
    base = tuple(view.years[i] for i in view.base) if view else ()
    floors = dict(zip(view.strata, view.claimant_floor_usd, strict=True)) if view else None
    lines = list(book)
    found = [
        problem
        for name, design in designs.items()
        for problem in design.check(
            lines, years=book.years, base=base, floors_usd=floors, given=book.given, place=f"designs.{name}."
        )
    ]
    if found:
        raise BadInput(found)


def _dataset(
    source: xr.Dataset | Book, variables: dict[str, Any], coords: dict[str, Any], designs: Mapping[str, Arrangement]
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
    used = {name: [item.model_dump(mode="json") for item in design.parameters] for name, design in designs.items()}
    attrs |= {"parameters": json.dumps(used), "titles": json.dumps({n: d.title or n for n, d in designs.items()})}
    sources = {"": "settlement: the provisions of each design applied to the experience, draw by draw"}
    return label(xr.Dataset(variables, coords=coords, attrs=attrs), sources)
