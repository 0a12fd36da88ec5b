"""Fair prices: what one side gains the other loses, and what makes up for a clause leaves the party where it was."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.core.errors import BadInput
from vbcsim.negotiate.fair import price, read_changes
from vbcsim.negotiate.goal import read_figure
from vbcsim.negotiate.question import Range
from vbcsim.negotiate.sensitivity import clause_prices
from vbcsim.negotiate.variants import Variants

SHARE = "shared_savings.share.savings"
MEAN = read_figure("provider.mean")


@pytest.fixture(scope="module")
def variants(small_run):
    return Variants(small_run, "basic_e")


def only(changes):
    (change,) = changes
    return change


def test_dropping_a_clause_is_priced_as_the_clause(variants):
    found = price(variants, only(read_changes(variants, "shared_savings.limit#2")), MEAN, ())
    known = next(p for p in clause_prices(variants) if p.clause == "limit#2")
    for party, worth in found.worth.items():
        assert tuple(worth.mean_usd) == pytest.approx(tuple(known.worth[party]))
    assert found.worth["provider"].mean_usd.value > 0.0
    # A cap on losses takes off the provider's tail, and none of the payer's.
    assert found.worth["provider"].tail_usd.value > 10.0 * found.worth["provider"].mean_usd.value
    assert found.worth["payer"].mean_usd.value == pytest.approx(-found.worth["provider"].mean_usd.value)


def test_per_member_and_month_and_of_the_benchmark_it_is_the_same_money(variants, small_run):
    worth = price(variants, only(read_changes(variants, "msr")), MEAN, ()).worth["provider"]
    assert worth.pmpm_usd is not None
    assert worth.of_benchmark is not None
    experience = small_run.experience
    years = experience["period"].values == "performance"
    months = 12.0 * float(experience["person_years"].values[years].sum())
    assert worth.pmpm_usd.value * months == pytest.approx(float(worth.mean_usd.value))
    benchmark = float(small_run.settlement["benchmark_usd"].sel(design="basic_e").sum("year").mean())
    assert worth.of_benchmark.value * benchmark == pytest.approx(float(worth.mean_usd.value))


def test_the_share_that_makes_up_for_a_cap_leaves_the_provider_where_it_was(variants):
    change = only(read_changes(variants, "shared_savings.limit#2"))
    (instead,) = price(variants, change, MEAN, [Range(SHARE, 0.0, 1.0)]).equivalents
    assert instead.met
    assert instead.value > variants.value(SHARE)
    assert instead.errors[0] > 0.0
    changed = instead.question.variants.nets([{SHARE: instead.value}])["provider"]
    assert changed.mean() == pytest.approx(variants.nets([{}])["provider"].mean(), abs=0.01)


def test_a_move_there_and_one_back_have_opposite_prices(variants):
    there = price(variants, only(read_changes(variants, f"{SHARE}=40%")), MEAN, ()).worth["provider"]
    nets = variants.nets([{SHARE: 0.4}, {}])["provider"]
    assert there.mean_usd.value == pytest.approx(float((nets[0] - nets[1]).mean()))
    assert there.mean_usd.value < 0.0


def test_a_clause_that_is_added_is_worth_what_it_changes(variants):
    text = "shared_savings+{limit: {losses: {share: 0.002, of: benchmark}}}"
    worth = price(variants, only(read_changes(variants, text)), MEAN, ()).worth
    assert worth["provider"].mean_usd.value > 0.0
    assert worth["provider"].tail_usd.value > 0.0


def test_what_changes_nothing_needs_nothing_to_make_up_for_it(variants):
    gates = [
        c for c in read_changes(variants, "gate") if price(variants, c, MEAN, ()).worth["payer"].mean_usd == (0, 0)
    ]
    assert gates
    assert price(variants, gates[0], MEAN).equivalents == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stoploss", "did you mean"),
        ("shared_savings.share.saving=0.4", "did you mean"),
        (f"{SHARE}=lots", "is no amount"),
        ("shared_savings+{limit}", "--fair"),
        ("savings+{share: {savings: 0.5}}", "there is no provision"),
    ],
)
def test_what_cannot_be_priced_is_told(variants, text, said):
    with pytest.raises(BadInput, match=said):
        read_changes(variants, text)


def test_a_party_that_is_not_there_is_told(variants):
    with pytest.raises(BadInput, match="no party"):
        price(variants, only(read_changes(variants, "msr")), read_figure("reinsurer.mean"), ())


def test_the_price_is_the_same_on_every_rerun(variants):
    change = only(read_changes(variants, "msr"))
    one, other = (price(variants, change, MEAN, [Range(SHARE, 0.2, 0.8)]) for _ in range(2))
    np.testing.assert_array_equal(one.equivalents[0].values, other.equivalents[0].values)
