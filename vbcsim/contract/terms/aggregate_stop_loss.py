"""Stop-loss, aggregate: the part of all cost beyond a corridor above expected cost, for a charge."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import BeforeValidator, Field

from vbcsim.contract.term import Amount, BookLike, Term
from vbcsim.contract.value import FractionValue, MonthsLine, NonNegativeValue, UsdLine, UsdPmpmValue, as_tuple, phrase


class AggregateStopLoss(Term):
    """Adds a share of cost above an attachment, which is a multiple of expected cost, within a limit; less the charge.

    Cost is taken after specific stop-loss where its recoveries are among ``less``.
    """

    formula: ClassVar[str] = "a + coinsurance x min(max(cost - attachment x expected, 0), limit x expected) - charge"
    reference: ClassVar[str] = "aggregate excess: Klugman, Panjer, Willmot, Loss Models, ch. 9.3"
    decides: ClassVar[bool] = True

    of: UsdLine = "expenditure"
    """Line of cost [USD]."""
    less: Annotated[tuple[UsdLine, ...], BeforeValidator(as_tuple)] = ()
    """Lines taken off cost, such as specific recoveries [USD]."""
    expected: UsdLine = "benchmark"
    """Line of expected cost [USD]."""
    attachment: Annotated[NonNegativeValue, Field()] = 1.25
    """Multiple of expected cost above which cost is covered [number]."""
    coinsurance: FractionValue = 1.0
    """Share of the excess that is recovered."""
    limit: NonNegativeValue | None = None
    """Most that counts, as a multiple of expected cost; unlimited where left out [number]."""
    charge_pmpm: UsdPmpmValue = 0.0
    """Charge [USD per member per month]."""
    months: MonthsLine = "member_months"
    """Line of the months that the charge is taken for."""

    def lines(self) -> tuple[str, ...]:
        """The lines that its parameters need: months only for a charge."""
        return self.line_names_but("months") if self.charge_pmpm == 0.0 else self.line_names

    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The amount with recoveries less the charge [USD]."""
        cost, expected = book[self.of], book[self.expected]
        for line in self.less:
            cost = cost - book[line]
        excess = np.maximum(cost - book.value(self.attachment) * expected, 0.0)
        if self.limit is not None:
            excess = np.minimum(excess, book.value(self.limit) * expected)
        recovered = amount + book.value(self.coinsurance) * excess
        return recovered if self.charge_pmpm == 0.0 else recovered - book.value(self.charge_pmpm) * book[self.months]

    def sentence(self) -> str:
        """In plain words."""
        net = "".join(f" less the {line}" for line in self.less)
        most = "" if self.limit is None else f", at most {phrase(self.limit, 'number')} times it"
        charge = "" if self.charge_pmpm == 0.0 else f", for {phrase(self.charge_pmpm, 'usd_pmpm')}"
        return (
            f"Recover {phrase(self.coinsurance)} of the {self.of}{net} above {phrase(self.attachment, 'number')} times "
            f"the {self.expected}{most}{charge}."
        )
