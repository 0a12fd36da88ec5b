"""A small finished run of the shipped scenario, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

import vbcsim

SCENARIO = Path(__file__).parents[2] / "scenarios" / "mssp_aco.yaml"
SMALL = ["draws=400", "cohort.cells[3].members=300", "cohort.cells[1].members=50", "cohort.cells[2].members=50"]


@pytest.fixture(scope="session")
def small_run():
    return vbcsim.run(SCENARIO, overrides=SMALL)
