"""A portfolio: several contracts held together, each a design of a scenario of its own, on the same random numbers.

Written out, it reads::

    vbcsim_portfolio: 1
    name: one_group
    title: One group, three contracts
    question: What does the group hold together, and what does holding them together spare it?
    draws: 1000
    contracts:
      medicare: {scenario: ../aco_reach.yaml, design: global_risk}
      commercial:
        scenario: ../commercial_shared_savings.yaml
        design: two_sided
        members: 8000                                # cells in proportion
        changes: {assumptions.market_trend.national_shock_sd: 0.02}
    source: judgement

What happens to members by chance is apart between contracts. Market, uncertain assumptions (by their place in the
scenario) and the effect of a provider group (by its name) are shared, unless ``shared`` says otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator

from vbcsim.assumptions.spec import Name, Text
from vbcsim.core.errors import BadInput, Problem, did_you_mean
from vbcsim.core.model import Frozen
from vbcsim.core.parties import Party
from vbcsim.core.text import listing, shown, visible
from vbcsim.core.units import Fraction, PersonCount
from vbcsim.outcomes.capital_spec import Capital, capital_problems
from vbcsim.scenario.capital import accounts_beside
from vbcsim.scenario.load import read_document, scenario_of
from vbcsim.scenario.model import Draws, Scenario, Seed
from vbcsim.scenario.overrides import find, put
from vbcsim.scenario.sentences import model_problems
from vbcsim.scenario.source import Document, parse_path
from vbcsim.scenario.tables import read_tables
from vbcsim.scenario.yaml import read_yaml

__all__ = ["APART", "TOGETHER", "Contract", "Holding", "Portfolio", "load_portfolio", "portfolio_schema"]

APART = 1_000_000
"""Draw numbers between two contracts in a layer that they do not share; a portfolio has at most so many draws."""
TOGETHER = "together"
"""The name of the sum of all contracts."""
Layer = Literal["parameter", "systemic", "group"]


class Contract(Frozen):
    """One contract that is held: a design of a scenario, whose money of it, and how much of that."""

    scenario: Text
    """Path of the scenario's file, from the folder of the portfolio."""
    design: Name
    """Design of that scenario."""
    title: Text | None = None
    """What the contract is called; its name where left out."""
    party: Party | None = None
    """Who holds it; the portfolio's party where left out."""
    weight: Annotated[Fraction, Field(gt=0.0)] = 1.0
    """Share of that party's money that is held."""
    members: PersonCount | None = None
    """Number of members, the cells in proportion; the scenario's where left out."""
    provider: Name = "all"
    """Which organisation the provider is: contracts of one share its effect on use, those of two do not."""
    changes: Annotated[dict[Text, Any], Field(max_length=200)] = Field(default_factory=dict)
    """New values by path of the scenario, written like an override."""
    note: Text | None = None
    """What else a reader should know."""


class Portfolio(Frozen):
    """Contracts held together, and what is asked of them."""

    vbcsim_portfolio: Literal[1]
    """Version of the format; 1."""
    name: Name
    """Short name."""
    title: Text
    """Title of the report."""
    question: Text
    """The question in a sentence."""
    description: Text | None = None
    """What else a reader should know."""
    seed: Seed = 1
    """Seed of every random number, the same for all contracts."""
    draws: Annotated[Draws, Field(le=APART)] = 1000
    """Number of simulated histories, the same for all contracts; at most a million."""
    party: Party = "provider"
    """Who holds the contracts."""
    shared: tuple[Layer, ...] = ("parameter", "systemic", "group")
    """Layers of randomness that contracts share: uncertain assumptions, the market, the provider's own effect."""
    contracts: Annotated[dict[Name, Contract], Field(min_length=1, max_length=50)]
    """The contracts by name."""
    capital: Capital | None = None
    """When money moves and what reserve is asked about; ``designs`` names contracts here."""
    source: Text
    """Where the choice of contracts and shares comes from."""

    @field_validator("contracts")
    @classmethod
    def _none_is_the_sum(cls, contracts: dict[str, Contract]) -> dict[str, Contract]:
        if TOGETHER in contracts:
            raise ValueError(f"a contract is named {TOGETHER}, which is the sum of all; give it another name")
        return contracts

    def holder(self, contract: str) -> Party:
        """Who holds a contract."""
        return self.contracts[contract].party or self.party

    def titles(self) -> dict[str, str]:
        """What each contract, and their sum, is called."""
        named = {name: one.title or _spoken(name) for name, one in self.contracts.items()}
        return named | {TOGETHER: "All together"}

    def shift(self, contract: str) -> dict[str, int]:
        """What is added to the draw numbers of the layers that the contract does not share with those before it."""
        k = list(self.contracts).index(contract)
        found = {
            layer: APART * k for layer in ("process", "parameter", "systemic", "group") if layer not in self.shared
        }
        if "group" in self.shared:
            organisations = list(dict.fromkeys(one.provider for one in self.contracts.values()))
            found["group"] = APART * organisations.index(self.contracts[contract].provider)
        return {layer: by for layer, by in found.items() if by}


@dataclass(frozen=True)
class Holding:
    """A portfolio with the scenario of each contract, which has the one design that is held."""

    portfolio: Portfolio
    scenarios: Mapping[str, Scenario]
    text: str
    """The file as it was read."""

    @property
    def years(self) -> tuple[int, ...]:
        """Performance years of any contract."""
        return tuple(sorted({year for one in self.scenarios.values() for year in one.years.performance}))

    def asking(self, *, draws: int | None = None, seed: int | None = None) -> Holding:
        """The portfolio with another number of draws or seed, where given."""
        given = {name: value for name, value in (("draws", draws), ("seed", seed)) if value is not None}
        told = self.portfolio.model_copy(update=given)
        scenarios = {name: one.asking(draws=told.draws, seed=told.seed) for name, one in self.scenarios.items()}
        return Holding(told, scenarios, self.text)


@cache
def portfolio_schema() -> dict[str, Any]:
    """The JSON Schema of a portfolio's file."""
    return Portfolio.model_json_schema()


def load_portfolio(path: str | FilePath) -> Holding:
    """The portfolio in a YAML file with the scenarios that it names.

    :raises BadInput: with every problem of the file, and of the scenarios as it changes them.
    """
    document = read_yaml(path)
    if not isinstance(document.data, dict):
        raise BadInput(f"{document.file}:1", f"{shown(document.data)} was read where a portfolio is needed")
    try:
        portfolio = Portfolio.model_validate(document.data)
    except ValidationError as error:
        raise BadInput(model_problems(error, document, schema=portfolio_schema())) from None
    scenarios: dict[str, Scenario] = {}
    problems: list[Problem] = []
    for name in portfolio.contracts:
        try:
            scenarios[name] = _scenario(document, portfolio, name, FilePath(path).parent)
        except BadInput as error:
            problems += error.problems
    problems += _misfits(document, portfolio, scenarios)
    if problems:
        raise BadInput(dict.fromkeys(problems))
    return Holding(portfolio, scenarios, FilePath(path).read_text(encoding="utf-8"))


def _scenario(document: Document, portfolio: Portfolio, name: str, folder: FilePath) -> Scenario:
    """The scenario of a contract as the portfolio changes it, with the one design that is held."""
    contract, at = portfolio.contracts[name], ("contracts", name)
    file = folder / contract.scenario
    if not file.is_file():
        place = document.place((*at, "scenario"))
        raise BadInput(place, f"there is no file {visible(str(file))}; write the path from the portfolio's folder")
    read = read_document(file)
    problems = read_tables(read, file.parent) if isinstance(read.data, dict) else []
    for words, value in contract.changes.items():
        written = (*at, "changes", words)
        try:
            put(read, find(read.data, parse_path(words), value), value, document.mark(written))
        except ValueError as error:
            problems.append(Problem(document.place(written), visible(str(error))))
    if problems:
        raise BadInput(problems)
    scenario = scenario_of(read, file.parent, [])
    if contract.design not in scenario.designs:
        near = did_you_mean(contract.design, scenario.designs)
        words = f"{shown(contract.design)} is not a design of {scenario.name}{near}"
        raise BadInput(document.place((*at, "design")), f"{words} (there: {listing(list(scenario.designs), 30)})")
    kept: dict[str, Any] = {"designs": {contract.design: scenario.designs[contract.design]}, "split_draws": 0}
    kept |= {"answers": (), "cases": {}, "capital": None, "cohort": _sized(scenario, contract.members)}
    return scenario.model_copy(update=kept).asking(draws=portfolio.draws, seed=portfolio.seed)


def _sized(scenario: Scenario, members: int | None) -> Any:
    """The cohort with a number of members, cells in proportion; what is left over goes to the largest remainders."""
    cells = scenario.cohort.cells
    if members is None:
        return scenario.cohort
    exact = [cell.members * members / scenario.members for cell in cells]
    whole = [max(1, int(number)) for number in exact]
    order = sorted(range(len(cells)), key=lambda k: whole[k] - exact[k])
    for k in order[: max(0, members - sum(whole))]:
        whole[k] += 1
    sized = tuple(cell.model_copy(update={"members": n}) for cell, n in zip(cells, whole, strict=True))
    return scenario.cohort.model_copy(update={"cells": sized})


def _misfits(document: Document, portfolio: Portfolio, scenarios: Mapping[str, Scenario]) -> Iterator[Problem]:
    """Contracts that are nobody's, whose years do not fit, and what the section capital names without reason."""
    yield from _years_apart(document, scenarios)
    provisions: dict[str, Collection[str]] = {}
    for name, scenario in scenarios.items():
        (design,) = scenario.settled_designs.values()
        provisions[name] = next(iter(scenario.provisions.values()))
        parties = list(dict.fromkeys(party for a in design.arrangements for party in a.parties))
        if portfolio.holder(name) not in parties:
            words = f"{design.arrangement.name} has no {portfolio.holder(name)} (its parties: {listing(parties)})"
            yield Problem(document.place(("contracts", name)), f"{words}; say under `party` who holds the contract")
    if portfolio.capital is not None and len(scenarios) == len(portfolio.contracts):
        yield from _capital_misfits(document, portfolio, scenarios, provisions)


def _capital_misfits(
    document: Document,
    portfolio: Portfolio,
    scenarios: Mapping[str, Scenario],
    provisions: Mapping[str, Collection[str]],
) -> Iterator[Problem]:
    """What the section capital names that no contract has, or that a portfolio does not tell."""
    spec = portfolio.capital
    assert spec is not None
    accounts: dict[str, Collection[str]] = {
        party: names
        for name, scenario in scenarios.items()
        for party, names in accounts_beside(scenario).items()
        if party == portfolio.holder(name)
    }
    held = spec.model_copy(update={"parties": tuple({portfolio.holder(name) for name in scenarios})})
    for problem in capital_problems(held, provisions, accounts):
        words = problem.message.replace("a design", "a contract").replace("any design", "any contract")
        yield Problem(document.place(parse_path(problem.place)), words)
    if spec.advances:
        words = "an advance is on one contract; say under designs: {NAME: {advances: ...}} on which"
        yield Problem(document.place(("capital", "advances")), words)
    if spec.risk_based_capital is not None:
        words = "a charge is told for one contract; leave it out here and state it in the scenario of the contract"
        yield Problem(document.place(("capital", "risk_based_capital")), words)


def _years_apart(document: Document, scenarios: Mapping[str, Scenario]) -> Iterator[Problem]:
    """Contracts whose first base year differs: the market's shocks are numbered from it, and would not be shared."""
    first = {name: scenario.years.base[0] for name, scenario in scenarios.items()}
    if not first:
        return
    anchor, begins = min(first.items(), key=lambda item: item[1])
    for name, year in first.items():
        if year != begins:
            base = list(range(begins, scenarios[name].years.base[-1] + 1))
            yield Problem(
                document.place(("contracts", name)),
                f"its years begin with {year}, those of {anchor} with {begins}, and the shocks of the market are "
                f"counted from the first: let all begin alike, as with `changes: {{years.base: {base}}}`",
            )


def _spoken(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]
