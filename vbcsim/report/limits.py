"""The limits of a study, from what its scenario really uses."""

from __future__ import annotations

from collections.abc import Iterator

from vbcsim.report.answer import best_design
from vbcsim.report.material import Material
from vbcsim.report.model_words import uncertain_count
from vbcsim.report.values import value_words
from vbcsim.report.words import percent, plain

__all__ = ["checks", "limits"]

DECISIVE = 0.3
"""Part of the variance from which an origin is named as the one on which the spread rests."""


def limits(material: Material) -> list[str]:
    """What the figures cannot tell, one sentence or two each."""
    return [plain(sentence) for sentence in (*_of_figures(material), *_of_the_model(material), *_of_money(material))]


def checks(material: Material) -> list[tuple[str, str]]:
    """What was checked of this very run, and what was found."""
    off = float(abs(material.settlement["net_usd"].sum("party")).max())
    found = [
        (
            "What one party receives others pay",
            f"In every draw and year; the largest difference is {_cents(off)}.",
        ),
        (
            "Error of the calculation",
            f"{material.draws:,} draws; every figure stands with its Monte Carlo error.",
        ),
    ]
    if material.waterfall is not None:
        found.append(
            ("Clauses add up to the settlement", "In every draw and design, or this report would not have been made.")
        )
    found.append(
        (
            "Material inconsistencies",
            (
                "None was found by these checks. Whether assumptions fit together and with experience is for those who "
                "sign to judge."
            ),
        )
    )
    return found


def _of_figures(material: Material) -> Iterator[str]:
    yield (
        "This is a forecast under the assumptions above, not a promise. The Monte Carlo error is the error of the "
        "calculation alone; an assumption that is wrong shifts every figure, and usually by more."
    )
    if not uncertain_count(material):
        yield (
            "No assumption is uncertain in this scenario. Real outcomes spread more widely than the figures show, by "
            "as much as the assumptions may be off."
        )
    worst = max(1, round(0.01 * material.draws))
    yield f"The rarest outcomes rest on few draws: the worst 1% on {worst:,}."
    yield from _decisive(material)


def _decisive(material: Material) -> Iterator[str]:
    """On which single assumption the spread rests, where the variance split tells."""
    split, assumptions = material.variance_split, material.scenario.assumptions
    if split is None or assumptions is None or "group" not in split["layer"].values:
        return
    best = best_design(material)
    at = split.sel(design=best, party=material.lead, layer="group")
    share, error = float(at["variance_first_share"]), float(at["variance_first_share_mcse"])
    group = assumptions.provider_groups[0]
    if share >= DECISIVE:
        yield (
            f"Under {material.called(best)}, {percent(share, error)} of the variance of the {material.lead}’s money "
            f"comes from one assumption: how far the provider group strays from its past, "
            f"{value_words(group.effect_sd, 'fraction')} a year (standard deviation). Source: {group.source}. "
            "The chances in this report are about as firm as that figure."
        )


def _of_the_model(material: Material) -> Iterator[str]:
    scenario = material.scenario
    rare = "a change of the rules, a group that leaves"
    pandemic = scenario.assumptions is not None and scenario.assumptions.pandemic is not None
    yield f"Not in the figures: {rare if pandemic else f'a pandemic, {rare}'}."
    yield (
        "All designs meet the same members and the same care. A provider that would behave differently under another "
        "contract would have another result."
    )
    if scenario.assumptions is not None:
        yield (
            "Members have no diagnoses and choose no providers. Who dies or leaves is not sicker or healthier than who "
            "stays."
        )
    if scenario.interventions:
        yield "Programmes work as the register states; that they work at all is supposed, and no result of this run."
    attrs = material.experience.attrs if material.experience is not None else {}
    if float(attrs.get("neglected_claimants_per_draw", 0.0)) > 0.0:
        claimants, excess = (float(attrs[f"neglected_{what}"]) for what in ("claimants_per_draw", "excess_usd"))
        yield (
            f"Members who are alike are simulated together. That may leave out at most {claimants:,.2g} large "
            f"claimants a draw, with {value_words(round(excess), 'usd')} above the threshold of the list."
        )
    yield "The terms are a reading of the rules cited. Only the contract and the regulation bind."


def _of_money(material: Material) -> Iterator[str]:
    if material.ledger is None:
        yield (
            "Amounts are settlements between the parties. They leave out what managing care costs the provider, and "
            "the margin on its own services."
        )
    else:
        yield "Amounts outside “Both parties’ books” are settlements between the parties."
    if material.capital is None:
        yield "The time until payment, and the capital that must be held until then, are left out."
    yield "Dollars are of the year in which they are settled, neither discounted nor adjusted for inflation."


def _cents(usd: float) -> str:
    return "less than a cent" if usd < 0.01 else value_words(usd, "usd")
