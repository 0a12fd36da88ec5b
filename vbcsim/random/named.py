"""Random addresses for things that have a name: a provider group, an uncertain assumption.

The address comes from the name alone, so a further name leaves the numbers of all others as they were, and so does
another order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["address_of", "addresses_of"]


def address_of(name: str) -> tuple[int, int]:
    """``(cell, member)`` of a name: 24 and 32 bits of its SHA-256, so that two names hardly ever share a number.

    ``all``, the name of what is not set apart, has the address (0, 0).
    """
    if name == "all":
        return 0, 0
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:3], "big"), int.from_bytes(digest[3:7], "big")


def addresses_of(names: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The cells and the members of the addresses of several names."""
    pairs = np.array([address_of(str(name)) for name in names], dtype=np.uint64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]
