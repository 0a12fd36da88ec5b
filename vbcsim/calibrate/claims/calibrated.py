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

__all__ = ["Calibrated", "calibrate_claims"]

_FALLBACKS: Final = ("outpatient_other", "specialist", "ancillary", "primary_care")
"""Where services that no rule knows go when too few persons had any; the first that is there."""


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
    if 0 < gone < LEAST:  # so few leavers are not told: as if they were half of the least that is
        rate, notes = LEAST / 2 / open_months, (*notes, f"fewer than {LEAST} members left; taken as {LEAST / 2:g}")
    else:
        rate = gone / open_months if open_months else 0.0
    return Calibrated(
        extract=extract,
        completion=completion,
        factors=factors,
        people=people,
        fit=found,
        services=_every_line(tuple(_widened(s, factors, extract.years[-1]) for s in services)),
        frailties=frailties,
        cells=tuple(_split(cell, attributes) for cell in cells),
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
    """Services that no rule knows join another category in lines of business where fewer than 11 persons had any."""
    to = next((data.categories.index(name) for name in _FALLBACKS if name in data.categories), None)
    if UNKNOWN not in data.categories or to is None:
        return data, ()
    k = data.categories.index(UNKNOWN)
    some = (data.usd[:, k] != 0) | (data.services[:, k] > 0)
    few = [
        code
        for code in range(len(data.line_of_business.labels))
        if 0 < len(np.unique(data.person[some & (data.line_of_business.code == code)])) < LEAST
    ]
    rows = np.isin(data.line_of_business.code, few)
    if not rows.any():
        return data, ()
    usd, services = data.usd.copy(), data.services.copy()
    for table in (usd, services):
        table[rows, to] += table[rows, k]
        table[rows, k] = 0
    claims = data.claims
    if claims is not None:
        category = np.where((claims.category == k) & rows[claims.row], to, claims.category)
        claims = ServiceCosts(claims.row, category, claims.usd)
    lines = ", ".join(data.line_of_business.labels[code] for code in few)
    note = f"{lines}: fewer than {LEAST} persons had services that no rule knows; they count as {data.categories[to]}"
    return replace(data, usd=usd, services=services, claims=claims), (note,)


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
