"""Blocks of draws: evenly shared among the workers, each of a bounded size."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vbcsim.experience.blocks import block_size


@given(st.integers(0, 10**8), st.integers(1, 100_000), st.integers(1, 64), st.integers(1, 10**7))
def test_no_block_is_above_the_target_and_no_worker_idle_for_long(member_periods, draws, workers, target):
    size = block_size(member_periods, draws, workers, target)
    wanted = max(1, target // max(member_periods, 1))
    assert 1 <= size <= max(1, wanted)
    blocks = -(-draws // size)
    rounds = -(-draws // (wanted * workers))
    # The busiest worker has no more draws than in an even split, but for rounding a block up.
    assert -(-blocks // workers) <= rounds
    assert rounds * size <= -(-draws // workers) + rounds


def test_forty_draws_on_two_threads_are_four_equal_blocks():
    assert block_size(40_000, 40, 2, 600_000) == 10
    assert block_size(600_000, 5, 2, 600_000) == 1
    assert block_size(1, 7, 2, 600_000) == 4
