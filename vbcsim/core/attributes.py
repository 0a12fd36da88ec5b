"""What sets rating cells apart: the one list that cells, strata, designs and targets share."""

from __future__ import annotations

from typing import Literal, get_args

__all__ = ["ATTRIBUTES", "Attribute"]

Attribute = Literal[
    "line_of_business",
    "enrollment_type",
    "age_band",
    "sex",
    "region",
    "equity_stratum",
    "provider_group",
    "risk_tier",
]
"""What can set rating cells apart; any of them can define the strata that a contract settles on."""

ATTRIBUTES: tuple[str, ...] = get_args(Attribute)
"""The same as a tuple."""
