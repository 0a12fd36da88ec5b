"""Pages of a workbook as plain values, and how they become a file: the same pages give the same bytes.

Text stays text whatever it begins with, a number keeps every bit, and a formula carries the value that it had when the
file was written, so that a reader who does not calculate sees it too.
"""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from vbcsim.core.errors import BadInput
from vbcsim.core.version import VERSION

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

__all__ = ["MOST_CHARACTERS", "STYLES", "Cell", "Choice", "Page", "Picture", "column", "write_pages"]

MOST_CHARACTERS = 32_767
"""Characters that a cell holds."""
_CREATED = dt.datetime(2020, 1, 1)
"""Fixed, so that a rerun gives the same bytes."""

_BLUE, _GREY, _RED, _GREEN = "#1F3FBF", "#6B6B6B", "#B00020", "#1B7F3B"
_HEAD = {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter"}
_USD, _PLAIN, _SHARE = "#,##0.00;[Red]-#,##0.00", "#,##0.00####;[Red]-#,##0.00####", "0.00##%;[Red]-0.00##%"

STYLES: Mapping[str, Mapping[str, Any]] = {
    "": {"valign": "top"},
    "title": {"bold": True, "font_size": 16, "font_color": "#1F3A5F"},
    "section": {"bold": True, "font_size": 12, "font_color": "#1F3A5F", "bottom": 1, "bottom_color": "#1F3A5F"},
    "head": _HEAD,
    "head_right": {**_HEAD, "align": "right"},
    "bold": {"bold": True, "valign": "top"},
    "wrap": {"text_wrap": True, "valign": "top"},
    "lead": {"text_wrap": True, "valign": "top", "font_size": 12, "bold": True},
    "note": {"text_wrap": True, "valign": "top", "font_color": _GREY},
    "faint": {"valign": "top", "font_color": _GREY},
    "name": {"valign": "top", "font_name": "Consolas", "font_size": 9},
    "flag": {"valign": "top", "font_color": _RED, "bold": True},
    "whole": {"num_format": "#,##0", "valign": "top"},
    "year": {"num_format": "0", "valign": "top"},
    "usd": {"num_format": "#,##0;[Red]-#,##0", "valign": "top"},
    "usd_error": {"num_format": "#,##0;[Red]-#,##0", "valign": "top", "font_color": _GREY},
    "share": {"num_format": "0.0%", "valign": "top"},
    "share_error": {"num_format": "0.00%", "valign": "top", "font_color": _GREY},
    "number": {"num_format": _PLAIN, "valign": "top"},
    "number_error": {"num_format": "#,##0.0000##", "valign": "top", "font_color": _GREY},
    "cents": {"num_format": _USD, "valign": "top"},
    "cents_total": {"num_format": _USD, "valign": "top", "bold": True, "top": 1},
    "cents_engine": {"num_format": _USD, "valign": "top", "font_color": _GREY},
    "given_cents": {"num_format": _USD, "valign": "top", "font_color": _BLUE},
    "given_share": {"num_format": _SHARE, "valign": "top", "font_color": _BLUE},
    "given_number": {"num_format": _PLAIN, "valign": "top", "font_color": _BLUE},
    "difference": {"num_format": "0.00E+00;[Red]-0.00E+00;0", "valign": "top", "font_color": _GREY},
    "total_name": {"bold": True, "valign": "top", "top": 1},
    "fill": {"bg_color": "#FFF8DC", "border": 1, "border_color": "#D0C8A0", "valign": "top", "text_wrap": True},
    "fill_share": {
        "bg_color": "#FFF8DC",
        "border": 1,
        "border_color": "#D0C8A0",
        "valign": "top",
        "num_format": "0.0#######%",
    },
    "fill_number": {
        "bg_color": "#FFF8DC",
        "border": 1,
        "border_color": "#D0C8A0",
        "valign": "top",
        "num_format": "#,##0.########",
    },
    "fill_whole": {
        "bg_color": "#FFF8DC",
        "border": 1,
        "border_color": "#D0C8A0",
        "valign": "top",
        "num_format": "#,##0",
    },
    "fill_plain": {"bg_color": "#FFF8DC", "border": 1, "border_color": "#D0C8A0", "valign": "top", "num_format": "0"},
}
"""Formats by name: blue is given, black is worked out, grey is said beside; yellow is to be filled in."""


class Cell(NamedTuple):
    """What stands in a cell: a number, a text, yes or no, or a formula with the value that it has."""

    value: Any = None
    style: str = ""
    formula: str = ""
    """Without the equals sign; empty where the value stands for itself."""


class Choice(NamedTuple):
    """What may be typed into the cells of a column, from one row to another (from 0), and what a reader is told."""

    rows: tuple[int, int]
    column: int
    rule: Mapping[str, Any]
    """As of xlsxwriter's ``data_validation``."""


class Picture(NamedTuple):
    """A line of y over x for each series, drawn by the spreadsheet itself."""

    title: str
    axes: tuple[str, str]
    series: tuple[tuple[str, str, str], ...]
    """Name, range of x, range of y."""
    at: tuple[int, int]
    """Row and column of its corner."""
    format: str = "0"


@dataclass(frozen=True)
class Page:
    """One sheet: rows of cells, how wide its columns are, and how it is shown and printed."""

    name: str
    rows: Sequence[Sequence[Cell | None]]
    widths: Sequence[float]
    freeze: tuple[int, int] = (0, 0)
    """Rows and columns that stay in sight; the rows are repeated on every printed page."""
    filter: tuple[int, int, int, int] | None = None
    choices: Sequence[Choice] = ()
    pictures: Sequence[Picture] = ()
    alarms: Sequence[str] = ()
    """Cells that turn red where they are not nought to within half a cent."""
    spans: Sequence[tuple[int, int, int]] = ()
    """Texts that run over several columns: row, first and last column; their rows are made as high as they need."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Names of cells of this page that other pages, and readers, may use."""
    colour: str = ""


def column(index: int) -> str:
    """The letters of a column, from 0: ``A``, ``Z``, ``AA``."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def write_pages(pages: Sequence[Page], *, title: str, subject: str = "") -> bytes:
    """The workbook of these pages as the bytes of an .xlsx file.

    :raises BadInput: where a text is longer than a cell holds.
    """
    import xlsxwriter

    stream = io.BytesIO()
    plain = {f"strings_to_{what}": False for what in ("formulas", "urls", "numbers")}
    with xlsxwriter.Workbook(stream, {"in_memory": True, **plain}) as book:
        about = {"title": title[:250], "subject": subject[:250], "comments": f"vbcsim {VERSION}", "created": _CREATED}
        book.set_properties(about)
        styles = {name: book.add_format(dict(props)) for name, props in STYLES.items()}
        for page in pages:
            _write_page(book, page, styles)
    return stream.getvalue()


def _write_page(book: xlsxwriter.Workbook, page: Page, styles: Mapping[str, Format]) -> None:
    sheet: Worksheet = book.add_worksheet(page.name, worksheet_class=_exact())
    for k, width in enumerate(page.widths):
        sheet.set_column(k, k, width, styles[""])
    for i, row in enumerate(page.rows):
        for k, cell in enumerate(row):
            if cell is not None:
                _write_cell(sheet, page.name, i, k, cell, styles)
    _span(sheet, page, styles)
    _set_up(sheet, page)
    _alarm(book, sheet, page)
    for choice in page.choices:
        sheet.data_validation(choice.rows[0], choice.column, choice.rows[1], choice.column, dict(choice.rule))
    for name, place in page.names.items():
        book.define_name(name, f"='{page.name}'!{place}")
    for picture in page.pictures:
        _draw(book, sheet, picture)


def _write_cell(sheet: Worksheet, page: str, i: int, k: int, cell: Cell, styles: Mapping[str, Format]) -> None:
    style, value = styles[cell.style], cell.value
    if isinstance(value, float) and not math.isfinite(value):
        value = None
    if cell.formula:
        sheet.write_formula(i, k, f"={cell.formula}", style, 0 if value is None else value)
    elif value is None or value == "":
        sheet.write_blank(i, k, None, style)
    elif isinstance(value, bool):
        sheet.write_boolean(i, k, value, style)
    elif isinstance(value, (int, float)):
        sheet.write_number(i, k, value, style)
    else:
        if len(value) > MOST_CHARACTERS:
            place = f"{page}!{column(k)}{i + 1}"
            raise BadInput(place, f"a text of {len(value):,} characters; a cell holds {MOST_CHARACTERS:,}: shorten it")
        sheet.write_string(i, k, value, style)


def _span(sheet: Worksheet, page: Page, styles: Mapping[str, Format]) -> None:
    """Texts over several columns; no spreadsheet finds the height of such a row by itself."""
    for i, first, last in page.spans:
        cell = page.rows[i][first] or Cell()
        sheet.merge_range(i, first, i, last, cell.value, styles[cell.style])
        large = STYLES[cell.style].get("font_size", 11) / 11
        lines = math.ceil(1.1 * large * len(str(cell.value)) / sum(page.widths[first : last + 1]))
        sheet.set_row(i, max(1, lines) * 15.5 * large)


def _set_up(sheet: Worksheet, page: Page) -> None:
    """How the page is shown and printed: across a landscape sheet, headings on every page, a footer."""
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.set_footer("&L&A&C&P of &N&R&F")
    if any(page.freeze):
        sheet.freeze_panes(*page.freeze)
    if page.freeze[0]:
        sheet.repeat_rows(0, page.freeze[0] - 1)
    if page.filter:
        sheet.autofilter(*page.filter)
    if page.colour:
        sheet.set_tab_color(page.colour)


def _alarm(book: xlsxwriter.Workbook, sheet: Worksheet, page: Page) -> None:
    if page.alarms:
        wrong = book.add_format({"bg_color": "#FFD6D6", "font_color": _RED})
        right = book.add_format({"font_color": _GREEN})
        for cells in page.alarms:
            first = cells.partition(":")[0].replace("$", "")
            for criteria, found in ((f"=ABS({first})>0.005", wrong), (f"=ABS({first})<=0.005", right)):
                sheet.conditional_format(cells, {"type": "formula", "criteria": criteria, "format": found})


def _draw(book: xlsxwriter.Workbook, sheet: Worksheet, picture: Picture) -> None:
    chart = book.add_chart({"type": "scatter", "subtype": "straight"})
    for name, x, y in picture.series:
        chart.add_series({"name": name, "categories": f"={x}", "values": f"={y}", "line": {"width": 2}})
    chart.set_title({"name": picture.title, "name_font": {"size": 12}, "overlay": False})
    chart.set_x_axis({"name": picture.axes[0], "min": 0, "max": 1, "num_format": "0%", "label_position": "low"})
    chart.set_y_axis({"name": picture.axes[1], "num_format": picture.format, "major_gridlines": {"visible": True}})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 760, "height": 420})
    sheet.insert_chart(*picture.at, chart)


def _exact() -> type[Worksheet]:
    """A worksheet that writes every bit of a number; xlsxwriter's own writes sixteen digits."""
    from xlsxwriter.worksheet import Worksheet

    class Exact(Worksheet):
        def _xml_number_element(self, number: float, attributes: Sequence[tuple[str, Any]] = ()) -> None:
            said = "".join(f' {name}="{value}"' for name, value in attributes)
            self.fh.write(f"<c{said}><v>{float(number)!r}</v></c>")

    return Exact
