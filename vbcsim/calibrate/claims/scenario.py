"""The files that a calibration writes: a cohort, services, completion, and a scenario that runs as it stands."""

from __future__ import annotations

from collections.abc import Sequence

from vbcsim.calibrate.calibration_files import csv_text, figure, services_csv
from vbcsim.calibrate.claims.calibrated import Calibrated
from vbcsim.calibrate.claims.template import quoted, scenario_text
from vbcsim.cohort.spec import Cell
from vbcsim.core.attributes import ATTRIBUTES
from vbcsim.core.text import listing

__all__ = ["files_of", "scenario_yaml"]


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
    """A scenario on the calibrated tables."""
    x = found.extract
    told = listing([str(y) for y in x.years])
    return scenario_text(
        name=f"claims_{x.years[0]}_{x.years[-1]}",
        made=f"Made by `vbcsim calibrate claims` from claims of {told}: members, use, cost and spread are theirs.",
        title=f"Shared savings on the members of the claims of {told}",
        description=f"{sum(c.members for c in found.cells):,} members as the claims show them, {x.amount} amounts.",
        levels="Levels with their standard errors as distributions, weighed against the tables that come with vbcsim.",
        source=x.people.source,
        have=x.years,
        strata=[a for a in ATTRIBUTES if a in x.strata] or ["line_of_business"],
        cohort=f"{_turnover(found)}  cells: {{table: cohort.csv}}",
        frailties=found.frailties,
        years=years,
        draws=draws,
        seed=seed,
    )


def _turnover(found: Calibrated) -> str:
    if not found.exit_rate:
        return "  # Nobody left before the end of the data.\n  retention: 1\n"
    source = (
        "member months without coverage in the month after, deaths among them: standard error "
        f"{found.exit_error:.6f}, {found.extract.exits[1]:,} member months"
    )
    return f"  turnover:\n    exit_rate_per_month: {found.exit_rate:.6f}\n    source: {quoted(source)}\n"
