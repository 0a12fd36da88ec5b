"""Dask: the bits of threads, also when a worker is killed; what does not fit is refused in a sentence."""

from __future__ import annotations

import os
import re
import signal
import sys
import time

import pytest

from tests.experience.test_simulate import cohort
from vbcsim.core.errors import BadInput
from vbcsim.experience import cluster as module
from vbcsim.experience.cluster import on_cluster
from vbcsim.experience.parts import cut, part_of
from vbcsim.experience.simulate import simulate

# What Dask itself warns of when processes come and go is not ours.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="module")
def runner():
    with on_cluster(None, 2) as runner:
        yield runner


def _small_blocks(monkeypatch, periods: int = 1) -> None:
    monkeypatch.setattr(module, "_TARGET_MEMBER_PERIODS", periods)


@pytest.mark.parametrize("engine", ["members", "pooled"])
def test_the_bits_are_those_of_threads(runner, monkeypatch, engine):
    _small_blocks(monkeypatch)
    asked = {"draws": 30, "seed": 11, "engine": engine}
    here = simulate(cohort(floor=3000.0), **asked)
    seen: list[int] = []
    there = simulate(cohort(floor=3000.0), **asked, runner=runner, progress=lambda done, _: seen.append(done))
    assert there.identical(here)
    assert (seen[0], seen[-1]) == (0, 30)
    assert len(seen) > 20
    moved = {"draws": 10, "shift": {"process": 1000}}
    assert simulate(cohort(), **moved, runner=runner).identical(simulate(cohort(), **moved))


def test_only_what_is_missing_goes_to_the_workers(runner):
    whole = simulate(cohort(floor=3000.0), draws=20, seed=2)
    part = part_of(whole)
    asked: list[tuple[int, int]] = []

    def counted(simulation, ranges):
        asked.extend(ranges)
        return runner(simulation, ranges)

    known = [cut(part, 4, 9), cut(part, 15, 20)]
    assert simulate(cohort(floor=3000.0), draws=20, seed=2, known=known, runner=counted).identical(whole)
    assert asked == [(0, 4), (9, 15)]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_survives_the_kill_of_a_worker(monkeypatch, workers):
    """With one worker nothing is left of the cohort that was sent: it goes out again."""
    _small_blocks(monkeypatch, 20_000)
    asked = {"draws": 1200, "seed": 4, "engine": "members"}
    killed: list[int] = []
    with on_cluster(None, workers) as runner:
        pids = list(runner.client.run(os.getpid).values())

        def kill(done: int, draws: int) -> None:
            if not killed and done > draws // 10:
                os.kill(pids[0], signal.SIGKILL)
                killed.append(done)

        there = simulate(cohort(floor=3000.0), **asked, runner=runner, progress=kill)
        # The nanny starts another process in place of the one that was killed.
        end = time.monotonic() + 60
        while (now := list(runner.client.run(os.getpid).values())) == pids or len(now) < workers:
            assert time.monotonic() < end
            time.sleep(0.2)
    assert killed[0] < 1200
    assert there.identical(simulate(cohort(floor=3000.0), **asked))


def test_a_scheduler_by_its_address(runner):
    address = runner.client.scheduler_info(n_workers=0)["address"]
    told: list[str] = []
    with on_cluster(address, None, told.append) as again:
        there = simulate(cohort(), draws=6, runner=again)
    assert there.identical(simulate(cohort(), draws=6))
    assert told == [f"2 workers at {address}"]


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", "http://127.0.0.1:1"])
def test_a_scheduler_that_does_not_answer(address, monkeypatch):
    with pytest.raises(BadInput, match=re.escape(f"--cluster: no Dask scheduler answers at {address} (")):
        on_cluster(address, None).__enter__()


def test_workers_with_another_vbcsim_are_refused(runner, monkeypatch):
    address = runner.client.scheduler_info(n_workers=0)["address"]
    monkeypatch.setattr(module, "VERSION", "9.9.9")
    with pytest.raises(BadInput, match=r"--cluster: tcp://.* runs vbcsim \d.* and here is vbcsim 9\.9\.9"):
        on_cluster(address, None).__enter__()


def test_without_dask_the_way_to_get_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(BadInput, match=r'--workers: needs Dask, .*pip install "vbcsim\[cluster\]"'):
        on_cluster(None, 2).__enter__()


def test_other_uses_of_dask_are_left_alone(tmp_path):
    """Neither a scheduler that answers nor one that does not becomes the default for writing a file."""
    import dask

    with pytest.raises(BadInput), on_cluster("tcp://127.0.0.1:9", 0):
        pass
    assert dask.config.get("scheduler", None) is None
    simulate(cohort(3), draws=2).to_netcdf(tmp_path / "e.nc", engine="h5netcdf")
