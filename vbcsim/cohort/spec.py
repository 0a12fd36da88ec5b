"""The cohort of a scenario, as read from its file: a table of rating cells."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from vbcsim.core.model import Frozen
from vbcsim.core.units import Fraction, NonNegative, PersonCount

__all__ = ["Attribute", "Cell", "CohortSpec"]

Label = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Attribute = Literal[
    "line_of_business",
    "enrollment_type",
    "age_band",
    "sex",
    "region",
    "equity_stratum",
    "provider_group",
    "risk_tier",
]
"""What can set rating cells apart; any of them can define the strata that a contract settles on."""


class Cell(Frozen):
    """A rating cell: members with the same expected use and cost."""

    cell: Label
    """Name of the cell."""
    members: PersonCount
    """Number of members, the same in every year."""
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
    frailty_relativity: Fraction = 1.0
    """Variance of the frailty against the assumption: below 1 in a cell of uniformly sick members."""
    risk_score: Annotated[NonNegative, Field(gt=0, le=100)] = 1.0
    """Mean risk score in the reference year."""


class CohortSpec(Frozen):
    """The members of a scenario."""

    cells: Annotated[tuple[Cell, ...], Field(min_length=1, max_length=100_000)]
    """The rating cells."""
    strata: tuple[Attribute, ...] = ("enrollment_type",)
    """Attributes whose combinations a contract may settle apart."""
    retention: Fraction = 1.0
    """Chance that a member stays from one year to the next; who leaves is replaced by a like member."""
    months: Annotated[NonNegative, Field(gt=0, le=12)] = 12.0
    """Months of exposure per member and year."""
    source: Annotated[str, StringConstraints(min_length=1, max_length=4000)]
    """Where the cells come from."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [c.cell for c in self.cells]
        if len(set(names)) < len(names):
            twice = sorted({n for n in names if names.count(n) > 1})[:5]
            raise ValueError(f"cells named twice: {', '.join(twice)}; each cell has one row")
        total = sum(c.members for c in self.cells)
        if total > 100_000_000:
            raise ValueError(f"the cohort has {total:,} members; at most 100,000,000 are supported")
        return self
