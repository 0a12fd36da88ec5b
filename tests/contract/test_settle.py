"""Settlement: double entry, the dataset it returns, and what it refuses."""

from __future__ import annotations

import json

import numpy as np
import pytest

from vbcsim.contract.book import Book
from vbcsim.contract.read import read_arrangement
from vbcsim.contract.settle import entries, settle, settle_amounts
from vbcsim.core.errors import BadInput

SHARED = {
    "name": "shared_savings",
    "payer": "payer",
    "payee": "provider",
    "terms": [
        {"difference": {"of": "benchmark", "less": "expenditure"}},
        {"share": {"savings": 0.5, "losses": 0.3}},
    ],
}
FEE = {"name": "care_fee", "payer": "payer", "payee": "provider", "terms": [{"per_member_month": {"rate_pmpm": 2.0}}]}
PASSED_ON = {
    "name": "passed_on",
    "payer": "provider",
    "payee": "downstream",
    "terms": [{"difference": {"of": "shared_savings"}}, {"share": {"savings": 0.25, "losses": 0.25}}],
}
BENCHMARK = {
    "historical": {"weights": [0.1, 0.3, 0.6], "trend": {"national": 1}, "update": {"national": 1}},
}


def design(*provisions, lines=None, parties=("payer", "provider", "downstream"), name="draft"):
    raw = {"title": "A draft", "parties": list(parties), "provisions": list(provisions), "lines": lines or {}}
    return read_arrangement(raw, name)


BOOK = Book.from_lines(
    {
        "benchmark": [[100.0, 100.0], [100.0, 100.0]],
        "expenditure": [[90.0, 120.0], [100.0, 60.0]],
        "member_months": 3.0,
    },
    [2023, 2024],
)


def test_what_is_credited_is_debited():
    ds = settle(BOOK, {"draft": design(SHARED, FEE, PASSED_ON)})
    assert ds["net_usd"].dims == ("design", "party", "draw", "year")
    assert list(ds["party"].values) == ["payer", "provider", "downstream"]
    assert ds["transfer_usd"].sel(design="draft", provision="shared_savings").values.tolist() == [[5, -6], [0, 20]]
    assert ds["transfer_usd"].sel(design="draft", provision="care_fee").values.tolist() == [[6, 6], [6, 6]]
    assert ds["net_usd"].sel(design="draft", party="payer").values.tolist() == [[-11, 0], [-6, -26]]
    assert ds["net_usd"].sel(design="draft", party="provider").values.tolist() == [[9.75, 1.5], [6, 21]]
    assert ds["net_usd"].sel(design="draft", party="downstream").values.tolist() == [[1.25, -1.5], [0, 5]]
    assert float(abs(ds["net_usd"].sum("party")).max()) == 0.0


def test_an_amount_that_another_provision_reads_comes_first_wherever_it_stands():
    forward = settle(BOOK, {"draft": design(SHARED, FEE, PASSED_ON)})
    backward = settle(BOOK, {"draft": design(PASSED_ON, FEE, SHARED)})
    np.testing.assert_array_equal(forward["net_usd"], backward["net_usd"])


def test_provisions_that_read_one_another_are_refused():
    first = {**SHARED, "terms": [{"difference": {"of": "passed_on"}}]}
    with pytest.raises(BadInput, match="read one another; let one come first"):
        settle(BOOK, {"draft": design(first, PASSED_ON)})


def test_designs_share_draws_and_a_missing_provision_pays_nothing():
    ds = settle(BOOK, {"a": design(SHARED), "b": design(FEE, parties=("payer", "provider"))})
    assert list(ds["provision"].values) == ["shared_savings", "care_fee"]
    assert not ds["transfer_usd"].sel(design="b", provision="shared_savings").any()
    assert not ds["net_usd"].sel(design="b", party="downstream").any()
    assert ds["net_usd"].sel(design="b", party="provider").values.tolist() == [[6, 6], [6, 6]]


def test_an_arrangement_with_no_provision_pays_nothing():
    ds = settle(BOOK, {"nothing": design()})
    assert not ds["net_usd"].any()
    assert ds.sizes["provision"] == 0


def test_the_lines_that_the_arrangement_defines_are_told_and_others_are_not_a_number():
    bare = Book.from_lines({"member_months": 3.0}, [2023])
    ds = settle(bare, {"fee": design(FEE, parties=("payer", "provider"))})
    assert np.isnan(ds["benchmark_usd"].values).all()
    ds = settle(BOOK, {"draft": design(SHARED)})
    assert ds["benchmark_usd"].sel(design="draft").values.tolist() == [[100, 100], [100, 100]]
    assert ds["settled_expenditure_usd"].sel(design="draft").values.tolist() == [[90, 120], [100, 60]]


def test_lines_told_for_each_design_where_they_differ(toy):
    cut = {"benchmark": BENCHMARK, "expenditure": {"truncated": {"threshold_usd": 30_000}}}
    ds = settle(toy.ds, {"plain": design(SHARED, lines={"benchmark": BENCHMARK}), "cut": design(SHARED, lines=cut)})
    whole = toy.ds["expenditure_usd"].sel(year=[2023, 2024]).sum(("stratum", "category"))
    np.testing.assert_allclose(ds["settled_expenditure_usd"].sel(design="plain"), whole)
    by_hand = np.minimum(toy.member_usd, 30_000).sum(axis=(2, 3))[:, 3:]
    np.testing.assert_allclose(ds["settled_expenditure_usd"].sel(design="cut"), by_hand)


def test_a_settlement_says_where_it_comes_from(toy):
    ds = settle(toy.ds, {"draft": design(SHARED, lines={"benchmark": BENCHMARK})})
    assert ds["net_usd"].attrs["units"] == "usd"
    assert ds["net_usd"].attrs["source"]
    assert ds.attrs["experience_hash"] == "toy"
    assert json.loads(ds.attrs["titles"]) == {"draft": "A draft"}
    assert json.loads(ds.attrs["parameters"]) == {"draft": []}
    assert list(ds["year"].values) == [2023, 2024]
    np.testing.assert_array_equal(ds["draw"], toy.ds["draw"])


def test_no_amount_is_a_negative_zero():
    one_sided = {**SHARED, "terms": [SHARED["terms"][0], {"share": {"savings": 0.5, "losses": 0}}]}
    ds = settle(BOOK, {"draft": design(one_sided)})
    for name in ("net_usd", "transfer_usd"):
        values = ds[name].values
        assert not np.signbit(values[values == 0.0]).any()


def test_threads_do_not_change_a_bit():
    rng = np.random.default_rng(5)
    benchmark = rng.uniform(9e7, 1.1e8, (90_000, 6))
    lines = {"benchmark": benchmark, "expenditure": benchmark * rng.normal(1.0, 0.04, benchmark.shape)}
    book = Book.from_lines({**lines, "member_months": 3.0}, range(2019, 2025))
    designs = {"a": design(SHARED), "b": design(SHARED, FEE), "c": design(PASSED_ON, SHARED)}
    one, two = settle(book, designs, threads=1), settle(book, designs, threads=2)
    np.testing.assert_array_equal(one["net_usd"], two["net_usd"])
    np.testing.assert_array_equal(one["transfer_usd"], two["transfer_usd"])


def test_a_term_outside_its_years_changes_nothing():
    dated = {**SHARED, "terms": [SHARED["terms"][0], {"share": {"savings": 0.5, "losses": 0}, "from": 2024}]}
    assert settle_amounts(BOOK, design(dated))["shared_savings"].tolist() == [[10.0, 0.0], [0.0, 20.0]]
    past = {**SHARED, "terms": [SHARED["terms"][0], {"share": {"savings": 0.5, "losses": 0}, "to": 2022}]}
    assert settle_amounts(BOOK, design(past))["shared_savings"].tolist() == [[10.0, -20.0], [0.0, 40.0]]


def test_every_clause_can_be_followed():
    steps = list(entries(BOOK, design(SHARED, PASSED_ON)))
    assert [(s.provision.name, s.position, s.step.word) for s in steps] == [
        ("shared_savings", 0, "difference"),
        ("shared_savings", 1, "share"),
        ("passed_on", 0, "difference"),
        ("passed_on", 1, "share"),
    ]
    assert steps[1].before.tolist() == [[10, -20], [0, 40]]
    assert steps[1].after.tolist() == [[5, -6], [0, 20]]


def test_every_problem_of_every_design_is_told_at_once(toy):
    unknown = design({**SHARED, "terms": [{"gate": {"on": "hospice_use"}}]})
    low = design(SHARED, lines={"benchmark": BENCHMARK, "expenditure": {"truncated": {"threshold_usd": 15_000}}})
    with pytest.raises(BadInput) as caught:
        settle(toy.ds, {"unknown": unknown, "low": low})
    places = [problem.place for problem in caught.value.problems]
    assert places == ["designs.unknown.provisions[0].terms[0].gate", "designs.low.lines.expenditure"]
    assert 'reads the line "hospice_use", which neither' in caught.value.problems[0].message
    assert "lower the claimant floor to $15,000" in caught.value.problems[1].message


def test_no_design_is_refused():
    with pytest.raises(BadInput, match="name at least one"):
        settle(BOOK, {})


def test_a_given_line_spares_what_its_maker_would_need():
    drafted = design(SHARED, lines={"benchmark": BENCHMARK, "quality": {"standard": {"on": "score", "at_least": 1}}})
    ds = settle(BOOK, {"draft": drafted})
    assert ds["transfer_usd"].sel(design="draft", provision="shared_savings").values.tolist() == [[5, -6], [0, 20]]


def test_a_benchmark_that_no_clause_reads_is_not_made():
    drafted = design(FEE, parties=("payer", "provider"), lines={"benchmark": BENCHMARK})
    ds = settle(Book.from_lines({"member_months": 3.0}, [2023]), {"fee": drafted})
    assert np.isnan(ds["benchmark_usd"].values).all()
