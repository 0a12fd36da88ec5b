"""From one row of a Shared Savings Program public-use file to a scenario: the ACO considers a new agreement.

The row's performance year is the last of three base years; the performance years of the scenario follow it. What the
row tells is carried over, what it does not tell is a shipped figure with its source (tables ``aco_services`` and
``medicare_defaults``).

Published spending is cut off per person at a national 99th percentile, claims here are not. Each enrollment type is cut
off at the model's own 99th percentile of a year's cost, computed from the exact distribution, and its prices are scaled
so that the expected truncated cost per person-year is the published one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vbcsim.assumptions.spec import Service, SharedFrailty
from vbcsim.calibrate.aco_year import AcoYear
from vbcsim.calibrate.annual_cost import annual_cost
from vbcsim.calibrate.categories import category_figures, services_of
from vbcsim.calibrate.defaults import default
from vbcsim.calibrate.enrollment import EnrollmentType, enrollment_types
from vbcsim.calibrate.public_use_file import read_public_use_file
from vbcsim.calibrate.reconcile import election
from vbcsim.core.errors import BadInput

__all__ = ["CalibratedAco", "CalibratedCell", "calibrate_mssp", "calibrated_aco"]

TRUNCATION_QUANTILE = 0.99
"""42 CFR 425.601(a)(4): spending above the national 99th percentile of the enrollment type does not count."""

BASE_YEARS = 3
_FLOOR_SHARE = 0.95
"""Claimant floor as a share of the lowest threshold of any year: room to vary the thresholds a little."""
_PROSPECTIVE_FROM = 2024
_BLEND_FROM = 2019


@dataclass(frozen=True, slots=True)
class CalibratedCell:
    """One enrollment type as a rating cell."""

    people: EnrollmentType
    utilization_relativity: float
    price_relativity: float
    frailty_relativity: float
    threshold_usd: float
    """The model's 99th percentile of a year's cost in the last base year [USD]."""
    excess_share: float
    """Part of the cost that lies above the threshold."""


@dataclass(frozen=True, slots=True)
class CalibratedAco:
    """Everything of an ACO that its scenario is written from."""

    row: AcoYear
    years: int
    """Number of performance years."""
    cells: tuple[CalibratedCell, ...]
    services: tuple[Service, ...]
    shared_frailty: SharedFrailty
    total_usd: float
    """Published spending per person-year, truncated [USD]."""
    growth: float
    """Expected yearly growth of spending [rate]."""

    @property
    def person_years(self) -> int:
        """Members of the scenario."""
        return sum(cell.people.person_years for cell in self.cells)

    @property
    def base_years(self) -> range:
        """The three base years."""
        return range(self.row.performance_year - BASE_YEARS + 1, self.row.performance_year + 1)

    @property
    def performance_years(self) -> range:
        """The years of the agreement."""
        return range(self.row.performance_year + 1, self.row.performance_year + 1 + self.years)

    @property
    def benchmark_rules(self) -> str:
        """Rules of the benchmark in force when the agreement begins."""
        start = self.performance_years[0]
        return "prospective" if start >= _PROSPECTIVE_FROM else "blend" if start > _BLEND_FROM else "national"

    @property
    def group_effect_sd(self) -> float:
        """Standard deviation of the provider group's effect for a group of this size."""
        by_size = default("group_effect_variance_times_members").value / self.person_years
        return float((default("group_effect_variance").value + by_size) ** 0.5)

    @property
    def savings_rate(self) -> float:
        """Published savings rate, from dollars."""
        return 1.0 - self.row.expenditure_usd / self.row.benchmark_usd

    @property
    def regional_adjustment(self) -> float | None:
        """Published regional adjustment as a rate of the historical benchmark; None where it is a flag or absent."""
        usd, historical = self.row.number("posregadj"), self.row.number("histbnchmk")
        if self.row.performance_year < 2022 or usd is None or not historical:  # a 0/1 flag until 2021
            return None
        return usd / historical

    @property
    def elected_minimum_rate(self) -> float | str:
        """The elected rate where the row chose one of the menu, else the scale."""
        chosen = election(self.row)
        return chosen if isinstance(chosen, float) else "scale"

    def floor_usd(self, cell: CalibratedCell) -> float:
        """Claimant floor: below the threshold of the first base year, the lowest of all [USD]."""
        return _FLOOR_SHARE * cell.threshold_usd / (1.0 + self.growth) ** (BASE_YEARS - 1)


def calibrate_mssp(
    file: str | Path, aco_id: str, *, year: int | None = None, years: int = 3, draws: int = 2000, seed: int = 1
) -> str:
    """The scenario of one ACO of a public-use file, as YAML text.

    :param file: a CMS public-use results file of any performance year.
    :param aco_id: the ACO's identifier in the file.
    :param year: performance year, where the file does not tell it or holds several.
    :param years: performance years of the new agreement, 1 to 5.
    :raises BadInput: where the file, the ACO or the number of years cannot be used.
    """
    from vbcsim.calibrate.scenario_text import scenario_text

    if not 1 <= years <= 5:
        raise BadInput("--years", f"{years} was given; an agreement has 1 to 5 performance years")
    read = read_public_use_file(file, year)
    row = read.aco(aco_id)
    others = [other for other in read.rows if other.performance_year == row.performance_year]
    return scenario_text(calibrated_aco(row, others, years), draws=draws, seed=seed)


def calibrated_aco(row: AcoYear, others: list[AcoYear], years: int = 3) -> CalibratedAco:
    """The figures of an ACO's scenario; ``others`` are the rows of its file."""
    types = enrollment_types(row, others)
    services = services_of(row, category_figures(row))
    shared = SharedFrailty(
        variance=default("shared_frailty_variance").value,
        persistence=default("shared_frailty_persistence").value,
        source=default("shared_frailty_variance").source,
    )
    total = sum(each.person_years * each.per_capita_usd for each in types) / sum(each.person_years for each in types)
    cells = tuple(_cell(each, each.per_capita_usd / total, services, shared) for each in types)
    return CalibratedAco(row, years, cells, services, shared, total, _growth(services))


def _cell(
    people: EnrollmentType, utilization: float, services: tuple[Service, ...], shared: SharedFrailty
) -> CalibratedCell:
    """A type's cell: use in proportion to its cost, prices such that its truncated cost is the published one."""
    frailty = default(f"frailty_relativity_{people.name}").value
    cost = annual_cost(services, shared, utilization, frailty)
    threshold = cost.quantile_usd(TRUNCATION_QUANTILE)
    truncated = cost.limited_mean_usd(threshold)
    # A price scales every cost, so also the percentile and the truncated mean.
    price = people.per_capita_usd / truncated
    return CalibratedCell(people, utilization, price, frailty, threshold * price, 1.0 - truncated / cost.mean_usd)


def _growth(services: tuple[Service, ...]) -> float:
    """Expected growth of spending from the reference year to the next [rate]."""
    spent = [each.utilization_per_1000 * each.mean_cost_usd for each in services]
    grown = [
        usd * (1 + each.utilization_trend) * (1 + each.price_trend) for usd, each in zip(spent, services, strict=True)
    ]
    return sum(grown) / sum(spent) - 1.0
