"""Goals: what a contract is to reach: ``provider.p_loss <= 5%``, ``payer.mean >= now``, ``max provider.mean``.

``PARTY.STATISTIC`` with mean, sd, p1 ... p99, p_gain, p_loss, var95, tvar95, var99, tvar99 (losses positive), the
chance of an amount: ``provider.p_loss_over(2000000)``, ``provider.p_gain_over(1e6)``, or the mean less a part of what
the worst twentieth falls short of it: ``provider.risk_adjusted(25%)``. Money is over the whole contract.

A bound is an amount, the figure of the contract as it is (``now``), or that of another design of the run in the same
draws (``under basic_a``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vbcsim.contract.wording import number_words
from vbcsim.core.errors import BadInput, did_you_mean
from vbcsim.core.text import listing, shown
from vbcsim.negotiate.replicates import paired
from vbcsim.outcomes.distribution import Estimate, mean, probability
from vbcsim.outcomes.dominance import HALF_A_CENT
from vbcsim.outcomes.statistic import NAMES, statistic

__all__ = [
    "NOW",
    "STATISTICS",
    "Figure",
    "Goal",
    "Objective",
    "read_amount",
    "read_figure",
    "read_goal",
    "read_objective",
]

Floats = NDArray[np.float64]
NOW = "now"
"""Names the design as it is."""
_WITH_AMOUNT = ("p_gain_over", "p_loss_over", "risk_adjusted")
STATISTICS = (*NAMES, *_WITH_AMOUNT)
_TAIL = 0.05
"""The worst part of the outcomes that ``risk_adjusted`` sets against the mean: that of TVaR 95."""
_FIGURE = re.compile(r"\s*(?P<party>[a-z]+)\.(?P<statistic>[a-z0-9_]+)(?:\((?P<amount>[^)]*)\))?\s*")
_GOAL = re.compile(r"(?P<figure>[^<>=]+)(?P<sign><=|>=|=)(?P<bound>[^<>=]+)")
_OBJECTIVE = re.compile(r"\s*(?P<way>max|min)\s+(?P<what>\S.*?)\s*")
_UNDER = re.compile(r"\s*under\s+(?P<design>\S+)\s*")
_AMOUNT = re.compile(
    r"\s*(?P<sign>-?)\$?(?P<number>[\d_,]*\.?\d+(?:e[+-]?\d+)?)\s*(?P<unit>%|k|m|bn|thousand|million|billion)?\s*"
)
_UNITS = {None: 1.0, "%": 0.01, "k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}


@dataclass(frozen=True)
class Figure:
    """A statistic of a party's money."""

    party: str
    statistic: str
    amount: float = 0.0

    @property
    def is_chance(self) -> bool:
        """Whether it is a chance and no money."""
        return self.statistic in ("p_gain", "p_loss", "p_gain_over", "p_loss_over")

    @property
    def more_is_better(self) -> bool:
        """Whether the party would rather have more of it."""
        return not self.statistic.startswith(("sd", "p_loss", "var", "tvar"))

    @property
    def moves_with_money(self) -> bool:
        """Whether a payment that is the same in every draw moves it by as much: it tells a price."""
        return not self.is_chance and self.statistic != "sd"

    def of(self, nets: Mapping[str, Floats]) -> Estimate:
        """The figure of each variant (variant,), with its Monte Carlo error, from nets by party (variant, draw)."""
        if self.party not in nets:
            raise BadInput("goal", f"there is no party {self.party} (there: {listing(list(nets))})")
        net = nets[self.party]
        if self.statistic in ("p_gain", "p_gain_over"):
            return probability(net > self.amount + HALF_A_CENT)
        if self.statistic in ("p_loss", "p_loss_over"):
            return probability(net < -self.amount - HALF_A_CENT)
        if self.statistic == "risk_adjusted":
            return _risk_adjusted(net, self.amount)
        return statistic(self.statistic, net)

    def less(self, nets: Mapping[str, Floats], others: Mapping[str, Floats]) -> Estimate:
        """The figure of each variant less that of others in the same draws (one, or as many), with a paired error."""
        own, other = nets[self.party], others[self.party]
        if self.statistic == "mean":
            return mean(own - other)
        return paired(lambda net: self.of({self.party: net}).value, own, other)

    def words(self, value: float, error: float | None = None) -> str:
        """A value of the figure with its Monte Carlo error: ``12.50% ± 0.20``, ``$1,234,567 ± 8,900``."""
        if self.is_chance:
            return f"{100 * value:.2f}%" + ("" if error is None else f" ± {100 * error:.2f}")
        return number_words(value, "usd") + ("" if error is None else f" ± {error:,.0f}")

    def __str__(self) -> str:
        amount = ""
        if self.statistic in _WITH_AMOUNT:
            amount = f"({100 * self.amount:g}%)" if self.statistic == "risk_adjusted" else f"({self.amount:.12g})"
        return f"{self.party}.{self.statistic}{amount}"


def _risk_adjusted(net: Floats, weight: float) -> Estimate:
    """Mean less ``weight`` times what the worst twentieth falls short of it: (1 - w) mean - w TVaR 95.

    Error by the sum of both influence functions; that of TVaR is in ``tail_value_at_risk``.
    """
    ordered = np.sort(net, axis=-1)
    value = (1.0 - weight) * net.mean(axis=-1) - weight * statistic("tvar95", net, ordered).value
    edge = -statistic("var95", net, ordered).value[..., None]
    influence = (1.0 - weight) * net - weight * np.maximum(edge - net, 0.0) / _TAIL
    return Estimate(value, mean(influence).mcse)


@dataclass(frozen=True)
class Goal:
    """A figure and the bound that it is to keep."""

    figure: Figure
    sign: str
    """``<=``, ``>=`` or ``=``."""
    bound: float
    against: str = ""
    """Where not empty, the bound is the figure of this design (``now``: of the design as it is); ``bound`` is 0."""

    def slack(self, nets: Mapping[str, Floats], others: Mapping[str, Floats] | None = None) -> Estimate:
        """How far each variant is inside the goal, in the figure's unit: not below zero where it is met.

        For ``=`` it is the figure less the bound, met where it is zero.

        :param others: nets of the design that the goal is against, (1, draw) by party.
        """
        if self.against:
            if others is None:
                raise BadInput("goal", f"{self} needs the money of {self.against} in the same draws")
            self.figure.of(others)  # Says so where there is no such party.
            value, mcse = self.figure.less(nets, others)
        else:
            figure = self.figure.of(nets)
            value, mcse = figure.value - self.bound, figure.mcse
        return Estimate(-value if self.sign == "<=" else value, mcse)

    @cached_property
    def bound_words(self) -> str:
        """The bound as a goal writes it."""
        if self.against:
            return self.against if self.against == NOW else f"under {self.against}"
        return f"{100 * self.bound:g}%" if self.figure.is_chance else f"{self.bound:,.0f}"

    def __str__(self) -> str:
        return f"{self.figure} {self.sign} {self.bound_words}"


@dataclass(frozen=True)
class Objective:
    """What is to be as large, or as small, as the goals allow: a figure, or a varied term itself."""

    figure: Figure | None
    term: str
    sign: float
    """1: as large as possible; -1: as small."""

    def __str__(self) -> str:
        return f"{'max' if self.sign > 0 else 'min'} {self.figure or self.term}"


def read_figure(text: str) -> Figure:
    """``provider.tvar95``, ``provider.p_loss_over(2m)``; raises BadInput with what is allowed."""
    match = _FIGURE.fullmatch(text)
    if match is None:
        raise BadInput("goal", f"{shown(text)} is no figure; write PARTY.STATISTIC, as in provider.p_loss")
    name = match["statistic"].removesuffix("_usd")
    if name not in STATISTICS:
        near = did_you_mean(name, STATISTICS)
        raise BadInput("goal", f"{shown(name)} is no statistic{near} (there: {listing(list(STATISTICS), 40)})")
    if (match["amount"] is not None) != (name in _WITH_AMOUNT):
        words = "an amount in brackets belongs to p_loss_over, p_gain_over and risk_adjusted, and only there"
        raise BadInput("goal", f"{shown(text)}: {words}")
    amount = read_amount(match["amount"]) if match["amount"] is not None else 0.0
    if name == "risk_adjusted" and not 0.0 <= amount <= 1.0:
        raise BadInput("goal", f"{shown(text)}: the weight of the tail lies between 0 and 1 (or 0% and 100%)")
    return Figure(match["party"], name, amount)


def read_goal(text: str) -> Goal:
    """``provider.p_loss <= 5%``; raises BadInput with what is allowed."""
    match = _GOAL.fullmatch(text)
    if match is None:
        raise BadInput(
            "goal", f"{shown(text)} is no goal; write a figure, <=, >= or =, and a bound: provider.p_loss <= 5%"
        )
    figure = read_figure(match["figure"])
    under = _UNDER.fullmatch(match["bound"])
    if under or match["bound"].strip() == NOW:
        return Goal(figure, match["sign"], 0.0, under["design"] if under else NOW)
    bound = read_amount(match["bound"])
    if figure.is_chance and not 0.0 <= bound <= 1.0:
        raise BadInput("goal", f"{shown(text)}: a chance lies between 0 and 1 (or 0% and 100%)")
    return Goal(figure, match["sign"], bound)


def read_objective(text: str, terms: Collection[str]) -> Objective | None:
    """``max provider.mean`` or ``min shared_savings.share.savings``; None for what is no objective.

    :param terms: the varied terms.
    :raises BadInput: where neither a figure nor one of the terms is named.
    """
    match = _OBJECTIVE.fullmatch(text)
    if match is None:
        return None
    sign = 1.0 if match["way"] == "max" else -1.0
    if match["what"] in terms:
        return Objective(None, match["what"], sign)
    try:
        return Objective(read_figure(match["what"]), "", sign)
    except BadInput as error:
        said = f"{error.problems[0].message}; or name a varied term (there: {listing(list(terms))})"
        raise BadInput("goal", said) from None


def read_amount(text: str) -> float:
    """``5%``, ``2m``, ``-$20,000``; raises BadInput with what is allowed."""
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise BadInput(
            "goal", f"{shown(text.strip())} is no amount; write a number, 5%, 2m, 2000000, now, or under DESIGN"
        )
    number = float(match["number"].replace(",", "").replace("_", ""))
    return (-1.0 if match["sign"] else 1.0) * number * _UNITS[match["unit"]]
