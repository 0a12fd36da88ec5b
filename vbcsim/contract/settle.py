"""Settlement: what the parties owe one another, given an experience and designs; double entry, exact, cheap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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

__all__ = ["Entry", "entries", "settle", "settle_amounts"]

Floats = NDArray[np.float64]


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
    for provision in arrangement.ordered():
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


def settle(source: xr.Dataset | Book, designs: Mapping[str, Arrangement]) -> xr.Dataset:
    """The settlement of every design on the same draws.

    Raises BadInput where a design reads a line that the book lacks or a threshold below the large-claimant floor.

    :param source: an experience dataset, or a book of lines.
    :param designs: arrangements by the name of the design.
    :returns: ``net_usd(design, party, draw, year)``, zero in sum over parties; ``transfer_usd(design, provision, draw,
        year)``, positive to the payee; ``benchmark_usd`` and ``settled_expenditure_usd(design, draw, year)``.
    """
    book = source if isinstance(source, Book) else Book.from_experience(source)
    _check(book, designs)
    parties = [p for p in PARTIES if any(p in design.parties for design in designs.values())]
    provisions = list(dict.fromkeys(p.name for design in designs.values() for p in design.provisions))
    net = np.zeros((len(designs), len(parties), book.draws, len(book.years)))
    transfer = np.zeros((len(designs), len(provisions), book.draws, len(book.years)))
    for d, design in enumerate(designs.values()):
        roles = {p.name: (parties.index(p.payee), parties.index(p.payer)) for p in design.provisions}
        for name, amount in settle_amounts(book, design).items():
            payee, payer = roles[name]
            credited = np.add(amount, 0.0, out=transfer[d, provisions.index(name)])  # no negative zero
            net[d, payee] += credited
            net[d, payer] -= credited
    variables: dict[str, Any] = {
        "net_usd": (("design", "party", "draw", "year"), net),
        "transfer_usd": (("design", "provision", "draw", "year"), transfer),
    }
    for variable, line in (("benchmark_usd", "benchmark"), ("settled_expenditure_usd", "expenditure")):
        variables[variable] = (("design", "draw", "year"), _by_design(book, designs, line))
    coords = {"design": list(designs), "party": parties, "provision": provisions, "year": list(book.years)}
    return _dataset(source, variables, coords, designs)


def _by_design(book: Book, designs: Mapping[str, Arrangement], line: str) -> Floats:
    """A line of each design, (design, draw, year); NaN where a design lacks it; one copy where all are equal."""
    shape = (book.draws, len(book.years))
    declared = [book.declare(design.lines) for design in designs.values()]
    found = [own[line] if line in own else None for own in declared]  # noqa: SIM401 (a book has no default)
    if all(array is found[0] for array in found):
        same = np.full((1, 1), np.nan) if found[0] is None else found[0]
        return np.broadcast_to(same, (len(designs), *shape))
    filled = np.empty((len(designs), *shape))
    for d, array in enumerate(found):
        filled[d] = np.nan if array is None else array
    return filled


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
        for problem in design.check(lines, years=book.years, base=base, floors_usd=floors, place=f"designs.{name}.")
    ]
    if found:
        raise BadInput(found)


def _dataset(
    source: xr.Dataset | Book, variables: dict[str, Any], coords: dict[str, Any], designs: Mapping[str, Arrangement]
) -> xr.Dataset:
    """The dataset with the draws of its source, labels, and the parameters that the designs used."""
    import json

    import xarray as xr

    attrs: dict[str, Any] = {}
    draws = variables["net_usd"][1].shape[2]
    coords = coords | {"draw": np.arange(draws)}
    if not isinstance(source, Book):
        attrs |= source.attrs
        coords["draw"] = source["draw"].values if "draw" in source.coords else coords["draw"]
    used = {name: [item.model_dump(mode="json") for item in design.parameters] for name, design in designs.items()}
    attrs |= {"parameters": json.dumps(used), "titles": json.dumps({n: d.title or n for n, d in designs.items()})}
    ds = xr.Dataset(variables, coords=coords, attrs=attrs)
    return _labelled(ds)


def _labelled(ds: xr.Dataset) -> xr.Dataset:
    from vbcsim.core.dataset import label

    return label(ds)
