"""Figures of settled designs: any line as a design sees it, read with the amounts of its provisions; by case."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vbcsim.contract.arrangement import Arrangement
from vbcsim.contract.book import Book
from vbcsim.contract.design import Design
from vbcsim.contract.settle import SettledPart, parts_of, settle_amounts
from vbcsim.core.errors import BadInput, did_you_mean

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["RunFigures", "SettledFigures", "line_of"]

Floats = NDArray[np.float64]


def line_of(book: Book, arrangement: Arrangement, name: str) -> Floats:
    """A line of a settled design (draw, year): given, declared, or the amount of a provision.

    Provisions are settled only where the line reads one.
    """
    provisions = {provision.name for provision in arrangement.provisions}
    amounts = settle_amounts(book, arrangement) if provisions & arrangement.reached([name]) else {}
    settled = book.declare(arrangement.lines).with_lines(amounts)
    return np.broadcast_to(settled[name], (book.draws, len(book.years)))


class SettledFigures:
    """What can be asked of the settled designs of one experience: lines and net amounts, by group, draw and year."""

    def __init__(
        self,
        experience: xr.Dataset,
        settlement: xr.Dataset,
        designs: Mapping[str, Arrangement | Design],
        ledger: xr.Dataset | None = None,
    ) -> None:
        self._experience = experience
        self._settlement = settlement
        self._designs = designs
        self._ledger = ledger

    @property
    def years(self) -> tuple[int, ...]:
        """Performance years."""
        return tuple(int(year) for year in self._settlement["year"].values)

    @cached_property
    def _plan(self) -> Mapping[str, tuple[SettledPart, ...]]:
        return parts_of(self._experience, self._designs)

    def line(self, design: str, name: str, group: str | None = None) -> Floats:
        """A line as the design sees it (group, draw, year): one group, or every group that is settled apart."""
        parts = [part for part in self._plan[design] if group in (None, part.group)]
        if not parts:
            raise _no_group(design, str(group), [part.group for part in self._plan[design]])
        return np.stack([line_of(part.book, part.arrangement, name) for part in parts])

    def net(self, design: str, party: str, group: str | None = None) -> Floats:
        """A party's net amount (1, draw, year) [USD]; nought for a party that the settlement does not know."""
        amounts = self._settlement["net_usd"].sel(design=design)
        if group is not None:
            known = self._settlement["group"].values.tolist() if "group" in self._settlement.coords else []
            if group not in known:
                raise _no_group(design, group, known)
            amounts = self._settlement["group_net_usd"].sel(design=design, group=group)
        if party not in amounts["party"].values:
            return np.zeros((1, amounts.sizes["draw"], amounts.sizes["year"]))
        return np.asarray(amounts.sel(party=party).transpose("draw", "year").values, dtype=np.float64)[np.newaxis]

    def account(self, design: str, name: str, group: str | None = None) -> Floats:
        """An account of a party's ledger, such as ``provider.margin`` (1, draw, year) [USD]."""
        party, _, account = name.partition(".")
        if self._ledger is None:
            raise BadInput(f"account {name}", "no ledger was kept; state `economics:`")
        accounts = self._ledger["account_usd"]
        known = {what: accounts[what].values.tolist() for what in ("party", "account")}
        for what, asked in (("party", party), ("account", account)):
            if asked not in known[what]:
                near, there = did_you_mean(asked, known[what]), ", ".join(known[what])
                raise BadInput(f"account {name}", f"the ledger has no {what} {asked}{near}; there are {there}")
        if group is not None:
            raise BadInput(f"account {name}", "the ledger is kept for all groups together; leave the group out")
        found = accounts.sel(design=design, party=party, account=account).transpose("draw", "year")
        return np.asarray(found.values, dtype=np.float64)[np.newaxis]


class RunFigures:
    """The same for every case of a run, as answers to a question are read."""

    def __init__(self, cases: Mapping[str, SettledFigures]) -> None:
        self._cases = cases

    @property
    def cases(self) -> tuple[str, ...]:
        """Names of the cases."""
        return tuple(self._cases)

    @property
    def years(self) -> tuple[int, ...]:
        """Performance years, the same in every case."""
        return next(iter(self._cases.values())).years

    def line(self, case: str, design: str, name: str, group: str | None) -> Floats:
        """A line in a case (group, draw, year)."""
        return self._cases[case].line(design, name, group)

    def net(self, case: str, design: str, name: str, group: str | None) -> Floats:
        """A party's net amount in a case (1, draw, year) [USD]."""
        return self._cases[case].net(design, name, group)

    def account(self, case: str, design: str, name: str, group: str | None) -> Floats:
        """An account in a case (1, draw, year) [USD]."""
        return self._cases[case].account(design, name, group)


def _no_group(design: str, group: str, known: list[str]) -> BadInput:
    there = f"there are {', '.join(known)}" if any(known) else "it settles no groups apart"
    return BadInput(f"designs.{design}", f"no group {group}{did_you_mean(group, known)}; {there}")
