"""The cash of a finished run: who pays whom when, in every draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from vbcsim.core.errors import BadInput

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.pipeline.study import CaseRun, Run

__all__ = ["cash"]


def cash(run: Run | CaseRun, *, every: Literal["month", "quarter"] = "month") -> xr.Dataset:
    """``cash_usd(design, party, draw, month)`` of a run whose scenario has a section ``capital``; zero over parties.

    :param every: ``quarter`` adds up the months of a quarter at its end.
    :raises BadInput: where the scenario does not say when money moves.
    """
    from vbcsim.outcomes.cash import cash

    if run.scenario.capital is None:
        raise BadInput("capital", "the scenario does not say when money moves; state `capital:` with lag_months")
    directions = {name: design.directions for name, design in run.scenario.settled_designs.items()}
    return cash(run.settlement, directions, run.scenario.capital, every=every)
