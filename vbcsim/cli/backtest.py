"""``vbcsim backtest``: forecasts of published years from the year before, scored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vbcsim.cli.say import PATH, Speaker, speaks

if TYPE_CHECKING:
    from vbcsim.calibrate.backtest.run import Backtest

__all__ = ["command"]


@click.group("backtest")
def command() -> None:
    """Forecast years that were published since, and say how good the forecasts were.

    \b
    Example:
      vbcsim backtest mssp PY2015.csv PY2016.csv PY2021.csv PY2022.csv --out backtest
    """


@command.command("mssp")
@click.argument("files", nargs=-1, required=True, type=PATH)
@click.option("--draws", type=click.IntRange(2, 100_000), default=2000, show_default=True, help="Draws of an ACO.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), default=1, show_default=True, help="Seed of the forecasts.")
@click.option("--year", type=int, help="Performance year of a file that does not tell it.")
@click.option("--out", type=PATH, help="Folder for the page, the forecasts as CSV and the scores as JSON.")
@speaks
def mssp(files: tuple[Path, ...], draws: int, seed: int, year: int | None, out: Path | None, say: Speaker) -> None:
    """Forecast each ACO's next year from its row in a CMS public-use file alone, and compare with what was published.

    Give files of at least two consecutive performance years. With several pairs of years, how far savings move is
    learned on the pairs that share no year with the one that is forecast; with one pair, the shipped figures serve, and
    were estimated from the years 2015, 2016, 2021 and 2022. Shown are coverage of intervals, the distance of forecasts
    from what came (CRPS) beside that of simple forecasts, and what a stated chance of earning or owing was worth, by
    size. Broken rows are told with their line.

    \b
    Example:
      vbcsim backtest mssp PY2015.csv PY2016.csv PY2021.csv PY2022.csv --out backtest
      vbcsim backtest mssp PY2021.csv PY2022.csv --json
    """
    from vbcsim.calibrate.backtest.run import backtest
    from vbcsim.calibrate.backtest.text import backtest_text, json_object

    found = backtest(files, draws=draws, seed=seed, year=year)
    say.text(backtest_text(found))
    for problem in () if say.as_json else found.problems:
        click.echo(str(problem), err=True)
    if out is not None:
        _write(found, files, out, say)
    say.result(json_object(found) | {"out": None if out is None else str(out)})


def _write(found: Backtest, files: tuple[Path, ...], out: Path, say: Speaker) -> None:
    """The page, the forecasts and the scores."""
    import json

    from vbcsim.calibrate.backtest.text import FORECAST_COLUMNS, forecast_rows, json_object
    from vbcsim.core.errors import BadInput
    from vbcsim.core.files import write_atomic
    from vbcsim.report.backtest import backtest_page
    from vbcsim.report.plotted import Plotted

    rows = (row for year in found.years for row in forecast_rows(year))
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(str(out), f"cannot be made a folder ({error.strerror})") from None
    write_atomic(out / "forecasts.csv", Plotted.of(FORECAST_COLUMNS, rows).csv)
    write_atomic(out / "scores.json", json.dumps(json_object(found), indent=1) + "\n")
    write_atomic(out / "backtest.html", backtest_page(found, tuple(path.name for path in files)))
    say.text(f"\nThe page is {out / 'backtest.html'}; forecasts.csv has every ACO.")
    say.text(f"For the validation pack: vbcsim validate --backtest {out / 'scores.json'} --out pack.html")
