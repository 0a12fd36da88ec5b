"""From the claims of a block to the variables of the experience dataset.

Axes: D draws of the block, Y years, P periods (years, or half-years of episodes), S strata, J categories, R rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.experience.claims import Block, Claims
from vbcsim.experience.intervening import Interventions, programme
from vbcsim.experience.layers import LayerDraws
from vbcsim.experience.measuring import draw_measures
from vbcsim.experience.prepare import KernelInputs, unseen_score
from vbcsim.experience.systemic import BlockDraws, by_stratum
from vbcsim.random.streams import Stream
from vbcsim.random.twin import normals

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Drawn", "Variables", "exposure_variables", "variables_of"]

Floats = NDArray[np.float64]
Variables = dict[str, tuple[tuple[str, ...], NDArray[Any]]]
"""Dimensions and values of variables by name."""
_BY_YEAR = ("draw", "year")
_BY_STRATUM = ("draw", "year", "stratum")


@dataclass(frozen=True)
class Drawn:
    """A block of draws ``start`` to ``stop - 1``, all that was drawn for it."""

    cohort: xr.Dataset
    layers: LayerDraws
    start: int
    stop: int
    block: Block
    shared: BlockDraws
    interventions: Interventions | None
    claims: Claims

    @property
    def inputs(self) -> KernelInputs:
        """The engine's inputs."""
        return self.block.inputs


def variables_of(drawn: Drawn) -> Variables:
    """Every variable that has a draw."""
    cohort, shared, claims = drawn.cohort, drawn.shared, drawn.claims
    per_year = len(drawn.inputs.times) // len(drawn.inputs.years)
    spent, used = _by_year(claims.expenditure, per_year), _by_year(claims.utilization, per_year)
    where = claims.claimant_where
    return {
        "expenditure_usd": ((*_BY_STRATUM, "category"), spent),
        "utilization": ((*_BY_STRATUM, "category"), used),
        "risk_score": (_BY_STRATUM, shared.risk_score * _course_of_scores(drawn, per_year)),
        "national_index": (_BY_YEAR, shared.national_index),
        "regional_index": (_BY_YEAR, shared.regional_index),
        "group_effect": (_BY_STRATUM, by_stratum(cohort, shared.group_effect)),
        "quality_score": (_BY_STRATUM, by_stratum(cohort, shared.quality_score)),
        "comparator_error": (_BY_YEAR, shared.comparator_error),
        "provider_revenue_usd": (_BY_STRATUM, shared.own_share[:, None, None] * spent.sum(axis=3)),
        "claimant_usd": (("claimant",), claims.claimant_usd),
        "claimant_draw": (("claimant",), where[:, 0] + np.int32(drawn.start)),
        "claimant_year": (("claimant",), where[:, 1] // np.int32(per_year)),
        "claimant_stratum": (("claimant",), where[:, 2]),
        **_assumptions(drawn),
        **_programmes(drawn, per_year),
        **_measures(drawn, used, per_year),
        **_halves(drawn, per_year),
        **(_drawn_exposure(drawn, per_year) if _is_drawn(cohort) else {}),
    }


def _by_year(values: Floats, per_year: int) -> Floats:
    """Periods (axis 1) added up to years."""
    if per_year == 1:
        return values
    n_draws, n_periods = values.shape[:2]
    return values.reshape(n_draws, n_periods // per_year, per_year, *values.shape[2:]).sum(axis=2)


def _is_drawn(cohort: xr.Dataset) -> bool:
    """Whether the numbers of members of rows are drawn: there is turnover, or there are episodes."""
    return "membership_growth" in cohort or "half_use" in cohort


def _by_stratum(inputs: KernelInputs, by_row: NDArray[Any]) -> Floats:
    """Sums over the rows (last axis) of each stratum."""
    n_strata = len(inputs.floor)
    found = np.zeros((*by_row.shape[:-1], n_strata))
    for s in range(n_strata):
        found[..., s] = np.compress(inputs.stratum == s, by_row, axis=-1).sum(axis=-1)
    return found


def _exposure(inputs: KernelInputs, row_members: NDArray[Any]) -> Floats:
    """Person-years by draw, period and row."""
    return np.asarray(row_members[:, None, :] * inputs.exposure.T)


def exposure_variables(inputs: KernelInputs, row_members: NDArray[Any], per_year: int) -> dict[str, Floats]:
    """``person_years`` and ``lives`` by draw, year and stratum for members of rows (D, R)."""
    person_years = _by_year(_by_stratum(inputs, _exposure(inputs, row_members)), per_year)
    year = np.arange(len(inputs.years))[:, None]
    there = (inputs.row_first // per_year <= year) & (year <= inputs.row_last // per_year)
    return {"person_years": person_years, "lives": _by_stratum(inputs, row_members[:, None, :] * there.astype(float))}


def _drawn_exposure(drawn: Drawn, per_year: int) -> Variables:
    found = exposure_variables(drawn.inputs, drawn.block.row_members, per_year)
    return {name: (_BY_STRATUM, values) for name, values in found.items()}


def _course_of_scores(drawn: Drawn, per_year: int) -> Floats:
    """What the members make of a stratum's mean risk score, against that of all its expected members (D or 1, Y, S).

    A member's score is expected x (1 + slope x (shared factor - 1) + noise); the mean is weighted by exposure. So the
    mean moves with the members' health, with who comes and goes, and less the more members there are. Programmes may
    raise it.
    """
    cohort, inputs = drawn.cohort, drawn.inputs
    raised = np.ones((1, 1, 1)) if drawn.interventions is None else drawn.interventions.score
    member = _member_variance(cohort, inputs, per_year)
    if not (inputs.score_weight.any() or member.any() or _is_drawn(cohort)):
        return raised
    exposure = _exposure(inputs, drawn.block.row_members)
    expected = exposure * inputs.score.T
    moved = drawn.claims.morbidity - _by_stratum(inputs, exposure * inputs.score_weight.T)
    square = expected * inputs.score.T * inputs.exposure.T * member.T
    noise = np.sqrt(_by_year(_by_stratum(inputs, square), per_year)) * _member_noise(drawn)
    total = _by_year(_by_stratum(inputs, expected) + moved, per_year) + noise
    person_years = _by_year(_by_stratum(inputs, exposure), per_year)
    stated = np.broadcast_to(_stated_scores(cohort), total.shape)
    mean = np.divide(total, person_years, out=stated.copy(), where=person_years > 0.0)
    return np.asarray(raised * mean / stated)


def _member_variance(cohort: xr.Dataset, inputs: KernelInputs, per_year: int) -> Floats:
    """Variance of the noise of a member's score, relative to the cell's, by row and period."""
    found = np.zeros(inputs.score.shape)
    if "risk_score_member_sd" in cohort:
        found += np.square(cohort["risk_score_member_sd"].values)[inputs.row_cell, None]
        found[:, :per_year] += unseen_score(cohort)[inputs.row_cell, None]
    return found


def _stated_scores(cohort: xr.Dataset) -> Floats:
    """Expected mean score of the cells of a stratum by their members (Y, S)."""
    members, stratum = cohort["members"].values.astype(np.float64), cohort["cell_stratum"].values
    scores = cohort["expected_risk_score"].transpose("cell", "year").values
    own = [stratum == s for s in range(cohort.sizes["stratum"])]
    return np.stack([members[cells] @ scores[cells] / members[cells].sum() for cells in own], axis=-1)


def _member_noise(drawn: Drawn) -> Floats:
    """Standard normal numbers (D, Y, S) for the noise of the members' scores in the mean of a stratum."""
    draw = drawn.layers.of(Stream.RISK_SCORE_MEMBERS, drawn.start, drawn.stop)
    n_years, n_strata = len(drawn.inputs.years), len(drawn.inputs.floor)
    return normals(
        drawn.block.seed,
        Stream.RISK_SCORE_MEMBERS,
        draw=draw[:, None, None],
        period=np.arange(n_years)[:, None],
        event=np.arange(n_strata),
    )


def _assumptions(drawn: Drawn) -> Variables:
    """What uncertain assumptions are in each draw."""
    return (
        {"uncertain_value": (("draw", "uncertain"), drawn.shared.parameters)}
        if "uncertain" in drawn.cohort.dims
        else {}
    )


def _programmes(drawn: Drawn, per_year: int) -> Variables:
    """Cost and extent of the interventions."""
    if drawn.interventions is None:
        return {}
    member_years = _by_year(_exposure(drawn.inputs, drawn.block.row_members), per_year)
    engaged = _by_year(drawn.claims.engaged, per_year)
    cost, taking_part = programme(drawn.cohort, drawn.interventions, member_years, engaged)
    return {
        "intervention_cost_usd": (_BY_STRATUM, cost),
        "engaged": ((*_BY_YEAR, "intervention"), taking_part),
    }


def _measures(drawn: Drawn, utilization: Floats, per_year: int) -> Variables:
    """Numerators and denominators of the quality measures."""
    if "measure" not in drawn.cohort.dims:
        return {}
    exposure = exposure_variables(drawn.inputs, drawn.block.row_members, per_year)
    numerator, denominator = draw_measures(
        *(drawn.cohort, drawn.block.seed, drawn.layers, drawn.start, drawn.stop),
        person_years=exposure["person_years"],
        utilization=utilization,
        interventions=drawn.interventions,
    )
    dims = (*_BY_YEAR, "measure", "stratum")
    return {"measure_numerator": (dims, numerator), "measure_denominator": (dims, denominator)}


def _halves(drawn: Drawn, per_year: int) -> Variables:
    """A year of episodes by its halves: an episode is a patient's half-year."""
    if per_year == 1:
        return {}
    inputs, members = drawn.inputs, drawn.block.row_members
    shape = (drawn.block.draws, len(inputs.years), per_year, len(inputs.floor))
    period = np.arange(len(inputs.times))[:, None]
    there = (inputs.row_first <= period) & (period <= inputs.row_last)
    episodes = _by_year(_by_stratum(inputs, members[:, None, :] * there.astype(np.float64)), per_year)
    dims = (*_BY_YEAR, "half", "stratum")
    return {
        "half_expenditure_usd": (dims, drawn.claims.expenditure.sum(axis=3).reshape(shape)),
        "half_person_years": (dims, _by_stratum(inputs, _exposure(inputs, members)).reshape(shape)),
        "episodes": (_BY_STRATUM, episodes),
    }
