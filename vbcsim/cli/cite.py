"""``vbcsim cite``: every source, numbered, with what it supports; those that nobody verified come first."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vbcsim.cli.say import PATH, Speaker, speaks

if TYPE_CHECKING:
    from vbcsim.cli.sources import Source

__all__ = ["command"]

_SHOWN = 12
"""Uses of a source that the text names; ``--json`` names all of them."""


@click.command("cite")
@click.argument("target", metavar="[FILE|RUN]", type=PATH, required=False)
@speaks
def command(target: Path | None, say: Speaker) -> None:
    """List every source that a scenario FILE or a finished RUN uses, with what it supports, unverified ones first.

    Without FILE or RUN, every source known to vbcsim: of its programs, terms, line makers and tables.

    \b
    Example:
      vbcsim cite scenarios/mssp_aco.yaml
      vbcsim cite --json
    """
    from vbcsim.cli.sources import known_sources, scenario_sources
    from vbcsim.pipeline import load_scenario, open_run

    if target is None:
        about, found = "vbcsim", known_sources()
    else:
        scenario = open_run(target).scenario if target.is_dir() else load_scenario(target)
        about, found = scenario.name, scenario_sources(scenario)
    say.text(_text(about, found))
    say.result(
        {
            "about": about,
            "unverified": sum(source.unverified for source in found),
            "sources": [
                {
                    "number": number,
                    "source": source.text,
                    "unverified": source.unverified,
                    "supports": list(source.supports),
                }
                for number, source in enumerate(found, 1)
            ],
        }
    )


def _text(about: str, found: tuple[Source, ...]) -> str:
    """The sources for people."""
    from vbcsim.core.text import listing, visible

    doubtful = sum(source.unverified for source in found)
    text = [f"{about}: {len(found):,} sources, {doubtful or 'none'} of them not verified", ""]
    for number, source in enumerate(found, 1):
        mark = "NOT VERIFIED: " if source.unverified else ""
        text += _wrapped(f"{mark}{visible(source.text)}", f"  {number:>3}. ")
        text += _wrapped(f"for {listing(source.supports, _SHOWN)}", "       ")
    return "\n".join(text)


def _wrapped(text: str, first: str) -> list[str]:
    return textwrap.wrap(text, 100, initial_indent=first, subsequent_indent=" " * 7, break_long_words=False)
