"""Designs for some of the members: restricted to strata, settled apart for each group, with terms of their own."""

from __future__ import annotations

import json

import numpy as np
import pytest

from vbcsim.contract.design import Design, as_design
from vbcsim.contract.read import read_arrangement
from vbcsim.contract.settle import settle
from vbcsim.contract.view import of_strata
from vbcsim.core.errors import BadInput

STRATA = {"provider_group": ["north", "south"], "region": ["east", "east"]}


def shared(savings: float = 0.5, losses: float = 0.3):
    """A share of savings against history, truncated, with a cap that makes the whole differ from its parts."""
    history = {"weights": [0.1, 0.3, 0.6], "trend": {"national": 1}, "update": {"national": 1}}
    terms = [
        {"difference": {"of": "benchmark", "less": "expenditure"}},
        {"minimum_rate": {"savings": 0.02, "losses": 0.02}},
        {"share": {"savings": savings, "losses": losses}},
    ]
    raw = {
        "lines": {"benchmark": {"historical": history}, "expenditure": {"truncated": {"threshold_usd": 30_000}}},
        "provisions": [{"name": "shared_savings", "payer": "payer", "payee": "provider", "terms": terms}],
    }
    return read_arrangement(raw, "shared")


@pytest.fixture
def groups(toy):
    return toy.ds.assign_coords({name: ("stratum", values) for name, values in STRATA.items()})


def test_a_design_for_some_strata_settles_as_if_there_were_no_others(groups):
    alone = settle(of_strata(groups, [1]), {"d": shared()})
    part = settle(groups, {"d": Design(shared(), only={"provider_group": ("south",)}), "whole": shared()})
    for name in ("net_usd", "transfer_usd", "benchmark_usd", "settled_expenditure_usd"):
        np.testing.assert_array_equal(part[name].sel(design="d"), alone[name].sel(design="d"))
    assert (
        part["net_usd"]
        .sel(design="whole")
        .identical(settle(groups, {"whole": shared()})["net_usd"].sel(design="whole"))
    )
    assert "group_net_usd" not in part


def test_every_group_settled_apart_adds_up_to_the_design(groups):
    ds = settle(groups, {"whole": shared(), "each": Design(shared(), each="provider_group")})
    assert ds["group_net_usd"].dims == ("design", "group", "party", "draw", "year")
    assert list(ds["group"].values) == ["north", "south"]
    for k, group in enumerate(["north", "south"]):
        alone = settle(of_strata(groups, [k]), {"each": shared()})
        np.testing.assert_array_equal(
            ds["group_net_usd"].sel(design="each", group=group), alone["net_usd"].sel(design="each")
        )
    np.testing.assert_allclose(ds["group_net_usd"].sum("group").sel(design="each"), ds["net_usd"].sel(design="each"))
    np.testing.assert_allclose(
        ds["transfer_usd"].sel(design="each", provision="shared_savings"),
        ds["net_usd"].sel(design="each", party="provider"),
    )
    assert not ds["group_net_usd"].sel(design="whole").values.any()
    assert not np.isnan(ds["benchmark_usd"]).any()
    assert float(abs(ds["net_usd"].sum("party")).max()) == 0.0
    assert json.loads(ds.attrs["groups_of"]) == {"each": "provider_group"}
    assert (ds["net_usd"].sel(design="each") != ds["net_usd"].sel(design="whole")).any()


def test_a_group_may_have_terms_of_its_own(groups):
    own = Design(shared(), each="provider_group", by_group={"south": shared(savings=1.0, losses=1.0)})
    ds = settle(groups, {"own": own, "each": Design(shared(), each="provider_group")})
    by_group = ds["group_net_usd"].sel(party="provider")
    np.testing.assert_array_equal(by_group.sel(design="own", group="north"), by_group.sel(design="each", group="north"))
    full = settle(of_strata(groups, [1]), {"d": shared(savings=1.0, losses=1.0)})["net_usd"]
    np.testing.assert_array_equal(by_group.sel(design="own", group="south"), full.sel(design="d", party="provider"))


def test_only_and_each_together_and_threads(groups):
    designs = {f"d{k}": Design(shared(0.1 * k), only={"region": ("east",)}, each="provider_group") for k in range(4)}
    designs["north"] = Design(shared(), only={"provider_group": ("north",)}, each="region")
    one, many = (settle(groups, designs, threads=threads) for threads in (1, 3))
    assert one.identical(many)
    assert list(one["group"].values) == ["north", "south", "east"]
    np.testing.assert_array_equal(
        one["group_net_usd"].sel(design="north", group="east"), one["net_usd"].sel(design="north")
    )


@pytest.mark.parametrize(
    ("design", "place", "words"),
    [
        ({"only": {"provider_group": ("suth",)}}, "only.provider_group", 'mean "south"? (there: north and south)'),
        ({"only": {"equity_stratum": ("a",)}}, "only.equity_stratum", "add it to cohort.strata"),
        ({"each": "provider_grp"}, "each", 'only by provider_group and region; did you mean "provider_group"?'),
        ({"each": "region", "by_group": {"west": shared()}}, "by_group.west", 'no stratum has the region "west"'),
    ],
)
def test_what_no_stratum_has_is_refused(groups, design, place, words):
    with pytest.raises(BadInput) as caught:
        settle(groups, {"d": Design(shared(), **design)})
    (problem,) = caught.value.problems
    assert problem.place == f"designs.d.{place}"
    assert words in problem.message


def test_conditions_that_no_stratum_meets_together_are_refused():
    attributes = {"provider_group": ["north", "south"], "region": ["east", "west"]}
    design = Design(shared(), only={"provider_group": ("north",), "region": ("west",)})
    (problem,) = design.problems(attributes)
    assert problem.message == "no stratum has provider_group north and region west; widen the condition"


def test_an_experience_that_does_not_name_its_attributes_cannot_be_settled_by_them(toy):
    with pytest.raises(BadInput, match="by no attribute: add it to cohort"):
        settle(toy.ds, {"d": Design(shared(), each="provider_group")})


def test_a_design_says_for_whom_it_holds():
    only = {"region": ("east", "west"), "sex": ("f",)}
    design = Design(shared(), only=only, each="provider_group", by_group={"north": shared()})
    assert design.sentence() == (
        "It holds for members of region east or west and sex f. Every provider group is settled apart, and the results "
        "are added up. There are terms of their own for north."
    )
    assert Design(shared()).sentence() == ""


def test_an_arrangement_is_a_design_for_everybody():
    arrangement = shared()
    assert as_design(arrangement).whole
    assert as_design(arrangement).arrangement is arrangement
    assert as_design(design := Design(arrangement, each="region")) is design
