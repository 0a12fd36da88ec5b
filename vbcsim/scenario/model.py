"""The scenario: the question of a study with everything that answers it depends on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from vbcsim.assumptions.spec import Assumptions, Name, Text
from vbcsim.cohort.spec import Cell, CohortSpec
from vbcsim.core.errors import did_you_mean
from vbcsim.core.model import Frozen
from vbcsim.core.text import shown
from vbcsim.core.units import Year
from vbcsim.experience.collective.spec import Collective, Risk
from vbcsim.experience.engines import CHOICES
from vbcsim.experience.families import AnyIntervention, AnyMeasure
from vbcsim.outcomes.answers import AnswerSpec
from vbcsim.outcomes.capital_spec import Capital
from vbcsim.outcomes.economics import Economics
from vbcsim.scenario.sign_off import SignOff

if TYPE_CHECKING:
    from vbcsim.contract.arrangement import Arrangement
    from vbcsim.contract.design import Design

__all__ = [
    "BASE_CASE",
    "EXPERIENCE_SECTIONS",
    "MAX_DRAWS",
    "Case",
    "Draws",
    "Engine",
    "Recorded",
    "Scenario",
    "Seed",
    "Years",
]

MAX_DRAWS = 10_000_000
BASE_CASE = "base"
"""The name of the case that is the scenario itself."""
EXPERIENCE_SECTIONS = ("cohort", "assumptions", "collective", "interventions", "measures", "years", "seed", "engine")
"""Parts of a scenario that decide what happens to members; draws only say how often it is simulated."""


def _no_flag(value: Any) -> Any:
    if isinstance(value, (bool, str)):
        raise ValueError(f"{shown(value)} was read where a whole number is needed; write it without quotes")
    return value


Seed = Annotated[int, Field(ge=0, le=2**64 - 1), BeforeValidator(_no_flag)]
"""A whole number of 64 bits."""
Draws = Annotated[int, Field(ge=2, le=MAX_DRAWS), BeforeValidator(_no_flag)]
"""A number of draws; two at least, so that the spread of a mean can be told."""


def _an_engine(name: str) -> str:
    if name not in CHOICES:
        raise ValueError(f"{shown(name)} is not an engine{did_you_mean(name, CHOICES)} (allowed: {', '.join(CHOICES)})")
    return name


_OF_MEMBERS = ("cohort", "assumptions", "interventions", "measures", "economics")
"""Sections that a scenario with risks in place of members does not have."""
_ASIDE = object()
"""Stands for members and assumptions where a scenario has risks in their place."""


def _needed(value: Any) -> Any:
    """The value; None where risks stand in its place."""
    if value is None:
        raise PydanticCustomError("missing", "Field required")
    return None if value is _ASIDE else value


def _members(value: Any) -> Any:
    """The members; a cell to be replaced where risks stand in their place."""
    found = _needed(value)
    return _cells_of({}) if found is None else found


def _cells_of(risks: Mapping[str, Risk]) -> CohortSpec:
    """A cohort that names risks: a cell for each, with its exposure as members."""
    units = {name: risk.greatest_exposure for name, risk in risks.items()} or {"none": 1.0}
    cells = tuple(Cell(cell=name, members=max(1, round(n)), line_of_business=name) for name, n in units.items())
    return CohortSpec(cells=cells, strata=("line_of_business",), source="the risks of the collective")


Engine = Annotated[str, AfterValidator(_an_engine), Field(json_schema_extra={"enum": list(CHOICES)})]
"""The name of an engine."""


class Years(Frozen):
    """The calendar years of a study."""

    base: Annotated[tuple[Year, ...], Field(min_length=1, max_length=20)]
    """Years before the contract, simulated for a benchmark built from history; the last one is the reference year."""
    performance: Annotated[tuple[Year, ...], Field(min_length=1, max_length=20)]
    """Years that the contract settles."""

    @model_validator(mode="after")
    def _one_run_of_years(self) -> Self:
        for name, years in (("base", self.base), ("performance", self.performance)):
            for before, after in pairwise(years):
                if after != before + 1:
                    raise ValueError(
                        f"{name} years are {', '.join(map(str, years))}; {after} does not follow {before}: "
                        "list the years in order, each once, with no gap"
                    )
        if self.base[-1] >= self.performance[0]:
            raise ValueError(
                f"the last base year {self.base[-1]} is not before the first performance year {self.performance[0]}; "
                "base years come before performance years"
            )
        return self


class Recorded(Frozen):
    """A figure that was published about the real group."""

    value: float | int | str
    """The figure."""
    unit: Annotated[str, Field(max_length=120)] = ""
    """Its unit."""
    source: Text
    """Where it was published."""


class Case(Frozen):
    """The same question under other assumptions: what is changed against the scenario, and why."""

    title: Text
    """Title of the case."""
    changes: Annotated[dict[Text, Any], Field(min_length=1, max_length=200)]
    """New values by path, as in ``interventions.home_visits.effect: 0.2``; written like an override."""
    note: Text | None = None
    """What else a reader should know."""
    source: Text
    """Where the changed figures come from."""


class Scenario(Frozen):
    """A study: members and assumptions (what happens), designs (what is owed), years, and how often to simulate."""

    vbcsim: Literal[1]
    """Version of the format; 1."""
    name: Name
    """Short name of the study; names the folder of a run."""
    title: Text
    """Title of the report."""
    question: Text
    """The question in a sentence."""
    description: Text | None = None
    """What else a reader should know."""
    seed: Seed = 1
    """Seed of every random number of the run."""
    draws: Draws = 2000
    """Number of simulated histories."""
    split_draws: Annotated[int, Field(ge=0, le=MAX_DRAWS), BeforeValidator(_no_flag)] = 400
    """Draws of the variance split, at most as many as ``draws``; 0 leaves it out."""
    engine: Engine = "auto"
    """How members are simulated: the faster way for the cohort (auto), one at a time (members), like members together
    with the same distribution (pooled), or one at a time in plain NumPy (reference; slow, the bits of members)."""
    years: Years
    """The calendar years."""
    collective: Collective | None = None
    """Risks with their claims, in place of members and assumptions."""
    cohort: Annotated[CohortSpec, BeforeValidator(_members), Field(validate_default=True)] = None  # type: ignore[assignment]
    """The members, as rating cells; needed unless there is a collective, whose risks are then the cells."""
    assumptions: Annotated[Assumptions | None, BeforeValidator(_needed), Field(validate_default=True)] = None
    """What members use, what it costs, and how uncertain that is; needed with a cohort."""
    interventions: Annotated[dict[Name, AnyIntervention], Field(max_length=50, default_factory=dict)]
    """Interventions by name: who is offered them, what they do, what they cost."""
    measures: Annotated[dict[Name, AnyMeasure], Field(max_length=200, default_factory=dict)]
    """Quality measures by name: whom they count, expected rates, how they differ and improve."""
    economics: Economics | None = None
    """The payer's income and the provider's cost of care, for the ledgers of both."""
    capital: Capital | None = None
    """When the money of the contract moves, and what reserve is asked about."""
    cases: Annotated[dict[Name, Case], Field(max_length=50, default_factory=dict)]
    """Further cases by name, each this scenario with some assumptions changed; the scenario itself is ``base``."""
    answers: Annotated[tuple[AnswerSpec, ...], Field(max_length=100)] = ()
    """The figures that answer the question, told in every case with their Monte Carlo error."""
    record: Annotated[dict[str, Recorded], Field(max_length=500, default_factory=dict)]
    """What was published about the real group; shown beside the results, never used in them."""
    sign_off: SignOff | None = None
    """What the report says in the names of people: purpose, users, who made and reviewed it, reliance."""
    designs: Annotated[dict[Name, dict[str, Any]], Field(min_length=1, max_length=200)]
    """The contract designs to settle: a program with its inputs, or an arrangement written out."""

    @cached_property
    def arrangements(self) -> Mapping[str, Arrangement]:
        """The terms of every design; of the first group where every group has its own."""
        return {name: design.arrangement for name, design in self.settled_designs.items()}

    @cached_property
    def settled_designs(self) -> Mapping[str, Design]:
        """The designs with the members that they hold for, ready to settle."""
        from vbcsim.scenario.designs import resolve_designs

        return resolve_designs(self.designs, self.years)

    @model_validator(mode="after")
    def _base_is_the_scenario_itself(self) -> Self:
        if BASE_CASE in self.cases:
            raise ValueError(f"a case is named {BASE_CASE}, which is the scenario itself; give it another name")
        return self

    @model_validator(mode="before")
    @classmethod
    def _risks_in_place_of_members(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or data.get("collective") is None:
            return data
        return dict.fromkeys(("cohort", "assumptions"), _ASIDE) | dict(data)

    @model_validator(mode="after")
    def _members_or_risks(self) -> Self:
        if self.collective is None:
            return self
        given = self.model_fields_set & set(_OF_MEMBERS[2:])
        given |= {"assumptions"} if self.assumptions is not None else set()
        given |= {"cohort"} if self.cohort != _cells_of({}) else set()
        if given:
            named = " and ".join(sorted(given))
            raise ValueError(f"collective has risks, not members: leave out {named}, or leave out collective")
        object.__setattr__(self, "cohort", _cells_of(self.collective.risks))
        self.model_fields_set.difference_update(_OF_MEMBERS)
        return self

    @model_validator(mode="after")
    def _pandemic_in_the_study(self) -> Self:
        if self.assumptions is None:
            return self
        pandemic, years = self.assumptions.pandemic, (*self.years.base, *self.years.performance)
        if pandemic is not None and not set(pandemic.years) & set(years):
            raise ValueError(
                f"assumptions.pandemic starts in {pandemic.starts} and lasts to {pandemic.years[-1]}; the years of the "
                f"study are {years[0]} to {years[-1]}: move it, or leave it out"
            )
        return self

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with some fields changed; its designs are resolved anew."""
        copy = super().model_copy(update=update, deep=deep)
        for made in ("arrangements", "settled_designs"):
            copy.__dict__.pop(made, None)
        if copy.collective is not None:
            copy.model_fields_set.difference_update(_OF_MEMBERS)  # not given, though another scenario's may be copied
        return copy

    def asking(self, *, draws: int | None = None, seed: int | None = None, engine: str | None = None) -> Self:
        """The scenario with another number of draws, seed or engine, where given."""
        given = {"draws": draws, "seed": seed, "engine": engine}
        return self.model_copy(update={name: value for name, value in given.items() if value is not None})

    def with_experience_of(self, other: Self) -> Self:
        """The designs and texts of this scenario on the experience that ``other`` asks for."""
        kept = (*EXPERIENCE_SECTIONS, "draws", "cases", "record")
        told = {"economics": self.economics or other.economics, "capital": self.capital}
        if self.capital is None and other.capital is not None:
            told["capital"] = other.capital.fitting(self.provisions)
        return self.model_copy(update={name: getattr(other, name) for name in kept} | told)

    @property
    def provisions(self) -> dict[str, frozenset[str]]:
        """Names of the provisions of every design."""
        return {
            name: frozenset(p.name for arrangement in design.arrangements for p in arrangement.provisions)
            for name, design in self.settled_designs.items()
        }

    @property
    def categories(self) -> tuple[str, ...]:
        """Names of the service categories, in the order of the services; of the risks of a collective."""
        if self.assumptions is None:
            return tuple(self.collective.risks if self.collective is not None else ())
        return tuple(dict.fromkeys(service.category for service in self.assumptions.services))

    @property
    def supposed(self) -> Assumptions | Collective:
        """What decides the cost of a year: assumptions on members, or risks in their place."""
        found = self.assumptions or self.collective
        assert found is not None
        return found

    @property
    def members(self) -> int:
        """Number of members of the cohort; greatest exposure of the risks of a collective."""
        return sum(cell.members for cell in self.cohort.cells)

    def _repr_html_(self) -> str:
        """The question, whom it is about and the designs, as a notebook shows them."""
        from vbcsim.scenario.display import scenario_html

        return scenario_html(self)
