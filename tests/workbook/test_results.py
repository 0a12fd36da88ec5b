"""The workbook of a run: every figure is the run's, every formula holds, and the same run gives the same bytes."""

from __future__ import annotations

import numpy as np
import pytest

from tests.workbook.calculator import Workbook
from vbcsim.cli.workbook import median_draw, traced_of, workbook_of
from vbcsim.core.errors import BadInput
from vbcsim.pipeline.material import material_of
from vbcsim.workbook.results import settlement_workbook


@pytest.fixture(scope="module")
def content(small_run):
    return workbook_of(small_run, material_of(small_run))


@pytest.fixture(scope="module")
def book(content):
    return Workbook(content)


def rows_of(book, sheet):
    """The values of a sheet, row by row."""
    rows = {}
    for (name, cell), value in book.values.items():
        if name == sheet:
            rows.setdefault(int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")), []).append(value)
    return rows


def test_the_same_bytes_again(small_run, content):
    assert workbook_of(small_run, material_of(small_run)) == content


def test_sheets(book):
    assert book.sheets[0] == "Answer"
    assert book.sheets[-1] == "Checks"
    assert {"Results", "Years", "Comparison", "Settlement", "Distribution", "Draws", "Inputs", "Services"} <= set(
        book.sheets
    )


def test_every_formula_holds_and_every_check_passes(book):
    assert len(book.formulas) > 100
    for sheet, cell in book.formulas:
        found, saved = book.cell(sheet, cell), book.values[sheet, cell]
        assert found == saved if isinstance(saved, str) else found == pytest.approx(saved, rel=1e-9, abs=1e-5), cell
        assert saved != "LOOK", (sheet, cell)
    assert book.cell("Checks", "E3") == "OK"


def test_a_wrong_number_is_noticed(content):
    book = Workbook(content)
    book.values["Draws", "B9"] = 1e9
    assert book.cell("Checks", "E3") == "LOOK"


def test_the_answer_is_that_of_the_report(small_run, book):
    from vbcsim.report.answer import answer

    assert answer(material_of(small_run)).headline in book.values.values()


def test_statistics_are_those_of_the_run_unrounded(small_run, book):
    found = {value for (sheet, _), value in book.values.items() if sheet == "Results"}
    table = small_run.outcomes.sel(party="provider", statistic=["mean_usd", "p5_usd", "tvar99_usd", "p_loss"])
    for of in ("value", "mcse"):
        assert set(np.ravel(table[of].values).tolist()) <= found


def test_draws_are_paired(small_run, book):
    rows = rows_of(book, "Draws")
    net = small_run.settlement["net_usd"].sum("year")
    assert rows[5][0] == 0.0
    assert len(rows) - 3 == small_run.settlement.sizes["draw"]
    shown = net.isel(draw=17).sel(party=["provider", "payer"]).transpose("design", "party").values.ravel().tolist()
    assert rows[5 + 17] == [17.0, *shown]


def test_inputs_tell_source_and_grade(book):
    rows = rows_of(book, "Inputs").values()
    told = [row for row in rows if "effect_sd" in row]
    assert told
    assert {"citation", "judgement", "unverified"} & set(map(str, told[0]))
    assert any("United States dollars of the year" in row for row in rows_of(book, "Inputs").values())


def test_the_median_draw(small_run):
    net = small_run.settlement["net_usd"].sel(design="basic_e", party="provider").sum("year").values
    draw = median_draw(small_run, "basic_e", "provider")
    assert abs(net[draw] - np.median(net)) == np.abs(net - np.median(net)).min()


def test_a_settlement_of_any_design_in_any_draw(small_run):
    traced = {name: traced_of(small_run, name, 3, name) for name in ("basic_a", "enhanced")}
    book = Workbook(settlement_workbook(traced, "T"))
    assert book.sheets == ["basic_a", "enhanced"]
    for name in book.sheets:
        assert book.cell(name, "E4") == "OK"
        assert abs(book.cell(name, "D4")) < 1e-5
    (row,) = [row for row in rows_of(book, "enhanced").values() if "the provider" in row]
    net = small_run.settlement["net_usd"].sel(design="enhanced", party="provider").isel(draw=3).values
    assert row[2:5] == pytest.approx(net.tolist(), rel=1e-9)


def test_what_the_run_lacks_is_refused(small_run):
    with pytest.raises(BadInput, match=r'"basic_f" is no design; did you mean "basic_e"'):
        traced_of(small_run, "basic_f", None, "")
    with pytest.raises(BadInput, match="the run has the draws 0 to 399; choose one of them"):
        traced_of(small_run, "basic_e", 400, "")
