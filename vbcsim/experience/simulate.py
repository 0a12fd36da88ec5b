"""Simulate an experience: blocks of draws on threads, the same bits for any number of either."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.dataset import label
from vbcsim.core.errors import BadInput, VbcsimError
from vbcsim.core.version import VERSION
from vbcsim.experience.claims import Block, Engine, member_claims
from vbcsim.experience.compiled import compile_kernel
from vbcsim.experience.engines import ENGINES
from vbcsim.experience.intervening import Interventions, draw_interventions
from vbcsim.experience.layers import LayerDraws
from vbcsim.experience.prepare import KernelInputs, periods_per_year, prepare
from vbcsim.experience.record import Drawn, Variables, exposure_variables, variables_of
from vbcsim.experience.systemic import BlockDraws, draw_block
from vbcsim.experience.turnover import draw_turnover
from vbcsim.random.streams import STREAM_VERSION

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["ENGINES", "experience_hash", "simulate"]

Progress = Callable[[int, int], None]
_LIKE_MEMBERS = 20.0
"""A pooled row takes the time of so many members."""
_TARGET_MEMBER_PERIODS = 400_000
"""Member-periods of a block: a fraction of a second, so that progress shows and threads share the work."""


@dataclass(frozen=True)
class _Work:
    """What every block of a run shares."""

    cohort: xr.Dataset
    inputs: KernelInputs
    name: str
    engine: Engine
    seed: int
    layers: LayerDraws

    def variables(self, start: int, stop: int) -> Variables:
        """The variables by draw of the draws start..stop-1."""
        where = (self.cohort, self.seed, self.layers, start, stop)
        shared = draw_block(*where)
        interventions = draw_interventions(*where)
        members = draw_turnover(*where, engine=self.name)
        block = self._block(shared, interventions, members, start, stop)
        drawn = Drawn(self.cohort, self.layers, start, stop, block, shared, interventions, self.engine(block))
        return variables_of(drawn)

    def _block(
        self,
        shared: BlockDraws,
        interventions: Interventions | None,
        members: NDArray[np.int64],
        start: int,
        stop: int,
    ) -> Block:
        """What the engine reads: the shared layers, and on top of them what interventions do."""
        rate, cost = shared.rate_multiplier, shared.cost_multiplier
        n_draws, _, n_periods, n_categories = rate.shape
        per_year = n_periods // len(self.inputs.years)
        uptake, target = np.zeros((n_draws, 0, n_periods)), np.zeros((n_draws, 0, n_periods, n_categories))
        if interventions is not None:
            rate = rate * np.repeat(interventions.rate, per_year, axis=2)
            cost = cost * np.repeat(interventions.price, per_year, axis=2)
            rules = interventions.rules
            uptake = np.repeat(np.tile(rules.uptake, (n_draws, 1, 1)), per_year, axis=2)
            target = np.repeat(rules.multiplier, per_year, axis=2)
        return Block(
            inputs=self.inputs,
            seed=self.seed,
            first_draw=int(self.layers.ids("process", start, stop)[0]),
            row_members=members,
            rate_multiplier=rate,
            cost_multiplier=cost,
            world=shared.world,
            target_uptake=uptake,
            target_multiplier=target,
        )


def simulate(
    cohort: xr.Dataset,
    *,
    draws: int,
    seed: int = 1,
    engine: str = "members",
    threads: int | None = None,
    progress: Progress | None = None,
    block: int | None = None,
    shift: Mapping[str, int] | None = None,
) -> xr.Dataset:
    """The experience dataset of a cohort (``docs/reference``: expenditure, utilization, indices, large claimants).

    :param cohort: from ``build_cohort``.
    :param draws: number of draws, at least 1.
    :param seed: key of the random numbers, 0 to 2**64 - 1.
    :param engine: one of ``ENGINES``.
    :param threads: threads (none: every core); block: draws per block. Neither changes a bit of the result.
    :param progress: called as ``progress(draws_done, draws)`` from the calling thread.
    :param shift: what is added to the draw numbers of a layer of ``layers.LAYERS``: that layer is drawn anew.
    :raises BadInput: on an argument out of range.
    """
    layers = LayerDraws(dict(shift or {}))
    _check(draws, seed, engine, threads, block)
    layers.check(draws)
    inputs = prepare(cohort)
    work = _Work(cohort, inputs, engine, _engine(engine, inputs), seed, layers)
    size = block or _block_size(_work_of_draw(engine, inputs), draws, threads or _cores())
    variables = _run_blocks(work.variables, draws, size, threads or _cores(), progress)
    return _dataset(work, variables, draws)


def experience_hash(cohort: xr.Dataset, seed: int, engine: str, shift: Mapping[str, int] | None = None) -> str:
    """SHA-256 of all that decides an experience, and of nothing else; draws only extend it."""
    moved = "".join(f" {layer}+{by}" for layer, by in sorted((shift or {}).items()) if by)
    length = f"{cohort.attrs['months']} {periods_per_year(cohort)}"
    digest = hashlib.sha256(f"{STREAM_VERSION} {seed} {engine} {length}{moved}".encode())
    for name in sorted(map(str, [*cohort.data_vars, *cohort.coords])):
        values = cohort[name].values
        digest.update(f"{name} {cohort[name].dims} {values.shape}".encode())
        digest.update("\0".join(map(str, values.ravel())).encode() if values.dtype.kind in "OU" else values.tobytes())
    return digest.hexdigest()


def _check(draws: int, seed: int, engine: str, threads: int | None, block: int | None) -> None:
    if not 1 <= draws < 2**31:
        raise BadInput("draws", f"{draws} is not possible; ask for 1 to 2,147,483,647")
    if not 0 <= seed < 2**64:
        raise BadInput("seed", f"{seed} is not possible; choose a whole number from 0 to 2**64 - 1")
    if engine not in ENGINES:
        raise BadInput("engine", f'"{engine}" is not an engine; choose one of {", ".join(ENGINES)}')
    for name, value in (("threads", threads), ("block", block)):
        if value is not None and value < 1:
            raise BadInput(name, f"{value} is not possible; ask for at least 1")


def _engine(name: str, inputs: KernelInputs) -> Engine:
    if name == "pooled":
        from vbcsim.experience.pooled_claims import pooled_engine

        return pooled_engine(inputs)
    if name == "reference":
        from vbcsim.experience.twins import simulate_members

        return partial(member_claims, simulate_members)
    return partial(member_claims, compile_kernel("simulate_members"))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _work_of_draw(engine: str, inputs: KernelInputs) -> int:
    """Member-periods of a draw; a pooled row counts for so many members as take its time."""
    if engine != "pooled":
        return int(inputs.member_periods)
    return int(np.minimum(inputs.row_expected, _LIKE_MEMBERS) @ (inputs.row_last - inputs.row_first + 1))


def _block_size(member_periods: int, draws: int, threads: int) -> int:
    wanted = max(1, _TARGET_MEMBER_PERIODS // max(member_periods, 1))
    return max(1, min(wanted, -(-draws // threads)))


def _run_blocks(
    work: Callable[[int, int], Variables], draws: int, size: int, threads: int, progress: Progress | None
) -> Variables:
    """Run every block and put them together in the order of their draws."""
    starts = range(0, draws, size)
    with ThreadPoolExecutor(threads, thread_name_prefix="vbcsim") as pool:
        futures: list[Future[Variables]] = [pool.submit(work, start, min(start + size, draws)) for start in starts]
        pending = set(futures)
        try:
            while pending:
                done, pending = wait(pending, timeout=0.2, return_when=FIRST_EXCEPTION)
                if progress is not None:
                    progress(min(size * sum(f.done() for f in futures), draws), draws)
                for future in done:
                    future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    blocks = [future.result() for future in futures]
    return {
        name: (dims, np.concatenate([block.pop(name)[1] for block in blocks]))
        for name, (dims, _) in list(blocks[0].items())
    }


def _dataset(work: _Work, variables: Variables, draws: int) -> xr.Dataset:
    import xarray as xr

    if not np.isfinite(variables["expenditure_usd"][1]).all():
        raise VbcsimError("the simulated expenditure is not finite; lower the trends or the mean costs of the scenario")
    cohort, inputs = work.cohort, work.inputs
    per_year = len(inputs.times) // len(inputs.years)
    exposure = exposure_variables(inputs, inputs.row_expected[None], per_year)
    data = {
        **{name: (("year", "stratum"), values[0]) for name, values in exposure.items()},
        **variables,
        "prospective_index": ("year", cohort["prospective_index"].values),
        "claimant_floor_usd": ("stratum", inputs.floor),
    }
    attrs = {
        "experience_hash": experience_hash(cohort, work.seed, work.name, work.layers.shift),
        "seed": str(work.seed),
        "engine": work.name,
        "draws": draws,
        "members": int(inputs.cell_members.sum()),
        "vbcsim_version": VERSION,
        "stream_version": STREAM_VERSION,
    }
    dataset = xr.Dataset(data, _coords(cohort) | {"draw": np.arange(draws)}, attrs)
    return label(dataset, {"": f"simulated, engine {work.name}, seed {work.seed}"})


def _coords(cohort: xr.Dataset) -> dict[str, xr.DataArray]:
    """The cohort's coordinates along the dims of an experience; strata keep the values of their attributes."""
    kept = {"year", "stratum", "category", "intervention", "measure", "half", "uncertain"}
    return {str(name): coord for name, coord in cohort.coords.items() if set(coord.dims) <= kept and name != "service"}
