"""The scenario of a calibrated ACO as YAML text, with comments that let an actuary read it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from vbcsim.assumptions.spec import Service
from vbcsim.calibrate.aco_year import AcoYear
from vbcsim.calibrate.defaults import default
from vbcsim.calibrate.mssp import CalibratedAco, CalibratedCell
from vbcsim.core.text import visible

__all__ = ["scenario_text"]

_TITLES = {
    "basic_a": "BASIC level A: savings only",
    "basic_e": "BASIC level E: savings and losses",
    "enhanced": "ENHANCED: the largest shares of both",
}


def scenario_text(aco: CalibratedAco, *, draws: int, seed: int) -> str:
    """The whole scenario file."""
    parts = [_head(aco, draws, seed), _cohort(aco), _assumptions(aco), _record(aco), _designs(aco)]
    return "\n".join(parts)


def _head(aco: CalibratedAco, draws: int, seed: int) -> str:
    row, first, last = aco.row, aco.performance_years[0], aco.performance_years[-1]
    name = re.sub(r"[^a-z0-9_]", "_", f"mssp_{row.aco_id}_{row.performance_year}".lower())[:60]
    title = f"{row.aco_name or 'ACO ' + row.aco_id}: a new Shared Savings agreement, {first}-{last}"
    question = (
        f"What could this ACO win or lose in {first}-{last} on BASIC level A, on BASIC level E and on ENHANCED, "
        "and how likely is each?"
    )
    description = (
        f"Made from the row of ACO {row.aco_id} in the public-use file of performance year {row.performance_year}. "
        f"The ACO begins a new agreement: {aco.base_years[0]}-{aco.base_years[-1]} are its base years. Figures that "
        "the row does not tell are national or judged; each says where it comes from."
    )
    return f"""\
# A Medicare Shared Savings Program ACO: {_plain(row.aco_name)} ({_plain(row.aco_id)}).
# Carried over from: Centers for Medicare & Medicaid Services, Medicare Shared Savings Program, Performance Year
# Financial and Quality Results, public-use file of performance year {row.performance_year} (data.cms.gov).
# Column names stand in lower case.
vbcsim: 1
name: {name}
title: {_text(title)}
question: {_text(question)}
description: {_text(description)}
seed: {seed}
draws: {draws}
years: {{base: [{_join(aco.base_years)}], performance: [{_join(aco.performance_years)}]}}
"""


def _cohort(aco: CalibratedAco) -> str:
    cells = "\n".join(_cell(cell) for cell in aco.cells)
    retention, year = default("retention"), aco.row.performance_year
    return f"""\
# Members are the person-years of {year}, by Medicare enrollment type. Use is in proportion to the type's published cost
# per person-year, with the same mix of services for every type (judgement). Prices are scaled so that the expected cost
# per person-year, cut off at the thresholds below, is the published one.
cohort:
  source: {_text(f"{_file(aco.row)}; mix of services by type and spread of frailty: judgement")}
  strata: [enrollment_type]
  # {_plain(retention.source)}
  retention: {_number(retention.value)}
  cells:
{cells}
"""


def _cell(cell: CalibratedCell) -> str:
    people = cell.people
    note = f"    # {_plain(people.name)}: {_plain(people.note)}\n" if people.note else ""
    return (
        f"{note}    - {{cell: {people.name}, line_of_business: medicare, enrollment_type: {people.name}, "
        f"members: {people.person_years},\n"
        f"       utilization_relativity: {cell.utilization_relativity:.6f}, "
        f"price_relativity: {cell.price_relativity:.6f}, "
        f"frailty_relativity: {_number(cell.frailty_relativity)}, risk_score: {_number(people.risk_score)}}}"
    )


def _assumptions(aco: CalibratedAco) -> str:
    services = "\n".join(_service(each) for each in aco.services)
    untruncated = sum(each.utilization_per_1000 / 1000 * each.mean_cost_usd for each in aco.services)
    model = sum(cell.people.person_years * cell.utilization_relativity * cell.price_relativity for cell in aco.cells)
    model_usd = untruncated * model / aco.person_years
    floors = ", ".join(f"{cell.people.name}: {aco.floor_usd(cell):.0f}" for cell in aco.cells)
    return f"""\
assumptions:
  reference_year: {aco.row.performance_year}
  # Published spending by service adds up to ${untruncated:,.0f} per person-year; cut off per person it is
  # ${aco.total_usd:,.0f}. In the model it is ${model_usd:,.0f} before and ${aco.total_usd:,.0f} after truncation.
  services:
{services}
  shared_frailty:
    variance: {_number(aco.shared_frailty.variance)}
    persistence: {_number(aco.shared_frailty.persistence)}
    source: {_text(aco.shared_frailty.source)}
{_market(aco)}
{_conduct(aco)}
  # A little below the lowest threshold of any year: that of {aco.base_years[0]}.
  large_claimants:
    floor_usd: {{{floors}}}
"""


def _service(service: Service) -> str:
    tail = (
        f"tail_probability: {_number(service.tail_probability)}, tail_index: {_number(service.tail_index)}, "
        if service.tail_probability > 0
        else ""
    )
    return f"""\
    - {{category: {service.category}, service: {_text(service.service)},
       utilization_per_1000: {_number(service.utilization_per_1000)}, mean_cost_usd: {service.mean_cost_usd:.2f},
       overdispersion: {_number(service.overdispersion)}, shared_weight: {_number(service.shared_weight)}, \
persistence: {_number(service.persistence)},
       body_sigma: {_number(service.body_sigma)}, {tail}\
utilization_trend: {_number(service.utilization_trend)}, price_trend: {_number(service.price_trend)},
       source: {_text(service.source)}}}"""


def _market(aco: CalibratedAco) -> str:
    national, regional = default("national_shock_sd"), default("regional_shock_sd")
    sd, persistence, improvement = (
        default(name) for name in ("group_effect_variance", "group_effect_persistence", "improvement_rate")
    )
    return f"""\
  market_trend:
    national_shock_sd: {_number(national.value)}
    regional_shock_sd: {_number(regional.value)}
    source: {_text(f"nation: {national.source}; region: {regional.source}")}
  # Of what sets this group apart from its market, beyond the chance of its members; for {aco.person_years:,} people.
  provider_group:
    effect_sd: {aco.group_effect_sd:.4f}
    persistence: {_number(persistence.value)}
    improvement_rate: {_number(improvement.value)}
    source: {_text(f"spread: {sd.source}; persistence: {persistence.source}; improvement: {improvement.source}")}"""


def _conduct(aco: CalibratedAco) -> str:
    coding, noise = default("coding_growth"), default("risk_noise_sd")
    sd, persistence = default("quality_sd"), default("quality_persistence")
    # A score of 1 leaves no room for a spread.
    mean = min(aco.row.quality_score, 1.0 - 2.0 * sd.value)
    said = "column qualscore" if mean == aco.row.quality_score else "column qualscore, less two standard deviations"
    word = {True: "low", False: "high", None: "unknown"}[aco.row.low_revenue]
    own = default(f"own_share_{word}")
    quality_source = f"mean: {_file(aco.row)}, {said}; spread: {sd.source}; persistence: {persistence.source}"
    return f"""\
  risk_score:
    coding_growth: {_number(coding.value)}
    noise_sd: {_number(noise.value)}
    source: {_text(f"growth: {coding.source}; noise: {noise.source}")}
  quality:
    mean: {mean:.4f}
    sd: {_number(sd.value)}
    persistence: {_number(persistence.value)}
    source: {_text(quality_source)}
  provider_revenue:
    own_share: {_number(own.value)}
    source: {_text(f"{word} revenue (column rev_exp_cat); {own.source}")}"""


def _record(aco: CalibratedAco) -> str:
    row = aco.row
    figures: list[tuple[str, Any, str, str]] = [
        ("assigned_lives", int(row.lives), "persons", "n_ab"),
        ("person_years", aco.person_years, "person_years", "n_ab_year_py"),
        ("benchmark", row.benchmark_usd, "usd", "abtotbnchmk"),
        ("expenditure", row.expenditure_usd, "usd", "abtotexp"),
        ("benchmark_per_capita", row.number("updatedbnchmk"), "usd per person-year", "updatedbnchmk"),
        (
            "expenditure_per_capita",
            row.number("per_capita_exp_total_py"),
            "usd per person-year",
            "per_capita_exp_total_py",
        ),
        ("savings_rate", round(aco.savings_rate, 4), "fraction", "bnchmkminexp over abtotbnchmk"),
        ("minimum_rate", round(row.minimum_rate, 4), "fraction", "minsavperc"),
        ("quality_score", round(row.quality_score, 4), "fraction", "qualscore"),
        ("track", row.track, "", "current_track"),
        ("earned", row.published_usd, "usd", "earnsaveloss"),
    ]
    lines = [
        f"  {name}: {{value: {_value(value)}, unit: {_text(unit)}, source: {_text(f'{_file(row)}, column {column}')}}}"
        for name, value, unit, column in figures
        if value is not None
    ]
    return "# What was published about the real ACO in that year; not used in the calculation.\nrecord:\n" + (
        "\n".join(lines) + "\n"
    )


def _designs(aco: CalibratedAco) -> str:
    adjustment, year = aco.regional_adjustment, aco.row.performance_year
    common: dict[str, str] = {
        "agreement_start": str(aco.performance_years[0]),
        "agreement_period": "later",
        "benchmark_rules": aco.benchmark_rules,
        "elected_minimum_rate": _value(aco.elected_minimum_rate),
        "low_revenue": "true" if aco.row.low_revenue else "false",
        "regional_adjustment": f"{adjustment or 0.0:.4f}",
        "prior_savings_rate": f"{max(aco.savings_rate, 0.0):.4f}",
        "alternative_standard": "1",
        "truncation_usd": "{" + ", ".join(f"{c.people.name}: {c.threshold_usd:.0f}" for c in aco.cells) + "}",
        "truncation_growth": f"{aco.growth:.4f}",
    }
    tracks = {track: track for track in _TITLES}
    if aco.row.track not in tracks:
        tracks["current"] = aco.row.track
    designs = "\n".join(_design(name, track, common) for name, track in tracks.items())
    known = "published" if adjustment is not None else "not published for this year: none is supposed"
    return f"""\
# Truncation: each enrollment type is cut off at the model's own 99th percentile of a year's cost in {year}
# (derived, computed from the exact distribution of the assumptions above); thresholds grow with expected spending. The
# national percentiles that the program uses are not in the file.
# Regional adjustment: {known}. Prior savings count in agreements from 2024. The elected minimum rate of the real ACO is
# kept where it is on the menu; on a one-sided track the scale by number of lives always counts. Every ACO met the
# quality standard in 2021 and 2022, so the alternative standard counts as met (judgement).
designs:
{designs}
"""


def _design(name: str, track: str, common: Mapping[str, str]) -> str:
    title = _TITLES.get(name, f"Current track: {track.replace('_', ' ')}")
    lines = [f"  {name}:", f"    title: {_text(title)}", "    program: mssp", f"    track: {track}"]
    return "\n".join([*lines, *(f"    {key}: {value}" for key, value in common.items())])


def _file(row: AcoYear) -> str:
    return f"CMS public-use file of performance year {row.performance_year}, ACO {row.aco_id}"


def _text(text: str) -> str:
    """A text as a double-quoted scalar (JSON is YAML), with nothing hidden in it."""
    return json.dumps(visible(text), ensure_ascii=False)


def _plain(text: str) -> str:
    """A text that may stand in a comment: one line, nothing hidden."""
    return visible(" ".join(text.split()))


def _number(value: float) -> str:
    return f"{value:.10g}"


def _value(value: Any) -> str:
    return _text(value) if isinstance(value, str) else _number(float(value))


def _join(years: range) -> str:
    return ", ".join(str(year) for year in years)
