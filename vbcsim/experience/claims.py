"""What an engine is given for a block of draws, and what it returns; the members engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.experience.prepare import KernelInputs
from vbcsim.experience.scratch import scratch

__all__ = ["Block", "Claims", "Engine", "member_claims", "together", "with_room"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Block:
    """A block of D draws; R rows, P periods, J categories, G response classes, T targeted rules."""

    inputs: KernelInputs
    seed: int
    first_draw: int
    """Number of the first draw in the addresses of what chance does to members; the others follow."""
    row_members: Integers
    """(D, R): members of each row."""
    rate_multiplier: Floats
    """(D, G, P, J)"""
    cost_multiplier: Floats
    """(D, G, P, J)"""
    world: Integers
    """(D,)"""
    target_uptake: Floats
    """(D, T, P): chance that an eligible member is enrolled."""
    target_multiplier: Floats
    """(D, T, P, J): what multiplies the rates of who is enrolled."""

    @property
    def draws(self) -> int:
        """Number of draws."""
        return len(self.world)

    @property
    def member_periods(self) -> int:
        """Members of all rows and draws, each counted once for a period of presence."""
        inputs = self.inputs
        return int((self.row_members @ (inputs.row_last - inputs.row_first + 1)).sum())

    def of_rows(self, rows: NDArray[np.bool_]) -> Block:
        """The same block with members in some rows only; what is drawn for them does not change."""
        return replace(self, row_members=np.where(rows, self.row_members, 0))


@dataclass(frozen=True)
class Claims:
    """Claims of a block, by draw, period and stratum; large claimants in the order of draw, period, stratum."""

    expenditure: Floats
    """(D, P, S, J) [USD]"""
    utilization: Floats
    """(D, P, S, J)"""
    morbidity: Floats
    """(D, P, S): sum over members of exposure x score weight x shared factor."""
    engaged: Floats
    """(D, P, S, T): person-years enrolled in each rule."""
    claimant_usd: Floats
    """(claimant,)"""
    claimant_where: NDArray[np.int32]
    """(claimant, 3): draw within the block, period, stratum."""


Engine = Callable[[Block], Claims]


def with_room(block: Block, capacity: int, room: int, run: Callable[[Claims, int], int]) -> Claims:
    """The claims of a block that a kernel fills in; asked again with more room where there was too little.

    :param capacity: large claimants to begin with; ``room``: size of the kernel's own lists.
    :param run: the kernel on empty claims and a room; what it returns is as in ``kernels.simulate_members``.
    """
    inputs = block.inputs
    n_periods, n_categories = inputs.rate.shape[1:]
    by_stratum = (block.draws, n_periods, len(inputs.floor))
    while True:
        claims = Claims(
            expenditure=np.zeros((*by_stratum, n_categories)),
            utilization=np.zeros((*by_stratum, n_categories)),
            morbidity=np.zeros(by_stratum),
            engaged=np.zeros((*by_stratum, len(inputs.target_least))),
            claimant_usd=np.empty(capacity),
            claimant_where=np.empty((capacity, 3), dtype=np.int32),
        )
        found = run(claims, room)
        if 0 <= found <= capacity:
            usd, where = claims.claimant_usd[:found], claims.claimant_where[:found]
            return ordered(replace(claims, claimant_usd=usd, claimant_where=where))
        capacity, room = max(capacity, found), max(room, -2 * found)


def member_claims(kernel: Callable[..., int], block: Block) -> Claims:
    """Claims of every member, one after the other."""
    inputs = block.inputs
    n_periods, n_categories = inputs.rate.shape[1:]
    n_masses, n_rules = inputs.table_of.shape[1], len(inputs.target_least)
    capacity = max(256, block.member_periods // 20)

    def run(claims: Claims, room: int) -> int:
        return kernel(*_arguments(block, claims), scratch(n_periods, n_categories, n_masses, n_rules, room))

    return with_room(block, capacity, 4096, run)


def _arguments(block: Block, claims: Claims) -> tuple[Any, ...]:
    """The kernel's arguments in their order, but for the arrays to work in."""
    inputs = block.inputs
    return (
        *(claims.expenditure, claims.utilization, claims.morbidity, claims.engaged),
        *(claims.claimant_usd, claims.claimant_where),
        *(np.uint32(block.seed % 2**32), np.uint32(block.seed >> 32), block.first_draw, block.row_members),
        *(inputs.row_first, inputs.row_last, inputs.stratum, inputs.cls, inputs.profile),
        *(inputs.rate, inputs.exposure, inputs.score_weight, inputs.score_lag, inputs.cost),
        *(inputs.weights, inputs.shared_scale, inputs.table_of, inputs.cost_table_of),
        *(inputs.frailty_tables, inputs.cost_tables, block.rate_multiplier, block.cost_multiplier, block.world),
        *(inputs.target_category, inputs.target_least, inputs.target_reach),
        *(block.target_uptake, block.target_multiplier, inputs.floor, inputs.below, inputs.guide),
    )


def ordered(claims: Claims) -> Claims:
    """The claimants by draw, period and stratum; those of one of these stay in the order in which they were found."""
    order = np.lexsort(claims.claimant_where.T[::-1])
    return replace(claims, claimant_usd=claims.claimant_usd[order], claimant_where=claims.claimant_where[order])


def together(one: Claims, other: Claims) -> Claims:
    """Claims of two parts of the rows of a block."""
    return ordered(
        Claims(
            expenditure=one.expenditure + other.expenditure,
            utilization=one.utilization + other.utilization,
            morbidity=one.morbidity + other.morbidity,
            engaged=one.engaged + other.engaged,
            claimant_usd=np.concatenate([one.claimant_usd, other.claimant_usd]),
            claimant_where=np.concatenate([one.claimant_where, other.claimant_where]),
        )
    )
