"""The command ``vbcsim``: a list of verbs that are loaded one at a time, so that help is immediate."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from vbcsim.cli.guard import guarded
from vbcsim.core.version import VERSION

__all__ = ["main"]

_VERBS = {
    "run": "Simulate a scenario and settle every design of it.",
    "check": "Say what is wrong with a scenario; of a run, which clauses never bound.",
    "settle": "Settle a finished run again under the designs of a scenario.",
    "compare": "Compare designs on the same draws, within a run or between several; where the money goes.",
    "credibility": "Say how many lives a savings rate needs, and how often luck is paid.",
    "solve": "Find the value of a term that meets a goal, without simulating again.",
    "sweep": "Settle a grid of terms; say what each clause is worth and which figure matters most.",
    "capital": "Say what a party must hold so that it does not run out of money.",
    "portfolio": "Hold several contracts together: joint outcomes, which brings the loss, what spreading is worth.",
    "frontier": "Of many contracts, those that no other one beats, in a table and a picture.",
    "sensitivity": "Say which assumption and which layer of chance a result depends on.",
    "explore": "Write a page with sliders on which to negotiate a finished run.",
    "report": "Write the report of a finished run anew, also as PDF and with the data of its pictures.",
    "explain": "Say a contract in numbered sentences, or walk through one draw of it.",
    "cite": "List every source used, with what it supports.",
    "calibrate": "Make a scenario or assumption tables from published data.",
    "reconcile": "Settle published results by the program's rules and compare.",
    "backtest": "Forecast published years from the year before, and score the forecasts.",
    "validate": "Simulate persons of the shipped tables and compare with published facts.",
    "template": "Write a workbook in which to fill in a scenario.",
    "schema": "Print the JSON Schema of a scenario file.",
}


class _Verbs(click.Group):
    """Loads the module of a verb when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _VERBS:
            return None
        command: click.Command = import_module(f"vbcsim.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(_VERBS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _VERBS and not args[0].startswith("-"):
            from vbcsim.core.errors import did_you_mean

            guess = did_you_mean(args[0], _VERBS)
            ctx.fail(f'"{args[0]}" is not a command of vbcsim{guess} (there are: {", ".join(_VERBS)})')
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **options: Any) -> Any:  # type: ignore[override]
        """Run a command; whatever goes wrong ends in a sentence and an exit code."""
        words = list(sys.argv[1:] if args is None else args)
        standalone = options.pop("standalone_mode", True)
        call = super().main
        code = guarded(lambda: call(words, prog_name or "vbcsim", standalone_mode=False, **options), "--json" in words)
        if not standalone:
            return code
        return sys.exit(code)


@click.command(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, message="vbcsim %(version)s")
def main() -> None:
    """What a value-based health care contract may cost or earn each party, with the chance of each outcome.

    \b
    Example:
      vbcsim run scenarios/mssp_aco.yaml --out demo
      vbcsim explain demo --design enhanced --draw 17

    Exit codes: 0 done, 1 failed, 2 bad input (nothing was written), 4 stopped before the end (run it again),
    130 Ctrl-C.
    """
