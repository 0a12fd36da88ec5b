"""Simulated persons written as claims files: what was simulated is known, and must be found again."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from tests.cohorts import service
from vbcsim.assumptions.spec import SharedFrailty
from vbcsim.calibrate.population import Population
from vbcsim.cohort.spec import Cell
from vbcsim.experience.people import People

YEARS = (2022, 2023)
CODES = {
    # category -> claim type, place, bill type, revenue code, procedure
    "inpatient": ("institutional", "", "111", "0120", ""),
    "emergency": ("institutional", "", "131", "0450", "99284"),
    "primary_care": ("professional", "11", "", "", "99213"),
    "imaging_lab": ("professional", "81", "", "", "80053"),
}
HEADER = (
    "claim_id", "claim_line_number", "claim_type", "person_id", "member_id", "claim_start_date", "claim_end_date",
    "admission_date", "discharge_date", "place_of_service_code", "bill_type_code", "revenue_center_code", "hcpcs_code",
    "paid_date", "paid_amount", "allowed_amount", "charge_amount", "data_source",
)  # fmt: skip
ELIGIBILITY = (
    "person_id", "member_id", "gender", "birth_date", "payer_type", "enrollment_start_date", "enrollment_end_date",
    "state",
)  # fmt: skip
CELLS = (
    Cell(cell="f", members=500, age_band="18-44", sex="female", use={"inpatient": 1.3, "emergency": 0.9}),
    Cell(cell="m", members=500, age_band="45-64", sex="male", use={"inpatient": 0.7, "emergency": 1.1}),
)
STAYS, STAY_USD = 90.0, 14_000.0


def planted() -> Population:
    """The population that is simulated: 90 stays of $14,000 per 1,000 and year."""
    lasting = {"shared_weight": 0.85, "persistence": 0.7}
    services = (
        service(
            "inpatient",
            utilization_per_1000=STAYS,
            mean_cost_usd=STAY_USD,
            overdispersion=2.5,
            body_sigma=0.8,
            **lasting,
        ),
        service("emergency", utilization_per_1000=250, mean_cost_usd=900, overdispersion=2.0, **lasting),
        service(
            "primary_care", utilization_per_1000=2500, mean_cost_usd=140, overdispersion=1.4, body_sigma=0.5, **lasting
        ),
        service(
            "imaging_lab", utilization_per_1000=1800, mean_cost_usd=60, overdispersion=1.5, body_sigma=0.5, **lasting
        ),
    )
    frailty = SharedFrailty(variance=1.8, persistence=0.85, source="made up for a test")
    return Population("commercial", CELLS, services, frailty)


@dataclass(frozen=True)
class Written:
    """A folder of claims and what stands in it."""

    folder: Path
    people: People
    cents: np.ndarray
    """Dollars of each person, year and category in cents, shape (person, 2, category)."""
    identifiers: tuple[str, ...]


def write_claims(folder: Path, persons: int, seed: int = 5) -> Written:
    """Write eligibility and medical claims of simulated persons of two whole years, all paid by the end of 2024."""
    people = planted().simulate(persons, seed=seed)
    rng = np.random.default_rng(seed)
    names = [f"QZX{rng.integers(10**9):09d}" for _ in range(persons)]
    rows, cents = [], np.zeros(people.counts.shape, dtype=np.int64)
    for p in range(persons):
        for y, year in enumerate(YEARS):
            for j, category in enumerate(people.categories):
                amounts = _split(float(people.cost_usd[p, y, j]), int(people.counts[p, y, j]), rng)
                cents[p, y, j] = sum(amounts)
                rows += _claims(names[p], year, category, amounts, len(rows), rng)
    with (folder / "medical_claim.csv").open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        writer.writerows(rows)
    with (folder / "eligibility.csv").open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(ELIGIBILITY)
        writer.writerows(_spans(names, people, rng))
    return Written(folder, people, cents, tuple(names))


def _split(usd: float, count: int, rng: np.random.Generator) -> list[int]:
    """Cents of each service, which add up to the year's."""
    if count == 0:
        return []
    whole = max(round(100 * usd), count)
    cuts = np.sort(rng.choice(np.arange(1, whole), count - 1, replace=False)) if count > 1 else np.array([], dtype=int)
    return [int(c) for c in np.diff(np.concatenate([[0], cuts, [whole]]))]


def _claims(name: str, year: int, category: str, amounts: list[int], number: int, rng: np.random.Generator) -> list:
    """Claims of one person, year and category: stays apart from one another, visits on different days."""
    apart = 6 if category == "inpatient" else 1
    days = np.sort(rng.choice(364 // apart, len(amounts), replace=False)) * apart
    claim_type, place, bill, revenue, procedure = CODES[category]
    rows = []
    for k, (day, cents) in enumerate(zip(days, amounts, strict=True)):
        first = date(year, 1, 1) + timedelta(days=int(day))
        last = min(first + timedelta(days=3), date(year, 12, 31)) if category == "inpatient" else first
        stay = (first, last) if category == "inpatient" else ("", "")
        paid = last + timedelta(days=int(rng.gamma(2.0, 25.0)))
        # A stay comes in two lines: that they are one service is for the reader to find.
        parts = [cents // 3, cents - cents // 3] if category == "inpatient" and cents > 3 else [cents]
        rows += [
            (
                f"CLM{number + k:07d}{year % 10}", line + 1, claim_type, name, name, first, last, *stay, place, bill,
                revenue, procedure, paid, f"{part / 100:.2f}", f"{part / 100:.2f}", f"{2 * part / 100:.2f}", "test",
            )
            for line, part in enumerate(parts)
        ]  # fmt: skip
    return rows


def _spans(names: list[str], people: People, rng: np.random.Generator) -> list[tuple[object, ...]]:
    """One span a person, or two that meet."""
    spans = []
    for p, name in enumerate(names):
        female = people.cell[p] == 0
        birth = date(1990 if female else 1970, 1 + p % 12, 1 + p % 28)
        who = (name, name, "female" if female else "male", birth, "commercial")
        state = "north" if p % 3 else "south"
        if p % 4:
            spans.append((*who, date(2022, 1, 1), date(2023, 12, 31), state))
        else:
            cut = date(2022, 1 + int(rng.integers(1, 11)), 28)
            spans.append((*who, date(2022, 1, 1), cut, state))
            spans.append((*who, cut + timedelta(days=1), date(2023, 12, 31), state))
    return spans
