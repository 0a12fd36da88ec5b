"""Particular laws: what each clause must do whatever its figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbcsim.contract.terms.aggregate_stop_loss import AggregateStopLoss
from vbcsim.contract.terms.carry_forward import CarryForward
from vbcsim.contract.terms.corridor import Corridor
from vbcsim.contract.terms.earn_back import EarnBack
from vbcsim.contract.terms.gate import Gate
from vbcsim.contract.terms.guarantee import Guarantee
from vbcsim.contract.terms.limit import Limit
from vbcsim.contract.terms.minimum_rate import MinimumRate
from vbcsim.contract.terms.portion import Portion
from vbcsim.contract.terms.prorate import Prorate
from vbcsim.contract.terms.recoup import Recoup
from vbcsim.contract.terms.relief import Relief
from vbcsim.contract.terms.remittance import Remittance
from vbcsim.contract.terms.sequester import Sequester
from vbcsim.contract.terms.share import Share

shares = st.floats(0.0, 1.0)
seeds = st.integers(0, 2**32 - 1)


@pytest.fixture(scope="module")
def situation(made):
    """Lines, a book and amounts from a seed."""

    def build(seed):
        rng = np.random.default_rng(seed)
        shape = (4, len(made.years))
        benchmark = rng.uniform(1e5, 2e6, shape)
        lines = {
            "benchmark": benchmark,
            "revenue": rng.uniform(1e4, 1e6, shape),
            "quality_score": rng.uniform(0.0, 1.0, shape),
            "relief": rng.uniform(0.0, 1e5, shape),
        }
        return made.book(lines), made.amounts(lines, seed)

    return build


@given(seed=seeds, up=shares, down=shares)
def test_a_limit_twice_is_a_limit_once(situation, seed, up, down):
    book, amount = situation(seed)
    limit = Limit.model_validate(
        {"savings": {"share": up, "of": "benchmark"}, "losses": [{"share": down, "of": "revenue"}, {"usd": 5e4}]}
    )
    once = limit.apply(amount, book)
    np.testing.assert_array_equal(limit.apply(once, book), once)


@given(seed=seeds, share=shares)
def test_one_wide_corridor_band_is_a_share(situation, seed, share):
    book, amount = situation(seed)
    band = Corridor(edges=(), kept=(share,)).apply(amount, book)
    np.testing.assert_array_equal(band, Share(savings=share, losses=share).apply(amount, book))
    even = Corridor(edges=(0.05, 0.2), kept=(share, share, share)).apply(amount, book)
    np.testing.assert_allclose(even, band, rtol=1e-12, atol=1e-9)


@given(seed=seeds, kept=st.tuples(shares, shares, shares))
def test_a_corridor_rises_with_the_amount_and_never_exceeds_it(situation, seed, kept):
    book, amount = situation(seed)
    corridor = Corridor(edges=(0.05, 0.2), kept=kept)
    after = corridor.apply(amount, book)
    assert (np.abs(after) <= np.abs(amount) * (1 + 1e-12)).all()
    assert (after * amount >= 0.0).all()
    more = corridor.apply(amount + 0.03 * book["benchmark"], book)
    assert (more >= after - 1e-6).all()


@given(seed=seeds, rate=st.floats(0.0, 0.2))
def test_a_minimum_keeps_all_or_nothing(situation, seed, rate):
    book, amount = situation(seed)
    after = MinimumRate(savings=rate).apply(amount, book)
    assert ((after == amount) | (after == 0.0)).all()
    assert (after[np.abs(amount) >= rate * book["benchmark"]] != 0.0).all() or (amount == 0.0).any()
    excess = MinimumRate(savings=rate, first_dollar=False).apply(amount, book)
    assert (np.abs(excess) <= np.abs(after) + 1e-9).all()


@given(seed=seeds, low=st.floats(0.0, 0.1), more=st.floats(0.0, 0.1))
def test_a_higher_minimum_never_pays_more(situation, seed, low, more):
    book, amount = situation(seed)
    gain, loss = np.maximum(amount, 0.0), np.minimum(amount, 0.0)
    for side, sign in ((gain, 1.0), (loss, -1.0)):
        kept_low = sign * MinimumRate(savings=low).apply(side, book)
        kept_high = sign * MinimumRate(savings=low + more).apply(side, book)
        assert (kept_high <= kept_low).all()


@given(seed=seeds, up=shares, down=shares)
def test_a_share_is_between_nothing_and_the_whole(situation, seed, up, down):
    book, amount = situation(seed)
    after = Share(savings=up, losses=down).apply(amount, book)
    assert (np.abs(after) <= np.abs(amount)).all()
    assert (after * amount >= 0.0).all()


@given(seed=seeds)
def test_relief_never_turns_a_loss_into_a_gain(situation, seed):
    book, amount = situation(seed)
    after = Relief(share=0.3, usd="relief").apply(amount, book)
    assert (after >= amount).all()
    assert (after[amount < 0.0] <= 0.0).all()
    np.testing.assert_array_equal(after[amount >= 0.0], amount[amount >= 0.0])


@given(seed=seeds, level=shares)
def test_a_gate_twice_is_a_gate_once(situation, seed, level):
    book, amount = situation(seed)
    gate = Gate(on="quality_score", at_least=level, side="both")
    once = gate.apply(amount, book)
    np.testing.assert_array_equal(gate.apply(once, book), once)


@given(seed=seeds, rate=shares, cap=shares)
def test_sequestration_before_a_limit_pays_no_less_than_after_it(situation, seed, rate, cap):
    book, amount = situation(seed)
    limit = Limit.model_validate({"savings": {"share": cap, "of": "benchmark"}})
    sequester = Sequester(rate=rate)
    before = limit.apply(sequester.apply(amount, book), book)
    after = sequester.apply(limit.apply(amount, book), book)
    assert (before >= after - 1e-9).all()


def test_capping_before_sharing_is_not_sharing_before_capping(situation):
    """Order is money: a 5% cap then an 80% share pays at most 4% of the benchmark; the other way round, 5%."""
    book, _ = situation(1)
    amount = 0.2 * book["benchmark"]
    cap = Limit.model_validate({"savings": {"share": 0.05, "of": "benchmark"}})
    share = Share(savings=0.8, losses=0.8)
    np.testing.assert_allclose(share.apply(cap.apply(amount, book), book), 0.04 * book["benchmark"])
    np.testing.assert_allclose(cap.apply(share.apply(amount, book), book), 0.05 * book["benchmark"])


@given(seed=seeds, rate=shares, earned=st.floats(0.0, 3.0))
def test_a_release_never_exceeds_what_was_withheld(situation, seed, rate, earned):
    book, _ = situation(seed)
    withheld = Portion(of="benchmark", rate=rate).apply(np.zeros((1, 3)), book)
    back = EarnBack(of="withhold", earned=earned).apply(np.zeros((1, 3)), book.with_lines({"withhold": withheld}))
    assert (back <= withheld).all()
    assert (back >= 0.0).all()


@given(seed=seeds, advance=st.floats(0.0, 1e6))
def test_no_more_is_recouped_than_was_advanced_or_earned(situation, seed, advance):
    book, amount = situation(seed)
    recoup = Recoup(of="earned", advanced={2000: advance, 2020: 0.0})
    recouped = recoup.apply(np.zeros((1, 3)), book.with_lines({"earned": amount}))
    assert (recouped >= 0.0).all()
    assert (recouped <= np.maximum(amount, 0.0)).all()
    assert (recouped.sum(axis=-1) <= advance + 1e-6).all()
    enough = np.maximum(amount, 0.0).sum(axis=-1) >= advance
    np.testing.assert_allclose(recouped.sum(axis=-1)[enough], advance, rtol=1e-12, atol=1e-6)


@given(seed=seeds)
def test_deficits_carried_and_collected_at_the_end_make_up_the_whole(situation, seed):
    book, amount = situation(seed)
    paid = CarryForward(settle=book.years[-1]).apply(amount, book)
    np.testing.assert_allclose(paid.sum(axis=-1), amount.sum(axis=-1), rtol=1e-12, atol=1e-6)
    assert (paid[:, :-1] >= 0.0).all()
    kept = CarryForward().apply(amount, book)
    assert (kept.sum(axis=-1) <= np.maximum(amount, 0.0).sum(axis=-1) + 1e-6).all()


@given(seed=seeds, attachment=st.floats(1.0, 1.5), more=st.floats(0.0, 0.5))
def test_a_higher_attachment_never_recovers_more(situation, seed, attachment, more):
    book, _ = situation(seed)
    cost = book.with_lines({"expenditure": book["benchmark"] + book["revenue"]})
    low, high = (
        AggregateStopLoss(attachment=point).apply(np.zeros((1, 3)), cost) for point in (attachment, attachment + more)
    )
    assert (high <= low).all()
    assert (low >= 0.0).all()


@given(seed=seeds, floor=shares, least=st.floats(0.0, 1e6))
def test_a_remittance_and_a_guarantee_only_ever_add(situation, seed, floor, least):
    book, amount = situation(seed)
    ratio = book.with_lines({"loss_ratio": book["quality_score"], "premium": book["benchmark"]})
    assert (Remittance(floor=floor).apply(amount, ratio) >= amount).all()
    assert (Guarantee(usd=least).apply(amount, book) >= np.maximum(amount, least)).all()


@given(seed=seeds, part=shares)
def test_two_halves_of_a_year_are_the_year(situation, seed, part):
    book, amount = situation(seed)
    first, second = (Prorate(part=share).apply(amount, book) for share in (part, 1.0 - part))
    np.testing.assert_allclose(first + second, amount, rtol=1e-12, atol=1e-9)
