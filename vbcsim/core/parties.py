"""The parties that a contract may have: the one list that arrangements, cash and portfolios share."""

from __future__ import annotations

from typing import Literal, get_args

__all__ = ["PARTIES", "Party"]

Party = Literal["payer", "provider", "reinsurer", "downstream", "government"]
"""A party of a contract."""
PARTIES: tuple[Party, ...] = get_args(Party)
"""The same as a tuple."""
