"""Security: what collateral clauses ask to be kept."""

from __future__ import annotations

from vbcsim.contract.book import Book
from vbcsim.contract.read import read_arrangement
from vbcsim.contract.security import kept_usd

BOOK = Book.from_lines({"benchmark": [[1e6, 2e6], [3e6, 4e6]], "revenue": 5e5}, [2024, 2025])


def design(*terms: dict) -> object:
    fees = {"name": "letter_of_credit", "payer": "provider", "payee": "payer", "terms": list(terms)}
    return read_arrangement({"provisions": [fees]}, "secured")


def clause(share: float, **more) -> dict:
    secured = [{"share": share, "of": "benchmark"}, {"usd": 25_000}]
    return {"collateral": {"secured": secured, "cost_rate": 0.02}} | more


def test_each_clause_asks_for_the_lesser_of_its_parts_and_clauses_add_up():
    found = kept_usd(BOOK, {"one": design(clause(0.01)), "two": design(clause(0.01), clause(0.02))})["collateral"]
    assert found["one"].tolist() == [[10_000.0, 20_000.0], [25_000.0, 25_000.0]]
    assert found["two"].tolist() == [[30_000.0, 45_000.0], [50_000.0, 50_000.0]]


def test_a_clause_asks_only_in_the_years_in_which_it_applies():
    found = kept_usd(BOOK, {"late": design({**clause(0.01), "from": 2025})})["collateral"]
    assert found["late"][:, 0].tolist() == [0.0, 0.0]
    assert found["late"][:, 1].tolist() == [20_000.0, 25_000.0]


def test_designs_without_a_clause_ask_for_nothing():
    plain = read_arrangement({"provisions": []}, "plain")
    assert kept_usd(BOOK, {"plain": plain}) == {}
    assert set(kept_usd(BOOK, {"plain": plain, "one": design(clause(0.01))})["collateral"]) == {"one"}


def test_capital_that_a_charge_is_taken_on_stands_apart():
    charge = {"capital_charge": {"of": "benchmark", "rate": 0.1, "h0_usd": 1e5, "level": 2.0, "cost_rate": 0.06}}
    found = kept_usd(BOOK, {"one": design(charge)})
    assert set(found) == {"clause_capital"}
    assert found["clause_capital"]["one"][0].tolist() == [2.0 * 1.03 * 2e5, 2.0 * 1.03 * 3e5]
