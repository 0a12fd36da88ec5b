"""The files that a calibration writes: a cohort, services, completion, and a scenario that runs as it stands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from vbcsim.calibrate.calibration_files import csv_text, figure, services_csv
from vbcsim.calibrate.claims.calibrated import Calibrated
from vbcsim.cohort.spec import Cell
from vbcsim.core.attributes import ATTRIBUTES
from vbcsim.core.text import visible
from vbcsim.core.uncertain import Distribution

__all__ = ["files_of", "scenario_yaml"]

_MOST_BASE_YEARS: Final = 3
_FLOOR: Final = 100_000


def files_of(found: Calibrated, *, draws: int, seed: int, years: int) -> dict[str, str]:
    """Name and text of every file but the data review."""
    note = f"From {found.extract.people.source}; credibility and errors: review.html. No row tells of a single member."
    return {
        "cohort.csv": cells_csv(found.cells, note),
        "services.csv": services_csv(found.services, "", note),
        "completion.csv": completion_csv(found),
        "scenario.yaml": scenario_yaml(found, draws=draws, seed=seed, years=years),
    }


def cells_csv(cells: Sequence[Cell], note: str) -> str:
    """Rating cells as a table; columns that say the same of every cell are left out."""
    words = [a for a in ATTRIBUTES if any(getattr(c, a) != "all" for c in cells)]
    plain = [n for n in ("frailty_relativity", "risk_score") if any(getattr(c, n) != 1.0 for c in cells)]
    names = list(dict.fromkeys(name for c in cells for name in c.use))
    columns = ["cell", *words, "members", *plain, *(f"use.{n}" for n in names), *(f"price.{n}" for n in names)]
    rows = [
        [
            c.cell,
            *(getattr(c, w) for w in words),
            c.members,
            *(figure(getattr(c, n)) for n in plain),
            *(figure(c.use.get(n, 1.0)) for n in names),
            *(figure(c.price.get(n, 1.0)) for n in names),
        ]
        for c in cells
    ]
    return (
        f"# {note}\n# Members: person-years of the last year. Cells of fewer than 11 persons are put together.\n"
        + csv_text(columns, rows)
    )


def completion_csv(found: Calibrated) -> str:
    """Completion by month of service: factor and standard error."""
    rows = [
        [
            "pharmacy" if kind else "medical",
            f"{month:%Y-%m}",
            f"{paid:.2f}",
            f"{ultimate / paid if paid > 0 else 1.0:.5f}",
            f"{error / ultimate if ultimate > 0 else 0.0:.5f}",
        ]
        for kind, each in found.completion.items()
        if each is not None
        for month, paid, ultimate, error in zip(
            each.months, each.paid_usd, each.ultimate_usd, each.error_usd, strict=True
        )
    ]
    head = "# Chain ladder by month of service and month of payment; error: Mack (1993), relative to the ultimate.\n"
    return head + csv_text(["claims", "month", "paid_usd", "completion_factor", "relative_error"], rows)


def scenario_yaml(found: Calibrated, *, draws: int, seed: int, years: int) -> str:
    """A scenario on the calibrated tables: shared savings in two forms, on base years of the data."""
    have = found.extract.years
    base = [y for k, y in enumerate(have) if have[-1] - y == len(have) - 1 - k][-_MOST_BASE_YEARS:]
    performance = [base[-1] + 1 + k for k in range(years)]
    weights = {1: [1.0], 2: [0.4, 0.6], 3: [0.1, 0.3, 0.6]}[len(base)]
    source = visible(found.extract.people.source)
    strata = [a for a in ATTRIBUTES if a in found.extract.strata] or ["line_of_business"]
    return str.format(
        _TEMPLATE,
        name=f"claims_{base[0]}_{base[-1]}",
        source=_text(source),
        years=f"{base[0]}-{base[-1]}",
        base=", ".join(map(str, base)),
        performance=", ".join(map(str, performance)),
        last=base[-1],
        seed=seed,
        draws=draws,
        strata=", ".join(strata),
        members=sum(c.members for c in found.cells),
        turnover=_turnover(found),
        frailty=_frailties(found),
        floor=_FLOOR,
        weights=", ".join(f"{w:g}" for w in weights),
        threshold=_FLOOR + 50_000,
        amount=found.extract.amount,
    )


def _turnover(found: Calibrated) -> str:
    if not found.exit_rate:
        return "  # Nobody left before the end of the data.\n  retention: 1\n"
    source = (
        "member months without coverage in the month after, deaths among them: standard error "
        f"{found.exit_error:.6f}, {found.extract.exits[1]:,} member months"
    )
    return f"  turnover:\n    exit_rate_per_month: {found.exit_rate:.6f}\n    source: {_text(source)}\n"


def _frailties(found: Calibrated) -> str:
    rows = []
    for f in found.frailties:
        line = f"line_of_business: {f.line_of_business}, " if len(found.frailties) > 1 else ""
        rows.append(
            f"    - {{{line}variance: {figure(float(f.variance))}, persistence: {_number(f.persistence)}, "
            f"source: {_text(f.source)}}}"
        )
    return "\n".join(rows)


def _number(value: float) -> str:
    if isinstance(value, Distribution):
        return f"{{{value.kind}: [{', '.join(figure(f) for f in value.figures)}]}}"
    return figure(value)


def _text(text: str) -> str:
    """A text as a double-quoted scalar (JSON is YAML), with nothing hidden in it."""
    return json.dumps(visible(text), ensure_ascii=False)


_TEMPLATE: Final[str] = """\
# Made by `vbcsim calibrate claims` from claims of {years}. Members, use, cost and their spread are those of the data;
# what claims do not tell (market shocks, the provider group, quality, who is paid) is judged, and every figure says so.
# Change the designs at the end to the contracts on your table. cohort.csv and services.csv stand beside this file.
vbcsim: 1
name: {name}
title: "Shared savings on the members of the claims of {years}"
question: "What could a provider group win or lose under shared savings on these members, and how likely is each?"
description: >-
  {members:,} members as the claims show them, {amount} amounts. The designs are examples; replace them by yours.
seed: {seed}
draws: {draws}
split_draws: 0
years: {{base: [{base}], performance: [{performance}]}}

cohort:
  source: {source}
  strata: [{strata}]
{turnover}  cells: {{table: cohort.csv}}

assumptions:
  # Levels with their standard errors as distributions; credibility against the tables that come with vbcsim.
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
