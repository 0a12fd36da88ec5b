"""The figures of docs/how-to/size_a_national_run.md: blocks, bytes, hours and cost from rates measured here.

    python benchmarks/national_run.py             # measures, prints the table
    python benchmarks/national_run.py --write     # and puts it into the page between its two marks

The population stands for a country: contracts alike, each of its own provider group and stratum, with so many rating
cells. A piece of it (a few contracts) is simulated; time and bytes of the whole are those of the piece times contracts
and draws, since both are linear in them (README, speed). The commands themselves are on the page.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import numpy as np
import xarray as xr
from pooled_engine import cohort
from table import machine

from vbcsim.core.netcdf import write_datasets
from vbcsim.experience.blocks import block_size
from vbcsim.experience.cluster import _TARGET_MEMBER_PERIODS
from vbcsim.experience.simulate import simulate, simulation_of

PAGE = Path(__file__).resolve().parent.parent / "docs" / "how-to" / "size_a_national_run.md"
MARKS = ("<!-- figures: made by benchmarks/national_run.py -->", "<!-- /figures -->")
MEMBERS, CONTRACTS, DRAWS, CELLS = 10_000_000, 1_000, 100_000, 20
"""Members, contracts and draws of the whole; rating cells of a contract."""
PIECE = 4
"""Contracts that are measured: pooled_engine.cohort has four strata."""
CORES = 256
USD_PER_CORE_HOUR = 0.05
"""Judgement: list prices of rented cores lie around this."""


def measured(draws: int) -> dict[str, float]:
    """Core-seconds and bytes by contract and draw, of a piece of the whole."""
    of = cohort(MEMBERS // CONTRACTS * PIECE, CELLS * PIECE)
    simulate(of, draws=2, engine="pooled", threads=1)
    begun, spent = time.perf_counter(), time.process_time()
    found = simulate(of, draws=draws, engine="pooled", threads=1)
    wall, cpu = time.perf_counter() - begun, time.process_time() - spent
    count = PIECE * draws
    return {
        "cpu": cpu / count,
        "wall": wall / count,
        "memory": found.nbytes / count,
        "file": _file_bytes(found) / count,
        "claimants": found.sizes["claimant"] / count,
        "cohort": of.nbytes / PIECE,
    }


def _file_bytes(found: xr.Dataset) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "experience.nc"
        write_datasets(path, {"experience": found})
        return path.stat().st_size


def table(draws: int) -> str:
    """The figures as a table."""
    load = os.getloadavg()[0]
    of = measured(draws)
    whole = CONTRACTS * DRAWS
    core_hours = of["cpu"] * whole / 3600
    per_draw = int(simulation_of(cohort(MEMBERS // CONTRACTS * PIECE, CELLS * PIECE), engine="pooled").member_periods)
    size = block_size(per_draw * CONTRACTS // PIECE, DRAWS, 8 * CORES, _TARGET_MEMBER_PERIODS)
    rows = [
        (
            "core-seconds for a contract and draw",
            f"{of['cpu'] * 1e3:.3f} ms (measured: {PIECE} contracts, {draws:,} draws)",
        ),
        ("core-hours of the whole", f"{core_hours:,.0f}"),
        ("hours on 2 cores", f"{core_hours / 2:,.0f}"),
        (f"hours on {CORES} cores", f"{core_hours / CORES:,.2f}"),
        (f"cost at ${USD_PER_CORE_HOUR:.2f} a core-hour (judgement)", f"${core_hours * USD_PER_CORE_HOUR:,.0f}"),
        (f"draws of a block on {CORES} cores", f"{size:,} ({size * of['cpu'] * CONTRACTS:,.0f} s)"),
        ("blocks", f"{-(-DRAWS // size):,}"),
        ("large claimants for a contract and draw", f"{of['claimants']:.1f}"),
        ("bytes for a contract and draw", f"{of['memory']:,.0f} in memory, {of['file']:,.0f} in experience.nc"),
        ("bytes of a block that comes back", f"{size * CONTRACTS * of['memory'] / 1e6:,.0f} MB"),
        ("bytes of the whole", f"{of['memory'] * whole / 1e9:,.0f} GB"),
        ("cohort, sent to each worker once", f"{of['cohort'] * CONTRACTS / 1e6:,.0f} MB"),
    ]
    assert np.isfinite(core_hours)
    lines = ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)]
    foot = f"\nMeasured by `python benchmarks/national_run.py` on {machine()}; load average {load:.1f} when it began."
    return "\n".join([*lines, foot])


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=2_000)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    told = table(options.draws)
    print(told)
    if options.write:
        above, mark, rest = PAGE.read_text(encoding="utf-8").partition(MARKS[0])
        _, end, below = rest.partition(MARKS[1])
        if not (mark and end):
            parser.error(f"{PAGE.name} has not the two marks of the figures")
        PAGE.write_text(f"{above}{mark}\n\n{told}\n\n{end}{below}", encoding="utf-8")


if __name__ == "__main__":
    main()
