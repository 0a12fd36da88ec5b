"""The settlement in formulas gives the engine's money, for every design that is shipped; the saved values are true."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from tests.workbook.calculator import Workbook
from vbcsim.contract.book import Book
from vbcsim.contract.program import load_program, program_names, resolve
from vbcsim.contract.read import read_arrangement
from vbcsim.contract.settle import SettledPart, settle
from vbcsim.contract.trace import Untraceable, trace_line
from vbcsim.scenario.designs import resolve_designs
from vbcsim.scenario.load import read_document
from vbcsim.scenario.model import Years
from vbcsim.workbook.settlement import Told, settlement_page
from vbcsim.workbook.sheet import write_pages

EXAMPLES = [(name, example) for name in program_names() for example in load_program(name).examples]
USD = ("expenditure", "benchmark", "premium", "revenue", "budget", "fees", "cost", "spending", "price", "payment")


def is_traceable(maker, years):
    try:
        return bool(trace_line(maker, years))
    except Untraceable:
        return False


def made_up(arrangement, years):
    """A book of one draw: every line that is read and that no formula makes, of a likely size for its name."""
    rng = np.random.default_rng(zlib.crc32(arrangement.name.encode()))
    provisions = {provision.name for provision in arrangement.provisions}
    makers = {name for name, maker in arrangement.lines.items() if is_traceable(maker, years)}
    lines = {}
    for name in sorted(arrangement.reached() - provisions - makers):
        size = 1e7 if any(word in name for word in USD) else 60_000.0 if "months" in name or name == "lives" else 0.9
        lines[name] = size * rng.uniform(0.8, 1.25, (1, len(years)))
    return Book.from_lines(lines or {"expenditure": 1e7}, years)


def page_of(arrangement, years):
    book = made_up(arrangement, years)
    settlement = settle(book, {"a": arrangement})
    net = {str(p): settlement["net_usd"].sel(design="a", party=p).values[0] for p in settlement["party"].values}
    return settlement_page([SettledPart("", book, arrangement)], Told("a", "A", 0, "as asked for", net)), net


def holds(page, net):
    """Every formula again, by an independent calculator: as saved, and each party's money as the engine's."""
    book = Workbook(write_pages([page], title="t"))
    for sheet, cell in book.formulas:
        found, saved = book.cell(sheet, cell), book.values[sheet, cell]
        assert found == saved if isinstance(saved, str) else found == pytest.approx(saved, rel=1e-9, abs=1e-6), cell
    rows = {row[0].value: i for i, row in enumerate(page.rows, 1) if row and row[0] is not None}
    for party, money in net.items():
        found = [book.cell("Settlement", f"{column}{rows[f'the {party}']}") for column in "DEFGHIJK"[: len(money)]]
        assert found == pytest.approx(money, rel=1e-9, abs=1e-6)
        assert book.cell("Settlement", "D4") == pytest.approx(0.0, abs=1e-5)
    assert book.cell("Settlement", "E4") == "OK"
    return book


@pytest.mark.parametrize(("program", "example"), EXAMPLES, ids=[f"{p}-{e}" for p, e in EXAMPLES])
def test_every_shipped_program(program, example):
    found = load_program(program)
    first = max(found.years[0] if found.years else 2023, 2023)
    years = (first, first + 1, first + 2)
    arrangement = resolve(program, found.examples[example], years, name=program)
    holds(*page_of(arrangement, years))


def test_every_design_of_every_shipped_scenario(repository):
    seen = 0
    for file in sorted((repository / "scenarios").glob("*.yaml")):
        data = read_document(file).data
        years = Years(**data["years"])
        for design in resolve_designs(data["designs"], years).values():
            if design.arrangement.provisions:
                holds(*page_of(design.arrangement, years.performance))
                seen += 1
    assert seen > 25


def two_years(terms, **more):
    provision = {"name": "shared", "payer": "payer", "payee": "provider", "terms": terms}
    arrangement = read_arrangement({"title": "T", "provisions": [provision], **more}, "t")
    return holds(*page_of(arrangement, (2023, 2024)))


def test_a_changed_figure_changes_what_follows():
    book = two_years(
        [{"difference": {"of": "benchmark", "less": "expenditure"}}, {"share": {"savings": 0.5, "losses": 0.5}}]
    )
    before = [book.cell("Settlement", f"D{row}") for row in range(1, 40)]
    share = [place for place, value in book.values.items() if value == 0.5 and place not in book.formulas]
    assert len(share) == 2
    for place in share:
        book.values[place] = 0.25
    book.known.clear()
    after = [book.cell("Settlement", f"D{row}") for row in range(1, 40)]
    pairs = [(a, b) for a, b in zip(before, after, strict=True) if isinstance(a, float) and a]
    assert sum(b == a / 2 for a, b in pairs) >= 3  # the amount after the share and the money of two parties
    assert book.cell("Settlement", "E4") == "LOOK"


def test_a_year_in_which_a_clause_rests_keeps_the_amount():
    late = {"share": {"savings": 0.5, "losses": 0.0}, "from": 2024}
    book = two_years([{"difference": {"of": "benchmark", "less": "expenditure"}}, late])
    formulas = [formula for (_, cell), formula in book.formulas.items() if cell.startswith("D")]
    assert any(formula.replace("D", "").isdigit() for formula in formulas)


def test_a_line_made_from_one_of_its_own_name():
    provision = {
        "name": "fee",
        "payer": "payer",
        "payee": "provider",
        "terms": [{"portion": {"rate": 1, "of": "cost"}}],
    }
    lines = {"cost": {"discounted": {"of": "cost", "rate": 0.25}}}
    arrangement = read_arrangement({"title": "T", "provisions": [provision], "lines": lines}, "t")
    claims = {"cost": (object(), lambda: np.array([[100.0, 200.0]]))}
    part = SettledPart("", Book((2023, 2024), 1, None, {}, claims), arrangement)
    net = {"payer": np.array([-75.0, -150.0]), "provider": np.array([75.0, 150.0])}
    holds(settlement_page([part], Told("a", "A", 0, "", net)), net)


def test_groups_settled_apart_are_added_up():
    tenth = [{"portion": {"rate": 0.1, "of": "revenue"}}]
    fee = {"name": "fee", "payer": "payer", "payee": "provider", "terms": tenth}
    arrangement = read_arrangement({"title": "T", "provisions": [fee]}, "t")
    books = [Book.from_lines({"revenue": [[size, 2 * size]]}, (2023, 2024)) for size in (1e6, 3e6)]
    parts = [SettledPart(name, book, arrangement) for name, book in zip(("north", "south"), books, strict=True)]
    net = {"payer": np.array([-4e5, -8e5]), "provider": np.array([4e5, 8e5])}
    book = holds(settlement_page(parts, Told("a", "A", 0, "", net)), net)
    assert "Lines of the book of south, as simulated in this draw" in book.values.values()
