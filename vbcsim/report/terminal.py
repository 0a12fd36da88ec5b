"""Tables for a terminal: the designs side by side for each party, errors shown as ±, then the designs two by two."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vbcsim.report.material import Material, Pair
from vbcsim.report.words import MINUS, PLUS_MINUS, Scale, clip, join, percent_pair, plain, scale_for

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from vbcsim.report.tables import Cell, TableOf

__all__ = [
    "ROWS",
    "print_answers",
    "print_capital",
    "print_comparison",
    "print_outcomes",
    "print_paragraphs",
    "print_tables",
]

ROWS = (
    ("mean_usd", "average"),
    ("sd_usd", "standard deviation"),
    ("p_gain", "chance of receiving"),
    ("p_loss", "chance of paying"),
    ("p5_usd", "1 in 20 is worse than"),
    ("p50_usd", "middle outcome"),
    ("p95_usd", "1 in 20 is better than"),
    ("tvar95_usd", "average loss, worst 5%"),
    ("var99_usd", "loss 1 in 100 exceeds"),
    ("tvar99_usd", "average loss, worst 1%"),
)
"""Statistics of the summary and what they are called."""


def print_outcomes(material: Material, console: Console | None = None) -> None:
    """Print the answer, the table of designs for the provider and for each other party, and the pairs."""
    from rich.text import Text

    from vbcsim.report.answer import answer

    console = console or _console()
    said = answer(material)
    console.print(Text(material.title, style="bold"))
    console.print(Text(said.headline))
    console.print(Text(f"{material.draws:,} draws; {PLUS_MINUS} is the Monte Carlo error", style="dim"))
    print_answers(material, console)
    for party in material.parties:
        for chunk in chunks(material.designs, _columns(console.width)):
            console.print(_party_table(material, party, chunk))
    if len(material.designs) > 1:
        print_comparison(material, console)
    print_capital(material, console)
    for titles, figures in material.unverified.items():
        console.print(Text(f"Not verified against a source, {titles}: {join(figures)}", style="yellow"))


def print_answers(material: Material, console: Console | None = None) -> None:
    """Print the question and the figures that answer it, case by case; nothing where it asks for no figure."""
    from vbcsim.report.answers import answers_tables

    print_tables([found._replace(caption=material.scenario.question) for found in answers_tables(material)], console)


def print_capital(material: Material, console: Console | None = None) -> None:
    """Print what each party must hold under each design; nothing where the scenario does not ask for it."""
    from vbcsim.report.capital import capital_tables, yearly_tables

    found = [*capital_tables(material.capital, material.titles), *yearly_tables(material.capital, material.titles)]
    print_tables(found, console)


def print_tables(tables: Sequence[TableOf], console: Console | None = None) -> None:
    """Print tables of figures, each with its caption and the unit of its money."""
    from rich import box
    from rich.table import Table

    console = console or _console()
    for found in tables:
        caption = ", ".join(word for word in (found.caption, found.unit) if word)
        table = Table(title=_text(caption), box=box.SIMPLE_HEAD, title_justify="left")
        table.add_column("")
        for heading in found.headings:
            table.add_column(_text(heading), justify="right")
        for row in found.rows:
            name = f"{row.name}, {row.technical}" if row.technical else row.name
            table.add_row(*map(_text, (name, *(_told(cell) for cell in row.cells))))
        console.print(table)


def print_paragraphs(words: Sequence[str], console: Console | None = None) -> None:
    """Print sentences, a paragraph each."""
    from rich.text import Text

    console = console or _console()
    for paragraph in words:
        console.print(Text(plain(paragraph)))


def _told(cell: Cell) -> str:
    return f"{cell.value} {PLUS_MINUS} {cell.error}" if cell.error else cell.value


def print_comparison(material: Material, console: Console | None = None) -> None:
    """Print the paired differences of the designs for the provider and for each other party."""
    from rich import box
    from rich.table import Table

    console = console or _console()
    for party in material.parties:
        rows = [row for row in material.pairs if row.party == party]
        scale = scale_for(v for row in rows for v in (*row.mean_difference, row.sd_difference[0]))
        title = _text(f"{party}, designs two by two in the same draws, {unit(scale)}")
        table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
        table.add_column("a minus b")
        for heading in ("difference", "spread", "a better", "dominates"):
            table.add_column(heading, justify="right")
        for row in rows:
            table.add_row(*(_text(cell) for cell in _pair_cells(material, row, scale)))
        console.print(table)


def chunks(designs: tuple[str, ...], size: int) -> list[tuple[str, ...]]:
    """The designs in groups that fit side by side."""
    return [designs[i : i + size] for i in range(0, len(designs), size)]


def unit(scale: Scale) -> str:
    """``$`` or ``$ million``."""
    return f"$ {scale.name}".strip()


def cell(statistic: str, value: float, mcse: float, scale: Scale) -> str:
    """One figure with its error, in the unit of its table: ``1.23 ± 0.02`` or ``31% ± 1``."""
    if statistic.endswith("_usd"):
        return _with_error(*scale.pair(value, mcse))
    said, error = percent_pair(value, mcse)
    return _with_error(f"{said}%" if math.isfinite(value) else said, error)


def _with_error(value: str, error: str) -> str:
    return f"{value} {PLUS_MINUS} {error}" if error else value


def dominance_words(material: Material, row: Pair) -> str:
    """Which design of a pair dominates, in words; empty where neither does."""
    for order, verdict in (("1st", row.first_order), ("2nd", row.second_order)):
        if verdict != "none":
            return f"{material.titles[row.a if verdict == 'a' else row.b]}, {order} order"
    return "neither"


def _party_table(material: Material, party: str, designs: tuple[str, ...]) -> Table:
    from rich import box
    from rich.table import Table

    scale = scale_for(material.of(d, party)[s][0] for d in designs for s, _ in ROWS if s.endswith("_usd"))
    title = f"{party}, {material.period}, {unit(scale)}"
    table = Table(title=_text(title), box=box.SIMPLE_HEAD, title_justify="left")
    table.add_column("", no_wrap=True)
    for name in designs:
        table.add_column(_text(material.titles[name]), justify="right")
    for statistic, words in ROWS:
        figures = (material.of(name, party)[statistic] for name in designs)
        table.add_row(words, *(_text(cell(statistic, value, mcse, scale)) for value, mcse in figures))
    return table


def _pair_cells(material: Material, row: Pair, scale: Scale) -> tuple[str, ...]:
    return (
        f"{material.titles[row.a]} {MINUS} {material.titles[row.b]}",
        cell("mean_usd", *row.mean_difference, scale),
        cell("sd_usd", *row.sd_difference, scale),
        cell("p_better", *row.p_better, scale),
        dominance_words(material, row),
    )


def _columns(width: int) -> int:
    """Designs that fit side by side on a terminal of this width."""
    return max(1, (width - 28) // 16)


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)


def _text(words: str) -> Text:
    """Words as they are: square brackets are no markup."""
    from rich.text import Text

    return Text(clip(words, 200))
