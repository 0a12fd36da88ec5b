"""Small cells hidden: a number of people from 1 to 10 is never shown, nor what would tell it.

Primary: a count below 11 is shown as ``<11``; nought is shown, for it tells of nobody. Complementary: where a table has
a total and exactly one of its counts is hidden, the next smallest is hidden too, else the total would tell it.
Rule: CMS cell size suppression policy (minimum 11).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

__all__ = ["HIDDEN", "LEAST", "shown_counts"]

LEAST: Final = 11
"""The smallest number of people that is shown."""
HIDDEN: Final = "<11"
_ALSO: Final = "hidden"


def shown_counts(counts: Sequence[int], *, total_shown: bool = False) -> list[str]:
    """Counts of people as text, small ones hidden.

    :param total_shown: whether the sum of the counts stands beside them; then one hidden count hides a second.
    """
    small = [0 < n < LEAST for n in counts]
    found = [HIDDEN if hide else f"{n:,}" for n, hide in zip(counts, small, strict=True)]
    if total_shown and sum(small) == 1:
        others = [k for k, n in enumerate(counts) if n >= LEAST]
        if others:
            found[min(others, key=lambda k: counts[k])] = _ALSO
    return found
