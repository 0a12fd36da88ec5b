"""Every picture of a report: what it shows in words, how it is drawn, and the data that it is drawn from."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vbcsim.report.answer import best_design
from vbcsim.report.drawing import CENT, svg
from vbcsim.report.material import MOST_DESIGNS, Material, Pair
from vbcsim.report.pictures import balance, dominance, exceedance, fan, histogram, spread, tornado, waterfall
from vbcsim.report.plotted import Plotted
from vbcsim.report.split import split_bars

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["MOST_PAIRS", "Picture", "picture_of", "pictures", "svg"]

MOST_PAIRS = 6
"""Pairs of designs whose difference is drawn; the table has all."""
RAREST = "The rarest half of a percent of outcomes lies outside the picture."


class Picture(NamedTuple):
    """A picture: its name, what it shows in words, its data, and how it is drawn."""

    name: str
    caption: str
    data: Plotted
    draw: Callable[[], Figure]

    @property
    def address(self) -> str:
        """The drawn picture as an address that holds all of it."""
        return f"data:image/svg+xml;base64,{base64.b64encode(svg(self.draw).encode()).decode()}"


def pictures(material: Material) -> dict[str, Picture]:
    """The pictures that a study has something to show in, by name."""
    return {picture.name: picture for made in _MAKERS for picture in made(material)}


def picture_of(name: str, caption: str, data: Plotted, draw: Callable[..., Figure], *arguments: Any) -> Picture:
    """The picture that ``draw(*arguments)`` makes, with its caption and its data."""
    return Picture(name, caption, data, partial(draw, *arguments))


def _outcomes(material: Material) -> Iterator[Picture]:
    """Bars for the lead party, and for every other party whose money is not just the other side of it."""
    for party in material.parties:
        if party == material.lead or not _mirrors(material, party):
            amounts = histogram.outcome_amounts(material, party)
            caption = (
                f"What the {party} may receive (blue) or pay (orange) in all over {material.period}, out of 100 "
                "outcomes. Grey is no payment at all, cut short where it is higher than the picture. "
                f"{RAREST}{_heights(amounts)}{_part(material)}"
            )
            data = histogram.bars_data(amounts)
            yield picture_of(f"outcomes_{party}", caption, data, histogram.distributions, material, party)


def _exceedance(material: Material) -> Iterator[Picture]:
    party = material.lead
    caption = (
        f"How likely the {party} is to pay more than an amount (left) or to receive more than it (right)."
        f"{_part(material)}"
    )
    yield picture_of(
        "exceedance",
        caption,
        exceedance.exceedance_data(material, party),
        exceedance.exceedance,
        material,
        party,
    )


def _waterfall(material: Material) -> Iterator[Picture]:
    if material.waterfall is None:
        return
    best = best_design(material)
    order = (best, *(name for name in material.designs if name != best))
    drawn = waterfall.drawn_designs(material, order)
    part = "" if len(drawn) == len(order) else f" Of {len(order)} designs {len(drawn)} are drawn; the data has all."
    caption = (
        f"Averages for the {material.lead} over {material.period}, clause by clause in the order in which the contract "
        "settles them: grey is the target less spending, orange what a clause takes from it, blue what it adds, black "
        "what is left. A clause acts on what the clauses before it leave, and clauses that change nothing in any draw "
        f"are left out.{part}"
    )
    yield picture_of(
        "waterfall", caption, waterfall.waterfall_data(material), waterfall.waterfall_steps, material, drawn
    )


def _tornado(material: Material) -> Iterator[Picture]:
    best = best_design(material)
    swings = tornado.swings_of(material, best)
    if not swings:
        return
    more = f" The {tornado.MOST_BARS} that matter most are drawn." if len(swings) > tornado.MOST_BARS else ""
    caption = (
        f"How the {material.lead}’s average under {material.called(best)} moves when one term of it is "
        f"{100 * tornado.BY:.0f}% lower (orange) or higher (blue) than drafted and all else stays, on the same "
        f"simulated histories. The term’s value stands at each end.{more}"
    )
    yield picture_of("tornado", caption, tornado.tornado_data(swings), tornado.tornado_bars, material, best, swings)


def _cases(material: Material) -> Iterator[Picture]:
    if material.cases:
        caption = (
            f"The whole contract for the {material.lead} in each case: nine in ten outcomes lie within the light bar, "
            f"half within the dark one. The dot is the middle outcome, the line the average.{_part(material)}"
        )
        data = fan.cases_data(material, material.lead)
        yield picture_of("cases", caption, data, fan.case_by_case, material, material.lead)


def _split(material: Material) -> Iterator[Picture]:
    bars = split_bars(material)
    if bars:
        caption = (
            f"Of 100 parts of the variance of the {material.lead}’s money: what each source of uncertainty decides by "
            "itself. What several decide only together stands last."
        )
        yield picture_of("spread", caption, spread.variance_data(material, bars), spread.variance_bars, material, bars)


def _balance(material: Material) -> Iterator[Picture]:
    """The running balance of each party whose reserve is asked about."""
    if material.capital is None:
        return
    for party in (str(name) for name in material.capital["party"].values):
        caption = (
            f"The {party}’s cash to date, month by month: what it has received less what it has paid of all that this "
            "contract moves. Nine in ten histories lie within the light band, half within the dark one. Where the band "
            f"is below nought the {party} must find the money elsewhere.{_part(material)}"
        )
        data = balance.balance_data(material.capital, material.titles, party)
        drawn = (material.capital, material.titles, party)
        yield picture_of(f"balance_{party}", caption, data, balance.running_balance, *drawn)


def _years(material: Material) -> Iterator[Picture]:
    if len(material.years) > 1:
        caption = (
            f"Each year for the {material.lead}: nine in ten outcomes lie within the light band, half within the dark "
            f"one. Each year is settled by itself; a band is no single history.{_part(material)}"
        )
        data = fan.years_data(material, material.lead)
        yield picture_of("years", caption, data, fan.year_by_year, material, material.lead)


def _pairs(material: Material) -> Iterator[Picture]:
    """Dominance rank by rank, and the differences in the same draw."""
    party = material.lead
    rows: list[Pair] = [row for row in material.pairs if row.party == party][:MOST_PAIRS]
    if not rows:
        return
    best = best_design(material)
    caption = (
        f"Left: of 100 outcomes, how many bring the {party} at most an amount; a line further right is better. Right: "
        f"each design less {material.called(best)} where both are equally lucky, from the worst to the best of 100 "
        "outcomes. A line that never falls below another belongs to a design that is at least as likely to bring any "
        "amount one might name. The shade is two Monte Carlo errors to either side."
        f"{_part(material)}"
    )
    data = dominance.dominance_data(material, party, best)
    yield picture_of("dominance", caption, data, dominance.dominance_curves, material, party, best)
    count = sum(row.party == party for row in material.pairs)
    amounts = histogram.difference_amounts(material, party, rows)
    caption = (
        "The difference between two designs in the same simulated history: what one contract brings the "
        f"{party} beyond another when all else is the same. {RAREST}{_heights(amounts)}"
        f"{f' The first {MOST_PAIRS} pairs are drawn.' if count > MOST_PAIRS else ''}"
    )
    drawn = histogram.paired_differences
    yield picture_of("differences", caption, histogram.bars_data(amounts), drawn, material, party, rows)


def _mirrors(material: Material, party: str) -> bool:
    """Whether a party's money is in every draw the lead party's with the other sign."""
    sums = (material.net(name, party) + material.net(name, material.lead) for name in material.designs)
    return all(bool(np.all(np.abs(both) <= CENT)) for both in sums)


def _heights(amounts: histogram.Amounts) -> str:
    return " Each panel has its own height." if histogram.own_heights(amounts) else ""


def _part(material: Material) -> str:
    return f" The first {MOST_DESIGNS} designs are drawn." if len(material.designs) > MOST_DESIGNS else ""


_MAKERS: tuple[Callable[[Material], Iterator[Picture]], ...] = (
    _outcomes,
    _exceedance,
    _waterfall,
    _tornado,
    _cases,
    _balance,
    _split,
    _years,
    _pairs,
)
