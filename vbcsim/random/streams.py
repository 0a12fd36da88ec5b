"""The closed list of random streams. A number is never reused: results would change without a sign."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["STREAM_VERSION", "Stream"]

STREAM_VERSION = 1
"""Raised when the same seed is meant to give other numbers; kept in every result."""


class Stream(IntEnum):
    """What a random word is for."""

    FRAILTY = 1
    """Slice masses of the members' frailty; event = slice."""
    COUNT = 2
    """Number of services; period = year, item = 0 (tabulated part of the mean) or 1 (its rest), event = category."""
    COUNT_BLOCK = 3
    """Further Poisson blocks of a very large expected count; period = year, item = category, event = block."""
    COST = 4
    """Cost of one service; period = year, item = category, event = service."""
    COST_TAIL = 5
    """Finer bits of a cost far out in the tail; addressed as COST."""
    FRAILTY_TAIL = 6
    """Finer bits of a slice mass far out in the tail; addressed as FRAILTY."""
    NATIONAL_TREND = 7
    """National growth shock; period = year."""
    REGIONAL_TREND = 8
    """Regional growth shock; period = year."""
    PROVIDER_GROUP = 9
    """The provider group's own effect; period = year."""
    QUALITY = 10
    """Quality score; period = year."""
    RISK_SCORE = 11
    """Noise of the mean risk score; period = year, event = stratum."""
    COMPARATOR = 12
    """Sampling error of a market comparator; period = year."""
