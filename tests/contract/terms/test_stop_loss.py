"""Stop-loss: a share of the excess, for a charge."""

from vbcsim.contract.terms.stop_loss import StopLoss


def test_recoveries_less_the_charge(after):
    term = StopLoss(of="excess", coinsurance=0.9, charge_pmpm=2.0)
    assert after(term, [0.0, 10.0], excess=[1000.0, 0.0], member_months=[100.0, 100.0]) == [700.0, -190.0]


def test_a_stop_loss_without_a_charge_only_recovers(after):
    assert after(StopLoss(of="excess"), [0.0], excess=[1000.0], member_months=[100.0]) == [1000.0]
