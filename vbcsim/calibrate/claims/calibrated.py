"""From a folder of claims to a cohort, assumption tables and a scenario: the steps in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from vbcsim.assumptions.spec import Service, SharedFrailty
from vbcsim.calibrate.claims.completion import Completion, completion_of, year_factors
from vbcsim.calibrate.claims.extract import Extract
from vbcsim.calibrate.claims.hcc import Scores
from vbcsim.calibrate.claims.person_years import PersonYears, ServiceCosts
from vbcsim.calibrate.claims.service_categories import CATEGORIES, UNKNOWN, units
from vbcsim.calibrate.claims.suppression import LEAST
from vbcsim.calibrate.claims.tiered import NEW, frailty_by_tier, tiered
from vbcsim.calibrate.fit.fit import Fit, fit
from vbcsim.calibrate.fit.tables import all_rows
from vbcsim.cohort.spec import Cell
from vbcsim.core.attributes import Attribute
from vbcsim.core.uncertain import Distribution

__all__ = ["Calibrated", "calibrate_claims", "few_users"]

_FALLBACK: Final = "outpatient_other"


@dataclass(frozen=True, eq=False)
class Calibrated:
    """Everything that comes of a folder of claims."""

    extract: Extract
    completion: Mapping[bool, Completion | None]
    """Completion of medical (False) and pharmacy (True) claims."""
    factors: Mapping[tuple[int, int], tuple[float, float]]
    """Completion by year and category: factor and relative error."""
    people: PersonYears
    """Completed person-years."""
    fit: Fit
    services: tuple[Service, ...]
    frailties: tuple[SharedFrailty, ...]
    cells: tuple[Cell, ...]
    exit_rate: float
    """Chance to leave within a month."""
    exit_error: float
    tiers: tuple[float, ...]
    notes: tuple[str, ...]


def calibrate_claims(
    extract: Extract, *, tiers: Sequence[float] = (), complete: bool = True, seed: int = 1
) -> Calibrated:
    """Complete, fit and cut into cells.

    :param tiers: where to cut persons by cost of the year before, as shares from below.
    :param complete: whether recent months are brought to their ultimate.
    :raises BadInput: where there are too few persons to fit.
    """
    kinds = (False, True) if extract.pharmacy else (False,)
    completion = {kind: completion_of(extract.triangle, kind) if complete else None for kind in kinds}
    factors = year_factors(extract.months, completion)
    people, notes = _folded(_completed(extract.people, factors))
    attribute: Attribute = cast(Attribute, extract.strata[0]) if extract.strata else "equity_stratum"
    found = fit(people, seed=seed, stratum_is=attribute)
    services, frailties, cells = all_rows(found)
    attributes: tuple[str, ...] = extract.strata
    scores, last = extract.scores, people.part(people.year == people.years[-1])
    if tiers:
        attributes = ("risk_tier", *attributes)
        last = tiered(people, tiers, scores.of_person if scores else None)
        frail = frailty_by_tier(people, tiers) if scores is None else {}
        cells = tuple(
            c.model_copy(update={"frailty_relativity": frail.get(c.risk_tier.split("/")[0], 1.0)})
            for c in all_rows(fit(last, seed=seed, stratum_is="risk_tier"))[2]
        )
        notes += _tier_notes(people, tiers, scores)
    if scores is not None:
        cells = _with_scores(cells, last, scores.of_person, attributes[0] if attributes else attribute)
        notes += (f"risk scores of cells: {scores.words}; where nobody is scored, the cost of the cell",)
    gone, open_months = extract.exits
    rate = gone / open_months if open_months else 0.0
    return Calibrated(
        extract=extract,
        completion=completion,
        factors=factors,
        people=people,
        fit=found,
        services=_every_line(tuple(_hidden(_widened(s, factors, extract.years[-1]), found) for s in services)),
        frailties=frailties,
        cells=tuple(_level(_split(cell, attributes), found) for cell in cells),
        exit_rate=rate,
        exit_error=float(np.sqrt(rate * (1 - rate) / open_months)) if open_months else 0.0,
        tiers=tuple(tiers),
        notes=(*notes, *found.left_out, *(note for line in found.lines for note in line.notes)),
    )


def _completed(data: PersonYears, factors: Mapping[tuple[int, int], tuple[float, float]]) -> PersonYears:
    """Cost brought to its ultimate, by year and category; the number of services stays as it was paid."""
    table = np.array(
        [
            [factors.get((year, CATEGORIES.index(name)), (1.0, 0.0))[0] for name in data.categories]
            for year in data.years
        ]
    )
    row = np.searchsorted(np.array(data.years), data.year)
    claims = data.claims
    if claims is not None:
        claims = ServiceCosts(claims.row, claims.category, claims.usd * table[row[claims.row], claims.category])
    return replace(data, usd=data.usd * table[row], claims=claims)


def _folded(data: PersonYears) -> tuple[PersonYears, tuple[str, ...]]:
    """Services that no rule knows join other outpatient services where fewer than 11 persons had any."""
    if UNKNOWN not in data.categories or _FALLBACK not in data.categories:
        return data, ()
    k, to = data.categories.index(UNKNOWN), data.categories.index(_FALLBACK)
    if len(np.unique(data.person[data.usd[:, k] != 0])) >= LEAST:
        return data, ()
    usd, services = data.usd.copy(), data.services.copy()
    usd[:, to] += usd[:, k]
    services[:, to] += services[:, k]
    claims = data.claims
    if claims is not None:
        category = np.where(claims.category == k, to, claims.category)
        claims = ServiceCosts(claims.row, category - (category > k), claims.usd)
    names = tuple(c for c in data.categories if c != UNKNOWN)
    data = replace(data, categories=names, usd=np.delete(usd, k, 1), services=np.delete(services, k, 1), claims=claims)
    return data, (f"fewer than {LEAST} persons had services that no rule knows; they count as {_FALLBACK}",)


def _widened(service: Service, factors: Mapping[tuple[int, int], tuple[float, float]], year: int) -> Service:
    """The error of completion joined to that of the mean cost; the name of a service where no table gave it."""
    unit = units().get(service.category)
    update: dict[str, Any] = {}
    if unit is not None and service.service == "service":
        update["service"] = unit.service
    error = factors.get((year, CATEGORIES.index(service.category)), (1.0, 0.0))[1]
    cost = service.mean_cost_usd
    if error > 0 and cost > 0:
        sd = cost.sd if isinstance(cost, Distribution) else 0.0
        both = float(np.hypot(sd, error * float(cost)))
        update["mean_cost_usd"] = Distribution("lognormal", (float(cost), both))
    return service.model_copy(update=update)


def few_users(found: Fit, line: str) -> frozenset[str]:
    """Categories of a line of business that 1 to 10 persons used: nothing of their own is shown or written."""
    data = next(f.data for f in found.lines if f.line == line)
    users = {name: len(np.unique(data.person[data.services[:, j] > 0])) for j, name in enumerate(data.categories)}
    return frozenset(name for name, n in users.items() if 0 < n < LEAST)


def _hidden(service: Service, found: Fit) -> Service:
    """The level of the shipped table, in place of one that so few persons' services would tell.

    Not more than 11 services in the person-years of the data, so that a table for many does not add cost to few.
    """
    line = next((f for f in found.lines if service.line_of_business in (f.line, "all")), None)
    if line is None or service.category not in few_users(found, line.line):
        return service
    like = units()[service.category].like
    shipped = next(s for s in line.prior.services if s.category == like) if line.prior else service
    use, cost = (line.figure(service.category, field).shipped for field in ("utilization_per_1000", "mean_cost_usd"))
    most = LEAST / float(line.data.exposure.sum()) * 1000.0
    shapes = {name: float(getattr(shipped, name)) for name in _SHAPES}
    # The shared factor, which is the data's own, must fit into the overdispersion.
    variance = max(line.figure("", "variance").value, 1e-12)
    shapes["shared_weight"] = min(shapes["shared_weight"], 0.99 * float(np.sqrt(shapes["overdispersion"] / variance)))
    return service.model_copy(
        update={
            "utilization_per_1000": min(use if use is not None else most, most),
            "mean_cost_usd": float(shipped.mean_cost_usd) if cost is None else cost,
            "maximum_usd": shipped.maximum_usd,
            "source": f"fewer than {LEAST} persons had any: the shipped table {line.prior_name}, no figure of the data",
            **shapes,
        }
    )


_SHAPES: Final = ("overdispersion", "shared_weight", "persistence", "body_sigma", "tail_probability", "tail_index")


def _every_line(services: tuple[Service, ...]) -> tuple[Service, ...]:
    """A row for every line of business and category: one without use where a line of business had none."""
    lines = list(dict.fromkeys(s.line_of_business for s in services))
    have = {(s.line_of_business, s.category) for s in services}
    named = {s.category: s for s in services}
    none = [
        row.model_copy(
            update={"line_of_business": line, "utilization_per_1000": 0.0, "source": "no service in the data"}
        )
        for line in lines
        for category, row in named.items()
        if (line, category) not in have
    ]
    return (*services, *none)


def _level(cell: Cell, found: Fit) -> Cell:
    """Relativities of categories that so few persons used are left at 1."""
    line = next((f.line for f in found.lines if f.line == cell.line_of_business), None)
    few = few_users(found, line) if line else frozenset()
    if not few:
        return cell
    use, price = ({k: 1.0 if k in few else v for k, v in values.items()} for values in (cell.use, cell.price))
    return cell.model_copy(update={"use": use, "price": price})


def _split(cell: Cell, attributes: Sequence[str]) -> Cell:
    """A cell whose joined stratum is told apart again: ``tier_2/north`` is a tier and a region."""
    if not attributes:
        return cell.model_copy(update={"equity_stratum": "all"})
    words = str(getattr(cell, attributes[0])).split("/")
    if len(words) != len(attributes):  # the cell of small cells
        return cell
    name = cell.cell.replace("/", "_")
    return cell.model_copy(update={**dict(zip(attributes, words, strict=True)), "cell": name})


def _with_scores(
    cells: Sequence[Cell], last: PersonYears, scores: NDArray[np.float64], attribute: str
) -> tuple[Cell, ...]:
    """Cells with the mean score of their members; of the cell of small cells, that of all its line of business."""
    columns = {"line_of_business": last.line_of_business, "age_band": last.age_band, "sex": last.sex}
    columns[attribute] = last.stratum
    own = scores[last.person]
    found = []
    for cell in cells:
        inside = ~np.isnan(own)
        for name, column in columns.items():
            word = getattr(cell, name)
            if word != "all" and word in column.labels:
                inside &= column.code == column.labels.index(word)
        mean = float(np.average(own[inside], weights=last.months[inside])) if inside.any() else 0.0
        found.append(cell.model_copy(update={"risk_score": mean}) if mean > 0 else cell)
    return tuple(found)


def _tier_notes(data: PersonYears, cuts: Sequence[float], scores: Scores | None) -> tuple[str, ...]:
    told = ", ".join(f"{cut:g}" for cut in cuts)
    if scores is not None:
        return (f"risk tiers are cut at {told} by the score: {scores.words}; {NEW}: not scored",)
    if len(data.years) > 1:
        return (f"risk tiers are cut at {told} by the cost of {data.years[-2]}; {NEW}: no such year",)
    text = (
        f"risk tiers are cut at {told} by the cost of {data.years[-1]} itself: with one year only, what a tier uses is "
        "what made it a tier, and next year's use is overstated at the top; give two years"
    )
    return (text,)
