"""Goals: what a contract is to reach, such as ``provider.p_loss <= 5%`` or ``payer.mean = 0``.

``PARTY.STATISTIC`` with mean, sd, p1 ... p99, p_gain, p_loss, var95, tvar95, var99, tvar99 (losses positive), or the
chance of an amount: ``provider.p_loss_over(2000000)``, ``provider.p_gain_over(1e6)``. Money is over the whole contract.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vbcsim.contract.wording import number_words
from vbcsim.core.errors import BadInput, did_you_mean
from vbcsim.core.text import listing, shown
from vbcsim.outcomes.distribution import Estimate, probability
from vbcsim.outcomes.dominance import HALF_A_CENT
from vbcsim.outcomes.statistic import NAMES, statistic

__all__ = ["STATISTICS", "Figure", "Goal", "read_amount", "read_figure", "read_goal"]

Floats = NDArray[np.float64]
STATISTICS = (*NAMES, "p_gain_over", "p_loss_over")
_FIGURE = re.compile(r"\s*(?P<party>[a-z]+)\.(?P<statistic>[a-z0-9_]+)(?:\((?P<amount>[^)]*)\))?\s*")
_GOAL = re.compile(r"(?P<figure>[^<>=]+)(?P<sign><=|>=|=)(?P<bound>[^<>=]+)")
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

    def of(self, nets: Mapping[str, Floats]) -> Estimate:
        """The figure of each variant (variant,), with its Monte Carlo error, from nets by party (variant, draw)."""
        if self.party not in nets:
            raise BadInput("goal", f"there is no party {self.party} (there: {listing(list(nets))})")
        net = nets[self.party]
        if self.statistic in ("p_gain", "p_gain_over"):
            return probability(net > self.amount + HALF_A_CENT)
        if self.statistic in ("p_loss", "p_loss_over"):
            return probability(net < -self.amount - HALF_A_CENT)
        return statistic(self.statistic, net)

    def words(self, value: float, error: float | None = None) -> str:
        """A value of the figure with its Monte Carlo error: ``12.50% ± 0.20``, ``$1,234,567 ± 8,900``."""
        if self.is_chance:
            return f"{100 * value:.2f}%" + ("" if error is None else f" ± {100 * error:.2f}")
        return number_words(value, "usd") + ("" if error is None else f" ± {error:,.0f}")

    def __str__(self) -> str:
        amount = f"({self.amount:g})" if self.statistic.endswith("_over") else ""
        return f"{self.party}.{self.statistic}{amount}"


@dataclass(frozen=True)
class Goal:
    """A figure and the bound that it is to keep."""

    figure: Figure
    sign: str
    """``<=``, ``>=`` or ``=``."""
    bound: float

    def slack(self, nets: Mapping[str, Floats]) -> Estimate:
        """How far each variant is inside the goal, in the figure's unit: not below zero where it is met.

        For ``=`` it is the figure less the bound, met where it is zero.
        """
        value, mcse = self.figure.of(nets)
        return Estimate(self.bound - value if self.sign == "<=" else value - self.bound, mcse)

    def __str__(self) -> str:
        bound = f"{100 * self.bound:g}%" if self.figure.is_chance else f"{self.bound:,.0f}"
        return f"{self.figure} {self.sign} {bound}"


def read_figure(text: str) -> Figure:
    """``provider.tvar95``, ``provider.p_loss_over(2m)``; raises BadInput with what is allowed."""
    match = _FIGURE.fullmatch(text)
    if match is None:
        raise BadInput("goal", f"{shown(text)} is no figure; write PARTY.STATISTIC, as in provider.p_loss")
    name = match["statistic"].removesuffix("_usd")
    if name not in STATISTICS:
        near = did_you_mean(name, STATISTICS)
        raise BadInput("goal", f"{shown(name)} is no statistic{near} (there: {listing(list(STATISTICS), 40)})")
    if (match["amount"] is not None) != name.endswith("_over"):
        raise BadInput(
            "goal", f"{shown(text)}: an amount in brackets belongs to p_loss_over and p_gain_over, and only there"
        )
    return Figure(match["party"], name, read_amount(match["amount"]) if match["amount"] is not None else 0.0)


def read_goal(text: str) -> Goal:
    """``provider.p_loss <= 5%``; raises BadInput with what is allowed."""
    match = _GOAL.fullmatch(text)
    if match is None:
        raise BadInput(
            "goal", f"{shown(text)} is no goal; write a figure, <=, >= or =, and a bound: provider.p_loss <= 5%"
        )
    figure = read_figure(match["figure"])
    bound = read_amount(match["bound"])
    if figure.is_chance and not 0.0 <= bound <= 1.0:
        raise BadInput("goal", f"{shown(text)}: a chance lies between 0 and 1 (or 0% and 100%)")
    return Goal(figure, match["sign"], bound)


def read_amount(text: str) -> float:
    """``5%``, ``2m``, ``-$20,000``; raises BadInput with what is allowed."""
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise BadInput("goal", f"{shown(text.strip())} is no amount; write a number, 5%, 2m or 2000000")
    number = float(match["number"].replace(",", "").replace("_", ""))
    return (-1.0 if match["sign"] else 1.0) * number * _UNITS[match["unit"]]
