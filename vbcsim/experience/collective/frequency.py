"""Numbers of claims: the counting families of loss models, for any exposure.

A frequency holds for one unit of exposure; units are independent of one another, but for the factor of a mixed Poisson,
which all units of a risk share.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from vbcsim.core.model import Frozen
from vbcsim.core.units import Fraction
from vbcsim.experience.collective.severity import AnySeverity

__all__ = ["AnyFrequency", "Frequency", "MixedPoisson"]

Floats = NDArray[np.float64]
Mean = Annotated[float, Field(gt=0.0, le=1e7)]
_NEGLIGIBLE = 1e-18
"""Chance beyond which a table of counts ends."""


class Frequency(Frozen):
    """The number of claims of one unit of exposure."""

    @abstractmethod
    def expectation(self) -> float:
        """Expected number."""

    @abstractmethod
    def var(self) -> float:
        """Variance of the number."""

    def var_of(self, exposure: float) -> float:
        """Variance of the number of claims of so many units."""
        return exposure * self.var()

    @abstractmethod
    def pgf(self, z: Any, exposure: float = 1.0) -> Any:
        """Probability generating function E[z^N] of so many units; ``z`` may be complex."""

    def law(self, exposure: float) -> Any:  # noqa: ARG002
        """The number of so many units as SciPy has it; None where it is no family of SciPy's."""
        return None

    def whole_units(self) -> bool:
        """Whether exposure must be a whole number."""
        return False

    def probabilities(self, exposure: float) -> Floats:
        """P(N = 0), P(N = 1), ... of so many units, up to where nothing is left."""
        law = self.law(exposure)
        assert law is not None
        most = math.ceil(law.mean() + 8.0 * law.std()) + 8
        while law.sf(most) > _NEGLIGIBLE:
            most *= 2
        return np.asarray(law.pmf(np.arange(most)))


class Poisson(Frequency):
    """Poisson."""

    kind: Literal["poisson"]
    """The family."""
    mean: Mean
    """Expected number of claims of a unit of exposure."""

    def expectation(self) -> float:
        """Expected number."""
        return self.mean

    def var(self) -> float:
        """Equal to the mean."""
        return self.mean

    def pgf(self, z: Any, exposure: float = 1.0) -> Any:
        """exp(mean (z - 1))."""
        return np.exp(exposure * self.mean * (z - 1.0))

    def law(self, exposure: float) -> Any:
        """As SciPy has it."""
        from scipy.stats import poisson

        return poisson(exposure * self.mean)


class NegativeBinomial(Frequency):
    """Negative binomial: a Poisson number whose mean is gamma distributed."""

    kind: Literal["negative_binomial"]
    """The family."""
    mean: Mean
    """Expected number of claims of a unit of exposure."""
    variance: Annotated[float, Field(gt=0.0, le=1e14)]
    """Variance of the number, above the mean."""

    @model_validator(mode="after")
    def _overdispersed(self) -> Self:
        if self.variance <= self.mean:
            raise ValueError(
                f"variance {self.variance:g} is not above mean {self.mean:g}; use poisson for "
                "an equal variance and binomial for a lesser one"
            )
        return self

    def expectation(self) -> float:
        """Expected number."""
        return self.mean

    def var(self) -> float:
        """Variance of the number."""
        return self.variance

    def _size(self) -> tuple[float, float]:
        beta = self.variance / self.mean - 1.0
        return self.mean / beta, beta

    def pgf(self, z: Any, exposure: float = 1.0) -> Any:
        """(1 - beta (z - 1))^-r."""
        size, beta = self._size()
        return (1.0 - beta * (z - 1.0)) ** (-size * exposure)

    def law(self, exposure: float) -> Any:
        """As SciPy has it."""
        from scipy.stats import nbinom

        size, beta = self._size()
        return nbinom(size * exposure, 1.0 / (1.0 + beta))


class Geometric(Frequency):
    """Geometric, from nought on: P(N = n) = mean^n / (1 + mean)^(n + 1)."""

    kind: Literal["geometric"]
    """The family."""
    mean: Mean
    """Expected number of claims of a unit of exposure."""

    def expectation(self) -> float:
        """Expected number."""
        return self.mean

    def var(self) -> float:
        """mean (1 + mean)."""
        return self.mean * (1.0 + self.mean)

    def pgf(self, z: Any, exposure: float = 1.0) -> Any:
        """(1 - mean (z - 1))^-1."""
        return (1.0 - self.mean * (z - 1.0)) ** -exposure

    def law(self, exposure: float) -> Any:
        """As SciPy has it."""
        from scipy.stats import nbinom

        return nbinom(exposure, 1.0 / (1.0 + self.mean))


class Binomial(Frequency):
    """Binomial: a claim or none in each of so many trials."""

    kind: Literal["binomial"]
    """The family."""
    trials: Annotated[int, Field(ge=1, le=10_000_000)] = 1
    """Number of trials of a unit of exposure."""
    probability: Fraction
    """Chance of a claim in a trial."""

    def expectation(self) -> float:
        """Expected number."""
        return self.trials * self.probability

    def var(self) -> float:
        """trials x probability x (1 - probability)."""
        return self.expectation() * (1.0 - self.probability)

    def pgf(self, z: Any, exposure: float = 1.0) -> Any:
        """(1 + probability (z - 1))^trials."""
        return (1.0 + self.probability * (z - 1.0)) ** (self.trials * exposure)

    def law(self, exposure: float) -> Any:
        """As SciPy has it."""
        from scipy.stats import binom

        return binom(round(self.trials * exposure), self.probability)

    def whole_units(self) -> bool:
        """Trials are counted."""
        return True


class MixedPoisson(Frequency):
    """Poisson with a mean that is multiplied by a random factor, the same for all units of the risk."""

    kind: Literal["mixed_poisson"]
    """The family."""
    mean: Mean
    """Expected number of claims of a unit of exposure where the factor is 1."""
    factor: AnySeverity
    """The factor: a distribution of amounts, read as plain numbers."""
    lasts: bool = False
    """Whether one factor holds for all years; each year has its own without."""

    @model_validator(mode="after")
    def _has_mean(self) -> Self:
        if self.factor.kind == "levy":  # type: ignore[attr-defined]
            raise ValueError("a factor needs a mean, and a Levy variable has none; choose another kind")
        return self

    def expectation(self) -> float:
        """mean x E[factor]."""
        return self.mean * self.factor.expectation()

    def var(self) -> float:
        """Of one unit: mean + mean^2 Var(factor)."""
        return self.expectation() + self.mean**2 * self.factor.var()

    def var_of(self, exposure: float) -> float:
        """Units share the factor."""
        return exposure * self.expectation() + (exposure * self.mean) ** 2 * self.factor.var()

    def pgf(self, z: Any, exposure: float = 1.0) -> Any:
        """E[exp(mean factor (z - 1))], where the factor has finitely many values or is gamma distributed."""
        rate, points = exposure * self.mean * (z - 1.0), self.factor.points()
        if points is not None:
            return sum(p * np.exp(rate * x) for x, p in points)
        if self.factor.kind == "gamma":  # type: ignore[attr-defined]
            return (1.0 - rate * self.factor.scale) ** -self.factor.shape  # type: ignore[attr-defined]
        raise NotImplementedError("no closed form for this factor")

    def counts(self, u: Floats, factor: Floats, exposure: float) -> Floats:
        """Numbers of claims by inversion, given the factor."""
        from scipy.special import pdtr
        from scipy.stats import poisson

        mean = exposure * self.mean * factor
        found = poisson.ppf(u, np.maximum(mean, 1e-300))
        return np.asarray(np.where(u <= pdtr(0.0, mean), 0.0, found))


class ZeroModified(Frequency):
    """Another frequency whose chance of no claim is set apart; its other chances stay in proportion."""

    kind: Literal["zero_modified"]
    """The family."""
    of: Plain
    """The frequency whose other chances stay in proportion."""
    p_zero: Fraction
    """Chance that a unit of exposure has no claim; 0 for a zero-truncated frequency."""

    def _weight(self) -> float:
        return (1.0 - self.p_zero) / (1.0 - float(self.of.pgf(0.0)))

    def expectation(self) -> float:
        """Expected number."""
        return self._weight() * self.of.expectation()

    def var(self) -> float:
        """Variance of the number."""
        second = self._weight() * (self.of.var() + self.of.expectation() ** 2)
        return second - self.expectation() ** 2

    def pgf(self, z: Any, exposure: float = 1.0) -> Any:
        """p_zero + weight x (P(z) - P(0)), once for each unit."""
        return (self.p_zero + self._weight() * (self.of.pgf(z) - self.of.pgf(0.0))) ** exposure

    def probabilities(self, exposure: float) -> Floats:
        """Of one unit in closed form; of several by convolution."""
        one = self._weight() * self.of.probabilities(1.0)
        one[0] = self.p_zero
        units = round(exposure)
        size = 1 << math.ceil(math.log2(len(one) * min(units, 64) + 4 * math.ceil(self.expectation() * units) + 64))
        found = np.fft.irfft(np.fft.rfft(one, size) ** units, size).clip(min=0.0) if units > 1 else one
        kept = np.flatnonzero(found > 1e-17)
        return np.asarray(found[: kept[-1] + 1])

    def whole_units(self) -> bool:
        """Units are counted."""
        return True


_Plain = Poisson | NegativeBinomial | Geometric | Binomial
if TYPE_CHECKING:
    Plain = Frequency
    AnyFrequency = Frequency
else:
    Plain = Annotated[_Plain, Field(discriminator="kind")]
    AnyFrequency = Annotated[_Plain | ZeroModified | MixedPoisson, Field(discriminator="kind")]
ZeroModified.model_rebuild()
