"""The experience dataset: arguments, labels, hash, progress; large claimants complete and exact; what moves what."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import xarray as xr

from tests.cohorts import assumptions, cells, cohort_of, service
from vbcsim.core.dataset import glossary
from vbcsim.core.errors import BadInput, VbcsimError
from vbcsim.experience.layers import LAYERS
from vbcsim.experience.prepare import prepare
from vbcsim.experience.simulate import ENGINES, experience_hash, simulate

STAY = service(
    "stay", utilization_per_1000=400, mean_cost_usd=2000, overdispersion=2.0, shared_weight=0.7, body_sigma=1.0
)
VISIT = service(overdispersion=0.9, shared_weight=0.5, persistence=0.6, maximum_usd=50_000)
SHARED = {"variance": 1.2, "persistence": 0.6}
ROWS = [*cells(25, 12), {"cell": "c2", "risk_tier": "r0", "members": 8, "utilization_relativity": 2.0}]


def cohort(floor: Any = 1e13, rows: Any = ROWS, **sections: Any) -> xr.Dataset:
    told = assumptions([VISIT, STAY], shared_frailty=SHARED, floor_usd=floor, **sections)
    return cohort_of(told, rows, base=(2021, 2022), performance=(2023, 2024))


# -------------------------------------------------------------------------------------------------------- arguments
@pytest.mark.parametrize(
    ("changed", "place", "sentence"),
    [
        ({"draws": 0}, "draws", "0 is not possible; ask for 1 to 2,147,483,647"),
        ({"draws": 2**31}, "draws", "2147483648 is not possible"),
        ({"seed": -1}, "seed", "-1 is not possible; choose a whole number from 0 to 2**64 - 1"),
        ({"seed": 2**64}, "seed", "is not possible"),
        ({"engine": "polled"}, "engine", '"polled" is not an engine; choose one of '),
        ({"threads": 0}, "threads", "0 is not possible; ask for at least 1"),
        ({"block": -3}, "block", "-3 is not possible; ask for at least 1"),
        (
            {"shift": {"market": 3}},
            "shift",
            '"market" is not a layer; choose among parameter, systemic',
        ),
    ],
)
def test_arguments_out_of_range_are_refused_before_anything_runs(changed, place, sentence):
    with pytest.raises(BadInput, match=re.escape(sentence)) as error:
        simulate(cohort(), **{"draws": 2, **changed})
    assert [p.place for p in error.value.problems] == [place]


@pytest.mark.parametrize("seed", [0, 2**64 - 1])
def test_the_smallest_and_the_largest_seed_are_seeds(seed):
    assert simulate(cohort(), draws=1, seed=seed).attrs["seed"] == str(seed)


def test_an_amount_beyond_all_numbers_is_refused():
    ds = cohort()
    with pytest.raises(VbcsimError, match="not finite; lower the trends or the mean costs"):
        simulate(ds.assign(mean_cost_usd=ds["mean_cost_usd"] * 1e306), draws=2)


# ---------------------------------------------------------------------------------------------------------- dataset
def test_every_variable_is_labelled_and_every_attribute_there():
    experience = simulate(cohort(), draws=3, seed=12)
    for name, variable in experience.data_vars.items():
        entry = glossary()[str(name)]
        lacking = entry.get("may_lack", [])  # nobody comes or goes here
        assert list(variable.dims) == [dim for dim in entry["dims"] if dim not in lacking]
        assert variable.attrs["units"] == entry["unit"]
        assert variable.attrs["source"] == "simulated, engine members, seed 12"
    names = {"experience_hash", "seed", "engine", "draws", "members", "vbcsim_version", "stream_version"}
    assert experience.attrs.keys() == names
    assert (experience.attrs["draws"], experience.attrs["members"], experience.attrs["engine"]) == (3, 45, "members")
    assert experience["period"].values.tolist() == ["base", "base", "performance", "performance"]


def test_exposure_and_revenue_follow_the_cohort():
    ds = cohort_of(assumptions([VISIT], provider_revenue={"own_share": 0.3}), ROWS, months=6)
    experience = simulate(ds, draws=4)
    assert experience["lives"].values.tolist() == [[33, 12]] * 3
    assert experience["person_years"].values.tolist() == [[16.5, 6.0]] * 3
    spent = experience["expenditure_usd"].sum("category").values
    assert experience["provider_revenue_usd"].values == pytest.approx(0.3 * spent)


def test_progress_rises_to_the_number_of_draws():
    seen: list[tuple[int, int]] = []
    simulate(cohort(), draws=10, block=3, threads=2, progress=lambda done, draws: seen.append((done, draws)))
    assert seen[-1] == (10, 10)
    assert seen == sorted(seen)
    assert {draws for _, draws in seen} == {10}


def test_an_interruption_by_the_caller_of_progress_ends_the_run():
    def stop(done: int, draws: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(cohort(), draws=4, block=1, threads=1, progress=stop)


# ------------------------------------------------------------------------------------------------------------- hash
def test_the_hash_is_of_all_that_decides_an_experience():
    rows = cells(25, 12, price_relativity=[1.0, 1.1])
    floor, shock = {"r0": 1e5, "r1": 2e5}, {"national_shock_sd": 0.01, "regional_shock_sd": 0.0}
    same = experience_hash(cohort(), 1, "members")
    assert same == experience_hash(cohort(), 1, "members")
    assert re.fullmatch("[0-9a-f]{64}", same)
    others = [
        experience_hash(cohort(), 2, "members"),
        experience_hash(cohort(), 1, "reference"),
        experience_hash(cohort(rows=rows), 1, "members"),
        experience_hash(cohort(floor=floor), 1, "members"),
        experience_hash(cohort(market_trend=shock), 1, "members"),
        experience_hash(cohort().assign_coords(category=["visit", "stays"]), 1, "members"),
        experience_hash(cohort(), 1, "members", {"group": 5}),
        experience_hash(cohort(), 1, "members", {"process": 5}),
    ]
    assert len({same, *others}) == len(others) + 1
    assert experience_hash(cohort(), 1, "members", {"group": 0}) == same


def test_the_hash_knows_exposure_though_rates_may_hide_it():
    """Half the months at twice the utilization: the same expected services, other person-years."""
    year, half = (
        cohort_of(assumptions([service(utilization_per_1000=per_1000)]), ROWS, months=months)
        for per_1000, months in ((1000, 12), (2000, 6))
    )
    assert np.array_equal(prepare(year).rate, prepare(half).rate)
    assert experience_hash(year, 1, "members") != experience_hash(half, 1, "members")


def test_every_variable_of_the_cohort_is_part_of_the_hash():
    ds = cohort()
    same = experience_hash(ds, 1, "members")
    for name in ds.data_vars:
        assert experience_hash(ds.assign({name: ds[name] + 1}), 1, "members") != same, name


# -------------------------------------------------------------------------------------------------- large claimants
def listed(experience: xr.Dataset) -> Any:
    """Large claimants as rows of draw, year, stratum and cost."""
    names = ("claimant_draw", "claimant_year", "claimant_stratum", "claimant_usd")
    return np.stack([experience[name].values.astype(np.float64) for name in names], axis=1)


@pytest.fixture(scope="module")
def everyone() -> xr.Dataset:
    """An experience whose list holds every member-year that cost anything: far more than is first made room for."""
    return simulate(cohort(floor=0.0), draws=40, seed=9)


def test_claimants_of_all_costs_make_up_the_expenditure(everyone):
    rows = listed(everyone)
    assert len(rows) > 40 * 4 * 45 // 2
    assert (rows[:, 3] > 0).all()
    total = np.zeros((40, 4, 2))
    np.add.at(total, tuple(rows[:, :3].astype(int).T), rows[:, 3])
    assert total == pytest.approx(everyone["expenditure_usd"].sum("category").values, rel=1e-12)


def test_a_floor_keeps_exactly_those_above_it(everyone):
    floor = {"r0": 2_000.0, "r1": 5_000.0}
    above = simulate(cohort(floor=floor), draws=40, seed=9)
    rows = listed(everyone)
    kept = rows[:, 3] > np.array([2_000.0, 5_000.0])[rows[:, 2].astype(int)]
    assert 100 < kept.sum() < len(rows) / 2
    assert np.array_equal(listed(above), rows[kept])
    for name in ("expenditure_usd", "utilization"):
        assert np.array_equal(above[name], everyone[name])


def test_claimants_stand_in_the_order_of_draw_year_and_stratum(everyone):
    rows = listed(everyone)[:, :3]
    assert np.array_equal(rows, rows[np.lexsort(rows.T[::-1])])


def test_each_claimant_has_the_cost_of_one_member():
    """A cell of n + 1 members is one of n with a member more: the difference is that member's cost."""
    draws, n = 30, 6
    sizes = [
        simulate(cohort(floor=0.0, rows=cells(m)), draws=draws, seed=9)["expenditure_usd"].sum("category").values
        for m in range(1, n + 1)
    ]
    totals = np.concatenate(sizes, axis=2)  # draw, year, number of members
    members = np.diff(totals, axis=2, prepend=0.0)
    rows = listed(simulate(cohort(floor=0.0, rows=cells(n)), draws=draws, seed=9))
    for draw in range(draws):
        for year in range(4):
            of_list = rows[(rows[:, 0] == draw) & (rows[:, 1] == year), 3]
            of_difference = members[draw, year]
            positive = of_difference[of_difference > 1e-6]
            # In the list, as in the cell, members come one after the other.
            assert of_list == pytest.approx(positive, rel=1e-9)


# ------------------------------------------------------------------------------------------------- what moves what
def test_market_shocks_move_prices_and_not_use():
    plain = simulate(cohort(), draws=20)
    moved = simulate(cohort(market_trend={"national_shock_sd": 0.02, "regional_shock_sd": 0.03}), draws=20)
    assert np.array_equal(plain["utilization"], moved["utilization"])
    market = moved["regional_index"] / plain["regional_index"]
    assert market.std() > 0.01
    assert (plain["expenditure_usd"] * market).values == pytest.approx(moved["expenditure_usd"].values, rel=1e-12)


def test_the_group_effect_moves_use():
    plain = simulate(cohort(), draws=300)["utilization"].sum(("stratum", "category"))
    ds = cohort(provider_group={"effect_sd": 0.3, "persistence": 0.5})
    moved = simulate(ds, draws=300)
    of_group = moved["utilization"].sum(("stratum", "category")) / plain
    # On the same words a rate that is higher by the effect gives about as many more services.
    effect = moved["group_effect"].values
    assert np.array_equal(effect[..., 0], effect[..., 1])  # one provider group has both strata
    assert np.corrcoef(of_group.values.ravel(), effect[..., 0].ravel())[0, 1] > 0.95


def test_base_and_performance_years_share_their_members():
    """Frailty lasts: a cell that cost more in a base year costs more in the next."""
    lasting = service(overdispersion=3.0, persistence=1.0)
    ds = cohort_of(assumptions([lasting]), cells(10), base=(2022,), performance=(2023,))
    cost = simulate(ds, draws=2000)["utilization"].sum(("stratum", "category")).values
    assert np.corrcoef(cost.T)[0, 1] > 0.8


def test_every_engine_is_tried_by_name():
    for engine in ENGINES:
        assert simulate(cohort(), draws=1, engine=engine).attrs["engine"] == engine


EVERY_LAYER: dict[str, Any] = {
    "market_trend": {"national_shock_sd": 0.02, "regional_shock_sd": 0.01},
    "provider_group": {"effect_sd": 0.03, "persistence": 0.6},
    "risk_score": {"coding_growth": 0.0, "noise_sd": 0.02},
    "quality": {"mean": 0.8, "sd": 0.05},
}


@pytest.mark.parametrize(
    ("layer", "stays"),
    [
        ("systemic", {"utilization", "group_effect", "quality_score", "comparator_error", "risk_score"}),
        ("group", {"national_index", "regional_index", "comparator_error"}),
        ("process", {"national_index", "regional_index", "group_effect", "quality_score", "risk_score"}),
    ],
)
def test_a_layer_drawn_anew_leaves_the_others_as_they_were(layer, stays):
    ds = cohort(**EVERY_LAYER)
    one, other = simulate(ds, draws=20), simulate(ds, draws=20, shift={layer: 1_000})
    by_draw = {str(name) for name, v in one.data_vars.items() if "draw" in v.dims}
    assert {name for name in by_draw if np.array_equal(one[name], other[name])} == stays


def test_what_chance_does_to_members_moves_their_mean_score():
    """Members' scores follow their health: drawn anew with the members, and with nothing else."""
    ds = cohort(**EVERY_LAYER | {"risk_score": {"coding_growth": 0.0, "noise_sd": 0.02, "sd": 0.9, "r_squared": 0.02}})
    one, other = simulate(ds, draws=20), simulate(ds, draws=20, shift={"process": 1_000})
    assert not np.array_equal(one["risk_score"], other["risk_score"])
    market = simulate(ds, draws=20, shift={"systemic": 1_000})
    assert np.array_equal(one["risk_score"], market["risk_score"])


def test_uncertain_assumptions_are_a_layer_of_their_own():
    """A drawn level moves use; drawn anew it leaves market, groups and comparator as they were."""
    told = assumptions([service(utilization_per_1000={"uniform": [2000, 4000]}), STAY], shared_frailty=SHARED)
    ds = cohort_of(told, ROWS)
    one, other = simulate(ds, draws=20), simulate(ds, draws=20, shift={"parameter": 1_000})
    for name in ("uncertain_value", "utilization", "expenditure_usd"):
        assert not np.array_equal(one[name], other[name]), name
    assert np.array_equal(one["utilization"][..., 1], other["utilization"][..., 1])  # the other category's words
    for name in ("national_index", "group_effect", "comparator_error", "quality_score"):
        assert np.array_equal(one[name], other[name]), name


def test_a_layer_drawn_anew_is_that_layer_of_later_draws():
    ds = cohort(**EVERY_LAYER)
    whole, later = simulate(ds, draws=20), simulate(ds, draws=5, shift=dict.fromkeys(LAYERS, 15))
    for name in ("expenditure_usd", "utilization", "risk_score", "national_index", "comparator_error"):
        assert np.array_equal(whole[name][15:], later[name]), name
    assert whole.attrs["experience_hash"] != later.attrs["experience_hash"]
