"""A population to be measured: rating cells with their shares, a services table and the shared frailty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from vbcsim.assumptions.spec import Assumptions, Service, SharedFrailty
from vbcsim.cohort.spec import Cell, CohortSpec

if TYPE_CHECKING:
    from vbcsim.experience.people import People

__all__ = ["FRAILTY", "Population"]

FRAILTY: Final = ("overdispersion", "shared_weight", "persistence", "body_sigma", "tail_probability", "tail_index")
"""Columns of a services table that shape how persons differ, beside level and trend."""
_NO_FLOOR: Final = 1e13
_SOURCE: Final = "for persons one by one"
_YEARS: Final = (2001, 2002)


@dataclass(frozen=True)
class Population:
    """Cells (members are shares in any scale), services by category and the shared frailty of one line of business."""

    name: str
    cells: tuple[Cell, ...]
    services: tuple[Service, ...]
    frailty: SharedFrailty

    @property
    def categories(self) -> tuple[str, ...]:
        """Names of the categories in order."""
        return tuple(s.category for s in self.services)

    @property
    def shares(self) -> NDArray[np.float64]:
        """Share of every cell."""
        members = np.array([c.members for c in self.cells], dtype=np.float64)
        return members / members.sum()

    @property
    def rates(self) -> NDArray[np.float64]:
        """Expected services per person and year, shape (cell, category)."""
        base = np.array([s.utilization_per_1000 / 1000.0 for s in self.services])
        whole = np.array([c.utilization_relativity for c in self.cells])[:, None]
        own = np.array([[c.use.get(name, 1.0) for name in self.categories] for c in self.cells])
        return np.asarray(base[None] * whole * own)

    @property
    def costs(self) -> NDArray[np.float64]:
        """Mean cost per service, shape (cell, category)."""
        base = np.array([s.mean_cost_usd for s in self.services])
        whole = np.array([c.price_relativity for c in self.cells])[:, None]
        own = np.array([[c.price.get(name, 1.0) for name in self.categories] for c in self.cells])
        return np.asarray(base[None] * whole * own)

    def changed(self, services: Mapping[str, Mapping[str, Any]], frailty: Mapping[str, Any]) -> Population:
        """The population with columns of services, and fields of the shared frailty, set anew."""
        rows = tuple(s.model_copy(update=dict(services.get(s.category, {}))) for s in self.services)
        return replace(self, services=rows, frailty=self.frailty.model_copy(update=dict(frailty)))

    def simulate(self, persons: int, *, seed: int = 1, threads: int | None = None) -> People:
        """Two years of that many persons, cells in proportion, at the level of the table in both years."""
        from vbcsim.cohort.build import build_cohort
        from vbcsim.experience.people import simulate_people

        cells = tuple(cell.model_copy(update={"members": 1, "risk_tier": f"c{k}"}) for k, cell in enumerate(self.cells))
        spec = CohortSpec(cells=cells, strata=("risk_tier",), source=_SOURCE)
        cohort = build_cohort(spec, self._assumptions(), [_YEARS[0]], [_YEARS[1]])
        return simulate_people(cohort, _apportioned(self.shares, persons), seed=seed, threads=threads)

    def _assumptions(self) -> Assumptions:
        """Assumptions without trend, market shocks or provider-group effect: nothing but the persons themselves."""
        still = {
            "utilization_trend": 0.0,
            "price_trend": 0.0,
            "seasonality": None,
            "reference_year": None,
            "line_of_business": "all",
        }
        rows = tuple(s.model_copy(update=still) for s in self.services)
        return Assumptions(
            services=rows,
            shared_frailty=self.frailty.model_copy(update={"line_of_business": "all"}),
            market_trend={"national_shock_sd": 0.0, "regional_shock_sd": 0.0, "source": _SOURCE},
            provider_group={"effect_sd": 0.0, "persistence": 0.0, "source": _SOURCE},
            risk_score={"coding_growth": 0.0, "source": _SOURCE},
            quality={"mean": 1.0, "sd": 0.0, "source": _SOURCE},
            provider_revenue={"own_share": 0.0, "source": _SOURCE},
            large_claimants={"floor_usd": _NO_FLOOR},
        )


def _apportioned(shares: NDArray[np.float64], persons: int) -> list[int]:
    """Whole persons for each cell, at least one, by largest remainder."""
    wanted = shares * persons
    whole = np.maximum(np.floor(wanted).astype(int), 1)
    for c in np.argsort(whole - wanted)[: max(0, persons - int(whole.sum()))]:
        whole[c] += 1
    return [int(n) for n in whole]
