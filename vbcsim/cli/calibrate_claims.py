"""``vbcsim calibrate claims`` and ``vbcsim calibrate summary``: a user's own claims become a cohort and tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vbcsim.cli.say import PATH, Speaker, speaks

if TYPE_CHECKING:
    from vbcsim.calibrate.claims.calibrated import Calibrated
    from vbcsim.calibrate.claims.extract import Extract
    from vbcsim.calibrate.claims.review import Review

__all__ = ["claims", "summary"]

_LINES = ("commercial", "medicare", "medicaid", "dual")


@click.command("claims")
@click.argument("folder", type=PATH)
@click.option("--out", required=True, type=PATH, help="Folder for what is made; made where there is none.")
@click.option("--line", type=click.Choice(_LINES), help="Line of business of members whose file states none.")
@click.option(
    "--amount", type=click.Choice(["allowed", "paid"]), help="Which amount counts (allowed where there is one)."
)
@click.option("--years", metavar="YEARS", help="Calendar years to use, as in 2022,2023 (all that are whole).")
@click.option("--tiers", metavar="SHARES", help="Cut members by last year's cost into risk tiers, as in 0.5,0.9.")
@click.option(
    "--stratum", multiple=True, metavar="NAME=COLUMN", help="Attribute of cells from a column of eligibility."
)
@click.option("--headings", type=PATH, help="YAML map of headings: table, then meaning, then the heading in the file.")
@click.option(
    "--allow-rejects",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    metavar="SHARE",
    help="Use the good rows where no more than this share of a file is rejected.",
)
@click.option("--rejects", type=PATH, help="Where to list rejected rows (rejects.csv beside the claims).")
@click.option("--hcc", is_flag=True, help="Score Medicare members by their diagnoses (CMS-HCC V28); tiers follow it.")
@click.option("--no-completion", is_flag=True, help="Take the claims as complete.")
@click.option("--quick", is_flag=True, help="Leave out fit.md: how well the model fits takes some seconds.")
@click.option("--performance-years", type=click.IntRange(1, 10), default=3, show_default=True, help="Of the scenario.")
@click.option("--draws", type=click.IntRange(2, 10_000_000), default=1000, show_default=True, help="Draws of a run.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), default=1, show_default=True, help="Seed of a run.")
@click.option("--replace", is_flag=True, help="Write over files that are there.")
@speaks
def claims(
    folder: Path,
    out: Path,
    line: str | None,
    amount: str | None,
    years: str | None,
    tiers: str | None,
    stratum: tuple[str, ...],
    headings: Path | None,
    allow_rejects: float,
    rejects: Path | None,
    hcc: bool,
    no_completion: bool,
    quick: bool,
    performance_years: int,
    draws: int,
    seed: int,
    replace: bool,
    say: Speaker,
) -> None:
    """Turn eligibility and claims in a FOLDER (CSV or Parquet) into a cohort, assumption tables and a scenario.

    Reads the Tuva input layer's tables or a generic layout; other headings with --headings. Writes scenario.yaml,
    cohort.csv, services.csv, completion.csv, the data review review.html and fit.md, every fitted figure with its
    error, its credibility and how well it fits. Nothing leaves this machine, and no file tells of a single member.

    \b
    Example:
      vbcsim calibrate claims extract --line commercial --tiers 0.5,0.9 --out plan
      vbcsim run plan/scenario.yaml --out plan_run
    """
    from vbcsim.calibrate.calibration import cuts_of, folder_for
    from vbcsim.calibrate.claims.summary import is_summary

    if folder.is_file() and is_summary(folder):
        _summarize(folder, line, out, performance_years, draws, seed, replace, say)
        return
    _need_polars()
    from vbcsim.calibrate.claims.calibrated import calibrate_claims
    from vbcsim.calibrate.claims.columns import read_headings_map
    from vbcsim.calibrate.claims.extract import read_claims
    from vbcsim.calibrate.claims.rejects import REJECTS, check_rejects, write_rejects
    from vbcsim.calibrate.claims.review import review_of
    from vbcsim.calibrate.claims.scenario import files_of
    from vbcsim.calibrate.claims.withheld import withheld
    from vbcsim.calibrate.fit.files import diagnostic_texts
    from vbcsim.report.data_review import data_review_html

    cuts, columns, chosen = cuts_of(tiers), _strata(stratum), _years(years)
    folder_for(out, replace)
    mapped = read_headings_map(headings)
    listed = rejects or folder / REJECTS
    with withheld():
        extract = read_claims(folder, amount=amount, line=line, years=chosen, strata=columns, headings=mapped, hcc=hcc)
        if extract.rejects.height:
            write_rejects(extract, listed)
        check_rejects(extract, allow_rejects, listed)
        found = calibrate_claims(extract, tiers=cuts, complete=not no_completion, seed=seed)
        review = review_of(found)
        texts = files_of(found, draws=draws, seed=seed, years=performance_years)
        fitted = {} if quick else {"fit.md": diagnostic_texts(found.fit)[1]}
        texts |= fitted | {"review.html": data_review_html(review)}
    written = _write(texts, out)
    _tell(found, review, written, listed, say)


@click.command("summary")
@click.argument("file", type=PATH)
@click.option("--line", required=True, type=click.Choice(_LINES), help="Line of business of the members.")
@click.option("--out", required=True, type=PATH, help="Folder for what is made; made where there is none.")
@click.option("--performance-years", type=click.IntRange(1, 10), default=3, show_default=True, help="Of the scenario.")
@click.option("--draws", type=click.IntRange(2, 10_000_000), default=1000, show_default=True, help="Draws of a run.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), default=1, show_default=True, help="Seed of a run.")
@click.option("--replace", is_flag=True, help="Write over files that are there.")
@speaks
def summary(
    file: Path, line: str, out: Path, performance_years: int, draws: int, seed: int, replace: bool, say: Speaker
) -> None:
    """Turn twelve months of members and cost per member in a FILE (CSV) into a scenario, where nothing finer is known.

    Columns: month, members, pmpm, and where it is known the coefficient of variation of a member's cost in the year
    (cv) or its standard deviation in dollars (sd). Mix, shapes and ages are those of the tables that come with vbcsim.

    \b
    Example:
      vbcsim calibrate summary months.csv --line commercial --out plan
    """
    _summarize(file, line, out, performance_years, draws, seed, replace, say)


def _summarize(
    file: Path, line: str | None, out: Path, years: int, draws: int, seed: int, replace: bool, say: Speaker
) -> None:
    from vbcsim.calibrate.calibration import folder_for
    from vbcsim.calibrate.claims.summary import read_summary, scaled, summary_files
    from vbcsim.core.errors import BadInput
    from vbcsim.core.text import visible

    if line is None:
        raise BadInput("--line", f"say which line of business the members have ({', '.join(_LINES)})")
    folder_for(out, replace)
    read = read_summary(file)
    found = scaled(read, line)
    written = _write(summary_files(read, found, draws=draws, seed=seed, years=years), out)
    say.text(
        f"{read.members:,} members at ${read.pmpm_usd:,.2f} a month (shipped prices times {found.price:.3g}); "
        f"a member's yearly cost has a coefficient of variation of {found.cv:.3g} (frailties times {found.spread:.3g})."
    )
    for note in found.notes:
        say.note(note)
    say.text(f"Written: {', '.join(visible(str(path)) for path in written)}")
    say.text(f"Next: vbcsim run {visible(str(out / 'scenario.yaml'))}")
    say.result(
        {
            "members": read.members,
            "pmpm_usd": read.pmpm_usd,
            "price_factor": found.price,
            "spread_factor": found.spread,
            "cv": found.cv,
            "notes": list(found.notes),
            "written": [str(path) for path in written],
        }
    )


def _need_polars() -> None:
    """Say which extra is missing.

    :raises BadInput: where polars is not installed.
    """
    from importlib.util import find_spec

    from vbcsim.core.errors import BadInput

    if find_spec("polars") is None:
        raise BadInput("", 'reading claims needs the extra "claims": pip install "vbcsim[claims]"')


def _strata(pairs: tuple[str, ...]) -> dict[str, str]:
    """Attribute -> heading.

    :raises BadInput: for what is no attribute that a user may set.
    """
    from vbcsim.core.attributes import ATTRIBUTES
    from vbcsim.core.errors import BadInput, did_you_mean
    from vbcsim.core.text import listing, shown

    free = [a for a in ATTRIBUTES if a not in ("line_of_business", "age_band", "sex", "risk_tier")]
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, column = pair.partition("=")
        if not equals or not column or name not in free or name in found:
            guess = did_you_mean(name, free)
            raise BadInput(
                "--stratum",
                f"{shown(pair)} is not possible{guess}; write ATTRIBUTE=COLUMN, each once ({listing(free)})",
            )
        found[name] = column
    return found


def _years(text: str | None) -> tuple[int, ...]:
    from vbcsim.core.errors import BadInput
    from vbcsim.core.text import shown

    try:
        found = tuple(sorted({int(word) for word in (text or "").split(",") if word.strip()}))
    except ValueError:
        found = (0,)
    if any(not 1990 <= year <= 2100 for year in found):
        raise BadInput("--years", f"{shown(text)} is not a list of years; write 2022,2023")
    return found


def _write(texts: dict[str, str], out: Path) -> list[Path]:
    """Write every file, each whole or not at all."""
    from vbcsim.core.files import write_atomic

    out.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        write_atomic(out / name, text)
    return [out / name for name in texts]


def _tell(found: Calibrated, review: Review, written: list[Path], listed: Path, say: Speaker) -> None:
    from vbcsim.calibrate.claims.extract import rows_of_fates
    from vbcsim.calibrate.claims.review import dollars
    from vbcsim.core.text import visible

    x = found.extract
    say.text(review.answer)
    fates = rows_of_fates(x)
    for words, rows, cents in fates:
        if rows:
            say.text(f"  {rows:>12,} rows  {dollars(cents):>18}  {words}")
    for warning in review.warnings:
        say.note(f"warning: {warning}")
    if x.rejects.height:
        say.note(f"Rejected rows are listed in {visible(str(listed))}")
    say.text(f"Written: {', '.join(visible(str(path)) for path in written)}")
    say.text(f"Next: look at review.html, then vbcsim run {visible(str(written[0].parent / 'scenario.yaml'))}")
    say.result(_object(x, found, written, review.warnings))


def _object(x: Extract, found: Calibrated, written: list[Path], warnings: tuple[str, ...]) -> dict[str, object]:
    from vbcsim.calibrate.claims.extract import rows_of_fates

    return {
        "members": found.people.persons,
        "member_months": int(found.people.months.sum()),
        "years": list(x.years),
        "amount": x.amount,
        "rows": {words: {"rows": rows, "usd": cents / 100.0} for words, rows, cents in rows_of_fates(x)},
        "rejects": x.rejects.height,
        "warnings": list(warnings),
        "written": [str(path) for path in written],
    }
