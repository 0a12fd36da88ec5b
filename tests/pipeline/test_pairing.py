"""Runs side by side: what must be alike, and which designs are compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import xarray as xr

from vbcsim.core.errors import BadInput
from vbcsim.outcomes.comparison import compare
from vbcsim.pipeline.pairing import named_pairs, pairing_notes, side_by_side


@dataclass(frozen=True)
class Finished:
    settlement: xr.Dataset


def finished(designs=("a", "b"), draws=50, years=(2023, 2024), **attrs):
    luck = 1000.0 * np.random.default_rng(int(attrs.get("seed", 1))).normal(size=(draws, len(years)))
    net = np.stack([np.stack([-luck * (k + 1), luck * (k + 1)]) for k in range(len(designs))])
    return Finished(
        xr.Dataset(
            {"net_usd": (("design", "party", "draw", "year"), net)},
            coords={"design": list(designs), "party": ["payer", "provider"], "year": list(years)},
            attrs={"seed": "1", "stream_version": 3, "engine": "members"} | attrs,
        )
    )


def test_designs_of_the_same_name_are_paired_and_those_without_one_with_all():
    runs = {"one": finished(("a", "b")), "two": finished(("b", "c")), "three": finished(("a",))}
    assert named_pairs(runs) == [
        *(("one: b", "two: b"), ("one: a", "two: b"), ("one: a", "two: c"), ("one: b", "two: c")),
        *(("one: a", "three: a"), ("one: b", "three: a")),
        *(("two: b", "three: a"), ("two: c", "three: a")),
    ]
    found = compare(side_by_side(runs), named_pairs(runs))
    same = found.sel(pair="one: b - two: b", party="provider")
    assert float(same["p_equal"]) == 0.0  # twice the luck in one, once in the other
    assert found.sizes["pair"] == 8


def test_the_first_draws_of_a_longer_run_are_taken_and_told():
    longer = finished(draws=80)
    shorter = Finished(longer.settlement.isel(draw=slice(50)))
    runs = {"one": longer, "two": shorter}
    both = side_by_side(runs)
    assert both.sizes["draw"] == both.attrs["draws"] == 50
    one, two = (both["net_usd"].sel(design=f"{name}: a").values for name in runs)
    np.testing.assert_array_equal(one, two)
    assert pairing_notes(runs) == ["one has 80 and two has 50 draws; the first 50 of each are compared"]
    assert pairing_notes({"one": shorter, "two": shorter}) == []


def test_other_years_and_other_luck_are_refused_each_with_its_reason():
    runs = {"one": finished(), "two": finished(years=(2024, 2025)), "three": finished(seed="2", stream_version=4)}
    with pytest.raises(BadInput) as error:
        side_by_side(runs)
    years, seed, streams = map(str, error.value.problems)
    assert years.startswith("two: settles 2024 to 2025 and one settles 2023 to 2024; compare runs over the same years")
    assert seed.startswith(
        "three: was drawn with seed 2 and one with seed 1, so draw 17 of one is not the luck of draw"
    )
    assert "--independent" in seed
    assert "random streams of version 4" in streams


def test_runs_of_other_seeds_may_be_independent():
    runs = {"one": finished(draws=4000), "two": finished(draws=4000, seed="2")}
    found = compare(side_by_side(runs, independent=True), named_pairs(runs)).sel(pair="one: a - two: a")
    spread = float(found["sd_difference_usd"].sel(party="provider"))
    assert spread == pytest.approx(2000.0, rel=0.1)  # two years, two runs, variance 1 each
    assert "do not share their luck" in pairing_notes(runs, independent=True)[0]


def test_another_engine_shares_only_what_members_share():
    notes = pairing_notes({"one": finished(), "two": finished(engine="pooled")})
    assert notes[0].startswith("two was simulated by the engine pooled and one by members: they share markets")
