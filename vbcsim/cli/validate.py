"""``vbcsim validate``: published tables, and simulated persons of the shipped tables, against what was published."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vbcsim.cli.say import PATH, Speaker, speaks

if TYPE_CHECKING:
    from vbcsim.calibrate.exhibits.run import Exhibited
    from vbcsim.calibrate.validation import Validation

__all__ = ["command"]

TABLES = "published"
"""The word for published tables among the populations."""


@click.command("validate")
@click.argument("populations", nargs=-1)
@click.option(
    "--persons", type=click.IntRange(1000, 5_000_000), default=200_000, show_default=True, help="Persons each."
)
@click.option(
    "--draws",
    type=click.IntRange(100, 10_000_000),
    default=100_000,
    show_default=True,
    help="Draws of a simulated table.",
)
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), default=1, show_default=True, help="Seed of the simulation.")
@click.option("--exhibits", multiple=True, type=PATH, help="Your own file of published tables; repeatable.")
@click.option(
    "--reconcile", "public_use", multiple=True, type=PATH, help="CMS public-use file, for the pack; repeatable."
)
@click.option(
    "--backtest", multiple=True, type=PATH, help="Result of `vbcsim backtest --json`, for the pack; repeatable."
)
@click.option(
    "--out", type=PATH, help="Validation pack to write (.html), or page (.md); one that is there is replaced."
)
@click.option("--summary", "counts", type=PATH, help="JSON file to write: how many facts agree, as a report quotes it.")
@speaks
def command(
    populations: tuple[str, ...],
    persons: int,
    draws: int,
    seed: int,
    exhibits: tuple[Path, ...],
    public_use: tuple[Path, ...],
    backtest: tuple[Path, ...],
    out: Path | None,
    counts: Path | None,
    say: Speaker,
) -> None:
    """Compute published tables again, simulate persons of each line of business, and compare with what was published.

    POPULATIONS are commercial, medicare, medicaid, dual and all (them together), and published, the tables of
    textbooks, papers and regulations; without any, all six. Each figure is shown with its error and a verdict. With
    --out pack.html all of it becomes one file to keep. Misses are results: the exit code is 0.

    \b
    Example:
      vbcsim validate
      vbcsim validate published --out pack.html
      vbcsim validate commercial medicare --persons 500000 --json
      vbcsim validate --out pack.html --reconcile PY2022.csv
    """
    from vbcsim.calibrate.exhibits.text import exhibits_object
    from vbcsim.calibrate.facts import published, published_populations
    from vbcsim.calibrate.validation import json_object, validate
    from vbcsim.calibrate.validation_page import inputs_mark
    from vbcsim.calibrate.validation_summary import summary_text
    from vbcsim.core.files import write_atomic

    names = tuple(name for name in populations or published_populations() if name != TABLES)
    for name in names:
        published(name)
    _check_out(out, public_use, backtest)
    backtests = {path.name: _read_json(path) for path in backtest}
    tables = _tables(TABLES in populations or not populations, exhibits, draws, seed, say)
    with say.progress("validating") as progress:
        found = validate(names, persons=persons, seed=seed, progress=progress)
    _tell(tables, found, say)
    if out is not None:
        given = (*exhibits, *public_use, *backtest)
        write_atomic(out, _page(out, tables, found, public_use, backtests, given, inputs_mark(names, persons, seed)))
    if counts is not None:
        write_atomic(counts, summary_text(found, inputs_mark(names, persons, seed)))
    told = json_object(found) | {"tables": exhibits_object(tables)}
    say.result(told | {"out": None if out is None else str(out)})


def _check_out(out: Path | None, public_use: Sequence[Path], backtest: Sequence[Path]) -> None:
    """Refuse an ending that says no form, and evidence that only a pack holds."""
    if out is not None and out.suffix.lower() not in (".html", ".htm", ".md"):
        raise click.UsageError(f"--out {out} ends in neither .html (the pack) nor .md (the page); name it so")
    if (public_use or backtest) and (out is None or out.suffix.lower() == ".md"):
        raise click.UsageError("--reconcile and --backtest are for the pack; give --out pack.html too")


def _tables(wanted: bool, own: Sequence[Path], draws: int, seed: int, say: Speaker) -> tuple[Exhibited, ...]:
    from vbcsim.calibrate.exhibits.run import exhibit_all, shipped_exhibits

    with say.progress("computing published tables") as progress:
        files = (*(shipped_exhibits() if wanted else ()), *own)
        return exhibit_all(files, draws=draws, seed=seed, progress=progress)


def _tell(tables: Sequence[Exhibited], found: Sequence[Validation], say: Speaker) -> None:
    from vbcsim.calibrate.exhibits.text import exhibits_summary, exhibits_text
    from vbcsim.calibrate.validation_text import summary, table_text

    for table in tables:
        say.text(f"{exhibits_text(table)}\n")
    for validation in found:
        say.text(f"{validation.table.title}, {validation.persons:,} persons\n{table_text(validation.findings)}\n")
    say.text("\n".join([*map(exhibits_summary, tables), *map(summary, found)]))


def _page(
    out: Path,
    tables: Sequence[Exhibited],
    found: Sequence[Validation],
    public_use: Sequence[Path],
    backtests: Mapping[str, Any],
    given: Sequence[Path],
    mark: str,
) -> str:
    """The pack, or the page of the documentation, by the ending of the file."""
    if out.suffix.lower() == ".md":
        from vbcsim.calibrate.exhibits.text import exhibits_mark, exhibits_page
        from vbcsim.calibrate.validation_text import page

        parts = [page(found, mark)] if found else []
        parts += [exhibits_page(tables, exhibits_mark(tables[0].draws, tables[0].seed))] if tables else []
        return "\n".join(parts)
    from vbcsim.calibrate.reconcile import reconcile
    from vbcsim.report.validation_pack import Evidence, validation_pack

    evidence = Evidence(
        validations=found,
        exhibits=tables,
        reconciliation=reconcile(public_use) if public_use else None,
        backtests=backtests,
        files=tuple(given),
        command=_again(),
    )
    return validation_pack(evidence)


def _again() -> str:
    """The command that was typed, with every option and the names of files rather than their places."""
    given = click.get_current_context().params
    words = ["vbcsim validate", *given["populations"]]
    words += [f"--{name} {given[name]}" for name in ("persons", "draws", "seed")]
    files = {"exhibits": given["exhibits"], "reconcile": given["public_use"], "backtest": given["backtest"]}
    words += [f"--{name} {path.name}" for name, paths in files.items() for path in paths]
    return " ".join([*words, f"--out {given['out'].name}"])


def _read_json(path: Path) -> Any:
    from vbcsim.core.errors import BadInput
    from vbcsim.core.text import visible

    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(str(path), f"cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise BadInput(
            visible(str(path)), f"is no JSON ({error}); write it with `vbcsim backtest ... --json`"
        ) from None
