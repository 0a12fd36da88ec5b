"""Which assumption matters: a figure where an uncertain assumption is low and where it is high, and a plain one moved.

An assumption that is written as a distribution is drawn once per draw, so the draws of a run already hold the answer:
the figure of the tenth of draws in which the assumption is lowest, and of the tenth in which it is highest. All else
varies there as it does everywhere, so the two tenths differ by the assumption and by chance; the error says how much by
chance. What shapes tables takes one of a few values, a world: its lowest and highest worlds stand for the tenths.

An assumption that is a plain number is moved to stated values and simulated again with the same random numbers, so a
few draws tell the difference well.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vbcsim.cohort.shapes import is_shape
from vbcsim.contract.settle import settle
from vbcsim.core.errors import BadInput
from vbcsim.core.text import shown
from vbcsim.core.uncertain import distribution, number_of, world_points
from vbcsim.experience.intervening import draw_effects
from vbcsim.experience.layers import LayerDraws
from vbcsim.experience.measuring import draw_aims
from vbcsim.experience.simulate import simulate
from vbcsim.experience.systemic import draw_worlds
from vbcsim.negotiate.goal import Figure, read_amount
from vbcsim.negotiate.sobol import CohortRun
from vbcsim.outcomes.distribution import Estimate
from vbcsim.outcomes.ledger import with_own_revenue
from vbcsim.scenario.cases import moved_scenario, value_at

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.scenario.model import Scenario

__all__ = ["AssumptionSwing", "End", "Move", "by_tenths", "drawn_values", "ends_of", "moved", "read_move"]

Floats = NDArray[np.float64]
_FEWEST = 200
"""Draws below which a tenth of them tells nothing."""
_PARTS = 10


@dataclass(frozen=True)
class AssumptionSwing:
    """A figure where an assumption is low and where it is high."""

    name: str
    low: float
    """The assumption's value at the low end: the mean of the tenth, or the stated value."""
    high: float
    at_low: Estimate
    at_high: Estimate
    difference: Estimate
    """``at_high`` less ``at_low``; paired where both are the same draws."""
    draws: int
    """Draws at each end."""

    @property
    def is_firm(self) -> bool:
        """Whether the difference is beyond two errors."""
        return abs(float(self.difference.value)) > 2.0 * float(self.difference.mcse)


@dataclass(frozen=True)
class Move:
    """A plain assumption and the two values that it is moved to, as ``--move`` says them."""

    path: str
    low: str
    high: str

    @property
    def is_factor(self) -> bool:
        """Whether the values are factors of the present one: ``x0.9``."""
        return self.low.startswith("x")


class End(NamedTuple):
    """One end of a move."""

    value: float
    scenario: Scenario
    cohort: xr.Dataset


def read_move(text: str) -> Move:
    """``assumptions.market_trend.national_shock_sd=x0.5,x2`` or ``...=1%,3%``; raises BadInput on anything else."""
    path, equals, said = text.partition("=")
    values = [part.strip() for part in said.split(",")]
    if not equals or len(values) != 2 or not path.strip() or not all(values):
        message = "write PATH=LOW,HIGH, as in assumptions.market_trend.national_shock_sd=x0.5,x2 or =1%,3%"
        raise BadInput(f"--move {text}", message)
    if values[0].startswith("x") != values[1].startswith("x"):
        raise BadInput(f"--move {text}", "one end is a factor and the other a value; write both alike: x0.9,x1.1")
    return Move(path.strip(), *values)


def drawn_values(run: CohortRun) -> dict[str, Floats]:
    """The value of every uncertain assumption in each draw of a run, by its place in the scenario (draw,).

    What several effects of an intervention share is told by the first of them; a measure likewise by one stratum.
    """
    draws, cohort = run.experience.sizes["draw"], run.cohort
    where = (cohort, int(run.experience.attrs["seed"]), LayerDraws(), 0, draws)
    found: dict[str, Floats] = {}
    if "uncertain_value" in run.experience:
        values = run.experience["uncertain_value"].transpose("draw", "uncertain").values
        world, worlds = draw_worlds(*where), cohort.sizes.get("world", 1)
        for k, path in enumerate(map(str, cohort["uncertain"].values)):
            number = number_of(cohort["uncertain_figures"].values[k].tolist())
            found[path] = world_points(number, path, worlds)[world] if is_shape(path) else values[:, k]
    if "intervention" in cohort.dims:
        effects = draw_effects(*where)
        for i, name in enumerate(map(str, cohort["intervention"].values)):
            parts = {kind: getattr(effects, kind)[:, i] for kind in effects.__dataclass_fields__}
            apart = bool(cohort["intervention_independent"].values[i])
            found |= _varying(f"interventions.{name}", parts, cohort, apart=apart)
    if "measure" in cohort.dims:
        for m, name in enumerate(map(str, cohort["measure"].values)):
            aims = draw_aims(cohort.isel(measure=m), *where[1:])
            found |= _varying(f"measures.{name}", aims._asdict(), cohort, apart=False)
    return found


def _varying(place: str, parts: Mapping[str, Floats], cohort: xr.Dataset, *, apart: bool) -> dict[str, Floats]:
    """The columns of drawn figures that differ by draw: the first of each kind, or all where they are drawn apart."""
    found = {}
    for kind, values in parts.items():
        columns = values.reshape(len(values), -1)
        varying = [c for c in range(columns.shape[1]) if columns[:, c].min() < columns[:, c].max()]
        for c in varying if apart else varying[:1]:
            category = f".{cohort['category'].values[c]}" if kind in ("use", "price") else ""
            found[f"{place}.{kind}{category}"] = columns[:, c]
    return found


def by_tenths(values: Mapping[str, Floats], nets: Mapping[str, Floats], figure: Figure) -> tuple[AssumptionSwing, ...]:
    """The figure in the lowest and the highest tenth of each assumption, the widest difference first.

    :param values: drawn values by assumption (draw,).
    :param nets: money over the contract by party (draw,) in the same draws [USD].
    :raises BadInput: with too few draws to cut into tenths, or no such party.
    """
    draws = len(next(iter(nets.values())))
    if draws < _FEWEST:
        raise BadInput("draws", f"{draws} draws are too few to be cut into tenths; {_FEWEST} are needed")
    found = []
    for name, value in values.items():
        ends = [value <= np.quantile(value, 1.0 / _PARTS), value >= np.quantile(value, 1.0 - 1.0 / _PARTS)]
        low, high = (_of(figure, {party: net[end] for party, net in nets.items()}) for end in ends)
        apart = Estimate(high.value - low.value, np.sqrt(low.mcse**2 + high.mcse**2))
        at_low, at_high = (float(value[end].mean()) for end in ends)
        found.append(AssumptionSwing(name, at_low, at_high, low, high, apart, int(min(end.sum() for end in ends))))
    return tuple(sorted(found, key=lambda swing: -abs(float(swing.difference.value))))


def ends_of(scenario: Scenario, move: Move) -> tuple[tuple[float, Scenario], tuple[float, Scenario]]:
    """The value and the scenario at either end of a move.

    :raises BadInput: where nothing stands at its path, or a value cannot stand there.
    """
    place = f"--move {move.path}"
    try:
        present = value_at(scenario, move.path)
    except ValueError as error:
        raise BadInput(place, str(error)) from None
    with contextlib.suppress(ValueError):
        present = distribution(present) or present
    if move.is_factor and (not isinstance(present, (int, float)) or present == 0.0):
        raise BadInput(place, f"{shown(present)} stands there, which no factor moves; write values, as in =1%,3%")
    low, high = (_end(scenario, move, text, present, place) for text in (move.low, move.high))
    return low, high


def _end(scenario: Scenario, move: Move, text: str, present: Any, place: str) -> tuple[float, Scenario]:
    value: Any = read_amount(text.removeprefix("x"))
    if move.is_factor:
        value *= float(present)
    elif isinstance(present, int):
        value = int(value) if float(value).is_integer() else value
    return float(value), moved_scenario(scenario, move.path, value, place)


def moved(
    run: CohortRun,
    design: str,
    figure: Figure,
    move: Move,
    ends: Sequence[End],
    *,
    draws: int,
    threads: int | None = None,
) -> AssumptionSwing:
    """The figure with a plain assumption moved to two values, simulated again on the run's own random numbers.

    :param ends: value, scenario and cohort of the low and of the high end.
    :param draws: simulated for each end; the first draws of the run.
    """
    few = min(draws, run.experience.sizes["draw"])
    attrs = run.experience.attrs
    asked: dict[str, Any] = {"draws": few, "seed": int(attrs["seed"]), "engine": str(attrs["engine"])}
    nets = [_nets(end.scenario, simulate(end.cohort, **asked, threads=threads), design) for end in ends]
    low, high = (_of(figure, net) for net in nets)
    less = figure.less(*({party: net[None] for party, net in end.items()} for end in reversed(nets)))
    difference = Estimate(less.value[0], less.mcse[0])
    return AssumptionSwing(move.path, ends[0].value, ends[1].value, low, high, difference, few)


def _nets(scenario: Scenario, experience: xr.Dataset, design: str) -> dict[str, Floats]:
    """Each party's money over the contract (draw,)."""
    found = settle(with_own_revenue(experience, scenario.economics), {design: scenario.settled_designs[design]})
    net = found["net_usd"].isel(design=0).sum("year")
    return {str(party): net.sel(party=party).values for party in net["party"].values}


def _of(figure: Figure, nets: Mapping[str, Floats]) -> Estimate:
    found = figure.of({party: net[None] for party, net in nets.items()})
    return Estimate(found.value[0], found.mcse[0])
