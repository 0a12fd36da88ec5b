"""Amounts of single claims: parametric families by the names and figures that loss models use.

Every family is one of SciPy's; here stand its figures as actuaries write them, its bounds and its meaning. An amount is
drawn by inversion from the upper end, ``isf(v)``, so that a heavy tail keeps all the digits of ``v``.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, model_validator

from vbcsim.core.model import Frozen
from vbcsim.core.units import Fraction, Usd

__all__ = ["AnySeverity", "Severity"]

Floats = NDArray[np.float64]
Positive = Annotated[float, Field(gt=0.0, le=1e12)]
if TYPE_CHECKING:
    Dollars = float
else:
    Dollars = Annotated[Usd, Field(gt=0.0)]


class Severity(Frozen):
    """The amount of one claim, or a random factor: a distribution on the numbers from nought on."""

    two_words: ClassVar[bool] = False
    """Whether an amount takes a second random number."""

    @abstractmethod
    def law(self) -> Any:
        """The distribution as SciPy has it: ``isf``, ``sf``, ``mean``, ``var``."""

    def isf(self, v: Floats, _: Floats) -> Floats:
        """The amount that is passed with chance ``v``."""
        return np.asarray(self.law().isf(v))

    def sf(self, x: ArrayLike) -> Floats:
        """The chance that an amount passes ``x``."""
        return np.asarray(self.law().sf(x))

    def expectation(self) -> float:
        """Expected amount; infinity where there is none."""
        return float(self.law().mean())

    def var(self) -> float:
        """Variance of the amount; infinity where there is none."""
        return float(self.law().var())

    def points(self) -> tuple[tuple[float, float], ...] | None:
        """Amounts with their probabilities, where there are finitely many."""
        return None


def _one_way(model: Severity, *ways: tuple[str, ...]) -> None:
    given = {name for way in ways for name in way if getattr(model, name) is not None}
    if given not in [set(way) for way in ways]:
        raise ValueError(f"give {' or '.join(' and '.join(way) for way in ways)}, and nothing else")


class Lognormal(Severity):
    """Lognormal: by its mean and coefficient of variation, or by mu and sigma of the logarithm."""

    kind: Literal["lognormal"]
    """The family."""
    mean: Dollars | None = None
    """Expected amount."""
    cv: Positive | None = None
    """Standard deviation over mean."""
    mu: Annotated[float, Field(ge=-50.0, le=50.0)] | None = None
    """Mean of the logarithm."""
    sigma: Annotated[float, Field(gt=0.0, le=20.0)] | None = None
    """Standard deviation of the logarithm."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        _one_way(self, ("mean", "cv"), ("mu", "sigma"))
        return self

    def law(self) -> Any:
        """As SciPy has it."""
        from scipy.stats import lognorm

        if self.mean is None or self.cv is None:
            return lognorm(self.sigma, scale=math.exp(self.mu or 0.0))
        sigma = math.sqrt(math.log1p(self.cv**2))
        return lognorm(sigma, scale=self.mean * math.exp(-0.5 * sigma**2))


class Gamma(Severity):
    """Gamma: mean shape x scale."""

    kind: Literal["gamma"]
    """The family."""
    shape: Positive
    """Shape."""
    scale: Dollars
    """Scale."""

    def law(self) -> Any:
        """As SciPy has it."""
        from scipy.stats import gamma

        return gamma(self.shape, scale=self.scale)


class Exponential(Severity):
    """Exponential."""

    kind: Literal["exponential"]
    """The family."""
    mean: Dollars
    """Expected amount."""

    def law(self) -> Any:
        """As SciPy has it."""
        from scipy.stats import expon

        return expon(scale=self.mean)


class Pareto(Severity):
    """Pareto of the second kind (Lomax): P(X > x) = (scale / (scale + x))^shape."""

    kind: Literal["pareto"]
    """The family."""
    shape: Positive
    """Index of the tail."""
    scale: Dollars
    """Scale."""

    def law(self) -> Any:
        """As SciPy has it."""
        from scipy.stats import lomax

        return lomax(self.shape, scale=self.scale)


class Burr(Severity):
    """Burr XII: P(X > x) = (1 + (x / scale)^power)^-shape."""

    kind: Literal["burr"]
    """The family."""
    shape: Positive
    """First shape, alpha."""
    power: Positive
    """Second shape, gamma."""
    scale: Dollars
    """Scale."""

    def law(self) -> Any:
        """As SciPy has it."""
        from scipy.stats import burr12

        return burr12(self.power, self.shape, scale=self.scale)


class Weibull(Severity):
    """Weibull: P(X > x) = exp(-(x / scale)^shape)."""

    kind: Literal["weibull"]
    """The family."""
    shape: Positive
    """Shape."""
    scale: Dollars
    """Scale."""

    def law(self) -> Any:
        """As SciPy has it."""
        from scipy.stats import weibull_min

        return weibull_min(self.shape, scale=self.scale)


class Uniform(Severity):
    """Uniform between two amounts."""

    kind: Literal["uniform"]
    """The family."""
    low: Usd = 0.0
    """Least amount."""
    high: Dollars
    """Greatest amount."""

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"low {self.low:g} is not below high {self.high:g}")
        return self

    def law(self) -> Any:
        """As SciPy has it."""
        from scipy.stats import uniform

        return uniform(self.low, self.high - self.low)


class InverseGaussian(Severity):
    """Inverse Gaussian: variance mean^3 / shape."""

    kind: Literal["inverse_gaussian"]
    """The family."""
    mean: Dollars
    """Expected amount."""
    shape: Positive
    """Shape, lambda."""

    def law(self) -> Any:
        """As SciPy has it."""
        from scipy.stats import invgauss

        return invgauss(self.mean / self.shape, scale=self.shape)


class Levy(Severity):
    """Levy, the stable law of index one half: no mean; a sum of k amounts is k^2 times one."""

    kind: Literal["levy"]
    """The family."""
    scale: Dollars
    """Scale."""

    def law(self) -> Any:
        """As SciPy has it."""
        from scipy.stats import levy

        return levy(scale=self.scale)


class Beta(Severity):
    """Beta on the numbers from nought to a greatest amount."""

    kind: Literal["beta"]
    """The family."""
    a: Positive
    """First shape."""
    b: Positive
    """Second shape."""
    high: Dollars = 1.0
    """Greatest amount."""

    def law(self) -> Any:
        """As SciPy has it."""
        from scipy.stats import beta

        return beta(self.a, self.b, scale=self.high)


class FixedAmount(Severity):
    """Always the same amount."""

    kind: Literal["fixed"]
    """The family."""
    amount: Usd
    """The amount."""

    def law(self) -> Any:
        """As a table of one amount."""
        return _Points([self.amount], [1.0])

    def points(self) -> tuple[tuple[float, float], ...]:
        """The amount."""
        return ((self.amount, 1.0),)


class Discrete(Severity):
    """Finitely many amounts, each with its probability."""

    kind: Literal["discrete"]
    """The family."""
    amounts: Annotated[tuple[Usd, ...], Field(min_length=1, max_length=10_000)]
    """The amounts, rising."""
    probabilities: Annotated[tuple[Fraction, ...], Field(min_length=1, max_length=10_000)]
    """Their probabilities; they sum to one."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.amounts) != len(self.probabilities):
            raise ValueError(f"{len(self.amounts)} amounts and {len(self.probabilities)} probabilities")
        if any(b <= a for a, b in zip(self.amounts, self.amounts[1:], strict=False)):
            raise ValueError("amounts do not rise; list each once, the least first")
        if abs(sum(self.probabilities) - 1.0) > 1e-9:
            raise ValueError(f"probabilities sum to {sum(self.probabilities):g}; they must sum to 1")
        return self

    def law(self) -> Any:
        """As a table."""
        return _Points(self.amounts, self.probabilities)

    def points(self) -> tuple[tuple[float, float], ...]:
        """The amounts with their probabilities."""
        return tuple(zip(self.amounts, self.probabilities, strict=True))


class _Points:
    """A finite distribution with the four questions that are asked of SciPy's."""

    def __init__(self, amounts: ArrayLike, probabilities: ArrayLike) -> None:
        self.x, self.p = np.asarray(amounts, dtype=np.float64), np.asarray(probabilities, dtype=np.float64)
        self.above = np.append(np.cumsum(self.p[::-1])[::-1][1:], 0.0)
        """Chance to pass each amount."""

    def sf(self, x: ArrayLike) -> Any:
        return (self.p * (self.x > np.asarray(x)[..., np.newaxis])).sum(axis=-1)

    def isf(self, v: Floats) -> Any:
        # The least amount that is passed with a chance of at most v; `above` falls.
        return self.x[np.searchsorted(-self.above, -np.asarray(v), side="left").clip(max=len(self.x) - 1)]

    def mean(self) -> float:
        return float(self.p @ self.x)

    def var(self) -> float:
        return float(self.p @ (self.x - self.mean()) ** 2)


class MixturePart(Frozen):
    """One part of a mixture."""

    weight: Fraction
    """Share of claims."""
    severity: Simple
    """Their amount."""


class Mixture(Severity):
    """A mixture: each claim is of one of several kinds."""

    two_words: ClassVar[bool] = True
    kind: Literal["mixture"]
    """The family."""
    of: Annotated[tuple[MixturePart, ...], Field(min_length=1, max_length=20)]
    """The parts; their weights sum to one."""

    @model_validator(mode="after")
    def _sums_to_one(self) -> Self:
        total = sum(part.weight for part in self.of)
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"weights sum to {total:g}; they must sum to 1")
        return self

    def law(self) -> Any:
        """No law of SciPy's."""
        raise NotImplementedError

    def isf(self, v: Floats, u: Floats) -> Floats:
        """The amount of the part that ``u`` chooses."""
        edges = np.cumsum([part.weight for part in self.of])[:-1]
        chosen = np.searchsorted(edges, u, side="right")
        amounts = np.empty_like(v)
        for k, part in enumerate(self.of):
            here = chosen == k
            amounts[here] = part.severity.isf(v[here], u[here])
        return amounts

    def sf(self, x: ArrayLike) -> Floats:
        """The chance that an amount passes ``x``."""
        return np.asarray(sum(part.weight * part.severity.sf(x) for part in self.of))

    def expectation(self) -> float:
        """Expected amount."""
        return sum(part.weight * part.severity.expectation() for part in self.of)

    def var(self) -> float:
        """Variance within parts and between them."""
        mean = self.expectation()
        return sum(p.weight * (p.severity.var() + (p.severity.expectation() - mean) ** 2) for p in self.of)


_Simple = (
    Lognormal
    | Gamma
    | Exponential
    | Pareto
    | Burr
    | Weibull
    | Uniform
    | InverseGaussian
    | Levy
    | Beta
    | FixedAmount
    | Discrete
)
if TYPE_CHECKING:
    Simple = Severity
    AnySeverity = Severity
else:
    Simple = Annotated[_Simple, Field(discriminator="kind")]
    AnySeverity = Annotated[_Simple | Mixture, Field(discriminator="kind")]
MixturePart.model_rebuild()
Mixture.model_rebuild()
