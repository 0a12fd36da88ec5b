"""How a command speaks: text for people, or one JSON object; a bar of progress only on a terminal."""

from __future__ import annotations

import contextlib
import functools
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import click

__all__ = ["PATH", "Speaker", "speaks"]

PATH = click.Path(path_type=Path, readable=False)
"""A path as it was typed; whether it can be read or written is for the command to say."""


class Progress(Protocol):
    """Shows how far a work is."""

    def __call__(self, done: int, total: int, more: str = "") -> None:
        """So much of the total is done; ``more`` is shown beside it."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """What a command may say, and where."""

    as_json: bool = False
    quiet: bool = False

    @property
    def plain(self) -> bool:
        """True where text for people is wanted."""
        return not self.as_json and not self.quiet

    def result(self, value: dict[str, Any]) -> None:
        """The result as one JSON object on standard output, where that was asked for."""
        if self.as_json:
            click.echo(json.dumps(value, indent=2, allow_nan=False))

    def text(self, words: str) -> None:
        """A result for people, on standard output."""
        if self.plain:
            click.echo(words)

    def note(self, words: str) -> None:
        """A remark for people, on standard error."""
        if self.plain:
            click.echo(words, err=True)

    def warning(self, words: str) -> None:
        """A remark that must not be missed: on standard error unless quiet."""
        if not self.quiet:
            click.echo(f"warning: {words}", err=True)

    @contextlib.contextmanager
    def progress(self, words: str) -> Iterator[Progress | None]:
        """A bar with rate and time left on standard error, where that is a terminal; else nothing at all."""
        if not self.plain or not sys.stderr.isatty():
            yield None
            return
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[more]}"),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(words, total=None, rate="", more="")

            def show(done: int, total: int, more: str = "") -> None:
                speed = bar.tasks[0].speed
                rate = f"{speed:,.{0 if speed >= 10 else 2}f} draws/s" if speed else ""
                bar.update(task, completed=done, total=total, rate=rate, more=more)

            yield show


def speaks(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options ``--json`` and ``--quiet``, and itself a ``say``."""

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output and nothing else.")
    @click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
    @functools.wraps(function)
    def wrapped(*args: Any, as_json: bool, quiet: bool, **options: Any) -> Any:
        return function(*args, say=Speaker(as_json, quiet), **options)

    return wrapped
