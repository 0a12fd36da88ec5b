"""Fit of the experience model to person-years: for each line of business its levels, frailty and severity.

What is fitted, by which method and why, is told by the modules beside this one: ``levels`` and ``relativities``,
``products`` and ``frailty``, ``severity``, ``figure`` (credibility and errors), ``goodness`` (how well it fits).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vbcsim.assumptions.spec import Service
from vbcsim.calibrate.claims.person_years import PersonYears
from vbcsim.calibrate.fit.figure import LEVEL_WIDTH, Figure, weighted
from vbcsim.calibrate.fit.frailty import Frailty, NoService, frailty_of, start_frailty
from vbcsim.calibrate.fit.levels import Levels, levels_of
from vbcsim.calibrate.fit.prior import BY_LINE, Prior, prior_of
from vbcsim.calibrate.fit.products import Products, products
from vbcsim.calibrate.fit.severity import WIDTHS, Severity, severity_of
from vbcsim.calibrate.population import Population
from vbcsim.core.attributes import Attribute
from vbcsim.core.errors import BadInput, Problem

__all__ = ["Fit", "LineFit", "fit"]

Floats = NDArray[np.float64]

_FEWEST_PERSONS = 50
"""Fewer persons than these in a line of business are not fitted."""
_SMALL = 11
"""Fewer persons than these tell nothing that is shown or written."""
_WHOLE_YEAR = 11.5
"""Months from which a year counts as whole."""


@dataclass(frozen=True, eq=False)
class LineFit:
    """The fit of one line of business."""

    line: str
    data: PersonYears
    """Its rows, in the categories that were used."""
    prior: Population | None
    prior_name: str
    levels: Levels
    products: Products
    frailty: Frailty
    severities: Mapping[str, Severity | None]
    figures: tuple[Figure, ...]
    """Every figure of the tables, by category; those of the shared frailty last."""
    few: frozenset[str]
    """Categories that 1 to 10 persons used: their figures are those of the table, nothing of these persons is told."""
    notes: tuple[str, ...]
    """What a reader must know."""

    def figure(self, category: str, field: str) -> Figure:
        """The figure of a field; ``""`` is the shared frailty."""
        return next(f for f in self.figures if (f.category, f.field) == (category, field))

    @property
    def mean_year(self) -> float:
        """Exposure-weighted mean of the years."""
        return float(np.average(self.data.year, weights=self.data.exposure))

    def population(self, at_year: float | None = None) -> Population:
        """The fitted population with plain figures at the level of a year (none: the last)."""
        from vbcsim.calibrate.fit.tables import population_of

        return population_of(self, at_year)


@dataclass(frozen=True, eq=False)
class Fit:
    """The experience model fitted to person-years."""

    lines: tuple[LineFit, ...]
    source: str
    seed: int
    stratum_is: Attribute
    """The attribute of cells that the data's stratum is."""
    left_out: tuple[str, ...] = ()
    """Lines of business and categories that were not fitted, as sentences."""

    def tables(self, folder: Path) -> tuple[Path, ...]:
        """Write services.csv, cells.csv, assumptions.yaml, diagnostics.json and diagnostics.md into a folder.

        The goodness of fit is simulated here; it takes some seconds. Cells of fewer than 11 persons are put together.
        """
        from vbcsim.calibrate.fit.files import write_fit

        return write_fit(self, folder)


def fit(data: PersonYears, *, prior: Prior = BY_LINE, seed: int = 1, stratum_is: Attribute = "enrollment_type") -> Fit:
    """Fit the experience model, each line of business by itself.

    :param prior: what thin figures are shrunk towards: ``by_line`` (the shipped tables of the line's name), the name
        of a shipped line, assumptions, a population, or none.
    :param stratum_is: which attribute of the cells the data's stratum is.
    :raises BadInput: where no line of business has 50 persons and a service.
    """
    lines, left = [], []
    for code, line in enumerate(data.line_of_business.labels):
        own = data.line_of_business.code == code
        if not own.any():
            continue
        part = data.part(own)
        if part.persons < _FEWEST_PERSONS or part.services.sum() == 0:
            left.append(f"{line} has fewer than {_FEWEST_PERSONS} persons or no service at all; it was not fitted")
            continue
        found = prior_of(prior, line)
        name = "" if found is None else prior if isinstance(prior, str) and prior != BY_LINE else found.name
        lines.append(_fit_line(line, part, found, name, seed))
    if not lines:
        raise BadInput([Problem("person-years", text) for text in left])
    return Fit(tuple(lines), data.source, seed, stratum_is, tuple(left))


def _fit_line(line: str, data: PersonYears, prior: Population | None, prior_name: str, seed: int) -> LineFit:
    data, notes = _used(data, prior)
    rows = [_row(prior, name) for name in data.categories]
    levels = levels_of(data, prior)
    services = data.services.astype(np.float64)
    found = products(services, levels.expected, data.person, data.year, levels.family, seed)
    none, warning = _no_service(data, levels, found)
    frailty = frailty_of(found, none, start_frailty(rows, None if prior is None else prior.frailty))
    severities = {name: severity_of(data, levels, j) for j, name in enumerate(data.categories)}
    figures: list[Figure] = []
    for j, name in enumerate(data.categories):
        figures += [f for f in levels.figures if f.category == name]
        figures += _frailty_figures(name, j, frailty, rows[j], data)
        figures += _severity_figures(name, severities[name], rows[j])
    figures += _shared_figures(frailty, prior, data)
    few = frozenset(name for name, n in _users(data).items() if 0 < n < _SMALL)
    figures = [_hidden(f, data, _row(prior, f.category)) if f.category in few else f for f in figures]
    notes = [*notes, *warning, *(f"{n}: fewer than {_SMALL} persons used it; as in the table" for n in sorted(few))]
    if len(data.years) == 1:
        notes.append("one year only: persistence and trends are those of the start, not of these persons")
    return LineFit(line, data, prior, prior_name, levels, found, frailty, severities, tuple(figures), few, tuple(notes))


def _used(data: PersonYears, prior: Population | None) -> tuple[PersonYears, list[str]]:
    """The data without categories that nobody used and no table describes."""
    from dataclasses import replace

    from vbcsim.calibrate.claims.person_years import ServiceCosts

    known = () if prior is None else prior.categories
    users = _users(data)
    seen = np.array([n > 0 for n in users.values()])
    keep = np.array([n >= _SMALL or name in known for name, n in users.items()])
    notes = [
        f"{name}: {f'fewer than {_SMALL} persons used it' if users[name] else 'no service'}; left out"
        for name, kept in zip(data.categories, keep, strict=True)
        if not kept
    ]
    if prior is not None:
        lacking = [name for name in data.categories if name not in known]
        notes += [f"{name}: no row of the shipped table; nothing to shrink towards" for name in lacking]
    unpaid = [n for n, s, u in zip(data.categories, seen, data.usd.sum(axis=0), strict=True) if s and u <= 0]
    if unpaid:
        raise BadInput("person-years", f"{', '.join(unpaid)}: services without cost; leave them out, or state cost")
    if keep.all():
        return data, notes
    claims = data.claims
    if claims is not None:
        place, own = np.cumsum(keep) - 1, keep[claims.category]
        claims = ServiceCosts(claims.row[own], place[claims.category[own]], claims.usd[own])
    names = tuple(name for name, kept in zip(data.categories, keep, strict=True) if kept)
    return replace(data, categories=names, usd=data.usd[:, keep], services=data.services[:, keep], claims=claims), notes


def _users(data: PersonYears) -> dict[str, int]:
    """Persons who used each category in any year."""
    return {n: len(np.unique(data.person[data.services[:, j] > 0])) for j, n in enumerate(data.categories)}


def _hidden(f: Figure, data: PersonYears, row: Service | None) -> Figure:
    """The table's figure in place of one that few persons would tell; its use lowered where it expects eleven users."""
    shipped = 0.0 if f.shipped is None else f.shipped
    width = {"utilization_per_1000": LEVEL_WIDTH * shipped, "mean_cost_usd": LEVEL_WIDTH * shipped}.get(f.field, 0.0)
    value = shipped
    if f.field == "utilization_per_1000" and row is not None and shipped > 0:
        spread = max(float(row.overdispersion), 1e-6)
        each = shipped / 1000.0 * float(data.exposure.sum()) / data.persons
        users = data.persons * (1.0 - (1.0 + spread * each) ** (-1.0 / spread))
        value = shipped * min(1.0, _SMALL / users)
    nan, inf = float("nan"), float("inf")
    return Figure(
        f.category, f.field, nan, inf, f.shipped, 0.0, value, min(width, value), f"fewer than {_SMALL} persons"
    )


def _row(prior: Population | None, name: str) -> Service | None:
    return None if prior is None else next((s for s in prior.services if s.category == name), None)


def _no_service(data: PersonYears, levels: Levels, found: Products) -> tuple[NoService | None, list[str]]:
    """Shares of whole years without a service; none where claims of users only seem to have been given."""
    whole = data.months >= _WHOLE_YEAR
    if whole.sum() < 100:
        return None, []
    years = np.searchsorted(np.array(data.years), data.year)
    spot = np.unique(levels.cell[whole] * len(data.years) + years[whole], return_inverse=True)[1].reshape(-1)
    size = np.bincount(spot).astype(np.float64)
    sums = np.stack([np.bincount(spot, column) for column in levels.expected[whole].T], axis=1)
    used = data.services[whole] > 0
    nothing = np.concatenate([~used, ~used.any(axis=1, keepdims=True)], axis=1).astype(np.float64)
    share = nothing.mean(axis=0)
    if share[-1] == 0.0:
        text = (
            "nobody is without a service in a whole year; are members without claims missing? They belong in the data"
        )
        return None, [text]
    groups, group = len(found.influence), found.group[whole]
    apart = np.stack([np.bincount(group, column, minlength=groups) for column in (nothing - share).T], axis=1)
    return NoService(sums / size[:, None], size / size.sum(), share, apart / whole.sum()), []


def _frailty_figures(name: str, j: int, frailty: Frailty, row: Service | None, data: PersonYears) -> list[Figure]:
    based = f"{data.persons:,} persons"
    values = {"overdispersion": frailty.overdispersion, "shared_weight": frailty.weight}
    found = []
    for field, value in (values | {"persistence": frailty.persistence}).items():
        shipped = None if row is None else float(getattr(row, field))
        z, sd = float(frailty.credibility[field][j]), float(frailty.error[field][j])
        alone, error = _alone(float(value[j]), sd, shipped, z)
        alone = alone if field == "overdispersion" else min(alone, 1.0)
        found.append(Figure(name, field, alone, error, shipped, z, float(value[j]), sd, based))
    return found


def _shared_figures(frailty: Frailty, prior: Population | None, data: PersonYears) -> list[Figure]:
    found = []
    pairs = (("variance", frailty.variance), ("persistence", frailty.shared_persistence))
    for k, (field, value) in enumerate(pairs):
        shipped = None if prior is None else float(getattr(prior.frailty, field))
        z, sd = float(frailty.credibility["shared"][k]), float(frailty.error["shared"][k])
        alone, error = _alone(value, sd, shipped, z)
        found.append(Figure("", field, alone, error, shipped, z, value, sd, f"{data.persons:,} persons"))
    return found


def _alone(value: float, sd: float, shipped: float | None, z: float) -> tuple[float, float]:
    """What the data say without the start that the joint estimate holds in it, on the logarithm; nan below 1 %."""
    if shipped is None:
        return value, sd
    if z < 0.01 or shipped <= 0 or value <= 0:
        return float("nan"), float("inf")
    own = shipped * (value / shipped) ** (1.0 / z)
    return own, own * sd / value / z**0.5


def _severity_figures(name: str, found: Severity | None, row: Service | None) -> list[Figure]:
    """Spread of the cost of one service; a tail too rare to be seen in so few costs is taken over from the table."""
    shipped = None if row is None else {field: float(getattr(row, field)) for field in WIDTHS}
    based = "too few single costs" if found is None else f"{found.costs:,} costs ({found.how})"
    figures = []
    for field, width in WIDTHS.items():
        told = shipped[field] if shipped else None
        own = {"body_sigma": 1.0, "tail_probability": 0.0, "tail_index": 3.0}[field]
        error = float("inf")
        if found is not None and not (field != "body_sigma" and _unseen(found, shipped)):
            own, error = float(getattr(found, field)), found.error[field]
        elif told is None:
            figures.append(Figure(name, field, float("nan"), error, None, 0.0, own, 0.0, based))
            continue
        if not np.isfinite(error) or own <= 0 or not told:
            # Taken over as it is where nothing was seen; alone where there is no tail, or nothing to weigh with.
            value, sd, z = (own, error, 1.0) if np.isfinite(error) else (told or 0.0, 0.0, 0.0)
        else:
            log, log_sd, z = weighted(float(np.log(own)), error / own, float(np.log(told)), width)
            value, sd = float(np.exp(log)), float(np.exp(log)) * log_sd
        estimate = own if np.isfinite(error) else float("nan")
        figures.append(Figure(name, field, estimate, error, told, z, value, sd, based))
    return figures


def _unseen(found: Severity, shipped: Mapping[str, float] | None) -> bool:
    """Whether a shipped tail could not have been seen in so few costs."""
    return shipped is not None and found.tail_probability == 0.0 and shipped["tail_probability"] * found.costs < 25
