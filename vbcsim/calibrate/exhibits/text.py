"""Computed exhibits as text: a table for a terminal, a section of the documentation's page, plain data, their mark."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vbcsim.calibrate.exhibits.run import ERRORS, Compared, Exhibited, shipped_exhibits
from vbcsim.random.streams import STREAM_VERSION

__all__ = ["exhibits_mark", "exhibits_object", "exhibits_page", "exhibits_summary", "exhibits_text", "figure"]


def figure(value: float, within: float = 0.0) -> str:
    """A number with as many digits as its tolerance makes worth telling; seven where there is none."""
    if not math.isfinite(value):
        return "none"
    digits = 7
    if within > 0.0 and value:
        digits = max(3, min(13, math.ceil(math.log10(abs(value) / within)) + 1))
    text = f"{value:,.{max(0, digits - 1 - math.floor(math.log10(abs(value))))}f}" if value else "0"
    small = value != 0.0 and abs(value) < 1e-4
    return f"{value:.{digits}g}" if small else text.rstrip("0").rstrip(".") if "." in text else text


def exhibits_summary(found: Exhibited) -> str:
    """``wang_layers: 36 of 36 figures agree``."""
    return f"{found.name}: {found.agreeing} of {len(found.compared)} figures agree"


def exhibits_text(found: Exhibited) -> str:
    """The figures of a file in aligned columns."""
    width = max(len(one.label) for one in found.compared)
    head = f"{'figure':<{width}}  {'method':<10}{'published':>14}{'right':>14}{'computed':>16}{'error':>11}  verdict"
    lines = [f"{one.label:<{width}}  {one.method:<10}{_columns(one)}  {one.verdict}" for one in found.compared]
    return "\n".join([found.exhibits.title, head, *lines])


def _columns(one: Compared) -> str:
    right = figure(one.reference, one.case.within) if one.case.correct else ""
    published = figure(one.published, one.case.within)
    return f"{published:>14}{right:>14}{figure(one.value, one.case.within):>16}{_error(one):>11}"


def _error(one: Compared) -> str:
    return f"{one.standard_error:.2g}" if one.standard_error else ""


def exhibits_mark(draws: int, seed: int, files: Sequence[Path] = ()) -> str:
    """Short mark of all that the figures depend on: the files, the draws, the seed, the streams."""
    digest = hashlib.sha256(f"{STREAM_VERSION} {draws} {seed}".encode())
    for path in files or shipped_exhibits():
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def exhibits_page(every: Sequence[Exhibited], mark: str) -> str:
    """The section of the documentation's page."""
    text = [f"<!-- published tables {mark} -->", "", "# Validation: published tables", "", *_lead(every), ""]
    text += ["| Source | Figures | Agree |", "|---|---|---|"]
    text += [f"| {found.exhibits.title} | {len(found.compared)} | {found.agreeing} |" for found in every]
    for found in every:
        text += ["", f"## {found.exhibits.title}", "", f"Source: {_cell(found.exhibits.source)}.", ""]
        text += [_cell(found.exhibits.assumptions), ""] if found.exhibits.assumptions else []
        text += [
            "| Figure | Method | Published | Computed | Error | Within | Verdict |",
            "|---|---|---|---|---|---|---|",
        ]
        text += [_row(one) for one in found.compared]
        notes = dict.fromkeys(f"{one.case.name}: {one.case.note}" for one in found.compared if one.case.note)
        text += ["", *(f"- {_cell(note)}." for note in notes)] if notes else []
    return "\n".join(text) + "\n"


def _lead(every: Sequence[Exhibited]) -> list[str]:
    draws = max((found.draws for found in every), default=0)
    return [
        "Figures that textbooks, papers and regulations print, computed again: by closed form (`formula`, `moments`,",
        "`series`), by Fourier transform (`fft`), by a contract's own clauses at a million equally likely values",
        f"(`quantiles`), and from at most {draws:,} draws through the engine and the clauses that any scenario uses",
        f"(`simulated`). A figure agrees within the tolerance that its file states; a simulated one within {ERRORS:g}",
        "Monte Carlo standard errors on top of it. Where a source errs, the right value stands beside the printed one.",
    ]


def _row(one: Compared) -> str:
    published = figure(one.published, one.case.within)
    if one.case.correct and one.reference != one.published:
        published += f" (right: {figure(one.reference, one.case.within)})"
    verdict = "agree" if one.agrees else f"**{one.verdict}**"
    cells = (published, figure(one.value, one.case.within), _error(one), f"{one.case.within:g}", verdict)
    return f"| {_cell(one.label)} | {one.method} | {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").rstrip(".")


def exhibits_object(every: Sequence[Exhibited]) -> dict[str, Any]:
    """Every figure as plain data."""
    return {
        found.name: {
            "title": found.exhibits.title,
            "source": found.exhibits.source,
            "draws": found.draws,
            "seed": found.seed,
            "agree": found.agreeing,
            "of": len(found.compared),
            "figures": [_object(one) for one in found.compared],
        }
        for found in every
    }


def _object(one: Compared) -> dict[str, Any]:
    return {
        "figure": one.label,
        "method": one.method,
        "published": one.published,
        "right": one.reference,
        "computed": one.value if math.isfinite(one.value) else None,
        "standard_error": one.standard_error,
        "within": one.case.within,
        "verdict": one.verdict,
        "note": one.case.note or "",
    }
