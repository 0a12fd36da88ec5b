"""Dollars from a rate for each member-month: a premium, a budget, a target per member."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vbcsim.contract.book import Book, every_year
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Amount
from vbcsim.contract.value import MonthsLine, NonNegativeValue, RateValue, UsdPmpmValue, phrase


class Pmpm(LineMaker):
    """A rate times member-months; the rate may grow each year after the first and follow a factor such as risk."""

    formula: ClassVar[str] = "rate_pmpm x product over later years of (1 + growth) x factor x months"
    reference: ClassVar[str] = "per-member-per-month budgets and premiums"
    unit: ClassVar[str] = "usd"

    rate_pmpm: UsdPmpmValue
    """Rate of the first performance year, or of each year [USD per member per month]."""
    growth: RateValue = 0.0
    """Growth of the rate in each performance year after the first [rate]."""
    factor: NonNegativeValue = 1.0
    """Factor, such as a risk adjustment [number]."""
    months: MonthsLine = "member_months"
    """Line of member-months."""

    def make(self, book: Book) -> Amount:
        """Dollars by draw and year [USD]."""
        yearly = 1.0 + every_year(book, self.growth)
        grown = np.cumprod(np.concatenate([np.ones((yearly.shape[0], 1)), yearly[:, 1:]], axis=-1), axis=-1)
        return book.value(self.rate_pmpm) * grown * book.value(self.factor) * book[self.months]

    def sentence(self) -> str:
        """In plain words."""
        grown = "" if self.growth == 0.0 else f", growing {phrase(self.growth)} a year"
        factor = "" if self.factor == 1.0 else f", times {phrase(self.factor, 'number')}"
        return f"{phrase(self.rate_pmpm, 'usd_pmpm')}{grown}{factor}, for each of the {self.months}."
