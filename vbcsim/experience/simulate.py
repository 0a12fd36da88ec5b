"""Simulate an experience: blocks of draws on threads, the same bits for any number of either."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.dataset import label
from vbcsim.core.errors import BadInput, VbcsimError
from vbcsim.core.version import VERSION
from vbcsim.experience.compiled import compile_kernel
from vbcsim.experience.engines import ENGINES
from vbcsim.experience.layers import LayerDraws
from vbcsim.experience.prepare import KernelInputs, prepare
from vbcsim.experience.systemic import BlockDraws, draw_block
from vbcsim.random.streams import STREAM_VERSION

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["ENGINES", "experience_hash", "simulate"]

Progress = Callable[[int, int], None]
Variables = dict[str, tuple[tuple[str, ...], NDArray[Any]]]
"""Dimensions and values of variables by name."""
_TARGET_MEMBER_YEARS = 400_000
"""Member-years of a block: a fraction of a second, so that progress shows and threads share the work."""


@dataclass(frozen=True)
class _Claims:
    """Claims of a block of draws, by draw, period and stratum, and large claimants; as the kernel fills them."""

    expenditure: NDArray[np.float64]
    utilization: NDArray[np.float64]
    morbidity: NDArray[np.float64]
    engaged: NDArray[np.float64]
    claimant_usd: NDArray[np.float64]
    claimant_where: NDArray[np.int32]


@dataclass(frozen=True)
class _Work:
    """What every block of a run shares."""

    cohort: xr.Dataset
    inputs: KernelInputs
    kernel: Callable[..., int]
    seed: int
    layers: LayerDraws

    def block(self, start: int, stop: int) -> Variables:
        """The variables by draw of the draws start..stop-1; draws of claimants are counted from the first block."""
        shared = draw_block(self.cohort, self.seed, self.layers, start, stop)
        row_members = np.ascontiguousarray(np.tile(self.inputs.row_expected.astype(np.int64), (stop - start, 1)))
        return _variables(self.cohort, _claims(self, shared, row_members, start, stop), shared)


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
    work = _Work(cohort, inputs, _kernel(engine), seed, layers)
    size = block or _block_size(int(inputs.member_periods), draws, threads or _cores())
    variables = _run_blocks(work.block, draws, size, threads or _cores(), progress)
    return _dataset(cohort, variables, draws=draws, seed=seed, engine=engine, shift=layers.shift)


def experience_hash(cohort: xr.Dataset, seed: int, engine: str, shift: Mapping[str, int] | None = None) -> str:
    """SHA-256 of all that decides an experience, and of nothing else; draws only extend it."""
    moved = "".join(f" {layer}+{by}" for layer, by in sorted((shift or {}).items()) if by)
    digest = hashlib.sha256(f"{STREAM_VERSION} {seed} {engine} {cohort.attrs['months']}{moved}".encode())
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


def _kernel(engine: str) -> Callable[..., int]:
    if engine == "reference":
        from vbcsim.experience.twins import simulate_members

        return simulate_members
    return compile_kernel("simulate_members")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _block_size(member_years: int, draws: int, threads: int) -> int:
    wanted = max(1, _TARGET_MEMBER_YEARS // max(member_years, 1))
    return max(1, min(wanted, -(-draws // threads)))


def _claims(work: _Work, shared: BlockDraws, row_members: NDArray[np.int64], start: int, stop: int) -> _Claims:
    """Claims of draws start..stop-1; asks again with more room where the list of large claimants was too short."""
    inputs = work.inputs
    n_periods, n_categories = inputs.rate.shape[1:]
    by_stratum = (stop - start, n_periods, len(inputs.floor))
    n_rules = len(inputs.target_least)
    capacity = max(256, int(inputs.member_periods * (stop - start) / 20))
    while True:
        claims = _Claims(
            expenditure=np.zeros((*by_stratum, n_categories)),
            utilization=np.zeros((*by_stratum, n_categories)),
            morbidity=np.zeros(by_stratum),
            engaged=np.zeros((*by_stratum, n_rules)),
            claimant_usd=np.empty(capacity),
            claimant_where=np.empty((capacity, 3), dtype=np.int32),
        )
        found = work.kernel(
            *(claims.expenditure, claims.utilization, claims.morbidity, claims.engaged),
            *(claims.claimant_usd, claims.claimant_where),
            *(np.uint32(work.seed % 2**32), np.uint32(work.seed >> 32)),
            *(int(work.layers.ids("process", start, stop)[0]), row_members),
            *(inputs.row_first, inputs.row_last, inputs.stratum, inputs.cls, inputs.profile),
            *(inputs.rate, inputs.exposure, inputs.score_weight, inputs.score_lag, inputs.cost),
            *(inputs.weights, inputs.shared_scale, inputs.table_of, inputs.cost_table_of),
            *(inputs.frailty_tables, inputs.cost_tables, shared.rate_multiplier, shared.cost_multiplier, shared.world),
            *(inputs.target_category, inputs.target_least, inputs.target_reach, *_rules(inputs, shared)),
            *(inputs.floor, inputs.below, inputs.guide),
        )
        if found <= capacity:
            return _ordered(claims, found, start)
        capacity = found


def _rules(inputs: KernelInputs, shared: BlockDraws) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Uptake (draw, rule, period) and multipliers (draw, rule, period, category) of the targeted rules."""
    n_draws, _, n_periods, n_categories = shared.rate_multiplier.shape
    n_rules = len(inputs.target_least)
    return np.zeros((n_draws, n_rules, n_periods)), np.ones((n_draws, n_rules, n_periods, n_categories))


def _ordered(claims: _Claims, found: int, start: int) -> _Claims:
    """The claimants that were found, by draw, year and stratum, with draws counted from the first block."""
    where = claims.claimant_where[:found] + np.array([start, 0, 0], dtype=np.int32)
    order = np.lexsort(where.T[::-1])
    return replace(claims, claimant_usd=claims.claimant_usd[:found][order], claimant_where=where[order])


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


def _variables(cohort: xr.Dataset, claims: _Claims, shared: BlockDraws) -> Variables:
    """What a block adds to the experience: every variable that has a draw."""
    by_year = ("draw", "year")
    revenue = float(cohort["provider_own_share"]) * claims.expenditure.sum(axis=(2, 3))
    return {
        "expenditure_usd": ((*by_year, "stratum", "category"), claims.expenditure),
        "utilization": ((*by_year, "stratum", "category"), claims.utilization),
        "risk_score": ((*by_year, "stratum"), shared.risk_score),
        "national_index": (by_year, shared.national_index),
        "regional_index": (by_year, shared.regional_index),
        "group_effect": (by_year, shared.group_effect[:, :, 0]),
        "quality_score": (by_year, shared.quality_score[:, :, 0]),
        "comparator_error": (by_year, shared.comparator_error),
        "provider_revenue_usd": (by_year, revenue),
        "claimant_usd": (("claimant",), claims.claimant_usd),
        "claimant_draw": (("claimant",), claims.claimant_where[:, 0]),
        "claimant_year": (("claimant",), claims.claimant_where[:, 1]),
        "claimant_stratum": (("claimant",), claims.claimant_where[:, 2]),
    }


def _dataset(
    cohort: xr.Dataset, variables: Variables, *, draws: int, seed: int, engine: str, shift: Mapping[str, int]
) -> xr.Dataset:
    import xarray as xr

    if not np.isfinite(variables["expenditure_usd"][1]).all():
        raise VbcsimError("the simulated expenditure is not finite; lower the trends or the mean costs of the scenario")
    members = cohort["members"].values
    lives = np.bincount(cohort["cell_stratum"].values, weights=members, minlength=cohort.sizes["stratum"])
    by_year = np.tile(lives, (cohort.sizes["year"], 1))
    data = {
        **variables,
        "person_years": (("year", "stratum"), by_year * cohort.attrs["months"] / 12.0),
        "lives": (("year", "stratum"), by_year),
        "prospective_index": ("year", cohort["prospective_index"].values),
        "claimant_floor_usd": ("stratum", cohort["claimant_floor_usd"].values),
    }
    coords = {name: cohort[name] for name in ("year", "stratum", "category", "period")} | {"draw": np.arange(draws)}
    attrs = {
        "experience_hash": experience_hash(cohort, seed, engine, shift),
        "seed": str(seed),
        "engine": engine,
        "draws": draws,
        "members": int(members.sum()),
        "vbcsim_version": VERSION,
        "stream_version": STREAM_VERSION,
    }
    return label(xr.Dataset(data, coords, attrs), {"": f"simulated, engine {engine}, seed {seed}"})
