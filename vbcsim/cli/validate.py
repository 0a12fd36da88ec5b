"""``vbcsim validate``: simulated persons of the shipped tables against published facts."""

from __future__ import annotations

from pathlib import Path

import click

from vbcsim.cli.say import PATH, Speaker, speaks

__all__ = ["command"]


@click.command("validate")
@click.argument("populations", nargs=-1)
@click.option(
    "--persons", type=click.IntRange(1000, 5_000_000), default=200_000, show_default=True, help="Persons each."
)
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), default=1, show_default=True, help="Seed of the simulation.")
@click.option("--out", type=PATH, help="Markdown page to write; one that is there is replaced.")
@click.option("--summary", "counts", type=PATH, help="JSON file to write: how many facts agree, as a report quotes it.")
@speaks
def command(
    populations: tuple[str, ...], persons: int, seed: int, out: Path | None, counts: Path | None, say: Speaker
) -> None:
    """Simulate persons of each line of business and compare with what was published.

    POPULATIONS are commercial, medicare, medicaid, dual and all (them together); without any, all five. Each fact is
    shown with the simulated figure, its standard error and a verdict. Misses are results: the exit code is 0.

    \b
    Example:
      vbcsim validate
      vbcsim validate commercial medicare --persons 500000 --json
    """
    from vbcsim.calibrate.facts import published, published_populations
    from vbcsim.calibrate.validation import json_object, validate
    from vbcsim.calibrate.validation_page import inputs_mark
    from vbcsim.calibrate.validation_summary import summary_text
    from vbcsim.calibrate.validation_text import page, summary, table_text
    from vbcsim.core.files import write_atomic

    names = populations or published_populations()
    for name in names:
        published(name)
    with say.progress("validating") as progress:
        found = validate(names, persons=persons, seed=seed, progress=progress)
    for validation in found:
        say.text(f"{validation.table.title}, {validation.persons:,} persons\n{table_text(validation.findings)}\n")
    say.text("\n".join(summary(validation) for validation in found))
    if out is not None:
        write_atomic(out, page(found, inputs_mark(names, persons, seed)))
    if counts is not None:
        write_atomic(counts, summary_text(found, inputs_mark(names, persons, seed)))
    say.result(json_object(found) | {"out": None if out is None else str(out)})
