"""Blocks of draws on Dask: processes of this machine, or the workers of a scheduler; the bits are those of threads.

The cohort goes to every worker once. A worker that is lost takes its unfinished blocks with it and nothing else: they
are simulated again on another one, by their addresses.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vbcsim.core.errors import BadInput, VbcsimError
from vbcsim.core.text import visible
from vbcsim.core.version import VERSION
from vbcsim.experience.blocks import Simulation, block_size
from vbcsim.experience.compiled import kernel_sources
from vbcsim.experience.parts import Part, Range, missing, pieces
from vbcsim.random.streams import STREAM_VERSION

if TYPE_CHECKING:
    import xarray as xr
    from distributed import Client

    from vbcsim.experience.record import Variables

__all__ = ["ClusterRunner", "on_cluster"]

_TARGET_MEMBER_PERIODS = 4_000_000
"""Member-periods of a block: seconds, beside which what a task costs the scheduler does not count."""
_BLOCKS_PER_WORKER = 8
"""At least so many, so that no worker waits long for the last one."""
_LOOK_SECONDS = 0.5
_PATIENCE_SECONDS = 60.0
"""How long to wait for a worker where there is none left."""
_TRIES = 5
"""How often blocks are given out again after the whole cluster lost what it held."""


@contextlib.contextmanager
def on_cluster(
    address: str | None, workers: int | None, told: Callable[[str], None] = lambda _: None
) -> Iterator[ClusterRunner]:
    """A runner on the workers of the scheduler at ``address``, or on so many new processes of this machine.

    :param told: called with a sentence about the cluster once it is there.
    :raises BadInput: where Dask is not installed, the scheduler does not answer, or its workers run another vbcsim.
    """
    try:
        import distributed  # noqa: F401
    except ImportError:
        option = "--workers" if address is None else "--cluster"
        raise BadInput(option, 'needs Dask, which is not installed; pip install "vbcsim[cluster]"') from None
    with _client(address, workers) as client:
        _refuse_another_vbcsim(client, address)
        count = len(_threads(client))
        told(f"{count} worker{'s' if count != 1 else ''} at {_address(client)}")
        yield ClusterRunner(client)


@contextlib.contextmanager
def _client(address: str | None, workers: int | None) -> Iterator[Client]:
    from distributed import Client, LocalCluster

    if address is None:
        options: dict[str, Any] = {"n_workers": workers, "threads_per_worker": 1, "processes": True}
        with (
            LocalCluster(**options, dashboard_address="127.0.0.1:0", memory_limit=None, silence_logs=50) as cluster,
            Client(cluster, set_as_default=False) as client,
        ):
            yield client
        return
    try:
        client = Client(address, timeout=10, set_as_default=False)  # a default would rule other uses of Dask
    except (
        OSError,
        ValueError,
        TypeError,
        AssertionError,
    ) as error:  # the last: Dask's own thread did not start in time
        reason = visible(str(error).splitlines()[0] if str(error) else type(error).__name__)
        message = f"no Dask scheduler answers at {visible(address)} ({reason}); start one with `dask scheduler`"
        raise BadInput("--cluster", message) from None
    with client:
        yield client


def _address(client: Client) -> str:
    return str(client.scheduler_info(n_workers=0)["address"])


def _threads(client: Client) -> dict[str, int]:
    """Threads of each worker, once there is one."""
    with contextlib.suppress(TimeoutError):
        client.wait_for_workers(1, timeout=_PATIENCE_SECONDS)
    return dict(client.nthreads())


def versions() -> str:
    """What decides the bits of a worker's results."""
    return f"vbcsim {VERSION}, streams {STREAM_VERSION}, kernels {kernel_sources()[:12]}"


def _versions_of_worker() -> str:
    try:
        from vbcsim.experience.cluster import versions
    except ImportError:
        return "no vbcsim"
    return versions()


def _refuse_another_vbcsim(client: Client, address: str | None) -> None:
    place = "--workers" if address is None else "--cluster"
    if not _threads(client):
        message = f"the scheduler at {_address(client)} has no worker; start some with `dask worker`"
        raise BadInput(place, message)
    try:
        found: Mapping[str, str] = client.run(_versions_of_worker)
    except ModuleNotFoundError:
        found = {"a worker": "no vbcsim"}
    others = {worker: told for worker, told in found.items() if told != versions()}
    for worker, told in others.items():
        message = f"{visible(worker)} runs {told}, and here is {versions()}; install the same vbcsim there"
        raise BadInput(place, message)


@dataclass(frozen=True)
class _Asked:
    """What names a simulation on a worker."""

    experience_hash: str
    seed: int
    engine: str
    shift: tuple[tuple[str, int], ...]


_simulations: dict[_Asked, Simulation] = {}
_lock = threading.Lock()


def simulate_block(cohort: xr.Dataset, asked: _Asked, start: int, stop: int) -> Variables:
    """A task: the variables by draw of a block. A process makes a cohort ready once."""
    from vbcsim.experience.simulate import simulation_of

    with _lock:
        if asked not in _simulations:
            _simulations.clear()
            _simulations[asked] = simulation_of(cohort, seed=asked.seed, engine=asked.engine, shift=dict(asked.shift))
        simulation = _simulations[asked]
    return simulation.variables(start, stop)


@dataclass(frozen=True)
class ClusterRunner:
    """Simulates blocks as tasks of a cluster; see ``blocks.Runner``."""

    client: Client

    def __call__(self, simulation: Simulation, ranges: Sequence[Range]) -> Generator[list[Part], None, None]:
        """The parts of all of the ranges, as they come back."""
        from vbcsim.experience.simulate import experience_hash

        shift = simulation.layers.shift
        name = experience_hash(simulation.cohort, simulation.seed, simulation.name, shift)
        asked = _Asked(name, simulation.seed, simulation.name, tuple(sorted(shift.items())))
        # The first draw is simulated here, while workers start: they then find the kernels compiled.
        first = ranges[0][0]
        yield [Part(first, first + 1, simulation.variables(first, first + 1))]
        last = max(stop for _, stop in ranges)
        there = [(0, first + 1), *missing(ranges, last)]
        for _ in range(_TRIES):
            left = missing(there, last)
            if not left:
                return
            for part in self._round(simulation, asked, left):
                there.append((part.start, part.stop))
                yield [part]
            if not _threads(self.client):
                break
        if missing(there, last):
            raise VbcsimError("the cluster lost its workers again and again; look at their logs, then run this again")

    def _round(self, simulation: Simulation, asked: _Asked, ranges: Sequence[Range]) -> Iterator[Part]:
        """Give out ranges once; parts as they come back, those of blocks that failed by no fault of theirs left out."""
        from distributed import CancelledError, KilledWorker, as_completed
        from distributed.client import FutureCancelledError

        lost = (CancelledError, FutureCancelledError, KilledWorker, OSError)
        draws = sum(stop - start for start, stop in ranges)
        tasks = _BLOCKS_PER_WORKER * max(sum(_threads(self.client).values()), 1)
        size = block_size(simulation.member_periods, draws, tasks, _TARGET_MEMBER_PERIODS)
        cohort = self.client.scatter(simulation.cohort, broadcast=True, hash=False)
        running = {
            self.client.submit(simulate_block, cohort, asked, *piece, pure=False, retries=2): piece
            for piece in pieces(ranges, size)
        }
        try:
            for future in as_completed(list(running), loop=self.client.loop):
                piece = running.pop(future)
                try:
                    yield Part(*piece, future.result())
                except lost:
                    continue
                finally:
                    future.release()
        finally:
            self.client.cancel(list(running), force=True)
