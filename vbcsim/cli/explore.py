"""``vbcsim explore``: the negotiation page of a finished run."""

from __future__ import annotations

from pathlib import Path

import click

from vbcsim.cli.say import PATH, Speaker, speaks

__all__ = ["command"]


@click.command("explore")
@click.argument("run", type=PATH)
@click.option("--out", type=PATH, help="File of the page; else negotiate.html in the folder you are in.")
@click.option("--open/--no-open", "opened", default=None, help="Open it in a browser; else where a person is watching.")
@speaks
def command(run: Path, out: Path | None, opened: bool | None, say: Speaker) -> None:
    """Write a page on which to negotiate: every figure of every design of the finished RUN as a slider.

    The page is one file that works alone, with no server and no network: it settles the run's simulated histories again
    while a figure moves, shows both parties' outcomes, compares up to four drafts on the same histories, and saves
    drafts as YAML that `vbcsim settle RUN DRAFTS` reads.

    \b
    Example:
      vbcsim explore demo
      vbcsim settle demo mssp_a4994_2022-drafts.yaml
    """
    import sys

    from vbcsim.core.files import write_atomic
    from vbcsim.explore.page import negotiation_page
    from vbcsim.pipeline import open_run

    page = out or Path("negotiate.html")
    text = negotiation_page(open_run(run))
    write_atomic(page, text)
    if opened if opened is not None else (say.plain and sys.stderr.isatty()):
        import webbrowser

        webbrowser.open(page.resolve().as_uri())
    say.text(f"wrote {page} ({len(text) / 1e6:.1f} MB); open it in a browser")
    say.result({"page": str(page), "bytes": len(text.encode())})
