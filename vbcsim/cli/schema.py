"""``vbcsim schema``: the JSON Schema of a scenario file."""

from __future__ import annotations

import json

import click

__all__ = ["command"]


@click.command("schema")
@click.option("--json", is_flag=True, expose_value=False, help="Changes nothing: the schema is always JSON.")
def command() -> None:
    """Print the JSON Schema of a scenario file, with every program, term and line maker.

    An editor that reads it completes and checks a scenario as it is written: put the line
    `# yaml-language-server: $schema=scenario.schema.json` at the top of the file.

    \b
    Example:
      vbcsim schema > scenario.schema.json
    """
    from vbcsim.scenario.schema import scenario_schema

    click.echo(json.dumps(scenario_schema(), indent=2, ensure_ascii=False))
