"""The kinds of facts that a population can be judged by: what each says, and how near a simulation must come.

The tolerances were set before any simulation was compared. They stand for the sampling error and the coarse rounding
of surveys: resampling the survey moves the coefficient of variation of a cell of 3,000 person-years by a quarter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["KINDS", "Kind", "tolerance"]

Scope = Literal["none", "optional", "one", "two"]
At = Literal["none", "share", "count", "multiple"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fact.

    ``of`` says how many categories it names, ``at`` what its level means (a share of persons, a number of events or
    persons, a multiple of the mean); a value agrees within ``relative`` x value and ``absolute``, the larger of both.
    """

    words: str
    of: Scope = "none"
    at: At = "none"
    relative: float = 0.0
    absolute: float = 0.0
    largest: float = 1e9


KINDS: Final[dict[str, Kind]] = {
    "mean_cost_pmpm": Kind("mean cost, $ per member and month", of="optional", relative=0.05),
    "mean_cost_per_service": Kind("mean cost of one service, $", of="one", relative=0.05),
    "utilization_per_1000": Kind("services per 1,000 persons and year", of="one", relative=0.05, largest=1e6),
    "cost_share": Kind("share of all cost", of="one", absolute=0.03, largest=1.0),
    "cost_cv": Kind("coefficient of variation of a person's yearly cost", of="optional", relative=0.15, largest=1e3),
    "top_share": Kind("share of cost of the dearest persons", at="share", absolute=0.03, largest=1.0),
    "zero_share": Kind("share of persons without any cost", absolute=0.03, largest=1.0),
    "quantile_over_mean": Kind("quantile of yearly cost over its mean", at="share", relative=0.15, largest=1e6),
    "exceed_per_million": Kind("persons above a multiple of the mean, per million", at="multiple", relative=0.2),
    "tail_index": Kind("Hill index of the dearest persons", at="share", relative=0.2, largest=100.0),
    "group_sd": Kind("standard deviation of a group's mean over the mean", at="count", relative=0.15, largest=100.0),
    "stay_top": Kind("share of the dearest who are so again next year", at="share", absolute=0.05, largest=1.0),
    "stay_bottom": Kind("share of the cheapest who are so again next year", at="share", absolute=0.05, largest=1.0),
    "cost_correlation": Kind("correlation of cost of two years", of="optional", absolute=0.08, largest=1.0),
    "capped_correlation": Kind(
        "correlation of cost of two years, capped at a multiple of the mean", at="multiple", absolute=0.08, largest=1.0
    ),
    "log_correlation": Kind("correlation of log(1 + cost) of two years", absolute=0.08, largest=1.0),
    "count_correlation": Kind("correlation of counts of two years", of="one", absolute=0.08, largest=1.0),
    "next_over_this": Kind("next year's cost of the dearest over this year's", at="share", absolute=0.08, largest=10.0),
    "next_rate_over_all": Kind(
        "next year's rate of persons with so many events, over everybody's", of="one", at="count", relative=0.2
    ),
    "overdispersion": Kind(
        "(variance - mean) / mean^2 of counts within age and sex", of="one", relative=0.2, largest=1e3
    ),
    "severity_log_sd": Kind("standard deviation of log cost, persons with one event", of="one", relative=0.1),
    "severity_cv": Kind("coefficient of variation of cost, persons with one event", of="one", relative=0.25),
    "rank_correlation": Kind("rank correlation of yearly cost of two categories", of="two", absolute=0.06, largest=1.0),
}
"""Every kind of fact by name."""


def tolerance(kind: Kind, value: float) -> float:
    """How far from ``value`` a simulated figure may lie and still agree."""
    return max(kind.absolute, kind.relative * abs(value))
