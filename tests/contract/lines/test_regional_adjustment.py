"""Regional adjustment: a weight of the distance to the region, within caps."""

import numpy as np

from vbcsim.contract.book import Book
from vbcsim.contract.lines.regional_adjustment import RegionalAdjustment


def test_the_weight_depends_on_which_side_of_the_region_the_group_lies():
    own = [[100.0], [100.0], [100.0], [100.0]]
    regional = [[110.0], [95.0], [130.0], [80.0]]
    book = Book.from_lines({"own": own, "regional": regional}, [2024])
    maker = RegionalAdjustment(own="own", regional="regional", below=0.35, above=0.15)
    np.testing.assert_allclose(maker.make(book)[:, 0], [0.035, -0.0075, 0.05, -0.015])
