"""The credibility of what a run measures: its designs in the world without a true saving, at any number of lives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vbcsim.pipeline.money import lead_party
from vbcsim.pipeline.study import BASE, Run, settled_experience

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.contract.design import Design
    from vbcsim.outcomes.credibility import Asked, Judged
    from vbcsim.outcomes.savings_rate import Noise, Split
    from vbcsim.pipeline.stages import Progress
    from vbcsim.scenario.model import Scenario

__all__ = ["World", "credibility", "world_in", "world_of"]


Floats = NDArray[np.float64]


class World(NamedTuple):
    """Where nothing lowers cost: what happens there, and which case of a run it is."""

    scenario: Scenario
    cohort: xr.Dataset
    experience: xr.Dataset
    case: str
    """The case of the run that it is; empty where it was simulated for the purpose."""


def world_in(run: Run) -> World | None:
    """The case of a run in which there is no true saving; none where it has no such case.

    Its members, markets and chance are those of the run; quality may differ, as where a programme is left out whole.
    """
    from vbcsim.experience.no_effect import without_effect

    base = run.cases[BASE]
    asked = _key(run, without_effect(base.cohort))
    for name, case in run.cases.items():
        if _key(run, case.cohort) == asked:
            return World(run.scenario, case.cohort, case.experience, name)
    return None


def _key(run: Run, cohort: xr.Dataset) -> str:
    """What decides the cost of a cohort's members."""
    from vbcsim.experience.simulate import experience_hash

    cost = cohort.drop_vars([name for name in cohort.variables if str(name).startswith("measure_")])
    return experience_hash(cost, run.scenario.seed, str(run.cases[BASE].experience.attrs["engine"]))


def world_of(
    scenario: Scenario, *, draws: int | None = None, threads: int | None = None, progress: Progress | None = None
) -> World:
    """The world of a scenario in which there is no true saving, simulated."""
    from vbcsim.experience.no_effect import without_effect
    from vbcsim.pipeline.stages import build_cohort, simulate

    cohort = without_effect(build_cohort(scenario))
    lived: dict[str, Any] = {"draws": draws or scenario.draws, "seed": scenario.seed, "engine": scenario.engine}
    return World(scenario, cohort, simulate(cohort, **lived, threads=threads, progress=progress), "")


def credibility(world: World, asked: Asked, party: str | None = None) -> xr.Dataset:
    """The credibility of every design in that world; see ``vbcsim.outcomes.credibility``."""
    from vbcsim.outcomes.credibility import credibility
    from vbcsim.outcomes.summary import provenance
    from vbcsim.pipeline.stages import settle

    scenario, experience = world.scenario, settled_experience(world.scenario, world.experience)
    settlement = settle(experience, scenario)
    lead = lead_party(settlement, party)
    judged = {name: _judged(world, experience, design, lead) for name, design in scenario.settled_designs.items()}
    told = provenance(settlement) | {"party": lead, "case": world.case}
    return credibility(judged, scenario.years.performance, asked, told)


def _judged(world: World, experience: xr.Dataset, design: Design, party: str) -> Judged | None:
    """A design ready to be judged; none where it compares no cost with a target."""
    from vbcsim.contract.measured import measured_parts
    from vbcsim.contract.settle import parts_of
    from vbcsim.contract.view import attributes_of
    from vbcsim.outcomes.credibility import Judged
    from vbcsim.outcomes.savings_rate import SavingsRate, layer_features, split_by_layer

    (parts,) = parts_of(experience, {"design": design}).values()
    strata = {part.group: part.strata for part in design.parts(attributes_of(experience))}
    found = measured_parts(parts, party)
    if not found:
        return None
    scores = not _members_make_scores(world.cohort)
    features = {
        group: layer_features(experience, strata[group], scores=scores) for group in {own.part.group for own in found}
    }
    costs = [[split_by_layer(usd, features[own.part.group]) for usd in own.cost_usd] for own in found]
    targets = [[split_by_layer(usd, features[own.part.group]) for usd in own.target_usd] for own in found]

    def paid(size: float, saving: float, noise: Noise) -> Floats:
        amounts = [
            own.paid((1.0 - saving) * _resized(cost, size, noise), _resized(target, size, noise), size)
            for own, cost, target in zip(found, costs, targets, strict=True)
        ]
        return np.asarray(np.sum(amounts, axis=0))

    rate = SavingsRate(tuple(chain.from_iterable(targets)), tuple(chain.from_iterable(costs)))
    lives = sum(own.lives for own in found)
    return Judged(rate, lives if math.isfinite(lives) else float(experience.attrs["members"]), paid)


def _resized(splits: Sequence[Split], size: float, noise: Noise) -> Floats:
    return np.stack([split.resized(size, noise) for split in splits])


def _members_make_scores(cohort: xr.Dataset) -> bool:
    """Whether the noise of a mean risk score comes from single members."""
    named = ("risk_score_slope", "risk_score_member_sd")
    return any(name in cohort and bool(cohort[name].values.any()) for name in named)
