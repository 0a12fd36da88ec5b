"""``vbcsim capital``: what a party must hold, under other lags, reserves and chances than the scenario's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vbcsim.cli.say import PATH, Speaker, speaks

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.pipeline import Run
    from vbcsim.scenario.model import Scenario

__all__ = ["command"]

_OPTIONS = {
    "lags": ("--lag", "lag_months"),
    "reserves": ("--reserve", "reserves_usd"),
    "chances": ("--chance", "chances"),
    "parties": ("--party", "parties"),
    "discount": ("--discount", "discount_rate"),
    "cost": ("--cost", "cost_of_capital"),
    "horizon": ("--horizon", "horizon_months"),
    "paid": ("--paid", "paid"),
    "accounts": ("--account", "accounts"),
}
"""What each option is on the command line, and in the section."""


@click.command("capital")
@click.argument("run", type=PATH)
@click.option(
    "--lag", "lags", multiple=True, metavar="[PARTY=]MONTHS", help="Months from the end of a year to payment."
)
@click.option("--reserve", "reserves", multiple=True, metavar="USD", help="Opening reserve to try, as 2m; repeatable.")
@click.option("--chance", "chances", multiple=True, metavar="SHARE", help="Chance of running out, as 5%; repeatable.")
@click.option("--party", "parties", multiple=True, help="Whose reserve; repeatable.")
@click.option("--paid", multiple=True, metavar="PROVISION=month|quarter", help="A provision paid within the year.")
@click.option("--account", "accounts", multiple=True, help="Account of the ledger that counts, as programme_cost.")
@click.option("--discount", metavar="RATE", help="Yearly discount rate, as 5%.")
@click.option("--cost", metavar="RATE", help="Yearly cost of capital, as 10%.")
@click.option("--horizon", type=int, metavar="MONTHS", help="Months over which running out counts; else all.")
@click.option("--out", type=PATH, help="CSV file for the running balance by month.")
@speaks
def command(run: Path, out: Path | None, say: Speaker, **options: Any) -> None:
    """Say what a party of the finished run RUN must hold so that it does not run out of money.

    What is not given is as in the scenario's section `capital:`; where it has none, --lag is needed. Nothing is
    simulated or settled again, and nothing in RUN is changed.

    \b
    Example:
      vbcsim capital demo --lag payer=9 --lag provider=12 --reserve 2m --chance 1%
      vbcsim capital demo --paid care_fee=month --discount 5% --out balance.csv
    """
    from vbcsim.cli.figures import capital as figures
    from vbcsim.pipeline import open_run

    finished = open_run(run)
    scenario = _asked(finished.scenario, {name: given for name, given in options.items() if given not in (None, ())})
    found = _of(finished, scenario)
    _print(finished, scenario, found, say)
    if out is not None:
        _write(finished, found, out)
        say.note(f"The running balance by month is in {out}.")
    say.result({"scenario": scenario.name, "draws": scenario.draws, "capital": figures(found)})


def _asked(scenario: Scenario, given: Mapping[str, Any]) -> Scenario:
    """The scenario with the section as the options have it; raises BadInput with every problem."""
    from pydantic import ValidationError

    from vbcsim.core.errors import BadInput, Problem
    from vbcsim.outcomes.capital_spec import Capital
    from vbcsim.scenario.capital import capital_misfits
    from vbcsim.scenario.sentences import model_problems
    from vbcsim.scenario.source import Document, Mark, parse_path

    known = scenario.capital
    if known is None and "lags" not in given:
        raise BadInput("--lag", "the scenario has no `capital:`; say when a year is paid, as in --lag 9 (months)")
    raw: dict[str, Any] = (
        {"source": "given with the command"} if known is None else known.model_dump(exclude_unset=True)
    )
    raw |= {_OPTIONS[name][1]: _value(name, value) for name, value in given.items()}
    document = Document("vbcsim capital", {"capital": raw})
    for name, value in given.items():
        said = " ".join(value) if isinstance(value, tuple) else value
        document.overridden["capital", _OPTIONS[name][1]] = Mark(f"{_OPTIONS[name][0]} {said}")
    try:
        asked = scenario.model_copy(update={"capital": Capital.model_validate(raw)})
    except ValidationError as error:
        raise BadInput(model_problems(error, document, ("capital",))) from None
    problems = [Problem(document.place(parse_path(p.place)), p.message) for p in capital_misfits(asked)]
    if problems:
        raise BadInput(problems)
    return asked


def _value(name: str, given: Any) -> Any:
    """What an option says, as a file would say it."""
    if name == "lags":
        return _lags(given)
    if name == "paid":
        return {provision: {"every": every} for provision, every in (_pair(text, "--paid") for text in given)}
    if name == "reserves":
        return [_dollars(text) for text in given]
    if name in ("chances", "parties", "accounts"):
        return [_number(text) for text in given] if name == "chances" else list(given)
    return _number(given)


def _dollars(text: str) -> float:
    from vbcsim.core.errors import BadInput
    from vbcsim.core.text import shown
    from vbcsim.negotiate.goal import read_amount

    try:
        return read_amount(text)
    except BadInput:
        raise BadInput("--reserve", f"{shown(text)} is no amount of dollars; write 2m or 2000000") from None


def _lags(given: Sequence[str]) -> Any:
    if len(given) == 1 and "=" not in given[0]:
        return _number(given[0])
    return {party: _number(months) for party, months in (_pair(text, "--lag") for text in given)}


def _pair(text: str, option: str) -> tuple[str, str]:
    from vbcsim.core.errors import BadInput
    from vbcsim.core.text import shown

    name, equals, value = text.partition("=")
    if not equals:
        example = "--lag payer=9 --lag provider=12" if option == "--lag" else "--paid care_fee=month"
        raise BadInput(option, f"{shown(text)} has no =; write {example}")
    return name.strip(), value.strip()


def _number(text: Any) -> Any:
    """A number where the text is one; else the text, which the section reads or refuses."""
    try:
        return int(text) if str(text).strip().isdecimal() else float(text)
    except ValueError:
        return text


def _of(run: Run, scenario: Scenario) -> xr.Dataset:
    from vbcsim.pipeline.study import capital_of

    found = capital_of(scenario, run.experience, run.settlement, run.ledger)
    assert found is not None
    return found


def _titles(run: Run) -> Mapping[str, str]:
    from vbcsim.pipeline.study import BASE
    from vbcsim.report.material import Material

    return Material.of_run(run.cases[BASE]).titles


def _print(run: Run, scenario: Scenario, found: xr.Dataset, say: Speaker) -> None:
    from vbcsim.report.capital import capital_tables, capital_words, yearly_tables
    from vbcsim.report.terminal import print_tables

    if say.plain and scenario.capital is not None:
        titles = _titles(run)
        print_tables([*capital_tables(found, titles), *yearly_tables(found, titles)])
        for sentence in capital_words(scenario.capital):
            say.text(sentence)


def _write(run: Run, found: xr.Dataset, out: Path) -> None:
    from vbcsim.core.files import write_atomic
    from vbcsim.report.pictures.balance import balance_data

    titles = _titles(run)
    parts = [balance_data(found, titles, str(party)).csv for party in found["party"].values]
    write_atomic(out, "".join(parts))
