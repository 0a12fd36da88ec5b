"""A quality measure: whom it counts, its rate in each equity stratum, how it improves, how groups differ.

Members of the family stand in ``vbcsim/experience/measures``, one file each; the file's name is the YAML word. A
default is a published figure or marked as judgement; a measure for which none is known must be given its rate.
"""

from __future__ import annotations

import math
from abc import ABC
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, StringConstraints

from vbcsim.core.errors import BadInput, Problem, did_you_mean
from vbcsim.core.family import load_family
from vbcsim.core.model import Frozen
from vbcsim.core.text import listing
from vbcsim.core.uncertain import Distribution, Uncertain
from vbcsim.core.units import Fraction, Rate
from vbcsim.experience.figures import FIGURE, figures, figures_of
from vbcsim.experience.reach import Cells, all_of

if TYPE_CHECKING:
    from vbcsim.experience.intervention import Intervention

__all__ = [
    "CLAIMS",
    "MEMBERS",
    "SERVICES",
    "Counted",
    "Measure",
    "Proportion",
    "RatePerThousand",
    "measure_family",
    "slug",
]

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Points = Uncertain[Rate]
"""A change in points of a rate: 0.015 is one and a half percentage points."""
Tables = dict[str, tuple[tuple[str, ...], NDArray[Any]]]

ALL = "all"
MEMBERS, SERVICES, CLAIMS = 0, 1, 2
"""What stands in the denominator: members, services of some categories, or person-years of which services count."""

IMPROVEMENT = Distribution("normal", (0.015, 0.005))
"""Points gained per year under incentives: 1 to 2 (judgement)."""
GAP_CLOSING = Distribution("normal", (0.0075, 0.0025))
"""Points per year by which a gap between equity strata closes under incentives: 0.5 to 1 (judgement)."""


def slug(value: str) -> str:
    """A stratum's value as part of a line's name: lower case, what is no letter or digit as an underscore."""
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in value.lower())


def _by_stratum(raw: object) -> object:
    """One figure for all strata as that of every one."""
    return raw if isinstance(raw, Mapping) and not set(raw) <= _WORDS else {ALL: raw}


_WORDS = frozenset({"normal", "lognormal", "uniform", "triangular", "beta"})


def _by_label(raw: object) -> object:
    return raw if isinstance(raw, Mapping) else {ALL: raw}


Rates = Annotated[dict[Label, Uncertain[Fraction]], BeforeValidator(_by_stratum), Field(min_length=1, max_length=100)]
"""A rate, or one by equity stratum; each may be a distribution."""
PointsBy = Annotated[dict[Label, Points], BeforeValidator(_by_stratum), Field(min_length=1, max_length=100)]
"""Points a year, or points by equity stratum; each may be a distribution."""
Shares = Annotated[dict[Label, Fraction], BeforeValidator(_by_label), Field(min_length=1, max_length=100)]
"""A share, or one by line of business."""


class Measure(Frozen, ABC):
    """A rate: numerator over denominator, by draw, year and stratum."""

    reference: ClassVar[str]
    """Where the definition and the defaults come from."""
    lower_is_better: ClassVar[bool] = False
    """Whether a low rate is good."""
    counted: ClassVar[int]
    """What stands in the denominator."""

    kind: str
    """Word of the family."""
    title: Text | None = None
    """Name for readers (none: its word)."""
    members: Cells = Cells()
    """Cells whose members count."""
    source: Text
    """Where the figures that the scenario states come from."""

    @property
    def low_is_good(self) -> bool:
        """Whether a low rate of this very measure is good."""
        return self.lower_is_better

    def tables(
        self,
        cells: Sequence[Any],
        categories: Sequence[str],
        base: Sequence[int],
        performance: Sequence[int],
        interventions: Mapping[str, Intervention] | None = None,
        name: str = "",
    ) -> Tables:
        """What the cohort dataset holds of it: variable -> (dims, values), without the dimension ``measure``.

        Dims ``equity`` (the cells' equity strata in order of appearance), ``intervention`` (only where there are any).

        :param interventions: those that may add points, and ``name`` the measure's own, by which they speak of it.
        :raises BadInput: where it counts nobody, or no rate is known; places are below the measure.
        """
        strata = list(dict.fromkeys(cell.equity_stratum for cell in cells))
        equity = np.array([strata.index(cell.equity_stratum) for cell in cells], dtype=np.int64)
        chosen, counted, share, rates = all_of(
            lambda: self.members.mask(cells, "members"),
            lambda: self._categories(categories),
            lambda: self._share(cells),
            lambda: self._rates(strata),
        )
        tables: Tables = {
            "measure_counted": ((), np.array(self.counted, dtype=np.int64)),
            "measure_low_is_good": ((), np.array(self.low_is_good)),
            "measure_category": (("category",), counted),
            "measure_share": (("cell",), chosen * share),
            "measure_equity": (("cell",), equity),
            "measure_years": (("year",), np.array([max(0, y - base[-1]) for y in (*base, *performance)], dtype=float)),
            **rates,
        }
        if interventions:
            points = [i.points(name, self.kind) for i in interventions.values()]
            tables["measure_points"] = (("intervention", FIGURE), figures_of(points))
        return tables

    def _categories(self, categories: Sequence[str]) -> NDArray[np.uint8]:
        """Which service categories are counted."""
        return np.zeros(len(categories), dtype=np.uint8)

    def _share(self, cells: Sequence[Any]) -> NDArray[np.float64]:
        """Share of each cell's members, or of its services, in the denominator."""
        return np.ones(len(cells))

    def _rates(self, strata: Sequence[str]) -> Tables:
        """Rates, improvement and spread of groups, by equity stratum; nothing where claims tell the rate."""
        none = figures_of([0.0] * len(strata))
        return {
            "measure_rate": (("equity", FIGURE), none),
            "measure_improvement": (("equity", FIGURE), none),
            "measure_gap_closing": ((FIGURE,), figures(0.0)),
            "measure_limit": ((), np.array(0.0 if self.low_is_good else 1.0)),
            "measure_group_sd": ((), np.array(0.0)),
            "measure_group_persistence": ((), np.array(0.0)),
            "measure_group_correlation": ((), np.array(0.0)),
        }

    def sentence(self) -> str:
        """In plain words."""
        text = f"{self.title or self.kind.replace('_', ' ')} of {self.members.words()}"
        parts = [
            f"{text[0].upper()}{text[1:]}",
            *self._rate_words(),
            *(["a low rate is good"] if self.low_is_good else []),
        ]
        return "; ".join(parts) + "."

    def _rate_words(self) -> list[str]:
        """The rate and its course in words."""
        return ["counted from the claims"]


class Counted(Measure):
    """A measure whose denominator or numerator are services of some categories."""

    default_categories: ClassVar[tuple[str, ...]] = ()
    """Names of the categories that are counted where the scenario states none, as far as it has them."""

    categories: Annotated[tuple[Name, ...], BeforeValidator(lambda r: (r,) if isinstance(r, str) else r)] = ()
    """Service categories that are counted (none: those of the measure's definition)."""

    def _categories(self, categories: Sequence[str]) -> NDArray[np.uint8]:
        unknown = [name for name in self.categories if name not in categories]
        if unknown:
            raise BadInput(
                Problem("categories", f'"{n}" is not a service category{did_you_mean(n, categories)}') for n in unknown
            )
        wanted = self.categories or tuple(name for name in self.default_categories if name in categories)
        if not wanted:
            raise BadInput(
                "categories",
                f"{self.kind} counts {' or '.join(self.default_categories)}, and no service category has such a name: "
                f"state `categories` (there are {listing(list(categories), 20)})",
            )
        return np.array([name in wanted for name in categories], dtype=np.uint8)


class RatePerThousand(Counted):
    """Services per 1,000 person-years, counted from the claims: they carry chance, groups and interventions."""

    counted: ClassVar[int] = CLAIMS
    lower_is_better: ClassVar[bool] = True


class Proportion(Measure):
    """A share of members or of services; the numerator is binomial by draw, year and stratum.

    The rate of a stratum in the t-th performance year is its rate of the last base year plus t x (improvement, and for
    a stratum that lags gap closing up to the gap), no further than the limit. On the probit scale each provider group
    deviates by a normal effect that persists over years and is correlated between measures; the mean stays the rate.
    """

    counted: ClassVar[int] = MEMBERS
    default_share: ClassVar[Mapping[str, float]] = {}
    """Share of members in the denominator by line of business."""
    default_rate: ClassVar[Mapping[str, float]] = {}
    """Rate by equity stratum, and under ``all`` that of all together."""
    default_limit: ClassVar[float | None] = None
    """Level that improvement does not pass; None: none but 0 and 1."""
    default_improvement: ClassVar[float] = IMPROVEMENT
    """Points gained per performance year."""
    default_group_sd: ClassVar[float]
    """Standard deviation between provider groups."""

    share: Shares | None = None
    """Share of the chosen members in the denominator, or shares by line of business (none: the measure's own)."""
    rate: Rates | None = None
    """Rate of the last base year, or rates by equity stratum (none: the published one)."""
    improvement: PointsBy | None = None
    """Points gained in the good direction per performance year, or by equity stratum (none: as judged for it)."""
    gap_closing: Points = Field(default_factory=lambda: GAP_CLOSING)
    """Points a year by which a stratum that lags comes closer to the best one (judgement: 0.75, sd 0.25)."""
    limit: Fraction | None = None
    """Rate that improvement does not pass (none: the best tenth of ACOs)."""
    group_sd: Annotated[Fraction, Field(le=0.4)] | None = None
    """Standard deviation between provider groups, in the unit of the rate (none: that between ACOs)."""
    group_persistence: Fraction = 0.85
    """Autocorrelation of a group's effect from one year to the next (judgement on ACOs' costs and admissions)."""
    group_correlation: Fraction = 0.3
    """Correlation of a group's effects on any two measures (judgement)."""

    def _share(self, cells: Sequence[Any]) -> NDArray[np.float64]:
        given = self.share or self.default_share
        lines = dict.fromkeys(c.line_of_business for c in cells if self.members.has(c))
        missing = [line for line in lines if line not in given and ALL not in given]
        if missing:
            raise BadInput(
                Problem("share", f'no share of line of business "{line}" is known for {self.kind}; state `share`')
                for line in missing
            )
        return np.array([given.get(c.line_of_business, given.get(ALL, 0.0)) for c in cells])

    def _rates(self, strata: Sequence[str]) -> Tables:
        rates = self._by_stratum(self.rate or self.default_rate, strata, "rate")
        points = self._by_stratum(self.improvement or {ALL: self.default_improvement}, strata, "improvement")
        sd = self.default_group_sd if self.group_sd is None else self.group_sd
        return {
            "measure_rate": (("equity", FIGURE), figures_of(rates)),
            "measure_improvement": (("equity", FIGURE), figures_of(points)),
            "measure_gap_closing": ((FIGURE,), figures(self.gap_closing)),
            "measure_limit": ((), np.array(self._limit())),
            "measure_group_sd": ((), np.array(probit_sd(float(np.mean([float(r) for r in rates])), sd, "group_sd"))),
            "measure_group_persistence": ((), np.array(self.group_persistence)),
            "measure_group_correlation": ((), np.array(self.group_correlation)),
        }

    def _rate_words(self) -> list[str]:
        given = self.rate or self.default_rate
        rates = ", ".join(f"{rate:.1%}" if name == ALL else f"{name} {rate:.1%}" for name, rate in given.items())
        gains = self.improvement or {ALL: self.default_improvement}
        course = ", ".join(f"{'' if name == ALL else f'{name} '}{_points_words(gain)}" for name, gain in gains.items())
        return [*([rates] if rates else []), f"better by {course} a year"]

    def _limit(self) -> float:
        stated = self.default_limit if self.limit is None else self.limit
        return (0.0 if self.low_is_good else 1.0) if stated is None else stated

    def _by_stratum(self, given: Mapping[str, float], strata: Sequence[str], field: str) -> list[float]:
        """The figure of each equity stratum; raises BadInput where one is not known or a name fits none."""
        by_slug = {slug(name): value for name, value in given.items()}
        # One figure for all may stand for strata only where nobody told the strata apart.
        everyone = given.get(ALL) if set(given) == {ALL} and (field != "rate" or self.rate is not None) else None
        missing = [s for s in strata if slug(s) not in by_slug and everyone is None]
        if missing:
            known = f"; known are {listing(list(given))}" if given else ""
            raise BadInput(
                Problem(field, f'no {field} of equity stratum "{s}" is known for {self.kind}{known}: state `{field}`')
                for s in missing
            )
        return [by_slug.get(slug(s), everyone) for s in strata]  # type: ignore[misc]


def _points_words(gain: float) -> str:
    """``1.5 points (sd 0.5)``."""
    return f"{100 * gain:.1f} points{f' (sd {100 * gain.sd:.1f})' if isinstance(gain, Distribution) else ''}"


def probit_sd(rate: float, sd: float, place: str) -> float:
    """Standard deviation on the probit scale that gives a rate of that mean the standard deviation ``sd``.

    Var(Phi(m + s z)) = Phi2(m', m'; rho) - rate^2 with m' = Phi^-1(rate) and rho = s^2 / (1 + s^2), solved for s.
    """
    from statistics import NormalDist  # scipy is not loaded where a scenario is only checked

    if sd == 0.0 or rate in (0.0, 1.0):
        return 0.0
    if sd**2 >= rate * (1.0 - rate) * 0.9:
        raise BadInput(place, f"groups with a mean rate of {rate:g} cannot differ by a standard deviation of {sd:g}")
    normal, (z, weight) = NormalDist(), np.polynomial.hermite_e.hermegauss(80)
    weight, middle = weight / weight.sum(), NormalDist().inv_cdf(rate)

    def spread(s: float) -> float:
        p = np.array([normal.cdf(middle * math.sqrt(1.0 + s * s) + s * x) for x in z.tolist()])
        return float(np.sqrt(weight @ (p - rate) ** 2))

    low, high = 0.0, 8.0
    while high - low > 1e-12:
        halfway = 0.5 * (low + high)
        low, high = (halfway, high) if spread(halfway) < sd else (low, halfway)
    return 0.5 * (low + high)


def measure_family() -> Mapping[str, type[Measure]]:
    """Every measure by its YAML word."""
    return load_family("vbcsim.experience.measures", Measure)
