"""Next year's savings rate and earned amount of every ACO, drawn from the earlier year's record alone.

An ACO's draws of savings, benchmark and lives are settled by the program's rules of the next year. What the record does
not tell is taken to stay: the quality score, the standard, the elected minimum rate, the track; but for a track that no
longer exists, whose successor the rules name.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vbcsim.calibrate.aco_year import AcoYear
from vbcsim.calibrate.backtest.movement import Movement, conditional
from vbcsim.calibrate.backtest.pairs import Pairs
from vbcsim.calibrate.clause import column
from vbcsim.calibrate.reconcile import Election, book_of, election, settlement_lines
from vbcsim.contract.program import resolve
from vbcsim.contract.settle import entries
from vbcsim.random.named import addresses_of
from vbcsim.random.streams import Stream
from vbcsim.random.twin import normals, uniforms

__all__ = ["Forecast", "forecast"]

Floats = NDArray[np.float64]

_PATHWAYS_FROM = 2019
_NEXT_TRACK = {"track_1": "basic_b", "track_1_plus": "enhanced", "track_2": "enhanced", "track_3": "enhanced"}
"""Tracks that end, and where the rules let their ACOs go on: 42 CFR 425.600(a)(4)(i)(C) and (d)."""
_LEAST_SPENT = 0.05
"""Part of the benchmark below which nobody's spending falls."""


@dataclass(frozen=True)
class Forecast:
    """Draws (ACO, draw) of the later year."""

    pairs: Pairs
    movement: Movement
    savings_rate: Floats
    """1 - spending / benchmark."""
    amount_usd: Floats
    """Earned (+) or owed (-)."""


def forecast(pairs: Pairs, movement: Movement, *, draws: int, seed: int) -> Forecast:
    """Draw the later year of every ACO; the same seed gives the same draws of an ACO, whoever else is there."""
    savings = _savings(pairs, movement, draws, seed)
    growth = _growth(pairs, movement, draws, seed)
    spent = np.maximum(np.exp(-savings), _LEAST_SPENT)
    amounts = np.empty_like(spent)
    groups: dict[tuple[str, Election], list[int]] = {}
    for i, row in enumerate(pairs.before):
        groups.setdefault((_track(row, pairs.year), election(row)), []).append(i)
    for (track, elected), members in groups.items():
        design = {"track": track, "elected_minimum_rate": "scale" if elected == "published" else elected}
        arrangement = resolve("mssp", design, [pairs.year])
        rows = [pairs.before[i] for i in members]
        lines = {name: np.repeat(values, draws) for name, values in settlement_lines(rows, elected).items()}
        lines["benchmark"] = lines["benchmark"] * np.exp(growth[members, :, 0].ravel())
        lines["lives"] = np.maximum(lines["lives"] * np.exp(growth[members, :, 1].ravel()), 1.0)
        lines["expenditure"] = lines["benchmark"] * spent[members].ravel()
        lines["disaster_relief"] = np.zeros_like(lines["lives"])
        lines["guardrail_open"] = np.ones_like(lines["lives"])
        settled = list(entries(book_of(lines, pairs.year), arrangement))[-1].after
        amounts[members] = column(settled, len(rows) * draws).reshape(len(rows), draws)
    return Forecast(pairs, movement, 1.0 - spent, amounts + 0.0)


def _savings(pairs: Pairs, movement: Movement, draws: int, seed: int) -> Floats:
    """Draws of the logarithm of benchmark over spending."""
    from scipy.stats import t

    expected = conditional(movement, pairs.known, pairs.people, pairs.ends)
    cell, member = addresses_of([row.aco_id for row in pairs.before])
    draw = np.arange(draws)
    own = uniforms(seed, Stream.PANEL, draw=draw, cell=cell[:, None], member=member[:, None], period=_period(pairs))
    common = normals(seed, Stream.PANEL, draw=draw, period=_period(pairs), item=2)
    moved = t.ppf(own, expected.degrees) * expected.scale[:, None]
    return np.asarray(expected.mean[:, None] + moved + movement.shift * common)


def _growth(pairs: Pairs, movement: Movement, draws: int, seed: int) -> Floats:
    """Draws of the growth of benchmark and lives (ACO, draw, 2): those of one ACO of the years learned from."""
    cell, member = addresses_of([row.aco_id for row in pairs.before])
    where = {"draw": np.arange(draws), "cell": cell[:, None], "member": member[:, None]}
    u = uniforms(seed, Stream.PANEL, **where, period=_period(pairs), item=1)
    found: Floats = movement.growth[(u * len(movement.growth)).astype(np.int64)]
    return found


def _period(pairs: Pairs) -> int:
    """The year within the address."""
    return pairs.year % 256


def _track(row: AcoYear, year: int) -> str:
    """The track of the next year, by the record and the rules."""
    over = row.agreement_start is None or row.agreement_start.year < _PATHWAYS_FROM
    if year <= _PATHWAYS_FROM + 2 or not over or row.track not in _NEXT_TRACK:
        return row.track
    if row.track == "track_1_plus" and row.low_revenue:
        return "basic_e"
    return _NEXT_TRACK[row.track]
