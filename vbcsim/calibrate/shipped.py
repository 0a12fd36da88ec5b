"""The populations that come with vbcsim: cells, services and shared frailty of a line of business."""

from __future__ import annotations

from functools import cache
from typing import Final

from vbcsim.calibrate.population import Population
from vbcsim.calibrate.rows import read_cells, read_frailties, read_services

__all__ = ["FRAILTIES", "shipped_population"]

FRAILTIES: Final = "vbcsim:shared_frailty"
"""The table of shared frailties by line of business."""


@cache
def shipped_population(name: str) -> Population:
    """The population of a line of business: ``commercial``, ``medicare``, ``medicaid``, ``dual``.

    :raises BadInput: where a table is missing or broken.
    """
    frailty = next(f for f in read_frailties(FRAILTIES) if f.line_of_business == name)
    return Population(name, read_cells(f"vbcsim:{name}_cells"), read_services(f"vbcsim:{name}_services"), frailty)
