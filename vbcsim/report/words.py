"""Numbers in words: dollars in readable units, chances out of 100, rounded to what the Monte Carlo error supports."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

__all__ = ["Scale", "chance", "clip", "join", "money", "percent", "percent_pair", "plain", "scale_for", "span"]

MINUS = "\N{MINUS SIGN}"
PLUS_MINUS = "\N{PLUS-MINUS SIGN}"
UNKNOWN = "\N{EM DASH}"
_FINEST = 3
"""Decimals at most: beyond a thousandth of the unit nobody reads."""
_HIDDEN = dict.fromkeys((*range(32), *range(127, 160), 1564, *range(8203, 8208), *range(8232, 8239)))
_HIDDEN |= dict.fromkeys((*range(8288, 8304), 65279, *range(65529, 65532)))


class Scale(NamedTuple):
    """A readable unit of money: how many dollars it has and its name."""

    usd: float
    name: str

    def pair(self, value: float, mcse: float) -> tuple[str, str]:
        """The value and its error in this unit, as text without the unit."""
        return rounded(value / self.usd, mcse / self.usd)


DOLLARS, THOUSANDS = Scale(1.0, ""), Scale(1e3, "thousand")
MILLIONS, BILLIONS = Scale(1e6, "million"), Scale(1e9, "billion")


def scale_for(values: Iterable[float]) -> Scale:
    """The largest unit in which the largest of the values is at least one."""
    size = max((abs(v) for v in values if math.isfinite(v)), default=0.0)
    return next((s for s in (BILLIONS, MILLIONS, THOUSANDS) if size >= 0.9995 * s.usd), DOLLARS)


def rounded(value: float, mcse: float) -> tuple[str, str]:
    """Value and error to the same decimals: the error keeps one digit, or two where it begins with 1 or 2.

    An error too small to show (an exact amount) is left out and the value has up to three decimals; beside an unknown
    error (NaN) the value has three significant digits.
    """
    if not math.isfinite(value):
        return UNKNOWN, ""
    if not math.isfinite(mcse):
        return _number(value, max(0, 2 - _magnitude(value))), "unknown"
    if mcse < 0.5 * 10.0**-_FINEST:
        return _trimmed(value), ""
    lead = mcse / 10.0 ** _magnitude(mcse)
    decimals = min(_FINEST, max(0, (1 if lead < 2.95 else 0) - _magnitude(mcse)))
    return _number(value, decimals) if value else "0", _number(mcse, decimals)


def money(value: float, mcse: float = 0.0, *, sign: bool = True) -> str:
    """Dollars for a sentence, to the first digit of the error: ``$1.23 million``, ``−$340,000``.

    The absolute amount where ``sign`` is false.
    """
    if not math.isfinite(value):
        return "an unknown amount"
    scale = scale_for([value])
    scale = DOLLARS if scale is THOUSANDS else scale  # $340,000 reads easier than $340 thousand
    error = mcse / scale.usd if mcse > 0 else 0.0
    place = _magnitude(error) if error else -2 if scale is not DOLLARS else 0
    place = max(-2 if scale is not DOLLARS else 0, min(place, _magnitude(value / scale.usd)))
    number = _number(abs(round(value / scale.usd, -place)), max(0, -place))
    before = MINUS if sign and value < 0 and any(c in "123456789" for c in number) else ""
    return f"{before}${number}{f' {scale.name}' if scale.name else ''}"


def percent(p: float, mcse: float) -> str:
    """A share as a percentage, rounded to its error: ``31%``."""
    text = percent_pair(p, mcse)[0]
    return text if text == UNKNOWN else f"{text}%"


def percent_pair(p: float, mcse: float) -> tuple[str, str]:
    """A share and its error in percent, without the sign."""
    return rounded(100.0 * p, 100.0 * mcse)


def chance(p: float, draws: int) -> str:
    """A chance as a reader counts it: ``31 of 100 outcomes``, ``none of the 2,000 draws``; never rounded to certainty.

    Fewer than ten draws (for or against) are told as draws; a chance known to no better than 1.5 points is "about".
    """
    if not math.isfinite(p):
        return "an unknown share of outcomes"
    hits = round(p * draws)
    if hits in (0, draws):
        return f"{'none' if hits == 0 else 'all'} of the {draws:,} draws"
    if min(hits, draws - hits) < 10:
        return f"{hits:,} of the {draws:,} draws"
    base = next(base for base in (100, 1000, 10_000, draws) if 0.95 / base <= p <= 1 - 0.95 / base)
    about = "about " if p * (1 - p) / draws > 0.015**2 else ""
    return f"{about}{round(p * base):,} of {base:,} outcomes"


def plain(text: object) -> str:
    """Text without characters that a terminal or a page would act on or hide, on one line."""
    return " ".join(str(text).replace("\n", " ").replace("\t", " ").translate(_HIDDEN).split())


def clip(text: object, longest: int) -> str:
    """Plain text of at most ``longest`` characters."""
    said = plain(text)
    return said if len(said) <= longest else said[: longest - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def join(words: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def span(years: Sequence[int]) -> str:
    """``2023`` or ``2023–2025``."""
    return str(years[0]) if len(years) == 1 else f"{years[0]}\N{EN DASH}{years[-1]}"


def _number(value: float, decimals: int) -> str:
    text = f"{abs(value):,.{decimals}f}"
    return f"{MINUS}{text}" if value < 0 and any(c in "123456789" for c in text) else text


def _trimmed(value: float) -> str:
    """Up to three decimals, without noughts at the end."""
    text = _number(value, _FINEST)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _magnitude(value: float) -> int:
    """Power of ten of the first significant digit."""
    return math.floor(math.log10(abs(value))) if value else 0
