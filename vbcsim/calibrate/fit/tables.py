"""Rows of the shipped format from a fit: services with their uncertainty as distributions, cells, shared frailty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from vbcsim.assumptions.spec import Service, SharedFrailty
from vbcsim.calibrate.fit.figure import Figure, uncertain
from vbcsim.calibrate.population import Population
from vbcsim.cohort.spec import Cell
from vbcsim.core.uncertain import Distribution

if TYPE_CHECKING:
    from vbcsim.calibrate.fit.fit import Fit, LineFit

__all__ = ["SMALL", "all_rows", "cells_of", "frailty_row", "population_of", "service_rows", "small_cells", "source_of"]

SMALL: Final = 11
"""Cells of fewer persons are put together and never shown."""
_FIELDS: Final = (
    "utilization_per_1000", "mean_cost_usd", "overdispersion", "shared_weight", "persistence", "body_sigma",
    "tail_probability", "tail_index", "utilization_trend", "price_trend",
)  # fmt: skip
_CAPPED: Final = 200.0
"""A maximum, as a multiple of the mean cost, for tails so heavy that the variance would not exist."""
_STEPS: Final = (500.0, 1000.0, 2000.0, 5000.0, 10_000.0)
"""Further maxima, where twice the largest cost that was seen lies beyond it."""
_FIRST_YEAR: Final = 1990
"""Years before it are numbers of years, or of another time: a table then names none."""
_SHAPES: Final = ("overdispersion", "shared_weight")
_POINT: Final = 31.0 / 32.0
"""Where the outermost of sixteen worlds lies."""
_NARROWER: Final = (1.0, 0.7, 0.5, 0.3, 0.15)


def service_rows(fit: LineFit, line: str = "all", *, plain: bool = False) -> tuple[Service, ...]:
    """The services of a line of business; figures as distributions, or plain."""
    variance = fit.figure("", "variance").value
    rows = []
    for name in fit.data.categories:
        figures = {field: fit.figure(name, field) for field in _FIELDS}
        values: dict[str, Any] = {field: f.value if plain else f.written for field, f in figures.items()}
        if not plain:
            values.update(_compatible(figures, variance))
        values["maximum_usd"] = _maximum(fit, name, values)
        model = None if fit.prior is None else next((s for s in fit.prior.services if s.category == name), None)
        rows.append(
            Service(
                category=name,
                line_of_business=line,
                service=model.service if model else "service",
                seasonality=model.seasonality if model else None,
                reference_year=reference if (reference := fit.levels.reference_year) >= _FIRST_YEAR else None,
                source=source_of(fit, list(figures.values()), model),
                **values,
            )
        )
    return tuple(rows)


def _compatible(figures: dict[str, Figure], variance: float) -> dict[str, float]:
    """Overdispersion and weight narrowed together until the shared factor fits into the overdispersion in every world.

    The variance of the shared factor is written plain: the data tell its product with the weights.
    """
    over, weight = (figures[name] for name in _SHAPES)
    for part in _NARROWER:
        a = uncertain(over.field, over.value, part * over.sd)
        v = uncertain(weight.field, weight.value, part * weight.sd)
        low = float(a.quantile(1.0 - _POINT)) if isinstance(a, Distribution) else a
        high = float(v.quantile(_POINT)) if isinstance(v, Distribution) else v
        if high**2 * variance <= low and high < 0.99:
            return dict(zip(_SHAPES, (a, v), strict=True))
    return dict(zip(_SHAPES, (over.value, weight.value), strict=True))


def _maximum(fit: LineFit, name: str, values: dict[str, Any]) -> float | None:
    """A largest cost where the tail's variance would not exist, in the mean or in some world."""
    index = values["tail_index"]
    lowest = index.reach[0] if isinstance(index, Distribution) else index
    if values["tail_probability"] == 0 or lowest > 2.02:
        return None
    severity = fit.severities[name]
    model = None if fit.prior is None else next((s for s in fit.prior.services if s.category == name), None)
    shipped = model.maximum_usd / model.mean_cost_usd if model and model.maximum_usd else _CAPPED
    # In coarse steps, so that the largest cost of one service, one person's, is not told.
    needed = 2.0 * severity.largest if severity else 0.0
    multiple = next((m for m in (shipped, *_STEPS) if m >= max(needed, shipped)), _STEPS[-1])
    return float(multiple * float(values["mean_cost_usd"]))


def source_of(fit: LineFit, figures: list[Figure], model: Service | None) -> str:
    """Where a row comes from: the data, their size, and the weight of the data by kind of figure."""
    words = {
        "utilization_per_1000": "use",
        "mean_cost_usd": "cost",
        "overdispersion": "spread",
        "body_sigma": "severity",
    }
    weights = ", ".join(f"{word} {f.credibility:.2f}" for f in figures if (word := words.get(f.field)))
    years = fit.data.years
    span = f"{years[0]}" if len(years) == 1 else f"{years[0]}-{years[-1]}"
    text = f"fitted to {fit.data.source}, {fit.data.persons:,} persons, years {span}, credibility {weights}"
    if model is None:
        return f"{text} (no shipped figure)"
    return f"{text}; the rest from {fit.prior_name or 'the table shrunk towards'}: {model.source}"[:4000]


def frailty_row(fit: LineFit, line: str = "all", *, plain: bool = False) -> SharedFrailty:
    """The shared frailty; its variance plain, since the weights carry what is uncertain."""
    variance, persistence = (fit.figure("", name) for name in ("variance", "persistence"))
    return SharedFrailty(
        line_of_business=line,
        variance=variance.value,
        persistence=persistence.value if plain else persistence.written,
        source=f"fitted to {fit.data.source}, {fit.data.persons:,} persons, credibility "
        f"{variance.credibility:.2f} (variance), {persistence.credibility:.2f} (persistence)",
    )


def cells_of(fit: LineFit, stratum_is: str, prefix: str = "") -> tuple[Cell, ...]:
    """Rating cells with members of the last year and relativities; cells of few persons are put into one."""
    levels = fit.levels
    members = np.array([c.latest_years for c in levels.cells])
    hidden = small_cells(fit)
    groups = [[k] for k in range(len(levels.cells)) if k not in hidden] + ([list(hidden)] if hidden else [])
    cost = np.array([fit.figure(c, "utilization_per_1000").value for c in fit.data.categories])
    cost = cost * np.array([fit.figure(c, "mean_cost_usd").value for c in fit.data.categories])
    return tuple(cell for g in groups if (cell := _cell(fit, g, members, cost, stratum_is, prefix)) is not None)


def small_cells(fit: LineFit) -> tuple[int, ...]:
    """Cells that are put together and not shown: those of few persons, and as many more as make eleven of them."""
    persons = [c.persons for c in fit.levels.cells]
    order = sorted(range(len(persons)), key=lambda k: persons[k])
    hidden = [k for k in order if persons[k] < SMALL]
    more = order[len(hidden) :]
    while hidden and more and (len(hidden) < 2 or sum(persons[k] for k in hidden) < SMALL):
        hidden.append(more.pop(0))
    return tuple(sorted(hidden))


def _cell(
    fit: LineFit, group: list[Any], members: np.ndarray[Any, Any], cost: Any, stratum_is: str, prefix: str
) -> Cell | None:
    """One cell from one or several; none where nobody of it was there in the last year."""
    levels, n = fit.levels, float(members[group].sum())
    if n <= 0:
        return None
    weight = members[group] / n
    use = weight @ levels.use.cell[group]
    price = np.divide(
        weight @ (levels.use.cell[group] * levels.price.cell[group]), use, out=np.ones_like(use), where=use > 0
    )
    told = [name not in fit.few for name in fit.data.categories]
    use, price = np.where(told, use, 1.0), np.where(told, price, 1.0)
    key = levels.cells[group[0]]
    one = len(group) == 1
    words = {"age_band": key.age_band, "sex": key.sex, stratum_is: key.stratum} if one else {}
    name = (
        "_".join(w for w in (prefix, *words.values()) if w and w != "all")
        if one
        else f"{prefix}_small_cells".strip("_")
    )
    names = fit.data.categories
    return Cell(
        cell=name or "everybody",
        members=max(1, round(n)),
        line_of_business=fit.line,
        use={c: float(u) for c, u in zip(names, use, strict=True)},
        price={c: float(max(p, 1e-6)) for c, p in zip(names, price, strict=True)},
        risk_score=float(np.clip(cost @ (use * price) / cost.sum(), 0.01, 99.0)),
        **words,
    )


def population_of(fit: LineFit, at_year: float | None = None) -> Population:
    """The fitted population with plain figures, cells weighted by all their person-years.

    :param at_year: the year whose level it has, fractions allowed (none: the last year of the data).
    """
    levels = fit.levels
    ahead = 0.0 if at_year is None else at_year - levels.reference_year
    services = tuple(
        s.model_copy(
            update={
                "utilization_per_1000": s.utilization_per_1000 * (1 + s.utilization_trend) ** ahead,
                "mean_cost_usd": s.mean_cost_usd * (1 + s.price_trend) ** ahead,
            }
        )
        for s in service_rows(fit, plain=True)
    )
    names = fit.data.categories
    cells = tuple(
        Cell(
            cell=f"c{k}",
            members=max(1, round(key.person_years)),
            age_band=key.age_band,
            sex=key.sex,
            use=dict(zip(names, map(float, levels.use.cell[k]), strict=True)),
            price=dict(zip(names, (float(max(p, 1e-6)) for p in levels.price.cell[k]), strict=True)),
        )
        for k, key in enumerate(levels.cells)
    )
    return Population(fit.line, cells, services, frailty_row(fit, plain=True))


def all_rows(fit: Fit) -> tuple[tuple[Service, ...], tuple[SharedFrailty, ...], tuple[Cell, ...]]:
    """Services, shared frailties and cells of all lines of business; one line alone stands for all."""
    single = len(fit.lines) == 1
    services: list[Service] = []
    frailties: list[SharedFrailty] = []
    cells: list[Cell] = []
    for line in fit.lines:
        services += service_rows(line, "all" if single else line.line)
        frailties.append(frailty_row(line, "all" if single else line.line))
        cells += cells_of(line, fit.stratum_is, "" if single else line.line)
    return tuple(services), tuple(frailties), tuple(cells)
