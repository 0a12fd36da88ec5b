"""The blocks of draws of a run: simulated on the threads of this process, or wherever else a runner takes them."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Protocol

from vbcsim.experience.parts import Part, Range, fitting, missing, pieces

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.experience.layers import LayerDraws
    from vbcsim.experience.record import Variables

__all__ = ["Finished", "Progress", "Runner", "Simulation", "block_size", "cores", "gather", "on_threads"]

Progress = Callable[[int, int], None]
_TARGET_MEMBER_PERIODS = 600_000
"""Member-periods of a block: a fraction of a second, so that progress shows and threads share the work."""
_LOOK_SECONDS = 0.2


class Simulation(Protocol):
    """A cohort with all that decides what happens to it; the same bits for a draw whoever asks for it."""

    @property
    def cohort(self) -> xr.Dataset:
        """The cohort."""

    @property
    def name(self) -> str:
        """The engine."""

    @property
    def seed(self) -> int:
        """The key of the random numbers."""

    @property
    def layers(self) -> LayerDraws:
        """The draw numbers of each layer."""

    @property
    def member_periods(self) -> int:
        """The work of a draw, in members simulated for a period."""

    def variables(self, start: int, stop: int) -> Variables:
        """The variables by draw of the draws ``start`` to ``stop - 1``."""

    def experience(self, part: Part) -> xr.Dataset:
        """The experience dataset of a part; its draws count from nought."""


class Runner(Protocol):
    """Simulates ranges of draws; gives parts as they are finished, in any order, and nothing now and then."""

    def __call__(self, simulation: Simulation, ranges: Sequence[Range]) -> Generator[list[Part], None, None]:
        """The parts of all of the ranges."""


Finished = Callable[[Simulation, list[Part]], None]
"""Called from the calling thread with parts that were finished just now."""


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def block_size(member_periods: int, draws: int, workers: int, target: int = _TARGET_MEMBER_PERIODS) -> int:
    """Draws of a block, such that every worker has as many blocks as any other, and none is above the target."""
    wanted = max(1, target // max(member_periods, 1))
    rounds = -(-draws // (wanted * workers))
    return -(-draws // (rounds * workers))


def on_threads(threads: int | None, block: int | None) -> Runner:
    """A runner on threads of this process (none: every core), with blocks of so many draws (none: as many as suit)."""
    return partial(_threaded, threads=threads or cores(), block=block)


def _threaded(
    simulation: Simulation, ranges: Sequence[Range], *, threads: int, block: int | None
) -> Generator[list[Part], None, None]:
    draws = sum(stop - start for start, stop in ranges)
    size = block or block_size(simulation.member_periods, draws, threads)
    with ThreadPoolExecutor(threads, thread_name_prefix="vbcsim") as pool:
        running = {pool.submit(simulation.variables, *piece): piece for piece in pieces(ranges, size)}
        try:
            while running:
                # Not the first finished one: with many small blocks, waiting anew for each would take longer than they.
                done, _ = wait(running, timeout=_LOOK_SECONDS, return_when=FIRST_EXCEPTION)
                yield [Part(*running.pop(future), future.result()) for future in done]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def gather(
    simulation: Simulation,
    draws: int,
    runner: Runner,
    *,
    known: Sequence[Part] = (),
    finished: Finished | None = None,
    progress: Progress | None = None,
) -> list[Part]:
    """Every part of ``draws`` draws: those already known, and those that a runner simulates for it."""
    found = fitting(known, draws)
    ranges = missing([(part.start, part.stop) for part in found], draws)
    done = draws - sum(stop - start for start, stop in ranges)
    if progress is not None:
        progress(done, draws)
    if not ranges:
        return found
    with closing(runner(simulation, ranges)) as arriving:
        for parts in arriving:
            found.extend(parts)
            done += sum(part.stop - part.start for part in parts)
            if progress is not None:
                progress(done, draws)
            if finished is not None and parts:
                finished(simulation, parts)
    return found
