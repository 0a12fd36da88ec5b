"""The closed list of units, and field types that carry one.

A field typed ``Fraction`` reads ``0.02`` and ``2%``; ``UsdPmpm`` reads ``3.5`` and ``"$3.50 pmpm"``. A number with
another unit is refused with both units named, so that a percentage can never pass for a fraction.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

__all__ = [
    "UNITS",
    "Amount",
    "Fraction",
    "Months",
    "NonNegative",
    "Per1000",
    "PersonCount",
    "Rate",
    "Usd",
    "UsdPmpm",
    "Year",
]

UNITS = {
    "fraction": "share of one",
    "rate": "change or ratio per year, share of one",
    "usd": "United States dollars of the year",
    "usd_pmpm": "United States dollars per member per month",
    "per_1000": "services per 1,000 person-years",
    "months": "months",
    "persons": "number of people",
    "person_years": "person-years",
    "year": "calendar year",
    "number": "dimensionless number",
}

_ALIASES = {
    "$": "usd",
    "usd": "usd",
    "dollars": "usd",
    "pmpm": "usd_pmpm",
    "usd pmpm": "usd_pmpm",
    "usd_pmpm": "usd_pmpm",
    "per 1000": "per_1000",
    "per 1,000": "per_1000",
    "per_1000": "per_1000",
    "/1000": "per_1000",
    "months": "months",
    "month": "months",
    "persons": "persons",
    "members": "persons",
    "lives": "persons",
    "fraction": "fraction",
}
_DISTRIBUTIONS = frozenset({"normal", "lognormal", "uniform", "triangular", "beta"})
"""What ``vbcsim.core.uncertain`` reads in place of a number; here it is refused in words."""
_TEXT = re.compile(
    r"^\s*(?P<sign>[-+]?)\s*(?P<usd>\$?)\s*(?P<number>[0-9][0-9,]*\.?[0-9]*(?:[eE][-+]?\d+)?|\.[0-9]+)\s*(?P<unit>[^\d].*)?$"
)


def parse_quantity(value: Any, unit: str) -> Any:
    """Read ``value`` as a number of ``unit``; text may carry its own unit, which must then agree."""
    if isinstance(value, bool):
        raise ValueError(f"a number in {UNITS[unit]} is needed, not true or false")
    if isinstance(value, Mapping) and len(value) == 1 and set(value) <= _DISTRIBUTIONS:
        raise ValueError(f"a {next(iter(value))} was read where one number is needed; this figure cannot be uncertain")
    if not isinstance(value, str):
        return value
    match = _TEXT.match(value)
    if match is None:
        raise ValueError(f"{value!r} is not a number; write a number in {unit} ({UNITS[unit]})")
    number = float(match["number"].replace(",", "")) * (-1.0 if match["sign"] == "-" else 1.0)
    said = (match["unit"] or "").strip().lower()
    if said == "%" and not match["usd"]:
        if unit not in ("fraction", "rate"):
            raise ValueError(f"{value!r} is a percentage; this field is in {unit} ({UNITS[unit]})")
        return number / 100.0
    if match["usd"]:
        said = f"usd {said}".strip()
    if not said:
        raise ValueError(f"{value!r} is text; write the plain number {match['sign']}{match['number']} in {unit}")
    found = _ALIASES.get(said)
    if found is None:
        raise ValueError(f"{value!r}: unit {said!r} is not known; this field is in {unit} ({UNITS[unit]})")
    if found != unit:
        raise ValueError(f"{value!r} is in {found}; this field is in {unit} ({UNITS[unit]})")
    return int(number) if unit in ("persons", "months") and math.isclose(number, round(number)) else number


def _quantity(unit: str, base: Any = float, **bounds: Any) -> Any:
    schema: dict[str, Any] = {"type": "integer" if base is int else "number", "unit": unit}
    names = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
    schema |= {names[k]: v for k, v in bounds.items()}
    return Annotated[
        base,
        Field(json_schema_extra={"unit": unit}, **bounds),
        BeforeValidator(lambda v: parse_quantity(v, unit)),
        WithJsonSchema({"anyOf": [schema, {"type": "string"}], "unit": unit}),
    ]


Fraction = _quantity("fraction", ge=0.0, le=1.0)
"""A share between 0 and 1; ``2%`` is read as 0.02."""
Rate = _quantity("rate", gt=-1.0, le=10.0)
"""A signed yearly change; ``3%`` is read as 0.03."""
Usd = _quantity("usd", ge=0.0, le=1e13)
"""Dollars, not negative."""
Amount = _quantity("usd", ge=-1e13, le=1e13)
"""Dollars of either sign."""
UsdPmpm = _quantity("usd_pmpm", ge=0.0, le=1e6)
"""Dollars per member per month."""
Per1000 = _quantity("per_1000", ge=0.0, le=1e6)
"""Services per 1,000 person-years."""
Months = _quantity("months", base=int, ge=0, le=1200)
"""A number of months."""
PersonCount = _quantity("persons", base=int, ge=1, le=1_000_000_000)
"""A number of people, at least one."""
NonNegative = _quantity("number", ge=0.0, le=1e12)
"""A dimensionless number, not negative."""
Year = _quantity("year", base=int, ge=1990, le=2100)
"""A calendar year."""
