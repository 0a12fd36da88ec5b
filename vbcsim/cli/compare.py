"""``vbcsim compare``: designs against one another on the same draws, and where their money goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vbcsim.cli.say import PATH, Speaker, speaks

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.pipeline import Run
    from vbcsim.report.material import Material

__all__ = ["command"]

_SAVINGS = (0.0, 0.01, 0.02, 0.05)


@click.command("compare")
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=PATH)
@click.option("--party", help="Whose money is followed clause by clause; else the provider's.")
@click.option("--independent", is_flag=True, help="Compare runs of other seeds too; they share no luck.")
@speaks
def command(runs: tuple[Path, ...], party: str | None, independent: bool, say: Speaker) -> None:
    """Compare the designs of the finished run RUN two by two, draw by draw, and each of its cases with base.

    Also told: where the money goes under each design, clause by clause; what share of savings is really paid beside the
    share stated; and how often luck is rewarded and skill is not.

    With several runs over the same years, designs of the same name are set against each other, and one without a
    namesake against all others; draws are taken in pairs. Runs of one seed share their random numbers, which makes the
    difference between them far more certain than either. Runs of other seeds are refused unless --independent.

    \b
    Example:
      vbcsim compare demo
      vbcsim compare demo demo2 demo3 --json
    """
    from vbcsim.pipeline import open_run

    names = _names(runs)
    found = {name: open_run(folder) for name, folder in zip(names, runs, strict=True)}
    if len(found) == 1:
        _within(next(iter(found.values())), party, say)
    else:
        _between(found, party, independent, say)


def _names(runs: tuple[Path, ...]) -> list[str]:
    """A name for each run: that of its folder, or its path where two folders have the same."""
    from vbcsim.core.errors import BadInput

    twice = [str(run) for k, run in enumerate(runs) if run.resolve() in [other.resolve() for other in runs[:k]]]
    if twice:
        raise BadInput(twice[0], "is named twice; a run cannot be compared with itself")
    short = [run.resolve().name for run in runs]
    return short if len(set(short)) == len(short) else [str(run) for run in runs]


def _within(run: Run, party: str | None, say: Speaker) -> None:
    """The designs and cases of one run."""
    from vbcsim.cli.figures import compared
    from vbcsim.report.material import Material
    from vbcsim.report.terminal import print_comparison

    material = Material.of_run(run)
    money = _money(run, party)
    if say.plain:
        print_comparison(material)
        _print_cases(run, say)
        _print_money(material, money)
    say.result(_told(material) | {"case_comparison": compared(run.case_comparison)} | _plain(money))


def _between(runs: Mapping[str, Run], party: str | None, independent: bool, say: Speaker) -> None:
    """Designs of several runs against one another, and what each run shares in the end."""
    from vbcsim.outcomes.comparison import compare
    from vbcsim.pipeline.pairing import named_pairs, pairing_notes, side_by_side
    from vbcsim.pipeline.stages import summarize
    from vbcsim.report.material import Material
    from vbcsim.report.shares import share_table
    from vbcsim.report.terminal import print_comparison, print_tables

    settlement = side_by_side(runs, independent=independent)
    first = next(iter(runs.values()))
    pairs = compare(settlement, named_pairs(runs))
    material = Material(first.scenario, {}, settlement, summarize(settlement), pairs)
    money = {name: _money(run, party) for name, run in runs.items()}
    if say.plain:
        for note in pairing_notes(runs, independent=independent):
            say.text(note)
        print_comparison(material)
        for name, run in runs.items():
            table = share_table(replace(Material.of_run(run), effective_share=money[name]["effective_share"]))
            print_tables([table._replace(caption=f"{name}: {table.caption}")] if table else [])
    told = {name: _plain(each) for name, each in money.items()}
    say.result(_told(material) | {"case_comparison": [], "runs": told})


def _told(material: Material) -> dict[str, Any]:
    from vbcsim.report.json import json_object

    whole = json_object(material)
    return {key: whole[key] for key in ("scenario", "draws", "seed", "experience_hash", "comparison")}


def _money(run: Run, party: str | None) -> dict[str, xr.Dataset | None]:
    """Where the money of a run goes, what share is paid, how often luck is; the last none where it cannot be told."""
    from vbcsim.core.errors import BadInput, VbcsimError
    from vbcsim.outcomes.credibility import Asked
    from vbcsim.pipeline import money_of
    from vbcsim.pipeline.credibility import credibility, world_in

    steps, shares = money_of(run, party)
    found: dict[str, xr.Dataset | None] = {"waterfall": steps, "effective_share": shares, "luck": None}
    world = world_in(run)
    if world is not None:
        try:
            found["luck"] = credibility(world, Asked(lives=(), savings=_SAVINGS), party)
        except BadInput:
            raise
        except VbcsimError:  # too few draws to tell members' chance from the rest: rather no figure than a wrong one
            pass
    return found


def _plain(money: Mapping[str, xr.Dataset | None]) -> dict[str, Any]:
    from vbcsim.cli.figures import nested, steps

    shares, luck, waterfall = money["effective_share"], money["luck"], money["waterfall"]
    assert shares is not None
    assert waterfall is not None
    words = {"headline_words": nested(shares["headline_words"])}
    reward = ("p_reward", "p_reward_mcse", "reward_usd", "reward_mcse")
    return {
        "party": str(waterfall.attrs["party"]),
        "waterfall": steps(waterfall),
        "effective_share": {str(name): nested(values) for name, values in shares.data_vars.items()} | words,
        "luck": None if luck is None else {name: nested(luck[name].sel(size="own", drop=True)) for name in reward},
    }


def _print_money(material: Material, money: Mapping[str, xr.Dataset | None]) -> None:
    """Where the money goes, the effective share, luck and skill."""
    from vbcsim.report.credibility import luck_table, luck_words
    from vbcsim.report.shares import share_table
    from vbcsim.report.steps import step_tables
    from vbcsim.report.terminal import print_paragraphs, print_tables

    waterfall, luck = money["waterfall"], money["luck"]
    assert waterfall is not None
    print_tables(step_tables(waterfall, material.titles, material.period))
    shares = share_table(replace(material, effective_share=money["effective_share"]))
    print_tables([shares] if shares else [])
    table = None if luck is None else luck_table(luck, material.titles)
    if table is not None:
        print_tables([table])
        print_paragraphs([luck_words()])
    elif shares is not None:
        print_paragraphs([_NO_LUCK])


_NO_LUCK = (
    "How often luck is rewarded cannot be told here: no case of the run is a world without a true saving, or it has "
    "too few draws. `vbcsim credibility` simulates that world."
)


def _print_cases(run: Run, say: Speaker) -> None:
    """Each case against base, under the same design and in the same draws."""
    from vbcsim.pipeline import summarize
    from vbcsim.pipeline.pairing import side_by_side
    from vbcsim.report.material import Material
    from vbcsim.report.terminal import print_comparison

    comparison = run.case_comparison
    if comparison is None:
        return
    base, *others = run.cases
    for name in others:
        say.text(f"\n{name}, {run.scenario.cases[name].title}, against the base case")
        both = side_by_side({name: run.cases[name], base: run.cases[base]})
        own = comparison.isel(pair=(comparison["case"] == name).values)
        print_comparison(Material(run.scenario, {}, both, summarize(both), own))
