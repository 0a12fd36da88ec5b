"""How many plain, independent draws a pair of draws saves: designs and interventions on the same random numbers.

    python benchmarks/variance_reduction.py [SCENARIO ...] [--draws N]

Prints the variance of a difference between two designs, and between the scenario with and without its effects, once as
vbcsim makes it (both sides of a draw share every random number) and once as independent runs would have it. Their ratio
is the number of independent draws that give the same error as one pair. The last lines say what stratified draws of the
uncertain figures could save at most: all of the variance that these figures explain by themselves.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

import vbcsim

ROOT = Path(__file__).resolve().parent.parent
SCENARIOS = ROOT / "scenarios"
PAGE = ROOT / "docs" / "how-to" / "size_a_national_run.md"
MARKS = ("<!-- savings: made by benchmarks/variance_reduction.py -->", "<!-- /savings -->")
DEFAULT = ("aco_reach.yaml", "bcbsm_full_risk.yaml")
NO_EFFECT = "no_effect"


def nets(case: Any) -> dict[str, np.ndarray]:
    """The provider's money over the whole contract by design."""
    net = case.settlement["net_usd"].sel(party="provider").sum("year")
    return {str(design): net.sel(design=design).values for design in net["design"].values}


def saved(one: np.ndarray, other: np.ndarray) -> tuple[float, float, float]:
    """Standard deviations of the difference, paired and independent, and the ratio of the variances."""
    paired, independent = np.var(one - other, ddof=1), np.var(one, ddof=1) + np.var(other, ddof=1)
    return float(np.sqrt(paired)), float(np.sqrt(independent)), float(independent / paired) if paired else np.inf


def rows(run: Any) -> list[tuple[str, str, tuple[float, float, float]]]:
    """Every comparison of a run."""
    base, found = nets(run), []
    names = [name for name in base if np.ptp(base[name]) > 0]
    found += [("designs", f"{a} - {b}", saved(base[a], base[b])) for i, a in enumerate(names) for b in names[i + 1 :]]
    if NO_EFFECT in run.cases:
        without = nets(run.cases[NO_EFFECT])
        found += [("effects", f"{name}: with - without", saved(base[name], without[name])) for name in names]
        spent = [case.experience["expenditure_usd"].sum(["year", "stratum", "category"]).values
                 for case in (run.cases["base"], run.cases[NO_EFFECT])]  # fmt: skip
        found.append(("effects", "expenditure: with - without", saved(*spent)))
    return found


def table(run: Any) -> list[str]:
    """The comparisons of a scenario as rows of a table."""
    told = [
        f"| `{run.scenario.name}` | {name} | ${paired:,.0f} | ${independent:,.0f} | {ratio:,.1f} |"
        for _, name, (paired, independent, ratio) in rows(run)
    ]
    split = run.variance_split
    if split is None:
        return told
    for design in split["design"].values:
        of = split[["variance_first_share", "variance_first_share_mcse"]]
        share, error = (float(v) for v in of.sel(layer="parameter", party="provider", design=design).to_array())
        if np.isfinite(share):
            most = 1.0 / max(1.0 - max(share, 0.0), 1e-9)
            what = f"stratified parameters, {design}: share of variance {share:.1%} ± {error:.1%}"
            told.append(f"| `{run.scenario.name}` | {what} | | | at most {most:.2f} |")
    return told


def main() -> None:
    """Print a table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="*", default=[str(SCENARIOS / name) for name in DEFAULT])
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    told = [
        "| scenario | provider's money | sd, paired | sd, independent | draws saved, times |",
        "|---|---|---|---|---|",
    ]
    for file in options.scenario:
        scenario = vbcsim.load_scenario(file, ["split_draws=400"])
        told += table(vbcsim.run(scenario, draws=options.draws))
    names = " ".join(f"scenarios/{Path(file).name}" for file in options.scenario)
    told.append(f"\nMade by `python benchmarks/variance_reduction.py {names} --draws {options.draws}`.")
    print("\n".join(told))
    if options.write:
        above, mark, rest = PAGE.read_text(encoding="utf-8").partition(MARKS[0])
        _, end, below = rest.partition(MARKS[1])
        if not (mark and end):
            parser.error(f"{PAGE.name} has not the two marks of the table")
        PAGE.write_text(f"{above}{mark}\n\n" + "\n".join(told) + f"\n\n{end}{below}", encoding="utf-8")


if __name__ == "__main__":
    main()
