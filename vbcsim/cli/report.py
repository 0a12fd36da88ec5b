"""``vbcsim report``: the report of a finished run, written anew, also as PDF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vbcsim.cli.say import PATH, Speaker, speaks

if TYPE_CHECKING:
    from vbcsim.report.material import Material

__all__ = ["command"]


@click.command("report")
@click.argument("run", type=PATH)
@click.option("--pdf", is_flag=True, help="Write report.pdf beside it, with the Chromium that is on this computer.")
@click.option("--out", type=PATH, help="File of the page, its name ending in .html; else report.html in RUN.")
@click.option("--data", type=PATH, help="Folder for the data of every picture as CSV files; else none.")
@speaks
def command(run: Path, pdf: bool, out: Path | None, data: Path | None, say: Speaker) -> None:
    """Write the report of the finished run in the folder RUN anew; nothing is simulated or settled again.

    The page is one file that loads and runs nothing. Use it after a new version of vbcsim, or for the PDF: Chromium,
    Chrome or Edge prints it, found by its usual names or by the environment variable VBCSIM_CHROMIUM.

    \b
    Example:
      vbcsim report demo --pdf
      vbcsim report demo --out for_the_board.html --data figures
    """
    from vbcsim.core.chromium import pdf_of
    from vbcsim.core.errors import BadInput
    from vbcsim.core.files import add_to_run, write_atomic
    from vbcsim.pipeline import open_run
    from vbcsim.pipeline.material import report_of
    from vbcsim.report.html import html_report

    if out is not None and out.suffix.lower() not in (".html", ".htm"):
        raise BadInput(f"--out {out}", "is no name of a page; let it end in .html")
    material = report_of(open_run(run))
    page = html_report(material)
    target = out or run / "report.html"
    files: dict[Path, bytes | str] = {target: page}
    written = []
    try:
        if pdf:
            files[target.with_suffix(".pdf")] = pdf_of(page)
    finally:  # a page that cannot be printed is a page all the same
        if out is None:
            add_to_run(run, {path.name: content for path, content in files.items()})
        else:
            for path, content in files.items():
                write_atomic(path, content)
        written += [*files, *_data(material, data)]
        say.text("\n".join(f"wrote {path}" for path in written))
    say.result({"written": [str(path) for path in written]})


def _data(material: Material, folder: Path | None) -> list[Path]:
    """The data of every picture, written to a folder."""
    from vbcsim.core.errors import BadInput
    from vbcsim.core.files import write_atomic
    from vbcsim.report.figures import pictures

    if folder is None:
        return []
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(str(folder), f"cannot be made ({error.strerror}); name another folder") from None
    found = {folder / f"{name}.csv": picture.data.csv for name, picture in pictures(material).items()}
    for path, text in found.items():
        write_atomic(path, text.encode("utf-8-sig"))
    return list(found)
