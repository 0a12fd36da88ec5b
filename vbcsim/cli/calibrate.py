"""``vbcsim calibrate``: scenarios and assumption tables made from published data."""

from __future__ import annotations

from pathlib import Path

import click

from vbcsim.cli.calibrate_claims import claims, summary
from vbcsim.cli.calibrate_fit import fit_command
from vbcsim.cli.say import PATH, Speaker, speaks

__all__ = ["command"]


@click.group("calibrate")
def command() -> None:
    """Make a scenario or assumption tables from published data or from claims.

    \b
    Example:
      vbcsim calibrate mssp PY2022.csv --aco A1234 --out aco.yaml
      vbcsim calibrate facts facts.yaml --out tables
      vbcsim calibrate claims extract --out plan
    """


command.add_command(claims)
command.add_command(fit_command)
command.add_command(summary)


@command.command("mssp")
@click.argument("file", type=PATH)
@click.option("--aco", required=True, metavar="ID", help="Identifier of the ACO in the file, as in A1234.")
@click.option("--out", required=True, type=PATH, help="Scenario file to write.")
@click.option("--year", type=int, help="Performance year of a file that does not tell it, or one of several.")
@click.option("--years", type=click.IntRange(1, 5), default=3, show_default=True, help="Years of the new agreement.")
@click.option("--draws", type=click.IntRange(2, 10_000_000), default=2000, show_default=True, help="Draws of a run.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), default=1, show_default=True, help="Seed of a run.")
@click.option("--replace", is_flag=True, help="Write over a file that is there.")
@speaks
def mssp(
    file: Path,
    aco: str,
    out: Path,
    year: int | None,
    years: int,
    draws: int,
    seed: int,
    replace: bool,
    say: Speaker,
) -> None:
    """Turn one row of a CMS public-use file of the Shared Savings Program into a scenario.

    The ACO begins a new agreement after the performance year of the file: its lives by enrollment type, risk scores,
    spending and use, quality score and track are carried over; every other figure says where it comes from.

    \b
    Example:
      vbcsim calibrate mssp PY2022.csv --aco A1234 --out aco.yaml
      vbcsim run aco.yaml
    """
    from vbcsim.calibrate.mssp import calibrate_mssp
    from vbcsim.core.errors import BadInput
    from vbcsim.core.files import write_atomic
    from vbcsim.core.text import visible
    from vbcsim.scenario.load import parse_scenario

    if out.exists() and not replace:
        raise BadInput(
            visible(str(out)), "is there already; name another file with --out, or write over it with --replace"
        )
    text = calibrate_mssp(file, aco, year=year, years=years, draws=draws, seed=seed)
    scenario = parse_scenario(text, str(out), out.parent)
    write_atomic(out, text)
    say.text(f"{visible(str(out))}: {visible(scenario.title)}, {scenario.members:,} members. Next: vbcsim run {out}")
    say.result({"out": str(out), "scenario": scenario.name, "title": scenario.title, "members": scenario.members})


@command.command("facts")
@click.argument("table", type=PATH)
@click.option("--out", required=True, type=PATH, help="Folder for the tables; made where there is none.")
@click.option("--services", metavar="TABLE", help="Services table to start from: a CSV file, or vbcsim:NAME.")
@click.option("--cells", metavar="TABLE", help="Cells of the population: a CSV file, or vbcsim:NAME.")
@click.option("--frailty", metavar="TABLE", help="Shared frailty to start from: a CSV file, or vbcsim:NAME.")
@click.option("--tiers", metavar="SHARES", help="Cut persons by cost into risk tiers, as in 0.5,0.9,0.99.")
@click.option("--persons", type=click.IntRange(2000, 2_000_000), default=60_000, show_default=True, help="Per trial.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 2), default=1, show_default=True, help="Seed of the simulation.")
@click.option("--replace", is_flag=True, help="Write over files that are there.")
@speaks
def facts(
    table: Path,
    out: Path,
    services: str | None,
    cells: str | None,
    frailty: str | None,
    tiers: str | None,
    persons: int,
    seed: int,
    replace: bool,
    say: Speaker,
) -> None:
    """Solve frailty, persistence and the tail of cost from a TABLE of facts about a population (YAML or CSV).

    Writes services.csv, assumptions.yaml (a section for a scenario) and diagnostics.json into the folder, and with
    --tiers also tiers.csv. Says which facts were met, which not, and which parameters the facts do not tell.

    \b
    Example:
      vbcsim calibrate facts facts.yaml --services vbcsim:commercial_services --out tables
    """
    from vbcsim.calibrate.calibration import calibrate, cuts_of, folder_for, starting_population
    from vbcsim.calibrate.calibration_files import diagnostics, write_calibration
    from vbcsim.calibrate.facts import read_facts
    from vbcsim.calibrate.validation_text import table_text
    from vbcsim.core.text import visible

    told = read_facts(table)
    start = starting_population(told, services, cells, frailty)
    cuts = cuts_of(tiers)
    folder_for(out, replace)
    with say.progress("solving") as progress:
        result = calibrate(told, start, persons=persons, seed=seed, cuts=cuts, progress=progress)
    out.mkdir(parents=True, exist_ok=True)
    written = write_calibration(result, out)
    say.text(table_text(result.findings))
    for warning in result.warnings:
        say.note(f"warning: {warning}")
    say.text(f"Written: {', '.join(visible(str(path)) for path in written)}")
    say.result(diagnostics(result) | {"written": [str(path) for path in written]})
