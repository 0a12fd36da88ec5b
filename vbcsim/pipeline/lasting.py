"""Experiences of a run that may be broken off: what an earlier run left in the folder is not simulated again.

That is the experience of a finished run, of which a longer one is the continuation, and the shards of a run that was
killed. The bits are those of a run that was never broken off.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from vbcsim.core.errors import BadInput
from vbcsim.pipeline.folder import earlier_experience
from vbcsim.pipeline.stages import Progress, simulate

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.experience.blocks import Finished, Runner, Simulation
    from vbcsim.experience.parts import Part
    from vbcsim.scenario.model import Scenario

__all__ = ["Lasting"]


@dataclass
class Lasting:
    """Simulates the experiences of one run in its folder."""

    folder: Path
    threads: int | None = None
    runner: Runner | None = None
    """Where blocks are simulated; on threads of this process without."""
    draws_reused: int = 0
    """Draws that were there already, over all experiences; draws simulated, likewise."""
    draws_simulated: int = 0
    _known: dict[str, xr.Dataset] = field(default_factory=dict)

    def experience(
        self,
        scenario: Scenario,
        cohort: xr.Dataset,
        *,
        progress: Progress | None = None,
        watch: Finished | None = None,
    ) -> xr.Dataset:
        """The experience of a scenario's cohort.

        :param watch: called with parts as they are finished, beside the keeping of them.
        """
        from vbcsim.experience.draws import first_draws
        from vbcsim.experience.parts import fitting, part_of
        from vbcsim.experience.shards import Keeper, Shards
        from vbcsim.experience.simulate import experience_hash

        name = experience_hash(cohort, scenario.seed, scenario.engine)
        earlier = self._known.get(name)
        if earlier is None:
            earlier = self._of_folder(scenario, cohort)
            self.draws_reused += 0 if earlier is None else min(earlier.sizes["draw"], scenario.draws)
        if earlier is not None and earlier.sizes["draw"] >= scenario.draws:
            return first_draws(earlier, scenario.draws)
        shards = Shards(self.folder, name)
        whole = [] if earlier is None else [part_of(earlier)]
        known = fitting([*whole, *shards.load()], scenario.draws)
        there, before = sum(part.stop - part.start for part in known), sum(part.stop for part in whole)
        self.draws_reused += there - before
        self.draws_simulated += scenario.draws - there
        keeper = Keeper(shards)
        try:
            found = self._simulated(scenario, cohort, known, progress, _both(keeper, watch))
        finally:
            keeper.close()
        self._known[name] = found
        return found

    def _simulated(
        self,
        scenario: Scenario,
        cohort: xr.Dataset,
        known: Sequence[Part],
        progress: Progress | None,
        finished: Finished,
    ) -> xr.Dataset:
        return simulate(
            cohort,
            draws=scenario.draws,
            seed=scenario.seed,
            engine=scenario.engine,
            threads=self.threads,
            progress=progress,
            runner=self.runner,
            known=known,
            finished=finished,
        )

    def _of_folder(self, scenario: Scenario, cohort: xr.Dataset) -> xr.Dataset | None:
        try:
            return earlier_experience(self.folder, scenario, cohort)
        except BadInput:  # no finished run
            return None

    def kept(self) -> int:
        """Draws in the folder's shards, over all experiences."""
        from vbcsim.core.files import PARTS
        from vbcsim.experience.shards import Shards

        places = (self.folder / PARTS).glob("*")
        return sum(stop - start for place in places for start, stop in Shards(self.folder, place.name).ranges())


def _both(keeper: Finished, watch: Finished | None) -> Callable[[Simulation, list[Part]], None]:
    def finished(simulation: Simulation, parts: list[Part]) -> None:
        keeper(simulation, parts)
        if watch is not None:
            watch(simulation, parts)

    return finished
