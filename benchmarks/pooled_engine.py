"""Time of the pooled engine, by members, cells, years, categories and the floor of large claimants.

    python benchmarks/pooled_engine.py             # the table of sizes, both engines, and the target's size
    python benchmarks/pooled_engine.py --quick     # fewer draws

Seconds are wall clock after a first call that compiles; ``members`` is timed on a few draws and scaled.
"""

from __future__ import annotations

import argparse
import resource
import time
from typing import Any

import numpy as np
import xarray as xr

from vbcsim.assumptions.spec import Assumptions
from vbcsim.cohort.build import build_cohort
from vbcsim.cohort.spec import CohortSpec
from vbcsim.experience.pooled_choice import expected_seconds
from vbcsim.experience.pooled_prepare import choose_split
from vbcsim.experience.prepare import prepare
from vbcsim.experience.simulate import simulate

SOURCE = "made up for a benchmark: a commercial mix of about $6,800 a member and year"
# Category, use per 1,000, mean cost, overdispersion, shared weight, persistence, sigma, tail probability and index.
CATEGORIES = (
    ("inpatient", 60, 22000, 2.2, 0.8, 0.35, 0.9, 0.01, 2.6),
    ("emergency", 190, 1500, 1.8, 0.8, 0.4, 0.7, 0.0, 3.0),
    ("observation", 15, 5000, 2.5, 0.8, 0.3, 0.6, 0.0, 3.0),
    ("surgery", 100, 5500, 1.6, 0.7, 0.3, 0.8, 0.005, 2.8),
    ("outpatient", 900, 600, 4.0, 0.7, 0.5, 1.1, 0.005, 2.8),
    ("primary", 2500, 130, 0.8, 0.6, 0.8, 0.4, 0.0, 3.0),
    ("specialist", 3500, 220, 1.4, 0.7, 0.7, 0.7, 0.0, 3.0),
    ("imaging", 6000, 90, 1.6, 0.7, 0.5, 1.1, 0.003, 3.0),
    ("post_acute", 8, 12000, 6.0, 0.8, 0.3, 0.8, 0.0, 3.0),
    ("behavioral", 900, 150, 9.0, 0.5, 0.8, 0.6, 0.0, 3.0),
    ("infused_drugs", 60, 6000, 9.0, 0.6, 0.7, 1.1, 0.01, 2.8),
    ("retail_drugs", 9500, 130, 1.3, 0.6, 0.9, 1.4, 0.01, 2.4),
)


def cohort(members: int, n_cells: int = 200, years: int = 5, floor: float = 250_000.0) -> xr.Dataset:
    """A commercial population of ``n_cells`` rating cells in four strata."""
    named = ("category", "utilization_per_1000", "mean_cost_usd", "overdispersion", "shared_weight", "persistence")
    named += ("body_sigma", "tail_probability", "tail_index")
    services = [
        dict(zip(named, row, strict=True)) | {"service": "service", "price_trend": 0.04, "source": SOURCE}
        for row in CATEGORIES
    ]
    told = Assumptions.model_validate(
        {
            "services": services,
            "shared_frailty": {"variance": 1.2, "persistence": 0.6, "source": SOURCE},
            "market_trend": {"national_shock_sd": 0.015, "regional_shock_sd": 0.01, "source": SOURCE},
            "provider_group": {"effect_sd": 0.03, "persistence": 0.8, "source": SOURCE},
            "risk_score": {"coding_growth": 0.0, "source": SOURCE},
            "quality": {"mean": 0.8, "sd": 0.05, "source": SOURCE},
            "provider_revenue": {"own_share": 0.25, "source": SOURCE},
            "large_claimants": {"floor_usd": floor},
        }
    )
    use = np.exp(np.random.default_rng(3).normal(0.0, 0.5, n_cells)).clip(0.3, 4.0)
    cells: list[dict[str, Any]] = [
        {"cell": f"c{i}", "risk_tier": f"r{i % 4}", "members": max(members // n_cells, 1),
         "utilization_relativity": float(use[i] / use.mean())}
        for i in range(n_cells)
    ]  # fmt: skip
    spec = CohortSpec.model_validate({"cells": cells, "strata": ("risk_tier",), "source": SOURCE})
    return build_cohort(spec, told, tuple(range(2020, 2020 + years - 3)), tuple(range(2020 + years - 3, 2020 + years)))


def seconds(of: xr.Dataset, draws: int, engine: str, threads: int) -> tuple[float, float]:
    """Wall-clock seconds of so many draws, and claimants per draw."""
    start = time.perf_counter()
    found = simulate(of, draws=draws, engine=engine, threads=threads)
    return time.perf_counter() - start, found.sizes["claimant"] / draws


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    draws = 500 if options.quick else 10_000
    simulate(cohort(2_000, 4), draws=1, engine="pooled")
    simulate(cohort(2_000, 4), draws=1, engine="members")
    print(f"5 years, 12 categories, {draws:,} draws, {options.threads} threads")
    head = ("members", "cells", "floor", "split", "claimants", "pooled s", "members s", "ratio", "estimated", "peak MB")
    print(" ".join(f"{h:>11}" for h in head))
    for members, n_cells, floor in (
        (10_000, 20, 250e3), (10_000, 200, 250e3), (500_000, 200, 500e3), (500_000, 200, 250e3), (500_000, 200, 100e3),
        (10_000_000, 200, 1e6),
    ):  # fmt: skip
        of = cohort(members, n_cells, floor=floor)
        inputs = prepare(of)
        split = choose_split(inputs)
        pooled, claimants = seconds(of, draws, "pooled", options.threads)
        few = max(1, 20_000 // members)
        slow = seconds(of, few, "members", 1)[0] / few / options.threads * draws if members <= 500_000 else float("nan")
        by_member, by_row = expected_seconds(inputs, split)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        row = (f"{members:,}", n_cells, f"{floor:,.0f}", f"{split.large:g}/{split.candidate:g}", f"{claimants:.1f}")
        row += (f"{pooled:.1f}", f"{slow:.0f}", f"{slow / pooled:.0f}", f"{by_member / by_row:.0f}", f"{peak:.0f}")
        print(" ".join(f"{value!s:>11}" for value in row), flush=True)


if __name__ == "__main__":
    main()
