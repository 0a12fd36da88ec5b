"""A file of exhibits: models, contracts, and what was published about them.

A case names what it is about, a figure of it, the published value and how near a computed one must lie. It never says
how to compute: a figure has its methods, and every published table is only a file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from vbcsim.contract.reading import sentences
from vbcsim.core.errors import BadInput, Problem
from vbcsim.core.model import Frozen
from vbcsim.experience.collective.frequency import AnyFrequency
from vbcsim.experience.collective.severity import AnySeverity
from vbcsim.experience.collective.spec import Collective
from vbcsim.scenario.yaml import read_yaml

__all__ = ["Case", "Classes", "Contract", "Exhibits", "Grid", "Method", "Normal", "read_exhibits"]

Method = Literal["formula", "moments", "series", "fft", "quantiles", "simulated"]
"""``formula``: closed form; ``moments``: of the compound sum; ``series``: exact over the number of claims;
``fft``: discretised amounts, Fourier transform with exponential tilting; ``quantiles``: the contract's own clauses at
equally likely values of its lines; ``simulated``: draws through the engine and the contract's own clauses."""
Numbers = Annotated[tuple[float, ...], BeforeValidator(lambda raw: raw if isinstance(raw, (list, tuple)) else (raw,))]
Words = Annotated[str, Field(min_length=1, max_length=2000)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


class Normal(Frozen):
    """A normal line, such as a savings rate."""

    kind: Literal["normal"]
    """The family."""
    mean: float
    """Mean."""
    sd: Annotated[float, Field(gt=0.0)]
    """Standard deviation."""

    def isf(self, v: Any, _: Any) -> Any:
        """What is passed with chance ``v``."""
        from scipy.special import ndtri

        return self.mean - self.sd * ndtri(v)


class Contract(Frozen):
    """A contract with the lines that it is settled on: numbers, lists of numbers, or laws."""

    design: dict[str, Any]
    """Lines and provisions, or a program with its inputs, as in a scenario."""
    year: int = 2024
    """The year that is settled."""
    lines: dict[str, float | list[float] | Normal | AnySeverity] = Field(default_factory=dict)
    """What each line is; laws are independent of one another."""
    on: Key | None = None
    """A collective whose claims the contract is settled on, in place of lines."""


class Class(Frozen):
    """One of the classes that a policy may belong to, unseen."""

    weight: Annotated[float, Field(gt=0.0, le=1.0)]
    """Share of policies."""
    frequency: AnyFrequency
    """Number of claims of a policy of the class."""
    severity: AnySeverity
    """Amount of a claim."""


class Classes(Frozen):
    """A portfolio of unseen classes."""

    classes: Annotated[tuple[Class, ...], Field(min_length=2, max_length=50)]
    """The classes."""


class Grid(Frozen):
    """How the Fourier transform discretises."""

    step: Annotated[float, Field(gt=0.0)]
    """Width of a cell [USD]."""
    points: Annotated[int, Field(ge=16, le=2**22)]
    """Number of cells, a power of two."""
    tilt: Annotated[float, Field(ge=0.0, le=0.1)] | None = None
    """Exponential tilt per cell; 20 / points where left out."""


class Case(Frozen):
    """One published figure, or a row of them."""

    name: Words
    """What it is."""
    about: Key
    """The collective, the contract or the classes."""
    figure: Key
    """The figure, such as mean or exceeds."""
    at: Numbers = ()
    """Where the figure is taken: amounts, probabilities, ..."""
    options: dict[str, Any] = Field(default_factory=dict)
    """What else the figure needs."""
    published: Numbers
    """What the source prints, one for each ``at`` (or one)."""
    correct: Numbers | None = None
    """What is right where the source errs; the comparison is with this, and the note says why."""
    within: Annotated[float, Field(ge=0.0)]
    """How far a computed value may lie from it: half a unit of the last printed place, or what the note says."""
    by: Annotated[tuple[Method, ...], Field(min_length=1)]
    """Methods."""
    grid: Grid | None = None
    """Discretisation of ``fft``."""
    note: Words | None = None
    """What else a reader should know."""

    @model_validator(mode="after")
    def _as_many(self) -> Self:
        for name in ("published", "correct"):
            given = getattr(self, name)
            if given is not None and len(given) not in (1, max(1, len(self.at))) and self.at:
                raise ValueError(f"{len(given)} {name} figures for {len(self.at)} places; give as many")
        if "fft" in self.by and self.grid is None:
            raise ValueError("fft needs a grid: {step: ..., points: ...}")
        return self


class Exhibits(Frozen):
    """A file of exhibits."""

    title: Words
    """What is shown."""
    source: Words
    """Where it was published."""
    assumptions: Words | None = None
    """What was assumed before anything was compared."""
    collectives: dict[Key, Collective] = Field(default_factory=dict)
    """Frequency-severity models."""
    contracts: dict[Key, Contract] = Field(default_factory=dict)
    """Contracts."""
    portfolios: dict[Key, Classes] = Field(default_factory=dict)
    """Portfolios of unseen classes."""
    cases: Annotated[tuple[Case, ...], Field(min_length=1)]
    """The cases."""

    @model_validator(mode="after")
    def _about_something(self) -> Self:
        known = {*self.collectives, *self.contracts, *self.portfolios}
        unknown = [case.about for case in self.cases if case.about not in known]
        if unknown:
            raise ValueError(f"no model is named {unknown[0]} (there are: {', '.join(sorted(known))})")
        return self


def read_exhibits(path: str | Path) -> Exhibits:
    """The exhibits of a file.

    :raises BadInput: with every problem found, each at its line.
    """
    document = read_yaml(path)
    data = _with_source(document.data)
    try:
        return Exhibits.model_validate(data)
    except ValidationError as error:
        raise BadInput([Problem(document.place(tuple(loc)), text) for loc, text in sentences(error)]) from None


def _with_source(data: Any) -> Any:
    """The data with the source of the file as that of every risk."""
    if not isinstance(data, dict):
        raise BadInput("", "a file of exhibits is a mapping: title, source, collectives, contracts, cases")
    for collective in (data.get("collectives") or {}).values():
        for risk in (collective.get("risks") or {}).values():
            risk.setdefault("source", data.get("source", "none"))
    return data
