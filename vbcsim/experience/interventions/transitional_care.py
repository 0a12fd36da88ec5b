"""Transitional care: the weeks after a hospital stay, guided by nurses, so that fewer members come back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from vbcsim.core.uncertain import Distribution
from vbcsim.experience.categories import INPATIENT
from vbcsim.experience.intervention import Cost, Intervention, Prior

__all__ = ["TransitionalCare"]

_READMITTED = 0.155
"""Share of stays that follow another within 30 days: all-condition readmission, median of ACOs in 2021 (CMS public-use
files)."""
_FEWER = Distribution("normal", (-0.10 * _READMITTED, 0.045 * _READMITTED))


class TransitionalCare(Intervention):
    """Follow-up after discharge: of the stays of those engaged, those that are readmissions become fewer.

    Prior: readmissions times 0.90 with a standard error of 0.05 on the logarithm, from 38 and 41 randomised trials in
    heart failure; readmissions are 15.5 % of stays, so stays change by -1.55 % (sd 0.70 %) and the readmission rate by
    as many points. A trial in members with very many stays found no effect at all (Camden).
    """

    reference: ClassVar[str] = "meta-analyses of transitional care in heart failure: JAMDA 2020; Vedel and others 2015"
    use_priors: ClassVar[tuple[Prior, ...]] = (
        Prior(INPATIENT, _FEWER, "relative risk of readmission 0.90 (0.82 to 0.97; 0.87 to 0.98), randomised"),
    )
    measure_priors: ClassVar[Mapping[str, float]] = {"readmission": _FEWER}

    kind: Literal["transitional_care"]
    """Word of the family."""
    cost: Cost = Cost(engaged_pmpm=20.0)
    """What it costs; 20 dollars per engaged month is about 600 dollars per stay at 0.4 stays a year (judgement)."""
