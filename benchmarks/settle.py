"""Speed of settlement: a two-sided shared-savings contract over 10,000 draws x 6 years, one design and a hundred.

Beside it stands the same contract written as plain NumPy, which must give the same amounts. Run with
``python benchmarks/settle.py``; figures are the fastest of several rounds, in milliseconds of wall time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from vbcsim.contract.arrangement import Arrangement
from vbcsim.contract.book import Book
from vbcsim.contract.read import read_arrangement
from vbcsim.contract.settle import settle, settle_amounts

DRAWS, YEARS = 10_000, tuple(range(2019, 2025))
DESIGNS = 100
ROUNDS = 12


def made_book() -> Book:
    """Benchmark, expenditure, revenue and quality of a group of 8,000."""
    rng = np.random.default_rng(1)
    shape = (DRAWS, len(YEARS))
    benchmark = rng.uniform(9e7, 1.1e8, shape)
    expenditure = benchmark * rng.normal(1.0, 0.04, shape)
    lines = {"benchmark": benchmark, "expenditure": expenditure, "revenue": 0.4 * expenditure, "lives": 8000.0}
    return Book.from_lines({**lines, "quality_score": rng.uniform(0.3, 1.0, shape)}, YEARS)


def design(sharing_rate: float) -> Arrangement:
    """Savings and losses as in the Shared Savings Program's highest track, with a sharing rate of its own."""
    losses = {"one_less": 0.75, "times": ["quality_score"], "floor": 0.4, "cap": 0.75}
    scale = [{"from": 5000, "to": 7999, "value": [0.039, 0.032]}, {"from": 8000, "value": 0.031}]
    terms: list[dict[str, Any]] = [
        {"difference": {"of": "benchmark", "less": "expenditure"}},
        {"minimum_rate": {"savings": {"by": "lives", "bands": scale}}},
        {"gate": {"on": "quality_score", "at_least": 0.4}},
        {"scale": {"by": "quality_score", "side": "savings"}, "to": 2020},
        {"share": {"savings": sharing_rate, "losses": losses}},
        {"sequester": {"rate": {2012: 0.02, 2019: 0, 2021: 0.02}}},
        {"limit": {"savings": {"share": 0.2, "of": "benchmark"}}},
        {"limit": {"losses": [{"share": 0.3, "of": "revenue"}, {"share": 0.15, "of": "benchmark"}]}},
        {"relief": {"share": {2012: 0, 2020: 1, 2023: 0}}},
    ]
    provision = {"name": "shared_savings", "payer": "payer", "payee": "provider", "terms": terms}
    return read_arrangement({"provisions": [provision]}, "design")


def by_hand(book: Book, sharing_rate: float) -> Any:
    """The same contract as one writes it in NumPy."""
    benchmark, expenditure, quality = book["benchmark"], book["expenditure"], book["quality_score"]
    years = np.array(YEARS)
    gross = benchmark - expenditure
    shared = np.where(np.abs(gross) >= 0.031 * benchmark, gross, 0.0)
    rate = np.where(years <= 2020, sharing_rate * quality, sharing_rate) * (quality >= 0.4)
    rate = rate * np.where((years == 2019) | (years == 2020), 1.0, 0.98)
    saved = np.minimum(np.maximum(shared, 0.0) * rate, 0.2 * benchmark)
    loss_rate = np.clip(1.0 - 0.75 * quality, 0.4, 0.75)
    owed = np.minimum(np.maximum(-shared, 0.0) * loss_rate, np.minimum(0.3 * book["revenue"], 0.15 * benchmark))
    relieved = (years >= 2020) & (years <= 2022)
    return saved - np.where(relieved, 0.0, owed)


def fastest(run: Callable[[], Any]) -> float:
    """Milliseconds of the fastest of several rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return 1000.0 * best


def main() -> None:
    """Measure and print."""
    book = made_book()
    rates = [0.4 + k / (2.5 * DESIGNS) for k in range(DESIGNS)]
    designs = {f"design_{k}": design(rate) for k, rate in enumerate(rates)}
    first = designs["design_0"]
    np.testing.assert_allclose(settle_amounts(book, first)["shared_savings"], by_hand(book, rates[0]), atol=1e-6)
    print(f"{DRAWS:,} draws x {len(YEARS)} years, 9 clauses; milliseconds")
    print(f"one design, amounts only        {fastest(lambda: settle_amounts(book, first)):8.2f}")
    print(f"one design, whole dataset       {fastest(lambda: settle(book, {'design_0': first})):8.2f}")
    print(f"{DESIGNS} designs, whole dataset     {fastest(lambda: settle(book, designs)):8.2f}")
    print(f"{DESIGNS} designs, one thread        {fastest(lambda: settle(book, designs, threads=1)):8.2f}")
    print(f"{DESIGNS} designs, plain NumPy       {fastest(lambda: [by_hand(book, rate) for rate in rates]):8.2f}")


if __name__ == "__main__":
    main()
