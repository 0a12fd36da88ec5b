"""Site of care: the same service at a cheaper place, or a biosimilar in place of the originator."""

from __future__ import annotations

from typing import ClassVar, Literal

from vbcsim.core.units import Fraction
from vbcsim.experience.categories import INFUSION
from vbcsim.experience.intervention import ByYear, Intervention, Prior, shrunk

__all__ = ["SiteOfCare"]


class SiteOfCare(Intervention):
    """A change of price and not of use; ``uptake`` is the share of the services that are moved or substituted.

    Prior: infusions that are moved cost 13 % less, sd 6.5 %. Patients infused in hospital outpatient departments only
    were 34 to 37 % dearer than others, which is 26 % less the other way round; halved, because the patients differ.
    What a biosimilar saves is a matter of contracts: state it under ``price``. It works at once and does not fade.
    """

    reference: ClassVar[str] = "Milliman for the Community Oncology Alliance 2016: cost by site of infusion, 2004-2014"
    price_priors: ClassVar[tuple[Prior, ...]] = (
        Prior(INFUSION, shrunk(1.0 / 1.355 - 1.0), "34 to 37 % dearer in outpatient departments, turned and halved"),
    )

    kind: Literal["site_of_care"]
    """Word of the family."""
    ramp: ByYear = (1.0,)
    """Effect on what is moved in the first, second, ... year against the full one; whole at once."""
    decay: Fraction = 0.0
    """Part of the effect that is lost every year once it fades; a price that was changed stays."""
