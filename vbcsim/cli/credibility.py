"""``vbcsim credibility``: how many lives a savings rate needs, and how often luck is paid."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vbcsim.cli.say import PATH, Speaker, speaks

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.pipeline.credibility import World

__all__ = ["command"]


@click.command("credibility")
@click.argument("target", metavar="FILE|RUN", type=PATH)
@click.option("--within", default="1%", show_default=True, help="Margin on either side of the true savings rate.")
@click.option("--confidence", default="90%", show_default=True, help="Chance to be within the margin.")
@click.option("--luck", default="10%", show_default=True, help="Greatest chance of a reward with no true saving.")
@click.option("--lives", multiple=True, type=int, help="Number of lives to judge beside the run's own; repeatable.")
@click.option("--saving", "savings", multiple=True, help="True saving to judge beside none, as 2%; repeatable.")
@click.option("--party", help="Whose reward is meant; else the provider's.")
@click.option("--set", "overrides", multiple=True, metavar="PATH=VALUE", help="Change a value of FILE; repeatable.")
@click.option("--draws", type=click.IntRange(2, 10_000_000), help="Draws to simulate, where that is needed.")
@speaks
def command(
    target: Path,
    within: str,
    confidence: str,
    luck: str,
    lives: tuple[int, ...],
    savings: tuple[str, ...],
    party: str | None,
    overrides: tuple[str, ...],
    draws: int | None,
    say: Speaker,
) -> None:
    """Say how many lives a measured savings rate needs before it can be believed, and how often luck is paid.

    Judged is a world in which nobody saves anything: the finished RUN itself or a case of it where that is such a
    world, which simulates nothing; else one simulated from its scenario, or from the scenario FILE. Told are the error
    of the measured rate and what it comes from, the lives needed to be within a margin, and the chance of a reward with
    no true saving and with some, at any number of lives. Where no number of lives is enough, it says so.

    \b
    Example:
      vbcsim credibility demo
      vbcsim credibility scenarios/mssp_aco.yaml --within 2% --confidence 95% --lives 30000
    """
    from vbcsim.outcomes.credibility import Asked
    from vbcsim.pipeline.credibility import credibility

    asked = Asked(_share("within", within), _share("confidence", confidence), _share("luck", luck))
    if lives:
        asked = asked._replace(lives=tuple(sorted(set(lives))))
    if savings:
        asked = asked._replace(savings=(0.0, *sorted({_share("saving", word) for word in savings} - {0.0})))
    asked.check()
    world = _world(target, overrides, draws, say)
    found = credibility(world, asked, party)
    if say.plain:
        _print(found, world)
    say.result({"scenario": world.scenario.name, "case": world.case or None} | _plain(found))


def _share(name: str, word: str) -> float:
    """A share as it was typed: ``1%`` or 0.01."""
    from vbcsim.core.errors import BadInput
    from vbcsim.core.text import shown
    from vbcsim.core.units import parse_quantity

    try:
        return float(parse_quantity(word, "fraction") if word.strip().endswith("%") else word)
    except ValueError:
        raise BadInput(f"--{name}", f"{shown(word)} cannot be read as a share; write 1% or 0.01") from None


def _world(target: Path, overrides: tuple[str, ...], draws: int | None, say: Speaker) -> World:
    """The world without a true saving: in a finished run, or simulated."""
    from vbcsim.core.errors import BadInput
    from vbcsim.pipeline import load_scenario, open_run
    from vbcsim.pipeline.credibility import world_in, world_of

    if target.is_dir():
        if overrides:
            raise BadInput("--set", f"changes a scenario file, and {target} is a finished run; name the file instead")
        run = open_run(target)
        found = world_in(run)
        if found is not None:
            return found
        say.note("no case of the run is a world without a true saving, so one is simulated")
        scenario = run.scenario
    else:
        scenario = load_scenario(target, overrides)
    with say.progress("simulate") as progress:
        return world_of(scenario, draws=draws, progress=progress)


def _print(found: xr.Dataset, world: World) -> None:
    from vbcsim.report.credibility import credibility_answer, credibility_tables, credibility_words
    from vbcsim.report.terminal import print_paragraphs, print_tables

    titles = _titles(world, found)
    which = {"": "simulated for this", "base": "the run itself"}.get(world.case, f"the case {world.case} of the run")
    opening = (
        f"{world.scenario.title}. A world in which nobody saves anything ({which}), {found.attrs['draws']:,} draws; "
        "\N{PLUS-MINUS SIGN} is the Monte Carlo error."
    )
    print_paragraphs([words for words in (opening, credibility_answer(found, titles)) if words])
    print_tables(credibility_tables(found, titles))
    print_paragraphs(credibility_words(found, _minimum_rate(found)))


def _titles(world: World, found: xr.Dataset) -> dict[str, str]:
    from vbcsim.report.material import short_titles

    return dict(short_titles(world.scenario.arrangements, [str(name) for name in found["design"].values]))


def _minimum_rate(found: xr.Dataset) -> float | None:
    """Minimum savings rate of the Shared Savings Program for the lives of the first design that has any."""
    import numpy as np

    from vbcsim.contract.book import Book
    from vbcsim.contract.program import resolve

    lives = found["size_lives"].sel(size="own").values
    known = lives[np.isfinite(lives)]
    if not known.size or known[0] < 500.0:
        return None
    rules = resolve("mssp", {"track": "basic_a", "agreement_start": 2024}, (2024,))
    book = Book.from_lines({"lives": float(known[0])}, (2024,))
    return float(book.declare(rules.lines)["minimum_rate"][0, 0])


def _plain(found: xr.Dataset) -> dict[str, Any]:
    from vbcsim.cli.figures import nested

    told = ("draws", "seed", "engine", "party", "within", "confidence", "luck")
    attrs = {name: found.attrs[name] for name in told if name in found.attrs}
    return attrs | {str(name): nested(variable) for name, variable in found.data_vars.items()}
