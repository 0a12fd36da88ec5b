"""The cohort of a scenario, as read from its file: a table of rating cells."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from vbcsim.core.attributes import Attribute
from vbcsim.core.model import Frozen
from vbcsim.core.uncertain import Uncertain
from vbcsim.core.units import Fraction, NonNegative, PersonCount, Rate

__all__ = ["Cell", "CohortSpec", "Episodes", "Turnover"]

Label = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Category = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class Cell(Frozen):
    """A rating cell: members with the same expected use and cost."""

    cell: Label
    """Name of the cell."""
    members: PersonCount
    """Number of members; with growth, at the start of the last base year; with episodes, the mix of patients."""
    line_of_business: Label = "all"
    """Commercial, Medicare, Medicaid, dual, ..."""
    enrollment_type: Label = "all"
    """Medicare enrollment type: esrd, disabled, aged_dual, aged_non_dual."""
    age_band: Label = "all"
    """Age band."""
    sex: Label = "all"
    """Sex."""
    region: Label = "all"
    """Region."""
    equity_stratum: Label = "all"
    """Stratum of an equity incentive."""
    provider_group: Label = "all"
    """Provider group that the members are attributed to."""
    risk_tier: Label = "all"
    """Risk tier."""
    utilization_relativity: Annotated[NonNegative, Field(le=1000)] = 1.0
    """Use of every category against the services' table."""
    price_relativity: Annotated[NonNegative, Field(gt=0, le=1000)] = 1.0
    """Cost per service of every category against the services' table."""
    use: dict[Category, Annotated[NonNegative, Field(le=1000)]] = Field(default_factory=dict, max_length=64)
    """Use of a category against the services' table, beside ``utilization_relativity``; in a table, ``use.NAME``."""
    price: dict[Category, Annotated[NonNegative, Field(gt=0, le=1000)]] = Field(default_factory=dict, max_length=64)
    """Cost per service of a category, beside ``price_relativity``; in a table, a column ``price.NAME``."""
    death_rate_per_year: Annotated[Fraction, Field(le=0.99)] = 0.0
    """Chance to die within a year; counts where ``turnover`` is stated."""
    frailty_relativity: Fraction = 1.0
    """Variance of the frailty against the assumption: below 1 in a cell of uniformly sick members."""
    risk_score: Annotated[NonNegative, Field(gt=0, le=100)] = 1.0
    """Mean risk score in the reference year."""
    source: Text | None = None
    """Where the figures of the cell come from (none: the source of the cohort)."""


class Turnover(Frozen):
    """Members who leave, die and join; who goes is replaced by a like member in the middle of the month."""

    exit_rate_per_month: Uncertain[Annotated[Fraction, Field(le=0.5)]]
    """Chance to leave within a month, for reasons other than death."""
    growth_per_year: Uncertain[Annotated[Rate, Field(ge=-0.5, le=1.0)]] = 0.0
    """Yearly growth of the number of members."""
    last_year_use_relativity: Annotated[NonNegative, Field(gt=0, le=100)] = 1.0
    """Use per month in the calendar year of death against that of the other members; their mean stays as stated."""
    source: Text
    """Where the figures come from."""


class Episodes(Frozen):
    """Patients who begin a regimen, and have one episode of six months after another; a year holds two half-years."""

    starts_per_year: Annotated[NonNegative, Field(gt=0, le=10_000_000)]
    """Expected number of patients who begin a regimen in the last base year, in the mix of the cells' members."""
    growth_per_year: Annotated[Rate, Field(ge=-0.5, le=1.0)] = 0.0
    """Yearly growth of the number of starts."""
    continuation: Annotated[tuple[Fraction, ...], Field(max_length=19)] = ()
    """Chance that the first, second, ... episode is followed by a further one; after the last no other follows."""
    months: Literal[6] = 6
    """Length of an episode."""
    source: Text
    """Where the figures come from."""

    @property
    def length_probability(self) -> tuple[float, ...]:
        """Probability of 1, 2, ... episodes in a row."""
        going, chances = 1.0, []
        for chance in (*self.continuation, 0.0):
            chances.append(going * (1.0 - chance))
            going *= chance
        return tuple(chances)


class CohortSpec(Frozen):
    """The members of a scenario."""

    cells: Annotated[tuple[Cell, ...], Field(min_length=1, max_length=100_000)]
    """The rating cells."""
    members: PersonCount | None = None
    """Number of members of the whole cohort; the cells' members are then shares (none: they are numbers)."""
    strata: tuple[Attribute, ...] = ("enrollment_type",)
    """Attributes whose combinations a contract may settle apart."""
    retention: Fraction = 1.0
    """Chance that a member stays from one year to the next; who leaves is replaced by a like member. ``turnover``
    says the same by month."""
    months: Annotated[NonNegative, Field(gt=0, le=12)] = 12.0
    """Months of exposure per member and year."""
    turnover: Turnover | None = None
    """Members who leave, die and join by month (none: ``retention`` alone)."""
    episodes: Episodes | None = None
    """Episodes of patients in place of members enrolled by the year."""
    source: Text
    """Where the cells come from."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [c.cell for c in self.cells]
        if len(set(names)) < len(names):
            twice = sorted({n for n in names if names.count(n) > 1})[:5]
            raise ValueError(f"cells named twice: {', '.join(twice)}; each cell has one row")
        if self.members is not None:
            if self.members < len(self.cells):
                raise ValueError(
                    f"{self.members:,} members cannot fill {len(self.cells):,} cells; each has one at least"
                )
            object.__setattr__(self, "cells", _in_proportion(self.cells, self.members))
        total = sum(c.members for c in self.cells)
        if total > 100_000_000:
            raise ValueError(f"the cohort has {total:,} members; at most 100,000,000 are supported")
        for name, section in (("turnover", self.turnover), ("episodes", self.episodes)):
            for field, usual in (("retention", 1.0), ("months", 12.0)):
                if section is not None and getattr(self, field) != usual:
                    raise ValueError(f"{name} says how long a member stays; leave {field} out")
        if self.turnover is not None and self.episodes is not None:
            raise ValueError("turnover and episodes exclude one another; leave one of them out")
        return self


def _in_proportion(cells: tuple[Cell, ...], members: int) -> tuple[Cell, ...]:
    """The cells with members in the same proportion, at least one each, that add up; by largest remainder."""
    total = sum(c.members for c in cells)
    if total == members:
        return cells
    shares = [c.members * members / total for c in cells]
    whole = [max(int(share), 1) for share in shares]
    while sum(whole) != members:
        step = 1 if sum(whole) < members else -1
        free = [k for k in range(len(cells)) if whole[k] + step >= 1]
        # Whoever is furthest from the share on the side that is to be mended.
        for k in sorted(free, key=lambda k: step * (whole[k] - shares[k]))[: abs(members - sum(whole))]:
            whole[k] += step
    return tuple(c.model_copy(update={"members": n}) for c, n in zip(cells, whole, strict=True))
