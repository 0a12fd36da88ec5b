"""``vbcsim settle``: other designs on the experience of a finished run."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vbcsim.cli.say import PATH, Speaker, speaks

if TYPE_CHECKING:
    from vbcsim.scenario.model import Scenario

__all__ = ["command"]


@click.command("settle")
@click.argument("run", type=PATH)
@click.argument("file", type=PATH)
@click.option("--set", "overrides", multiple=True, metavar="PATH=VALUE", help="Change a value of FILE; repeatable.")
@click.option("--out", type=PATH, help="Folder for a whole run with the new designs; else none.")
@speaks
def command(run: Path, file: Path, overrides: tuple[str, ...], out: Path | None, say: Speaker) -> None:
    """Settle the finished run in the folder RUN under the designs of FILE, without simulating again.

    Only the designs, the economics, title and question are taken from FILE, which may hold designs alone. Where FILE
    asks for other members, assumptions, years or seed, a warning says so: the experience, and that of every case,
    remains that of RUN.

    \b
    Example:
      vbcsim settle demo other_designs.yaml
      vbcsim settle demo my.yaml --set designs.basic_e.elected_minimum_rate=0.02 --out demo2
    """
    from vbcsim.cli.results import show, write
    from vbcsim.core.errors import BadInput, Problem
    from vbcsim.core.files import claim_folder
    from vbcsim.core.text import visible
    from vbcsim.pipeline import Lived, open_run, settle_cases
    from vbcsim.scenario.cases import every_case
    from vbcsim.scenario.drafts import load_designs

    begun = time.perf_counter()
    finished = open_run(run)
    asked = load_designs(file, finished.scenario, overrides)
    _warn(finished.scenario, asked, say)
    scenario = asked.with_experience_of(finished.scenario)
    try:
        lived = {
            name: Lived(case, finished.cases[name].cohort, finished.cases[name].experience)
            for name, case in every_case(scenario).items()
            if name in finished.cases
        }
        settled = settle_cases(scenario, lived)
    except BadInput as error:
        raise BadInput(Problem(f"{visible(str(file))} {p.place}", p.message) for p in error.problems) from None
    if out is not None:
        with claim_folder(out) as folder:
            write(settled, folder)
    seconds = time.perf_counter() - begun
    show(settled, say, seconds=seconds, out=None if out is None else str(out))
    say.note(f"settled {scenario.draws:,} draws of {run} in {seconds:.1f} s, nothing simulated")
    if out is not None:
        say.note(f"Report: {out / 'report.html'}; workbook: {out / 'results.xlsx'}")


def _warn(finished: Scenario, asked: Scenario, say: Speaker) -> None:
    from vbcsim.core.text import listing
    from vbcsim.scenario.key import experience_differences

    differences = experience_differences(finished, asked)
    if differences:
        say.warning(f"the file asks for other {listing(differences)} than the run; the experience is that of the run")
