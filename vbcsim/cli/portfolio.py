"""``vbcsim portfolio``: several contracts held together, on shared random numbers."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vbcsim.cli.say import PATH, Speaker, speaks

if TYPE_CHECKING:
    from vbcsim.pipeline.portfolio import HeldTogether
    from vbcsim.scenario.portfolio import Holding

__all__ = ["command"]


@click.command("portfolio")
@click.argument("file", type=PATH)
@click.option("--draws", type=click.IntRange(2, 1_000_000), help="Number of simulated histories; else the file's.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), help="Seed of every random number; else the file's.")
@click.option("--threads", type=click.IntRange(1, 1024), help="Threads; the results do not depend on it.")
@click.option("--out", type=PATH, help="Folder of the results; else ./NAME-portfolio.")
@click.option("--dry-run", is_flag=True, help="Say what would be simulated and written; run nothing.")
@speaks
def command(
    file: Path,
    draws: int | None,
    seed: int | None,
    threads: int | None,
    out: Path | None,
    dry_run: bool,
    say: Speaker,
) -> None:
    """Simulate the contracts that FILE names and say what they bring together: the joint distribution, how the
    contracts go together, which one brings the loss, what spreading is worth, and what reserve the whole needs.

    Each contract is a design of a scenario. Market, uncertain assumptions and the provider's own effect are shared
    between contracts, the luck of members is not. The folder holds report.html, results.json, results.nc, draws.csv
    and portfolio.yaml.

    \b
    Example:
      vbcsim portfolio scenarios/portfolios/one_group.yaml --out together
      vbcsim portfolio mine.yaml --draws 5000 --json
    """
    from vbcsim.cli.plan import plan_of, refuse_what_does_not_fit
    from vbcsim.core.files import claim_folder
    from vbcsim.pipeline.portfolio import portfolio_facts, save_portfolio
    from vbcsim.report.portfolio import portfolio_page
    from vbcsim.scenario.portfolio import load_portfolio

    begun = time.perf_counter()
    holding = load_portfolio(file).asking(draws=draws, seed=seed)
    folder = out or Path(f"{holding.portfolio.name}-portfolio")
    if dry_run:
        _plan(holding, folder, say)
        return
    for scenario in holding.scenarios.values():
        refuse_what_does_not_fit(plan_of(scenario))
    with claim_folder(folder) as claimed:
        held = _run(holding, threads, say)
        save_portfolio(held, claimed)
        claimed.write("results.json", json.dumps(_json(held), indent=2, allow_nan=False) + "\n")
        claimed.write("report.html", portfolio_page(held))
        claimed.finish(portfolio_facts(held))
    _show(held, say)
    seconds = time.perf_counter() - begun
    say.result(_json(held) | {"seconds": round(seconds, 3), "out": str(folder)})
    say.note(f"{held.holding.portfolio.draws:,} draws in {seconds:.1f} s. Report: {folder / 'report.html'}")


def _plan(holding: Holding, folder: Path, say: Speaker) -> None:
    """What would be done, in a line for each contract."""
    told = holding.portfolio
    members = {name: scenario.members for name, scenario in holding.scenarios.items()}
    for name, scenario in holding.scenarios.items():
        (design,) = scenario.designs
        say.text(f"{name}: {design} of {scenario.name}, {members[name]:,} members, held by the {told.holder(name)}")
    say.text(f"{told.draws:,} draws of {sum(members.values()):,} members; results would go to {folder}")
    say.result({"portfolio": told.name, "dry_run": True, "draws": told.draws, "members": members, "out": str(folder)})


def _run(holding: Holding, threads: int | None, say: Speaker) -> HeldTogether:
    from vbcsim.pipeline.portfolio import portfolio

    with say.progress(f"simulating {len(holding.scenarios)} contracts") as bar:
        return portfolio(holding, threads=threads, progress=bar)


def _show(held: HeldTogether, say: Speaker) -> None:
    from vbcsim.report.portfolio import portfolio_tables
    from vbcsim.report.portfolio_answer import portfolio_answer
    from vbcsim.report.terminal import print_tables

    if say.plain:
        (_, headline), *points = portfolio_answer(held)
        say.text(headline)
        for heading, sentence in points:
            say.text(f"{heading}: {sentence}")
        print_tables(portfolio_tables(held))


def _json(held: HeldTogether) -> dict[str, Any]:
    """The results as plain values; every figure with its Monte Carlo error."""
    from vbcsim.cli.figures import capital, named

    told, found = held.holding.portfolio, held.outcomes
    contracts = {
        str(name): {
            "outcomes": named(found.sel(contract=name), "held_value"),
            "tail_alone_usd": named(found.sel(contract=name), "tail_alone_usd"),
            "tail_contribution_usd": named(found.sel(contract=name), "tail_contribution_usd"),
        }
        for name in found["contract"].values
    }
    return {
        "portfolio": told.name,
        "party": told.party,
        "draws": told.draws,
        "seed": told.seed,
        "years": list(held.holding.years),
        "shared": list(told.shared),
        "contracts": contracts,
        "correlation": named(found, "correlation"),
        "p_both_lose": named(found, "p_both_lose"),
        "tail_spared_usd": named(found, "tail_spared_usd"),
        "capital": capital(held.capital),
    }
