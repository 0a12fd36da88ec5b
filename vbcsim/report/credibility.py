"""Luck and credibility as tables and sentences: what a measured saving is worth, and how often luck is paid."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from statistics import NormalDist
from typing import TYPE_CHECKING

from vbcsim.core.text import listing
from vbcsim.report.tables import Cell, Row, TableOf, figure_cell
from vbcsim.report.words import percent, rounded

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["credibility_answer", "credibility_tables", "credibility_words", "luck_table", "luck_words"]

Titles = Mapping[str, str]

NOISE = {
    "members": "chance of members alone",
    "beside_own": "all but the provider's own course",
    "all": "everything",
}
ORIGIN = {
    "members": "chance of who falls ill",
    "own": "the provider's own course",
    "scores": "noise of risk scores",
    "market": "growth of the market",
    "assumptions": "uncertain assumptions",
}
"""What makes a measured savings rate vary."""


def luck_table(found: xr.Dataset, titles: Titles) -> TableOf | None:
    """Chance of a reward by true saving at the run's own lives; none where no design compares cost with a target."""
    rows = tuple(
        Row(titles[design], words, _chances(at, noise))
        for design, at in _judged(found.sel(size="own"))
        for noise, words in (("all", ""), ("beside_own", "own course held still"))
        if noise == "all" or bool((at["savings_rate_variance"].sel(origin="own") > 0.0).any())
    )
    caption = f"Luck and skill: chance of a reward to the {found.attrs['party']} by true saving"
    return TableOf(caption, "", tuple(f"{_share(s)} saved" for s in _savings(found)), rows) if rows else None


def luck_words() -> str:
    """How to read that table."""
    return (
        "With no true saving a reward is luck; with one, no reward is skill unpaid. A reward is money from the clauses "
        "that compare cost with a target. The provider's own course is what moves its use from year to year although "
        "nobody means it to; the second row of a design holds it still."
    )


def credibility_answer(found: xr.Dataset, titles: Titles) -> str:
    """The answer in a few sentences; nothing where no design compares cost with a target."""
    judged = dict(_judged(found))
    if not judged:
        return ""
    first = next(iter(judged.values()))
    year = str(first["period"].values[0])
    within = first["p_within"].sel(period=year, size="own")
    needed = {noise: float(first["lives_within"].sel(period=year, noise=noise)) for noise in ("members", "all")}
    sure, margin = _share(found.attrs["confidence"]), _share(found.attrs["within"])
    ends = {
        noise: f"for {sure} no number of lives is enough"
        if math.isinf(lives)
        else f"{sure} takes {_count(float(f'{lives:.2g}'))} lives"
        for noise, lives in needed.items()
    }
    luck = [
        f"{titles[design]} {percent(float(at['p_reward']), float(at['p_reward_mcse']))}"
        for design, whole in judged.items()
        for at in [whole.sel(noise="all", size="own", saving=0.0)]
    ]
    return (
        f"With {_count(float(first['size_lives'].sel(size='own')))} lives a savings rate measured in {year} is within "
        f"{margin} of the true one with a chance of {percent(float(within.sel(noise='all')), 0.01)}; {ends['all']}. "
        f"Were who falls ill the only chance, it would be {percent(float(within.sel(noise='members')), 0.01)}, and "
        f"{ends['members']}. Chance of a reward over the contract although nobody saves: {listing(luck)}."
    )


def credibility_tables(found: xr.Dataset, titles: Titles) -> list[TableOf]:
    """How far a measured rate is from the true one and what lives it needs; for each design luck by number of lives.

    Designs that measure the same rate are told together.
    """
    judged = dict(_judged(found))
    tables = []
    for alike in _alike(judged):
        who = "" if len(alike) == len(judged) else f": {listing([titles[design] for design in alike])}"
        tables += [_spread(judged[alike[0]], who), _needed(judged[alike[0]], who)]
    return tables + [_luck_by_lives(at, titles[design]) for design, at in judged.items()]


def _judged(found: xr.Dataset) -> Iterator[tuple[str, xr.Dataset]]:
    """Designs with figures."""
    for design in (str(name) for name in found["design"].values):
        at = found.sel(design=design)
        if bool(at["p_reward"].notnull().any()):
            yield design, at


def _alike(judged: Mapping[str, xr.Dataset]) -> list[list[str]]:
    """Designs in groups that measure the same rate."""
    groups: dict[tuple[float, ...], list[str]] = {}
    for design, at in judged.items():
        told = (*at["savings_rate_bias"].values.tolist(), *at["savings_rate_variance"].values.ravel().tolist())
        groups.setdefault(told, []).append(design)
    return list(groups.values())


def _periods(at: xr.Dataset) -> dict[str, str]:
    """The first performance year and the whole contract, in words."""
    first = str(at["period"].values[0])
    return {first: f"{first} alone", "contract": "all years together"}


def _spread(at: xr.Dataset, who: str) -> TableOf:
    """Bias and standard deviations of a measured rate where nothing is saved, in points of percent."""
    periods = _periods(at)
    bias = tuple(
        _points(float(at["savings_rate_bias"].sel(period=p)), float(at["savings_rate_bias_mcse"].sel(period=p)))
        for p in periods
    )
    rows = [Row("average", "what the benchmark gives away", bias)]
    for origin, words in ORIGIN.items():
        cells = []
        for period in periods:
            here = at.sel(period=period, origin=origin)
            sd = math.sqrt(float(here["savings_rate_variance"]))
            error = float(here["savings_rate_variance_mcse"])
            cells.append(_points(sd, error / (2.0 * sd)) if sd > 0.0 else Cell("0", ""))
        rows.append(Row("spread", words, tuple(cells)))
    lives = _count(float(at["size_lives"].sel(size="own")))
    caption = f"Savings rate measured with {lives} lives where nobody saves, in points{who}"
    return TableOf(caption, "", tuple(periods.values()), tuple(rows))


def _points(value: float, error: float) -> Cell:
    return Cell(*rounded(100.0 * value, 100.0 * error))


def _needed(at: xr.Dataset, who: str) -> TableOf:
    """Chance to be within the margin now and with endlessly many lives, and lives needed, by kind of noise."""
    rows = []
    for period, when in _periods(at).items():
        for noise, words in NOISE.items():
            here = at.sel(period=period, noise=noise)
            now, most = (
                figure_cell("share", (float(ds[name]), float(ds[f"{name}_mcse"])))
                for ds, name in ((here.sel(size="own"), "p_within"), (here, "p_within_at_most"))
            )
            cells = (now, most, _lives(float(here["lives_within"]), float(here["lives_within_mcse"])))
            rows.append(Row(when, words, cells))
    caption = f"Measured within {_share(at.attrs['within'])} of the true savings rate, by what is error{who}"
    headings = ("with the run's lives", "with endless lives", f"lives needed for {_share(at.attrs['confidence'])}")
    return TableOf(caption, "", headings, tuple(rows))


def _luck_by_lives(at: xr.Dataset, title: str) -> TableOf:
    """Chance of a reward of one design by number of lives: by true saving, and of luck by what varies."""
    rows = []
    for size in sorted(at["size"].values.tolist(), key=lambda size: float(at["size_lives"].sel(size=size))):
        here = at.sel(size=size)
        luck = (_chances(here, noise)[0] for noise in ("beside_own", "members"))
        name = f"{_count(float(here['size_lives']))} lives"
        rows.append(Row(name, "this run" if size == "own" else "", (*_chances(here, "all"), *luck)))
    needed = [
        _lives(float(at["lives_without_luck"].sel(noise=n)), float(at["lives_without_luck_mcse"].sel(noise=n)))
        for n in ("all", "beside_own", "members")
    ]
    blank = (Cell("", ""),) * (at.sizes["saving"] - 1)
    rows.append(Row(f"lives for {_share(at.attrs['luck'])} luck", "", (needed[0], *blank, *needed[1:])))
    headings = (*(f"{_share(s)} saved" for s in _savings(at)), "0% saved, own course held", "0% saved, members alone")
    return TableOf(f"Chance of a reward under {title}, by true saving", "", headings, tuple(rows))


def _chances(at: xr.Dataset, noise: str) -> tuple[Cell, ...]:
    here = at.sel(noise=noise)
    return tuple(
        figure_cell("share", (float(here["p_reward"].sel(saving=s)), float(here["p_reward_mcse"].sel(saving=s))))
        for s in at["saving"].values
    )


def _savings(found: xr.Dataset) -> list[float]:
    return [float(saving) for saving in found["saving"].values]


def _share(value: float) -> str:
    return f"{100.0 * value:g}%"


def _lives(value: float, error: float) -> Cell:
    if math.isinf(value):
        return Cell("none is enough", "")
    if not math.isfinite(value):
        return Cell("not asked", "")
    return Cell(f"at most {_count(value)}", "") if not math.isfinite(error) else Cell(*_rounded(value, error))


def _rounded(value: float, error: float) -> tuple[str, str]:
    """A number of lives and its error, both to the error's first digit."""
    place = 10 ** max(0, math.floor(math.log10(max(error, 1.0))))
    return _count(round(value / place) * place), _count(max(1, round(error / place)) * place)


def _count(value: float) -> str:
    return f"{value:,.0f}"


def credibility_words(found: xr.Dataset, minimum_rate: float | None) -> list[str]:
    """What public rules say of as many lives, beside what the first design shows in its first year.

    :param minimum_rate: minimum savings rate of the Shared Savings Program for so many lives; none where it has none.
    """
    judged = dict(_judged(found))
    if not judged:
        return ["No design compares cost with a target, so there is no savings rate to believe or not."]
    at = next(iter(judged.values())).sel(period=str(found["period"].values[0]))
    lives = float(at["size_lives"].sel(size="own"))
    spread = math.sqrt(float(at["savings_rate_variance"].sel(origin="members")))
    if not spread > 0.0:
        return []
    sure = 2.0 * NormalDist().cdf(0.01 / (spread * math.sqrt(lives / 1e5))) - 1.0
    rules = (
        f"By the chance of members alone, the rate of one year has a spread of {spread * math.sqrt(lives):.2f} / "
        "sqrt(lives). The base credibility factors of 45 CFR 158.232(b), which are points added to a loss ratio for "
        "size, are 2.61 / sqrt(life-years): 8.3% at 1,000 and 1.2% at 50,000."
    )
    words = [rules]
    if minimum_rate is not None:
        words.append(
            f"For {_count(lives)} lives the Medicare Shared Savings Program asks a saving of {100 * minimum_rate:.1f}% "
            f"at least before it shares (42 CFR 425.604(b)), which is {minimum_rate / spread:.1f} times that spread."
        )
    words.append(
        f"With 100,000 lives the rate would be within 1 point with a chance of {100.0 * sure:.0f}% by that chance "
        "alone; a trade statement of Caravan Health says 90% within about 1%."
    )
    return words
