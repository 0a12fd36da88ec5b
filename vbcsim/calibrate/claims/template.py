"""The text of a scenario made from a user's data: shared savings in two forms, on base years of the data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from vbcsim.assumptions.spec import SharedFrailty
from vbcsim.calibrate.calibration_files import figure
from vbcsim.core.text import visible
from vbcsim.core.uncertain import Distribution

__all__ = ["quoted", "scenario_text"]

_MOST_BASE_YEARS: Final = 3
_FLOOR: Final = 100_000
_WEIGHTS: Final = {1: (1.0,), 2: (0.4, 0.6), 3: (0.1, 0.3, 0.6)}


def scenario_text(
    *,
    name: str,
    made: str,
    title: str,
    description: str,
    levels: str,
    source: str,
    have: Sequence[int],
    strata: Sequence[str],
    cohort: str,
    frailties: Sequence[SharedFrailty],
    years: int,
    draws: int,
    seed: int,
) -> str:
    """A scenario file.

    :param have: years of the data, ascending; the last up to three without a gap are the base years.
    :param cohort: what stands in the section cohort beside source and strata, as indented lines.
    """
    base = [y for k, y in enumerate(have) if have[-1] - y == len(have) - 1 - k][-_MOST_BASE_YEARS:]
    return _TEMPLATE.format(
        name=name,
        made=made,
        title=quoted(title),
        description=visible(description),
        levels=levels,
        source=quoted(source),
        base=", ".join(map(str, base)),
        performance=", ".join(str(base[-1] + 1 + k) for k in range(years)),
        seed=seed,
        draws=draws,
        strata=", ".join(strata),
        cohort=cohort.rstrip("\n"),
        frailty=_frailties(frailties),
        floor=_FLOOR,
        weights=", ".join(f"{w:g}" for w in _WEIGHTS[len(base)]),
        threshold=_FLOOR + 50_000,
    )


def _frailties(frailties: Sequence[SharedFrailty]) -> str:
    rows = []
    for f in frailties:
        line = f"line_of_business: {f.line_of_business}, " if len(frailties) > 1 else ""
        rows.append(
            f"    - {{{line}variance: {figure(float(f.variance))}, persistence: {_number(f.persistence)}, "
            f"source: {quoted(f.source)}}}"
        )
    return "\n".join(rows)


def _number(value: float) -> str:
    if isinstance(value, Distribution):
        return f"{{{value.kind}: [{', '.join(figure(f) for f in value.figures)}]}}"
    return figure(value)


def quoted(text: str) -> str:
    """A text as a double-quoted scalar (JSON is YAML), with nothing hidden in it."""
    return json.dumps(visible(text), ensure_ascii=False)


_TEMPLATE: Final = """\
# {made}
# What the data do not tell (market shocks, the provider group, quality, revenue) is judged, and every figure says so.
# Change the designs at the end to the contracts on your table. The tables stand beside this file.
vbcsim: 1
name: {name}
title: {title}
question: "What could a provider group win or lose under shared savings on these members, and how likely is each?"
description: >-
  {description} The designs are examples; replace them by yours.
seed: {seed}
draws: {draws}
split_draws: 0
years: {{base: [{base}], performance: [{performance}]}}

cohort:
  source: {source}
  strata: [{strata}]
{cohort}

assumptions:
  # {levels}
  services: {{table: services.csv}}
  shared_frailty:
{frailty}
  market_trend:
    national_shock_sd: 0.0175
    regional_shock_sd: 0.01
    source: "judgement: 1.5 to 2 % for the nation; claims of a few years do not tell"
  provider_group:
    effect_sd: 0.03
    persistence: 0.8
    source: "judgement: claims of one group do not tell how far it moves against its market"
  risk_score:
    coding_growth: 0.0
    noise_sd: 0.005
    source: "judgement: scores of cells follow their cost; their drift is not in claims"
  quality:
    mean: 0.80
    sd: 0.05
    source: "judgement: quality is not in claims"
  provider_revenue:
    own_share: 0.25
    source: "judgement: replace by the share of the claims that your group is paid"
  large_claimants: {{floor_usd: {floor}}}

designs:
  savings_only:
    title: "40 % of savings, no losses"
    note: judgement
    lines:
      expenditure: {{truncated: {{threshold_usd: {threshold}, growth: 5%}}}}
      benchmark:
        historical:
          weights: [{weights}]
          trend: {{regional: 1}}
          update: {{regional: 1}}
          truncation: {{threshold_usd: {threshold}, growth: 5%}}
    provisions:
      - name: shared_savings
        payer: payer
        payee: provider
        source: judgement
        terms:
          - difference: {{of: benchmark, less: expenditure}}
          - minimum_rate: {{savings: 2%}}
          - share: {{savings: 0.4, losses: 0}}
          - scale: {{by: quality_score, side: savings}}
          - limit: {{savings: {{share: 0.10, of: benchmark}}}}
  two_sided:
    title: "60 % of savings and losses"
    note: judgement
    lines:
      expenditure: {{truncated: {{threshold_usd: {threshold}, growth: 5%}}}}
      benchmark:
        historical:
          weights: [{weights}]
          trend: {{regional: 1}}
          update: {{regional: 1}}
          truncation: {{threshold_usd: {threshold}, growth: 5%}}
    provisions:
      - name: shared_savings
        payer: payer
        payee: provider
        source: judgement
        terms:
          - difference: {{of: benchmark, less: expenditure}}
          - share: {{savings: 0.6, losses: 0.6}}
          - scale: {{by: quality_score, side: savings}}
          - limit: {{savings: {{share: 0.15, of: benchmark}}, losses: {{share: 0.04, of: benchmark}}}}
"""
