"""Preventive outreach: members with gaps in care are called, and come for screening and control."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from vbcsim.core.uncertain import Distribution
from vbcsim.experience.intervention import ALL, Cost, Intervention, Prior

__all__ = ["PreventiveOutreach"]

_POINTS = Distribution("normal", (0.015, 0.0075))


class PreventiveOutreach(Intervention):
    """Better measures; no less use.

    Prior: screening and control measures of those reached gain 1.5 points (sd 0.75; judgement on 1 to 2 points a year
    under incentives); poor control of HbA1c loses as many. Use changes by 0, sd 1 %: five years of Comprehensive
    Primary Care Plus did not lower total spending.
    """

    reference: ClassVar[str] = "Mathematica 2023 and JAMA 2024 (Comprehensive Primary Care Plus); points: judgement"
    use_priors: ClassVar[tuple[Prior, ...]] = (
        Prior((ALL,), Distribution("normal", (0.0, 0.01)), "total spending not lower (CPC+, 2,905 practices)"),
    )
    measure_priors: ClassVar[Mapping[str, float]] = {
        "colorectal_screening": _POINTS,
        "breast_screening": _POINTS,
        "blood_pressure": _POINTS,
        "depression": _POINTS,
        "sdoh_screening": _POINTS,
        "hba1c": Distribution("normal", (-0.015, 0.0075)),
    }

    kind: Literal["preventive_outreach"]
    """Word of the family."""
    cost: Cost = Cost(engaged_pmpm=3.0)
    """What it costs; 1.25 to 3 dollars per member and month were paid to medical homes around 2011."""
