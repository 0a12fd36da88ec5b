"""Where the money of a finished run goes: every clause's dollars, and what share of savings is really paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from vbcsim.core.errors import BadInput, did_you_mean
from vbcsim.core.text import listing, shown
from vbcsim.pipeline.study import settled_experience

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.contract.steps import SettledProvision
    from vbcsim.scenario.model import Scenario

__all__ = ["SettledRun", "effective_share", "lead_party", "money_of", "provisions_of", "waterfall"]


class SettledRun(Protocol):
    """A finished run, or one case of it."""

    @property
    def scenario(self) -> Scenario: ...
    @property
    def experience(self) -> xr.Dataset: ...
    @property
    def settlement(self) -> xr.Dataset: ...


def provisions_of(run: SettledRun) -> Mapping[str, Sequence[SettledProvision]]:
    """Every settled provision of every design, with what each of its clauses does."""
    from vbcsim.contract.settle import parts_of
    from vbcsim.contract.steps import settled_provisions

    plan = parts_of(settled_experience(run.scenario, run.experience), run.scenario.settled_designs)
    return {name: tuple(settled_provisions(parts)) for name, parts in plan.items()}


def lead_party(settlement: xr.Dataset, asked: str | None = None) -> str:
    """The party asked for; else the provider where money moves to or from it, else the first that any moves to.

    :raises BadInput: where the settlement has no such party.
    """
    parties = [str(name) for name in settlement["party"].values]
    if asked is not None:
        if asked not in parties:
            near = did_you_mean(asked, parties)
            raise BadInput("--party", f"{shown(asked)} is not in the run{near}; choose {listing(parties)}")
        return asked
    moved = [name for name in parties if bool((settlement["net_usd"].sel(party=name) != 0.0).any())]
    return "provider" if "provider" in moved or not moved else moved[0]


def money_of(run: SettledRun, party: str | None = None) -> tuple[xr.Dataset, xr.Dataset]:
    """Waterfall and effective shares of every design for a party (none: the provider), the run settled once."""
    from vbcsim.outcomes.effective_share import effective_share
    from vbcsim.outcomes.waterfall import waterfall

    settled, lead = provisions_of(run), lead_party(run.settlement, party)
    return waterfall(run.settlement, settled, lead), effective_share(run.settlement, settled, lead)


def waterfall(run: SettledRun, party: str | None = None) -> xr.Dataset:
    """The waterfall of every design for a party (none: the provider); see ``vbcsim.outcomes.waterfall``."""
    return money_of(run, party)[0]


def effective_share(run: SettledRun, party: str | None = None) -> xr.Dataset:
    """The effective share of savings and losses by design; see ``vbcsim.outcomes.effective_share``."""
    return money_of(run, party)[1]
