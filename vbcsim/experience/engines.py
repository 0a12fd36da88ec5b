"""Names of the engines, apart from them so that asking for one loads nothing."""

from __future__ import annotations

__all__ = ["ENGINES"]

ENGINES = ("members", "reference")
"""``members``: every member, compiled; ``reference``: its NumPy twin, the same bits without a compiler, slowly."""
