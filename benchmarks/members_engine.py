"""The members engine against the best vectorised NumPy for the same model, timed in turn in one run.

    python benchmarks/members_engine.py [SCENARIO] [--rounds N]

Both simulate the same cohort: frailty with a shared gamma trawl and one own factor per category, Poisson counts,
lognormal costs with a Pareto tail, sums by year, stratum and category, and a list of large claimants. NumPy draws with
its fastest generator, whole cells at a time; the engine runs with one thread and with two. Prints microseconds per
member-year (best and median of the rounds) and the ratios.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np

import vbcsim
from vbcsim.experience.prepare import own_variance, trawl_weights

_DEFAULT = Path(__file__).resolve().parent.parent / "scenarios" / "mssp_aco.yaml"


def numpy_draw(cohort: Any, rng: np.random.Generator) -> tuple[np.ndarray, list[np.ndarray]]:
    """One draw of the members model in vectorised NumPy: expenditure by year, cell, category and large claimants."""
    years, n_categories = cohort["year"].values, cohort.sizes["category"]
    of_all = cohort.isel(world=0, profile=0)
    weight, shared = of_all["shared_weight"].values, float(of_all["shared_variance"])
    own, lasting = own_variance(cohort)[0, 0], of_all["own_persistence"].values
    slices = trawl_weights(years, float(of_all["shared_persistence"]))
    rate, cost = cohort["utilization_rate"].values * cohort["row_use"].values, cohort["mean_cost_usd"].values
    floor = cohort["claimant_floor_usd"].values[cohort["cell_stratum"].values]
    relativity = np.sqrt(cohort["frailty_relativity"].values)
    severity = [_severity(of_all, j) for j in range(n_categories)]
    expenditure = np.zeros((len(years), cohort.sizes["cell"], n_categories))
    claimants = []
    for c, n in enumerate(cohort["members"].values):
        trawl = np.zeros((len(years), n))
        for first, last, w in slices:
            trawl[first : last + 1] += rng.standard_gamma(w / shared, n)
        total = np.zeros((len(years), n))
        for j in range(n_categories):
            theta = weight[j] * shared * trawl
            if own[j] > 0:
                passing = rng.standard_gamma((1 - lasting[j]) / own[j], (len(years), n))
                theta += (1 - weight[j]) * own[j] * (rng.standard_gamma(lasting[j] / own[j], n) + passing)
            theta *= relativity[c]
            theta += 1 - relativity[c]
            theta *= rate[c, :, j, None]
            counts = rng.poisson(theta).ravel()
            sums = np.concatenate([[0.0], np.cumsum(_costs(severity[j], int(counts.sum()), rng))])
            ends = np.cumsum(counts)
            usd = (sums[ends] - sums[ends - counts]).reshape(len(years), n) * cost[c, :, j, None]
            expenditure[:, c, j] = usd.sum(axis=1)
            total += usd
        claimants.append(total[total > floor[c]])
    return expenditure, claimants


def _severity(cohort: Any, j: int) -> tuple[float, float, float, float, float]:
    """Sigma, tail probability, tail index, splice and normalisation of a category's cost."""
    from scipy.special import ndtri
    from scipy.stats import norm

    sigma, p, index = (float(cohort[n].values[j]) for n in ("body_sigma", "tail_probability", "tail_index"))
    if p == 0:
        return sigma, 0.0, index, np.inf, float(np.exp(-(sigma**2) / 2))
    splice = float(np.exp(-sigma * ndtri(p)))
    mean = float(np.exp(sigma**2 / 2) * norm.cdf(-ndtri(p) - sigma) + p * splice * index / (index - 1))
    return sigma, p, index, splice, 1.0 / mean


def _costs(severity: tuple[float, float, float, float, float], n: int, rng: np.random.Generator) -> np.ndarray:
    """Relative costs of ``n`` services: lognormal, its upper tail replaced by Pareto."""
    sigma, p, index, splice, scale = severity
    x = np.exp(sigma * rng.standard_normal(n))
    if p > 0:
        far = np.flatnonzero(x > splice)
        x[far] = splice * (1.0 - rng.random(len(far))) ** (-1.0 / index)
    x *= scale
    return x


def main() -> None:
    """Time both in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="?", default=str(_DEFAULT))
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    cohort = vbcsim.build_cohort(vbcsim.load_scenario(options.scenario))
    if cohort.sizes["row"] > cohort.sizes["cell"] or cohort.sizes["world"] * cohort.sizes["profile"] > 1:
        parser.error("the NumPy side knows one line of business without turnover and uncertain shapes")
    member_years = int(cohort["members"].sum()) * cohort.sizes["year"]
    rng = np.random.Generator(np.random.SFC64(1))
    draws = 40  # enough that what is done once a run does not count
    runs = {
        "NumPy, one thread": lambda: numpy_draw(cohort, rng),
        "members, one thread": lambda: vbcsim.simulate(cohort, draws=draws, threads=1),
        "members, two threads": lambda: vbcsim.simulate(cohort, draws=draws, threads=2),
    }
    times: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run()
    for _ in range(options.rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            done = 1 if name.startswith("NumPy") else draws
            times[name].append((time.perf_counter() - start) / done / member_years * 1e6)
    base = statistics.median(times["NumPy, one thread"])
    print(f"{member_years:,} member-years a draw, {cohort.sizes['category']} categories, {options.rounds} rounds")
    print(f"{'':22s} {'best':>8s} {'median':>8s}   us per member-year {'ratio':>8s}")
    for name, seconds in times.items():
        median = statistics.median(seconds)
        print(f"{name:22s} {min(seconds):8.3f} {median:8.3f} {base / median:27.1f}")


if __name__ == "__main__":
    main()
