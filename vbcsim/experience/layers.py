"""Layers of randomness, and the draw numbers that each of them is addressed by.

A shift adds to the draw numbers of one layer: that layer is drawn anew while every other layer stays as it was. So the
variance of a result can be split by layer (pick-freeze), and two runs may share all but one layer. What has an address
of its own within the layer of parameters (an uncertain assumption, an intervention, a measure, the worlds) may be
drawn anew alone: a shift by its name comes on top of that of the layer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.errors import BadInput, Problem, did_you_mean
from vbcsim.core.text import listing
from vbcsim.random.streams import Stream

__all__ = ["LAYERS", "WORLDS", "LayerDraws", "layer_of"]

LAYERS: Final[Mapping[str, frozenset[Stream]]] = {
    "parameter": frozenset({Stream.PARAMETER, Stream.WORLD, Stream.INTERVENTION}),
    "systemic": frozenset({Stream.NATIONAL_TREND, Stream.REGIONAL_TREND, Stream.PANDEMIC}),
    "group": frozenset({Stream.PROVIDER_GROUP, Stream.QUALITY, Stream.MEASURE_GROUP, Stream.RISK_SCORE, Stream.PANEL}),
    "process": frozenset(
        {
            *(Stream.FRAILTY, Stream.COUNT, Stream.COUNT_BLOCK, Stream.COST, Stream.COST_TAIL, Stream.FRAILTY_TAIL),
            *(Stream.COMPARATOR, Stream.TURNOVER, Stream.ENGAGEMENT, Stream.MEASURE, Stream.RISK_SCORE_MEMBERS),
            *(Stream.POOLED_FRAILTY, Stream.POOLED_COUNT, Stream.POOLED_COST, Stream.POOLED_LARGE),
            *(Stream.POOLED_OWNER, Stream.POOLED_SHARE, Stream.POOLED_REST, Stream.EPISODE),
            *(Stream.COLLECTIVE_COUNT, Stream.COLLECTIVE_SEVERITY),
        }
    ),
}
"""What is not known of the assumptions, what all markets share, what a provider group shares, chance of members."""

WORLDS: Final = "worlds"
"""Names what takes one of the cohort's equally likely worlds: the uncertain shapes, all together."""
_LAST = 2**32
"""Draw numbers are words of 32 bits."""


def layer_of(stream: Stream) -> str:
    """The layer that a stream belongs to."""
    return next(layer for layer, streams in LAYERS.items() if stream in streams)


@dataclass(frozen=True)
class LayerDraws:
    """Draw numbers by layer.

    :param shift: what is added to the draw numbers of a layer, or of one thing within the layer of parameters, by its
        name; 0 for those that are not named.
    """

    shift: Mapping[str, int] = field(default_factory=dict)

    def ids(self, layer: str, start: int, stop: int) -> NDArray[np.uint32]:
        """The numbers that draws ``start`` to ``stop - 1`` have in the addresses of a layer, shape (draw,)."""
        return (np.arange(start, stop, dtype=np.int64) + self.shift.get(layer, 0)).astype(np.uint32)

    def of(self, stream: Stream, start: int, stop: int) -> NDArray[np.uint32]:
        """The same for the layer of a stream."""
        return self.ids(layer_of(stream), start, stop)

    def of_named(self, stream: Stream, name: str, start: int, stop: int) -> NDArray[np.uint32]:
        """The same for what a name stands for in a stream."""
        by = self.shift.get(layer_of(stream), 0) + self.shift.get(name, 0)
        return (np.arange(start, stop, dtype=np.int64) + by).astype(np.uint32)

    def check(self, draws: int, names: Collection[str] = ()) -> None:
        """Raise BadInput where a layer is unknown or a draw number would leave 32 bits.

        :param names: what may be drawn anew alone.
        """
        known = [*LAYERS, *names]
        unknown = [
            Problem(
                "shift",
                f'"{layer}" is not a layer; choose among {listing(known, 20)}{did_you_mean(layer, known)}',
            )
            for layer in self.shift
            if layer not in known
        ]
        outside = [
            Problem(f"shift.{layer}", f"{by} is not possible with {draws:,} draws; choose 0 to {_LAST - draws:,}")
            for layer, by in self.shift.items()
            if layer in known and not 0 <= by <= _LAST - draws
        ]
        if unknown or outside:
            raise BadInput(unknown + outside)
