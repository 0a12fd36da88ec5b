"""Layers of randomness, and the draw numbers that each of them is addressed by.

A shift adds to the draw numbers of one layer: that layer is drawn anew while every other layer stays as it was. So the
variance of a result can be split by layer (pick-freeze), and two runs may share all but one layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.errors import BadInput, Problem, did_you_mean
from vbcsim.random.streams import Stream

__all__ = ["LAYERS", "LayerDraws", "layer_of"]

LAYERS: Final[Mapping[str, frozenset[Stream]]] = {
    "parameter": frozenset({Stream.PARAMETER, Stream.WORLD, Stream.INTERVENTION}),
    "systemic": frozenset({Stream.NATIONAL_TREND, Stream.REGIONAL_TREND, Stream.PANDEMIC}),
    "group": frozenset({Stream.PROVIDER_GROUP, Stream.QUALITY, Stream.MEASURE_GROUP, Stream.RISK_SCORE}),
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

_LAST = 2**32
"""Draw numbers are words of 32 bits."""


def layer_of(stream: Stream) -> str:
    """The layer that a stream belongs to."""
    return next(layer for layer, streams in LAYERS.items() if stream in streams)


@dataclass(frozen=True)
class LayerDraws:
    """Draw numbers by layer.

    :param shift: what is added to the draw numbers of a layer, by its name; 0 for those that are not named.
    """

    shift: Mapping[str, int] = field(default_factory=dict)

    def ids(self, layer: str, start: int, stop: int) -> NDArray[np.uint32]:
        """The numbers that draws ``start`` to ``stop - 1`` have in the addresses of a layer, shape (draw,)."""
        return (np.arange(start, stop, dtype=np.int64) + self.shift.get(layer, 0)).astype(np.uint32)

    def of(self, stream: Stream, start: int, stop: int) -> NDArray[np.uint32]:
        """The same for the layer of a stream."""
        return self.ids(layer_of(stream), start, stop)

    def check(self, draws: int) -> None:
        """Raise BadInput where a layer is unknown or a draw number would leave 32 bits."""
        unknown = [
            Problem(
                "shift",
                f'"{layer}" is not a layer; choose among {", ".join(LAYERS)}{did_you_mean(layer, list(LAYERS))}',
            )
            for layer in self.shift
            if layer not in LAYERS
        ]
        outside = [
            Problem(f"shift.{layer}", f"{by} is not possible with {draws:,} draws; choose 0 to {_LAST - draws:,}")
            for layer, by in self.shift.items()
            if layer in LAYERS and not 0 <= by <= _LAST - draws
        ]
        if unknown or outside:
            raise BadInput(unknown + outside)
