"""What a report is made from: scenario, arrangements and the datasets of the run; and plain ways to read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from vbcsim.report.words import clip, join, plain, span

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.contract.arrangement import Arrangement
    from vbcsim.scenario.model import Scenario

__all__ = ["MOST_DESIGNS", "Material", "Pair", "RunLike", "Statistics", "short_titles"]

MOST_DESIGNS = 8
"""A picture shows at most so many designs; the tables show all."""

SHORT_TITLE = 28
"""Characters up to which a design's whole title reads well in a sentence; of a longer one the part before a colon."""
LONGEST_TITLE = 40
"""Characters of a design's title in sentences, tables and pictures."""

Statistics = Mapping[str, tuple[float, float]]
"""Value and Monte Carlo error by statistic."""


class Pair(NamedTuple):
    """One row of the comparison: design a against design b for one party; each figure with its error."""

    a: str
    b: str
    party: str
    mean_difference: tuple[float, float]
    sd_difference: tuple[float, float]
    p_better: tuple[float, float]
    p_equal: tuple[float, float]
    first_order: str
    second_order: str


class RunLike(Protocol):
    """A finished run, as ``vbcsim.run`` returns it."""

    @property
    def scenario(self) -> Scenario: ...
    @property
    def experience(self) -> xr.Dataset: ...
    @property
    def settlement(self) -> xr.Dataset: ...
    @property
    def outcomes(self) -> xr.Dataset: ...
    @property
    def comparison(self) -> xr.Dataset: ...
    @property
    def ledger(self) -> xr.Dataset | None: ...
    @property
    def capital(self) -> xr.Dataset | None: ...


@dataclass(frozen=True)
class Material:
    """The scenario, its arrangements by design, and the datasets at the seams.

    ``experience`` may be absent (a table settled with no simulation); the report then has no sentence on luck.
    """

    scenario: Scenario
    arrangements: Mapping[str, Arrangement]
    settlement: xr.Dataset
    outcomes: xr.Dataset
    comparison: xr.Dataset
    experience: xr.Dataset | None = None
    ledger: xr.Dataset | None = None
    variance_split: xr.Dataset | None = None
    answers: xr.Dataset | None = None
    waterfall: xr.Dataset | None = None
    """Where the lead party's money goes, clause by clause."""
    effective_share: xr.Dataset | None = None
    """What part of savings and losses is shared in the end."""
    capital: xr.Dataset | None = None
    """When money moves and what reserve lasts until then, where the scenario asks for it."""
    cases: Mapping[str, Material] = field(default_factory=dict)
    """The other cases by name: the same designs under other assumptions, on the same random numbers."""
    case_title: str = "Base case"

    @classmethod
    def of_run(cls, run: RunLike, case_title: str = "Base case") -> Self:
        """What a finished run, or one case of it, gives a report."""
        return cls(
            run.scenario,
            run.scenario.arrangements,
            run.settlement,
            run.outcomes,
            run.comparison,
            run.experience,
            ledger=run.ledger,
            capital=run.capital,
            case_title=case_title,
        )

    @cached_property
    def luck(self) -> xr.Dataset | None:
        """The luck dataset of the run; none without an experience."""
        from vbcsim.outcomes.luck import luck

        return None if self.experience is None else luck(self.settlement, self.experience)

    @cached_property
    def designs(self) -> tuple[str, ...]:
        """Names of the designs, in the scenario's order."""
        return tuple(str(name) for name in self.outcomes["design"].values)

    @cached_property
    def parties(self) -> tuple[str, ...]:
        """Parties that any design pays or charges, the provider and the payer first; both where none is."""
        found = [str(party) for party in self.outcomes["party"].values]
        moved = {
            p for p in found if any(s["sd_usd"][0] or s["mean_usd"][0] for d in self.designs if (s := self.of(d, p)))
        }
        first = [p for p in ("provider", "payer") if p in found and (p in moved or not moved)]
        return (*first, *(party for party in found if party not in first and party in moved))

    @cached_property
    def lead(self) -> str:
        """The party whose choice the report is about: the provider, else the first."""
        return self.parties[0]

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """A short title of each design, none like another: its title, or the part before a colon, or its name."""
        return short_titles(self.arrangements, self.designs)

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Performance years."""
        return tuple(int(year) for year in self.outcomes["year"].values)

    @cached_property
    def unverified(self) -> Mapping[str, tuple[str, ...]]:
        """Figures that nobody has verified, by the designs that share them, as text."""
        found: dict[tuple[str, ...], list[str]] = {}
        for name in self.designs:
            figures = self.arrangements[name].unverified if name in self.arrangements else ()
            if figures:
                found.setdefault(tuple(plain(figure).replace("_", " ") for figure in figures), []).append(
                    self.titles[name]
                )
        return {join(titles): figures for figures, titles in found.items()}

    def called(self, design: str) -> str:
        """A design's short title in a sentence, in quotation marks, for it may read as a sentence of its own."""
        return f"“{self.titles[design]}”"

    @property
    def period(self) -> str:
        """The performance years in words: ``2023`` or ``2023–2025``."""
        return span(self.years)

    @property
    def draws(self) -> int:
        """Number of simulated histories."""
        return int(self.outcomes.attrs["draws"])

    @property
    def title(self) -> str:
        """Title of the scenario, as plain text on one line."""
        return plain(self.scenario.title)

    def of(self, design: str, party: str, year: int | None = None) -> Statistics:
        """Every statistic of a party under a design, for the whole contract or for one year."""
        return self._statistics[design, party, year]

    @cached_property
    def _statistics(self) -> Mapping[tuple[str, str, int | None], Statistics]:
        names = [str(name) for name in self.outcomes["statistic"].values]
        found: dict[tuple[str, str, int | None], Statistics] = {}
        for kind in ("", "_by_year"):
            axes = ("design", "party", *(("year",) if kind else ()), "statistic")
            value, mcse = (self.outcomes[f"{word}{kind}"].transpose(*axes) for word in ("value", "mcse"))
            keys = [value[axis].values for axis in axes[:-1]]
            for place in np.ndindex(*value.shape[:-1]):
                row = zip(value.values[place].tolist(), mcse.values[place].tolist(), strict=True)
                design, party, *year = (keys[k][i] for k, i in enumerate(place))
                found[str(design), str(party), int(year[0]) if year else None] = dict(zip(names, row, strict=True))
        return found

    def net(self, design: str, party: str) -> NDArray[np.float64]:
        """The party's money over the whole contract, USD by draw."""
        return np.asarray(self.settlement["net_usd"].sel(design=design, party=party).sum("year").values, dtype=float)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Every row of the comparison."""
        table = self.comparison
        found = []
        for i in range(table.sizes["pair"]):
            for k, party in enumerate(str(p) for p in table["party"].values):
                at = {name: variable.values[i, k] for name, variable in table.data_vars.items()}
                row = Pair(
                    a=str(table["design_a"].values[i]),
                    b=str(table["design_b"].values[i]),
                    party=party,
                    mean_difference=(float(at["mean_difference_usd"]), float(at["mean_difference_mcse"])),
                    sd_difference=(float(at["sd_difference_usd"]), float(at["sd_difference_mcse"])),
                    p_better=(float(at["p_better"]), float(at["p_better_mcse"])),
                    p_equal=(float(at["p_equal"]), float(at["p_equal_mcse"])),
                    first_order=str(at["first_order_dominance"]),
                    second_order=str(at["second_order_dominance"]),
                )
                found.append(row)
        return tuple(found)

    def pair(self, a: str, b: str, party: str) -> Pair:
        """The comparison of a with b, whichever stands first in the dataset."""
        for row in self.pairs:
            if (row.a, row.b, row.party) == (a, b, party):
                return row
            if (row.b, row.a, row.party) == (a, b, party):
                return _turned(row)
        raise KeyError(f"no pair {a}, {b} of {party}")


def short_titles(arrangements: Mapping[str, Arrangement], designs: Sequence[str]) -> Mapping[str, str]:
    """A short title of each design, none like another: its title, or the part before a colon, or its name."""
    full = {name: plain(arrangements[name].title) if name in arrangements else "" for name in designs}
    heads = {name: title.partition(":")[0].strip() for name, title in full.items()}
    for found, longest in ((full, SHORT_TITLE), (heads, LONGEST_TITLE)):
        if max(map(len, found.values())) <= longest and all(found.values()) and _distinct(found):
            return found
    cut = {name: clip(title, LONGEST_TITLE) for name, title in full.items()}
    return cut if all(cut.values()) and _distinct(cut) else {n: clip(_spoken(n), LONGEST_TITLE) for n in designs}


def _distinct(titles: Mapping[str, str]) -> bool:
    return len(set(titles.values())) == len(titles)


def _spoken(name: str) -> str:
    """A design's name as a title: ``basic_a`` as ``Basic A``."""
    words = " ".join(word.upper() if len(word) == 1 else word for word in name.split("_"))
    return words[:1].upper() + words[1:]


def _turned(row: Pair) -> Pair:
    """The same comparison seen from design b."""
    turn = {"a": "b", "b": "a", "none": "none"}
    worse = max(0.0, 1.0 - row.p_better[0] - row.p_equal[0])
    return Pair(
        a=row.b,
        b=row.a,
        party=row.party,
        mean_difference=(-row.mean_difference[0], row.mean_difference[1]),
        sd_difference=row.sd_difference,
        p_better=(worse, row.p_better[1]),
        p_equal=row.p_equal,
        first_order=turn[row.first_order],
        second_order=turn[row.second_order],
    )
