"""Block: profits and losses of the years of a block set off against one another."""

from vbcsim.contract.terms.block import Block

YEARS = (2024, 2025, 2026, 2027)


def test_a_later_loss_takes_back_what_was_paid(after):
    assert after(Block(), [[100.0, -60.0, -80.0, 100.0]], years=YEARS) == [[100.0, -60.0, -40.0, 60.0]]


def test_what_was_paid_may_be_kept(after):
    kept = after(Block(takes_back=False), [[100.0, -60.0, 40.0, 50.0]], years=YEARS)
    assert kept == [[100.0, 0.0, 0.0, 30.0]]


def test_the_next_block_begins_anew(after):
    assert after(Block(years=2), [[-50.0, 80.0, 10.0, -20.0]], years=YEARS) == [[0.0, 30.0, 10.0, -10.0]]


def test_the_sum_of_a_block_is_its_profit_or_nothing(after):
    for amounts in ([10.0, 20.0, -5.0, 7.0], [10.0, -20.0, -5.0, 7.0]):
        (paid,) = after(Block(), [amounts], years=YEARS)
        assert sum(paid) == max(sum(amounts), 0.0)


def test_in_words():
    assert Block(years=3).sentence().startswith("Settle each 3 years together")
    assert "never taken back" in Block(takes_back=False).sentence()
