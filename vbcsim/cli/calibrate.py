"""``vbcsim calibrate``: scenarios made from published data."""

from __future__ import annotations

from pathlib import Path

import click

from vbcsim.cli.say import PATH, Speaker, speaks

__all__ = ["command"]


@click.group("calibrate")
def command() -> None:
    """Make a scenario from published data.

    \b
    Example:
      vbcsim calibrate mssp PY2022.csv --aco A1234 --out aco.yaml
    """


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
