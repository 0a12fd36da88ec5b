"""The closed list of streams: distinct, small, never renumbered, and the same in the kernels."""

from __future__ import annotations

import ast
import inspect

from vbcsim.experience import kernels, member, pooled, pooled_rows, targeting
from vbcsim.random.streams import STREAM_VERSION, Stream

KERNELS = {"": (kernels, member, targeting), "POOLED_": (pooled, pooled_rows)}
"""Modules by what they leave off the names of their streams."""

# What a number stands for must never change under a stream version: results would change without a sign.
NUMBERS_OF_VERSION_1 = {
    "FRAILTY": 1,
    "COUNT": 2,
    "COUNT_BLOCK": 3,
    "COST": 4,
    "COST_TAIL": 5,
    "FRAILTY_TAIL": 6,
    "NATIONAL_TREND": 7,
    "REGIONAL_TREND": 8,
    "PROVIDER_GROUP": 9,
    "QUALITY": 10,
    "RISK_SCORE": 11,
}


def test_numbers_are_kept_and_new_streams_get_new_ones():
    assert STREAM_VERSION == 1
    numbers = {stream.name: stream.value for stream in Stream}
    assert NUMBERS_OF_VERSION_1.items() <= numbers.items()


def test_numbers_are_distinct_and_fit_their_eight_bits():
    # An IntEnum takes a second name of a number for an alias and drops it: count what is written.
    members = [n for n in ast.parse(inspect.getsource(Stream)).body[0].body if isinstance(n, ast.Assign)]
    assert len(members) == len(Stream)
    assert all(0 < stream < 256 for stream in Stream)


def test_kernels_use_the_same_numbers():
    """Each kernel module has its own copies of the numbers, for it may import no enumeration."""
    found = set()
    for prefix, modules in KERNELS.items():
        for module in modules:
            named = {s.name: getattr(module, f"_{s.name.removeprefix(prefix)}", None) for s in Stream}
            own = {name: copy for name, copy in named.items() if copy is not None and name.startswith(prefix)}
            assert own == {name: Stream[name].value for name in own}, module.__name__
            found |= own.keys()
    assert {"FRAILTY", "COUNT", "COUNT_BLOCK", "COST", "COST_TAIL", "FRAILTY_TAIL", "ENGAGEMENT"} <= found
    assert {name for name in Stream.__members__ if name.startswith("POOLED")} <= found
