"""Findings as text: a table for a terminal, and the page of the documentation."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import Final

from vbcsim.calibrate.fact_kinds import KINDS
from vbcsim.calibrate.validation import ERRORS, Finding, Validation

__all__ = ["fingerprint", "number", "page", "summary", "table_text"]

_USES: Final = {"fitting": "used in fitting", "held_out": "held out", "level": "level"}
_HEAD: Final = "<!-- Written by `make validation`; edit the program, not this page. -->"


def number(value: float) -> str:
    """A figure as a table shows it: about three places, thousands apart."""
    if not math.isfinite(value):
        return "none"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}" if abs(value) >= 1 else f"{value:.3f}"


def table_text(findings: Sequence[Finding]) -> str:
    """Findings in aligned columns."""
    width = max((len(f.fact.label) for f in findings), default=4)
    head = f"{'fact':<{width}}{'published':>11}{'simulated':>11}{'error':>9}  {'verdict':<16}use"
    lines = [
        f"{f.fact.label:<{width}}{number(f.fact.value):>11}{number(f.simulated):>11}{number(f.standard_error):>9}"
        f"  {f.verdict:<16}{_USES[f.fact.use]}"
        for f in findings
    ]
    return "\n".join([head, *lines])


def summary(validation: Validation) -> str:
    """``commercial: 21 of 24 held out agree, 12 of 14 used in fitting``."""
    parts = []
    for use in ("held_out", "fitting", "level"):
        agree, of = validation.count(use)
        parts += [f"{agree} of {of} {_USES[use]}"] if of else []
    return f"{validation.table.population}: agree {', '.join(parts)}"


def fingerprint(inputs: Sequence[str]) -> str:
    """What the figures of a page depend on, as a short word: a page made from other inputs has another."""
    return hashlib.sha256("\0".join(inputs).encode("utf-8")).hexdigest()[:16]


def page(validations: Sequence[Validation], mark: str) -> str:
    """The page of the documentation; ``mark`` is the fingerprint of what the figures depend on."""
    text = [_HEAD, f"<!-- {mark} -->", "", "# Validation: simulated persons against published facts", "", *_lead()]
    text += [
        "## How many agree",
        "",
        "| Population | Persons | Held out | Used in fitting | Level |",
        "|---|---|---|---|---|",
    ]
    for v in validations:
        counts = [f"{a} of {n}" if n else "" for a, n in (v.count(u) for u in ("held_out", "fitting", "level"))]
        text.append(f"| {v.table.title} | {v.persons:,} | {' | '.join(counts)} |")
    text.append("")
    for v in validations:
        text += _section(v)
    text += ["## How near is near", "", "| Fact | What it is | Tolerance |", "|---|---|---|"]
    text += [f"| `{name}` | {kind.words} | {_tolerance(name)} |" for name, kind in KINDS.items()]
    return "\n".join(text) + "\n"


def _lead() -> list[str]:
    return [
        "`vbcsim validate` simulates persons of each line of business from the shipped tables, two years each, and",
        f"measures what surveys measured. A figure **agrees** when it lies within {ERRORS:g} standard errors of the",
        "simulation or within the tolerance of its kind, whichever is wider; the tolerances stand at the end and were",
        "set before anything was compared. Misses are shown, not hidden.",
        "",
        "A fact *used in fitting* helped to solve the parameters (`vbcsim calibrate facts`); one *held out* did",
        "not, and is the evidence; a *level* set the table's own level. Facts whose source covers all lines of",
        "business together say so: within one line the figure may differ. Persons stay in their cell for both",
        "years; nobody dies or leaves, and both years are at the level of the table, without trend; the surveys",
        "lose who dies or moves to an institution as well. Persons are simulated without market shocks or the",
        "effect of a provider group.",
        "",
        "What to bear in mind where a figure is off:",
        "",
        "- the survey has no institutions, misses about half of the emergency visits and the most extreme costs, and",
        "  counts some services in other units than the tables;",
        "- rank correlations and correlations of counts were published for everybody together; they served in every",
        "  line of business, whose members differ less from one another, so some cannot be met there;",
        "- all lines of business share their facts of spread with the parts they are made of: what was fitted in a",
        "  part is not new evidence in the whole, and is marked so.",
        "",
    ]


def _section(v: Validation) -> list[str]:
    misses = [f for f in v.findings if not f.agrees]
    text = [f"## {v.table.title}", ""]
    text += [f"{v.table.note.strip()}", ""] if v.table.note else []
    text += [f"Seed {v.seed}, {v.persons:,} persons. {len(v.findings) - len(misses)} of {len(v.findings)} agree.", ""]
    text += ["| Fact | Published | Simulated | Error | Verdict | Use | Source |", "|---|---|---|---|---|---|---|"]
    sources = list(dict.fromkeys(f.fact.source for f in v.findings))
    text += [_row(f, sources) for f in v.findings]
    text.append("")
    text += [f"{k}. {_cell(source)}" for k, source in enumerate(sources, 1)]
    if v.unmeasured:
        text += ["", f"Not measured, for want of a category: {', '.join(f.label for f in v.unmeasured)}."]
    return [*text, ""]


def _row(f: Finding, sources: list[str]) -> str:
    verdict = "agree" if f.agrees else f"**{f.verdict}**"
    note = f" ({_cell(f.fact.note)})" if f.fact.note else ""
    figures = f"{number(f.fact.value)}{note} | {number(f.simulated)} | {number(f.standard_error)}"
    grade = f", {f.fact.grade}" if f.fact.grade else ""
    return (
        f"| {f.fact.label} | {figures} | {verdict} | {_USES[f.fact.use]} | {sources.index(f.fact.source) + 1}{grade} |"
    )


def _tolerance(name: str) -> str:
    kind = KINDS[name]
    return f"{100 * kind.relative:g} %" if kind.relative else f"{kind.absolute:g}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
