"""Care coordination: nurses who call, visit and plan with chronically or seriously ill members."""

from __future__ import annotations

from typing import ClassVar, Literal

from vbcsim.core.uncertain import Distribution
from vbcsim.experience.categories import EMERGENCY, INPATIENT
from vbcsim.experience.intervention import Cost, Intervention, Prior

__all__ = ["CareCoordination"]


class CareCoordination(Intervention):
    """Coordinated care for ill members; in randomised trials it changed admissions by nothing on average.

    Prior: admissions and emergency visits of those engaged change by 0, sd 8 %, the spread over 15 randomised
    programmes of which 13 had no effect, the best 17 % fewer admissions and the worst 19 % more. Members chosen by
    last year's stays get better by themselves; a comparison with their own past shows that as an effect.
    """

    reference: ClassVar[str] = (
        "Peikes and others, JAMA 2009 (Medicare Coordinated Care Demonstration); Finkelstein and others, NEJM 2020 "
        "(Camden); fee 80 to 200 dollars: judgement"
    )
    use_priors: ClassVar[tuple[Prior, ...]] = (
        Prior(
            (*INPATIENT, *EMERGENCY),
            Distribution("normal", (0.0, 0.08)),
            "Peikes and others, JAMA 2009: 15 randomised trials",
        ),
    )

    kind: Literal["care_coordination"]
    """Word of the family."""
    cost: Cost = Cost(engaged_pmpm=140.0)
    """What it costs; 140 dollars per engaged month is the middle of 80 to 200 (judgement)."""
