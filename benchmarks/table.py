"""The speed table of the README, measured in one run: both engines, the NumPy baseline, the command's own time.

    python benchmarks/table.py               # prints the table
    python benchmarks/table.py --write       # and puts it into README.md between its two marks
    python benchmarks/table.py --quick       # fewer draws, for a first look

Every row is measured in a process of its own, after a first call that compiles, in seconds of wall clock. The cohort is
that of pooled_engine.py: 12 categories, 5 years, in rating cells and with a floor of large claimants as stated: the
lower the floor, the more members are looked at one by one. NumPy simulates the same model member by member
(members_engine.py), one draw of a slice of cells of 2,500 members, where it is fastest, scaled by members and draws.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MARKS = ("<!-- speed: made by benchmarks/table.py -->", "<!-- /speed -->")
SCENARIO = ROOT / "scenarios" / "mssp_aco.yaml"
SLICE_CELLS = 10
SIZES = ((500_000, 200, 500_000.0), (500_000, 200, 250_000.0), (10_000, 20, 250_000.0), (10_000, 200, 250_000.0))
"""Members, rating cells and floor of large claimants [USD]."""


def engine(name: str, members: int, draws: int, threads: int, cells: int, floor: float) -> dict[str, float]:
    """Seconds and peak memory of an experience of five years."""
    from pooled_engine import cohort

    from vbcsim.experience.simulate import simulate

    of = cohort(members, cells, 5, floor)
    simulate(of, draws=2, engine=name, threads=1)
    before = resource.getrusage(resource.RUSAGE_SELF)
    begun = time.perf_counter()
    simulate(of, draws=draws, engine=name, threads=threads)
    seconds = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": seconds, "cpu": cpu, "peak_mb": after.ru_maxrss / 1000, "draws": draws}


def numpy(members: int) -> dict[str, float]:
    """Seconds of one draw of a slice of the cells in NumPy, scaled to all members."""
    import numpy as np
    from members_engine import numpy_draw
    from pooled_engine import cohort

    of = cohort(members // 200 * SLICE_CELLS, SLICE_CELLS)
    rng = np.random.Generator(np.random.SFC64(1))
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        numpy_draw(of, rng)
        times.append(time.perf_counter() - begun)
    return {"seconds": min(times) * members / int(of["members"].sum()), "draws": 1}


def command(cache: str, *words: str) -> dict[str, float]:
    """Wall clock and processor seconds of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    told = [sys.executable, "-m", "vbcsim", *words]
    subprocess.run(told, check=True, capture_output=True, env=os.environ | {"VBCSIM_CACHE": cache}, cwd=cache)
    seconds = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"seconds": seconds, "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}


def apart(what: str, *arguments: Any) -> dict[str, float]:
    """Measure in a process of its own."""
    told = [sys.executable, __file__, "--one", json.dumps([what, *arguments])]
    done = subprocess.run(told, check=True, capture_output=True, text=True, cwd=Path(__file__).parent)
    found: dict[str, float] = json.loads(done.stdout)
    print(what, *arguments, found, file=sys.stderr, flush=True)
    return found


def engine_rows(quick: bool) -> list[str]:
    """Rows of the engines."""
    scale = 20 if quick else 1
    large, small = 10_000 // scale, 10_000 // scale
    each_member = apart("numpy", 500_000)["seconds"] / 500_000
    rows = []
    for members, cells, floor in SIZES:
        draws = large if members > 100_000 else small
        one = apart("engine", "pooled", members, max(draws // 5, 1), 1, cells, floor)
        two = apart("engine", "pooled", members, draws, 2, cells, floor)
        plain = each_member * members * draws
        times = f"{plain / two['seconds']:,.0f} times ({plain / 3600:,.1f} h)"
        rows += [
            (
                f"| `pooled`, {members:,} members in {cells} cells, ${floor:,.0f}, {draws:,} draws "
                f"| {two['seconds']:.1f} s | {two['peak_mb'] / 1000:.2f} GB | {times} |"
            ),
            (
                f"| ... two threads against one | {5 * one['seconds'] / two['seconds']:.2f} times "
                f"({two['cpu']:.0f} processor seconds) | | |"
            ),
        ]
    members_engine = apart("engine", "members", 10_000, 200 // scale, 2, 200, 250_000.0)
    each = members_engine["seconds"] / members_engine["draws"]
    rows.append(
        f"| `members`, 10,000 members, a draw | {1000 * each:.0f} ms | | {10_000 * each_member / each:.1f} times |"
    )
    sizes = (10_000, 100_000, 1_000_000, 10_000_000)
    flat = [(n, apart("engine", "pooled", n, 4000 // scale, 2, 200, 2_000_000.0)) for n in sizes]
    times = ", ".join(f"{n:,}: {1000 * of['seconds'] / of['draws']:.1f} ms" for n, of in flat)
    peak = " to ".join(f"{value:.2f}" for value in (min(of["peak_mb"] for _, of in flat) / 1000,
                                                    max(of["peak_mb"] for _, of in flat) / 1000))  # fmt: skip
    rows.append(f"| `pooled`, 200 cells, $2,000,000, a draw by members | {times} | {peak} GB | |")
    return rows


def command_rows() -> list[str]:
    """Rows of the command: what it takes beside simulating."""
    with tempfile.TemporaryDirectory() as cache:
        run = ("run", str(SCENARIO), "--draws", "2", "--set", "split_draws=0", "--quiet", "--out")
        cold, warm = command(cache, *run, "a"), min((command(cache, *run, f"b{k}") for k in range(3)), key=_seconds)
        help_ = min((command(cache, "--help") for _ in range(5)), key=lambda found: found["cpu"])
    return [
        f"| `vbcsim run` beside simulating, no kernel compiled yet | {cold['seconds']:.1f} s | | |",
        f"| the same with kernels compiled | {warm['seconds']:.1f} s | | |",
        f"| `vbcsim --help` | {help_['cpu']:.2f} s of processor | | |",
    ]


def _seconds(found: dict[str, float]) -> float:
    return found["seconds"]


def machine() -> str:
    """Processor and number of cores."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{names[0] if names else platform.processor() or platform.machine()}, {cores} cores"


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        what, *arguments = json.loads(options.one)
        print(json.dumps({"engine": engine, "numpy": numpy}[what](*arguments)))
        return
    before = os.getloadavg()[0]
    rows = [*engine_rows(options.quick), *command_rows()]
    head = [
        "| 5 years, 12 categories, floor of large claimants | time | peak memory | against NumPy by member |",
        "|---|---|---|---|",
    ]
    load = f"load average {before:.1f} before the first row"
    foot = f"\nMeasured by `python benchmarks/table.py` on {machine()}; {load}."
    table = "\n".join([*head, *rows, foot])
    print(table)
    if options.write:
        readme = ROOT / "README.md"
        above, mark, rest = readme.read_text(encoding="utf-8").partition(MARKS[0])
        _, end, below = rest.partition(MARKS[1])
        if not (mark and end):
            parser.error("README.md has not the two marks of the table")
        readme.write_text(f"{above}{mark}\n\n{table}\n\n{end}{below}", encoding="utf-8")


if __name__ == "__main__":
    main()
