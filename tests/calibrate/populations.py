"""A small population whose persons differ a lot, for the tests of facts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.cohorts import service
from vbcsim.assumptions.spec import SharedFrailty
from vbcsim.calibrate.facts import FactTable, read_facts
from vbcsim.calibrate.population import Population
from vbcsim.cohort.spec import Cell

STAY = {
    "utilization_per_1000": 150,
    "mean_cost_usd": 9000,
    "overdispersion": 4.0,
    "shared_weight": 0.7,
    "persistence": 0.3,
    "body_sigma": 1.1,
    "tail_probability": 0.01,
    "tail_index": 2.5,
}
VISIT = {"utilization_per_1000": 4000, "overdispersion": 2.0, "shared_weight": 0.6, "persistence": 0.6}
DRUG = {"utilization_per_1000": 6000, "mean_cost_usd": 80, "overdispersion": 1.5, "shared_weight": 0.5}
CELLS = (
    Cell(cell="young", members=600, use={"drug": 0.5, "stay": 0.6}, age_band="18-44"),
    Cell(cell="old", members=400, use={"drug": 1.75, "stay": 1.6}, utilization_relativity=1.1, age_band="45-64"),
)


def population(variance: float = 2.0, persistence: float = 0.8, cells: tuple[Cell, ...] = CELLS) -> Population:
    """Three categories in two cells."""
    services = (
        service("stay", **STAY),
        service("visit", **VISIT),
        service("drug", persistence=0.8, **DRUG),
    )
    frailty = SharedFrailty(variance=variance, persistence=persistence, source="made up for a test")
    return Population("small", cells, services, frailty)


def facts(folder: Path, *rows: str, head: str = "population: small\n") -> FactTable:
    """A table of facts written as the lines of a YAML list."""
    file = folder / "facts.yaml"
    file.write_text(head + "facts:\n" + "".join(f"  - {row}\n" for row in rows), encoding="utf-8")
    return read_facts(file)


def one(folder: Path, text: str) -> Any:
    """The only fact of a table."""
    return facts(folder, text).facts[0]
