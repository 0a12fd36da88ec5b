"""A fitted figure: what the data say, what a shipped table says, and the credibility-weighted mean of both.

Credibility is that of greatest accuracy (Buehlmann 1967; Buehlmann & Straub 1970; Klugman, Panjer & Willmot, *Loss
Models*, ch. 18): ``Z = width^2 / (width^2 + standard_error^2)``, the width being the standard deviation of the figure
between populations, i.e. how far a shipped figure may be wrong for these persons before any of their data are read.
What is written has variance ``Z x standard_error^2``, and goes on into a simulation as a distribution.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from vbcsim.core.uncertain import Distribution

__all__ = ["LEVEL_WIDTH", "TREND_WIDTH", "Figure", "Scale", "uncertain", "weighted"]

Scale = Literal["linear", "log", "logit"]

LEVEL_WIDTH: Final = 0.3
"""How far the use or the mean cost of a category in a shipped table may be off (share of it): judgement, after the
spread of use between accountable care organizations and between lines of business of the shipped tables."""
TREND_WIDTH: Final = 0.02
"""How far a shipped yearly trend may be off: judgement."""
_SHARE: Final = frozenset({"shared_weight", "persistence", "tail_probability"})
_TOP: Final = {"overdispersion": 1000.0, "body_sigma": 4.0}
"""The largest that a field takes; a distribution that could be drawn beyond it is narrowed."""
_LEAST_INDEX: Final = 1.2
"""Below it nearly all cost lies in a few services; no published tail of health costs is so heavy (judgement)."""
_REACH: Final = 6.34


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one category (``""``: of the shared frailty)."""

    category: str
    field: str
    estimate: float
    """From the data alone; nan where they tell nothing."""
    standard_error: float
    """Of the estimate, over persons (families where known); infinite where the data tell nothing."""
    shipped: float | None
    """Of the table shrunk towards; none where there is no such figure."""
    credibility: float
    """Z: weight of the data, 0 to 1."""
    value: float
    """What is written."""
    sd: float
    """Standard deviation of what is written; 0 where it is taken over from a table as it is."""
    based_on: str
    """What was counted: ``1,204 services``, ``2,000 persons``."""

    @property
    def written(self) -> float:
        """The figure with its uncertainty, as a field of a table takes it."""
        return uncertain(self.field, self.value, self.sd)


def weighted(estimate: float, error: float, shipped: float | None, width: float) -> tuple[float, float, float]:
    """Credibility-weighted mean, its standard deviation, and Z; on whatever scale the four figures share."""
    if shipped is None:
        return estimate, error, 1.0
    if not (math.isfinite(estimate) and math.isfinite(error)):
        return shipped, width, 0.0
    z = width**2 / (width**2 + error**2) if width > 0 else 0.0
    return z * estimate + (1.0 - z) * shipped, math.sqrt(z) * error, z


def uncertain(field: str, value: float, sd: float) -> float:
    """The number as a distribution that stays within the bounds of its field, or plain where the spread is nil.

    Shares are betas; what is above 0 a lognormal; a tail index, which must stay above 1, a lognormal if that is sure
    to, else a triangular; a trend is normal.
    """
    if not math.isfinite(sd) or sd <= 1e-4 * max(abs(value), 1e-9):
        return value
    if field in _SHARE:
        top = 0.45 if field == "tail_probability" else 1.0
        return _share(value, sd, top)
    if field.endswith("_trend"):
        return Distribution("normal", (value, min(sd, 0.9 / _REACH)))
    if field == "tail_index":
        return _tail_index(value, sd)
    if value <= 0:
        return value
    # A lognormal that is wider than its mean would draw what no population has; its tail is kept in hand.
    drawn = Distribution("lognormal", (value, min(sd, value)))
    while drawn.reach[1] > _TOP.get(field, math.inf):
        drawn = Distribution("lognormal", (value, 0.8 * drawn.sd))
    return drawn


def _share(value: float, sd: float, top: float) -> float:
    if not 1e-6 < value < top - 1e-6:
        return value
    if top < 1.0:
        half = min(math.sqrt(6.0) * sd, value * (1 - 1e-9), top - value)
        return Distribution("triangular", (value - half, value, value + half))
    return Distribution("beta", (value, min(sd, 0.6 * math.sqrt(value * (1.0 - value)))))


def _tail_index(value: float, sd: float) -> float:
    drawn = Distribution("lognormal", (value, sd))
    if drawn.reach[0] > _LEAST_INDEX:
        return drawn
    half = min(math.sqrt(6.0) * sd, value - _LEAST_INDEX)
    return Distribution("triangular", (value - half, value, value + half)) if half > 0 else value
