"""The assumptions of a scenario, as read from its file.

Each section carries a ``source``: a citation, ``judgement`` (an actuary's choice) or ``unverified`` (nobody has checked
it yet; every report that uses it says so).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, StringConstraints, Tag, WithJsonSchema, model_validator

from vbcsim.assumptions.pandemic import Pandemic
from vbcsim.core.model import Frozen
from vbcsim.core.uncertain import Uncertain
from vbcsim.core.units import Fraction, NonNegative, Per1000, Rate, Usd, Year

__all__ = [
    "Assumptions",
    "LargeClaimants",
    "LineOfBusiness",
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
LineOfBusiness = Annotated[str, StringConstraints(min_length=1, max_length=120)]
"""A line of business of the cohort's cells, or ``all``."""


def _shape(value: Any) -> str:
    return "list" if isinstance(value, list | tuple) else "one"


def _twelve(value: Any) -> Any:
    """Numbers in a text, as a cell of a table holds them, as a list."""
    if not isinstance(value, str):
        return value
    try:
        return [float(word) for word in value.split()]
    except ValueError:
        raise ValueError(f"{value!r} is not twelve numbers with spaces between them") from None


MonthlyIndex = Annotated[
    tuple[Annotated[NonNegative, Field(le=12)], ...],
    Field(min_length=12, max_length=12),
    BeforeValidator(_twelve),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 12, "maxItems": 12},
                {"type": "string"},
            ]
        }
    ),
]
"""Twelve figures, January to December; in a table, a text of twelve numbers with spaces between."""


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
    line_of_business: LineOfBusiness = "all"
    """The line of business that the row is for; a row for ``all`` serves those that have no row of their own."""
    service: Text
    """What one unit of utilization is, e.g. "stay"."""
    utilization_per_1000: Uncertain[Per1000]
    """Services per 1,000 person-years in the reference year, for a cell of relativity 1."""
    mean_cost_usd: Uncertain[Usd]
    """Mean payment per service in the reference year."""
    overdispersion: Uncertain[Annotated[NonNegative, Field(le=1000)]]
    """Variance of the frailty: Var(count) = mean + overdispersion x mean^2 within a cell."""
    shared_weight: Uncertain[Fraction]
    """Weight of the frailty factor that all categories share; sets the correlation between categories."""
    persistence: Uncertain[Fraction]
    """Share of the category's own frailty factor that lasts over the years, for a member who stays."""
    body_sigma: Uncertain[Annotated[NonNegative, Field(le=4)]]
    """Standard deviation of the logarithm of the lognormal body of the cost of one service."""
    tail_probability: Uncertain[Annotated[Fraction, Field(le=0.5)]] = 0.0
    """Share of services whose cost lies in the Pareto tail."""
    tail_index: Uncertain[Annotated[NonNegative, Field(gt=1.0)]] = 3.0
    """Pareto index of the tail; above 1, so that the mean exists; at 2 or below the variance needs a maximum."""
    maximum_usd: Usd | None = None
    """Largest possible cost of one service in the reference year (none: unlimited)."""
    utilization_trend: Uncertain[Rate] = 0.0
    """Yearly growth of utilization."""
    price_trend: Uncertain[Rate] = 0.0
    """Yearly growth of the cost per service."""
    seasonality: MonthlyIndex | None = None
    """Use of each month, January to December, against the year's mean; the mean of the twelve is 1 (none: even)."""
    reference_year: Year | None = None
    """The year whose levels the row states (none: that of the assumptions)."""
    source: Text
    """Where the figures of the row come from."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.seasonality is not None and abs(sum(self.seasonality) / 12.0 - 1.0) > 0.005:
            raise ValueError(
                f"the twelve months of seasonality have mean {sum(self.seasonality) / 12.0:.4g}; scale them to mean 1"
            )
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

    line_of_business: LineOfBusiness = "all"
    """The line of business that it is for; ``all`` serves those that have none of their own."""
    variance: Uncertain[Annotated[NonNegative, Field(le=1000)]]
    """Variance of the factor (its mean is 1)."""
    persistence: Uncertain[Fraction]
    """Autocorrelation from one year to the next, for a member who stays."""
    source: Text
    """Where the figures come from."""


class MarketTrend(Frozen):
    """Random growth of the market's per-capita spending around the categories' own trends."""

    national_shock_sd: Uncertain[Annotated[Fraction, Field(le=0.5)]]
    """Standard deviation of a year's national growth shock (logarithm)."""
    regional_shock_sd: Uncertain[Annotated[Fraction, Field(le=0.5)]]
    """Standard deviation of a year's further growth shock of the region against the nation (logarithm)."""
    prospective_rate: Rate | None = None
    """Yearly growth announced beforehand (none: the expected trend of the scenario)."""
    source: Text
    """Where the figures come from."""


class ProviderGroup(Frozen):
    """What sets a provider group's spending apart from its market, beyond member chance; it persists over years."""

    provider_group: LineOfBusiness = "all"
    """The group that it is for; ``all`` serves every group that has none of its own. Each has its own course."""
    effect_sd: Uncertain[Annotated[Fraction, Field(le=0.5)]]
    """Standard deviation of the group's yearly effect on utilization (logarithm)."""
    persistence: Uncertain[Fraction]
    """Autocorrelation of the effect from one year to the next."""
    improvement_rate: Uncertain[Rate] = 0.0
    """Expected reduction of utilization per performance year against the base years (negative: deterioration)."""
    source: Text
    """Where the figures come from."""


class RiskScore(Frozen):
    """How members' risk scores follow their cost, and how the mean score drifts apart from true morbidity."""

    coding_growth: Uncertain[Rate]
    """Yearly growth of the mean score from more complete coding."""
    noise_sd: Uncertain[Annotated[Fraction, Field(le=0.5)]] = 0.0
    """Standard deviation of the mean score of a year around its course (logarithm)."""
    sd: Annotated[NonNegative, Field(le=20)] | None = None
    """Standard deviation of the members' scores (none: every member of a cell has the cell's score)."""
    r_squared: Fraction | None = None
    """Share of the variance of members' yearly cost that the score explains; needs ``sd``."""
    timing: Literal["prospective", "concurrent"] = "prospective"
    """Whether the score of a year tells of the year before (prospective) or of the year itself (concurrent)."""
    source: Text
    """Where the figures come from."""

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.sd is None) != (self.r_squared is None):
            given, lacking = ("sd", "r_squared") if self.r_squared is None else ("r_squared", "sd")
            raise ValueError(f"{given} is stated and {lacking} is not; state both, or leave both out")
        return self


class Quality(Frozen):
    """The quality score of a performance year, between 0 and 1: beta-distributed, autocorrelated over years."""

    mean: Uncertain[Fraction]
    """Expected score."""
    sd: Uncertain[Annotated[Fraction, Field(le=0.4)]]
    """Standard deviation of a year's score."""
    persistence: Uncertain[Fraction] = 0.5
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

    own_share: Uncertain[Fraction]
    """Share of the members' total spending that is paid to the group itself."""
    source: Text
    """Where the figure comes from."""


class LargeClaimants(Frozen):
    """Which member-years are kept one by one, so that any threshold above the floor settles exactly."""

    floor_usd: Usd | dict[str, Usd]
    """Yearly cost above which a member is listed; one figure, or one per settlement stratum."""


SharedFrailties = Annotated[
    Annotated[SharedFrailty, Tag("one")]
    | Annotated[tuple[SharedFrailty, ...], Field(min_length=1, max_length=64), Tag("list")],
    Discriminator(_shape),
]
ProviderGroups = Annotated[
    Annotated[ProviderGroup, Tag("one")]
    | Annotated[tuple[ProviderGroup, ...], Field(min_length=1, max_length=1000), Tag("list")],
    Discriminator(_shape),
]


class Assumptions(Frozen):
    """All assumptions of a scenario."""

    services: Annotated[tuple[Service, ...], Field(min_length=1, max_length=512)]
    """The service categories, each with a row for ``all`` or for every line of business of the cohort."""
    shared_frailty: SharedFrailties
    """The member's frailty across categories; one, or a list by line of business."""
    market_trend: MarketTrend
    """Systemic uncertainty of growth."""
    provider_group: ProviderGroups
    """A group's own persistent effect; one, or a list by provider group."""
    risk_score: RiskScore
    """Risk scores and their drift."""
    quality: Quality
    """The quality score."""
    provider_revenue: ProviderRevenue
    """The group's own share of spending."""
    large_claimants: LargeClaimants
    """The list of large claimants."""
    pandemic: Pandemic | None = None
    """A pandemic (none: no such shock)."""
    reference_year: int | None = None
    """The year whose levels the services' table states (none: the last base year)."""

    @property
    def categories(self) -> tuple[str, ...]:
        """Names of the service categories, in order of appearance."""
        return tuple(dict.fromkeys(s.category for s in self.services))

    @property
    def shared_frailties(self) -> tuple[SharedFrailty, ...]:
        """The shared frailty of every line of business that has its own, and of ``all``."""
        return self.shared_frailty if isinstance(self.shared_frailty, tuple) else (self.shared_frailty,)

    @property
    def provider_groups(self) -> tuple[ProviderGroup, ...]:
        """The effect of every provider group that has its own, and of ``all``."""
        return self.provider_group if isinstance(self.provider_group, tuple) else (self.provider_group,)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _each_once(
            ((s.category, s.line_of_business) for s in self.services),
            "categories named twice in services",
            "each category has one row",
        )
        _each_once(
            (("", f.line_of_business) for f in self.shared_frailties),
            "shared_frailty: lines of business named twice",
            "each has one row",
        )
        _each_once(
            (("", g.provider_group) for g in self.provider_groups),
            "provider_group: groups named twice",
            "each has one row",
        )
        if len(self.categories) > 64:
            raise ValueError(f"services has {len(self.categories)} categories; at most 64 are supported")
        unknown = [name for name in (self.pandemic.categories if self.pandemic else ()) if name not in self.categories]
        if unknown:
            raise ValueError(
                f"pandemic.categories: {', '.join(unknown)} is not among the service categories "
                f"({', '.join(self.categories)})"
            )
        for s in self.services:
            for frailty in self._met_by(s):
                _check_shares(s, frailty)
        return self

    def _met_by(self, service: Service) -> list[SharedFrailty]:
        """The shared frailties that can meet a row of the services."""
        line = service.line_of_business
        own = [f for f in self.shared_frailties if f.line_of_business == line]
        if line != "all":
            return own or [f for f in self.shared_frailties if f.line_of_business == "all"]
        taken = {s.line_of_business for s in self.services if s.category == service.category} - {"all"}
        return [f for f in self.shared_frailties if f.line_of_business not in taken]


def _each_once(names: Iterable[tuple[str, str]], what: str, remedy: str) -> None:
    seen: set[tuple[str, str]] = set()
    twice: set[str] = set()
    for name, scope in names:
        if (name, scope) in seen:
            twice.add(name if scope == "all" and name else f"{name} ({scope})" if name else scope)
        seen.add((name, scope))
    if twice:
        raise ValueError(f"{what}: {', '.join(sorted(twice))}; {remedy}")


def _check_shares(s: Service, frailty: SharedFrailty) -> None:
    """Refuse an overdispersion that the shared factor exceeds, or that nothing can bring."""
    shared = s.shared_weight**2 * frailty.variance
    row = s.category if s.line_of_business == "all" else f"{s.category}, {s.line_of_business}"
    if shared > s.overdispersion + 1e-12:
        raise ValueError(
            f"services[{row}]: overdispersion {s.overdispersion:g} is less than the shared factor alone "
            f"brings ({shared:g} = shared_weight^2 x shared_frailty.variance); "
            "lower shared_weight or raise overdispersion"
        )
    if s.shared_weight == 1.0 and s.overdispersion > shared + 1e-12:
        raise ValueError(
            f"services[{row}]: with shared_weight 1 the overdispersion must equal "
            f"shared_frailty.variance ({frailty.variance:g}), not {s.overdispersion:g}"
        )
