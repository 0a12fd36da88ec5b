"""What every test may use: the shared data folder, the repository's root, and hypothesis profiles."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).resolve().parent.parent

# Property tests try the same examples on every run, so that a red run can be repeated; `HYPOTHESIS_PROFILE=search`
# looks for new ones. No deadline: a first call may compile a kernel.
_quiet = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow], "print_blob": True}
settings.register_profile("fixed", derandomize=True, database=None, **_quiet)
settings.register_profile("search", max_examples=2000, **_quiet)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the working tree."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public-use files that stands beside the repository (``<shared>/data``, with mssp/ and meps/).

    ``VBCSIM_SHARED`` names the shared folder; without it, ``../shared``. A test that needs it is skipped without it.
    """
    shared = Path(os.environ.get("VBCSIM_SHARED") or REPOSITORY.parent / "shared")
    data = shared / "data"
    if not data.is_dir():
        pytest.skip(f"the public-use files are not here: {data} is no folder (VBCSIM_SHARED names another place)")
    return data


@pytest.fixture(scope="session")
def small_run():
    """A finished run of the shipped ACO with few members and draws, for tests of what is done with a run."""
    import vbcsim

    few = ["cohort.cells[1].members=50", "cohort.cells[2].members=50", "cohort.cells[3].members=300"]
    return vbcsim.run(REPOSITORY / "scenarios" / "mssp_aco.yaml", overrides=["draws=400", "split_draws=0", *few])
