"""The pooled engine: rows at the cost of one member, and by member the rows whose members are chosen one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.experience.claims import Block, Claims, Engine, member_claims, together, with_room
from vbcsim.experience.compiled import compile_kernel
from vbcsim.experience.pooled_neglect import Neglect, neglect
from vbcsim.experience.pooled_prepare import PooledInputs, prepare_pooled, scratch

if TYPE_CHECKING:
    from vbcsim.experience.prepare import KernelInputs

__all__ = ["PooledEngine", "by_member", "pooled_engine", "row_claims"]


@dataclass(frozen=True)
class PooledEngine:
    """Claims of a block: targeted rows by member, all others pooled."""

    kernel: Callable[..., int]
    pooled: PooledInputs
    members: Engine

    def missed(self, block: Block) -> Neglect:
        """Bound on what is missed in the list of large claimants, at a little above the block's mean multipliers."""
        inputs = block.inputs
        pooled = replace(inputs, row_expected=np.where(by_member(inputs), 0.0, inputs.row_expected))
        rate, cost = (m.mean(axis=0) + m.std(axis=0) for m in (block.rate_multiplier, block.cost_multiplier))
        chosen = self.pooled.chosen
        return neglect(pooled, chosen.of_row, chosen.step, chosen.candidate, rate_multiplier=rate, cost_multiplier=cost)

    def __call__(self, block: Block) -> Claims:
        """The claims of a block of draws."""
        apart = by_member(block.inputs)
        if not apart.any():
            return row_claims(self.kernel, self.pooled, block)
        pooled = row_claims(self.kernel, self.pooled, block.of_rows(~apart))
        return together(pooled, self.members(block.of_rows(apart)))


def pooled_engine(inputs: KernelInputs) -> PooledEngine:
    """The compiled engine for a cohort's inputs."""
    members = partial(member_claims, compile_kernel("simulate_members"))
    return PooledEngine(compile_kernel("simulate_rows", "pooled"), prepare_pooled(inputs), members)


def by_member(inputs: KernelInputs) -> NDArray[np.bool_]:
    """Rows that are simulated by member: those that a rule reaches which chooses members by what they used."""
    return np.asarray(inputs.target_reach.any(axis=0))


def row_claims(kernel: Callable[..., int], pooled: PooledInputs, block: Block) -> Claims:
    """Claims of every row of a block, pooled."""
    n_periods, n_categories = block.inputs.rate.shape[1:]
    capacity = max(256, block.member_periods // 200)

    def run(claims: Claims, room: int) -> int:
        return kernel(*_arguments(block, pooled, claims), scratch(n_periods, n_categories, room))

    return with_room(block, capacity, 1024, run)


def _arguments(block: Block, pooled: PooledInputs, claims: Claims) -> tuple[Any, ...]:
    """The kernel's arguments in their order, but for the arrays to work in."""
    inputs = block.inputs
    return (
        *(claims.expenditure, claims.utilization, claims.morbidity, claims.claimant_usd, claims.claimant_where),
        *(np.uint32(block.seed % 2**32), np.uint32(block.seed >> 32), block.first_draw, block.row_members),
        *(inputs.row_first, inputs.row_last, inputs.stratum, inputs.cls, inputs.profile),
        *(inputs.rate, inputs.exposure, inputs.score_weight, inputs.score_lag, inputs.cost),
        *(inputs.weights, inputs.shared_scale, pooled.span, pooled.span_start, pooled.shapes),
        *(pooled.mass_table_of, pooled.mass_tables, pooled.split, pooled.large_step, pooled.sum_start),
        *(pooled.sum_cumulants, pooled.sum_tables, pooled.normal, inputs.cost_table_of, inputs.cost_tables),
        *(block.rate_multiplier, block.cost_multiplier, block.world),
        *(inputs.floor, pooled.candidate, inputs.below, inputs.guide),
    )
