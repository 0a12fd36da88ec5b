"""Frailty and severity by world, profile and category: the figures that shape an engine's tables.

A table cannot be drawn anew in every draw. Where such a figure is uncertain, it takes one of a few equally likely
values, its middle quantiles; a set of values of all such figures is a world, and a draw happens in one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.cohort.profile import Profiles
from vbcsim.core.errors import BadInput, Problem
from vbcsim.core.uncertain import WORLDS, Distribution, row_path, world_points

__all__ = ["SHAPES", "is_shape", "number_of_worlds", "severity", "shape_variables"]

SHAPES = ("overdispersion", "shared_weight", "persistence", "body_sigma", "tail_probability", "tail_index")
"""Figures of a service that shape tables."""

Floats = NDArray[np.float64]


def is_shape(path: str) -> bool:
    """Whether an assumption, by its place in the scenario, shapes tables: it takes its value from a draw's world."""
    row, _, figure = path.rpartition(".")
    of_service = row.startswith("assumptions.services") and figure in SHAPES
    return of_service or row.startswith("assumptions.shared_frailty")


def number_of_worlds(profiles: Profiles, more: Iterable[float] = ()) -> int:
    """How many worlds the figures need that shape tables; ``more`` are others that take a value by world."""
    figures = [*(value for _, value in _figures(profiles)), *more]
    return WORLDS if any(isinstance(value, Distribution) for value in figures) else 1


def shape_variables(profiles: Profiles, retention: float, worlds: int) -> dict[str, Any]:
    """Variables by world and profile (and category); persistence is that of a place in the panel, so who leaves
    takes it away.

    :raises BadInput: where the shared factor of some world exceeds a category's overdispersion.
    """
    points = {name: world_points(value, name, worlds) for name, value in _figures(profiles)}

    def by_profile(figure: str) -> Floats:
        return np.stack([points[_frailty_name(f, figure)] for f in profiles.frailty], axis=1)

    def by_category(figure: str) -> Floats:
        rows = [[points[_service_name(s, figure)] for s in services] for services in profiles.services]
        return np.moveaxis(np.array(rows), 2, 0)

    found = {name: by_category(name) for name in SHAPES}
    shared = by_profile("variance")
    _check_shares(profiles, found, shared)
    _check_tails(profiles, found)
    dims = ("world", "profile", "category")
    return {
        **{name: (dims, found[name]) for name in SHAPES if name != "persistence"},
        "own_persistence": (dims, found["persistence"] * retention),
        "maximum_multiple": (
            dims,
            np.tile([[severity(s)[3] for s in row] for row in profiles.services], (worlds, 1, 1)),
        ),
        "shared_variance": (dims[:2], shared),
        "shared_persistence": (dims[:2], by_profile("persistence") * retention),
    }


def _figures(profiles: Profiles) -> Iterator[tuple[str, float]]:
    """Every figure that shapes a table, by its place in the scenario."""
    for services, frailty in zip(profiles.services, profiles.frailty, strict=True):
        for s in services:
            for figure in SHAPES:
                yield _service_name(s, figure), getattr(s, figure)
        for figure in ("variance", "persistence"):
            yield _frailty_name(frailty, figure), getattr(frailty, figure)


def _service_name(service: Any, figure: str) -> str:
    return f"{row_path('assumptions.services', service)}.{figure}"


def _frailty_name(frailty: Any, figure: str) -> str:
    line = frailty.line_of_business
    return f"assumptions.shared_frailty{'' if line == 'all' else f'[{line}]'}.{figure}"


def severity(service: Any) -> tuple[float, float, float, float]:
    """Sigma of the body, probability and index of the tail, largest cost over the mean (infinity: unlimited)."""
    bounded = service.maximum_usd is not None and service.mean_cost_usd > 0
    maximum = float(service.maximum_usd / service.mean_cost_usd) if bounded else np.inf
    return float(service.body_sigma), float(service.tail_probability), float(service.tail_index), maximum


def _check_shares(profiles: Profiles, found: dict[str, Floats], shared: Floats) -> None:
    """Overdispersion and shared factor may be uncertain; they must fit one another in every world."""
    weight = found["shared_weight"]
    lacking = weight**2 * shared[..., None] - found["overdispersion"]
    problems = []
    for f, services in enumerate(profiles.services):
        for j, s in enumerate(services):
            w = int(np.argmax(lacking[:, f, j]))
            if lacking[w, f, j] > 1e-9:
                problems.append(
                    Problem(
                        _service_name(s, "overdispersion"),
                        f"{found['overdispersion'][w, f, j]:.4g} can meet a shared factor that alone brings "
                        f"{weight[w, f, j] ** 2 * shared[w, f]:.4g} (shared_weight^2 x shared_frailty.variance); "
                        "narrow the distributions, or lower shared_weight",
                    )
                )
    if problems:
        raise BadInput(list(dict.fromkeys(problems)))


def _check_tails(profiles: Profiles, found: dict[str, Floats]) -> None:
    """An uncertain tail has a variance in every world."""
    problems = [
        Problem(
            _service_name(s, "tail_index"),
            f"can be {found['tail_index'][:, f, j].min():.4g}, which gives an infinite variance; "
            "state maximum_usd, or a distribution above 2",
        )
        for f, services in enumerate(profiles.services)
        for j, s in enumerate(services)
        if s.maximum_usd is None
        if ((found["tail_probability"][:, f, j] > 0) & (found["tail_index"][:, f, j] <= 2)).any()
    ]
    if problems:
        raise BadInput(list(dict.fromkeys(problems)))
