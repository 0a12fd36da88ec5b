"""Prior-authorization waiver: services that need no leave, which saves work and lets some more be used."""

from __future__ import annotations

from typing import ClassVar, Literal

from vbcsim.core.uncertain import Distribution
from vbcsim.core.units import Fraction
from vbcsim.experience.categories import DRUGS
from vbcsim.experience.intervention import ByYear, Cost, Intervention, Prior

__all__ = ["PriorAuthorizationWaiver"]


class PriorAuthorizationWaiver(Intervention):
    """Less administration, at the risk of somewhat more drugs. It works at once and does not fade.

    Prior (judgement; no study was found): use of drugs +0.5 %, sd 0.5 %, and 25 dollars of administration saved per
    engaged member and month.
    """

    reference: ClassVar[str] = "judgement; no study was found"
    use_priors: ClassVar[tuple[Prior, ...]] = (Prior(DRUGS, Distribution("normal", (0.005, 0.005)), "judgement"),)

    kind: Literal["prior_authorization_waiver"]
    """Word of the family."""
    ramp: ByYear = (1.0,)
    """Effect in the first, second, ... year against the full one; whole at once."""
    decay: Fraction = 0.0
    """Part of the effect that is lost every year once it fades; none."""
    cost: Cost = Cost(saving_pmpm=25.0)
    """What it costs: nothing, and 25 dollars of administration are saved per engaged member and month (judgement)."""
