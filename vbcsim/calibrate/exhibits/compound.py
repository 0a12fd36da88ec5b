"""Figures of a collective: its claims in number and in sum, in closed form, by series, by transform, and simulated."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.calibrate.exhibits.aggregate import Lattice, aggregate, rounded
from vbcsim.calibrate.exhibits.spec import Case, Grid
from vbcsim.core.errors import BadInput
from vbcsim.experience.collective.spec import Collective, Risk
from vbcsim.outcomes.distribution import Estimate, mean, probability, standard_deviation

__all__ = ["COMPOUND", "Compound"]

Floats = NDArray[np.float64]
_YEAR = 2024
_MOST_CLAIMS = 3_000_000
"""Claims that a model is simulated with at most."""


@dataclass(frozen=True)
class Compound:
    """A collective in its one year, and how often it is simulated."""

    collective: Collective
    draws: int
    seed: int

    @cached_property
    def parts(self) -> tuple[_Part, ...]:
        """The risks as compound sums."""
        reference = self.collective.dollars_of or _YEAR
        return tuple(
            _Part(risk, risk.units([_YEAR])[0], (1.0 + risk.growth) ** (_YEAR - reference))
            for risk in self.collective.risks.values()
        )

    @cached_property
    def experience(self) -> Any:
        """The simulated experience."""
        from vbcsim.experience.collective.build import build_collective
        from vbcsim.experience.simulate import simulate

        dated = [year for risk in self.collective.risks.values() for year in risk.dated if year < _YEAR]
        base = tuple(range(min([_YEAR - 1, *dated]), _YEAR))
        return simulate(build_collective(self._in_its_year(), base, (_YEAR,)), draws=self.simulated, seed=self.seed)

    @cached_property
    def simulated(self) -> int:
        """Number of draws: fewer where there are very many claims."""
        claims = sum(part.units * part.risk.frequency.expectation() for part in self.parts)
        return max(2, min(self.draws, int(_MOST_CLAIMS / max(claims, 1.0))))

    def _in_its_year(self) -> Collective:
        """The collective without claims before its year, but for exposure that is stated for earlier years."""
        risks = {
            name: risk if risk.dated else risk.model_copy(update={"exposure": {_YEAR - 1: 0.0, _YEAR: risk.exposure}})
            for name, risk in self.collective.risks.items()
        }
        return self.collective.model_copy(update={"risks": risks})

    def drawn(self, variable: str) -> Floats:
        """A variable of the year by draw, over all risks."""
        return np.asarray(self.experience[variable].sel(year=_YEAR).sum(["stratum", "category"]).values)

    def lattice(self, grid: Grid) -> Lattice:
        """The distribution of the sum on a grid."""
        cells = [(part.payments_pgf, rounded(part.covered_sf, grid.step, grid.points)) for part in self.parts]
        return aggregate(cells, grid.step, grid.tilt)


@dataclass(frozen=True)
class _Part:
    """One risk: so many units, amounts at a level of the reference year's."""

    risk: Risk
    units: float
    level: float

    @cached_property
    def passing(self) -> float:
        """Chance that a claim passes the deductible."""
        d = self.risk.deductible_usd
        return 1.0 if d == 0.0 else float(self.risk.severity.sf(d / self.level))

    def payments_pgf(self, z: Any) -> Any:
        """Generating function of the number of covered claims: thinning puts 1 - v + v z in the place of z."""
        return self.risk.frequency.pgf(1.0 - self.passing + self.passing * z, self.units)

    def covered_sf(self, x: Floats) -> Floats:
        """Chance that a covered claim passes x."""
        d, most = self.risk.deductible_usd, self.risk.limit_usd
        above = self.risk.severity.sf((np.asarray(x) + d) / self.level) / self.passing
        return above if most is None else np.where(np.asarray(x) < most, above, 0.0)

    @cached_property
    def count(self) -> tuple[float, float]:
        """Mean and variance of the number of covered claims."""
        frequency, v = self.risk.frequency, self.passing
        expected, variance = self.units * frequency.expectation(), frequency.var_of(self.units)
        return v * expected, v * v * variance + v * (1.0 - v) * expected

    @cached_property
    def amount(self) -> tuple[float, float]:
        """Mean and variance of a covered claim [USD]."""
        severity, points = self.risk.severity, self.risk.severity.points()
        d, most = self.risk.deductible_usd, self.risk.limit_usd
        if d == 0.0 and most is None:
            return self.level * severity.expectation(), self.level**2 * severity.var()
        if points is not None:
            x, p = (np.array(column) for column in zip(*points, strict=True))
            covered = np.minimum(np.maximum(x * self.level - d, 0.0), most or math.inf)
            first, second = float(p @ covered), float(p @ covered**2)
            return first / self.passing, second / self.passing - (first / self.passing) ** 2
        first, second = (self._moment(k, most) for k in (1, 2))
        return first, second - first**2

    def _moment(self, k: int, most: float | None) -> float:
        """E[Y^k] of a covered claim Y: the integral of k y^(k-1) P(Y > y)."""
        from scipy.integrate import quad

        def slope(y: float) -> float:
            return k * y ** (k - 1) * float(self.covered_sf(np.array(y)))

        return float(quad(slope, 0.0, math.inf if most is None else most, epsabs=0.0, epsrel=1e-11, limit=500)[0])


# ------------------------------------------------------------------------------------------------- closed forms
def _mean(model: Compound) -> float:
    return sum(part.count[0] * part.amount[0] for part in model.parts)


def _variance(model: Compound) -> float:
    return sum(p.count[0] * p.amount[1] + p.count[1] * p.amount[0] ** 2 for p in model.parts)


def _normal_exceeds(model: Compound, x: float) -> float:
    return 0.5 * math.erfc((x - _mean(model)) / math.sqrt(2.0 * _variance(model)))


def _ruin(model: Compound, reserve: float, options: Mapping[str, Any]) -> float:
    """Chance that a reserve is ever ruined: claims in a Poisson stream, premium at a steady rate.

    The ladder heights of mixed exponential claims are of phase type: psi(u) = a exp((T + t a) u) 1 with a = (rate of
    claims / rate of premium) w / mu (Asmussen & Albrecher 2010, Ruin Probabilities, IX.3).
    """
    from scipy.linalg import expm

    (part,) = model.parts
    mixed = getattr(part.risk.severity, "of", None)
    parts = [(p.weight, p.severity.expectation()) for p in mixed] if mixed else [(1.0, part.amount[0])]
    weights, means = (np.array(column) for column in zip(*parts, strict=True))
    entry = part.count[0] / float(options["premium_rate"]) * weights * means
    rates = np.diag(-1.0 / means) + np.outer(1.0 / means, entry)
    return float(entry @ expm(rates * reserve) @ np.ones(len(means)))


# ------------------------------------------------------------------------------------------------------- series
def _sums(risk: Risk, level: float) -> Callable[[float, Floats], Floats]:
    """P(sum of k amounts > x) of families whose sums are of the family."""
    from scipy import stats

    severity: Any = risk.severity
    laws: Mapping[str, Callable[[float, Floats], Any]] = {
        "levy": lambda x, k: stats.levy.sf(x, scale=level * severity.scale * k**2),
        "gamma": lambda x, k: stats.gamma.sf(x, severity.shape * k, scale=level * severity.scale),
        "exponential": lambda x, k: stats.gamma.sf(x, k, scale=level * severity.mean),
        "inverse_gaussian": lambda x, k: stats.invgauss.sf(
            x, severity.mean / (severity.shape * k), scale=level * severity.shape * k**2
        ),
    }
    if severity.kind not in laws or risk.deductible_usd or risk.limit_usd:
        raise BadInput("series", f"sums of {severity.kind} amounts, or of parts of them, have no closed form")
    return laws[severity.kind]


def _series(model: Compound, x: float) -> float:
    """P(S > x) as the sum over the number of claims."""
    (part,) = model.parts
    chances = part.risk.frequency.probabilities(part.units)[1:]
    return float(chances @ _sums(part.risk, part.level)(x, np.arange(1.0, len(chances) + 1.0)))


# ---------------------------------------------------------------------------------------------------- simulated
def _variance_estimate(sample: Floats) -> Estimate:
    spread = standard_deviation(sample)
    return Estimate(spread.value**2, 2.0 * spread.value * spread.mcse)


def _ladder(model: Compound, options: Mapping[str, Any]) -> Compound:
    """The greatest loss ever as a compound sum (Pollaczek-Khinchine): geometric, amounts from integrated tails."""
    (part,) = model.parts
    mixed = getattr(part.risk.severity, "of", None)
    parts = [(p.weight, p.severity.expectation()) for p in mixed] if mixed else [(1.0, part.amount[0])]
    total = sum(w * m for w, m in parts)
    start = part.count[0] * total / float(options["premium_rate"])
    severity = {
        "kind": "mixture",
        "of": [{"weight": w * m / total, "severity": {"kind": "exponential", "mean": m}} for w, m in parts],
    }
    frequency = {"kind": "geometric", "mean": start / (1.0 - start)}
    risk = {"frequency": frequency, "severity": severity, "source": part.risk.source}
    return Compound(Collective.model_validate({"risks": {"ladder": risk}}), model.draws, model.seed)


_SUM, _NUMBER = "expenditure_usd", "utilization"
_Method = Callable[[Compound, Case, float], float | Estimate]

COMPOUND: Mapping[str, Mapping[str, _Method]] = {
    "mean": {
        "moments": lambda m, _c, _x: _mean(m),
        "simulated": lambda m, _c, _x: mean(m.drawn(_SUM)),
    },
    "variance": {
        "moments": lambda m, _c, _x: _variance(m),
        "simulated": lambda m, _c, _x: _variance_estimate(m.drawn(_SUM)),
    },
    "exceeds": {
        "series": lambda m, _c, x: _series(m, x),
        "fft": lambda m, c, x: m.lattice(_grid(c)).exceeds(x),
        "simulated": lambda m, _c, x: probability(m.drawn(_SUM) > x),
    },
    "at_most": {
        "series": lambda m, _c, x: 1.0 - _series(m, x),
        "fft": lambda m, c, x: m.lattice(_grid(c)).at_most(x),
        "simulated": lambda m, _c, x: probability(m.drawn(_SUM) <= x),
    },
    "falls_below": {
        "series": lambda m, _c, x: 1.0 - _series(m, x),
        "fft": lambda m, c, x: 1.0 - m.lattice(_grid(c)).exceeds(x),
        "simulated": lambda m, _c, x: probability(m.drawn(_SUM) <= x),
    },
    "nothing": {
        "moments": lambda m, _c, _x: float(np.prod([part.payments_pgf(0.0) for part in m.parts])),
        "simulated": lambda m, _c, _x: probability(m.drawn(_SUM) == 0.0),
    },
    "about": {
        "series": lambda m, _c, x: _series(m, x - 0.5) - _series(m, x + 0.5),
        "fft": lambda m, c, x: m.lattice(_grid(c)).within(x - 0.5, x + 0.5),
        "simulated": lambda m, _c, x: probability(np.abs(m.drawn(_SUM) - x) < 0.5),
    },
    "normal_exceeds": {"moments": lambda m, _c, x: _normal_exceeds(m, x)},
    "stop_loss": {
        "fft": lambda m, c, x: m.lattice(_grid(c)).beyond(x),
        "simulated": lambda m, _c, x: mean(np.maximum(m.drawn(_SUM) - x, 0.0)),
    },
    "claims": {
        "moments": lambda m, _c, _x: sum(part.count[0] for part in m.parts),
        "simulated": lambda m, _c, _x: mean(m.drawn(_NUMBER)),
    },
    "claims_variance": {
        "moments": lambda m, _c, _x: sum(part.count[1] for part in m.parts),
        "simulated": lambda m, _c, _x: _variance_estimate(m.drawn(_NUMBER)),
    },
    "no_claim": {
        "moments": lambda m, _c, _x: float(np.prod([part.payments_pgf(0.0) for part in m.parts])),
        "simulated": lambda m, _c, _x: probability(m.drawn(_NUMBER) == 0.0),
    },
    "ruin": {
        "formula": lambda m, c, x: _ruin(m, x, c.options),
        "simulated": lambda m, c, x: probability(_ladder(m, c.options).drawn(_SUM) > x),
    },
}
"""Figures of a collective by name, each with its methods: of the model, the case, and the place."""


def _grid(case: Case) -> Grid:
    assert case.grid is not None  # the case has seen to it
    return case.grid
