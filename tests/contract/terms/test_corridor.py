"""Corridor: shares of bands, mirrored or not."""

import pytest
from pydantic import ValidationError

from vbcsim.contract.terms.corridor import Corridor

GLOBAL = Corridor(edges=(0.25, 0.35, 0.5), kept=(1.0, 0.5, 0.25, 0.1))


@pytest.mark.parametrize(
    ("rate", "kept"),
    [(0.10, 0.10), (0.25, 0.25), (0.30, 0.275), (0.35, 0.30), (0.45, 0.325), (0.50, 0.3375), (0.80, 0.3675)],
)
def test_each_band_has_its_share_on_both_sides(after, rate, kept):
    amounts = after(GLOBAL, [1000.0 * rate, -1000.0 * rate], benchmark=[1000.0] * 2)
    assert amounts == pytest.approx([1000.0 * kept, -1000.0 * kept])


def test_losses_may_have_their_own_bands(after):
    term = Corridor(edges=(0.02,), kept=(0.0, 0.5), loss_edges=(0.05,), loss_kept=(0.0, 0.3))
    kept = after(term, [10.0, 120.0, -10.0, -150.0], benchmark=[1000.0] * 4)
    assert kept == pytest.approx([0.0, 50.0, 0.0, -30.0])


def test_no_edges_is_one_band(after):
    assert after(Corridor(edges=(), kept=(0.4,)), [100.0, -100.0], benchmark=[1000.0] * 2) == [40.0, -40.0]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"edges": [0.35, 0.25], "kept": [1, 0.5, 0.25]}, "the bands overlap"),
        ({"edges": [0.25, 0.25], "kept": [1, 0.5, 0.25]}, "the bands overlap"),
        ({"edges": [0.25], "kept": [1, 0.5, 0.25]}, "1 edges part 2 bands, 3 shares are given"),
        ({"edges": [0.25], "kept": [1, 1.5]}, "less than or equal to 1"),
        ({"edges": [0.25], "kept": [1, 0.5], "loss_edges": [0.3, 0.2], "loss_kept": [1, 1, 1]}, "the bands overlap"),
    ],
)
def test_bands_that_do_not_fit_are_refused(body, message):
    with pytest.raises(ValidationError, match=message):
        Corridor.model_validate(body)


def test_it_says_its_bands():
    assert Corridor(edges=(0.05, 0.1), kept=(0.5, 0.35, 0.15)).sentence() == (
        "Of savings keep 50% up to 5%, 35% from 5% to 10% and 15% beyond 10% of the benchmark; of losses bear the same."
    )
