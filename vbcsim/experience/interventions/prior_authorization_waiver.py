"""Prior-authorization waiver: services that need no leave, which saves work and lets some more be used."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from vbcsim.core.uncertain import Distribution
from vbcsim.core.units import Fraction, NonNegative
from vbcsim.experience.categories import DRUGS
from vbcsim.experience.intervention import Cost, Intervention, Prior

__all__ = ["PriorAuthorizationWaiver"]


def _as_tuple(raw: object) -> object:
    return (raw,) if isinstance(raw, (int, float)) and not isinstance(raw, bool) else raw


class PriorAuthorizationWaiver(Intervention):
    """Less administration, at the risk of somewhat more drugs. It works at once and does not fade.

    Prior (judgement; no study was found): use of drugs +0.5 %, sd 0.5 %, and 25 dollars of administration saved per
    engaged member and month.
    """

    reference: ClassVar[str] = "judgement; no study was found"
    use_priors: ClassVar[tuple[Prior, ...]] = (Prior(DRUGS, Distribution("normal", (0.005, 0.005)), "judgement"),)

    kind: Literal["prior_authorization_waiver"]
    """Word of the family."""
    ramp: Annotated[tuple[NonNegative, ...], BeforeValidator(_as_tuple), Field(min_length=1, max_length=20)] = (1.0,)
    """Effect in the first, second, ... year against the full one; whole at once."""
    decay: Fraction = 0.0
    """Part of the effect that is lost every year once it fades; none."""
    cost: Cost = Cost(saving_pmpm=25.0)
    """What it costs: nothing, and 25 dollars of administration are saved per engaged member and month (judgement)."""
