"""How many lives a savings rate needs before it can be believed, and how often a contract rewards luck.

Two questions are answered in a world without any true saving, where whatever is measured is error:

1. *How far is a measured savings rate from the true one?* The chance that it is within a margin, at any number of
   lives, and the lives needed for a stated confidence. By members' chance alone the error shrinks with the root of the
   number of lives, and the lives needed are lives x (quantile of |error| / margin)^2, limited-fluctuation credibility
   without its normal approximation. With all layers the error has a part that no number of lives takes away: the course
   of the provider group, the market, a benchmark that gives something away. Then there may be no number of lives.
2. *How often is luck paid, and skill not?* The chance of a reward under the whole contract, with no true saving and
   with some, by number of lives. A reward is money from the provisions that compare cost with a target, over the
   contract; fees are none. The group's own course, which nobody has brought about on purpose, is luck here; the same
   chance with that course held still is told beside it.

How the number of lives acts is told in ``vbcsim.outcomes.savings_rate``. The error of a figure at another number of
lives is that of counting draws and that of telling chance from what is shared: with variances C of members' chance and
S of what lasts, and N draws, log lives are known to 2 |lives / own - 1| sqrt(S / (C N)).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from vbcsim.core.dataset import label
from vbcsim.core.errors import BadInput, Problem
from vbcsim.outcomes.distribution import Estimate, mean, probability, quantile
from vbcsim.outcomes.dominance import HALF_A_CENT
from vbcsim.outcomes.savings_rate import NOISES, ORIGINS, Noise, SavingsRate

__all__ = ["CONTRACT", "OWN", "Asked", "Judged", "credibility"]

Array = NDArray[np.float64]

CONTRACT = "contract"
"""Names all performance years together."""
OWN = "own"
"""Names the run's own number of lives."""
_LEAST = 1e-9
"""Least chance that a normal quantile is taken of."""
_ENDLESS = 1e15
"""Times as many members, so many that their chance is none."""
_MOST_LIVES = 1e9
"""More lives than that are none."""
_GRID = 8
"""Sizes tried per factor of ten in search of one at which luck is rare enough."""
_SOURCE = "the run without a true saving, at other numbers of lives by the law of vbcsim.outcomes.savings_rate"


class Asked(NamedTuple):
    """What is asked: a margin and how sure, how often luck may be paid, at which lives, for which true savings."""

    within: float = 0.01
    """Margin of the measured savings rate on either side of the true one [share of the target]."""
    confidence: float = 0.90
    """Chance that it is within the margin."""
    luck: float = 0.10
    """Greatest chance of a reward with no true saving."""
    lives: tuple[int, ...] = (5_000, 10_000, 20_000, 50_000, 100_000)
    """Numbers of lives beside the run's own; where none, no lives needed are sought either."""
    savings: tuple[float, ...] = (0.0, 0.01, 0.02, 0.05)
    """True savings [share of cost]; the first is none."""

    def check(self) -> Asked:
        """The same, or BadInput with every figure that cannot be."""
        wrong = [
            Problem(f"--{name}", f"{value:g} is not possible; give a share above 0 and below 1, such as {such}")
            for name, value, such in (
                ("within", self.within, "1%"),
                ("confidence", self.confidence, "90%"),
                ("luck", self.luck, "10%"),
            )
            if not 0.0 < value < 1.0
        ]
        wrong += [
            Problem("--saving", f"{value:g} is not possible; give a share from 0 to 0.5, such as 2%")
            for value in self.savings
            if not 0.0 <= value <= 0.5
        ]
        wrong += [
            Problem("--lives", f"{n:,} is not possible; give 100 to {_MOST_LIVES:,.0f} lives")
            for n in self.lives
            if not 100 <= n <= _MOST_LIVES
        ]
        if wrong:
            raise BadInput(wrong)
        return self


class Judged(NamedTuple):
    """A design in the world without a true saving."""

    rate: SavingsRate
    lives: float
    """Number of lives of the run."""
    paid: Callable[[float, float, Noise], Array]
    """What is paid over the contract by draw [USD], from the size against the run's own, the true saving, the noise."""

    def error(self, noise: Noise, lives: float) -> Array:
        """What is measured beside the truth where nothing is saved, (period, draw).

        Members' chance alone makes no bias: what endlessly many members would show is then the truth.
        """
        rate = self.rate.at(lives / self.lives, noise)
        return (rate - self.rate.at(_ENDLESS, noise) if noise == "members" else rate).T


def credibility(
    designs: Mapping[str, Judged | None], years: Sequence[int], asked: Asked, attrs: Mapping[str, Any]
) -> xr.Dataset:
    """The credibility dataset; NaN for a design in which no provision compares cost with a target.

    ``lives_within`` is infinite where no number of lives is enough; then ``p_within_at_most`` is below the confidence.

    :param designs: what is judged, by the name of the design.
    :param years: performance years.
    """
    periods = [*(str(year) for year in years), CONTRACT]
    rows = [_unknown(len(periods), asked) if judged is None else _row(judged, asked) for judged in designs.values()]
    variables: dict[str, Any] = {}
    for name, (dims, estimated) in _VARIABLES.items():
        found = [row[name] for row in rows]
        bare = name.removesuffix("_usd")
        variables[name] = (("design", *dims), np.stack([e.value for e in found]))
        if estimated:
            variables[f"{bare}_mcse"] = (("design", *dims), np.stack([e.mcse for e in found]))
    dataset = xr.Dataset(
        variables,
        coords={
            "design": list(designs),
            "period": periods,
            "origin": list(ORIGINS),
            "noise": list(NOISES),
            "size": [OWN, *(str(n) for n in asked.lives)],
            "saving": list(asked.savings),
        },
        attrs={**attrs, "within": asked.within, "confidence": asked.confidence, "luck": asked.luck},
    )
    return label(dataset, {"": _SOURCE})


_VARIABLES: Mapping[str, tuple[tuple[str, ...], bool]] = {
    "size_lives": (("size",), False),
    "savings_rate_bias": (("period",), True),
    "savings_rate_variance": (("period", "origin"), True),
    "p_within": (("period", "noise", "size"), True),
    "p_within_at_most": (("period", "noise"), True),
    "lives_within": (("period", "noise"), True),
    "lives_classical": (("period",), True),
    "p_reward": (("noise", "size", "saving"), True),
    "reward_usd": (("noise", "size", "saving"), True),
    "lives_without_luck": (("noise",), True),
}
"""Dimensions after the design, and whether there is a Monte Carlo error."""


def _unknown(periods: int, asked: Asked) -> dict[str, Estimate]:
    sizes = {"period": periods, "origin": len(ORIGINS), "noise": len(NOISES)}
    sizes |= {"size": 1 + len(asked.lives), "saving": len(asked.savings)}
    none = {name: np.full([sizes[dim] for dim in dims], np.nan) for name, (dims, _) in _VARIABLES.items()}
    return {name: Estimate(values, values) for name, values in none.items()}


def _row(judged: Judged, asked: Asked) -> dict[str, Estimate]:
    """Every figure of one design."""
    sizes = np.array([judged.lives, *asked.lives])
    chance = judged.rate.by_origin
    rewarded, reward = _rewards(judged, sizes, asked)
    return {
        "size_lives": Estimate(sizes, np.zeros(sizes.shape)),
        "savings_rate_bias": mean(judged.rate.at().T),
        "savings_rate_variance": _stack([_variance(chance, origin) for origin in ORIGINS], axis=-1),
        "p_within": _stack([_within(judged, asked, n) for n in sizes], axis=-1),
        "p_within_at_most": _within(judged, asked, _ENDLESS * judged.lives),
        "lives_within": _stack([_lives(judged, noise, asked) for noise in NOISES], axis=-1),
        "lives_classical": _classical(chance["members"].T, judged.lives, asked),
        "p_reward": rewarded,
        "reward_usd": reward,
        "lives_without_luck": _stack([_lives_without_luck(judged, noise, asked) for noise in NOISES]),
    }


def _variance(chance: Mapping[str, Array], origin: str) -> Estimate:
    """Variance that an origin brings, around its mean of nought, (period,).

    Its error has that of the fit in it: what is left as members' chance moves what is explained, to the first order by
    twice their product.
    """
    part = chance[origin].T
    moved = 0.0 if origin == "members" else 2.0 * part * chance["members"].T
    return Estimate(mean(part**2).value, mean(part**2 + moved).mcse)


def _within(judged: Judged, asked: Asked, lives: float) -> Estimate:
    """Chance to be within the margin, (period, noise)."""
    found = []
    for noise in NOISES:
        error = judged.error(noise, lives)
        chance = probability(np.abs(error) <= asked.within)
        moved = [_spread_error(judged, noise, k, lives, row, asked.within) for k, row in enumerate(error)]
        found.append(Estimate(chance.value, np.hypot(chance.mcse, moved)))
    return _stack(found, axis=-1)


def _spread_error(judged: Judged, noise: Noise, period: int, lives: float, error: Array, within: float) -> float:
    """Error of that chance from telling what lasts from members' chance, by the slope of a normal law."""
    centre, spread = float(error.mean()), float(error.std())
    if spread == 0.0:
        return 0.0
    edges = [(within - centre) / spread, (within + centre) / spread]
    slope = sum(z * NormalDist().pdf(z) for z in edges) / 2.0
    return abs(slope) * _spread_moved(judged, noise, period, lives)


def _rewards(judged: Judged, sizes: Array, asked: Asked) -> tuple[Estimate, Estimate]:
    """Chance of a reward, and what is paid in dollars of each size, (noise, size, saving)."""
    paid = np.array(
        [[[judged.paid(n / judged.lives, s, noise) for s in asked.savings] for n in sizes] for noise in NOISES]
    )
    moved = np.array([[_spread_moved(judged, noise, -1, n) for n in sizes] for noise in NOISES])[:, :, None]
    chance, money = probability(paid > HALF_A_CENT), mean(paid)
    # Of a normal law: a chance beyond a fixed edge changes by z phi(z) / 2, an option's worth by one half, of itself.
    z = np.vectorize(NormalDist().inv_cdf)(np.clip(chance.value, _LEAST, 1.0 - _LEAST))
    density = np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)
    grown = (sizes / judged.lives)[:, None]
    return (
        Estimate(chance.value, np.hypot(chance.mcse, 0.5 * np.abs(z) * density * moved)),
        Estimate(money.value * grown, np.hypot(money.mcse, 0.5 * np.abs(money.value) * moved) * grown),
    )


def _spread_moved(judged: Judged, noise: Noise, period: int, lives: float) -> float:
    """Error of the variance of the rate, as a share of it, that telling chance from what is shared brings."""
    lasting, chance = _variances(judged, noise, period)
    of_own = judged.lives / lives
    variance = lasting + of_own * chance
    return (
        abs(1.0 - of_own) * 2.0 * float(np.sqrt(lasting * chance / judged.rate.draws)) / variance if variance else 0.0
    )


def _size_error(judged: Judged, noise: Noise, period: int, lives: float) -> float:
    """Error of log lives that telling chance from what is shared brings."""
    lasting, chance = _variances(judged, noise, period)
    return (
        float(2.0 * abs(lives / judged.lives - 1.0) * np.sqrt(lasting / (chance * judged.rate.draws)))
        if chance
        else 0.0
    )


def _variances(judged: Judged, noise: Noise, period: int) -> tuple[float, float]:
    """Variance of the rate that lasts whatever the number of lives, and that of members' chance."""
    held = {"members": ORIGINS, "beside_own": ("members", "own"), "all": ("members",)}[noise]
    square = {origin: float(np.mean(part[:, period] ** 2)) for origin, part in judged.rate.by_origin.items()}
    return sum(value for origin, value in square.items() if origin not in held), square["members"]


def _stack(found: Sequence[Estimate], axis: int = 0) -> Estimate:
    return Estimate(np.stack([e.value for e in found], axis=axis), np.stack([e.mcse for e in found], axis=axis))


def _lives(judged: Judged, noise: Noise, asked: Asked) -> Estimate:
    """Lives needed against a kind of noise, by period; not sought where no other lives are asked about."""
    if noise == "members":
        return _lives_alone(judged.error(noise, judged.lives), judged.lives, asked)
    periods = range(judged.rate.years + 1)
    if not asked.lives:
        return Estimate(*(np.full(len(periods), np.nan),) * 2)
    return _stack([_lives_of(judged, noise, period, asked) for period in periods])


def _lives_alone(away: Array, lives: float, asked: Asked) -> Estimate:
    """Lives at which members' chance alone keeps the rate within the margin: lives x (quantile of |error| / margin)^2.

    The relative error of the lives is twice that of the quantile.
    """
    found = quantile(np.sort(np.abs(away)), asked.confidence)
    needed = lives * (found.value / asked.within) ** 2
    return Estimate(needed, 2.0 * needed * found.mcse / np.where(found.value > 0.0, found.value, 1.0))


def _classical(away: Array, lives: float, asked: Asked) -> Estimate:
    """The same for a normal distribution: lives x variance x (z / margin)^2, z of the confidence on both sides."""
    z = NormalDist().inv_cdf(0.5 + asked.confidence / 2.0)
    variance = mean(away**2)
    return Estimate(*(part * lives * (z / asked.within) ** 2 for part in variance))


def _lives_of(judged: Judged, noise: Noise, period: int, asked: Asked) -> Estimate:
    """Fewest lives at which the rate is within the margin often enough; infinite where no number is."""

    def chance(lives: float) -> float:
        inside = np.abs(judged.error(noise, lives)[period]) <= asked.within
        return float(inside.mean())

    found = _crossing(chance, asked.confidence, judged.rate.draws, rising=True)
    return _with_size_error(found, judged, noise, period)


def _lives_without_luck(judged: Judged, noise: Noise, asked: Asked) -> Estimate:
    """Fewest lives from which on a reward with no true saving is rare enough; infinite where it never is.

    Not sought where no other lives are asked about.
    """
    if not asked.lives:
        return Estimate(np.array(np.nan), np.array(np.nan))

    def chance(lives: float) -> float:
        return float(np.mean(judged.paid(lives / judged.lives, 0.0, noise) > HALF_A_CENT))

    return _with_size_error(_crossing(chance, asked.luck, judged.rate.draws, rising=False), judged, noise, -1)


def _with_size_error(found: Estimate, judged: Judged, noise: Noise, period: int) -> Estimate:
    """Lives with the error that telling chance from what is shared brings to them."""
    lives = float(found.value)
    if not np.isfinite(lives):
        return found
    return Estimate(found.value, np.hypot(found.mcse, lives * _size_error(judged, noise, period, lives)))


def _crossing(chance: Callable[[float], float], bound: float, draws: int, *, rising: bool) -> Estimate:
    """Where a chance last crosses a bound as lives grow, linear in log lives between the sizes tried.

    The error of the lives is that of the chance over its slope there.

    :returns: infinity where the chance never stays on its side, the least size tried where it always does.
    """
    sizes = np.geomspace(100.0, 1e8, 6 * _GRID + 1)
    last, known = len(sizes) - 1, {}

    def reached(k: int) -> bool:
        known[k] = chance(float(sizes[k]))
        return known[k] >= bound if rising else known[k] <= bound

    if not reached(last):
        return Estimate(np.array(np.inf), np.array(np.nan))
    k = next((k for k in range(last - 1, -1, -1) if not reached(k)), -1)
    if k < 0:
        return Estimate(np.array(sizes[0]), np.array(np.nan))
    step = np.log(sizes[k + 1] / sizes[k])
    slope = (known[k + 1] - known[k]) / step
    found = sizes[k] * np.exp((bound - known[k]) / slope)
    error = np.sqrt(bound * (1.0 - bound) / draws) / abs(slope)
    return Estimate(np.array(found), np.array(found * error))
