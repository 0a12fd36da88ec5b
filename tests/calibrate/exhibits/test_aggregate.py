"""The Fourier transform of a compound sum, against sums that have a closed form."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.calibrate.exhibits.aggregate import aggregate, rounded


def geometric(z, beta=4.0):
    return 1.0 / (1.0 - beta * (z - 1.0))


def test_a_geometric_sum_of_exponentials():
    cells = rounded(lambda x: np.exp(-x / 100.0), 0.5, 2**15)
    found = aggregate([(geometric, cells)], 0.5)
    assert found.p.sum() == pytest.approx(1.0, abs=1e-8)
    for s in (100.0, 500.0, 2000.0):
        assert found.exceeds(s) == pytest.approx(0.8 * np.exp(-s / 500.0), abs=2e-6)
        assert found.beyond(s) == pytest.approx(400.0 * np.exp(-s / 500.0), rel=1e-4)


def test_tilting_keeps_what_does_not_fit_from_coming_round():
    cells = rounded(lambda x: np.exp(-x / 100.0), 1.0, 1024)
    plain, tilted = (aggregate([(geometric, cells)], 1.0, tilt) for tilt in (0.0, None))
    true = 1.0 - 0.8 * np.exp(-0.5 / 500.0)
    assert plain.p[0] > true + 1e-4
    assert tilted.p[0] == pytest.approx(true, abs=1e-4)


def test_risks_add_and_lattice_points_count_whole():
    coin = np.zeros(16)
    coin[1] = 1.0
    found = aggregate([(lambda z: 0.5 + 0.5 * z, coin), (lambda z: 0.25 + 0.75 * z**2, coin)], 5.0, 0.0)
    np.testing.assert_allclose(found.p[:4], [0.125, 0.125, 0.375, 0.375], atol=1e-15)
    assert found.at_most(10.0) == pytest.approx(0.625)
    assert found.exceeds(10.0) == pytest.approx(0.375 + 0.1875)
    assert found.within(4.0, 11.0) == pytest.approx(0.5)


def test_amounts_are_rounded_to_the_nearest_point():
    cells = rounded(lambda x: np.clip(1.0 - x / 4.0, 0.0, 1.0), 1.0, 8)
    np.testing.assert_allclose(cells, [0.125, 0.25, 0.25, 0.25, 0.125, 0, 0, 0])
