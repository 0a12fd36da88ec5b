"""Premium share: a part of premium less carve-outs."""

import numpy as np

from vbcsim.contract.book import Book
from vbcsim.contract.lines.premium_share import PremiumShare


def test_the_fund_is_a_share_of_premium_less_what_is_taken_off():
    book = Book.from_lines({"premium": 1000.0, "transplants": [[20.0], [0.0]], "reinsurance": 10.0}, [2024])
    maker = PremiumShare(rate=0.87, less=("transplants", "reinsurance"))
    np.testing.assert_allclose(maker.make(book), [[840.0], [860.0]])
