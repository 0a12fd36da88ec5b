"""The headline share: what a provision's share clauses state."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.contract.headline import NO_SHARE, headline
from vbcsim.contract.read import read_arrangement

YEARS = (2023, 2024, 2025)
TAKE = {"difference": {"of": "benchmark", "less": "expenditure"}}


def of(*terms):
    raw = {"provisions": [{"name": "p", "payer": "payer", "payee": "provider", "terms": [TAKE, *terms]}]}
    return headline(read_arrangement(raw, "d").provisions[0], YEARS)


@pytest.mark.parametrize(
    ("terms", "above", "below", "words"),
    [
        (({"share": {"savings": 0.5, "losses": 0.3}},), 0.5, 0.3, ("50%", "30%")),
        (({"share": {"savings": 0.5, "losses": 0.0}}, {"share": {"savings": 0.5, "losses": 1.0}}), 0.25, 0.0, None),
        (
            ({"share": {"savings": 0.25, "losses": {2023: 0, 2025: 0.25}}},),
            0.25,
            [0.0, 0.0, 0.25],
            ("25%", "0% from 2023 to 2024 and 25% from 2025 on"),
        ),
        (({"share": {"savings": 0.4, "losses": 0.4}, "from": 2024},), [1.0, 0.4, 0.4], [1.0, 0.4, 0.4], None),
        (
            ({"corridor": {"edges": [0.02], "kept": [0, 0.6], "loss_kept": [0.1, 0.05]}},),
            0.6,
            0.1,
            ("at most 60%", "at most 10%"),
        ),
        (({"corridor": {"edges": [0.05, 0.1], "kept": [0.5, 0.35, 0.2]}},), 0.5, 0.5, ("at most 50%", "at most 50%")),
        (
            ({"share": {"savings": 0.75, "losses": {"one_less": 0.75, "times": ["q"], "floor": 0.4, "cap": 0.75}}},),
            0.75,
            0.75,
            ("75%", "at most 75%"),
        ),
        (
            ({"share": {"savings": {"by": "q", "bands": [{"from": 0, "to": 1, "value": [0.2, 0.6]}]}, "losses": 0}},),
            0.6,
            0.0,
            ("at most 60%", "0%"),
        ),
        (({"share": {"savings": "q", "losses": 0.0}},), np.nan, 0.0, ("a share that a line decides", "0%")),
    ],
)
def test_stated_shares(terms, above, below, words):
    found = of(*terms)
    assert found.stated
    np.testing.assert_allclose(found.above, np.broadcast_to(above, 3), rtol=1e-12)
    np.testing.assert_allclose(found.below, np.broadcast_to(below, 3), rtol=1e-12)
    if words:
        assert (found.above_words, found.below_words) == words


def test_what_states_no_share_says_so():
    found = of({"gate": {"on": "quality_score", "at_least": 0.5}}, {"limit": {"savings": {"usd": 5}}})
    assert not found.stated
    assert (found.above_words, found.below_words) == (NO_SHARE, NO_SHARE)
