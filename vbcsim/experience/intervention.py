"""An intervention: who is offered it, how many take part, what it does to use and price, how it fades, its cost.

Members of the family stand in ``vbcsim/experience/interventions``, one file each; the file's name is the YAML word.
Each carries the effect that the evidence supports as its prior, shrunk by half where the study was not randomised and
with a standard deviation of half the mean, at least one percentage point. What a scenario states takes the prior's
place.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from vbcsim.core.errors import BadInput, Problem, did_you_mean
from vbcsim.core.family import load_family
from vbcsim.core.model import Frozen
from vbcsim.core.text import listing
from vbcsim.core.uncertain import Distribution, Uncertain
from vbcsim.core.units import Fraction, NonNegative, Rate, Usd, UsdPmpm, Year
from vbcsim.experience.figures import FIGURE, figures, figures_of, words
from vbcsim.experience.reach import Cells, all_of

__all__ = [
    "ALL",
    "ByYear",
    "Cost",
    "Intervention",
    "LastYear",
    "Prior",
    "Target",
    "intervention_family",
    "shrunk",
]

ALL = "all"
"""The word for every category that is not named."""
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Effect = Uncertain[Rate]
"""A relative change, -0.06 for six per cent less, or its distribution."""
Tables = dict[str, tuple[tuple[str, ...], NDArray[Any]]]


def _as_tuple(raw: object) -> object:
    return (raw,) if isinstance(raw, (int, float, str)) and not isinstance(raw, bool) else raw


ByYear = Annotated[tuple[NonNegative, ...], BeforeValidator(_as_tuple), Field(min_length=1, max_length=20)]
"""A figure for the first, second, ... year of a programme; the last one holds on. One figure holds for all."""

RAMP = (0.33, 0.71, 1.0)
"""Effect in the first, second and third year of a programme against the full one: savings of 1.6, 3.5 and 4.9 % after
one, two and three years of physician groups in the Shared Savings Program (McWilliams and others, NEJM 2018)."""


class Prior(NamedTuple):
    """What the evidence says about some service categories: change of use or price among those engaged."""

    categories: tuple[str, ...]
    """Names of the categories that it holds for, as far as a scenario has them."""
    effect: float
    """Relative change at full strength."""
    source: str
    """Study, and what was done to its figure."""


class LastYear(Frozen):
    """Members chosen by what they used the year before: a service at least so often, or a cost above so much."""

    category: Name | None = None
    """Service category whose services of last year are counted."""
    at_least: Annotated[int, Field(ge=1, le=1000)] = 1
    """Services of the category last year from which on a member is chosen."""
    cost_above_usd: Usd | None = None
    """Cost of all services last year above which a member is chosen, instead of a category."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.category is None) == (self.cost_above_usd is None):
            raise ValueError(
                "members are chosen by last year's services ({category: inpatient, at_least: 2}) or by last year's "
                "cost ({cost_above_usd: 50000}); state one of the two"
            )
        return self

    def words(self) -> str:
        """In plain words."""
        if self.category is None:
            return f"with a cost above ${self.cost_above_usd:,.0f} the year before"
        return f"with {self.at_least} or more {self.category} services the year before"


class Target(Cells):
    """Who is offered the intervention: cells by their attributes, and of their members all or those of a history."""

    last_year: LastYear | None = None
    """Only members with this use or cost the year before (none: all members of the cells)."""

    def words(self) -> str:
        """In plain words."""
        cells = super().words()
        return f"{cells} {self.last_year.words()}" if self.last_year else cells


class Cost(Frozen):
    """What the programme costs whoever runs it."""

    engaged_pmpm: Uncertain[UsdPmpm] = 0.0
    """Dollars per engaged member and month; may be a distribution."""
    saving_pmpm: Uncertain[UsdPmpm] = 0.0
    """Dollars of administration saved per engaged member and month."""
    per_year_usd: Usd = 0.0
    """Dollars a year whatever the number engaged."""
    start_up_usd: Usd = 0.0
    """Dollars once, in its first year."""

    def words(self) -> str:
        """In plain words; empty where it costs nothing."""
        parts = [f"${self.engaged_pmpm:,.2f} per engaged member and month"] if self.engaged_pmpm else []
        parts += [f"less ${self.saving_pmpm:,.2f} of administration saved"] if self.saving_pmpm else []
        parts += [f"${self.per_year_usd:,.0f} a year"] if self.per_year_usd else []
        parts += [f"${self.start_up_usd:,.0f} to start"] if self.start_up_usd else []
        return ", ".join(parts)


class Intervention(Frozen, ABC):
    """Those engaged have their use multiplied by 1 + effect x strength, their prices likewise; the rest stay the same.

    Of a cell that is offered the intervention as a whole only the mean is moved: its rate is multiplied by
    1 + uptake x effect x strength. What a member-level choice would add to the variance of a member's rate is
    uptake x (1 - uptake) x effect^2, at most effect^2 / 4; see the explanation page. Members chosen by last year's use
    are followed one by one.
    """

    reference: ClassVar[str]
    """Studies that the priors stand on."""
    use_priors: ClassVar[tuple[Prior, ...]] = ()
    """Changes of use where the scenario states none."""
    price_priors: ClassVar[tuple[Prior, ...]] = ()
    """Changes of the cost per service where the scenario states none."""
    measure_priors: ClassVar[Mapping[str, float]] = {}
    """Change in points of quality measures by their kind, where the scenario states none."""

    kind: str
    """Word of the family."""
    title: Text | None = None
    """Name for readers (none: its word)."""
    target: Target = Target()
    """Who is offered it: attributes of cells, and last year's use."""
    uptake: Uncertain[Fraction]
    """Share of the target that is engaged once it has grown; may be a distribution."""
    enrolment: Annotated[tuple[Fraction, ...], BeforeValidator(_as_tuple), Field(min_length=1, max_length=20)] = (1.0,)
    """Part of that share reached in its first, second, ... year; the last figure holds on."""
    starts: Year | None = None
    """First year (none: the first performance year)."""
    ramp: ByYear = RAMP
    """Effect on those engaged in its first, second, ... year against the full one; the last figure holds on."""
    decay: Fraction = 0.15
    """Part of the effect that is lost every year once it fades, because usual care improves (judgement: 10 to 20 %)."""
    fades_after: Annotated[int, Field(ge=0, le=50)] = 3
    """Years after which it begins to fade."""
    use: Annotated[dict[Name, Effect], Field(max_length=64)] | None = None
    """Relative change of use by category among those engaged; `all` is every other category (none: the prior)."""
    price: Annotated[dict[Name, Effect], Field(max_length=64)] | None = None
    """Relative change of the cost per service by category, likewise."""
    measures: Annotated[dict[Name, Effect], Field(max_length=200)] | None = None
    """Change of quality measures among those engaged, in points (0.02 is two percentage points), by name."""
    dependence: Literal["perfect", "independent"] = "perfect"
    """Whether a draw in which one uncertain effect is strong has all of them strong."""
    cost: Cost = Cost()
    """What it costs."""
    source: Text
    """Where the figures that the scenario states come from."""

    @model_validator(mode="after")
    def _history_moves_use_only(self) -> Self:
        if self.target.last_year is None:
            return self
        if isinstance(self.uptake, Distribution):
            raise ValueError(
                "members chosen by last year's use are enrolled one by one: write uptake as a plain number; "
                "what is uncertain belongs in the effects"
            )
        if self.price or (self.price is None and self.price_priors):
            raise ValueError(
                "members chosen by last year's use keep their prices: state `price: {}` and the effects under `use`"
            )
        if self.measures:
            raise ValueError(
                "members chosen by last year's use are too few to move a measure of their stratum by themselves: "
                "they move no measure; state `measures` in an intervention of whole cells"
            )
        return self

    def strength(self, year: int) -> float:
        """Effect in the ``year``-th year of the intervention (1 is the first) against the full one."""
        if year < 1:
            return 0.0
        kept = (1.0 - self.decay) ** max(0, year - self.fades_after)
        return float(self.ramp[min(year, len(self.ramp)) - 1] * kept)

    def engaged_share(self, year: int) -> float:
        """Part of the uptake that is reached in the ``year``-th year (1 is the first)."""
        return 0.0 if year < 1 else float(self.enrolment[min(year, len(self.enrolment)) - 1])

    def points(self, name: str, kind: str) -> float:
        """Change of a measure in points: stated by name, or the prior of its kind."""
        if self.target.last_year is not None:
            return 0.0
        if self.measures is None:
            return self.measure_priors.get(kind, 0.0)
        return self.measures.get(name, 0.0)

    def score_growth(self) -> float:
        """Relative change of the risk score of those engaged at strength 1."""
        return 0.0

    def effects(self, what: Literal["use", "price"], categories: Sequence[str]) -> list[float]:
        """The effect on each category's use or price; raises BadInput where a stated category is unknown."""
        stated: Mapping[str, float] | None = getattr(self, what)
        if stated is None:
            return self._of_priors(what, categories)
        unknown = [name for name in stated if name != ALL and name not in categories]
        if unknown:
            raise BadInput(
                Problem(f"{what}.{name}", f'"{name}" is not a service category{did_you_mean(name, categories)}')
                for name in unknown
            )
        return [stated.get(category, stated.get(ALL, 0.0)) for category in categories]

    def _of_priors(self, what: Literal["use", "price"], categories: Sequence[str]) -> list[float]:
        """The priors' effect on each category; raises BadInput where they speak of none of them."""
        priors: Sequence[Prior] = getattr(self, f"{what}_priors")
        known = [name for prior in priors for name in prior.categories]
        if priors and ALL not in known and not set(known) & set(categories):
            raise BadInput(
                what,
                f"the prior of {self.kind} speaks of {listing(known)}, and no service category has such a name: "
                f"state the effects under `{what}` (categories: {listing(list(categories), 20)})",
            )
        return [_of_prior(priors, category) for category in categories]

    def tables(
        self, cells: Sequence[Any], categories: Sequence[str], base: Sequence[int], performance: Sequence[int]
    ) -> Tables:
        """What the cohort dataset holds of it: variable -> (dims, values), without the dimension ``intervention``.

        :raises BadInput: where it reaches no cell or names an unknown category; places are below the intervention.
        """
        history = self.target.last_year
        reach, use, price, index = all_of(
            lambda: self.target.mask(cells),
            lambda: figures_of(self.effects("use", categories)),
            lambda: figures_of(self.effects("price", categories)),
            lambda: np.array(_history_index(history, categories), dtype=np.int64),
        )
        since = [year - (self.starts or performance[0]) + 1 for year in (*base, *performance)]
        first = [1.0 if k == 1 else 0.0 for k in since]
        running = [1.0 if k >= 1 else 0.0 for k in since]
        pmpm = (self.cost.engaged_pmpm, self.cost.saving_pmpm)
        return {
            "intervention_reach": (("cell",), reach.astype(np.uint8)),
            "intervention_uptake": ((FIGURE,), figures(self.uptake)),
            "intervention_enrolment": (("year",), np.array([self.engaged_share(k) for k in since])),
            "intervention_strength": (("year",), np.array([self.strength(k) for k in since])),
            "intervention_use": (("category", FIGURE), use),
            "intervention_price": (("category", FIGURE), price),
            "intervention_score": ((FIGURE,), figures(self.score_growth())),
            "intervention_independent": ((), np.array(self.dependence == "independent")),
            "intervention_history": ((), index),
            "intervention_history_least": ((), np.array(_history_least(history))),
            "intervention_cost_pmpm": (("flow", FIGURE), figures_of(pmpm)),
            "intervention_fixed_usd": (
                ("year",),
                self.cost.per_year_usd * np.array(running) + self.cost.start_up_usd * np.array(first),
            ),
        }

    def sentence(self) -> str:
        """In plain words: who, how many, what it does, what it costs."""
        parts = [f"{self.title or self.kind.replace('_', ' ')} for {self.target.words()}"]
        parts += [f"{self.uptake:.0%} engaged", *self._effect_words()]
        parts += [self.cost.words()] if self.cost.words() else []
        text = "; ".join(parts)
        return text[0].upper() + text[1:] + "."

    def _effect_words(self) -> list[str]:
        stated = [
            f"{name} {what} {words(effect)}"
            for what in ("use", "price")
            for name, effect in (getattr(self, what) or {}).items()
        ]
        prior = [
            f"{p.categories[0]} {what} {words(p.effect)} by the prior"
            for what in ("use", "price")
            if getattr(self, what) is None
            for p in getattr(self, f"{what}_priors")
        ]
        return stated + prior


NO_HISTORY = -2
"""Stands for an intervention that is offered whatever was used last year."""
BY_COST = -1
"""Stands for an intervention that is offered by last year's total cost."""


def _history_index(history: LastYear | None, categories: Sequence[str]) -> int:
    if history is None:
        return NO_HISTORY
    if history.category is None:
        return BY_COST
    if history.category not in categories:
        near = did_you_mean(history.category, categories)
        raise BadInput("target.last_year.category", f'"{history.category}" is not a service category{near}')
    return list(categories).index(history.category)


def _history_least(history: LastYear | None) -> float:
    if history is None:
        return 0.0
    return float(history.at_least if history.cost_above_usd is None else history.cost_above_usd)


def _of_prior(priors: Sequence[Prior], category: str) -> float:
    """The first prior that names the category, else the one for all others."""
    for prior in priors:
        if category in prior.categories:
            return prior.effect
    return next((prior.effect for prior in priors if ALL in prior.categories), 0.0)


def shrunk(mean: float) -> float:
    """The prior from a study that was not randomised: half its figure, sd half of that and at least 1 %."""
    half = mean / 2.0
    return Distribution("normal", (half, max(0.01, abs(half) / 2.0)))


def intervention_family() -> Mapping[str, type[Intervention]]:
    """Every intervention by its YAML word."""
    return load_family("vbcsim.experience.interventions", Intervention)
