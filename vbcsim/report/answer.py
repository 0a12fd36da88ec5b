"""The answer in sentences a negotiator understands, computed from the outcomes and no firmer than the draws allow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from vbcsim.report.margin import margin_headline, margin_words
from vbcsim.report.material import Material, Pair
from vbcsim.report.words import chance, join, money

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Answer", "Luck", "answer", "best_design", "luck_of"]

CLEAR = 2.0
"""Standard errors by which a difference must exceed nought before a sentence states it."""


class Luck(NamedTuple):
    """For one design: shares of the variance by origin, chances of reward and merit parting; each with its error."""

    own: tuple[float, float]
    market: tuple[float, float]
    chance: tuple[float, float]
    gain_without_merit: tuple[float, float]
    no_gain_with_merit: tuple[float, float]


class Answer(NamedTuple):
    """One paragraph that says it all, and the points that carry it, each with a short heading."""

    headline: str
    points: tuple[tuple[str, str], ...]


def answer(material: Material) -> Answer:
    """The answer of a report, from the side of the provider (or of the first party, where there is none)."""
    best, equal = _best(material)
    safest = _safest(material)
    points = [("What could be won", _win(material, best)), ("What could be lost", _lose(material, best))]
    after = margin_words(material)
    if after:
        points.append(("After all costs", after))
    if len(material.designs) > 1:
        if safest != best:
            points.append(("The price of safety", _price(material, best, safest)))
        points.append(("Better in every way?", _dominance(material, best)))
        if "payer" in material.parties and material.lead != "payer":
            points.append(("For the payer", _payer(material)))
    found = luck_of(material.luck, best) if material.luck is not None and material.lead == "provider" else None
    if found is not None:
        points.append(("How much is luck", _luck(material, best, found)))
    headline, after = _headline(material, best, equal, safest), margin_headline(material)
    if after:
        return Answer(after, (("In settlements alone", headline), *points))
    return Answer(headline, tuple(points))


def luck_of(luck: xr.Dataset, design: str) -> Luck | None:
    """The figures of one design; none where the draws could not tell."""
    row = luck.sel(design=design)
    shares = [
        (float(row["variance_share"].sel(origin=name)), float(row["variance_share_mcse"].sel(origin=name)))
        for name in ("own", "market", "chance")
    ]
    names = ("p_gain_without_merit", "p_no_gain_with_merit")
    chances = [(float(row[name]), float(row[f"{name}_mcse"])) for name in names]
    return Luck(*shares, *chances) if math.isfinite(shares[0][0]) else None


def best_design(material: Material) -> str:
    """The design with the best average for the lead party; of those that cannot be told apart, the least risky."""
    return _best(material)[0]


def _best(material: Material) -> tuple[str, tuple[str, ...]]:
    """The design with the highest average for the lead party, and those that cannot be told from it.

    Of designs that cannot be told apart, the least risky is the best.
    """
    top = max(material.designs, key=lambda d: material.of(d, material.lead)["mean_usd"][0])
    rest = [d for d in material.designs if d != top]
    equal = [top, *(d for d in rest if not _clear(material.pair(top, d, material.lead).mean_difference))]
    best = min(equal, key=lambda d: material.of(d, material.lead)["tvar95_usd"][0])
    return best, tuple(d for d in material.designs if d in equal and d != best)


def _safest(material: Material) -> str:
    """The design with the least average loss in the worst 5 %; of equals the one with the higher average."""

    def risk(design: str) -> tuple[float, float]:
        row = material.of(design, material.lead)
        return round(row["tvar95_usd"][0], 2), -row["mean_usd"][0]

    return min(material.designs, key=risk)


def _headline(material: Material, best: str, equal: Sequence[str], safest: str) -> str:
    row, name, party = material.of(best, material.lead), material.called(best), f"the {material.lead}"
    average, error = row["mean_usd"]
    over = f"over {material.period}"
    if len(material.designs) == 1:
        return f"Under {name}, {party} {_receives(average, error)} on average {over}; {_odds(material, best)}."
    first = f"{name} leaves {party} best off on average: {_signed(average, error)} {over}"
    if equal:
        rivals = join([material.called(d) for d in equal])
        first = (
            f"{name} brings {party} {_signed(average, error)} on average {over}, about as much as {rivals} at less risk"
        )
    if safest == best:
        why = "" if row["p_loss"][0] == 0.0 else "no other design loses less in bad outcomes: "
        return f"{first}, and {why}{_odds(material, best)}."
    calm = material.of(safest, material.lead)
    return (
        f"{first}, but {_odds(material, best)}. {material.called(safest)} is the safer choice: "
        f"{_signed(*calm['mean_usd'])} on average, and {_odds(material, safest)}."
    )


def _odds(material: Material, design: str) -> str:
    """``it owes money in 31 of 100 outcomes, and in the worst 5 of 100 it pays $8.0 million on average``."""
    row = material.of(design, material.lead)
    if row["p_loss"][0] == 0.0:
        return f"the {material.lead} never owes money (in none of the {material.draws:,} draws)"
    bad, error = row["tvar95_usd"]
    worst = (
        f"and in the worst 5 of 100 pays {money(bad, error)} on average"
        if bad > CLEAR * error
        else f"and even the average of the worst 5 of 100 is {_signed(-bad, error)}"
    )
    return f"the {material.lead} owes money in {chance(row['p_loss'][0], material.draws)} {worst}"


def _win(material: Material, best: str) -> str:
    row, party = material.of(best, material.lead), material.lead
    if row["p_gain"][0] == 0.0:
        return f"Under {material.called(best)}, the {party} receives nothing in any of the {material.draws:,} draws."
    middle = f"Half of all outcomes lie between {_signed(*row['p25_usd'])} and {_signed(*row['p75_usd'])}"
    high = f"one in twenty brings {_signed(*row['p95_usd'])} or more"
    return (
        f"Under {material.called(best)}, the {party} receives money in {chance(row['p_gain'][0], material.draws)}. "
        f"{middle}; {high}."
    )


def _lose(material: Material, best: str) -> str:
    row, party = material.of(best, material.lead), material.lead
    if row["p_loss"][0] == 0.0:
        return f"Under {material.called(best)}, the {party} owes nothing in any of the {material.draws:,} draws."
    said = f"Under {material.called(best)}, the {party} owes money in {chance(row['p_loss'][0], material.draws)}."
    for words, name in (("One outcome in twenty", "var95_usd"), ("one in a hundred", "var99_usd")):
        loss, error = row[name]
        if loss > CLEAR * error:
            said += f" {words[0].upper()}{words[1:]} costs {money(loss, error)} or more."
    return said


def _price(material: Material, best: str, safest: str) -> str:
    """What the safer design gives up on average, and how often it turns out worse."""
    row = material.pair(best, safest, material.lead)
    a, b = material.called(best), material.called(safest)
    return (
        f"{a} brings {money(*row.mean_difference)} more than {b} on average. In the same simulated histories it leaves "
        f"the {material.lead} better off in {chance(row.p_better[0], material.draws)}{_ties(row, material.draws)}."
    )


def _ties(row: Pair, draws: int) -> str:
    return f", and equally well off in {chance(row.p_equal[0], draws)}" if row.p_equal[0] > 0.005 else ""


def _dominance(material: Material, best: str) -> str:
    """Which designs the best one dominates, in words."""
    found: dict[str, list[str]] = {"always": [], "careful": [], "open": []}
    for other in material.designs:
        if other != best:
            row = material.pair(best, other, material.lead)
            order = "always" if row.first_order == "a" else "careful" if row.second_order == "a" else "open"
            found[order].append(material.called(other))
    always, careful, undecided = (join(found[order]) for order in ("always", "careful", "open"))
    if not always and not careful:
        return f"No. Which design to prefer depends on how much risk the {material.lead} can bear."
    name = material.called(best)
    said = []
    if always:
        said.append(f"{name} is at least as likely as {always} to bring any amount one might name.")
    if careful:
        said.append(
            f"For whoever dislikes risk, {name} is the better choice than {careful}: less risk, and no less money."
        )
    if undecided:
        said.append(f"Against {undecided} it depends on how much risk the {material.lead} can bear.")
    return " ".join([f"Yes: {said[0]}", *said[1:]] if always and len(said) == 1 else said)


def _payer(material: Material) -> str:
    """Which design costs the payer least, on average and at risk."""
    best = max(material.designs, key=lambda d: material.of(d, "payer")["mean_usd"][0])
    average, error = material.of(best, "payer")["mean_usd"]
    low = min(material.designs, key=lambda d: material.of(d, "payer")["mean_usd"][0])
    most, most_error = material.of(low, "payer")["mean_usd"]
    if not _clear(material.pair(best, low, "payer").mean_difference):
        return "No design costs the payer clearly more or less than another on average."
    return (
        f"The payer fares best under {material.called(best)} ({_pays(average, error)} on average) "
        f"and worst under {material.called(low)} ({_pays(most, most_error)})."
    )


def _luck(material: Material, best: str, found: Luck) -> str:
    """How much of the spread is luck, in words, to the nearest five percent."""
    own, market = (_five(share[0]) for share in (found.own, found.market))
    rest = max(0, 100 - own - market)
    said = (
        f"{f'About {rest}%' if rest else 'Next to none'} of the spread in the {material.lead}’s result under "
        f"{material.called(best)} is chance: which patients fall ill, the quality score, how the thresholds fall. "
        f"Growth of the market makes {_share(market)}. The other {own}% is how far the group strays from its own past, "
        "by its own doing or not: past results cannot tell its effort from who is assigned to it and how well the "
        "benchmark fits."
    )
    gain, miss = found.gain_without_merit, found.no_gain_with_merit
    sometimes = 0.0 < material.of(best, material.lead)["p_gain"][0] < 1.0
    if sometimes and math.isfinite(gain[0]) and math.isfinite(miss[0]):
        said += (
            f" Where its patients used no less care than before, it was still paid in {_of_hundred(gain)} outcomes. "
            f"Where they used less, it went unpaid in {_of_hundred(miss)}."
        )
    return said


def _share(percent: int) -> str:
    return f"{percent}%" if percent else "next to none"


def _of_hundred(share: tuple[float, float]) -> str:
    return f"{100 * share[0]:.0f} of 100"


def _five(share: float) -> int:
    return 5 * round(20 * share)


def _clear(difference: tuple[float, float]) -> bool:
    return abs(difference[0]) > CLEAR * difference[1]


def _signed(value: float, error: float) -> str:
    """``$1.2 million`` or ``a loss of $0.4 million``."""
    said = money(value, error, sign=False)
    return f"a loss of {said}" if value < 0 and said.strip("$0.") else said


def _receives(value: float, error: float) -> str:
    return f"{'pays' if value < 0 else 'receives'} {money(value, error, sign=False)}"


def _pays(value: float, error: float) -> str:
    return f"{'it pays' if value < 0 else 'it receives'} {money(value, error, sign=False)}"
