"""The collective model of a scenario, as read from its file: risks with their claims, in place of members."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from vbcsim.core.model import Frozen
from vbcsim.core.units import Rate, Usd, Year
from vbcsim.experience.collective.frequency import AnyFrequency
from vbcsim.experience.collective.severity import AnySeverity
from vbcsim.random.named import address_of

__all__ = ["Collective", "Risk"]

Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Exposure = Annotated[float, Field(ge=0.0, le=1e9)]

_MOST_CLAIMS = 10_000_000
"""Claims of a risk in a year, in a bad one, that are still simulated one by one."""


def _by_year(raw: Any) -> Any:
    """Years as numbers, however the file writes them."""
    return {int(k) if str(k).isdecimal() else k: v for k, v in raw.items()} if isinstance(raw, dict) else raw


class Risk(Frozen):
    """A risk: how many claims there are, what each of them costs, and what of that is covered."""

    title: Text | None = None
    """What the risk is."""
    exposure: Annotated[Exposure | dict[Year, Exposure], BeforeValidator(_by_year)] = 1.0
    """Units of exposure (policies, life-years, a portfolio), or units by year, each in force until the next one."""
    frequency: AnyFrequency
    """Number of claims of a unit of exposure in a year."""
    severity: AnySeverity
    """Amount of a claim, in dollars of the collective's year."""
    growth: Rate = 0.0
    """Yearly growth of the amounts."""
    deductible_usd: Usd = 0.0
    """What of each claim is not covered; a claim that does not pass it is no claim."""
    limit_usd: Annotated[Usd, Field(gt=0.0)] | None = None
    """Most that is covered of each claim beyond the deductible; unlimited where left out."""
    source: Text
    """Where the figures come from."""

    @model_validator(mode="after")
    def _whole_units(self) -> Self:
        given = self.exposure.values() if isinstance(self.exposure, dict) else (self.exposure,)
        if self.frequency.whole_units() and any(units != round(units) for units in given):
            raise ValueError(
                f"exposure {next(u for u in given if u != round(u)):g} is no whole number, and units of this frequency "
                "are counted one by one; give a whole number"
            )
        return self

    @model_validator(mode="after")
    def _not_too_many(self) -> Self:
        units = self.greatest_exposure
        expected = units * self.frequency.expectation()
        most = expected + 10.0 * math.sqrt(self.frequency.var_of(units))
        if most > _MOST_CLAIMS:
            raise ValueError(
                f"{expected:,.0f} claims a year are expected, with up to {most:,.0f} in a bad one; at most "
                f"{_MOST_CLAIMS:,} are simulated one by one: lower exposure or frequency, or take larger claims only"
            )
        return self

    @property
    def greatest_exposure(self) -> float:
        """Units of exposure in the year that has most."""
        return max(self.exposure.values()) if isinstance(self.exposure, dict) else self.exposure

    @property
    def dated(self) -> tuple[int, ...]:
        """Years for which exposure is stated."""
        return tuple(sorted(self.exposure)) if isinstance(self.exposure, dict) else ()

    def units(self, years: Iterable[int]) -> tuple[float, ...]:
        """Exposure of each year; before the first year that is named, that of the first."""
        if not isinstance(self.exposure, dict):
            return tuple(float(self.exposure) for _ in years)
        dated = sorted(self.exposure)
        return tuple(self.exposure[max((d for d in dated if d <= y), default=dated[0])] for y in years)


class Collective(Frozen):
    """Risks in place of members and assumptions: every contract is settled on their claims.

    Each risk is a stratum, by its line of business, and a category of expenditure. Each single claim stands where a
    large claimant stands, so a per-claim excess is the line ``excess``.
    """

    risks: Annotated[dict[Name, Risk], Field(min_length=1, max_length=30)]
    """The risks by name, independent of one another."""
    dollars_of: Year | None = None
    """The year in whose dollars the amounts are; the first performance year where left out."""
    floor_usd: Usd | dict[Name, Usd] = 0.0
    """Covered amount above which a claim is listed one by one, for all risks or by risk; 0 lists every claim."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        addresses: dict[tuple[int, int], str] = {}
        for name in self.risks:
            other = addresses.setdefault(address_of(name), name)
            if other != name:
                raise ValueError(f"{name} and {other} would share their random numbers; give one another name")
        if isinstance(self.floor_usd, dict):
            lacking = [name for name in self.risks if name not in self.floor_usd]
            unknown = [name for name in self.floor_usd if name not in self.risks]
            if lacking or unknown:
                raise ValueError(
                    f"floor_usd is by risk, but {', '.join(unknown or lacking)} "
                    f"{'is no risk' if unknown else 'has none'} (risks: {', '.join(self.risks)}); mend it"
                )
        return self

    def floors_usd(self) -> dict[str, float]:
        """Floor of the list of claims by risk [USD]."""
        if isinstance(self.floor_usd, dict):
            return {name: float(self.floor_usd[name]) for name in self.risks}
        return dict.fromkeys(self.risks, float(self.floor_usd))

    def expected_claims(self, years: Iterable[int]) -> float:
        """Expected number of claims of all risks over some years, deductibles aside."""
        span = tuple(years)
        return sum(sum(r.units(span)) * r.frequency.expectation() for r in self.risks.values())
