"""Telehealth: visits by video and telephone beside and in place of those in person."""

from __future__ import annotations

from typing import ClassVar, Literal

from vbcsim.experience.categories import EMERGENCY, OFFICE_VISITS
from vbcsim.experience.intervention import Intervention, Prior, shrunk

__all__ = ["Telehealth"]


class Telehealth(Intervention):
    """More visits, somewhat fewer of them in the emergency department.

    Prior: visits +1.1 %, emergency visits -1.35 %, each with sd 1 %: half of what systems that used telehealth heavily
    showed against others (+2.2 %, -2.7 %). They also spent 1.6 % more and had as many admissions; where that is to be
    met, state further categories under ``use``.
    """

    reference: ClassVar[str] = "telehealth-intensive health systems against others, Health Affairs 2024"
    use_priors: ClassVar[tuple[Prior, ...]] = (
        Prior(OFFICE_VISITS, shrunk(0.022), "visits +2.2 % (Health Affairs 2024), halved"),
        Prior(EMERGENCY, shrunk(-0.027), "emergency visits -2.7 % (Health Affairs 2024), halved"),
    )

    kind: Literal["telehealth"]
    """Word of the family."""
