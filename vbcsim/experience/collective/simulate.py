"""The claims of risks, draw by draw: addressed random numbers, inverted one by one.

A number of claims is the inverse of its distribution function at one uniform number; each amount is what its law
exceeds with the chance of another. So a draw is the same bits whatever else is simulated, and risks that are added,
years that are added, and other limits leave the claims of the rest as they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vbcsim.core.dataset import label
from vbcsim.core.errors import VbcsimError
from vbcsim.core.version import VERSION
from vbcsim.experience.collective.build import risks_of
from vbcsim.experience.collective.frequency import MixedPoisson
from vbcsim.experience.collective.spec import Risk
from vbcsim.experience.layers import LayerDraws
from vbcsim.random.named import address_of
from vbcsim.random.streams import STREAM_VERSION, Stream
from vbcsim.random.twin import wide_uniforms

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.experience.parts import Part
    from vbcsim.experience.record import Variables

__all__ = ["ENGINE", "CollectiveSimulation"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ENGINE = "collective"
"""What simulates risks, whatever engine a scenario asks for."""
_FIRST_YEAR = 1990
_FACTOR = 1
"""Item of the factor of a mixed Poisson; that of the number itself is 0."""
_BY_STRATUM = ("draw", "year", "stratum")


class _Claims(NamedTuple):
    """The claims of one risk and year: their draws (counted from the first) and what is covered of each [USD]."""

    draw: Integers
    covered_usd: Floats


@dataclass(frozen=True)
class CollectiveSimulation:
    """Risks with all that decides what happens to them; gives any of their draws (see ``blocks.Simulation``)."""

    cohort: xr.Dataset
    seed: int
    layers: LayerDraws
    experience_hash: str

    @property
    def name(self) -> str:
        """The engine."""
        return ENGINE

    @cached_property
    def _risks(self) -> dict[str, Risk]:
        return risks_of(self.cohort)

    @cached_property
    def _years(self) -> list[int]:
        return [int(year) for year in self.cohort["year"].values]

    @property
    def member_periods(self) -> int:
        """The work of a draw: its expected number of claims."""
        exposure = self.cohort["risk_exposure"].values
        each = np.array([risk.frequency.expectation() for risk in self._risks.values()])
        return int(np.ceil((exposure * each).sum())) + len(each)

    def variables(self, start: int, stop: int) -> Variables:
        """The variables by draw of the draws ``start`` to ``stop - 1``."""
        shape = (stop - start, len(self._years), len(self._risks))
        spent, counted = np.zeros((*shape, shape[2])), np.zeros((*shape, shape[2]))
        floors, listed = self.cohort["claimant_floor_usd"].values, []
        for s, name in enumerate(self._risks):
            for y in range(shape[1]):
                claims = self._claims(name, s, y, start, stop)
                spent[:, y, s, s] = np.bincount(claims.draw, claims.covered_usd, shape[0])
                counted[:, y, s, s] = np.bincount(claims.draw, minlength=shape[0])
                large = claims.covered_usd > floors[s]
                where = np.stack(np.broadcast_arrays(claims.draw[large], y, s))
                listed.append((claims.covered_usd[large], where))
        usd = np.concatenate([amounts for amounts, _ in listed])
        draw, year, stratum = np.concatenate([where for _, where in listed], axis=1)
        order = np.lexsort((stratum, year, draw))
        growth = np.tile(self.cohort["prospective_index"].values, (shape[0], 1))
        return {
            "expenditure_usd": ((*_BY_STRATUM, "category"), spent),
            "utilization": ((*_BY_STRATUM, "category"), counted),
            "risk_score": (_BY_STRATUM, np.ones(shape)),
            "national_index": (_BY_STRATUM[:2], growth),
            "regional_index": (_BY_STRATUM[:2], growth),
            "claimant_usd": (("claimant",), usd[order]),
            "claimant_draw": (("claimant",), (draw[order] + start).astype(np.int32)),
            "claimant_year": (("claimant",), year[order].astype(np.int32)),
            "claimant_stratum": (("claimant",), stratum[order].astype(np.int32)),
        }

    def _claims(self, name: str, s: int, y: int, start: int, stop: int) -> _Claims:
        """The covered claims of a risk in a year, draw by draw."""
        risk = self._risks[name]
        number = self._numbers(name, float(self.cohort["risk_exposure"].values[y, s]), y, start, stop)
        draw = np.repeat(np.arange(stop - start), number)
        claim = np.arange(len(draw)) - np.repeat(np.cumsum(number) - number, number)
        ids = self.layers.of(Stream.COLLECTIVE_SEVERITY, start, stop)[draw]
        where: dict[str, ArrayLike] = {
            "draw": ids,
            "cell": address_of(name)[0],
            "member": claim,
            "period": self._years[y] - _FIRST_YEAR,
        }
        v = wide_uniforms(self.seed, Stream.COLLECTIVE_SEVERITY, **where)
        usd = risk.severity.isf(v[..., 0], v[..., 1]) * float(self.cohort["severity_index"].values[y, s])
        if risk.deductible_usd > 0.0:
            passed = usd > risk.deductible_usd
            draw, usd = draw[passed], usd[passed] - risk.deductible_usd
        return _Claims(draw, usd if risk.limit_usd is None else np.minimum(usd, risk.limit_usd))

    def _numbers(self, name: str, exposure: float, y: int, start: int, stop: int) -> Integers:
        """Numbers of claims (draw,), before any deductible."""
        frequency = self._risks[name].frequency
        if exposure == 0.0:
            return np.zeros(stop - start, dtype=np.int64)
        stream, (cell, member) = Stream.COLLECTIVE_COUNT, address_of(name)
        period = self._years[y] - _FIRST_YEAR
        where: dict[str, ArrayLike] = {"draw": self.layers.of(stream, start, stop), "cell": cell, "member": member}
        v = wide_uniforms(self.seed, stream, **where, period=period)[..., 0]
        if isinstance(frequency, MixedPoisson):
            own = wide_uniforms(self.seed, stream, **where, period=0 if frequency.lasts else period, item=_FACTOR)
            factor = frequency.factor.isf(own[..., 0], own[..., 1])
            return frequency.counts(1.0 - v, factor, exposure).astype(np.int64)
        # The number is what is passed with a chance of at most v.
        above = 1.0 - np.cumsum(frequency.probabilities(exposure))
        return np.searchsorted(-above, -v, side="left").astype(np.int64)

    def experience(self, part: Part) -> xr.Dataset:
        """The experience dataset of a part; its draws count from nought."""
        import xarray as xr

        variables = dict(part.variables)
        dims, draw = variables["claimant_draw"]
        variables["claimant_draw"] = (dims, draw - np.int32(part.start))
        if not np.isfinite(variables["expenditure_usd"][1]).all():
            raise VbcsimError("the simulated claims are not finite; give the risks limits, or lighter tails")
        exposure = self.cohort["risk_exposure"].values
        data = {
            **variables,
            "person_years": (("year", "stratum"), exposure),
            "lives": (("year", "stratum"), exposure),
            "prospective_index": ("year", self.cohort["prospective_index"].values),
            "claimant_floor_usd": ("stratum", self.cohort["claimant_floor_usd"].values),
        }
        draws = part.stop - part.start
        attrs = {
            "experience_hash": self.experience_hash,
            "seed": str(self.seed),
            "engine": ENGINE,
            "draws": draws,
            "members": round(float(exposure[-1].sum())),
            "vbcsim_version": VERSION,
            "stream_version": STREAM_VERSION,
        }
        coords = {str(name): coord for name, coord in self.cohort.coords.items()} | {"draw": np.arange(draws)}
        told = {"": f"simulated, engine {ENGINE}, seed {self.seed}"}
        return label(xr.Dataset(data, coords, attrs), told)
