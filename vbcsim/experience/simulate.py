"""Simulate an experience: blocks of draws on threads, the same bits for any number of either."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.dataset import label
from vbcsim.core.errors import BadInput, VbcsimError
from vbcsim.core.version import VERSION
from vbcsim.experience.blocks import Finished, Progress, Runner, Simulation, gather, on_threads
from vbcsim.experience.claims import Block, Engine, member_claims
from vbcsim.experience.collective.build import is_collective
from vbcsim.experience.collective.simulate import ENGINE as COLLECTIVE
from vbcsim.experience.collective.simulate import CollectiveSimulation
from vbcsim.experience.compiled import compile_kernel
from vbcsim.experience.engines import CHOICES, ENGINES
from vbcsim.experience.intervening import Interventions, draw_interventions
from vbcsim.experience.layers import LayerDraws
from vbcsim.experience.parameters import named_parameters
from vbcsim.experience.parts import Part, together
from vbcsim.experience.prepare import KernelInputs, periods_per_year, prepare
from vbcsim.experience.record import Drawn, Variables, exposure_variables, variables_of
from vbcsim.experience.systemic import BlockDraws, draw_block
from vbcsim.experience.turnover import draw_turnover
from vbcsim.random.streams import STREAM_VERSION

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["ENGINES", "chosen_engine", "experience_hash", "simulate", "simulation_of"]

_DRAWS_FOR_BOUND = 16
_LIKE_MEMBERS = 20.0
"""A pooled row takes the time of so many members."""


@dataclass(frozen=True)
class Simulated:
    """A cohort with all that decides what happens to it; gives any of its draws."""

    cohort: xr.Dataset
    inputs: KernelInputs
    name: str
    engine: Engine
    seed: int
    layers: LayerDraws

    @property
    def member_periods(self) -> int:
        """The work of a draw, in members simulated for a period."""
        return _work_of_draw(self.name, self.inputs)

    def experience(self, part: Part) -> xr.Dataset:
        """The experience dataset of a part; its draws count from nought."""
        variables = dict(part.variables)
        dims, draw = variables["claimant_draw"]
        variables["claimant_draw"] = (dims, draw - np.int32(part.start))
        return _dataset(self, variables, part.stop - part.start)

    def variables(self, start: int, stop: int) -> Variables:
        """The variables by draw of the draws start..stop-1."""
        where = (self.cohort, self.seed, self.layers, start, stop)
        shared = draw_block(*where)
        interventions = draw_interventions(*where)
        members = draw_turnover(*where, engine=self.name)
        block = self._block(shared, interventions, members, start, stop)
        drawn = Drawn(self.cohort, self.layers, start, stop, block, shared, interventions, self.engine(block))
        return variables_of(drawn)

    def missed(self, draws: int) -> dict[str, float | int]:
        """What the pooled engine may miss in the list of large claimants, from the first few draws' multipliers."""
        from vbcsim.experience.pooled_claims import PooledEngine, by_member

        if not isinstance(self.engine, PooledEngine):
            return {}
        stop = min(draws, _DRAWS_FOR_BOUND)
        where = (self.cohort, self.seed, self.layers, 0, stop)
        members = np.zeros((stop, len(self.inputs.row_first)), dtype=np.int64)
        found = self.engine.missed(self._block(draw_block(*where), draw_interventions(*where), members, 0, stop))
        return {
            "neglected_claimants_per_draw": found.claimants,
            "neglected_excess_usd": found.excess_usd,
            "by_member_cells": len(set(self.inputs.row_cell[by_member(self.inputs)].tolist())),
        }

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
    runner: Runner | None = None,
    known: Sequence[Part] = (),
    finished: Finished | None = None,
) -> xr.Dataset:
    """The experience dataset of a cohort (``docs/reference``: expenditure, utilization, indices, large claimants).

    :param cohort: from ``build_cohort``.
    :param draws: number of draws, at least 1.
    :param seed: key of the random numbers, 0 to 2**64 - 1.
    :param engine: one of ``ENGINES``, or ``auto`` for the faster one that the cohort allows.
    :param threads: threads (none: every core); block: draws per block. Neither changes a bit of the result.
    :param progress: called as ``progress(draws_done, draws)`` from the calling thread.
    :param shift: what is added to the draw numbers of a layer of ``layers.LAYERS``, or of one uncertain thing by its
        name: it is drawn anew.
    :param runner: where blocks are simulated (none: on ``threads`` of this process).
    :param known: parts of this very experience, which are not simulated again.
    :param finished: called from the calling thread with parts as they are finished.
    :raises BadInput: on an argument out of range.
    """
    _check(draws, seed, engine, threads, block)
    work = simulation_of(cohort, seed=seed, engine=engine, shift=shift)
    work.layers.check(draws, named_parameters(cohort))
    where = runner or on_threads(threads, block)
    parts = gather(work, draws, where, known=known, finished=finished, progress=progress)
    return work.experience(Part(0, draws, together(parts)))


def simulation_of(
    cohort: xr.Dataset, *, seed: int = 1, engine: str = "members", shift: Mapping[str, int] | None = None
) -> Simulation:
    """A cohort, or the risks in its place, made ready to be simulated by blocks; see ``simulate``."""
    engine, layers = chosen_engine(cohort, engine), LayerDraws(dict(shift or {}))
    if engine == COLLECTIVE:
        return CollectiveSimulation(cohort, seed, layers, experience_hash(cohort, seed, engine, layers.shift))
    inputs = prepare(cohort)
    return Simulated(cohort, inputs, engine, _engine(engine, inputs), seed, layers)


def experience_hash(cohort: xr.Dataset, seed: int, engine: str, shift: Mapping[str, int] | None = None) -> str:
    """SHA-256 of all that decides an experience, and of nothing else; draws only extend it."""
    engine = chosen_engine(cohort, engine)
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
    if engine not in (*CHOICES, COLLECTIVE):
        raise BadInput("engine", f'"{engine}" is not an engine; choose one of {", ".join(CHOICES)}')
    for name, value in (("threads", threads), ("block", block)):
        if value is not None and value < 1:
            raise BadInput(name, f"{value} is not possible; ask for at least 1")


def chosen_engine(cohort: xr.Dataset, engine: str) -> str:
    """The engine's own name; ``auto`` is the faster one for the cohort; risks have an engine of their own."""
    if is_collective(cohort):
        return COLLECTIVE
    if engine != "auto":
        return engine
    from vbcsim.experience.pooled_choice import faster_engine

    return faster_engine(cohort)


def _engine(name: str, inputs: KernelInputs) -> Engine:
    if name == "pooled":
        from vbcsim.experience.pooled_claims import pooled_engine

        return pooled_engine(inputs)
    if name == "reference":
        from vbcsim.experience.twins import simulate_members

        return partial(member_claims, simulate_members)
    return partial(member_claims, compile_kernel("simulate_members"))


def _work_of_draw(engine: str, inputs: KernelInputs) -> int:
    """Member-periods of a draw; a pooled row counts for so many members as take its time."""
    if engine != "pooled":
        return int(inputs.member_periods)
    return int(np.minimum(inputs.row_expected, _LIKE_MEMBERS) @ (inputs.row_last - inputs.row_first + 1))


def _dataset(work: Simulated, variables: Variables, draws: int) -> xr.Dataset:
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
        **work.missed(draws),
    }
    dataset = xr.Dataset(data, _coords(cohort) | {"draw": np.arange(draws)}, attrs)
    return label(dataset, {"": f"simulated, engine {work.name}, seed {work.seed}"})


def _coords(cohort: xr.Dataset) -> dict[str, xr.DataArray]:
    """The cohort's coordinates along the dims of an experience; strata keep the values of their attributes."""
    kept = {"year", "stratum", "category", "intervention", "measure", "half", "uncertain"}
    return {str(name): coord for name, coord in cohort.coords.items() if set(coord.dims) <= kept and name != "service"}
