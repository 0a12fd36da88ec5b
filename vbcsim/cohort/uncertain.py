"""The uncertain assumptions of a cohort: what is drawn, and which part of the cohort each of them reaches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.uncertain import figures_of, row_path, uncertain_numbers

if TYPE_CHECKING:
    from vbcsim.cohort.profile import Profiles

__all__ = ["uncertain_variables"]


def uncertain_variables(
    assumptions: Any, profiles: Profiles, groups: Sequence[Any], years: NDArray[np.int64], reference: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Variables and coordinates of the uncertain assumptions; none where every number is plain.

    :param groups: the row of ``provider_group`` that serves each group of the cohort.
    :param reference: the year whose levels the services' table states.
    """
    found = list(uncertain_numbers(assumptions, "assumptions"))
    if not found:
        return {}, {}
    served = [[row_path("assumptions.services", row) for row in rows] for rows in profiles.services]
    of_group = [_group_path(assumptions, row) for row in groups]
    reach_service = [[[_below(path, row) for row in rows] for rows in served] for path, _ in found]
    reach_group = [[_below(path, row) for row in of_group] for path, _ in found]
    data = {
        "uncertain_figures": (("uncertain", "figure"), np.array([figures_of(value) for _, value in found])),
        "uncertain_service": (("uncertain", "profile", "category"), np.array(reach_service, dtype=np.uint8)),
        "uncertain_group": (("uncertain", "group"), np.array(reach_group, dtype=np.uint8)),
        "years_since_reference": ("year", years - reference),
    }
    return data, {"uncertain": [path for path, _ in found]}


def _group_path(assumptions: Any, row: Any) -> str:
    """Where the row of a provider group stands in the scenario: one mapping, or a list of them."""
    place = "assumptions.provider_group"
    return row_path(place, row) if isinstance(assumptions.provider_group, tuple) else place


def _below(path: str, row: str) -> bool:
    """Whether a number stands in a row."""
    return path.startswith(f"{row}.")
