"""``vbcsim calibrate fit``: the experience model fitted to a table of person-years."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vbcsim.cli.say import PATH, Speaker, speaks

if TYPE_CHECKING:
    from vbcsim.calibrate.fit.fit import Fit

__all__ = ["fit_command"]


@click.command("fit")
@click.argument("file", type=PATH)
@click.option("--out", required=True, type=PATH, help="Folder for the tables; made where there is none.")
@click.option("--line", default="all", show_default=True, help="Line of business of rows whose file states none.")
@click.option(
    "--towards",
    metavar="LINE",
    help="Shipped line of business that thin figures are drawn to, or none (that of the data's own name).",
)
@click.option("--seed", type=click.IntRange(0, 2**64 - 2), default=1, show_default=True, help="Seed of the comparison.")
@click.option("--replace", is_flag=True, help="Write over files that are there.")
@speaks
def fit_command(file: Path, out: Path, line: str, towards: str | None, seed: int, replace: bool, say: Speaker) -> None:
    """Fit use, cost, frailty, severity and memory to person-years in a FILE (CSV), with errors and credibility.

    Columns: person, year, and for each category usd.NAME and services.NAME; where known months, line_of_business,
    age_band, sex, stratum and family. Writes services.csv, cells.csv, assumptions.yaml and the diagnostics.

    \b
    Example:
      vbcsim calibrate fit person_years.csv --line commercial --out tables
    """
    from vbcsim.calibrate.calibration import folder_for
    from vbcsim.calibrate.fit.fit import fit
    from vbcsim.calibrate.fit.prior import BY_LINE
    from vbcsim.calibrate.fit.reader import read_person_years
    from vbcsim.core.text import visible

    folder_for(out, replace)
    data = read_person_years(file, line)
    found = fit(data, prior=None if towards == "none" else towards or BY_LINE, seed=seed)
    written = found.tables(out)
    for line_fit in found.lines:
        say.text(_summary(found, line_fit.line))
        for note in line_fit.notes:
            say.note(f"note: {visible(note)}")
    for text in found.left_out:
        say.note(f"warning: {visible(text)}")
    say.text(f"Written: {', '.join(visible(str(path)) for path in written)}. Read first: {visible(str(written[-1]))}")
    say.result({"lines": [fit.line for fit in found.lines], "written": [str(path) for path in written]})


def _summary(found: Fit, line: str) -> str:
    """How many persons, and how much of the figures is theirs."""
    from vbcsim.core.text import visible

    own = next(fit for fit in found.lines if fit.line == line)
    shrunk = [f.credibility for f in own.figures if f.shipped is not None]
    text = f"{visible(line)}: {own.data.persons:,} persons, {own.data.exposure.sum():,.0f} person-years"
    if not shrunk:
        return f"{text}; no shipped table of this name, nothing is drawn to one"
    thin = sum(z < 0.5 for z in shrunk)
    return f"{text}; {thin} of {len(shrunk)} figures rest more on the shipped table {own.prior_name} than on them"
