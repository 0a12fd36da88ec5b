"""A workbook to be filled in: every figure of a scenario with its unit, what is allowed, and room for its source.

What it says, ``vbcsim run book.xlsx`` reads as it would read a YAML file; the layout is ``scenario/workbook_layout``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vbcsim.contract.program import load_program, program_names
from vbcsim.scenario.source import Path
from vbcsim.scenario.tables import columns_at
from vbcsim.scenario.workbook_layout import HEADINGS, ROOT, TABLES, Index, cell_of, section_of, source_holder, text_of
from vbcsim.workbook.fields import BLANK, About, Told, about, fields_below, figures_of, unit_words
from vbcsim.workbook.sheet import Cell, Choice, Page, write_pages

__all__ = ["template_workbook"]

_SHEET_OF = {"cohort": "Assumptions", "assumptions": "Assumptions", "collective": "Assumptions"}
_SHEET_OF |= {
    name: name.capitalize() for name in ("interventions", "measures", "designs", "cases", "answers", "record")
}
_SHEET_OF |= {"economics": "Economics", "capital": "Economics"}
_ORDER = ("Scenario", "Assumptions", "Interventions", "Measures", "Economics", "Designs", "Cases", "Answers", "Record")
_FREE = ("interventions", "measures", "cases", "answers", "record", "designs")
"""Sections whose fields nobody can list beforehand."""
_SHEET_OF |= {name: name.capitalize() for name in _FREE}
_WIDTHS = (44, 36, 30, 22, 36, 18, 62, 62)
_SPARE_ROWS = 12
"""Rows left open at the end of a sheet of figures."""
_SPARE_TABLE_ROWS = 40
_HEAD = 3
"""Rows above the headings of a sheet of figures: a title, a hint, a blank one."""
_HINTS = {
    "Scenario": "The question, the years, and how often to simulate.",
    "Assumptions": "What happens to members beside the tables of cells and services, and how uncertain that is.",
    "Designs": "The contracts to compare: a program with its inputs (sheet Programs), or clauses written out.",
    "Interventions": "Who is offered what, what it does, what it costs.",
    "Measures": "Quality measures: whom they count and their expected rates.",
    "Economics": "What the payer takes in and what care costs the provider; when money moves.",
    "Cases": "The same question under other assumptions.",
    "Answers": "The figures that answer the question.",
    "Record": "What was published about the real group.",
}


def template_workbook(data: Mapping[str, Any] | None = None) -> bytes:
    """The workbook as the bytes of an .xlsx file; the same bytes for the same data.

    :param data: a scenario as plain data, its tables as rows, to begin from; blank without.
    """
    told = figures_of(data or {})
    pages = [_read_me(bool(data))]
    by_sheet = _by_sheet(told, data)
    pages.append(_figures("Scenario", by_sheet["Scenario"]))
    pages += [_table(name, path, _rows_at(data, path)) for name, path in TABLES.items()]
    pages += [_figures(name, by_sheet[name]) for name in _ORDER[1:] if by_sheet.get(name)]
    return write_pages([*pages, _programs()], title=str((data or {}).get("title", "A scenario of vbcsim")))


def _by_sheet(told: Sequence[Told], data: Mapping[str, Any] | None) -> dict[str, list[Told]]:
    """Figures by sheet: those that are told, and below them those of the same section that may be."""
    found: dict[str, list[Told]] = {name: [] for name in _ORDER}
    blank = [path for path in fields_below(()) if path[0] not in _FREE and not _is_told(path, told, data or {})]
    if not data:
        told = [Told(("vbcsim",), 1, about(("vbcsim",)), "")]
        blank = [path for path in blank if path != ("vbcsim",)]
        blank += [("designs", "design_1", word) for word in ("program", "title")]
    every = [*told, *(Told(path, BLANK, about(path, data), "") for path in blank)]
    tops = list(dict.fromkeys(one.path[0] for one in every))
    sections = list(dict.fromkeys(section_of(one.path) for one in every))
    for one in sorted(every, key=lambda one: _rank(one, tops, sections)):
        found[_SHEET_OF.get(str(one.path[0]), "Scenario")].append(one)
    return {name: rows for name, rows in found.items() if rows}


def _rank(one: Told, tops: Sequence[Any], sections: Sequence[Path]) -> tuple[int, int, int]:
    """The top of a scenario first, then section by section, in each what is told before what may be."""
    alone = len(one.path) == 1
    return -1 if alone else tops.index(one.path[0]), sections.index(section_of(one.path)), int(one.value is BLANK)


def _is_told(path: Path, told: Sequence[Told], data: Mapping[str, Any]) -> bool:
    """Whether a field is told, as one value or in parts, or another form of its section is."""
    if path in TABLES.values() or path[-1] == "source":
        return True
    node: Any = data
    for step in path[:-1]:
        node = node.get(step) if isinstance(node, Mapping) else node
        if isinstance(node, (list, tuple)):
            return True
    return any(one.path[: len(path)] == path for one in told)


def _rows_at(data: Mapping[str, Any] | None, path: Path) -> list[Mapping[str, Any]]:
    node: Any = data or {}
    for step in path:
        node = node.get(step, []) if isinstance(node, Mapping) else []
    return list(node)


def _figures(name: str, rows: Sequence[Told]) -> Page:
    cells: list[list[Cell | None]] = [
        [Cell(name, "title")],
        [Cell(f"{_HINTS[name]} Yellow cells are yours; a blank one means what stands under “{HEADINGS[5]}”.", "faint")],
        [],
        [Cell(heading, "head") for heading in HEADINGS],
    ]
    choices = []
    holders: set[Path] = set()
    said = ""
    for one in rows:
        choices += _choice(len(cells), 2, one.about, text_of(one.path))
        cells.append(_figure(one, holders, repeated=one.about.meaning == said))
        said = one.about.meaning
    open_cell = Cell(None, "fill")
    spare: list[Cell | None] = [open_cell, open_cell, open_cell, None, None, None, None, open_cell]
    cells += [list(spare) for _ in range(_SPARE_ROWS)]
    return Page(
        name,
        cells,
        _WIDTHS,
        freeze=(_HEAD + 1, 3),
        filter=(_HEAD, 0, len(cells) - 1, len(HEADINGS) - 1),
        choices=choices,
        colour="#D9A400",
    )


def _figure(one: Told, holders: set[Path], *, repeated: bool) -> list[Cell | None]:
    """A row of a sheet of figures; the room for a source stands beside the first figure of each part.

    :param repeated: whether the row above says what it is, as of the figures of one clause.
    """
    section = section_of(one.path)
    holder = source_holder(one.path)
    first = holder is not None and holder not in holders and one.path[-1] != "source"
    holders |= {holder} if holder is not None else set()
    field = _below(one.path[len(section) :])
    facts = one.about
    value = None if one.value is BLANK else cell_of(one.value)
    return [
        Cell(text_of(section) or ROOT, "faint"),
        Cell(field, "" if one.value is BLANK else "bold"),
        Cell(value, _style(value, facts)),
        Cell(unit_words(facts.unit), "note"),
        Cell(facts.allowed, "note"),
        Cell(facts.otherwise, "note"),
        Cell("" if repeated else facts.meaning, "note"),
        Cell(one.source, "fill" if first else "faint"),
    ]


def _below(path: Path) -> str:
    """The rest of a path below its section: ``mean``, ``[0].name``."""
    if not isinstance(path[0], Index):
        return text_of(path)
    rest = text_of(path[1:])
    return f"[{path[0]}]{'.' if rest and not rest.startswith('[') else ''}{rest}"


def _style(value: Any, facts: About) -> str:
    if isinstance(value, (str, bool)) or facts.choices:
        return "fill"
    if facts.unit in ("fraction", "rate"):
        return "fill_share"
    if facts.unit == "year" or ("year" in facts.meaning[:40].lower() and isinstance(value, int)):
        return "fill_plain"
    if isinstance(value, int) or facts.unit in ("persons", "months"):
        return "fill_whole"
    return "fill_number" if isinstance(value, float) and abs(value) >= 10_000 else "fill"


def _choice(row: int, col: int, facts: About, name: str, *, last: int | None = None) -> list[Choice]:
    """What a cell offers and says when it is chosen; a number out of bounds is pointed out, not forbidden."""
    said = ". ".join(filter(None, (facts.meaning, unit_words(facts.unit), facts.allowed)))
    rule: dict[str, Any] = {"validate": "any", "input_title": name[-32:], "input_message": said[:250]}
    if facts.choices:
        listed = ",".join(facts.choices)
        source: Any = list(facts.choices) if len(listed) <= 250 else "=program_names"
        rule |= {"validate": "list", "source": source, "error_type": "warning"}
    elif facts.least is not None and facts.most is not None:
        rule |= {"validate": "decimal", "criteria": "between", "minimum": facts.least, "maximum": facts.most}
        rule |= {"error_type": "information", "error_message": f"Usual here: {facts.allowed}"[:250]}
    return [Choice((row, last or row), col, rule)] if said or facts.choices else []


def _table(name: str, path: Path, rows: Sequence[Mapping[str, Any]]) -> Page:
    """A sheet with a row for each cell of the cohort, or each service."""
    columns = columns_at(path)
    assert columns is not None  # the layout names lists of rows
    used = dict.fromkeys(word for row in rows for word in _words(row))
    names = [word for word in columns.allowed if word not in columns.nested]
    first = [word for word in names if word in used or word in columns.required]
    nested = [word for word in used if "." in word]
    names = [*first, *nested, *(word for word in names if word not in first)]
    facts = {word: about((*path, Index(0), *word.split(".", 1))) for word in names}
    cells: list[list[Cell | None]] = [
        [Cell(f"{name}: {text_of(path)}", "title")],
        [Cell("One row for each; a blank cell means the usual value. Columns may be left out unless needed.", "faint")],
        [Cell(facts[word].meaning, "note") for word in names],
        [Cell(_about_column(word, facts[word], columns.required), "note") for word in names],
        [Cell(word, "head") for word in names],
    ]
    for row in [*rows, *[{} for _ in range(_SPARE_TABLE_ROWS)]]:
        said = _words(row)
        values = {word: cell_of(said[word]) if word in said else None for word in names}
        cells.append([Cell(values[word], _style(values[word], facts[word])) for word in names])
    end = len(cells) - 1
    choices = [c for k, w in enumerate(names) for c in _choice(5, k, facts[w], w, last=end)]
    widths = [max(14, min(26, len(word) + 4)) if word != "source" else 60 for word in names]
    return Page(
        name, cells, widths, freeze=(5, 1), filter=(4, 0, end, len(names) - 1), choices=choices, colour="#D9A400"
    )


def _about_column(word: str, facts: About, required: Iterable[str]) -> str:
    otherwise = "needed" if word in required else f"blank: {facts.otherwise}" if facts.otherwise else ""
    return "; ".join(filter(None, (unit_words(facts.unit), facts.allowed, otherwise)))


def _words(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row by column: figures by word have columns of their own, ``use.inpatient``."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        by_word = isinstance(value, Mapping) and name in ("use", "price")
        flat |= {f"{name}.{word}": figure for word, figure in value.items()} if by_word else {name: value}
    return flat


def _programs() -> Page:
    """Every program that a design may name, with what a design may say to it."""
    heads = ("Program", "Input", "Unit", "Allowed", "If left blank", "What it is")
    names = program_names()
    cells: list[list[Cell | None]] = [
        [Cell("Programs", "title")],
        [Cell("For looking up; nothing here is read. A design names a program and gives its inputs.", "faint")],
        [],
        [Cell("Every program", "head")],
    ]
    cells += [[Cell(name, "name"), Cell(load_program(name).title, "wrap")] for name in names]
    cells += [[], [Cell(heading, "head") for heading in heads]]
    for name in names:
        program = load_program(name)
        for word, asked in program.inputs.items():
            facts = about(("designs", "x", word), {"designs": {"x": {"program": name}}})
            otherwise = facts.otherwise or ("" if asked.optional else "needed")
            told = (name, word, unit_words(facts.unit), facts.allowed, otherwise, facts.meaning)
            cells.append([Cell(text, "name" if k < 2 else "note") for k, text in enumerate(told)])
    listed = f"$A$5:$A${4 + len(names)}"
    return Page("Programs", cells, (32, 36, 26, 46, 22, 80), freeze=(0, 2), names={"program_names": listed})


def _read_me(filled: bool) -> Page:
    steps = (
        ("1.", "Fill in the yellow cells. What a figure is, its unit and what is allowed stand beside it."),
        ("2.", "Give the source of each part in the column Source: a citation, “judgement”, or “unverified”."),
        ("3.", "Percentages may be typed as 2% or as 0.02. An uncertain figure is written {normal: [0.8, 0.05]}."),
        ("4.", "A list is written in brackets: [2023, 2024, 2025]. TRUE and FALSE are yes and no."),
        ("5.", "Further fields go into the open rows at the end of a sheet: section, field and value."),
        ("6.", "Save, then ask: vbcsim check THIS.xlsx. Every problem is told with its sheet and cell."),
        ("7.", "Then run it: vbcsim run THIS.xlsx. The results are those of the same scenario in YAML, to the bit."),
    )
    about_this = "It was made from a scenario and runs as it is." if filled else "It is blank: what is needed says so."
    rows: list[list[Cell | None]] = [
        [Cell("A scenario to fill in", "title")],
        [Cell(f"This workbook holds the question and every assumption of one study. {about_this}", "faint")],
        [],
    ]
    rows += [[Cell(number, "bold"), Cell(text, "wrap")] for number, text in steps]
    rows += [
        [],
        [
            None,
            Cell("Formulas are read as the values that were last saved. Sheets of your own are left alone.", "note"),
        ],
    ]
    return Page("Read me", rows, (5, 110), colour="#1F3A5F")
