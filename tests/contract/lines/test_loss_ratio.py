"""Loss ratio: cost over premium, adjusted for size."""

import numpy as np

from vbcsim.contract.book import Book
from vbcsim.contract.lines.loss_ratio import LossRatio

BOOK = Book.from_lines(
    {
        "expenditure": 800.0,
        "quality_improvement": 20.0,
        "premium": 1050.0,
        "taxes": 50.0,
        "person_years": [[5000.0], [1e5]],
    },
    [2024],
)


def test_quality_improvement_counts_and_taxes_do_not():
    maker = LossRatio(cost=("expenditure", "quality_improvement"), less="taxes")
    np.testing.assert_allclose(maker.make(BOOK), [[0.82]])


def test_a_small_plan_has_points_added():
    """Base credibility factors of 45 CFR 158.232, straight lines between them."""
    sizes = [1000, 2500, 5000, 10_000, 25_000, 50_000, 75_000]
    points = [0.083, 0.052, 0.037, 0.026, 0.016, 0.012, 0.0]
    bands = [
        {"from": low, "to": high, "value": [a, b]}
        for low, high, a, b in zip(sizes, sizes[1:], points, points[1:], strict=False)
    ]
    maker = LossRatio.model_validate({"cost": "expenditure", "credibility": {"by": "person_years", "bands": bands}})
    np.testing.assert_allclose(maker.make(BOOK)[:, 0], [800 / 1050 + 0.037, 800 / 1050])
