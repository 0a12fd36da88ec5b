"""Sobol indices: which uncertain assumption, and which layer of chance, a party's money varies with.

Every draw of a run is one point of a space whose coordinates are the uncertain assumptions (one each), the uncertain
shapes of tables (together, as a *world*), the interventions and the measures, and the layers of chance: what all
markets share, what a provider group shares, and which members fall ill. The addresses of random numbers let any one
coordinate be drawn anew while all others stay, so the design of Saltelli's method needs no sampling of its own: A is
the run's own draws, B the same with every coordinate drawn anew, AB_i is A with coordinate i from B.

What is indexed is a figure *of a draw*: the party's net money over the contract, or whether it lost. With ``V`` its
variance, the first-order index of a coordinate is ``Var(E[net | coordinate]) / V``, what would be gone of the variance
if it were known; the total index is ``E[Var(net | all others)] / V``, what would remain if everything else were known.
The chance of members is one of the coordinates, so an assumption's index is of the whole net, with process noise in the
remainder. Its share in the *conditional mean* ``E[net | all assumptions]`` is its first-order index over that of all
assumptions together, which is found as a coordinate of its own (``parameter``).

Indices are those of ``scipy.stats.sobol_indices`` (estimators of Saltelli and others 2010, Computer Physics
Communications 181); errors are the standard deviation over resamples of the draws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vbcsim.cohort.shapes import is_shape
from vbcsim.contract.settle import settle
from vbcsim.core.errors import BadInput
from vbcsim.experience.draws import first_draws
from vbcsim.experience.layers import LAYERS
from vbcsim.experience.parameters import named_parameters
from vbcsim.experience.simulate import simulate
from vbcsim.negotiate.goal import Figure
from vbcsim.outcomes.distribution import Estimate
from vbcsim.outcomes.dominance import HALF_A_CENT
from vbcsim.outcomes.ledger import with_own_revenue

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.scenario.model import Scenario

__all__ = ["ASSUMPTIONS", "CohortRun", "Indices", "coordinates", "indices", "sobol"]

Floats = NDArray[np.float64]
ASSUMPTIONS = "parameter"
"""The layer that holds every uncertain assumption."""
_SHIFT = 2_000_000
"""What is added to draw numbers: far beyond the draws of a run and those of the variance split."""
_RESAMPLES = 200
_SEED = 21
"""Of the resampling, which is the same on every rerun; any number would do."""


class CohortRun(Protocol):
    """A finished run with the cohort that it simulated."""

    @property
    def scenario(self) -> Scenario: ...
    @property
    def cohort(self) -> xr.Dataset: ...
    @property
    def experience(self) -> xr.Dataset: ...


@dataclass(frozen=True)
class Indices:
    """First-order and total index of every coordinate, with their Monte Carlo errors."""

    coordinates: tuple[str, ...]
    first: Estimate
    """(coordinate,)"""
    total: Estimate
    """(coordinate,)"""
    of: str
    """What is indexed."""
    draws: int
    variance: float
    """Of what is indexed, over both samples."""

    def of_conditional_mean(self, k: int) -> float:
        """The share of an assumption in the variance that all assumptions make; NaN where they make none."""
        if ASSUMPTIONS not in self.coordinates:
            return float("nan")
        whole = float(self.first.value[self.coordinates.index(ASSUMPTIONS)])
        return float(self.first.value[k]) / whole if whole > 0.0 else float("nan")


def coordinates(cohort: xr.Dataset) -> dict[str, dict[str, int]]:
    """What is drawn anew for each coordinate: name -> ``shift`` of ``simulate``; assumptions first, then layers.

    A number that is plain is no coordinate; without an uncertain one there are only layers.
    """
    named = {name: {name: _SHIFT} for name in named_parameters(cohort) if _is_uncertain(cohort, name)}
    layers = [layer for layer in LAYERS if layer != ASSUMPTIONS or named]
    return named | {layer: {layer: _SHIFT} for layer in layers}


def _is_uncertain(cohort: xr.Dataset, name: str) -> bool:
    """Whether what a name stands for differs by draw; shapes do so by their world alone."""
    section, _, own = name.partition(".")
    if section not in ("interventions", "measures"):
        return not is_shape(name)
    dim = section.removesuffix("s")
    part = cohort.sel({dim: own})
    kinds = [v for v in part.data_vars.values() if str(v.name).startswith(f"{dim}_") and "figure" in v.dims]
    if section == "interventions" and "measure_points" in part:
        kinds.append(part["measure_points"])
    return any(bool((v.isel(figure=0) > 0).any()) for v in kinds)


def sobol(
    run: CohortRun,
    design: str,
    figure: Figure,
    *,
    draws: int,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Indices:
    """The indices of a figure of a draw under one design: net money (``mean``), or whether it was lost (``p_loss``).

    Each coordinate costs one further, shorter simulation.

    :param figure: a party's ``mean``, ``p_loss``, ``p_gain``, ``p_loss_over(...)`` or ``p_gain_over(...)``.
    :param draws: of each simulation; the largest power of two up to it, and up to the draws of the run, is used.
    :raises BadInput: on another figure, or too few draws.
    """
    n = 2 ** int(np.log2(max(min(draws, run.experience.sizes["draw"]), 1)))
    if n < 2:
        raise BadInput("draws", "Sobol indices need two draws or more, and a few hundred to tell anything")
    value = _of_draw(figure)
    shifts = coordinates(run.cohort)
    everything = {"": dict.fromkeys(LAYERS, _SHIFT)} | shifts

    def nets(experience: xr.Dataset) -> Floats:
        designs = {design: run.scenario.settled_designs[design]}
        net = settle(with_own_revenue(experience, run.scenario.economics), designs)["net_usd"].isel(design=0)
        parties = list(map(str, net["party"].values))
        if figure.party not in parties:
            raise BadInput("--figure", f"{design} has no party {figure.party} (there: {', '.join(parties)})")
        return value(net.sel(party=figure.party).sum("year").values)

    attrs = run.experience.attrs
    asked: dict[str, Any] = {"draws": n, "seed": int(attrs["seed"]), "engine": str(attrs["engine"])}
    base = nets(first_draws(run.experience, n))
    anew: list[Floats] = []
    for k, shift in enumerate(everything.values()):
        if progress is not None:
            progress(k * n, len(everything) * n)
        anew.append(nets(simulate(run.cohort, **asked, threads=threads, shift=shift)))
    return indices(tuple(shifts), base, anew[0], np.stack(anew[1:]), of=_words(figure))


def indices(names: tuple[str, ...], f_a: Floats, f_b: Floats, f_ab: Floats, *, of: str = "") -> Indices:
    """The indices from the three samples that Saltelli's method needs.

    :param f_a: (draw,); ``f_b`` likewise with every coordinate from the second sample.
    :param f_ab: (coordinate, draw): the first sample with one coordinate from the second. The number of draws is a
        power of two.
    """
    from scipy.stats import sobol_indices

    n = len(f_a)

    def estimated(rows: NDArray[np.int64]) -> Floats:
        samples = {"f_A": f_a[None, rows], "f_B": f_b[None, rows], "f_AB": f_ab[:, None, rows]}
        found = sobol_indices(func=samples, n=n)
        return np.stack([np.atleast_1d(found.first_order), np.atleast_1d(found.total_order)])

    value = estimated(np.arange(n))
    rng = np.random.default_rng(_SEED)
    error = np.std([estimated(rng.integers(n, size=n)) for _ in range(_RESAMPLES)], axis=0, ddof=1)
    variance = float(np.concatenate([f_a, f_b]).var(ddof=1))
    return Indices(names, Estimate(value[0], error[0]), Estimate(value[1], error[1]), of, n, variance)


def _of_draw(figure: Figure) -> Callable[[Floats], Floats]:
    """What a figure is of a single draw."""
    if figure.statistic == "mean":
        return lambda net: net
    if figure.statistic in ("p_loss", "p_loss_over"):
        return lambda net: (net < -figure.amount - HALF_A_CENT).astype(np.float64)
    if figure.statistic in ("p_gain", "p_gain_over"):
        return lambda net: (net > figure.amount + HALF_A_CENT).astype(np.float64)
    raise BadInput(
        "--figure", f"{figure} is no figure of a single draw; index a mean, p_loss, p_gain or one of an amount"
    )


def _words(figure: Figure) -> str:
    if figure.statistic == "mean":
        return f"the {figure.party}'s net money of a draw"
    verb = "gained" if "gain" in figure.statistic else "lost"
    over = f" more than ${figure.amount:,.0f}" if figure.amount else ""
    return f"whether the {figure.party} {verb}{over} in a draw"
