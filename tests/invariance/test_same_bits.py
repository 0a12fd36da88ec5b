"""An experience is the same bits for any threads and blocks; more draws extend it, more cells leave the others alone.

And with no compiler at all, and with every array access checked.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from tests import programmes
from tests.cohorts import SOURCE, assumptions, cells, cohort_of, service
from vbcsim.experience.simulate import simulate
from vbcsim.pipeline import first_draws

DRAWS = 23


def cohort(*members: int, floor: float = 3000.0, **changed: Any) -> xr.Dataset:
    """Cells that differ, every layer of uncertainty on, claimants listed, some means above the tables' reach."""
    services = [
        service(overdispersion=2.0, shared_weight=0.6, persistence=0.5, tail_probability=0.02, tail_index=2.5),
        service("stay", utilization_per_1000=400, mean_cost_usd=2000, overdispersion=1.2, shared_weight=1.0),
        service("script", utilization_per_1000=28_000, mean_cost_usd=9, overdispersion=0.8, persistence=0.9),
    ]
    told = assumptions(
        services,
        shared_frailty={"variance": 1.2, "persistence": 0.7},
        market_trend={"national_shock_sd": 0.02, "regional_shock_sd": 0.01},
        provider_group={"effect_sd": 0.03, "persistence": 0.6, "improvement_rate": 0.01},
        risk_score={"coding_growth": 0.01, "noise_sd": 0.02},
        quality={"mean": 0.8, "sd": 0.05},
        floor_usd=floor,
    )
    use = [1.0 + 0.3 * i for i in range(len(members))]
    return cohort_of(told, cells(*members, utilization_relativity=use), **changed)


def assert_same_bits(one: xr.Dataset, other: xr.Dataset, names: Any = None) -> None:
    for name in names or one.data_vars:
        assert one[name].values.tobytes() == other[name].values.tobytes(), name


@pytest.fixture(scope="module")
def whole() -> xr.Dataset:
    return simulate(cohort(9, 4, 6), draws=DRAWS, seed=2**40 + 5, threads=1, block=DRAWS)


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("block", [1, 3, 7, DRAWS, 1000, None])
def test_threads_and_blocks_change_nothing(whole, threads, block):
    again = simulate(cohort(9, 4, 6), draws=DRAWS, seed=2**40 + 5, threads=threads, block=block)
    assert_same_bits(whole, again)
    assert whole.attrs == again.attrs
    assert whole.sizes["claimant"] > 50


@pytest.mark.parametrize("draws", [1, 10, 22])
def test_the_first_draws_of_a_long_run_are_a_short_run(whole, draws):
    short = simulate(cohort(9, 4, 6), draws=draws, seed=2**40 + 5)
    extended = first_draws(whole, draws)
    assert_same_bits(short, extended)
    assert short.attrs == extended.attrs


def test_the_reference_engine_gives_the_same_bits(whole):
    assert_same_bits(whole, simulate(cohort(9, 4, 6), draws=DRAWS, seed=2**40 + 5, engine="reference", block=4))


def test_a_cell_more_leaves_the_others_as_they_were(whole):
    more = simulate(cohort(9, 4, 6, 5), draws=DRAWS, seed=2**40 + 5)
    names = [n for n in whole.data_vars if "claimant" not in n and n != "provider_revenue_usd"]
    assert_same_bits(whole, more.isel(stratum=slice(3)), names)
    of_old_strata = more["claimant_stratum"].values < 3
    claimants = ["claimant_usd", "claimant_draw", "claimant_year", "claimant_stratum"]
    assert_same_bits(whole, more.isel(claimant=of_old_strata), claimants)


def test_members_more_leave_the_others_as_they_were(whole):
    """Their cell costs more in every draw and year; other cells cost the same to the last bit."""
    more = simulate(cohort(9, 4, 60), draws=DRAWS, seed=2**40 + 5)
    assert_same_bits(whole.isel(stratum=slice(2)), more.isel(stratum=slice(2)), ["expenditure_usd", "utilization"])
    assert (more["utilization"] >= whole["utilization"]).all()


@pytest.mark.parametrize("seed", [2**40 + 6, 5, 2**41 + 5])
def test_another_seed_changes_everything_that_is_random(whole, seed):
    other = simulate(cohort(9, 4, 6), draws=DRAWS, seed=seed)
    moved = [n for n, v in whole.data_vars.items() if "draw" in v.dims]
    assert len(moved) == 9
    for name in moved:
        same = ((whole[name] == other[name]) & (whole[name] != 0)).values  # a year without a service costs nothing
        if name in ("national_index", "regional_index"):
            same = same[:, [0, 2]]  # the reference year's index is 1 in every draw
        # Counts are small whole numbers and meet now and then; real numbers never.
        assert same.mean() < (0.2 if name == "utilization" else 1e-9), name
    assert whole.attrs["experience_hash"] != other.attrs["experience_hash"]


def test_draws_differ_from_one_another(whole):
    expenditure = whole["expenditure_usd"].values.reshape(DRAWS, -1)
    assert len(np.unique(expenditure.sum(axis=1))) == DRAWS


# ------------------------------------------------------------------------------- members who come and go, programmes
EVERYTHING = {
    "turnover": {"exit_rate_per_month": 0.02, "growth_per_year": 0.05, "source": SOURCE},
    "episodes": {"starts_per_year": 14, "continuation": [0.6, 0.3], "source": SOURCE},
}


def eventful(kind: str) -> xr.Dataset:
    """Rows there for part of the time, members chosen by last year's use, members' scores, a measure, worlds."""
    services = [
        service("visit", overdispersion={"uniform": [1.5, 2.5]}, shared_weight=0.6, persistence=0.5),
        service("stay", utilization_per_1000=900, mean_cost_usd=2000, overdispersion=1.2, shared_weight=1.0),
    ]
    told = assumptions(
        services,
        shared_frailty={"variance": 1.2, "persistence": 0.7},
        market_trend={"national_shock_sd": 0.02, "regional_shock_sd": 0.01},
        provider_group={"effect_sd": 0.03, "persistence": 0.6, "improvement_rate": {"normal": [0.01, 0.005]}},
        risk_score={"coding_growth": 0.01, "noise_sd": 0.02, "sd": 0.9, "r_squared": 0.05},
        quality={"mean": 0.8, "sd": 0.05},
        floor_usd=3000.0,
    )
    stays = {"last_year": {"category": "stay", "at_least": 1}}
    effect = {"use": {"stay": {"normal": [-0.3, 0.1]}}, "price": {}}
    return programmes.cohort(
        interventions={
            "home_visits": programmes.intervention("care_coordination", target=stays, **effect),
            "outreach": programmes.intervention("care_coordination", uptake={"beta": [0.3, 0.1]}, **effect),
        },
        measures={"screening": programmes.measure("colorectal_screening", rate=0.6, share=0.4)},
        of_cells=cells(9, 4, 6, death_rate_per_year=[0.02, 0.0, 0.1]),
        told=told,
        base=(2021, 2022),
        performance=(2023, 2024),
        **{kind: EVERYTHING[kind]},
    )


@pytest.fixture(scope="module", params=EVERYTHING)
def moving(request: pytest.FixtureRequest) -> tuple[xr.Dataset, xr.Dataset]:
    """A cohort of moving members and its experience."""
    ds = eventful(request.param)
    return ds, simulate(ds, draws=DRAWS, seed=2**40 + 5, threads=1, block=DRAWS)


@pytest.mark.parametrize(("threads", "block"), [(1, 1), (2, 7), (2, None)])
def test_threads_and_blocks_change_nothing_where_members_come_and_go(moving, threads, block):
    ds, all_at_once = moving
    again = simulate(ds, draws=DRAWS, seed=2**40 + 5, threads=threads, block=block)
    assert_same_bits(all_at_once, again)
    assert all_at_once.attrs == again.attrs
    assert all_at_once["engaged"].values[..., 0].sum() > 0
    assert len(np.unique(all_at_once["lives"].sum(("year", "stratum")))) > 5


def test_the_reference_engine_gives_the_same_bits_where_members_come_and_go(moving):
    ds, all_at_once = moving
    assert_same_bits(all_at_once, simulate(ds, draws=DRAWS, seed=2**40 + 5, engine="reference", block=9))


def test_more_draws_extend_a_run_where_members_come_and_go(moving):
    ds, all_at_once = moving
    assert_same_bits(simulate(ds, draws=9, seed=2**40 + 5), first_draws(all_at_once, 9))


# ------------------------------------------------------------------------------------ other ways to run the same lines
_RUN = """
import sys
import numba
import numpy as np
from numba.core import config
from vbcsim.core.netcdf import read_datasets
from vbcsim.experience.simulate import simulate

(cohort,) = read_datasets(sys.argv[1], ("cohort",)).values()
experience = simulate(cohort, draws=int(sys.argv[3]), seed=77, threads=1)
if config.BOUNDSCHECK:
    try:
        numba.njit(lambda a, i: a[i])(np.zeros(3), np.uint64(3))
        sys.exit("accesses are not checked")
    except IndexError:
        pass
np.savez(sys.argv[2], **{name: experience[name].values for name in experience.data_vars})
"""


def run_apart(tmp_path: Path, ds: xr.Dataset, draws: int, **environment: str) -> Any:
    """An experience made by another process under other settings of numba; with warnings as errors."""
    from vbcsim.core.netcdf import write_datasets

    write_datasets(tmp_path / "cohort.nc", {"cohort": ds})
    command = [sys.executable, "-W", "error", "-c", _RUN, "cohort.nc", "experience.npz", str(draws)]
    root = str(Path(__file__).resolve().parents[2])
    settings = os.environ | {"VBCSIM_CACHE": str(tmp_path), "PYTHONPATH": root} | environment
    done = subprocess.run(command, cwd=tmp_path, env=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with np.load(tmp_path / "experience.npz") as arrays:
        return dict(arrays)


def assert_as_here(apart: Any, ds: xr.Dataset, draws: int) -> None:
    here = simulate(ds, draws=draws, seed=77)
    assert apart.keys() == set(map(str, here.data_vars))
    for name, values in apart.items():
        assert values.tobytes() == here[name].values.tobytes(), name


def test_without_a_compiler_the_kernel_is_plain_python(tmp_path):
    """Slow, and the same bits: no line of the kernel leans on a compiled type, and none overflows."""
    ds = cohort(2, 1, floor=500.0)
    assert_as_here(run_apart(tmp_path, ds, 2, NUMBA_DISABLE_JIT="1"), ds, 2)
    assert not list(tmp_path.glob("**/*.nbi"))


@pytest.mark.slow
def test_no_access_is_out_of_bounds(tmp_path):
    """Compiled with every index checked, over cells of all sizes, many categories, large means and a list outgrown."""
    services = [
        service(
            f"s{i}",
            utilization_per_1000=1000 * rate,
            overdispersion=0.5 + i % 3,
            persistence=0.3,
            shared_weight=0.2,
            tail_probability=0.02,
            body_sigma=0.5 * (i % 4),
        )
        for i, rate in enumerate([0.0, 0.01, 0.3, 2.0, 7.0, 31.0, 33.0, 64.0, 150.0])
    ]
    told = assumptions(services, shared_frailty={"variance": 1.0, "persistence": 0.5}, floor_usd=0.0)
    rows = cells(1, 2, 3, 40, utilization_relativity=[0.0, 3.0, 1.0, 1.0], frailty_relativity=[1.0, 1.0, 0.0, 0.4])
    ds = cohort_of(told, rows, base=(2018, 2019, 2020), performance=(2022, 2023))
    assert_as_here(run_apart(tmp_path, ds, 60, NUMBA_BOUNDSCHECK="1"), ds, 60)
