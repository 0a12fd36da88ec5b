"""``vbcsim reconcile``: published settlements, settled again by the program's own rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vbcsim.cli.say import PATH, Speaker, speaks
from vbcsim.core.text import visible

if TYPE_CHECKING:
    from vbcsim.calibrate.reconcile import Reconciliation

__all__ = ["command"]

_SHOWN = 20
"""Rows beyond rounding that are shown one by one."""


@click.command("reconcile")
@click.argument("files", nargs=-1, required=True, type=PATH)
@click.option("--program", default="mssp", show_default=True, help="Program that the files belong to.")
@click.option("--year", type=int, help="Performance year of a file that does not tell it.")
@click.option("--out", type=PATH, help="CSV file for one row per group and year.")
@speaks
def command(files: tuple[Path, ...], program: str, year: int | None, out: Path | None, say: Speaker) -> int:
    """Settle every row of public-use FILES through the program that simulations use, and compare with what was paid.

    A row agrees when it differs by no more than rounding: $3 and what half a unit in the last published place of its
    quality score is worth. A broken row is told with its line, and the rest is settled. The exit code is 1 where a row
    could not be read or differs by more than rounding.

    \b
    Example:
      vbcsim reconcile PY2022.csv PY2021.csv --program mssp --out reconciled.csv
    """
    from vbcsim.calibrate.reconcile import reconcile
    from vbcsim.calibrate.reconcile_table import json_object, write_csv

    result = reconcile(files, program, year)
    if out is not None:
        write_csv(result, out)
    say.text(_text(result))
    for problem in () if say.as_json else result.problems:
        click.echo(str(problem), err=True)
    say.result(json_object(result) | {"out": None if out is None else str(out)})
    return 1 if result.problems or result.beyond_rounding else 0


def _text(result: Reconciliation) -> str:
    widths = {"year": 6, "groups": 9, "paid": 7, "owed": 7, "published, $": 20, "settled, $": 20, "difference, $": 16}
    text = ["".join(f"{name:>{width}}" for name, width in widths.items()) + "   beyond rounding"]
    for y in result.years:
        money = f"{y.published_usd:>20,.0f}{y.settled_usd:>20,.0f}{y.difference_usd:>16,.2f}"
        text.append(f"{y.performance_year:>6}{y.acos:>9,}{y.paid:>7,}{y.owed:>7,}{money}{y.beyond_rounding:>18,}")
    for r in result.beyond_rounding[:_SHOWN]:
        amounts = f"settled ${r.settled_usd:,.0f}, published ${r.published_usd:,.0f}"
        text.append(f"{r.place}: {visible(r.aco_id)} in {r.performance_year}: {amounts} ({r.clause})")
    more = len(result.beyond_rounding) - _SHOWN
    text += [f"... and {more} more beyond rounding; --out writes every row"] if more > 0 else []
    total = f"{len(result.rows):,} rows settled, {len(result.rows) - len(result.beyond_rounding):,} within rounding"
    unread = f", {len(result.problems):,} problems" if result.problems else ""
    return "\n".join([*text, f"{total}{unread}."])
