"""The model in words, as this study uses it: what is random, what is not, and how it was validated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from vbcsim.core.uncertain import uncertain_numbers
from vbcsim.report.material import Material
from vbcsim.report.values import spoken, value_words
from vbcsim.report.words import join, span

if TYPE_CHECKING:
    from vbcsim.assumptions.spec import Assumptions
    from vbcsim.calibrate.validation_summary import Agreement

__all__ = ["model_description", "uncertain_count", "validation_words"]

ENGINES = {
    "members": "Members are simulated one at a time.",
    "pooled": "Members who are alike are simulated together, with the same distribution as one at a time.",
    "reference": "Members are simulated one at a time, by the slow twin of the program.",
}
_TABLES = {"medicare": "medicare", "commercial": "commercial", "medicaid": "medicaid", "dual": "dual"}
_MISSES = 5
_OF_RISKS = (
    "The engine that simulates risks was held to published examples, closed forms and Fourier transforms of the same "
    "sums; `vbcsim validate published` computes them again, misses included."
)


def model_description(material: Material) -> list[tuple[str, str]]:
    """Part by part: what the model does in this study."""
    scenario = material.scenario
    found = [
        ("Purpose of the model", "To show what each party may gain or lose under each contract, and how likely it is."),
        ("Members", " ".join(_members(material))),
    ]
    if scenario.assumptions is not None:
        found += list(_assumed(material, scenario.assumptions))
    found.append(("Unknown assumptions", _unknown(uncertain_count(material))))
    if scenario.interventions:
        named = join([spoken(name) for name in scenario.interventions])
        found.append(("Programmes", f"{named.capitalize()}: effects, uptake and costs as in the register."))
    found.append(
        (
            "Contracts",
            (
                "Each contract is an ordered list of clauses and is settled exactly, year by year, on the same "
                "simulated histories. What one party receives another pays."
            ),
        )
    )
    return found


def _unknown(count: int) -> str:
    if not count:
        return "Every assumption is taken as known. The spread shown leaves out that an assumption may be wrong."
    many = "One figure is" if count == 1 else f"{count} figures are"
    return f"{many} not known, and drawn anew in each history from the distribution in the register."


def uncertain_count(material: Material) -> int:
    """How many figures of the scenario are distributions."""
    scenario = material.scenario
    parts = (scenario.supposed, scenario.cohort, *scenario.interventions.values(), *scenario.measures.values())
    return sum(1 for part in parts for _ in uncertain_numbers(part, ""))


def validation_words(material: Material) -> list[str]:
    """What was validated of the model, with figures, misses included."""
    from vbcsim.calibrate.validation_summary import shipped_summary

    if material.scenario.collective is not None:
        return [_OF_RISKS]
    found = [
        (
            "Every part that draws random numbers exists twice: compiled, and written anew from its definition. "
            "Tests of the program hold both to the same numbers, and settlements to worked cases."
        )
    ]
    lines = {cell.line_of_business for cell in material.scenario.cohort.cells}
    known = shipped_summary()
    names = [name for name in _TABLES if name in known and any(name in line for line in lines)]
    for name in names:
        found.append(_agreement(known[name]))
    if names:
        found.append(
            "These counts are of the tables that come with vbcsim. Where this scenario has figures of its own, they "
            "were not validated in this way."
        )
    else:
        found.append(
            "No line of business of this scenario is among those whose tables were compared with published facts."
        )
    if any("mssp" in str(raw.get("program", "")) for raw in material.scenario.designs.values()):
        found.append(
            "The rules of the Shared Savings Program, applied to the 1,781 results that CMS published for 2015, 2016, "
            "2021 and 2022, give the published earned amount within rounding in every row. Benchmarks are an input "
            "there, so this says nothing of how they are forecast here."
        )
    return found


def _agreement(found: Agreement) -> str:
    """How many facts held out agree, and of which kinds those are that do not."""
    from vbcsim.calibrate.fact_kinds import KINDS

    agree, of = found.agree["held_out"]
    kinds = Counter(label.partition(" ")[0] for label, _ in found.misses).most_common(_MISSES)
    missed = "; ".join(f"{KINDS[kind].words} ({count})" for kind, count in kinds)
    return (
        f"{found.title}: of {of} published facts of yearly cost and use that were not used in making the shipped "
        f"table, {agree} agree with {found.persons:,} simulated persons. The {of - agree} that do not are mostly: "
        f"{missed}. The page on validation in the documentation lists each of them."
    )


def _members(material: Material) -> Iterator[str]:
    scenario = material.scenario
    if scenario.collective is not None:
        many = len(scenario.collective.risks)
        stand = "risk with its claims stands" if many == 1 else "risks with their claims stand"
        yield f"None: {many:,} {stand} in their place."
        return
    engine = str(material.settlement.attrs.get("engine", scenario.engine))
    members = material.settlement.attrs.get("members")
    cells = len(scenario.cohort.cells)
    if members:
        yield f"{int(members):,} in {cells:,} rating {'cell' if cells == 1 else 'cells'}."
    yield ENGINES.get(engine, f"Simulated by the engine {engine}.")
    if scenario.cohort.episodes is not None:
        yield "They are patients in episodes of treatment."
    elif scenario.cohort.turnover is not None:
        yield "They join, leave and die by the month."
    elif scenario.cohort.retention < 1.0:
        yield f"{value_words(scenario.cohort.retention, 'fraction')} stay from one year to the next."
    else:
        yield "All of them stay throughout."
    yield (
        f"The base years {span(scenario.years.base)} are simulated too, so a benchmark made from them has its own luck."
    )


def _assumed(material: Material, assumptions: Assumptions) -> Iterator[tuple[str, str]]:
    services = assumptions.services
    heavy = sum(1 for service in services if float(service.tail_probability) > 0.0)
    categories = len(material.scenario.categories)
    yield (
        "Use and cost",
        f"{categories} categories of service. A member’s use is random about a personal level (frailty) that is shared "
        "among categories and lasts over years; the cost of each service is lognormal"
        + (f", with a heavier tail (Pareto) in {heavy} of {len(services)} rows." if heavy else "."),
    )
    trend, group = assumptions.market_trend, assumptions.provider_groups[0]
    national, regional, effect, kept = (
        value_words(figure, "fraction")
        for figure in (trend.national_shock_sd, trend.regional_shock_sd, group.effect_sd, group.persistence)
    )
    yield (
        "Market",
        (
            f"Growth differs from its expectation by a shock each year: {national} nationally and {regional} in the "
            "region (standard deviation)."
        ),
    )
    yield (
        "Provider group",
        (
            f"Beyond chance and market, the group’s use strays by {effect} (standard deviation), and keeps {kept} of "
            "that from year to year."
        ),
    )
    if assumptions.pandemic is not None:
        yield "Pandemic", f"One begins in {assumptions.pandemic.starts}, as the register says."
