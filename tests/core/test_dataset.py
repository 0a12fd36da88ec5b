"""Datasets at the seams: the glossary is the list of names, and a variable without an entry is refused."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from vbcsim.core.dataset import glossary, label
from vbcsim.core.units import UNITS


def lives(dims: tuple[str, ...] = ("year", "stratum")) -> xr.Dataset:
    return xr.Dataset({"lives": (dims, np.ones((2, 3)))})


def test_label_attaches_unit_long_name_and_source_to_a_copy():
    given = lives()
    labelled = label(given, {"lives": "a register"})
    assert labelled["lives"].attrs == {"units": "persons", "long_name": "assigned lives", "source": "a register"}
    assert given["lives"].attrs == {}


def test_the_empty_name_is_the_source_of_all_others():
    assert label(lives(), {"": "simulated"})["lives"].attrs["source"] == "simulated"
    assert label(lives(), {"": "simulated", "lives": "counted"})["lives"].attrs["source"] == "counted"


def test_an_unknown_variable_is_refused():
    with pytest.raises(KeyError, match="live_s"):
        label(lives().rename(lives="live_s"), {"": "nowhere"})


@pytest.mark.parametrize("dims", [("stratum", "year"), ("year", "cell"), ("draw", "stratum")])
def test_dimensions_are_those_of_the_glossary(dims):
    with pytest.raises(ValueError, match=r"lives has dimensions .*; the glossary says \['draw', 'year', 'stratum'\]"):
        label(lives(dims), {"": "nowhere"})


def test_a_variable_may_go_without_the_dims_that_the_glossary_lets_it_lack():
    by_draw = xr.Dataset({"lives": (("draw", "year", "stratum"), np.ones((4, 2, 3)))})
    for dataset in (lives(), by_draw):
        assert label(dataset, {"": "simulated"})["lives"].attrs["units"] == "persons"
    with pytest.raises(ValueError, match="the glossary says"):
        label(xr.Dataset({"expenditure_usd": (("year", "stratum", "category"), np.ones((2, 3, 1)))}), {})


def test_every_entry_of_the_glossary_is_complete():
    assert len(glossary()) > 50
    texts = UNITS.keys() | {"name"}  # a statistic that is the name of a design
    for name, entry in glossary().items():
        assert entry.keys() - {"may_lack"} == {"unit", "dims", "long_name", "definition"}, name
        assert set(entry.get("may_lack", ())) <= set(entry["dims"]), name
        assert entry["unit"] in texts, name
        assert entry["definition"].endswith("."), name
        assert entry["long_name"], name
