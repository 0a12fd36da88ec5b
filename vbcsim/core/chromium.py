"""A page as PDF, printed by the Chromium that is on this computer, if there is one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from vbcsim.core.errors import VbcsimError
from vbcsim.core.text import visible

__all__ = ["CHROMIUM", "NAMES", "find_chromium", "pdf_of"]

CHROMIUM = "VBCSIM_CHROMIUM"
"""Environment variable that names the program."""
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
"""Usual names and places of browsers that print as Chromium does."""
_SECONDS = 120
_WHEN = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}[^)]*\)")


def find_chromium() -> str | None:
    """The program: what the environment variable names, else the first of the usual names that is there."""
    named = os.environ.get(CHROMIUM)
    if named:
        return shutil.which(named)
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def pdf_of(page: str) -> bytes:
    """The page as PDF, without the time of its making, so that the same page gives the same bytes.

    :raises VbcsimError: where no Chromium is found, or it prints nothing.
    """
    program = find_chromium()
    if program is None:
        named = os.environ.get(CHROMIUM)
        lacking = f"{CHROMIUM} names {visible(named)}, which is no program here" if named else "no Chromium was found"
        raise VbcsimError(f"no PDF: {lacking}; install chromium, name it in {CHROMIUM}, or print the page by hand")
    with tempfile.TemporaryDirectory(prefix="vbcsim-pdf-") as folder:
        here = Path(folder)
        (here / "page.html").write_text(page, encoding="utf-8")
        said = _printed(program, here)
        try:
            return _timeless((here / "page.pdf").read_bytes())
        except OSError:
            raise VbcsimError(f"no PDF: {visible(program)} printed nothing{said}") from None


def _printed(program: str, here: Path) -> str:
    """Print the page in a folder; returns what went wrong, as the end of a sentence."""
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # root has none
    command = [
        program,
        "--headless",
        "--disable-gpu",
        *sandbox,
        "--no-first-run",
        "--disable-extensions",
        "--no-pdf-header-footer",
        f"--user-data-dir={here / 'profile'}",
        f"--print-to-pdf={here / 'page.pdf'}",
        (here / "page.html").as_uri(),
    ]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f" within {_SECONDS} seconds"
    except OSError as error:
        return f" ({visible(error.strerror or str(error))})"
    last = done.stderr.decode(errors="replace").strip().splitlines()
    return f" ({visible(last[-1])})" if done.returncode and last else ""


def _timeless(pdf: bytes) -> bytes:
    """The same bytes but for the times of making, which become nought without moving anything."""
    return _WHEN.sub(lambda m: re.sub(rb"\d", b"0", m[0]), pdf)
