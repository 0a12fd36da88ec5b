"""Laws of settlement, of any arrangement and of every program: parties sum to zero, provisions add and commute."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vbcsim.contract.arrangement import Arrangement, Provision, Step
from vbcsim.contract.book import Book
from vbcsim.contract.measured import measured_parts
from vbcsim.contract.program import load_program, program_names, resolve
from vbcsim.contract.settle import SettledPart, settle, settle_amounts
from vbcsim.contract.steps import settled_provisions
from vbcsim.contract.term import term_family
from vbcsim.core.errors import BadInput
from vbcsim.outcomes.effective_share import effective_share
from vbcsim.outcomes.waterfall import CHANGES, steps_of, waterfall

few = settings(max_examples=settings.default.max_examples // 4)
fewest = settings(max_examples=settings.default.max_examples // 10)
PARTIES = ("payer", "provider", "reinsurer", "downstream", "government")


@st.composite
def arrangements(draw, made):
    """An arrangement of one to four provisions, each of one to four terms of any kind, between any two parties."""
    family = sorted(term_family().items())
    provisions = []
    for k in range(draw(st.integers(1, 4))):
        payer, payee = draw(st.permutations(PARTIES))[:2]
        words = draw(st.lists(st.sampled_from(family), min_size=1, max_size=4))
        terms = [Step(term=draw(made.clause(word, kind))) for word, kind in words]
        provisions.append(Provision(name=f"p{k}", payer=payer, payee=payee, terms=tuple(terms)))
    return Arrangement(name="any", parties=PARTIES, provisions=tuple(provisions))


@few
@given(data=st.data())
def test_parties_sum_to_zero_in_every_draw_and_year(made, data):
    drafted, lines = data.draw(arrangements(made)), data.draw(made.lines())
    ds = settle(made.book(lines), {"any": drafted})
    assert np.isfinite(ds["net_usd"].values).all()
    assert float(abs(ds["net_usd"].sum("party")).max()) <= 1e-6


@few
@given(data=st.data())
def test_provisions_add_and_their_order_does_not_matter(made, data):
    drafted, lines = data.draw(arrangements(made)), data.draw(made.lines())
    turned = drafted.model_copy(update={"provisions": drafted.provisions[::-1]})
    book = made.book(lines)
    whole, backward = settle(book, {"any": drafted}), settle(book, {"any": turned})
    for name in (provision.name for provision in drafted.provisions):
        np.testing.assert_array_equal(
            whole["transfer_usd"].sel(provision=name), backward["transfer_usd"].sel(provision=name)
        )
    # The order of a sum of floats may move its last binary places.
    np.testing.assert_allclose(whole["net_usd"], backward["net_usd"], rtol=0, atol=1e-6)
    alone = [drafted.model_copy(update={"provisions": (provision,)}) for provision in drafted.provisions]
    parts = settle(book, {f"d{k}": design for k, design in enumerate(alone)})["net_usd"].sum("design")
    np.testing.assert_allclose(whole["net_usd"].squeeze("design"), parts, rtol=0, atol=1e-6)


@few
@given(data=st.data())
def test_a_design_settles_alike_alone_and_beside_others(made, data):
    first, second, lines = data.draw(arrangements(made)), data.draw(arrangements(made)), data.draw(made.lines())
    book = made.book(lines)
    alone = settle(book, {"first": first})
    beside = settle(book, {"second": second, "first": first})
    np.testing.assert_array_equal(alone["net_usd"].sel(design="first"), beside["net_usd"].sel(design="first"))


# --- every program that comes with vbcsim ---

RANGES = (
    ("lives", 600.0, 90_000.0),
    ("person_years", 500.0, 80_000.0),
    ("months", 6000.0, 960_000.0),
    ("index", 0.9, 1.3),
    ("growth", 0.9, 1.3),
    ("trend", 0.9, 1.3),
    ("factor", 0.9, 1.1),
    ("risk", 0.9, 1.1),
    ("ratio", 0.6, 1.1),
    ("score", 0.0, 1.0),
    ("met", 0.0, 1.0),
    ("share", 0.0, 1.0),
    ("rate", 0.0, 0.1),
    ("adjustment", -0.05, 0.05),
)
"""Ranges of lines that are not dollars, by a word of their name; every other line a program reads is dollars."""


def program_cases():
    """Every program with each of its example designs, or with each choice of its first open input."""
    for name in program_names():
        program = load_program(name)
        open_choices = [word for word, asked in program.inputs.items() if asked.choices and asked.default is None]
        chooser = next(iter(open_choices), None)
        examples = {str(choice): {chooser: choice} for choice in program.inputs[chooser].choices} if chooser else {}
        for example, inputs in (program.examples or examples or {"plain": {}}).items():
            yield pytest.param(name, inputs, id=f"{name}-{example}")


@cache
def resolved(name, inputs, years):
    """The arrangement of a program, once for each choice."""
    return resolve(name, dict(inputs), years)


def design_of(name, inputs, seed):
    """A design of a program over three years whose rules it states, and the years."""
    first, last = load_program(name).years or (2012, 2026)
    start = first + seed % max(last - first - 1, 1)
    years = (start, start + 1, start + 2)
    return resolve(name, inputs, years), years


every_program = pytest.mark.parametrize(("name", "inputs"), list(program_cases()))


def missing_lines(design, book):
    """Lines that a program's clauses read and that neither the book nor a maker without claims can give."""
    declared = book.declare(design.lines)
    own = {provision.name for provision in design.provisions}
    found, todo = set(), [line for provision in design.provisions for line in provision.lines()]
    while todo:
        line = todo.pop()
        if line in found or line in own or line in book:
            continue
        maker = design.lines.get(line)
        if maker is None or maker.needs_view:
            found.add(line)
            continue
        try:
            assert declared[line] is not None
        except BadInput:
            lacking = [other for other in maker.lines() if other not in book and other not in own]
            todo += lacking
            found |= set() if lacking else {line}
    return found


def made_up(design, seed, years, draws=6):
    """A book with what the program reads."""
    rng = np.random.default_rng(seed)
    shape = (draws, len(years))
    benchmark = rng.uniform(5e6, 5e8, shape)
    lines = {"benchmark": benchmark, "expenditure": benchmark * rng.uniform(0.75, 1.25, shape)}
    while missing := missing_lines(design, Book.from_lines(lines, years)):
        for line in sorted(missing):
            spans = [(low, high) for word, low, high in RANGES if word in line.split("_")]
            low, high = spans[0] if spans else (1e5, 5e7)
            lines[line] = rng.uniform(low, high, shape)
    return lines


@every_program
@few
@given(seed=st.integers(0, 2**32 - 1))
def test_every_program_sums_to_zero_and_each_draw_stands_alone(made, name, inputs, seed):
    design, years = design_of(name, inputs, seed)
    lines = made_up(design, seed, years)
    book = made.book(lines, years)
    ds = settle(book, {"design": design})
    assert np.isfinite(ds["net_usd"].values).all()
    assert float(abs(ds["net_usd"].sum("party")).max()) <= 1e-6
    amounts = settle_amounts(book, design)
    for row in range(6):
        alone = settle_amounts(made.book({line: values[[row]] for line, values in lines.items()}, years), design)
        for provision, amount in amounts.items():
            whole = np.broadcast_to(amount, (6, 3))
            np.testing.assert_array_equal(np.broadcast_to(alone[provision], (1, 3))[0], whole[row])


@every_program
@few
@given(seed=st.integers(0, 2**32 - 1))
def test_no_year_of_a_program_sees_a_later_one(made, name, inputs, seed):
    design, years = design_of(name, inputs, seed)
    lines = made_up(design, seed, years)
    whole = settle_amounts(made.book(lines, years), design)
    for last in (1, 2):
        upto = made.book({line: values[:, :last] for line, values in lines.items()}, years[:last])
        for provision, amount in settle_amounts(upto, design).items():
            early = np.broadcast_to(whole[provision], (6, 3))[:, :last]
            np.testing.assert_array_equal(np.broadcast_to(amount, (6, last)), early)


@every_program
@pytest.mark.parametrize("seed", [2**20])
def test_the_money_of_every_program_is_followed_to_the_end(made, name, inputs, seed):
    """Clauses add up; shares are said; what is measured, settled again as it was, pays what it paid."""
    design, years = design_of(name, inputs, seed)
    book = made.book(made_up(design, seed, years), years)
    part = SettledPart("", book, design)
    provisions = {"design": list(settled_provisions([part]))}
    settlement = settle(book, {"design": design})
    for party in design.parties:
        if party not in settlement["party"]:
            continue
        found = waterfall(settlement, provisions, party)
        changes = found["amount_usd"].where(np.isin(found["step_kind"], CHANGES), 0.0).sum("step")
        np.testing.assert_allclose(changes, settlement["net_usd"].sel(party=party).sum("year").mean("draw"), atol=1e-4)
        shares = effective_share(settlement, provisions, party)
        assert (shares["headline_words"] != "").all()
        for measured in measured_parts([part], party):
            again = measured.paid(measured.cost_usd, measured.target_usd)
            own = [p for p in provisions["design"] if p.name in measured.signs]
            settled = sum(measured.signs[p.name] * p.amount.sum(axis=1) for p in own)
            np.testing.assert_allclose(again, settled, rtol=1e-12, atol=1e-6)


YEARS = (2018, 2019, 2020, 2021, 2022, 2023, 2024)


@pytest.mark.parametrize("track", load_program("mssp").inputs["track"].choices)
@few
@given(seed=st.integers(0, 2**32 - 1), first=st.sampled_from(YEARS))
def test_spending_less_never_pays_the_provider_less_in_shared_savings(made, track, seed, first):
    years = (first, first + 1, first + 2)
    design = resolved("mssp", (("track", track),), years)
    lines = made_up(design, seed, years)
    spent = settle_amounts(made.book(lines, years), design)["shared_savings"]
    rng = np.random.default_rng(seed)
    less = {**lines, "expenditure": lines["expenditure"] * rng.uniform(0.8, 1.0, lines["expenditure"].shape)}
    saved = settle_amounts(made.book(less, years), design)["shared_savings"]
    assert (saved >= spent - 1e-6).all()


@fewest
@given(data=st.data())
def test_clauses_add_up_to_the_settlement_in_every_draw(made, data):
    drafted, lines = data.draw(arrangements(made)), data.draw(made.lines())
    book = made.book(lines)
    provisions = list(settled_provisions([SettledPart("", book, drafted)]))
    net = settle(book, {"any": drafted})["net_usd"].squeeze("design").sum("year")
    for party in PARTIES:
        changes = [step.usd for step in steps_of(provisions, party) if step.kind in CHANGES]
        wanted = net.sel(party=party).values if party in net["party"] else np.zeros(book.draws)
        np.testing.assert_allclose(np.sum(changes, axis=0) + 0.0 * wanted, wanted, rtol=0, atol=1e-6)
