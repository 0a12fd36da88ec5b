"""What the section capital names that the scenario does not have: provisions, designs, accounts."""

from __future__ import annotations

from vbcsim.core.errors import BadInput, Problem
from vbcsim.outcomes.capital_spec import capital_problems, parties_problems
from vbcsim.outcomes.economics import PAYER_ACCOUNTS, PROVIDER_ACCOUNTS
from vbcsim.scenario.model import Scenario

__all__ = ["accounts_beside", "capital_misfits"]


def capital_misfits(scenario: Scenario) -> list[Problem]:
    """What in the section does not fit the designs and the economics; places are paths of the scenario."""
    if scenario.capital is None:
        return []
    try:
        provisions = scenario.provisions
    except BadInput:
        return []  # told by the designs themselves
    parties = {p for design in scenario.settled_designs.values() for a in design.arrangements for p in a.parties}
    strangers = parties_problems(scenario.capital, parties)
    return [*strangers, *capital_problems(scenario.capital, provisions, accounts_beside(scenario))]


def accounts_beside(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Accounts of each party's ledger beside the settlement; of the parties that keep a ledger."""
    accounts = {"payer": PAYER_ACCOUNTS, "provider": PROVIDER_ACCOUNTS}
    # Settlement and margin, the last two of each, count the settlement already.
    return {party: names[:-2] for party, names in accounts.items() if getattr(scenario.economics, party, None)}
