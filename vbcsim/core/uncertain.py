"""Numbers that are not known: a distribution in place of a number, drawn once per simulated history.

A field typed ``Uncertain[Fraction]`` reads what ``Fraction`` reads, and also ``{normal: [mean, sd]}``,
``{lognormal: [mean, sd]}``, ``{uniform: [low, high]}``, ``{triangular: [low, mode, high]}`` and ``{beta: [mean, sd]}``;
in a table or on the command line the same may be written ``normal(0.02, 0.01)``. Means and standard deviations are
those of the number itself, whatever the distribution. What is read is a number, its mean, that knows its distribution:
code that only needs the expected value takes it as it is. Bounds stand inside: ``Uncertain[Annotated[Fraction,
Field(le=0.5)]]``.

A distribution must lie within the bounds of its field wherever it can be drawn: a normal that would leave them is
refused, not cut off, because a normal that was cut off no longer has the mean that the file states. What can be drawn
are the quantiles from ``2**-33`` to ``1 - 2**-33``, 6.3 standard deviations of a normal.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple, Self, TypeVar

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema, core_schema

from vbcsim.core.errors import did_you_mean
from vbcsim.core.text import listing, row_name, shown
from vbcsim.core.units import UNITS, parse_quantity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "KINDS",
    "WORLDS",
    "Distribution",
    "Uncertain",
    "distribution",
    "figures_of",
    "number_of",
    "row_path",
    "uncertain_numbers",
    "world_points",
]

KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "normal": ("mean", "sd"),
    "lognormal": ("mean", "sd"),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "beta": ("mean", "sd"),
}
"""The distributions, and what their figures are."""
WORLDS: Final = 16
"""Equally likely points that stand for an uncertain number which shapes a table."""
_REACH = 6.338
"""Standard deviations from the mean of a normal to its quantile at ``2**-33``."""
_TEXT = re.compile(r"^\s*([a-z]+)\s*\(([^()]*)\)\s*$")


class Distribution(float):
    """An uncertain number: its mean to whoever only reads a number, and how it is spread to whoever draws it."""

    __slots__ = ("figures", "kind")
    kind: str
    figures: tuple[float, ...]

    def __new__(cls, kind: str, figures: Sequence[float]) -> Self:
        """Raise ValueError where no such distribution exists."""
        given = tuple(float(f) for f in figures)
        self = super().__new__(cls, _mean(kind, given))
        self.kind, self.figures = kind, given
        return self

    def __getnewargs__(self) -> tuple[str, tuple[float, ...]]:  # type: ignore[override]
        return self.kind, self.figures

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Distribution) and (self.kind, self.figures) == (other.kind, other.figures)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((self.kind, self.figures))

    def __repr__(self) -> str:
        return f"{self.kind}({', '.join(f'{f:g}' for f in self.figures)})"

    @property
    def mean(self) -> float:
        """Expected value."""
        return float(self)

    @property
    def sd(self) -> float:
        """Standard deviation."""
        if self.kind == "uniform":
            return (self.figures[1] - self.figures[0]) / math.sqrt(12.0)
        if self.kind == "triangular":
            a, m, b = self.figures
            return math.sqrt((a * a + m * m + b * b - a * m - a * b - m * b) / 18.0)
        return self.figures[1]

    @property
    def reach(self) -> tuple[float, float]:
        """The lowest and the highest value that can be drawn; 0 and 1 for a beta."""
        if self.kind == "normal":
            return self.mean - _REACH * self.sd, self.mean + _REACH * self.sd
        if self.kind == "lognormal":
            mu, sigma = self._log_moments
            return math.exp(mu - _REACH * sigma), math.exp(mu + _REACH * sigma)
        return (0.0, 1.0) if self.kind == "beta" else (self.figures[0], self.figures[-1])

    def quantile(self, u: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """The value that is not passed with probability ``u``, strictly between 0 and 1; of any shape."""
        import numpy as np
        from scipy.special import betaincinv, ndtri

        u = np.asarray(u, dtype=np.float64)
        if self.kind == "normal":
            return np.asarray(self.mean + self.sd * ndtri(u))
        if self.kind == "lognormal":
            mu, sigma = self._log_moments
            return np.asarray(np.exp(mu + sigma * ndtri(u)))
        if self.kind == "uniform":
            return self.figures[0] + (self.figures[1] - self.figures[0]) * u
        if self.kind == "triangular":
            low, mode, high = self.figures
            rising = low + np.sqrt(u * (high - low) * (mode - low))
            falling = high - np.sqrt((1.0 - u) * (high - low) * (high - mode))
            return np.where(u * (high - low) < mode - low, rising, falling)
        size = self.mean * (1.0 - self.mean) / self.sd**2 - 1.0
        return np.asarray(betaincinv(self.mean * size, (1.0 - self.mean) * size, u))

    def describe(self, say: Callable[[float], str] = "{:g}".format) -> str:
        """The distribution in words; ``say`` tells a figure with its unit."""
        figures = [say(f) for f in self.figures]
        if self.kind == "uniform":
            return f"uncertain: anything from {figures[0]} to {figures[1]}, equally likely"
        if self.kind == "triangular":
            return f"uncertain: from {figures[0]} to {figures[2]}, most likely {figures[1]}"
        return f"uncertain: {self.kind} with mean {figures[0]} and standard deviation {figures[1]}"

    @property
    def _log_moments(self) -> tuple[float, float]:
        """Mean and standard deviation of the logarithm of a lognormal."""
        sigma = math.sqrt(math.log1p((self.sd / self.mean) ** 2))
        return math.log(self.mean) - sigma**2 / 2.0, sigma


def distribution(value: Any, unit: str = "number") -> Distribution | None:
    """A distribution from how a file writes it; None where the value is none. Raises ValueError on a wrong one."""
    if isinstance(value, Distribution):
        return value
    if isinstance(value, str) and (match := _TEXT.match(value)):
        value = {match[1]: [_plain(word) for word in match[2].split(",")]}
    if not isinstance(value, Mapping):
        return None
    if len(value) != 1 or (kind := str(next(iter(value)))) not in KINDS:
        word = str(next(iter(value), ""))
        wanted = listing([f"{k}: [{', '.join(names)}]" for k, names in KINDS.items()], 10)
        raise ValueError(
            f"{shown(value)} was read where a number or one distribution is needed"
            f"{did_you_mean(word, list(KINDS))} (allowed: {wanted})"
        )
    figures, names = value[kind], KINDS[kind]
    if not isinstance(figures, (list, tuple)) or len(figures) != len(names):
        raise ValueError(f"a {kind} is written {{{kind}: [{', '.join(names)}]}}; {shown(figures)} was read")
    return Distribution(kind, [_figure(f, name, kind, unit) for f, name in zip(figures, names, strict=True)])


def _plain(word: str) -> Any:
    try:
        return float(word)
    except ValueError:
        return word.strip()


def _figure(value: Any, name: str, kind: str, unit: str) -> float:
    read = parse_quantity(value, unit)
    if isinstance(read, bool) or not isinstance(read, (int, float)) or not math.isfinite(read):
        raise ValueError(f"{shown(value)} was read as the {name} of a {kind}; write a number")
    return float(read)


def _mean(kind: str, figures: tuple[float, ...]) -> float:
    """The mean of a distribution; raises ValueError where its figures are impossible."""
    if kind == "uniform":
        low, high = figures
        if not low < high:
            raise ValueError(f"a uniform from {low:g} to {high:g} is empty; write the lower figure first")
        return (low + high) / 2.0
    if kind == "triangular":
        low, mode, high = figures
        if not low <= mode <= high or low == high:
            raise ValueError(
                f"{low:g}, {mode:g}, {high:g} do not ascend; write the lowest, the most likely, the highest"
            )
        return (low + mode + high) / 3.0
    mean, sd = figures
    if sd <= 0:
        raise ValueError(f"the standard deviation of a {kind} is {sd:g}; write one above 0, or the plain number")
    if kind == "lognormal" and mean <= 0:
        raise ValueError(f"the mean of a lognormal is {mean:g}; write one above 0, or a normal")
    if kind == "beta" and not 0 < mean < 1:
        raise ValueError(f"the mean of a beta is {mean:g}; write one between 0 and 1")
    if kind == "beta" and sd**2 >= mean * (1.0 - mean):
        raise ValueError(f"a beta with mean {mean:g} cannot have standard deviation {sd:g}; lower it")
    return mean


class _MayBeUncertain:
    """What a field type is marked with so that it also reads a distribution."""

    def __init__(self, unit: str) -> None:
        self.unit = unit

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(
            self._read,
            handler(source),
            serialization=core_schema.plain_serializer_function_ser_schema(_written),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        inner = dict(handler(schema))
        described: dict[str, Any] = {
            key: inner.pop(key) for key in ("unit", "description", "title", "default") if key in inner
        }
        plain = inner["anyOf"] if set(inner) == {"anyOf"} else [inner]
        return {"anyOf": [*plain, _schema(self.unit)], **described}

    def _read(self, value: Any, handler: Callable[[Any], Any]) -> Any:
        drawn = distribution(value, self.unit)
        if drawn is None:
            return handler(value)
        low, high = drawn.reach
        for end, verb in ((low, "down"), (high, "up")):
            try:
                handler(end)
            except ValidationError as error:
                raise ValueError(_outside(drawn, end, verb, error)) from None
        return drawn


_BOUND_WORDS = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}


def _outside(drawn: Distribution, end: float, verb: str, error: ValidationError) -> str:
    """A distribution that leaves the bounds of its field."""
    context = error.errors(include_url=False)[0].get("ctx", {})
    bounds = [f"{word} {context[key]:g}" for key, word in _BOUND_WORDS.items() if key in context]
    allowed = f"allowed is {bounds[0]}" if bounds else error.errors(include_url=False)[0]["msg"]
    remedy = {
        "normal": "lower its sd, or write a lognormal, a beta or a triangular, which keep within bounds",
        "lognormal": "lower its sd, or write a beta or a triangular, which keep within bounds",
        "beta": "write a triangular or a uniform within the bounds",
    }.get(drawn.kind, "move its ends within the bounds")
    return f"{drawn!r} can be drawn {verb} to {end:.4g}; {allowed}: {remedy}"


def _written(value: Any) -> Any:
    """A distribution as a file writes it."""
    return {value.kind: list(value.figures)} if isinstance(value, Distribution) else value


def _schema(unit: str) -> dict[str, Any]:
    figure = {"type": ["number", "string"]}
    kinds = {
        kind: {
            "type": "array",
            "items": figure,
            "minItems": len(names),
            "maxItems": len(names),
            "description": f"{kind.capitalize()} distribution: {', '.join(names)}.",
        }
        for kind, names in KINDS.items()
    }
    return {
        "type": "object",
        "properties": kinds,
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
        "description": f"A distribution, drawn once per simulated history; figures in {unit} ({UNITS[unit]}).",
    }


if TYPE_CHECKING:
    _T = TypeVar("_T")
    Uncertain = Annotated[_T, "a number or a distribution"]
else:

    class Uncertain:
        """``Uncertain[Fraction]``: a field that reads a number or a distribution within the same bounds."""

        def __class_getitem__(cls, inner: Any) -> Any:
            extras = (getattr(m, "json_schema_extra", None) for m in getattr(inner, "__metadata__", ()))
            unit = next((extra["unit"] for extra in extras if isinstance(extra, dict) and "unit" in extra), "number")
            return Annotated[inner, _MayBeUncertain(unit)]


def figures_of(value: float) -> tuple[float, float, float, float]:
    """A number as a dataset holds it: its kind (0 plain, then as in ``KINDS``) and up to three figures."""
    if not isinstance(value, Distribution):
        return 0.0, float(value), 0.0, 0.0
    a, b, c = (*value.figures, 0.0)[:3]
    return 1.0 + list(KINDS).index(value.kind), a, b, c


def number_of(figures: Sequence[float]) -> float:
    """The number, plain or uncertain, that ``figures_of`` gave."""
    kind = round(float(figures[0]))
    if kind == 0:
        return float(figures[1])
    name = list(KINDS)[kind - 1]
    return Distribution(name, [float(f) for f in figures[1 : 1 + len(KINDS[name])]])


def world_points(value: float, name: str, worlds: int = WORLDS) -> NDArray[np.float64]:
    """The values of a number in equally likely worlds, shape (worlds,): the middle quantiles of its distribution.

    Their order comes from the name alone, so that two uncertain numbers are not high in the same worlds; a plain number
    is the same in all of them.
    """
    import hashlib

    import numpy as np

    if not isinstance(value, Distribution):
        return np.full(worlds, float(value))
    order = sorted(range(worlds), key=lambda k: hashlib.sha256(f"{name} {k}".encode()).digest())
    return value.quantile((np.array(order) + 0.5) / worlds)


class _Found(NamedTuple):
    """An uncertain number and its place in the scenario."""

    path: str
    value: Distribution


def uncertain_numbers(value: Any, path: str) -> Iterator[_Found]:
    """Every uncertain number of a model, wherever in it: ``assumptions.services[inpatient].mean_cost_usd``.

    A row of a list is named by its name and, where several lines of business have their own, its line of business.
    """
    if isinstance(value, Distribution):
        yield _Found(path, value)
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from uncertain_numbers(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from uncertain_numbers(item, f"{path}.{key}")
    elif isinstance(value, (list, tuple)):
        for k, item in enumerate(value):
            yield from uncertain_numbers(item, row_path(path, item, k))


def row_path(path: str, row: Any, position: int = 0) -> str:
    """The place of a row of the list at ``path``: by its name, or by its position where it has none."""
    return f"{path}[{row_name(vars(row)) or position if isinstance(row, BaseModel) else position}]"
