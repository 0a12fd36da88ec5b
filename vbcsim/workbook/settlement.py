"""One settlement in live formulas: from the lines of the book through every clause to the parties' money.

Each formula is the trace of a term's (or a line maker's) own arithmetic, so nothing about a contract is written twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vbcsim.contract.arrangement import Provision, Step
from vbcsim.contract.explained import in_force, sentence_of
from vbcsim.contract.settle import SettledPart, settle_amounts
from vbcsim.contract.trace import trace_term
from vbcsim.contract.wording import spoken
from vbcsim.workbook.settlement_clause import Made, write_clause
from vbcsim.workbook.settlement_lines import Lines, by_year
from vbcsim.workbook.settlement_rows import FIRST, Line, Rows
from vbcsim.workbook.sheet import Cell, Page, column

__all__ = ["Told", "settlement_page"]

Floats = NDArray[np.float64]


class Told(NamedTuple):
    """Which settlement it is: the design and its title, the draw, why this draw, and the run's own money by party."""

    design: str
    title: str
    draw: int
    why: str
    net_usd: Mapping[str, Floats]
    """By party, (year,) [USD]."""


def settlement_page(parts: Sequence[SettledPart], told: Told, name: str = "Settlement") -> Page:
    """The page of one design in one draw.

    :param parts: what the design settles at once, with books of that one draw.
    """
    years = parts[0].book.years
    page = Rows(years)
    last = column(FIRST + len(years))
    page.open(told.title, f"Design {told.design}, draw {told.draw:,} (counted from 0): {told.why}")
    settled = [_part(page, part) for part in parts]
    alarms = [cells for part in settled for cells in part.differences]
    nets = _nets(page, parts, settled, told)
    alarms += nets
    worst = ",".join(f"MAX({cells}),-MIN({cells})" for cells in alarms)
    page.rows[3][FIRST] = Cell(page.worst, "difference", f"MAX({worst})")
    page.rows[3][FIRST + 1] = Cell("OK", "bold", f'IF(ABS({column(FIRST)}4)<=0.005,"OK","LOOK")')
    return Page(
        name,
        page.rows,
        [34, 62, 15, *[17] * len(years), 19, 48],
        freeze=(6, 1),
        alarms=(*alarms, f"{column(FIRST)}4"),
        names={"settlement_difference": f"${column(FIRST)}$4", "settlement_nets": nets[-1] if nets else f"${last}$4"},
        colour="#1B7F3B",
    )


class _Settled(NamedTuple):
    """Amounts of a part by provision, and ranges of the differences from the engine."""

    amounts: Mapping[str, Line]
    differences: tuple[str, ...]


def _part(page: Rows, part: SettledPart) -> _Settled:
    """All rows of what is settled at once."""
    engine = settle_amounts(part.book, part.arrangement)
    book = part.book.declare(part.arrangement.lines).with_lines(engine)
    lines = Lines(page, part, book)
    of_group = f" of {spoken(part.group)}" if part.group else ""
    page.section(f"Lines of the book{of_group}, as simulated in this draw")
    for name in lines.given():
        lines.give(name)
    amounts: dict[str, Line] = {}
    differences = []
    for provision in part.arrangement.ordered:
        page.section(f"{spoken(provision.name)}{of_group}: the {provision.payer} pays the {provision.payee}")
        amounts[provision.name] = lines.amounts[provision.name] = _provision(page, provision, lines)
        differences.append(_against(page, amounts[provision.name], by_year(engine[provision.name], page.years)))
    return _Settled(amounts, tuple(differences))


def _provision(page: Rows, provision: Provision, lines: Lines) -> Line:
    years = page.years
    amount = page.values("   amount at the start", "", np.zeros(len(years)), "cents")
    for number, step in enumerate(in_force(provision, years), 1):
        source = step.source or f"a clause as in {step.term.reference}"
        needed = {name: lines.line(name) for name in trace_term(step.term, years).lines}
        page.heading(f"{number}. {spoken(step.word)}", f"{sentence_of(step, first=number == 1)}{_when(step)}", source)
        made = Made(step.term, trace_term(step.term, years), amount, needed, step.applies(years))
        amount = write_clause(page, made, "   amount after", "cents_total")
    return amount


def _against(page: Rows, amount: Line, engine: Floats) -> str:
    """The engine's amounts below those of the formulas, and the differences; the range of these."""
    said = page.values("   the engine's amount", "settled by the program itself", engine, "cents_engine", total=True)
    gap = amount.values - said.values
    made = [f"{a}-{b}" for a, b in zip(amount.cells, said.cells, strict=True)]
    found = page.formulas("   difference", "", made, gap, "difference")
    page.worst = max(page.worst, float(np.abs(gap).max(initial=0.0)))
    return f"{found.cells[0]}:{found.cells[-1]}"


def _nets(page: Rows, parts: Sequence[SettledPart], settled: Sequence[_Settled], told: Told) -> list[str]:
    """Each party's money: what it receives less what it pays, beside the run's own; then their sum."""
    page.section("What each party receives (positive) or pays (negative)")
    parties = [party for party in told.net_usd if any(party in part.arrangement.parties for part in parts)]
    ranges, nets = [], []
    for party in parties:
        signs = [
            ("+" if provision.payee == party else "-", found.amounts[provision.name])
            for part, found in zip(parts, settled, strict=True)
            for provision in part.arrangement.ordered
            if party in (provision.payee, provision.payer)
        ]
        made = ["".join(f"{sign}{line.cells[k]}" for sign, line in signs) or "0" for k in range(len(page.years))]
        values = sum((line.values * (1 if sign == "+" else -1) for sign, line in signs), np.zeros(len(page.years)))
        how = "received less paid under every provision"
        nets.append(page.formulas(f"the {party}", how, made, np.asarray(values), "cents_total", total=True))
        ranges.append(_against(page, nets[-1], np.asarray(told.net_usd[party])))
    made = ["+".join(net.cells[k] for net in nets) or "0" for k in range(len(page.years))]
    total = sum((net.values for net in nets), np.zeros(len(page.years)))
    zero = page.formulas("all parties together", "nought: what one pays another receives", made, total, "difference")
    return [*ranges, f"{zero.cells[0]}:{zero.cells[-1]}"]


def _when(step: Step) -> str:
    if step.first and step.last:
        return f" ({step.first} to {step.last})"
    return f" (from {step.first})" if step.first else f" (to {step.last})" if step.last else ""
