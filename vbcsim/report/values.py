"""Values, names and sources of assumptions and contract figures, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from pydantic import BaseModel

from vbcsim.core.uncertain import KINDS, Distribution, distribution
from vbcsim.report.words import MINUS, plain, span

__all__ = ["is_unverified", "spoken", "title_of", "value_words"]


def value_words(value: Any, unit: str = "") -> str:
    """A value with its unit in words: ``$150,000``, ``2%``, ``from 2019: 0%; from 2021: 2%``."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if (drawn := _uncertain(value)) is not None:
        return drawn.describe(lambda figure: _number(figure, unit))
    if isinstance(value, (int, float)):
        return _number(value, unit)
    if isinstance(value, BaseModel):
        return value_words(value.model_dump(exclude_none=True), unit)
    if isinstance(value, Mapping) and {"by", "bands"} <= set(value) and value["bands"]:
        return _bands(value, unit)
    if isinstance(value, Mapping) and "one_less" in value:
        return _one_less(value, unit)
    if isinstance(value, Mapping) and value and all(re.fullmatch(r"\d{4}", str(key)) for key in value):
        return _by_year(value, unit)
    if isinstance(value, Mapping):
        told = {key: value_words(item, unit) for key, item in value.items()}
        return "; ".join(f"{spoken(str(key))}: {words}" for key, words in told.items() if words)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return span(value) if _are_years(value, unit) else ", ".join(value_words(v, unit) for v in value)
    return plain(value)


def _uncertain(value: Any) -> Distribution | None:
    """A distribution, as it is or as a file writes it."""
    if isinstance(value, Mapping) and len(value) == 1 and set(value) <= set(KINDS):
        return distribution(value) if isinstance(next(iter(value.values())), Sequence) else None
    return value if isinstance(value, Distribution) else None


def title_of(name: str) -> str:
    """``mean_cost_usd`` as ``Mean cost``: the unit stands with the value."""
    words = name.removesuffix("_usd").removesuffix("_per_1000").replace("_", " ").strip()
    words = "standard deviation" if words == "sd" else words
    words = f"{words.removesuffix(' sd')} (standard deviation)" if words.endswith(" sd") else words
    return words[:1].upper() + words[1:]


def spoken(text: str) -> str:
    """A sentence with the names of lines as words: ``quality_standard_met`` as ``quality standard met``."""
    return re.sub(r"(?<=[a-z0-9])_(?=[a-z0-9])", " ", plain(text))


def is_unverified(source: str) -> bool:
    return source.strip().lower().startswith("unverified")


def _bands(table: Mapping[str, Any], unit: str) -> str:
    """A table by a line, from its first to its last value: ``by lives, from 12% at 500 to 2% at 60,000 (11 bands)``."""
    bands = [band if isinstance(band, Mapping) else band.model_dump(by_alias=True) for band in table["bands"]]
    first, last = bands[0], bands[-1]
    ends = [v[k] if isinstance(v, (list, tuple)) else v for v, k in ((first["value"], 0), (last["value"], -1))]
    start, end = (value_words(end, unit) for end in ends)
    line = plain(table["by"]).replace("_", " ")
    where = f"{start} at {first['from']:,} to {end} at {last['from']:,}"
    return f"by {line}, from {where} ({len(bands)} bands)" if len(bands) > 1 else f"by {line}, {start}"


def _one_less(value: Mapping[str, Any], unit: str) -> str:
    """``1 − 75% × quality multiplier, at least 40%, at most 75%``."""
    product = " × ".join(
        [value_words(value["one_less"], unit), *(spoken(str(line)) for line in value.get("times", ()))]
    )
    ends = ((word, value[end]) for word, end in (("at least", "floor"), ("at most", "cap")) if end in value)
    return ", ".join([f"1 {MINUS} {product}", *(f"{word} {value_words(end, unit)}" for word, end in ends)])


def _by_year(value: Mapping[Any, Any], unit: str) -> str:
    """``from 2019: 0%; from 2021: 2%``; a year that changes nothing is left out; one value alone needs no year."""
    said: list[tuple[str, str]] = []
    for year, item in value.items():
        words = value_words(item, unit)
        if not said or said[-1][1] != words:
            said.append((str(year), words))
    return said[0][1] if len(said) == 1 else "; ".join(f"from {year}: {words}" for year, words in said)


def _number(value: float, unit: str) -> str:
    if unit == "year":
        return str(value)
    if unit in ("fraction", "rate"):
        return f"{100 * value:.4g}%".replace("-", MINUS)
    if unit in ("usd", "usd_pmpm", "dollars"):
        sign = f"{MINUS if value < 0 else ''}{'' if unit == 'dollars' else '$'}"
        said = f"{sign}{abs(value):,.{0 if value == round(value) else 2}f}"
        return f"{said} per member per month" if unit == "usd_pmpm" else said
    said = f"{value:,}" if isinstance(value, int) or value == round(value) else f"{value:,.6g}"
    said = said.removesuffix(".0").replace("-", MINUS)
    words = {"per_1000": " per 1,000", "persons": " people", "months": " months", "person_years": " person-years"}
    return said + words.get(unit, "")


def _are_years(value: Sequence[Any], unit: str) -> bool:
    return unit == "year" and len(value) > 1 and all(b == a + 1 for a, b in pairwise(value))
