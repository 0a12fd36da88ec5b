"""The distribution of a compound sum by fast Fourier transform, with exponential tilting.

P_S = IFFT(P_N(FFT(f))): the transform of a sum of N independent amounts is the generating function of N at that of one.
What does not fit on the grid comes round again from below (aliasing); f_j exp(-theta j) in place of f_j, undone at the
end, damps it by exp(-theta n) (Gruebel & Hermesmeier 1999, ASTIN Bulletin 29:197; Embrechts & Frei 2009).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Lattice", "aggregate", "rounded"]

Floats = NDArray[np.float64]
TILT = 20.0
"""Tilt over the whole grid: aliasing is damped by exp(-20)."""


class Lattice:
    """A distribution on 0, step, 2 step, ..."""

    def __init__(self, step: float, probabilities: Floats) -> None:
        self.step = step
        self.p = probabilities
        self.x = step * np.arange(len(probabilities))

    def exceeds(self, x: float) -> float:
        """P(S > x), half of the cell that holds x counted."""
        place = x / self.step
        whole = self.p[self.x > x * (1.0 + 1e-12)].sum()
        on = round(place)
        return float(whole + (0.5 * self.p[on] if abs(place - on) < 1e-9 and on < len(self.p) else 0.0))

    def at_most(self, x: float) -> float:
        """P(S <= x) of amounts that lie on the lattice."""
        return float(self.p[self.x <= x * (1.0 + 1e-12)].sum())

    def within(self, low: float, high: float) -> float:
        """P(low < S < high) of amounts rounded to the lattice: the cells whose points lie between."""
        return float(self.p[(self.x > low) & (self.x < high)].sum())

    def beyond(self, x: float) -> float:
        """E[max(S - x, 0)]."""
        return float(self.p @ np.maximum(self.x - x, 0.0))


def rounded(sf: Callable[[Floats], Floats], step: float, points: int) -> Floats:
    """Probabilities of the amounts rounded to the nearest multiple of ``step``.

    :param sf: chance that an amount passes x.
    """
    edges = step * (np.arange(points + 1) - 0.5)
    above = np.asarray(sf(np.maximum(edges, 0.0)), dtype=np.float64)
    above[0] = 1.0
    return above[:-1] - above[1:]


def aggregate(risks: Iterable[tuple[Callable[[Any], Any], Floats]], step: float, tilt: float | None = None) -> Lattice:
    """The sum over risks of their compound sums.

    :param risks: the generating function of each number of claims, and the probabilities of an amount on the grid.
    :param tilt: exponential tilt per cell.
    """
    total: Any = 1.0
    points = 0
    damp: Any = None
    for pgf, amounts in risks:
        if damp is None:
            points = len(amounts)
            damp = np.exp(-(TILT / points if tilt is None else tilt) * np.arange(points))
        total = total * pgf(np.fft.fft(amounts * damp))
    return Lattice(step, np.real(np.fft.ifft(total)) / damp)
