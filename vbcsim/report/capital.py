"""Capital in words and tables: reserves, chances of running out, what later money is worth, security and charges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vbcsim.report.tables import Cell, Row, TableOf, figure_cell
from vbcsim.report.terminal import chunks, unit
from vbcsim.report.words import Scale, join, plain, scale_for

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.outcomes.capital_spec import Capital

__all__ = ["capital_tables", "capital_words", "dollars", "odds", "yearly_tables"]

SIDE_BY_SIDE = 4
_ENOUGH = 10
"""Draws beyond a quantile with which its error can be trusted."""
Titles = Mapping[str, str]


def capital_tables(capital: xr.Dataset | None, titles: Titles) -> list[TableOf]:
    """For each party whose reserve is asked about: what each design asks it to hold.

    :param titles: of the designs, by name.
    """
    if capital is None:
        return []
    designs = tuple(str(name) for name in capital["design"].values)
    return [
        _table(capital.sel(design=list(group), party=party), str(party), titles, designs)
        for party in capital["party"].values
        for group in chunks(designs, SIDE_BY_SIDE)
    ]


def _table(capital: xr.Dataset, party: str, titles: Titles, every: Sequence[str]) -> TableOf:
    names = ("reserve_needed_usd", "lowest_balance_usd", "present_value_usd")
    scale = scale_for(float(value) for name in names for value in capital[name].values.ravel())
    rows = [*_reserve_rows(capital, scale), *_ruin_rows(capital), *_balance_rows(capital, scale)]
    months = int(capital.attrs["horizon_months"])
    headings = tuple(titles[str(name)] for name in capital["design"].values)
    part = "" if len(headings) == len(every) else ", part of the designs"
    return TableOf(f"What the {party} must hold over {months} months{part}", unit(scale), headings, tuple(rows))


def _reserve_rows(capital: xr.Dataset, scale: Scale) -> Iterator[Row]:
    for chance in capital["chance"].values:
        row = _row(f"Reserve that runs out {odds(float(chance))}", capital, "reserve_needed_usd", scale, chance=chance)
        yield row._replace(technical=_thin(float(chance) * int(capital.attrs["draws"])))
        if "cost_of_capital_usd" in capital:
            yield _row("Cost of that reserve", capital, "cost_of_capital_usd", scale, chance=chance)


def _thin(draws: float) -> str:
    """A warning where so few draws lie beyond a quantile that its error is itself hardly known."""
    if draws >= _ENOUGH:
        return ""
    return f"only {draws:.0f} draws lie beyond" if draws >= 2.0 else "the worst draw: simulate more"


def _ruin_rows(capital: xr.Dataset) -> Iterator[Row]:
    for reserve in capital["reserve"].values:
        what = f"with {dollars(float(reserve))}" if reserve else "without a reserve"
        yield _row(f"Chance of running out {what}", capital, "ruin_probability", scale_for(()), reserve=reserve)


def _balance_rows(capital: xr.Dataset, scale: Scale) -> Iterator[Row]:
    low, present = "lowest_balance_usd", "present_value_usd"
    yield _row("Lowest balance, average", capital, low, scale, statistic="mean_usd")
    yield _row("Lowest balance, 1 in 20 is worse than", capital, low, scale, statistic="p5_usd")
    rate = float(capital.attrs["discount_rate"])
    if rate:
        yield _row(f"Present value at {100 * rate:g}%, average", capital, present, scale, statistic="mean_usd")
        yield _row("Present value, 1 in 20 is worse than", capital, present, scale, statistic="p5_usd")


def yearly_tables(capital: xr.Dataset | None, titles: Titles) -> list[TableOf]:
    """Security and charges by year, one table each where any design has some."""
    words = {
        "collateral": "Security that the contract asks for, average",
        "clause_capital": "Capital that the contract’s own clause asks for, average",
        "risk_based_capital": "Charge in the shape of risk-based capital, average",
    }
    found = []
    for name, caption in words.items():
        if capital is None or f"{name}_usd" not in capital:
            continue
        scale = scale_for(float(value) for value in capital[f"{name}_usd"].values.ravel())
        years = [int(year) for year in capital["year"].values]
        rows = tuple(
            Row(titles[str(design)], "", tuple(_cell(capital.sel(design=design, year=y), name, scale) for y in years))
            for design in capital["design"].values
        )
        found.append(TableOf(caption, unit(scale), tuple(map(str, years)), rows))
    return found


def capital_words(spec: Capital) -> list[str]:
    """What the figures suppose, in sentences."""
    said = [f"What is owed for a year is paid {_lag(spec.lag_months)} after its end."]
    for name, plan in spec.paid.items():
        when = f"{'at the beginning' if plan.in_advance else 'at the end'} of every {plan.every}"
        part = "" if plan.share == 1.0 else f"{100 * plan.share:g}% of "
        if plan.amount == "actual" and not part:
            said.append(f"The {_spoken(name)} is paid {when}.")
            continue
        of = "what it comes to" if plan.amount == "actual" else "what is expected"
        said.append(f"Of the {_spoken(name)}, {part}{of} is paid {when}; the rest is reconciled.")
    for advance in spec.advances:
        said.append(
            f"The {advance.payer} advances {dollars(advance.usd)} in month {advance.month}, and takes it back out "
            "of what is earned."
        )
    for name, own in spec.designs.items():
        lag = "" if own.lag_months is None else f" {_lag(own.lag_months)}"
        said.append(f"For {_spoken(name)} other times hold{':' if lag else ''}{lag}.")
    said.append("The balance counts the settlement; a reserve earns nothing and is not topped up.")
    if spec.accounts:
        said.append(f"By the month it counts of the party's own ledger: {join([_spoken(a) for a in spec.accounts])}.")
    return [plain(sentence) for sentence in said]


def odds(chance: float) -> str:
    """``1 time in 20``, or ``in 3% of cases``."""
    n = 1.0 / chance
    return f"1 time in {n:,.0f}" if abs(n - round(n)) < 1e-6 * n else f"in {100 * chance:g}% of cases"


def dollars(usd: float) -> str:
    """``$20 million``: an amount that somebody chose, as exact as it was written."""
    scale = scale_for([usd])
    return f"${scale.pair(usd, 0.0)[0]} {scale.name}".strip()


def _row(words: str, capital: xr.Dataset, name: str, scale: Scale, **at: object) -> Row:
    found = capital.sel(at)
    bare = name.removesuffix("_usd")
    statistic = "mean_usd" if name.endswith("_usd") else "p_loss"
    figures = zip(found[name].values.tolist(), found[f"{bare}_mcse"].values.tolist(), strict=True)
    return Row(words, "", tuple(figure_cell(statistic, figure, scale) for figure in figures))


def _cell(at: xr.Dataset, name: str, scale: Scale) -> Cell:
    return figure_cell("mean_usd", (float(at[f"{name}_usd"]), float(at[f"{name}_mcse"])), scale)


def _lag(lags: Any) -> str:
    """``9 months``, or by who owes."""
    return f"{lags} months" if isinstance(lags, int) else join([f"{m} months by the {p}" for p, m in lags.items()])


def _spoken(name: str) -> str:
    return name.replace("_", " ")
