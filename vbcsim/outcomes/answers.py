"""Answers: the figures that a scenario's question asks for, evaluated on the draws, each with its Monte Carlo error.

A question such as "how likely is a measured saving of 10 % with no true effect?" is answered by a number, and the
scenario says which one::

    answers:
      - name: saving_of_ten_percent
        text: Chance that the second year is measured 10 % or more below the market
        design: shared_savings
        line: savings_rate
        year: 2021
        at_least: 10%

An answer is a figure of the settlement (a line of a design's book, a party's net amount, an account of a ledger), in
one year or over several, and a statistic of it: its mean, or the chance that it reaches a bound. It is evaluated in
every case of the scenario, so that a claim stands beside a prior and beside no effect at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from vbcsim.core.model import Frozen
from vbcsim.core.units import Year, parse_quantity
from vbcsim.outcomes.distribution import probability, ratio
from vbcsim.outcomes.statistic import statistic

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["AnswerSpec", "Figure", "Figures", "answers", "problems_of_answer"]

Array = NDArray[np.float64]

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=600)]
Statistic = Literal["probability", "mean", "sd", "p5", "p10", "p25", "p50", "p75", "p90", "p95"]

Aggregate = Literal["sum", "mean", "least", "greatest"]

ROUNDING = 1e-9
"""Part of a bound by which a figure may miss it and still reach it, so that 0.1 reaches 10 %."""


def _per_cent(raw: Any) -> Any:
    return parse_quantity(raw, "fraction") if isinstance(raw, str) and raw.strip().endswith("%") else raw


Bound = Annotated[float, BeforeValidator(_per_cent), Field(ge=-1e15, le=1e15)]
"""A number in the figure's own unit; ``10%`` is 0.1."""


def _years(raw: Any) -> Any:
    return (raw,) if isinstance(raw, int) and not isinstance(raw, bool) else raw


class Figure(Frozen):
    """A figure by draw: a line, a net amount or an account, under one design and case, in one year or over several."""

    design: Name | None = None
    """Design under which it is read; in a further figure of an answer, the answer's own where left out."""
    line: Name | None = None
    """Line of the design's book: given by the experience, declared by the design, or a provision's amount."""
    net: Name | None = None
    """Party whose net amount it is [USD]."""
    account: Annotated[str, StringConstraints(pattern=r"^[a-z_]+\.[a-z_]+$")] | None = None
    """Account of a party's ledger, such as ``provider.margin`` [USD]."""
    case: Name | None = None
    """The one case in which it is read; every case where left out."""
    group: Annotated[str, StringConstraints(min_length=1, max_length=120)] | None = None
    """Group whose own settlement is read, of a design that settles each group apart."""
    year: Annotated[tuple[Year, ...], BeforeValidator(_years), Field(min_length=1)] | None = None
    """Performance year or years; all of them where left out."""
    over: Aggregate | None = None
    """How several years become one figure: dollars of a party add up, a line is averaged, unless said otherwise."""
    across: Aggregate | None = None
    """How a line of several groups, settled apart, becomes one figure: the sum, unless said otherwise."""

    @property
    def kind(self) -> str:
        """Which of ``line``, ``net`` and ``account`` is named; empty where none is."""
        return next((kind for kind in ("line", "net", "account") if getattr(self, kind) is not None), "")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        named = [kind for kind in ("line", "net", "account") if getattr(self, kind) is not None]
        if len(named) > 1:
            raise ValueError(f"{' and '.join(named)} are both named; a figure is one of line, net and account")
        return self

    def within(self, outer: Figure) -> Figure:
        """The figure with whatever it leaves out taken from an outer one."""
        kinds = {"line", "net", "account"} if self.kind else set()
        taken = {
            name: getattr(outer, name)
            for name in Figure.model_fields
            if name not in kinds and getattr(self, name) is None
        }
        return Figure.model_validate({name: getattr(self, name) for name in Figure.model_fields} | taken)


class Difference(Figure):
    """A figure, less another one draw by draw."""

    less: Figure | None = None
    """Figure taken off in the same draw; what it leaves out (design, case, line, year) is as in the first."""


class AnswerSpec(Difference):
    """A named figure that answers the question: its mean, a percentile, or the chance that it reaches a bound."""

    name: Name
    """Name of the answer."""
    text: Text
    """What it says, in a sentence that the number completes."""
    share_of: Difference | None = None
    """Figure whose mean the mean is divided by: the answer is then a ratio of two means."""
    at_least: Bound | None = None
    """Bound that the figure reaches from below: the answer is the chance of it, in the figure's own unit."""
    at_most: Bound | None = None
    """Bound that it reaches from above."""
    statistic: Statistic | None = None
    """Statistic of the figure; the chance where a bound is given, the mean where none is."""
    unit: Literal["usd", "usd_pmpm", "fraction", "number", "persons"] | None = None
    """Unit in which it is shown; a chance is a share of one, money is in dollars."""
    source: Text | None = None
    """Where the bound comes from, such as the press release that claims it."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.kind:
            raise ValueError("no figure is named; say which line, net (a party) or account answers")
        if self.design is None:
            raise ValueError("no design is named; say under which design the figure is read")
        bounded = self.at_least is not None or self.at_most is not None
        if bounded and self.statistic not in (None, "probability"):
            raise ValueError(f"{self.statistic} has no bound; leave at_least and at_most out, or ask for the chance")
        if self.statistic == "probability" and not bounded:
            raise ValueError("a chance needs at_least or at_most")
        if self.share_of is not None and (bounded or self.statistic not in (None, "mean")):
            raise ValueError("share_of divides two means; leave bounds and other statistics out")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(f"at_least {self.at_least:g} is above at_most {self.at_most:g}; nothing lies between")
        return self

    @property
    def measured(self) -> Statistic:
        """The statistic that is asked for."""
        bounded = self.at_least is not None or self.at_most is not None
        return self.statistic or ("probability" if bounded else "mean")

    @property
    def shown_unit(self) -> str:
        """Unit of the answer."""
        if self.measured == "probability" or self.share_of is not None:
            return "fraction"
        return self.unit or ("number" if self.kind == "line" else "usd")

    @property
    def other_cases(self) -> frozenset[str]:
        """Cases that it names."""
        return frozenset(figure.case for figure in self.figures() if figure.case is not None)

    def figures(self) -> tuple[Figure, ...]:
        """Every figure that it reads, each complete."""
        outer = [self.share_of.within(self)] if self.share_of is not None else []
        inner = [part.less.within(part.within(self)) for part in (self, self.share_of) if part and part.less]
        return (Figure.within(self, self), *outer, *inner)


class Figures(Protocol):
    """Where figures are read: the settled cases of a run, arrays (group, draw, performance year).

    A design that settles no groups apart, and the amounts of a party, have one group.
    """

    @property
    def cases(self) -> Sequence[str]: ...
    @property
    def years(self) -> Sequence[int]: ...
    def line(self, case: str, design: str, name: str, group: str | None) -> Array: ...
    def net(self, case: str, design: str, name: str, group: str | None) -> Array: ...
    def account(self, case: str, design: str, name: str, group: str | None) -> Array: ...


def answers(asked: Iterable[AnswerSpec], figures: Figures) -> xr.Dataset:
    """The answers dataset: ``answer_value`` and ``answer_mcse`` by answer and case; NaN where a case is not asked of.

    It is NaN too where the answer needs a case that was not run.

    A chance has the error of a probability, a ratio of means that of the delta method on paired draws.
    """
    import xarray as xr

    from vbcsim.core.dataset import label

    specs = tuple(asked)
    shape = (len(specs), len(figures.cases))
    value, mcse = np.full(shape, np.nan), np.full(shape, np.nan)
    for i, spec in enumerate(specs):
        for k, case in enumerate(figures.cases):
            if spec.case in (None, case) and spec.other_cases <= set(figures.cases):
                value[i, k], mcse[i, k] = _estimate(spec, case, figures)
    dataset = xr.Dataset(
        {"answer_value": (("answer", "case"), value), "answer_mcse": (("answer", "case"), mcse)},
        coords={
            "answer": [spec.name for spec in specs],
            "case": list(figures.cases),
            "answer_text": ("answer", [spec.text for spec in specs]),
            "answer_unit": ("answer", [spec.shown_unit for spec in specs]),
            "answer_statistic": ("answer", [spec.measured for spec in specs]),
        },
    )
    return label(dataset, {"": "figures that the scenario's question asks for, estimated over the draws"})


def _estimate(spec: AnswerSpec, case: str, figures: Figures) -> tuple[float, float]:
    drawn = _drawn(spec, spec, case, figures)
    if spec.share_of is not None:
        found = ratio(drawn, _drawn(spec.share_of, spec, case, figures))
    elif spec.measured == "probability":
        low = -np.inf if spec.at_least is None else spec.at_least - ROUNDING * abs(spec.at_least)
        high = np.inf if spec.at_most is None else spec.at_most + ROUNDING * abs(spec.at_most)
        found = probability((drawn >= low) & (drawn <= high))
    else:
        found = statistic(spec.measured, drawn)
    return float(found.value), float(found.mcse)


def _drawn(part: Difference, outer: Figure, case: str, figures: Figures) -> Array:
    """The figure by draw, less the other where one is named."""
    first = part.within(outer)
    drawn = _read(first, case, figures)
    return drawn if part.less is None else drawn - _read(part.less.within(first), case, figures)


def _read(figure: Figure, case: str, figures: Figures) -> Array:
    """One figure by draw: the years that count made into one."""
    kind = figure.kind
    name = str(getattr(figure, kind))
    read: Callable[..., Array] = getattr(figures, kind)
    by_group = read(figure.case or case, str(figure.design), name, figure.group)
    by_year = _OVER[figure.across or "sum"](by_group, 0)
    places = [list(figures.years).index(year) for year in figure.year or figures.years]
    over = figure.over or ("mean" if kind == "line" else "sum")
    return np.asarray(_OVER[over](by_year[:, places], 1), dtype=np.float64)


_OVER: Mapping[str, Callable[[Array, int], Array]] = {
    "sum": lambda figures, axis: figures.sum(axis=axis),
    "mean": lambda figures, axis: figures.mean(axis=axis),
    "least": lambda figures, axis: figures.min(axis=axis),
    "greatest": lambda figures, axis: figures.max(axis=axis),
}


def problems_of_answer(
    spec: AnswerSpec, designs: Iterable[str], cases: Iterable[str], years: Iterable[int]
) -> list[str]:
    """What an answer names that a scenario lacks: designs, cases, years; one sentence each."""
    known: dict[str, list[Any]] = {"design": [*designs], "case": [*cases], "year": [*years]}
    found = []
    for figure in spec.figures():
        said: dict[str, list[Any]] = {
            "design": [figure.design],
            "case": [figure.case] if figure.case else [],
            "year": [*(figure.year or ())],
        }
        found += [
            f"there is no {what} {item}; there are {', '.join(map(str, known[what]))}"
            for what, items in said.items()
            for item in items
            if item not in known[what]
        ]
    return list(dict.fromkeys(found))
