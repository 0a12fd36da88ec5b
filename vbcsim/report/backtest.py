"""A backtest as one HTML page: what was forecast from which record, what came, and how good the forecasts were."""

from __future__ import annotations

from typing import Any

from vbcsim.calibrate.backtest.run import Backtest, BandScore, YearScore
from vbcsim.calibrate.backtest.score import Coverage, Estimated
from vbcsim.report.figures import Picture, picture_of
from vbcsim.report.page import page_of
from vbcsim.report.pictures.backtest import chances, chances_data, pit_data, pits
from vbcsim.report.words import plain

__all__ = ["backtest_page"]

_PIT = (
    "Where what came lies within its forecast, in tenths. A right forecast gives even bars, within the grey band 95 "
    "times of 100 if ACOs were independent. Bars high in the middle: forecasts too wide; at both ends: too narrow."
)
_CHANCES = (
    "What was said against how often it came; the larger the point, the more ACOs. Grey: two standard errors of a "
    "right forecast."
)


def backtest_page(found: Backtest, files: tuple[str, ...]) -> str:
    """The page as text; the same text for the same backtest.

    :param files: names of the files that were read.
    """
    title = "Backtest: Medicare Shared Savings Program"
    context: dict[str, Any] = {
        "title": title,
        "answer": " ".join(_answer(year) for year in found.years),
        "years": [_year(year) for year in found.years],
        "problems": [plain(f"{p.place}: {p.message}") for p in found.problems[:50]],
        "facts": f"{found.draws:,} draws an ACO, seed {found.seed}; files: {', '.join(map(plain, files))}.",
    }
    return page_of("backtest.html.jinja", title, context)


def _answer(year: YearScore) -> str:
    whole = year.bands[0]
    ninety = next(c for c in whole.rate_coverage if c.level == 0.9)
    own, *naive = whole.rate_crps.values()
    better = 1.0 - own.value / min(each.value for each in naive)
    verdict = (
        f"{better:.0%} nearer than the best of two simple forecasts"
        if better > 0
        else "no nearer than a simple forecast"
    )
    return (
        f"{year.pairs.name}, {len(year.pairs):,} ACOs: of the 90 % intervals of next year's savings rate "
        f"{ninety.covered.value:.0%} held what came, and forecasts were {verdict}; {year.earned[0]:.0f} ACOs were "
        f"expected to earn savings, {year.earned[1]:.0f} did."
    )


def _year(year: YearScore) -> dict[str, Any]:
    return {
        "name": year.pairs.name,
        "movement": _movement(year),
        "coverage": _coverage_table(year),
        "crps": _crps_table(year),
        "later": year.pairs.year,
        "pictures": {picture.name: picture for picture in _pictures(year)},
        "counts": [
            ("ACOs that earned shared savings", f"{year.earned[0]:.0f}", f"{year.earned[1]:.0f}"),
            ("ACOs that owed shared losses", f"{year.owed[0]:.1f}", f"{year.owed[1]:.0f}"),
        ],
        "brier": (
            f"Brier score of the chance to earn: {_with_error(year.brier_earns, 3)}; of saying last year's share for "
            f"every ACO: {year.brier_base.value:.3f}."
        ),
        "bias": (
            "Published less forecast savings rate, on average: "
            f"{100 * year.bands[0].bias.value:+.2f} ± {100 * year.bands[0].bias.error:.2f} points of the benchmark."
        ),
    }


def _pictures(year: YearScore) -> tuple[Picture, Picture]:
    later = year.pairs.year
    return (
        picture_of(f"pit_{later}", _PIT, pit_data(year), pits, year),
        picture_of(f"chances_{later}", _CHANCES, chances_data(year), chances, year),
    )


def _movement(year: YearScore) -> list[tuple[str, str]]:
    found = year.forecast.movement
    shipped = found.learned_from == "shipped"
    return [
        ("Learned from", "the shipped figures of the provider group" if shipped else plain(found.learned_from)),
        ("Standard deviation of the group's effect, 15,000 people", f"{_sd(found.effect, found.effect_by_people):.1%}"),
        ("Correlation of the effect with the next year's", f"{found.kept:.2f}"),
        ("The same across a new agreement", f"{found.kept_renewed:.2f}"),
        ("Degrees of freedom of the tails", f"{found.degrees:.1f}"),
        ("Error of all benchmarks together (standard deviation)", f"{found.shift:.2%}"),
    ]


def _sd(effect: float, by_people: float) -> float:
    return float((effect + by_people / 15_000) ** 0.5)


def _coverage_table(year: YearScore) -> list[tuple[str, str, list[str], list[str]]]:
    return [
        (band.band, f"{band.acos:,}", [_covered(c) for c in band.rate_coverage], [_covered(c) for c in amount])
        for band, amount in ((b, b.amount_coverage) for b in year.bands)
    ]


def _covered(found: Coverage) -> str:
    return f"{100 * found.covered.value:.0f} ± {100 * found.covered.error:.0f}"


def _crps_table(year: YearScore) -> list[tuple[str, list[str], list[str]]]:
    return [
        (band.band, _scores(band, "rate_crps", 100.0, 2), _scores(band, "amount_crps", 1e-6, 2)) for band in year.bands
    ]


def _scores(band: BandScore, name: str, scale: float, digits: int) -> list[str]:
    return [
        _with_error(Estimated(each.value * scale, each.error * scale), digits) for each in getattr(band, name).values()
    ]


def _with_error(found: Estimated, digits: int) -> str:
    return f"{found.value:.{digits}f} ± {found.error:.{digits}f}"
