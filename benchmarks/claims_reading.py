"""How long two million claim lines take to become a cohort, and how much memory; and a plain reader beside it.

    python benchmarks/claims_reading.py [--rows 2000000]

Makes eligibility and medical claims of a commercial population in a temporary folder, runs `vbcsim calibrate claims` on
it, and then reads the same file with Python's csv module, adding up cost by member and month: nothing else of what the
command does. Each runs in a process of its own; memory is the largest resident set the system saw.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HEADER = (
    "claim_id,claim_line_number,claim_type,person_id,claim_start_date,claim_end_date,place_of_service_code,bill_type_code,"
    "revenue_center_code,hcpcs_code,paid_date,paid_amount,allowed_amount,charge_amount"
)
KINDS = (
    # share of lines, claim type, place, bill type, revenue code, procedures, mean allowed
    (0.30, "professional", "11", "", "", ("99213", "99214", "99203"), 130),
    (0.22, "professional", "11", "", "", ("80053", "85025", "71046"), 45),
    (0.22, "professional", "22", "", "", ("29881", "93306", "45378"), 420),
    (0.08, "professional", "53", "", "", ("90834", "90837"), 120),
    (0.10, "institutional", "", "131", "0510", ("G0463", "97110"), 310),
    (0.04, "institutional", "", "131", "0450", ("99284", "99283"), 1500),
    (0.02, "institutional", "", "131", "0360", ("29881", "47562"), 6500),
    (0.02, "institutional", "", "111", "0120", ("",), 21000),
)


def make(folder: Path, rows: int, seed: int = 1) -> None:
    """Eligibility and claims of about one person for every 40 lines, two years."""
    rng = np.random.default_rng(seed)
    persons = max(200, rows // 40)
    born = rng.integers(1950, 2020, persons)
    with (folder / "eligibility.csv").open("w") as out:
        out.write("person_id,gender,birth_date,payer_type,enrollment_start_date,enrollment_end_date\n")
        out.writelines(
            f"P{k:08d},{'female' if k % 2 else 'male'},{born[k]}-05-17,commercial,2022-01-01,2023-12-31\n"
            for k in range(persons)
        )
    kind = rng.choice(len(KINDS), rows, p=[k[0] for k in KINDS])
    person = (persons * rng.random(rows) ** 2).astype(int)
    day = np.datetime64("2022-01-01") + rng.integers(0, 730, rows).astype("timedelta64[D]")
    paid = day + rng.gamma(2.0, 20.0, rows).astype("timedelta64[D]")
    cost = rng.lognormal(0.0, 0.8, rows)
    pick = rng.integers(0, 6, rows)
    with (folder / "medical_claim.csv").open("w") as out:
        out.write(HEADER + "\n")
        for k in range(rows):
            _, claim_type, place, bill, revenue, codes, mean = KINDS[kind[k]]
            usd = cost[k] * mean
            out.write(
                f"C{k // 2:010d},{k % 2 + 1},{claim_type},P{person[k]:08d},{day[k]},{day[k]},{place},{bill},{revenue},"
                f"{codes[pick[k] % len(codes)]},{paid[k]},{usd * 0.85:.2f},{usd:.2f},{usd * 2:.2f}\n"
            )


def plain(file: Path) -> None:
    """Add up cost by member and month with the csv module."""
    total: dict[tuple[str, str], float] = {}
    with file.open(newline="") as stream:
        reader = csv.DictReader(stream)
        for row in reader:
            key = (row["person_id"], row["claim_start_date"][:7])
            total[key] = total.get(key, 0.0) + float(row["allowed_amount"])
    print(f"{sum(total.values()):.2f}")


def measured(words: list[str]) -> tuple[float, float, float]:
    """Seconds, seconds of processor and peak memory in MB of a command in a process of its own."""
    code = "import resource,subprocess,sys;r=subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL);"
    code += "u=resource.getrusage(resource.RUSAGE_CHILDREN);print(u.ru_maxrss,u.ru_utime+u.ru_stime,r.returncode)"
    begun = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - begun
    size, processor, failed = done.stdout.split()
    if failed != "0":
        raise SystemExit(done.stderr)
    return seconds, float(processor), int(size) / (1024.0 if sys.platform != "darwin" else 1024.0**2)


def main() -> None:
    """Make, measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--plain", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.plain:
        plain(given.plain)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, given.rows)
        file = folder / "medical_claim.csv"
        load = f"; load average {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
        print(f"{given.rows:,} claim lines, {file.stat().st_size / 1e6:.0f} MB of CSV, {os.cpu_count()} cores{load}")
        ours = [sys.executable, "-m", "vbcsim", "calibrate", "claims", name, "--out", f"{name}/out", "--quiet"]
        for what, words in (
            ("vbcsim calibrate claims, everything", ours),
            ("vbcsim calibrate claims --quick", [*ours, "--quick", "--replace"]),
            ("csv module, sum by member and month", [sys.executable, __file__, "--plain", str(file)]),
        ):
            seconds, processor, memory = measured(words)
            print(f"{what}: {seconds:.1f} s ({processor:.1f} s of processor), peak {memory:.0f} MB")


if __name__ == "__main__":
    main()
