"""What the answers of a scenario name that it does not have: designs, cases, years, lines, groups, accounts."""

from __future__ import annotations

from collections.abc import Collection

from vbcsim.contract.arrangement import PARTIES, Arrangement
from vbcsim.core.errors import Problem, did_you_mean
from vbcsim.core.text import listing
from vbcsim.outcomes.answers import AnswerSpec, Figure, problems_of_answer
from vbcsim.scenario.model import BASE_CASE, Scenario
from vbcsim.scenario.seam import seam_of
from vbcsim.scenario.source import Document

__all__ = ["answer_problems"]


def answer_problems(document: Document, scenario: Scenario | None) -> list[Problem]:
    """What would keep an answer from being given, each at its place in the file; nothing of a broken scenario."""
    if scenario is None or not scenario.answers:
        return []
    seam, _ = seam_of(document, scenario)
    claims = seam.lines if seam is not None else ()
    cases = (BASE_CASE, *scenario.cases)
    names = [spec.name for spec in scenario.answers]
    found = []
    for i, spec in enumerate(scenario.answers):
        said = problems_of_answer(spec, scenario.designs, cases, scenario.years.performance)
        said = said or _unknown(spec, scenario, claims)
        if spec.name in names[:i]:
            said = [*said, f"{spec.name} is named twice; give each answer its own name"]
        found += [Problem(document.place(("answers", i)), text) for text in said]
    return found


def _unknown(spec: AnswerSpec, scenario: Scenario, claims: Collection[str]) -> list[str]:
    found = []
    for figure in spec.figures():
        found += _problems(figure, scenario.arrangements[str(figure.design)], scenario, claims)
    return list(dict.fromkeys(found))


def _problems(figure: Figure, design: Arrangement, scenario: Scenario, claims: Collection[str]) -> list[str]:
    """What is wrong with one figure."""
    found = []
    if figure.line is not None:
        known = {*claims, *design.lines, *(provision.name for provision in design.provisions)}
        if claims and figure.line not in known:
            near = did_you_mean(figure.line, known)
            found.append(f"{design.name} has no line {figure.line}{near} (there are: {listing(sorted(known), 60)})")
    party = figure.net or (figure.account or "").partition(".")[0]
    if party and party not in PARTIES:
        found.append(f"{party} is no party{did_you_mean(party, PARTIES)} (allowed: {listing(list(PARTIES))})")
    if figure.account is not None and scenario.economics is None:
        found.append(f"the account {figure.account} needs `economics:`, which the scenario lacks; state it")
    if figure.group is not None:
        found += _group_problems(figure, design, scenario)
    return found


def _group_problems(figure: Figure, design: Arrangement, scenario: Scenario) -> list[str]:
    each = scenario.designs[design.name].get("each")
    if each is None:
        return [f"{design.name} does not settle groups apart (`each:`); leave out group {figure.group}"]
    known = dict.fromkeys(str(getattr(cell, str(each), "")) for cell in scenario.cohort.cells)
    if figure.group in known:
        return []
    near = did_you_mean(str(figure.group), known)
    return [f"no cell has the {each} {figure.group}{near} (there are: {listing(list(known), 60)})"]
