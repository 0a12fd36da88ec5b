"""How sure a figure is while a run goes on, and how many draws it takes until it is sure enough."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from vbcsim.core.errors import BadInput, did_you_mean
from vbcsim.core.text import listing, shown
from vbcsim.negotiate.goal import Figure, read_amount, read_figure
from vbcsim.pipeline.stages import settle
from vbcsim.pipeline.study import settled_experience

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from vbcsim.experience.blocks import Simulation
    from vbcsim.experience.parts import Part
    from vbcsim.scenario.model import Scenario

__all__ = ["NamedFigure", "RunningError", "Sureness", "Target", "further_draws", "read_named_figure", "read_target"]

Nets = dict[str, "NDArray[np.float64]"]
"""Money over the whole contract by party: arrays (1, draw) [USD]."""
_DRAWS_ROUND = 100
_SHARE_OF_TIME = 0.02
"""Share of a run's time that may go into settling what is finished, to show how sure the figure is."""


class Sureness(NamedTuple):
    """A figure, its Monte Carlo error and the spread of the party's money; from how many draws."""

    value: float
    mcse: float
    sd: float
    draws: int


@dataclass(frozen=True)
class NamedFigure:
    """A figure of a party's money under one design."""

    design: str
    figure: Figure

    def __str__(self) -> str:
        return f"{self.design}.{self.figure}"

    def nets(self, scenario: Scenario, experience: xr.Dataset) -> Nets:
        """The money of each party under the design in each draw."""
        designs = {self.design: scenario.settled_designs[self.design]}
        net = settle(settled_experience(scenario, experience), designs)["net_usd"].isel(design=0).sum("year")
        by_party = net.transpose("party", "draw")
        return {str(party): by_party.values[k][np.newaxis] for k, party in enumerate(by_party["party"].values)}

    def of(self, nets: Nets) -> Sureness:
        """The figure and how sure it is.

        :raises BadInput: where the design has no such party.
        """
        if self.figure.party not in nets:
            raise BadInput("--figure", f"{self.design} has no party {self.figure.party} (there: {listing(list(nets))})")
        estimate = self.figure.of(nets)
        net = nets[self.figure.party]
        return Sureness(float(estimate.value[0]), float(estimate.mcse[0]), float(net.std(ddof=1)), net.shape[1])

    def settled(self, scenario: Scenario, experience: xr.Dataset) -> Sureness:
        """The figure of an experience."""
        return self.of(self.nets(scenario, experience))


@dataclass(frozen=True)
class Target:
    """How small a Monte Carlo error is to become."""

    bound: float
    relative: bool
    """A share of the standard deviation of the party's money, and not USD or a chance."""

    def limit(self, found: Sureness) -> float:
        """The largest error allowed, in the figure's unit."""
        return self.bound * found.sd if self.relative else self.bound

    def met(self, found: Sureness) -> bool:
        """Whether the figure is sure enough."""
        return found.mcse <= self.limit(found)


def read_named_figure(text: str | None, scenario: Scenario) -> NamedFigure:
    """``DESIGN.PARTY.STATISTIC``, or ``PARTY.STATISTIC`` of the first design; without, the provider's mean there.

    :raises BadInput: with what is allowed.
    """
    designs = list(scenario.designs)
    named = text or "provider.mean"
    first, _, rest = named.partition(".")
    design, figure = (first, rest) if rest.partition("(")[0].count(".") else (designs[0], named)
    if design not in designs:
        near = did_you_mean(design, designs)
        raise BadInput("--figure", f"{shown(design)} is no design{near} (there: {listing(designs)})")
    try:
        return NamedFigure(design, read_figure(figure))
    except BadInput as error:
        problems = [replace(problem, place="--figure") for problem in error.problems]
        raise BadInput(problems) from None


def read_target(text: str, named: NamedFigure) -> Target:
    """``1%`` of the standard deviation of the party's money, or ``20000`` USD; of a chance, ``0.5%`` points.

    :raises BadInput: where it is no positive amount.
    """
    try:
        bound = read_amount(text)
    except BadInput:
        bound = math.nan
    if not (math.isfinite(bound) and bound > 0.0):
        allowed = "write 1% (of the standard deviation of the money) or an amount in USD, such as 20000 or 20k"
        if named.figure.is_chance:
            allowed = "write a chance such as 0.5%"
        raise BadInput("--until-mcse", f"{shown(text)} is no error to reach; {allowed}")
    return Target(bound, "%" in text and not named.figure.is_chance)


def further_draws(found: Sureness, target: Target, most: int) -> int:
    """To how many draws to go on: as many as the error found asks for, a little more, at most four times as many."""
    n, limit = found.draws, target.limit(found)
    ratio = (found.mcse / limit) ** 2 if limit > 0.0 and math.isfinite(found.mcse) else 2.0
    wanted = min(max(1.02 * n * ratio, 1.1 * n), 4.0 * n)
    return min(most, max(n + 1, math.ceil(wanted / _DRAWS_ROUND) * _DRAWS_ROUND))


@dataclass
class RunningError:
    """The Monte Carlo error of a figure while draws are simulated: settles what is finished, at little cost of time."""

    named: NamedFigure
    scenario: Scenario
    found: Sureness | None = None
    waiting: list[Part] = field(default_factory=list)
    _nets: list[Nets] = field(default_factory=list)
    _begun: float = field(default_factory=time.monotonic)
    _spent: float = 0.0

    def __call__(self, simulation: Simulation, parts: list[Part]) -> None:
        """Take finished parts over: a ``finished`` of ``simulate``."""
        self.waiting.extend(parts)
        if self._spent <= _SHARE_OF_TIME * (time.monotonic() - self._begun):
            begun = time.monotonic()
            self._settle(simulation)
            self._spent += time.monotonic() - begun

    def _settle(self, simulation: Simulation) -> None:
        from vbcsim.experience.parts import Part, in_runs, together

        for run in in_runs(self.waiting):
            part = Part(run[0].start, run[-1].stop, together(run))
            self._nets.append(self.named.nets(self.scenario, simulation.experience(part)))
        self.waiting.clear()
        all_nets = {party: np.concatenate([nets[party] for nets in self._nets], axis=1) for party in self._nets[0]}
        self._nets = [all_nets]
        if self.named.figure.party in all_nets and all_nets[self.named.figure.party].shape[1] > 1:
            self.found = self.named.of(all_nets)

    def __str__(self) -> str:
        if self.found is None:
            return ""
        if self.named.figure.is_chance:
            return f"{self.named} {100 * self.found.value:.1f}% ± {100 * self.found.mcse:.2g}"
        return f"{self.named} ${self.found.value:,.0f} ± {self.found.mcse:,.0f}"
