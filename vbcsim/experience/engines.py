"""Names of the engines, apart from them so that asking for one loads nothing."""

from __future__ import annotations

__all__ = ["CHOICES", "ENGINES"]

ENGINES = ("members", "pooled", "reference")
"""``members``: every member, compiled; ``pooled``: like members together, compiled, with the same distribution;
``reference``: the NumPy twin of ``members``, the same bits without a compiler, slowly."""
CHOICES = ("auto", *ENGINES)
"""``auto``: the faster of ``members`` and ``pooled`` for the cohort."""
