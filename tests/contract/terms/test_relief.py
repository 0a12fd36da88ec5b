"""Relief: losses lessened, never turned into savings."""

from vbcsim.contract.terms.relief import Relief


def test_dollars_of_relief_stop_at_zero(after):
    assert after(Relief(usd="disaster"), [-100.0, -100.0, 50.0], disaster=[30.0, 300.0, 30.0]) == [-70.0, 0.0, 50.0]


def test_a_share_is_relieved_before_dollars(after):
    assert after(Relief(share=0.5, usd=10.0), [-100.0, -10.0, 20.0]) == [-40.0, 0.0, 20.0]


def test_full_relief_by_year(after):
    term = Relief(share={2012: 0.0, 2020: 1.0, 2023: 0.0})
    assert after(term, [[-5.0, -5.0, -5.0]], years=(2019, 2022, 2023)) == [[-5.0, 0.0, -5.0]]


def test_it_says_what_is_relieved():
    assert Relief(usd="disaster").sentence() == "Lessen losses by the disaster, at most to zero."
    assert Relief().sentence() == "Lessen losses by nothing."
