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
    """A provider group's own effect; cell and member = the group's name, period = year."""
    QUALITY = 10
    """Quality score; cell and member = the provider group's name, period = year."""
    RISK_SCORE = 11
    """Noise of the mean risk score; period = year, event = stratum."""
    COMPARATOR = 12
    """Sampling error of a market comparator; period = year."""
    TURNOVER = 13
    """How many members go, die and pass; member = year of joining, period = year, item = law, event = binary digit."""
    PARAMETER = 14
    """An assumption that is a distribution; cell and member = its place in the scenario."""
    PANDEMIC = 15
    """A pandemic: item 0 is a group's own severity (cell and member = its name), item 1 whether it happens."""
    INTERVENTION = 16
    """Uncertain effect of an intervention; cell = the intervention's own number."""
    ENGAGEMENT = 17
    """Whether an eligible member is enrolled; period = year, item = rule."""
    MEASURE = 18
    """Numerator of a quality measure; cell = stratum, period = year, item = measure."""
    MEASURE_GROUP = 19
    """The provider group's effect on a measure; period = year, item = measure."""
    RISK_SCORE_MEMBERS = 20
    """Noise of the members' risk scores in a stratum's mean; period = year, event = stratum."""
    POOLED_FRAILTY = 21
    """Slice masses of a whole row of members; event = slice."""
    POOLED_COUNT = 22
    """Small claims of a row; period = year, item = category."""
    POOLED_COST = 23
    """Sum of the small claims of a row; period = year, item = category."""
    POOLED_LARGE = 24
    """Large claims of a row; period = year, item = category, event = claim."""
    POOLED_OWNER = 25
    """The urn that gives a large claim to a member; addressed as POOLED_LARGE."""
    POOLED_SHARE = 26
    """An owner's share of a slice; member = place among the owners, event = slice."""
    EPISODE = 27
    """Number of patients; cell = row, period = first half-year of presence."""
    POOLED_REST = 28
    """Small claims of one owner of large claims; member = place among the owners, period = year, item = category."""
    WORLD = 29
    """Which of the equally likely sets of uncertain shapes a draw has."""
    COLLECTIVE_COUNT = 30
    """Number of claims of a risk; cell and member = its name, period = year since 1990, item 1 = factor of its mean."""
    COLLECTIVE_SEVERITY = 31
    """Amount of a claim of a risk; cell = its name, member = claim, period = year since 1990."""
    PANEL = 32
    """Next year of an organization in a panel; cell and member = its name, period = year; item 0 rate, 1 size."""
