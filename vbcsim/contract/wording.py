"""Words for contracts: numbers with their unit, figures by year, conditions, and names of lines as people say them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

__all__ = ["by_year_words", "holds", "joined", "number_words", "spoken", "unit_of_line"]

_UNITS = {
    "lives": "persons",
    "person_years": "persons",
    "member_months": "persons",
    "quality_score": "fraction",
    "expenditure": "usd",
    "revenue": "usd",
    "benchmark": "usd",
    "premium": "usd",
}
"""Units of lines whose meaning does not depend on the contract."""

_STATES = ("met", "open", "reached", "passed", "achieved", "earned", "reported", "signed", "closed", "in_force")
"""How names end that say of something that it is so: ``quality_standard_met``."""

_SPOKEN = {"member_months": "member-months", "person_years": "person-years", "esrd": "ESRD"}


def unit_of_line(line: str) -> str:
    """The unit of a line that an experience gives; empty where only the contract knows."""
    if line.startswith("expenditure_"):
        return "usd"
    return _UNITS.get(line, "")


def number_words(value: float, unit: str = "number") -> str:
    """A number with its unit: ``50%``, ``$1,000``, ``$3.50 per member per month``, ``5,000``, ``0.97``."""
    if unit in ("fraction", "rate"):
        percent = round(100.0 * value, 3) or 100.0 * value
        return f"{percent:g}%"
    if unit in ("usd", "amount"):
        return f"{'-' if value < 0 else ''}${abs(value):,.0f}"
    if unit == "usd_pmpm":
        return f"{'-' if value < 0 else ''}${abs(value):,.2f} per member per month"
    if unit == "persons":
        return f"{value:,.6g}" if abs(value) < 100_000 else f"{value:,.0f}"
    return f"{value:.6g}" if abs(value) < 10_000 else f"{value:,.0f}"


def by_year_words(figures: Mapping[int, str]) -> str:
    """``0% in 2023 and 2% from 2024 on``: each figure holds until the next; a year that changes nothing is left out."""
    runs: list[tuple[int, str]] = []
    for year, words in sorted(figures.items()):
        if not runs or runs[-1][1] != words:
            runs.append((year, words))
    if len(runs) == 1:
        return runs[0][1]
    said = [
        f"{words} in {year}" if after == year + 1 else f"{words} from {year} to {after - 1}"
        for (year, words), (after, _) in pairwise(runs)
    ]
    return joined([*said, f"{runs[-1][1]} from {runs[-1][0]} on"])


def joined(words: Iterable[str], last: str = "and") -> str:
    """``a, b and c``."""
    every = list(words)
    return f" {last} ".join([", ".join(every[:-1]), every[-1]]) if len(every) > 1 else "".join(every)


def holds(lines: Sequence[str], last: str = "and") -> str:
    """Lines of 1 and 0 that are 1, as a condition: ``the quality_standard is met``, ``low_revenue applies``."""
    states = {line: next((state for state in _STATES if line.endswith(f"_{state}")), "") for line in lines}
    parts = [f"the {line.removesuffix(f'_{state}')} is {state}" for line, state in states.items() if state]
    plain = [line for line, state in states.items() if not state]
    if plain:
        parts.append(f"{joined(plain, last)} {'applies' if len(plain) == 1 or last == 'or' else 'apply'}")
    return joined(parts, last)


def spoken(text: str) -> str:
    """A sentence with the names of lines as words: ``quality_standard_met`` as ``quality standard met``."""
    for name, words in _SPOKEN.items():
        text = re.sub(rf"\b{name}\b", words, text)
    text = re.sub(r"\b(expenditure|utilization)_([a-z][a-z0-9_]*)", r"\2 \1", text)
    text = re.sub(r"\bnon[_ ]|(?<=_)non_", "non-", text)
    return re.sub(r"(?<=[A-Za-z0-9])_(?=[A-Za-z0-9])", " ", text)
