"""Home-based care: primary care brought to members who can hardly come to it."""

from __future__ import annotations

from typing import ClassVar, Literal

from vbcsim.experience.intervention import ALL, Cost, Intervention, Prior, shrunk

__all__ = ["HomeBasedCare"]


class HomeBasedCare(Intervention):
    """House calls by a primary care team in place of office visits.

    Prior: all use of those engaged falls by 0.5 %, sd 1 %: half of the 1 % of the sixth year of Independence at Home,
    which was not randomised and found no effect on admissions or emergency visits.
    """

    reference: ClassVar[str] = "Mathematica, evaluation of Independence at Home, sixth year; cost of a visit: judgement"
    use_priors: ClassVar[tuple[Prior, ...]] = (
        Prior((ALL,), shrunk(-0.01), "Independence at Home, sixth year: about -1 %, not significant; halved"),
    )

    kind: Literal["home_based_care"]
    """Word of the family."""
    cost: Cost = Cost(engaged_pmpm=160.0)
    """What it costs; one visit a month at 160 dollars in all (judgement)."""
