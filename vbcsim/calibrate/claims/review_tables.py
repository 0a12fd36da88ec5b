"""Tables of the data review: months, categories, completion, credibility, large claims."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from vbcsim.calibrate.claims.service_categories import CATEGORIES
from vbcsim.calibrate.claims.suppression import HIDDEN, LEAST, shown_counts

if TYPE_CHECKING:
    from vbcsim.calibrate.claims.calibrated import Calibrated
    from vbcsim.calibrate.claims.review import Table

__all__ = ["categories_table", "completion_table", "credibility_table", "large_table", "month_table"]

_LARGE: Final = (50_000, 100_000, 250_000, 500_000, 1_000_000)


def _table(caption: str, headings: tuple[str, ...], rows: Sequence[tuple[str, ...]], note: str = "") -> Table:
    from vbcsim.calibrate.claims.review import Table

    return Table(caption, headings, tuple(rows), note)


def month_table(found: Calibrated) -> Table:
    """Members, lines and cost per member by month of service."""
    x = found.extract
    cost = x.months.group_by("month").agg(pl.col("cents").sum(), pl.col("lines").sum())
    members = x.members.group_by("month").agg(pl.col("members").sum())
    both = members.join(cost, on="month", how="left").sort("month")
    factor = _month_factors(found)
    rows = []
    for month, size, cents, lines in both.select("month", "members", "cents", "lines").iter_rows():
        small = size < LEAST
        usd = 0.0 if cents is None else cents / 100.0 / size
        done = factor.get(month, 1.0)
        rows.append(
            (
                f"{month:%Y-%m}",
                HIDDEN if small else f"{size:,}",
                HIDDEN if small else f"{lines or 0:,}",
                HIDDEN if small else f"{usd:,.2f}",
                f"{done:.4f}",
                HIDDEN if small else f"{usd * done:,.2f}",
            )
        )
    return _table(
        "By month of service",
        ("Month", "Members", "Lines", "$ per member, as paid so far", "Completion", "$ per member, completed"),
        rows,
    )


def _month_factors(found: Calibrated) -> dict[object, float]:
    """Completion of each month, medical and pharmacy together."""
    by = {kind: dict(zip(c.months, c.factor, strict=True)) for kind, c in found.completion.items() if c is not None}
    sums: dict[object, list[float]] = {}
    for month, kind, cents in found.extract.months.select("month", "pharmacy", "cents").iter_rows():
        entry = sums.setdefault(month, [0.0, 0.0])
        entry[0] += cents
        entry[1] += cents * by.get(kind, {}).get(month, 1.0)
    return {month: done / now for month, (now, done) in sums.items() if now > 0}


def categories_table(found: Calibrated) -> Table:
    """Use and cost by category over all years; figures of few members are hidden."""
    data = found.people
    years = data.exposure.sum()
    usd = data.usd.sum(axis=0)
    rows = []
    for j, name in enumerate(data.categories):
        users = len(np.unique(data.person[data.services[:, j] > 0]))
        few = 0 < users < LEAST
        count = int(data.services[:, j].sum())
        rows.append(
            (
                name.replace("_", " "),
                shown_counts([users])[0],
                HIDDEN if few else f"{count / years * 1000:,.1f}",
                HIDDEN if few or not count else f"{usd[j] / count:,.0f}",
                HIDDEN if few else f"{usd[j] / data.months.sum():,.2f}",
            )
        )
    absent = [c.replace("_", " ") for c in CATEGORIES[:-1] if c not in data.categories]
    note = f"No services of: {', '.join(absent)}." if absent else ""
    return _table(
        "By service category, completed, all years together",
        ("Category", "Members with any", "Per 1,000 person-years", "$ per service", "$ per member and month"),
        rows,
        note,
    )


def completion_table(found: Calibrated) -> tuple[Table, ...]:
    """Completion of the last twelve months."""
    tables = []
    for kind, c in found.completion.items():
        if c is None:
            continue
        rows = [
            (f"{m:%Y-%m}", f"{p:,.0f}", f"{f:.4f}", f"{100 * e:.2f}%")
            for m, p, f, e in list(zip(c.months, c.paid_usd, c.factor, c.relative_error, strict=True))[-12:]
        ]
        what = "pharmacy" if kind else "medical"
        tables.append(
            _table(
                f"Completion of {what} claims, paid through {c.valuation:%Y-%m}",
                ("Month of service", "$ paid so far", "Ultimate over paid", "Standard error"),
                rows,
            )
        )
    return tuple(tables)


def credibility_table(found: Calibrated) -> tuple[Table, ...]:
    """Own estimate, shipped figure, credibility and what is used, by line of business."""
    tables = []
    for line in found.fit.lines:
        rows = []
        for name in line.data.categories:
            for field, words in (("utilization_per_1000", "per 1,000"), ("mean_cost_usd", "$ per service")):
                f, hide = line.figure(name, field), name in line.few
                rows.append(
                    (
                        name.replace("_", " "),
                        words,
                        HIDDEN if hide else _figure(f.estimate),
                        HIDDEN if hide else _figure(f.standard_error),
                        "none" if f.shipped is None else _figure(f.shipped),
                        HIDDEN if hide else f"{f.credibility:.2f}",
                        "table" if hide else f"{_figure(f.value)} ± {_figure(f.sd)}",
                    )
                )
        tables.append(
            _table(
                f"Levels of {line.line} at the level of {line.levels.reference_year}",
                (
                    "Category",
                    "",
                    "Data alone",
                    "Its error",
                    f"Table {line.prior_name or ''}".strip(),
                    "Credibility",
                    "Used",
                ),
                rows,
                "Errors are standard errors over persons. Tables are brought to the year by their own trends.",
            )
        )
    return tuple(tables)


def large_table(found: Calibrated) -> Table:
    """Member-years above thresholds, and their share of cost."""
    data = found.people
    total = data.total_usd
    rows, above = [], 0
    for level in reversed(_LARGE):
        count = int((total > level).sum())
        # Levels are nested: fewer than 11 between two shown levels would be told by their difference.
        show = count >= LEAST and not 0 < count - above < LEAST
        if show:
            above = count
            share = f"{total[total > level].sum() / total.sum():.1%}"
            rows.append((f"${level:,}", f"{count:,}", f"{count / data.exposure.sum() * 1000:,.2f}", share))
        elif count:
            rows.append((f"${level:,}", HIDDEN if count < LEAST else "hidden", "hidden", "hidden"))
    rows.reverse()
    return _table(
        "Large claims: member-years whose cost passes a level, all years together",
        ("Level", "Member-years", "Per 1,000 person-years", "Share of all cost"),
        rows,
    )


def _figure(value: float) -> str:
    if value != value or abs(value) == float("inf"):
        return "none"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
