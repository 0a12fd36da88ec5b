"""``vbcsim explain``: a contract in sentences, or one draw of a finished run step by step."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vbcsim.cli.say import PATH, Speaker, speaks

if TYPE_CHECKING:
    from vbcsim.contract.arrangement import Arrangement
    from vbcsim.pipeline import Run
    from vbcsim.scenario.model import Scenario

__all__ = ["command"]


@click.command("explain")
@click.argument("target", metavar="FILE|RUN", type=PATH)
@click.option("--design", help="Only this design; else every one.")
@click.option("--draw", type=click.IntRange(min=0), help="Walk through this draw of a finished run, from 0.")
@click.option("--xlsx", "book", type=PATH, help="Write that draw (else the median one) as a workbook of live formulas.")
@click.option("--formulas/--no-formulas", default=True, help="Whether formulas stand below the sentences.")
@speaks
def command(
    target: Path, design: str | None, draw: int | None, book: Path | None, formulas: bool, say: Speaker
) -> None:
    """Say every design of a scenario FILE (or of a finished RUN) in numbered sentences, with formulas and sources.

    Each line that a clause reads is told below the first clause that reads it, under its name in the file. With --draw,
    walk through one draw of a finished run: the lines read, the arithmetic of each clause in numbers, the transfer.
    With --xlsx, write the draw as a workbook in which every clause is a formula that can be followed and changed.

    \b
    Example:
      vbcsim explain scenarios/mssp_aco.yaml --design enhanced
      vbcsim explain demo --design enhanced --draw 17
      vbcsim explain demo --design enhanced --draw 17 --xlsx enhanced-17.xlsx
    """
    from vbcsim.core.errors import BadInput
    from vbcsim.pipeline import load_scenario, open_run

    asked = f"--draw {draw}" if draw is not None else "--xlsx" if book is not None else ""
    if asked and not target.is_dir():
        raise BadInput(asked, f"needs a finished run; {target} is no folder: name the folder of a run")
    run = open_run(target) if target.is_dir() else None
    scenario = run.scenario if run else load_scenario(target)
    chosen = _chosen(scenario, design)
    if run and book is not None:
        _write(run, chosen, draw, book, say)
    elif run and draw is not None:
        _walk(run, chosen, draw, say)
    else:
        _sentences(scenario, chosen, say, formulas=formulas)


def _chosen(scenario: Scenario, design: str | None) -> Mapping[str, Arrangement]:
    from vbcsim.core.errors import BadInput, did_you_mean
    from vbcsim.core.text import listing, shown

    every = scenario.arrangements
    if design is None:
        return every
    if design not in every:
        near = did_you_mean(design, every)
        raise BadInput(
            "--design", f"{shown(design)} is not a design of {scenario.name}{near} (there: {listing(list(every))})"
        )
    return {design: every[design]}


def _sentences(scenario: Scenario, chosen: Mapping[str, Arrangement], say: Speaker, *, formulas: bool) -> None:
    from vbcsim.cli.explanation import sentences_of, sentences_text

    years, told = scenario.years.performance, {}
    for name in chosen:
        design = scenario.settled_designs[name]
        told[name] = sentences_of(design.arrangement, years, design.sentence())
        own = {group: of_group for group, of_group in design.by_group.items() if of_group is not design.arrangement}
        told |= {f"{name}: {group}": sentences_of(of_group, years) for group, of_group in own.items()}
    for name, said in told.items():
        say.text(sentences_text(name, said, formulas=formulas))
    say.result({"scenario": scenario.name, "years": list(scenario.years.performance), "designs": told})


def _walk(run: Run, chosen: Mapping[str, Arrangement], draw: int, say: Speaker) -> None:
    from vbcsim.cli.explanation import walk_of, walk_text
    from vbcsim.core.errors import BadInput
    from vbcsim.pipeline import settled_parts

    draws = run.experience.sizes["draw"]
    if draw >= draws:
        raise BadInput(f"--draw {draw}", f"the run has the draws 0 to {draws - 1}; choose one of them")
    parts = settled_parts(run, {name: run.scenario.settled_designs[name] for name in chosen})
    walks = {name: walk_of(part.book, part.arrangement, draw) for name, part in parts.items()}
    for name, walk in walks.items():
        say.text(walk_text(name, draw, walk))
    say.result({"scenario": run.scenario.name, "draw": draw, "designs": walks})


def _write(run: Run, chosen: Mapping[str, Arrangement], draw: int | None, book: Path, say: Speaker) -> None:
    """The settlements of the designs in one draw as a workbook of formulas."""
    from vbcsim.cli.workbook import refuse_unfit, traced_of
    from vbcsim.core.files import write_atomic
    from vbcsim.core.text import visible
    from vbcsim.workbook.results import settlement_workbook

    refuse_unfit(book)
    traced = {name: traced_of(run, name, draw, found.title or name) for name, found in chosen.items()}
    write_atomic(book, settlement_workbook(traced, run.scenario.title))
    draws = {name: one.told.draw for name, one in traced.items()}
    told = ", ".join(f"{name} in draw {number}" for name, number in draws.items())
    say.text(f"{visible(str(book))}: {told}, every clause as a formula beside the engine's number")
    say.result({"scenario": run.scenario.name, "workbook": str(book), "draws": draws})
