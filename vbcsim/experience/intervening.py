"""What interventions do in a block of draws: multipliers of whole cells, rules for members with a history, their cost.

Axes: D draws of the block, Y years, G response classes, J categories, S strata, I interventions, T of them by history,
M measures, R rows of members. All reads the cohort dataset, which holds what ``Intervention.tables`` made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.errors import VbcsimError
from vbcsim.experience.figures import drawn
from vbcsim.experience.intervention import NO_HISTORY
from vbcsim.experience.layers import LayerDraws
from vbcsim.random.named import address_of
from vbcsim.random.streams import Stream
from vbcsim.random.twin import uniforms

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Effects", "Interventions", "Rules", "draw_effects", "draw_interventions", "programme"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_STRENGTH, _UPTAKE, _COST = 0, 1, 2
_USE, _PRICE, _SCORE, _POINTS = 16, 96, 176, 177
"""Items of the addresses; from 16 on only where effects are independent of one another."""


@dataclass(frozen=True)
class Rules:
    """Interventions for members chosen by last year's use, in the order of the file."""

    intervention: Integers
    """(T,): index of the intervention."""
    category: Integers
    """(T,): category whose services of last year count; -1: the cost of all."""
    least: Floats
    """(T,): services, or USD, from which on a member is chosen (more than so many USD)."""
    reach: NDArray[np.bool_]
    """(T, C): cells whose members may be chosen."""
    uptake: Floats
    """(T, Y): chance that a chosen member is enrolled."""
    multiplier: Floats
    """(D, T, Y, J): what multiplies the rates of an enrolled member."""


@dataclass(frozen=True)
class Interventions:
    """A block's draws of all interventions; those by history are in ``rules`` and nowhere else."""

    rate: Floats
    """(D, G, Y, J): what multiplies the expected services of a response class."""
    price: Floats
    """(D, G, Y, J): what multiplies its costs per service."""
    score: Floats
    """(D, Y, S): what multiplies the mean risk score of a stratum."""
    points: Floats
    """(D, G, Y, M): what is added to the rates of measures; M is 0 where there are none."""
    engaged: Floats
    """(D, Y, I): share engaged of the members of the cells that are reached; 0 for those by history."""
    pmpm_usd: Floats
    """(D, I): cost less saving per engaged member and month."""
    rules: Rules
    """Those by history."""


@dataclass(frozen=True)
class Effects:
    """Figures of the interventions drawn for a block; effects are those at strength 1."""

    use: Floats
    """(D, I, J)"""
    price: Floats
    """(D, I, J)"""
    score: Floats
    """(D, I)"""
    points: Floats
    """(D, I, M)"""
    uptake: Floats
    """(D, I, 2): of those reached, and of those chosen by history."""
    pmpm: Floats
    """(D, I): cost less saving per engaged member and month [USD]."""


def draw_interventions(
    cohort: xr.Dataset, seed: int, layer_draws: LayerDraws, start: int, stop: int
) -> Interventions | None:
    """The interventions of draws ``start`` to ``stop - 1``; None where the cohort has none.

    An uncertain effect is drawn once per draw and holds for all years and cells. The multiplier of a class is the
    product over the interventions that reach it of 1 + uptake x effect, never below zero. With no effect it is exactly
    one.
    """
    if "intervention" not in cohort.dims:
        return None
    figures = draw_effects(cohort, seed, layer_draws, start, stop)
    strength = cohort["intervention_strength"].values
    history = cohort["intervention_history"].values != NO_HISTORY
    engaged = figures.uptake[:, None, :] * cohort["intervention_enrolment"].values.T * ~history
    reach = _class_reach(cohort)
    return Interventions(
        rate=_multiplier(figures.use, strength, engaged, reach),
        price=_multiplier(figures.price, strength, engaged, reach),
        score=_score(cohort, figures.score, strength, engaged),
        points=_points(figures.points, strength, engaged, reach),
        engaged=engaged,
        pmpm_usd=figures.pmpm,
        rules=_rules(cohort, figures.use, strength, history),
    )


def draw_effects(cohort: xr.Dataset, seed: int, layer_draws: LayerDraws, start: int, stop: int) -> Effects:
    """Every figure that may be uncertain, each intervention addressed by its name."""
    n_measures = cohort.sizes["measure"] if "measure_points" in cohort else 0
    use, price, score, points, uptake, pmpm = [], [], [], [], [], []
    for i, name in enumerate(map(str, cohort["intervention"].values)):
        own = cohort.isel(intervention=i)
        cell, member = address_of(name)
        draw = layer_draws.of_named(Stream.INTERVENTION, f"interventions.{name}", start, stop)

        def u(
            item: Any, event: Any = 0, cell: int = cell, member: int = member, draw: NDArray[np.uint32] = draw
        ) -> Floats:
            numbers = np.broadcast_arrays(np.asarray(item)[None, ...], np.asarray(event)[None, ...])
            at = draw.reshape(-1, *[1] * (numbers[0].ndim - 1))
            return uniforms(
                seed, Stream.INTERVENTION, draw=at, cell=cell, member=member, item=numbers[0], event=numbers[1]
            )

        apart = bool(own["intervention_independent"])
        common = u(_STRENGTH)
        categories = np.arange(cohort.sizes["category"])
        use.append(drawn(own["intervention_use"].values, u(_USE + categories) if apart else common, strongest=True))
        price.append(
            drawn(own["intervention_price"].values, u(_PRICE + categories) if apart else common, strongest=True)
        )
        score.append(drawn(own["intervention_score"].values, u(_SCORE) if apart else common, strongest=True))
        if n_measures:
            at_measure = u(_POINTS, np.arange(n_measures)) if apart else common
            points.append(
                drawn(own["measure_points"].transpose("measure", "figure").values, at_measure, strongest=True)
            )
        uptake.append(drawn(own["intervention_uptake"].values, u(_UPTAKE)))
        flows = drawn(own["intervention_cost_pmpm"].values, u(_COST))
        pmpm.append(flows[:, 0] - flows[:, 1])
    empty = np.zeros((stop - start, len(use), 0))
    return Effects(
        use=np.stack(use, axis=1),
        price=np.stack(price, axis=1),
        score=np.stack(score, axis=1),
        points=np.stack(points, axis=1) if points else empty,
        uptake=np.stack(uptake, axis=1),
        pmpm=np.stack(pmpm, axis=1),
    )


def _class_reach(cohort: xr.Dataset) -> NDArray[np.bool_]:
    """(I, G): which interventions reach the cells of a response class."""
    reach = cohort["intervention_reach"].transpose("intervention", "cell").values.astype(bool)
    of_cell = cohort["cell_class"].values if "cell_class" in cohort else np.zeros(reach.shape[1], dtype=np.int64)
    _, first = np.unique(of_cell, return_index=True)
    by_class = reach[:, first]
    if not np.array_equal(by_class[:, of_cell], reach):
        raise VbcsimError("cells of one response class differ in the interventions that reach them; report this fault")
    return by_class


def _multiplier(effect: Floats, strength: Floats, engaged: Floats, reach: NDArray[np.bool_]) -> Floats:
    """(D, G, Y, J) from effects (D, I, J), strength (I, Y), engaged shares (D, Y, I) and reach (I, G)."""
    n_draws, n_interventions, n_categories = effect.shape
    found = np.ones((n_draws, reach.shape[1], strength.shape[1], n_categories))
    for i in range(n_interventions):
        if not effect[:, i].any():
            continue
        change = np.maximum(effect[:, i, None, :] * strength[i, :, None], -1.0)
        found[:, reach[i]] *= (1.0 + engaged[:, :, i, None] * change)[:, None]
    return found


def _points(points: Floats, strength: Floats, engaged: Floats, reach: NDArray[np.bool_]) -> Floats:
    """(D, G, Y, M): what is added to the rates of measures."""
    found = np.zeros((points.shape[0], reach.shape[1], strength.shape[1], points.shape[2]))
    for i in range(points.shape[1]):
        found[:, reach[i]] += (points[:, i, None, :] * (strength[i] * engaged[:, :, i])[..., None])[:, None]
    return found


def _score(cohort: xr.Dataset, growth: Floats, strength: Floats, engaged: Floats) -> Floats:
    """(D, Y, S): mean over a stratum's members, weighted with their expected scores."""
    stratum = cohort["cell_stratum"].values
    reach = cohort["intervention_reach"].transpose("intervention", "cell").values.astype(np.float64)
    weight = cohort["members"].values * cohort["expected_risk_score"].transpose("year", "cell").values
    found = np.ones((len(growth), strength.shape[1], cohort.sizes["stratum"]))
    for i in np.flatnonzero(growth.any(axis=0)):
        rise = growth[:, None, i] * strength[i] * engaged[:, :, i]
        for s in range(found.shape[2]):
            own = stratum == s
            share = (weight[:, own] * reach[i, own]).sum(axis=1) / weight[:, own].sum(axis=1)
            found[:, :, s] += rise * share
    return found


def _rules(cohort: xr.Dataset, use: Floats, strength: Floats, history: NDArray[np.bool_]) -> Rules:
    """The rules of the interventions by history."""
    which = np.flatnonzero(history)
    enrolment = cohort["intervention_enrolment"].values[which]
    uptake = cohort["intervention_uptake"].values[which, 1]
    change = np.maximum(use[:, which, None, :] * strength[which, :, None], -1.0)
    return Rules(
        intervention=which,
        category=cohort["intervention_history"].values[which],
        least=cohort["intervention_history_least"].values[which],
        reach=cohort["intervention_reach"].transpose("intervention", "cell").values[which].astype(bool),
        uptake=uptake[:, None] * enrolment,
        multiplier=1.0 + change,
    )


def programme(
    cohort: xr.Dataset, block: Interventions, member_years: Floats, engaged_by_rule: Floats | None = None
) -> tuple[Floats, Floats]:
    """Cost of the interventions by stratum, and member-years engaged.

    :param member_years: exposure of the rows of members (rating cells where the cohort has no rows), (D or 1, Y, R).
    :param engaged_by_rule: member-years engaged by each rule, (D, Y, S, T).
    :returns: ``intervention_cost_usd`` (D, Y, S) and ``engaged`` (D, Y, I). Fixed cost is spread over the strata by
        member-years engaged, or by those reached in a year in which nobody is engaged.
    """
    n_draws, n_years, n_interventions = block.engaged.shape
    n_strata = cohort.sizes["stratum"]
    row_cell = cohort["row_cell"].values if "row_cell" in cohort else np.arange(cohort.sizes["cell"])
    stratum = cohort["cell_stratum"].values[row_cell]
    reach = cohort["intervention_reach"].transpose("intervention", "cell").values.astype(bool)[:, row_cell]
    fixed = cohort["intervention_fixed_usd"].values
    rule_of = {int(i): t for t, i in enumerate(block.rules.intervention)}
    cost = np.zeros((n_draws, n_years, n_strata))
    engaged = np.zeros((n_draws, n_years, n_interventions))
    for i in range(n_interventions):
        reached = np.stack(
            [np.compress(reach[i] & (stratum == s), member_years, axis=-1).sum(axis=-1) for s in range(n_strata)],
            axis=-1,
        )
        if i in rule_of:
            taking_part = np.zeros(cost.shape) if engaged_by_rule is None else engaged_by_rule[..., rule_of[i]]
        else:
            taking_part = block.engaged[:, :, i, None] * reached
        engaged[:, :, i] = taking_part.sum(axis=-1)
        spread = np.where(engaged[:, :, i, None] > 0.0, taking_part, reached)
        share = spread / np.maximum(spread.sum(axis=-1, keepdims=True), np.finfo(float).tiny)
        cost += 12.0 * block.pmpm_usd[:, i, None, None] * taking_part + fixed[i, :, None] * share
    return cost, engaged
