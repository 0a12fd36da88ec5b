"""The page of a portfolio: what contracts bring together, which one brings the loss, and what spreading is worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from vbcsim.report.capital import capital_tables, capital_words
from vbcsim.report.designs import ROWS
from vbcsim.report.figures import Picture, picture_of
from vbcsim.report.page import page_of
from vbcsim.report.pictures import balance, histogram, tail
from vbcsim.report.portfolio_answer import LEVEL, HeldLike, figures_of, portfolio_answer
from vbcsim.report.tables import Cell, Row, TableOf, figure_cell
from vbcsim.report.terminal import chunks, unit
from vbcsim.report.values import value_words
from vbcsim.report.words import join, plain, rounded, scale_for, span
from vbcsim.scenario.portfolio import TOGETHER

if TYPE_CHECKING:
    import xarray as xr


__all__ = ["portfolio_page", "portfolio_tables"]


SIDE_BY_SIDE = 4
_SHARED = {
    "systemic": "the growth of the market and a pandemic",
    "parameter": "what is not known of the assumptions, wherever two scenarios leave the same place uncertain",
    "group": "the provider’s own effect on use, its quality and the noise of its risk scores",
}


def portfolio_page(held: HeldLike) -> str:
    """The page as the text of one HTML file; the same text for the same portfolio."""
    told = held.holding.portfolio
    headline, *points = portfolio_answer(held)
    context = {
        "title": plain(told.title),
        "question": plain(told.question),
        "description": plain(told.description or ""),
        "headline": headline[1],
        "points": points,
        "party": told.party,
        "period": span(held.holding.years),
        "draws": told.draws,
        "pictures": {picture.name: picture for picture in _pictures(held)},
        "tables": _outcome_tables(held),
        "tails": _tail_table(held),
        "together": [_correlations(held), _both_lose(held)],
        "capital": capital_tables(held.capital, told.titles()),
        "capital_words": capital_words(told.capital) if told.capital is not None else [],
        "contracts": [_about(held, name) for name in told.contracts],
        "shared": [words for layer, words in _SHARED.items() if layer in told.shared],
        "apart": [words for layer, words in _SHARED.items() if layer not in told.shared],
        "facts": _facts(held),
    }
    return page_of("portfolio.html.jinja", plain(told.title), context)


def portfolio_tables(held: HeldLike) -> list[TableOf]:
    """What a terminal shows: outcomes, the tail, how contracts go together, capital."""
    return [
        *_outcome_tables(held, ("mean_usd", "sd_usd", "p_loss", "p5_usd", "p95_usd", "tvar95_usd")),
        _tail_table(held),
        _correlations(held),
        _both_lose(held),
        *capital_tables(held.capital, held.holding.portfolio.titles()),
    ]


# -------------------------------------------------------------------------------------------------------- in tables
def _outcome_tables(held: HeldLike, statistics: tuple[str, ...] = ()) -> list[TableOf]:
    """Contracts side by side, all together last."""
    names = tuple(str(name) for name in held.outcomes["contract"].values)
    found, titles = {name: figures_of(held, name) for name in names}, held.holding.portfolio.titles()
    rows = [row for row in ROWS if row[0] in found[names[0]] and (not statistics or row[0] in statistics)]
    scale = scale_for(found[name][s][0] for name in names for s, *_ in rows if s.endswith("_usd"))
    caption = f"What the {held.holding.portfolio.party} has, {span(held.holding.years)}"
    return [
        TableOf(
            caption,
            unit(scale),
            tuple(titles[name] for name in group),
            tuple(
                Row(words, technical, tuple(figure_cell(s, found[name][s], scale) for name in group))
                for s, words, technical in rows
            ),
        )
        for group in chunks(names, SIDE_BY_SIDE)
    ]


def _tail_table(held: HeldLike) -> TableOf:
    """Each contract alone and in the tail of all, at every level."""
    outcomes, titles = held.outcomes, held.holding.portfolio.titles()
    scale = scale_for(outcomes["tail_alone_usd"].values.ravel().tolist())
    levels = [float(level) for level in outcomes["level"].values]
    kinds = (("alone", "By itself"), ("contribution", "Part of the loss of all"))
    columns = [(level, kind, words) for level in levels for kind, words in kinds]
    headings = tuple(f"{words}, worst {100 * (1 - level):.0f}%" for level, _, words in columns)
    rows = [
        Row(
            titles[str(name)],
            "",
            tuple(_tail(outcomes.sel(contract=name, level=v), kind, scale) for v, kind, _ in columns),
        )
        for name in outcomes["contract"].values
    ]
    spared = [
        cell
        for level in levels
        for at in [outcomes.sel(level=level)]
        for cell in (_pair(at, "tail_spared", scale), Cell("", ""))
    ]
    rows.append(Row("Spared by holding them together", "", tuple(spared)))
    return TableOf("Average loss of the worst outcomes", unit(scale), headings, tuple(rows))


def _tail(at: xr.Dataset, kind: str, scale: Any) -> Cell:
    return _pair(at, f"tail_{kind}", scale)


def _pair(at: xr.Dataset, name: str, scale: Any) -> Cell:
    return figure_cell("mean_usd", (float(at[f"{name}_usd"]), float(at[f"{name}_mcse"])), scale)


def _correlations(held: HeldLike) -> TableOf:
    return _matrix(held, "Correlation of what the contracts bring", "correlation", lambda pair: Cell(*rounded(*pair)))


def _both_lose(held: HeldLike) -> TableOf:
    caption = "Chance that both lose; on the diagonal, that one does"
    return _matrix(held, caption, "p_both_lose", lambda pair: figure_cell("p_loss", pair))


def _matrix(held: HeldLike, caption: str, name: str, cell: Any) -> TableOf:
    titles = held.holding.portfolio.titles()
    values, errors = held.outcomes[name].values.tolist(), held.outcomes[f"{name}_mcse"].values.tolist()
    names = [titles[str(contract)] for contract in held.outcomes["contract"].values]
    rows = (
        Row(title, "", tuple(cell(pair) for pair in zip(*row, strict=True)))
        for title, *row in zip(names, values, errors, strict=True)
    )
    return TableOf(caption, "", tuple(names), tuple(rows))


# ------------------------------------------------------------------------------------------------------ in pictures
def _pictures(held: HeldLike) -> Iterator[Picture]:
    told, titles = held.holding.portfolio, held.holding.portfolio.titles()
    amounts = _amounts(held, titles)
    label = f"{told.party}’s money over {span(held.holding.years)}"
    yield picture_of(
        "outcomes",
        f"What the {told.party} may receive (blue) or pay (orange) under each contract and under all together over "
        f"{span(held.holding.years)}, out of 100 outcomes. The rarest half of a percent lies outside the picture.",
        histogram.bars_data(amounts),
        histogram.histograms,
        *(amounts, label, ("loses", "nothing", "gains")),
    )
    yield picture_of(
        "tail",
        "The average loss of the worst 5% of outcomes: pale, each contract in its own worst outcomes, added up in the "
        "last row; dark, what each loses on average in the worst outcomes of all together, which adds up to the loss "
        "of all.",
        tail.tail_data(held.outcomes, titles, LEVEL),
        tail.tail_bars,
        *(held.outcomes, titles, LEVEL),
    )
    if held.capital is not None:
        drawn = (held.capital, titles, told.party)
        yield picture_of(
            "balance",
            f"The {told.party}’s cash to date, month by month from the start of {held.holding.years[0]}: nine in ten "
            "histories lie within the light band, half within the dark one.",
            balance.balance_data(*drawn),
            balance.running_balance,
            *drawn,
        )


def _amounts(held: HeldLike, titles: Mapping[str, str]) -> dict[str, Any]:
    whole = held.nets["held_usd"].sum("year").transpose("contract", "draw")
    each = {titles[str(name)]: whole.sel(contract=name).values for name in whole["contract"].values}
    return each | {titles[TOGETHER]: whole.values.sum(axis=0)}


# ---------------------------------------------------------------------------------------------------- what is held
def _about(held: HeldLike, name: str) -> tuple[str, list[tuple[str, str]]]:
    """What a contract is, as a title and rows."""
    told = held.holding.portfolio
    contract, scenario = told.contracts[name], held.holding.scenarios[name]
    (design,) = scenario.arrangements.values()
    changed = "; ".join(
        f"{path}: {value_words(value, 'year' if path.startswith('years.') else '')}"
        for path, value in contract.changes.items()
    )
    rows = [
        ("Scenario", f"{plain(scenario.title)} ({plain(contract.scenario)})"),
        ("Contract", plain(design.title or design.name)),
        ("Held", f"{value_words(contract.weight, 'fraction')} of what the {told.holder(name)} has"),
        ("Members", f"{scenario.members:,}"),
        ("Years", f"{span(scenario.years.performance)}, after {span(scenario.years.base)}"),
        ("Provider", "the same organisation as in the others" if _one_provider(told) else contract.provider),
        ("Changed against the scenario", plain(changed)),
        ("Note", plain(contract.note or "")),
        ("Not verified", join(list(design.unverified)).replace("_", " ")),
    ]
    return told.titles()[name], [(what, value) for what, value in rows if value]


def _one_provider(told: Any) -> bool:
    return len({one.provider for one in told.contracts.values()}) == 1


def _facts(held: HeldLike) -> list[tuple[str, str]]:
    told, attrs = held.holding.portfolio, held.nets.attrs
    return [
        ("Portfolio", told.name),
        ("Why these contracts", plain(told.source)),
        ("Draws", f"{told.draws:,}"),
        ("Seed", str(told.seed)),
        *(
            (f"Experience hash, {told.titles()[name]}", attrs.get(f"experience_hash_{name}", ""))
            for name in told.contracts
        ),
        ("Random streams, version", str(attrs.get("stream_version", ""))),
        ("vbcsim", str(attrs.get("vbcsim_version", ""))),
    ]
