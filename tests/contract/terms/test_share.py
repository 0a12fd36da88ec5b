"""Share: one rate for savings, one for losses."""

import pytest
from pydantic import ValidationError

from vbcsim.contract.terms.share import Share


def test_savings_and_losses_have_their_own_rate(after):
    assert after(Share(savings=0.5, losses=0.3), [100.0, 0.0, -100.0]) == [50.0, 0.0, -30.0]


def test_a_loss_rate_of_zero_is_one_sided(after):
    assert after(Share(savings=0.4, losses=0.0), [100.0, -100.0]) == [40.0, 0.0]


def test_rates_may_differ_by_year(after):
    term = Share(savings={2023: 0.4, 2024: 0.5}, losses={2023: 0.0, 2024: 0.3})
    assert after(term, [[100.0, 100.0], [-100.0, -100.0]], years=(2023, 2024)) == [[40.0, 50.0], [0.0, -30.0]]


def test_the_loss_rate_may_be_one_less_the_final_sharing_rate(after):
    losses = {"one_less": 0.75, "times": ["quality_score", "met"], "floor": 0.4, "cap": 0.75}
    term = Share.model_validate({"savings": 0.75, "losses": losses})
    owed = after(term, [-100.0, -100.0, -100.0], quality_score=[0.9, 0.6, 0.9], met=[1.0, 1.0, 0.0])
    assert owed == pytest.approx([-40.0, -55.0, -75.0])


def test_a_share_above_one_is_refused():
    with pytest.raises(ValidationError, match="less than or equal to 1"):
        Share(savings=1.2, losses=0.0)


def test_it_says_whether_losses_are_shared():
    assert Share(savings=0.4, losses=0.0).sentence() == "Share 40% of savings; losses are not shared."
    assert Share(savings=0.5, losses=0.3).sentence() == "Share 50% of savings and 30% of losses."
