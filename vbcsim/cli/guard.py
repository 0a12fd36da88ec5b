"""Nothing escapes: every error ends in sentences on standard error (or one JSON object) and an exit code."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import click

from vbcsim.core.errors import BadInput, Problem, VbcsimError
from vbcsim.core.text import visible

__all__ = ["BAD_INPUT", "FAILED", "INTERRUPTED", "STOPPED", "guarded"]

FAILED, BAD_INPUT, STOPPED, INTERRUPTED = 1, 2, 4, 130


class _Stopped(BaseException):
    """The system asked the process to end."""


def guarded(call: Callable[[], Any], as_json: bool) -> int:
    """Call a command; returns its exit code, having told in sentences whatever went wrong."""
    _never_fail_to_print()
    try:
        with _stoppable():
            result = call()
            sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.exceptions.NoArgsIsHelpError as help_:
        click.echo(help_.format_message(), err=True)
        return BAD_INPUT
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except SystemExit:
        # rich leaves this way when the reader of its tables has gone, the stream already closed in silence.
        return FAILED
    except BaseException as error:
        return _tell(error, as_json)


def _tell(error: BaseException, as_json: bool) -> int:
    code, headline, problems = _said(error)
    if code == FAILED and os.environ.get("VBCSIM_DEBUG") and not isinstance(error, VbcsimError):
        import traceback

        traceback.print_exception(error)
    if as_json:
        told = [{"place": p.place, "message": p.message} for p in problems]
        click.echo(json.dumps({"error": headline, "problems": told, "exit_code": code}))
    else:
        for problem in problems:
            click.echo(str(problem), err=True)
        if len(problems) != 1:
            click.echo(headline, err=True)
    return code


def _said(error: BaseException) -> tuple[int, str, Sequence[Problem]]:
    """Exit code, one sentence, and the problems one by one."""
    if isinstance(error, BadInput):
        many = len(error.problems)
        what = str(error.problems[0]) if many == 1 else f"{many} problems; {error.outcome}"
        return BAD_INPUT, what, error.problems
    if isinstance(error, VbcsimError):
        return FAILED, str(error), [Problem("", str(error))]
    if isinstance(error, click.ClickException):
        command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "vbcsim"
        problem = Problem("", f"{visible(error.format_message())} (see `{command} --help`)")
        return BAD_INPUT, str(problem), [problem]
    # click turns Ctrl-C into an exception of its own, caused by the one that carries the notes.
    kept = "; ".join(getattr(error.__cause__ or error, "__notes__", ()))
    if kept and isinstance(error, (KeyboardInterrupt, click.Abort, _Stopped)):
        return STOPPED, f"stopped before the end; {kept}", ()
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        return INTERRUPTED, "interrupted; nothing unfinished is left", ()
    if isinstance(error, _Stopped):
        return (
            STOPPED,
            "stopped by the system before the end; nothing unfinished is left: run the same command again",
            (),
        )
    if isinstance(error, MemoryError):
        return FAILED, "there is not enough memory; use fewer draws (--draws) or fewer cells", ()
    kind = f"{type(error).__name__}: {visible(str(error))}".rstrip(": ")
    hint = "set VBCSIM_DEBUG=1 to see where, and please report it with the scenario"
    return FAILED, f"vbcsim failed in a way it should not ({kind}); {hint}", ()


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """While it lasts, a request of the system to end is an exception, so that temporary files are taken away."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: Any) -> None:
        raise _Stopped

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _never_fail_to_print() -> None:
    """A terminal without a character shows its escape instead."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
