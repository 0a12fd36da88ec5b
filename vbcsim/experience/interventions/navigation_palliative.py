"""Navigation and palliative care: lay navigators, symptom control and goals of care for the seriously ill."""

from __future__ import annotations

from typing import ClassVar, Literal

from vbcsim.experience.categories import EMERGENCY, INPATIENT
from vbcsim.experience.intervention import Cost, Intervention, Prior, shrunk

__all__ = ["NavigationPalliative"]


class NavigationPalliative(Intervention):
    """Patients with cancer or another serious illness are accompanied; crises that end in hospital become fewer.

    Prior: emergency visits -3.0 % (sd 1.5 %), stays -3.95 % (sd 2.0 %), half of what lay navigation showed against
    matched patients. A palliative consult within two days of admission made that stay 24 % cheaper; how many stays have
    one differs by programme, so it is left to ``price``.
    """

    reference: ClassVar[str] = (
        "lay navigation: JAMA Oncology 2017; palliative consult: JCO 2015; fee: Enhancing Oncology Model, 70 dollars"
    )
    use_priors: ClassVar[tuple[Prior, ...]] = (
        Prior(EMERGENCY, shrunk(-0.060), "emergency visits -6.0 % a quarter (JAMA Oncology 2017), halved"),
        Prior(INPATIENT, shrunk(-0.079), "admissions -7.9 % a quarter (JAMA Oncology 2017), halved"),
    )

    kind: Literal["navigation_palliative"]
    """Word of the family."""
    cost: Cost = Cost(engaged_pmpm=70.0)
    """What it costs; the monthly payment of the Enhancing Oncology Model."""
