"""The validation pack: one HTML file an auditor can keep, with every figure that the model was tested by.

It tells what the model is for and what it cannot do, what was tested against what, by which rule, every figure, and the
versions and hashes by which the same file is made again. It holds no date, so the same inputs give the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from vbcsim.calibrate.exhibits.run import ERRORS as EXHIBIT_ERRORS
from vbcsim.calibrate.exhibits.run import Exhibited, shipped_exhibits
from vbcsim.calibrate.exhibits.text import figure
from vbcsim.calibrate.reconcile import Reconciliation
from vbcsim.calibrate.validation import ERRORS, Validation
from vbcsim.calibrate.validation_text import number
from vbcsim.core.version import VERSION
from vbcsim.random.streams import STREAM_VERSION
from vbcsim.report.page import page_of
from vbcsim.report.words import plain

__all__ = ["Evidence", "validation_pack"]

_PURPOSE = (
    (
        "vbcsim answers what a value-based health care contract, or a reinsurance treaty, may cost or earn each party: "
        "it simulates claims year by year, settles each contract on them exactly, and tells each figure with its error."
    ),
    "It is for pricing, negotiation, reserving and capital of such contracts by people who can judge the assumptions.",
)
_LIMITS = (
    (
        "A forecast is as good as its assumptions. The shipped tables are of the United States and of their survey "
        "years; replace them by your own experience where you have it."
    ),
    "Persons of the shipped tables have no institutions and few of the most extreme costs, as the surveys have none.",
    (
        "Tests on published facts show what a population looks like, not that a contract will turn out as planned: "
        "that is what settlements of past years and the backtest show, where they are part of this file."
    ),
    "A fact that served in fitting is no evidence; only those held out are.",
    "Monte Carlo errors tell what the number of draws leaves open, not what the assumptions do.",
    "What a backtest has not covered, the model has not been tested on: new programs, new drugs, pandemics.",
)


class Table(NamedTuple):
    """A table of the pack; ``figures`` are the columns with numbers, ``flagged`` the rows that do not agree."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: tuple[int, ...] = ()
    flagged: tuple[int, ...] = ()
    note: str = ""


class Section(NamedTuple):
    """A section of the pack."""

    heading: str
    sentences: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """Everything that was tested, as far as it was asked for."""

    validations: Sequence[Validation] = ()
    exhibits: Sequence[Exhibited] = ()
    reconciliation: Reconciliation | None = None
    backtests: Mapping[str, Any] = field(default_factory=dict)
    """Results of backtests as plain data, by the name of their file."""
    files: Sequence[Path] = ()
    """Files that were given, whose hashes are told."""
    command: str = "vbcsim validate"
    """The command that makes the pack again."""


def validation_pack(evidence: Evidence) -> str:
    """The pack as the text of one HTML file; the same text for the same evidence."""
    sections = [
        Section("What the model is for", _PURPOSE),
        Section("What it cannot tell", points=_LIMITS),
        Section("What was tested against what", tables=(_overview(evidence),)),
        *_exhibits(evidence.exhibits),
        *_facts(evidence.validations),
        *_settlements(evidence.reconciliation),
        *_backtests(evidence.backtests),
        _provenance(evidence),
    ]
    title = f"Validation of vbcsim {VERSION}"
    return page_of(
        "validation_pack.html.jinja", title, {"title": title, "answer": _answer(evidence), "sections": sections}
    )


def _answer(evidence: Evidence) -> str:
    told = []
    if evidence.exhibits:
        agree, of = _agreeing(evidence.exhibits)
        told.append(f"{agree:,} of {of:,} computed figures of published tables agree")
    if evidence.validations:
        pairs = [v.count("held_out") for v in evidence.validations]
        told.append(f"{sum(a for a, _ in pairs):,} of {sum(n for _, n in pairs):,} facts that were held out agree")
    if evidence.reconciliation is not None:
        rows, off = evidence.reconciliation.rows, evidence.reconciliation.beyond_rounding
        told.append(f"{len(rows) - len(off):,} of {len(rows):,} published settlements are met within rounding")
    text = "; ".join(told) or "nothing was tested"
    return f"{text[0].upper()}{text[1:]}. What does not agree is marked below."


def _agreeing(exhibits: Sequence[Exhibited]) -> tuple[int, int]:
    return sum(found.agreeing for found in exhibits), sum(len(found.compared) for found in exhibits)


def _overview(evidence: Evidence) -> Table:
    rows = [
        (
            found.exhibits.title,
            plain(found.exhibits.source),
            f"tolerance of the case; simulated: {EXHIBIT_ERRORS:g} standard errors on top",
            f"{found.agreeing:,} of {len(found.compared):,}",
        )
        for found in evidence.exhibits
    ]
    for v in evidence.validations:
        agree = [
            f"{a:,} of {n:,} {use.replace('_', ' ')}"
            for use in ("held_out", "fitting", "level")
            for a, n in [v.count(use)]
            if n
        ]
        rule = f"{ERRORS:g} standard errors or the tolerance of the kind of fact, whichever is wider"
        rows.append(
            (f"Simulated persons: {v.table.title}", "surveys and statistics, fact by fact", rule, "; ".join(agree))
        )
    told = evidence.reconciliation
    if told is not None:
        met = f"{len(told.rows) - len(told.beyond_rounding):,} of {len(told.rows):,}"
        rows.append(
            (
                "Settlements of the Shared Savings Program",
                "CMS public-use files",
                "$3 and the rounding of the quality score",
                met,
            )
        )
    rows += [
        (f"Backtest: {name}", "what CMS published afterwards", "coverage and scores, below", "")
        for name in evidence.backtests
    ]
    return Table("Tests", ("Test", "Against", "Rule, stated beforehand", "Agree"), tuple(rows))


def _exhibits(exhibits: Sequence[Exhibited]) -> Iterator[Section]:
    headings = ("Figure", "Method", "Verdict", "Published", "Right", "Computed", "Error", "Within")
    for found in exhibits:
        rows = [
            (
                one.label,
                one.method,
                one.verdict,
                figure(one.published, one.case.within),
                figure(one.reference, one.case.within) if one.reference != one.published else "",
                figure(one.value, one.case.within),
                f"{one.standard_error:.2g}" if one.standard_error else "",
                f"{one.case.within:g}",
            )
            for one in found.compared
        ]
        flagged = tuple(k for k, one in enumerate(found.compared) if not one.agrees)
        notes = tuple(dict.fromkeys(f"{one.case.name}: {one.case.note}" for one in found.compared if one.case.note))
        told = [
            f"Source: {found.exhibits.source}",
            *([found.exhibits.assumptions] if found.exhibits.assumptions else []),
        ]
        told.append(f"Seed {found.seed}, at most {found.draws:,} draws where figures are simulated.")
        table = Table("Figures", headings, tuple(rows), (3, 4, 5, 6, 7), flagged)
        yield Section(
            f"Published: {found.exhibits.title}", tuple(plain(t) for t in told), tuple(map(plain, notes)), (table,)
        )


def _facts(validations: Sequence[Validation]) -> Iterator[Section]:
    headings = ("Fact", "Source", "Served for", "Verdict", "Published", "Simulated", "Error", "Tolerance")
    for v in validations:
        rows = [
            (
                f.fact.label,
                plain(f"{f.fact.source}{f', {f.fact.grade}' if f.fact.grade else ''}"),
                f.fact.use.replace("_", " "),
                f.verdict,
                number(f.fact.value),
                number(f.simulated),
                number(f.standard_error),
                number(f.fact.tolerance),
            )
            for f in v.findings
        ]
        flagged = tuple(k for k, f in enumerate(v.findings) if not f.agrees)
        told = [v.table.note.strip()] if v.table.note else []
        told.append(f"{v.persons:,} persons, seed {v.seed}.")
        if v.unmeasured:
            told.append(f"Not measured, for want of a category: {', '.join(fact.label for fact in v.unmeasured)}.")
        table = Table("Facts", headings, tuple(rows), (4, 5, 6, 7), flagged)
        yield Section(f"Simulated persons: {v.table.title}", tuple(map(plain, told)), (), (table,))


def _settlements(told: Reconciliation | None) -> Iterator[Section]:
    if told is None:
        yield Section("Published settlements", ("Not part of this file; give CMS public-use files with --reconcile.",))
        return
    rows = tuple(
        (
            str(y.performance_year),
            f"{y.acos:,}",
            f"{y.paid:,}",
            f"{y.owed:,}",
            f"{y.published_usd:,.0f}",
            f"{y.settled_usd:,.0f}",
            f"{y.difference_usd:,.2f}",
            f"{y.beyond_rounding:,}",
        )
        for y in told.years
    )
    headings = ("Year", "Groups", "Paid", "Owed", "Published, $", "Settled, $", "Difference, $", "Beyond rounding")
    flagged = tuple(k for k, y in enumerate(told.years) if y.beyond_rounding)
    rule = "Every row of the files, settled through the program that simulations use, within $3 and rounding."
    points = tuple(plain(f"{p.place}: {p.message}") for p in told.problems[:50])
    yield Section(
        "Published settlements", (rule,), points, (Table("By year", headings, rows, tuple(range(1, 8)), flagged),)
    )


def _backtests(backtests: Mapping[str, Any]) -> Iterator[Section]:
    if not backtests:
        yield Section("Backtest", ("Not part of this file; give results of `vbcsim backtest --json` with --backtest.",))
    for name, told in backtests.items():
        yield Section(f"Backtest: {plain(name)}", tables=tuple(_plain_tables(told, "Result")))


def _plain_tables(told: Any, caption: str) -> Iterator[Table]:
    """Plain data as tables: figures by name, and lists of like rows; nested parts follow."""
    if isinstance(told, Mapping):
        single = {k: v for k, v in told.items() if v is not None and not isinstance(v, (Mapping, list))}
        if single:
            pairs = tuple((plain(str(k)).replace("_", " "), _value(v)) for k, v in single.items())
            yield Table(caption, ("Figure", "Value"), pairs, (1,))
        for key, value in told.items():
            if key not in single:
                yield from _plain_tables(value, f"{caption}: {plain(str(key)).replace('_', ' ')}")
    elif isinstance(told, list) and told and all(isinstance(row, Mapping) for row in told):
        flat = [_flat(row) for row in told]
        names = tuple(dict.fromkeys(name for row in flat for name in row))
        rows = tuple(tuple(_value(row.get(name, "")) for name in names) for row in flat[:_MOST_ROWS])
        note = f"{len(told) - _MOST_ROWS:,} more rows are in the file." if len(told) > _MOST_ROWS else ""
        # A table with many columns is told the other way round, so that it fits on a page.
        if len(names) > _MOST_COLUMNS >= len(rows):
            turned = tuple(zip(names, *rows, strict=True))
            yield Table(caption, turned[0], turned[1:], tuple(range(1, len(rows) + 1)), (), note)
        else:
            yield Table(caption, names, rows, tuple(range(1, len(names))), (), note)
    elif isinstance(told, list) and told:
        yield Table(caption, ("Values",), ((", ".join(_value(v) for v in told[:_MOST_ROWS]),),))


_MOST_ROWS, _MOST_COLUMNS = 60, 8


def _flat(row: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A row whose nested figures stand beside the others, their names one after the other."""
    found: dict[str, Any] = {}
    for key, value in row.items():
        name = f"{prefix}{plain(str(key)).replace('_', ' ')}"
        found |= _flat(value, f"{name}, ") if isinstance(value, Mapping) else {name: value}
    return found


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000.0 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else plain(str(value))


def _provenance(evidence: Evidence) -> Section:
    import platform
    from importlib.metadata import version

    versions = [("vbcsim", VERSION), ("Random streams", str(STREAM_VERSION)), ("Python", platform.python_version())]
    versions += [(name, version(name)) for name in ("numpy", "scipy", "numba", "xarray")]
    used = [*(shipped_exhibits() if evidence.exhibits else ()), *evidence.files]
    hashes = tuple((path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in used)
    hashes += tuple(_shipped_hashes())
    tables = (
        Table("Versions", ("What", "Version"), tuple(versions)),
        Table("Files that decide the figures", ("File", "SHA-256"), hashes),
    )
    made = f"This file is made again, to the last byte with the versions below, by: {evidence.command}"
    return Section("How to make this file again", (plain(made),), (), tables)


def _shipped_hashes() -> Iterator[tuple[str, str]]:
    """One hash for each folder of shipped figures: facts, tables, programs."""
    import vbcsim

    root = Path(vbcsim.__file__).parent
    for folder in ("calibrate/published", "assumptions/tables", "contract/programs"):
        digest = hashlib.sha256()
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".yaml", ".csv"):
                digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
        yield f"vbcsim/{folder}", digest.hexdigest()
