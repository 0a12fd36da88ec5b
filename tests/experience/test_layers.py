"""Layers of randomness: every stream in one of them, and the draw numbers of a layer that is drawn anew."""

from __future__ import annotations

import re

import numpy as np
import pytest

from vbcsim.core.errors import BadInput
from vbcsim.experience.layers import LAYERS, LayerDraws, layer_of
from vbcsim.random.streams import Stream


def test_every_stream_is_in_exactly_one_layer():
    for stream in Stream:
        assert [layer for layer, streams in LAYERS.items() if stream in streams] == [layer_of(stream)], stream.name


def test_a_shift_moves_its_layer_alone():
    draws = LayerDraws({"group": 1_000_000})
    assert draws.ids("group", 3, 6).tolist() == [1_000_003, 1_000_004, 1_000_005]
    assert draws.ids("process", 3, 6).tolist() == [3, 4, 5]
    assert draws.of(Stream.QUALITY, 0, 2).tolist() == [1_000_000, 1_000_001]
    assert draws.of(Stream.COUNT, 0, 2).tolist() == [0, 1]
    assert draws.ids("systemic", 0, 2).dtype == np.uint32


def test_blocks_of_draws_are_parts_of_the_whole():
    draws = LayerDraws({"process": 7})
    parts = [draws.ids("process", start, start + 5) for start in range(0, 20, 5)]
    assert np.concatenate(parts).tolist() == draws.ids("process", 0, 20).tolist()


@pytest.mark.parametrize(
    ("shift", "sentence"),
    [
        ({"proces": 1}, '"proces" is not a layer; choose among parameter, systemic, group and process; did you mean'),
        ({"process": -1}, "shift.process: -1 is not possible with 10 draws; choose 0 to 4,294,967,286"),
        ({"group": 2**32 - 9}, "shift.group: 4294967287 is not possible"),
    ],
)
def test_shifts_that_cannot_be_are_refused(shift, sentence):
    with pytest.raises(BadInput, match=re.escape(sentence)):
        LayerDraws(shift).check(10)


def test_every_problem_of_a_shift_is_told_at_once():
    with pytest.raises(BadInput) as error:
        LayerDraws({"market": 1, "group": -1}).check(10)
    assert len(error.value.problems) == 2


def test_the_largest_draw_number_is_a_word():
    draws = LayerDraws({"group": 2**32 - 10})
    draws.check(10)
    assert int(draws.ids("group", 0, 10)[-1]) == 2**32 - 1


def test_one_name_is_drawn_anew_on_top_of_its_layer():
    layers = LayerDraws({"parameter": 100, "interventions.visits": 7})
    plain = LayerDraws()
    assert list(plain.of_named(Stream.INTERVENTION, "interventions.visits", 3, 5)) == [3, 4]
    assert list(layers.of_named(Stream.INTERVENTION, "interventions.visits", 3, 5)) == [110, 111]
    assert list(layers.of_named(Stream.INTERVENTION, "interventions.calls", 3, 5)) == [103, 104]
    layers.check(10, ["interventions.visits"])
    with pytest.raises(BadInput, match="did you mean"):
        layers.check(10, ["interventions.visit"])
