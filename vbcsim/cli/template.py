"""``vbcsim template``: a workbook in which to write a scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vbcsim.cli.say import PATH, Speaker, speaks

__all__ = ["command"]


@click.command("template")
@click.option("--xlsx", "out", type=PATH, required=True, help="The workbook to write; an existing one is not replaced.")
@click.option("--from", "begin", type=PATH, help="A scenario to begin from, YAML or workbook; else a blank one.")
@speaks
def command(out: Path, begin: Path | None, say: Speaker) -> None:
    """Write a workbook to be filled in: every assumption with its unit, what is allowed, and room for its source.

    `vbcsim check` and `vbcsim run` read the filled workbook as they read a YAML file, and name a problem by its sheet
    and cell. A scenario that is written to a workbook and read again gives the same results to the last bit.

    \b
    Example:
      vbcsim template --xlsx book.xlsx
      vbcsim template --xlsx book.xlsx --from scenarios/mssp_aco.yaml
      vbcsim check book.xlsx
    """
    from vbcsim.cli.workbook import refuse_unfit
    from vbcsim.core.files import write_atomic
    from vbcsim.core.text import visible
    from vbcsim.workbook.template import template_workbook

    refuse_unfit(out)
    content = template_workbook(None if begin is None else _data(begin))
    write_atomic(out, content)
    name = visible(str(out))
    filled = "blank" if begin is None else f"with what {visible(str(begin))} says"
    say.text(f"{name} is written, {filled}. Fill in the yellow cells, then: vbcsim check {name}")
    say.result({"workbook": str(out), "from": None if begin is None else str(begin), "bytes": len(content)})


def _data(begin: Path) -> dict[str, Any]:
    """What a sound scenario says, its tables as rows."""
    from vbcsim.scenario.load import load_scenario, read_document
    from vbcsim.scenario.tables import read_tables

    load_scenario(begin)
    document = read_document(begin)
    read_tables(document, begin.parent)
    data: dict[str, Any] = document.data
    return data
