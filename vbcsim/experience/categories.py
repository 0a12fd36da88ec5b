"""The names by which service tables call what the priors of interventions and measures speak of."""

from __future__ import annotations

from typing import Final

__all__ = ["DRUGS", "EMERGENCY", "INFUSION", "INPATIENT", "OFFICE_VISITS"]

INPATIENT: Final = ("inpatient",)
"""Hospital stays."""
EMERGENCY: Final = ("emergency", "emergency_department")
"""Emergency visits that do not end in a stay."""
OFFICE_VISITS: Final = ("professional", "primary_care", "professional_primary", "specialist", "professional_specialist")
"""Visits to physicians and other clinicians."""
INFUSION: Final = ("part_b_drugs", "chemotherapy", "infusion")
"""Drugs given by infusion or injection, in an office or a hospital's outpatient department."""
DRUGS: Final = (*INFUSION, "retail_drugs", "drugs")
"""All drugs."""
