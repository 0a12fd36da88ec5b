"""Values in a contract: a plain number, a number by year, a line of the book, or a table by a line.

``0.5`` or ``50%`` is a number. ``{2019: 0, 2021: 0.02}`` holds from each year on. ``quality_score`` names a line.
``{by: lives, bands: [{from: 5000, to: 5999, value: [0.039, 0.036]}, {from: 6000, value: 0.034}]}`` is a table.
``{one_less: 0.75, times: [quality_score], floor: 0.4, cap: 0.75}`` is one less a rate times quality, clipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from vbcsim.contract.reading import sentences
from vbcsim.contract.wording import by_year_words, holds, joined, number_words, unit_of_line
from vbcsim.core.model import Frozen
from vbcsim.core.units import UNITS, Amount, Fraction, NonNegative, Rate, Usd, UsdPmpm, parse_quantity

__all__ = [
    "AmountValue",
    "Band",
    "Clause",
    "FractionValue",
    "IndexLine",
    "Line",
    "LineName",
    "MonthsLine",
    "NonNegativeValue",
    "OneLess",
    "PositiveValue",
    "RateValue",
    "ShareLine",
    "Table",
    "UsdLine",
    "UsdPmpmValue",
    "UsdValue",
    "Value",
    "as_tuple",
    "is_line_name",
    "leaves",
    "phrase",
    "phrase_of",
    "standards",
]

_KINDS = {"fraction": "a rate", "rate": "a rate", "number": "a factor", "positive": "a factor"}
"""What a figure of a unit is called in a sentence; dollars are amounts."""

_FEW_BANDS = 5
"""Bands of a table up to which a sentence names every one."""

_LINE = re.compile(r"^[a-z][a-z0-9_]*$")


class LineName(str):
    """The name of a line of the book: lower-case words joined by underscores."""

    __slots__ = ()


def is_line_name(text: str) -> bool:
    """Whether a text can name a line."""
    return _LINE.match(text) is not None


def _line_name(text: str) -> LineName:
    if not is_line_name(text):
        raise ValueError(f"{text!r} cannot name a line; use lower-case words joined by underscores")
    return LineName(text)


def _line_schema(unit: str) -> WithJsonSchema:
    said = f"a line of the book in {unit}" if unit else "a line of the book"
    return WithJsonSchema({"type": "string", "pattern": _LINE.pattern, "line": unit or "any", "description": said})


Line = Annotated[str, AfterValidator(_line_name), _line_schema("")]
"""A field that names a line of the book."""
UsdLine = Annotated[str, AfterValidator(_line_name), _line_schema("usd")]
"""A field that names a line of dollars."""
ShareLine = Annotated[str, AfterValidator(_line_name), _line_schema("fraction")]
"""A field that names a line between 0 and 1: a score, or a standard met (1) or not (0)."""
IndexLine = Annotated[str, AfterValidator(_line_name), _line_schema("index")]
"""A field that names a line of growth since the last base year, above zero."""
MonthsLine = Annotated[str, AfterValidator(_line_name), _line_schema("months")]
"""A field that names a line of member-months."""


def as_tuple(raw: object) -> object:
    """One name or one mapping as a tuple of one; anything else as it is."""
    return (raw,) if isinstance(raw, (str, Mapping, Frozen)) else raw


class Clause(Frozen):
    """A frozen model whose defaults are read like given fields, so that a default line counts as a line."""

    model_config = ConfigDict(validate_default=True)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with some fields changed, which remembers nothing that was worked out from the others."""
        copy = super().model_copy(update=update, deep=deep)
        for name in set(copy.__dict__) - set(type(self).model_fields):
            del copy.__dict__[name]
        return copy

    @cached_property
    def line_names(self) -> tuple[str, ...]:
        """Names of the lines that the clause reads, each once, in the order of its fields."""
        return self.line_names_but()

    def line_names_but(self, *unused: str) -> tuple[str, ...]:
        """Names of the lines in all fields but the unused ones."""
        fields = [getattr(self, name) for name in type(self).model_fields if name not in unused]
        return tuple(dict.fromkeys(str(leaf) for leaf in leaves(fields) if isinstance(leaf, LineName)))

    @cached_property
    def first_year(self) -> int:
        """First year in which all of its values by year are in force; 0 where none is by year."""
        return max((min(leaf) for leaf in leaves(self) if _is_by_year(leaf)), default=0)


def _per_cent(raw: object) -> object:
    """``3.9%``, alone or in a pair, as 0.039; anything else as it is."""
    if isinstance(raw, (list, tuple)):
        return tuple(_per_cent(item) for item in raw)
    return parse_quantity(raw, "fraction") if isinstance(raw, str) and raw.endswith("%") else raw


class Band(Clause):
    """One band of a table: from its first number to its last, with one value or a value at each end."""

    start: Annotated[float, Field(alias="from")]
    """First number of the band, in the unit of the line that the table is read by."""
    end: Annotated[float | None, Field(alias="to")] = None
    """Last number of the band; the band's own last integer for a count of lives."""
    value: Annotated[float | tuple[float, float] | Line, BeforeValidator(_per_cent)]
    """A number, [value at ``from``, value at ``to``] joined by a straight line, or the name of a line."""

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"the band from {self.start:g} to {self.end:g} is empty; `to` must be above `from`")
        if isinstance(self.value, tuple) and self.end is None:
            raise ValueError(f"the band from {self.start:g} has two values and no `to`; give `to` or one value")
        return self


class Table(Clause):
    """A figure read from bands of a line: linear within a band, held after its last number, clamped below the first."""

    by: Line
    """The line that the bands are read by."""
    bands: Annotated[tuple[Band, ...], Field(min_length=1)]
    """Bands in rising order."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for low, high in zip(self.bands, self.bands[1:], strict=False):
            last = low.start if low.end is None else low.end
            if high.start < last or high.start == low.start:
                raise ValueError(
                    f"the bands from {low.start:g} and from {high.start:g} overlap; "
                    f"let each band begin at or after the end of the one before it"
                )
        return self


class OneLess(Clause):
    """One less a rate times quality, between a floor and a cap: the loss rate of two-sided shared savings."""

    one_less: Annotated[float, Field(ge=0.0, le=1.0)]
    """Greatest sharing rate [share of one]."""
    times: tuple[ShareLine, ...] = ()
    """Lines that the rate is multiplied by: a quality score, a standard met or not (1 or 0)."""
    floor: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    """Least rate [share of one]."""
    cap: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0
    """Greatest rate [share of one]."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.floor > self.cap:
            raise ValueError(f"the floor {self.floor:g} is above the cap {self.cap:g}; exchange or mend them")
        return self


Value = float | dict[int, float] | LineName | Table | OneLess
"""What a parameter may hold once read."""


@cache
def _adapter(unit: str) -> TypeAdapter[float]:
    units: dict[str, Any] = {
        "fraction": Fraction,
        "rate": Rate,
        "usd": Usd,
        "amount": Amount,
        "usd_pmpm": UsdPmpm,
        "number": NonNegative,
        "positive": Annotated[float, Field(gt=0.0, le=1e12)],
    }
    return TypeAdapter(units[unit])


def _number(raw: Any, unit: str) -> float:
    """One number of ``unit``; raises ValueError with one sentence."""
    try:
        return float(_adapter(unit).validate_python(raw))
    except ValidationError as error:
        raise ValueError("; ".join(text for _, text in sentences(error))) from None


def _is_by_year(value: Any) -> bool:
    """Whether a value is one number by year."""
    return isinstance(value, Mapping) and bool(value) and all(isinstance(year, int) for year in value)


def _is_year(key: Any) -> bool:
    return (isinstance(key, int) and not isinstance(key, bool)) or (isinstance(key, str) and key.isdecimal())


def _by_year(raw: Mapping[Any, Any], unit: str) -> dict[int, float]:
    years = {int(key): _number(item, unit) for key, item in raw.items()}
    wrong = [year for year in years if not 1990 <= year <= 2100]
    if wrong:
        raise ValueError(f"{wrong[0]} is not a calendar year between 1990 and 2100")
    return dict(sorted(years.items()))


def _read(raw: Any, unit: str) -> Value:
    """Read a value whose numbers are in ``unit``; raises ValueError with a sentence that says what is allowed."""
    if isinstance(raw, (LineName, Table, OneLess)):
        return raw
    if isinstance(raw, str) and is_line_name(raw):
        return LineName(raw)
    if isinstance(raw, Mapping) and raw and all(_is_year(key) for key in raw):
        return _by_year(raw, unit)
    if isinstance(raw, Mapping):
        return _made(OneLess if "one_less" in raw else Table, raw, unit)
    if raw is None or isinstance(raw, (list, tuple)):
        said = "nothing" if raw is None else "a list"
        raise ValueError(
            f"a value in {UNITS.get(unit, 'dollars')} is needed, {said} was given; "
            "write a number, {year: number}, a line's name, or {by: LINE, bands: [...]}"
        )
    return _number(raw, unit)


def _made(kind: type[Table] | type[OneLess], raw: Mapping[Any, Any], unit: str) -> Table | OneLess:
    """A table or a complement whose numbers are in ``unit``."""
    known = ("by", "bands", "from", "to", "value") if kind is Table else tuple(kind.model_fields)
    try:
        made = kind.model_validate(raw)
    except ValidationError as error:
        raise ValueError("; ".join(text for _, text in sentences(error, "this value", known))) from None
    for band in made.bands if isinstance(made, Table) else ():
        for number in band.value if isinstance(band.value, tuple) else (band.value,):
            if not isinstance(number, str):
                _number(number, unit)
    return made


def _schema(unit: str) -> WithJsonSchema:
    said = {"amount": "usd", "positive": "number"}.get(unit, unit)
    return WithJsonSchema(
        {
            "anyOf": [{"type": "number"}, {"type": "string"}, {"type": "object"}],
            "value": unit,
            "description": f"a number ({UNITS[said]}), a number by year, a line of the book, or a table by a line",
        }
    )


FractionValue = Annotated[Value, PlainValidator(lambda raw: _read(raw, "fraction")), _schema("fraction")]
"""A share of one: number, by year, line or table."""
RateValue = Annotated[Value, PlainValidator(lambda raw: _read(raw, "rate")), _schema("rate")]
"""A signed rate, share of one."""
UsdValue = Annotated[Value, PlainValidator(lambda raw: _read(raw, "usd")), _schema("usd")]
"""Dollars a year, not negative."""
AmountValue = Annotated[Value, PlainValidator(lambda raw: _read(raw, "amount")), _schema("amount")]
"""Dollars a year of either sign."""
UsdPmpmValue = Annotated[Value, PlainValidator(lambda raw: _read(raw, "usd_pmpm")), _schema("usd_pmpm")]
"""Dollars per member per month."""
PositiveValue = Annotated[Value, PlainValidator(lambda raw: _read(raw, "positive")), _schema("positive")]
"""A dimensionless number above zero, which may be divided by."""
NonNegativeValue = Annotated[Value, PlainValidator(lambda raw: _read(raw, "number")), _schema("number")]
"""A dimensionless number, not negative."""


def leaves(item: Any) -> Iterator[Any]:
    """Every value inside a model, through nested models, tuples and mappings."""
    if isinstance(item, Frozen):
        for name in type(item).model_fields:
            yield from leaves(getattr(item, name))
    elif isinstance(item, Mapping):
        yield item
        yield from (key for key in item if isinstance(key, LineName))
        for inner in item.values():
            yield from leaves(inner)
    elif isinstance(item, (tuple, list)):
        for inner in item:
            yield from leaves(inner)
    else:
        yield item


def phrase(value: Value | None, unit: str = "fraction") -> str:
    """A value in words: ``50%``, ``$3.50 per member per month``, ``0% in 2023 and 2% from 2024 on``, ``the lives``."""
    if value is None:
        return "nothing"
    if isinstance(value, Table):
        return _table_words(value, unit)
    if isinstance(value, OneLess):
        return _one_less_words(value)
    if isinstance(value, str):
        return f"the {value}"
    if isinstance(value, Mapping):
        return by_year_words({year: number_words(number, unit) for year, number in value.items()})
    return number_words(value, unit)


def phrase_of(share: Value | None, line: str) -> str:
    """A share of a line in words: ``10% of the benchmark``, ``the payment_limit times the benchmark``."""
    if isinstance(share, float):
        return f"{phrase(share)} of the {line}"
    if isinstance(share, Mapping):
        return f"a share of the {line} ({phrase(share)})"
    return (
        f"{phrase(share)}, times the {line}"
        if isinstance(share, (Table, OneLess))
        else f"{phrase(share)} times the {line}"
    )


def standards(lines: tuple[str, ...], level: Value, needed: int | None) -> str:
    """Lines that reach a level, as a condition: ``the quality_standard is met or the alternative_standard is met``."""
    every = needed is None or needed == len(lines)
    how = "and" if every else "or"
    some = f"{needed} or more of these hold: " if needed is not None and needed > 1 and not every else ""
    if level == 1.0:
        return f"{some}{holds(lines, how)}"
    units = {line: unit_of_line(line) or "number" for line in lines}
    names = {line: f"the number of {line}" if unit == "persons" else f"the {line}" for line, unit in units.items()}
    return some + joined((f"{names[line]} is at least {phrase(level, units[line])}" for line in lines), how)


def _table_words(table: Table, unit: str) -> str:
    """A table by its bands where they are few, else by its first and last figure."""
    by = "number of lives" if table.by == "lives" else table.by
    kind = _KINDS.get(unit, "an amount")
    places = unit_of_line(table.by)

    def said(value: Any) -> str:
        return f"the {value}" if isinstance(value, str) else number_words(value, unit)

    def place(number: float) -> str:
        return number_words(number, places)

    if len(table.bands) == 1 and not isinstance(table.bands[0].value, tuple):
        return said(table.bands[0].value)
    if len(table.bands) <= _FEW_BANDS:
        parts = [
            f"from {said(band.value[0])} at {place(band.start)} to {said(band.value[1])} at {place(band.end or 0.0)}"
            if isinstance(band.value, tuple)
            else f"{said(band.value)} from {place(band.start)}"
            for band in table.bands
        ]
        return f"{kind} by {by}: {joined(parts)}"
    first, last = table.bands[0], table.bands[-1]
    start = first.value[0] if isinstance(first.value, tuple) else first.value
    end, at = (last.value[1], last.end or 0.0) if isinstance(last.value, tuple) else (last.value, last.start)
    span = f"from {said(start)} at {place(first.start)} to {said(end)} at {place(at)}"
    return f"{kind} by {by}, {span} ({len(table.bands)} bands)"


def _one_less_words(value: OneLess) -> str:
    """``1 - 75% x quality_score, but at least 40% and at most 75%``."""
    bounds = [f"at least {number_words(value.floor, 'fraction')}"] if value.floor > 0.0 else []
    bounds += [f"at most {number_words(value.cap, 'fraction')}"] if value.cap < 1.0 else []
    product = " x ".join((number_words(value.one_less, "fraction"), *value.times))
    return f"1 - {product}{f', but {joined(bounds)}' if bounds else ''}"
