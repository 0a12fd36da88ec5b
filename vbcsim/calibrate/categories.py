"""Service categories of an ACO from its row of a public-use file: services per 1,000 person-years and their cost.

The file gives spending per person-year by service, not cut off per person (it adds up to more than the truncated
total), and counts of stays and visits. A service without a published count takes its count from the shipped table
``aco_services`` and its cost per service from the published spending.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from vbcsim.assumptions.spec import Service
from vbcsim.calibrate.aco_year import AcoYear
from vbcsim.core.errors import BadInput, Problem

__all__ = ["TABLE", "CategoryFigures", "category_figures", "services_of", "shipped_services"]

TABLE: Final = "aco_services"

_SPENDING: Final = {
    "inpatient": "capann_inp_all",
    "skilled_nursing": "capann_snf",
    "outpatient": "capann_opd",
    "professional": "capann_pb",
    "home_health": "capann_hha",
    "hospice": "capann_hsp",
    "ambulance": "capann_ambpay",
    "durable_equipment": "capann_dme",
}
"""Category -> column of spending per person-year; the outpatient column holds emergency visits too."""

_COUNTS: Final = {"inpatient": "adm", "skilled_nursing": "p_snf_adm", "professional": "p_em_total"}
"""Category -> column of services per 1,000 person-years."""

_TABLE_YEAR = 2021
"""Year of the shipped table's costs."""
_MOST_OF_OUTPATIENT = 0.5
"""Emergency visits take at most this share of outpatient spending, whatever their supposed cost."""


@dataclass(frozen=True, slots=True)
class CategoryFigures:
    """What is published, or supposed, about one category of an ACO."""

    category: str
    utilization_per_1000: float
    per_capita_usd: float
    """Spending per person-year [USD]."""
    source: str


@cache
def shipped_services() -> dict[str, Service]:
    """The shipped Medicare services by category: national means and the spread of use and cost."""
    file = resources.files("vbcsim.assumptions").joinpath("tables").joinpath(f"{TABLE}.csv")
    text = file.read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    words = ("category", "service", "source")
    built = [Service(**{name: cell if name in words else float(cell) for name, cell in row.items()}) for row in rows]
    return {service.category: service for service in built}


def category_figures(row: AcoYear) -> tuple[CategoryFigures, ...]:
    """Use and spending by category, in the order of the shipped table.

    Raises BadInput where the row lacks the spending of more than its smallest categories.
    """
    shipped = shipped_services()
    spending = {name: row.number(column) for name, column in _SPENDING.items()}
    lacking = [_SPENDING[name] for name in ("inpatient", "outpatient", "professional") if not spending[name]]
    if lacking:
        message = f"has no spending in {', '.join(lacking)}; services cannot be built from this row"
        raise BadInput(Problem(row.place, message))
    emergency = _emergency(row, spending["outpatient"] or 0.0)
    figures = []
    for name, service in shipped.items():
        if name == "emergency":
            figures.append(emergency)
            continue
        usd = spending[name]
        source = f"column {_SPENDING[name]}"
        if usd is None:
            usd = service.utilization_per_1000 / 1000 * service.mean_cost_usd
            source = f"column {_SPENDING[name]} suppressed: national mean of {_TABLE_YEAR}"
        if name == "outpatient":
            usd -= emergency.per_capita_usd
            source = f"{source} less emergency visits"
        count = row.number(_COUNTS[name]) if name in _COUNTS else None
        source += f", {_COUNTS[name]}" if count else f"; number of services ({service.service}): judgement"
        if usd > 0:
            figures.append(CategoryFigures(name, count or service.utilization_per_1000, usd, source))
    return tuple(figures)


def _emergency(row: AcoYear, outpatient_usd: float) -> CategoryFigures:
    """Visits that did not lead to a stay, at the supposed cost, taken out of outpatient spending."""
    service = shipped_services()["emergency"]
    visits, admitted = row.number("p_edv_vis"), row.number("p_edv_vis_hosp")
    source = "columns p_edv_vis less p_edv_vis_hosp"
    if visits is None or admitted is None or visits <= admitted:
        count, source = service.utilization_per_1000, f"visits suppressed: national mean of {_TABLE_YEAR}"
    else:
        count = visits - admitted
    cost = service.mean_cost_usd * (1 + service.price_trend) ** (row.performance_year - _TABLE_YEAR)
    usd = min(count / 1000 * cost, _MOST_OF_OUTPATIENT * outpatient_usd)
    return CategoryFigures("emergency", count, usd, f"{source}; ${usd / count * 1000:,.0f} a visit: judgement")


def services_of(row: AcoYear, figures: tuple[CategoryFigures, ...]) -> tuple[Service, ...]:
    """The services' table of an ACO: its own use and cost, the shipped spread, persistence and trends."""
    shipped = shipped_services()
    file = f"CMS public-use file of performance year {row.performance_year}, ACO {row.aco_id}"
    return tuple(
        shipped[each.category].model_copy(
            update={
                "utilization_per_1000": each.utilization_per_1000,
                "mean_cost_usd": each.per_capita_usd / each.utilization_per_1000 * 1000,
                "source": f"{file}: {each.source}; spread, persistence and trend: table {TABLE}",
            }
        )
        for each in figures
    )
