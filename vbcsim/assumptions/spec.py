"""The assumptions of a scenario, as read from its file.

Each section carries a ``source``: a citation, ``judgement`` (an actuary's choice) or ``unverified`` (nobody has checked
it yet; every report that uses it says so).
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from vbcsim.core.model import Frozen
from vbcsim.core.units import Fraction, NonNegative, Per1000, Rate, Usd

__all__ = [
    "Assumptions",
    "LargeClaimants",
    "MarketTrend",
    "Name",
    "ProviderGroup",
    "ProviderRevenue",
    "Quality",
    "RiskScore",
    "Service",
    "SharedFrailty",
    "Text",
]

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
"""A word of the glossary's form: lower-case letters, digits and underscores."""
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
"""Free text for people; shown as it is, never interpreted."""


class Service(Frozen):
    """One service category: how often, at what cost, with what spread.

    A member's count in a year is Poisson with mean ``utilization x frailty``. The frailty of a category is
    ``shared_weight * S + (1 - shared_weight) * Z``, with S shared by all categories of the member and Z the category's
    own, both gamma of mean 1; ``overdispersion`` is its variance. S is a trawl over the years with geometric memory;
    Z has a part that lasts and a part that passes every year. The cost of one service is lognormal up to the quantile
    ``1 - tail_probability`` and Pareto beyond it, scaled to the mean cost.
    """

    category: Name
    """Name of the category."""
    service: Text
    """What one unit of utilization is, e.g. "stay"."""
    utilization_per_1000: Per1000
    """Services per 1,000 person-years in the reference year, for a cell of relativity 1."""
    mean_cost_usd: Usd
    """Mean payment per service in the reference year."""
    overdispersion: Annotated[NonNegative, Field(le=1000)]
    """Variance of the frailty: Var(count) = mean + overdispersion x mean^2 within a cell."""
    shared_weight: Fraction
    """Weight of the frailty factor that all categories share; sets the correlation between categories."""
    persistence: Fraction
    """Share of the category's own frailty factor that lasts over the years, for a member who stays."""
    body_sigma: Annotated[NonNegative, Field(le=4)]
    """Standard deviation of the logarithm of the lognormal body of the cost of one service."""
    tail_probability: Annotated[Fraction, Field(le=0.5)] = 0.0
    """Share of services whose cost lies in the Pareto tail."""
    tail_index: Annotated[NonNegative, Field(gt=1.0)] = 3.0
    """Pareto index of the tail; above 1, so that the mean exists; at 2 or below the variance needs a maximum."""
    maximum_usd: Usd | None = None
    """Largest possible cost of one service in the reference year (none: unlimited)."""
    utilization_trend: Rate = 0.0
    """Yearly growth of utilization."""
    price_trend: Rate = 0.0
    """Yearly growth of the cost per service."""
    source: Text
    """Where the figures of the row come from."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.maximum_usd is not None and self.maximum_usd <= self.mean_cost_usd:
            raise ValueError(
                f"maximum_usd {self.maximum_usd:g} is not above mean_cost_usd {self.mean_cost_usd:g}; "
                "raise the maximum or leave it out"
            )
        if self.tail_probability > 0 and self.tail_index <= 2 and self.maximum_usd is None:
            raise ValueError(
                f"tail_index {self.tail_index:g} gives an infinite variance; state maximum_usd or an index above 2"
            )
        return self


class SharedFrailty(Frozen):
    """The frailty factor that all categories of a member share."""

    variance: Annotated[NonNegative, Field(le=1000)]
    """Variance of the factor (its mean is 1)."""
    persistence: Fraction
    """Autocorrelation from one year to the next, for a member who stays."""
    source: Text
    """Where the figures come from."""


class MarketTrend(Frozen):
    """Random growth of the market's per-capita spending around the categories' own trends."""

    national_shock_sd: Annotated[Fraction, Field(le=0.5)]
    """Standard deviation of a year's national growth shock (logarithm)."""
    regional_shock_sd: Annotated[Fraction, Field(le=0.5)]
    """Standard deviation of a year's further growth shock of the region against the nation (logarithm)."""
    prospective_rate: Rate | None = None
    """Yearly growth announced beforehand (none: the expected trend of the scenario)."""
    source: Text
    """Where the figures come from."""


class ProviderGroup(Frozen):
    """What sets this provider group's spending apart from its market, beyond member chance; it persists over years."""

    effect_sd: Annotated[Fraction, Field(le=0.5)]
    """Standard deviation of the group's yearly effect on utilization (logarithm)."""
    persistence: Fraction
    """Autocorrelation of the effect from one year to the next."""
    improvement_rate: Rate = 0.0
    """Expected reduction of utilization per performance year against the base years (negative: deterioration)."""
    source: Text
    """Where the figures come from."""


class RiskScore(Frozen):
    """How the group's mean risk score drifts apart from its true morbidity."""

    coding_growth: Rate
    """Yearly growth of the mean score from more complete coding."""
    noise_sd: Annotated[Fraction, Field(le=0.5)] = 0.0
    """Standard deviation of the mean score of a year around its course (logarithm)."""
    source: Text
    """Where the figures come from."""


class Quality(Frozen):
    """The quality score of a performance year, between 0 and 1: beta-distributed, autocorrelated over years."""

    mean: Fraction
    """Expected score."""
    sd: Annotated[Fraction, Field(le=0.4)]
    """Standard deviation of a year's score."""
    persistence: Fraction = 0.5
    """Autocorrelation (of the normal score behind it) from one year to the next."""
    source: Text
    """Where the figures come from."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.sd**2 >= self.mean * (1 - self.mean) and self.sd > 0:
            raise ValueError(f"a score with mean {self.mean:g} cannot have standard deviation {self.sd:g}; lower sd")
        return self


class ProviderRevenue(Frozen):
    """How much of the members' spending is the provider group's own revenue."""

    own_share: Fraction
    """Share of the members' total spending that is paid to the group itself."""
    source: Text
    """Where the figure comes from."""


class LargeClaimants(Frozen):
    """Which member-years are kept one by one, so that any threshold above the floor settles exactly."""

    floor_usd: Usd | dict[str, Usd]
    """Yearly cost above which a member is listed; one figure, or one per settlement stratum."""


class Assumptions(Frozen):
    """All assumptions of a scenario."""

    services: Annotated[tuple[Service, ...], Field(min_length=1, max_length=64)]
    """The service categories."""
    shared_frailty: SharedFrailty
    """The member's frailty across categories."""
    market_trend: MarketTrend
    """Systemic uncertainty of growth."""
    provider_group: ProviderGroup
    """The group's own persistent effect."""
    risk_score: RiskScore
    """Risk score drift."""
    quality: Quality
    """The quality score."""
    provider_revenue: ProviderRevenue
    """The group's own share of spending."""
    large_claimants: LargeClaimants
    """The list of large claimants."""
    reference_year: int | None = None
    """The year whose levels the services' table states (none: the last base year)."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [s.category for s in self.services]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise ValueError(f"categories named twice in services: {', '.join(twice)}; each category has one row")
        for s in self.services:
            shared = s.shared_weight**2 * self.shared_frailty.variance
            if shared > s.overdispersion + 1e-12:
                raise ValueError(
                    f"services[{s.category}]: overdispersion {s.overdispersion:g} is less than the shared factor alone "
                    f"brings ({shared:g} = shared_weight^2 x shared_frailty.variance); "
                    "lower shared_weight or raise overdispersion"
                )
            if s.shared_weight == 1.0 and s.overdispersion > shared + 1e-12:
                raise ValueError(
                    f"services[{s.category}]: with shared_weight 1 the overdispersion must equal "
                    f"shared_frailty.variance ({self.shared_frailty.variance:g}), not {s.overdispersion:g}"
                )
        return self
