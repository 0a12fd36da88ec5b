"""Goals are read as people write them, and measured with their Monte Carlo error."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.core.errors import BadInput
from vbcsim.negotiate.goal import read_figure, read_goal
from vbcsim.outcomes.summary import STATISTICS


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("provider.p_loss <= 5%", 0.05),
        ("provider.tvar95<=2m", 2e6),
        ("payer.mean_usd >= -$1,500,000", -1.5e6),
        ("provider.p_loss_over(2 million) <= 0.05", 0.05),
        ("payer.mean = 0", 0.0),
        ("provider.p5 >= -250k", -250e3),
    ],
)
def test_goals_as_people_write_them(text, bound):
    goal = read_goal(text)
    assert goal.bound == pytest.approx(bound)
    assert read_goal(str(goal)) == goal


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("provider.p_los <= 5%", "did you mean"),
        ("provider.mean", "is no goal"),
        ("provider.p_loss <= five", "is no amount"),
        ("provider.p_loss <= 7", "between 0 and 1"),
        ("provider.mean(3) >= 0", "belongs to p_loss_over"),
        ("provider.p_loss_over <= 5%", "belongs to p_loss_over"),
    ],
)
def test_what_cannot_be_read_is_told(text, said):
    with pytest.raises(BadInput, match=said):
        read_goal(text)


def test_figures_are_those_of_the_outcomes(small_run):
    net = small_run.settlement["net_usd"].sum("year")
    nets = {p: net.sel(party=p).transpose("design", "draw").values for p in ("payer", "provider")}
    for statistic in STATISTICS:
        if statistic in ("p_shared_savings", "p_shared_loss"):
            continue
        for party in nets:
            found = read_figure(f"{party}.{statistic}").of(nets)
            row = small_run.outcomes.sel(party=party, statistic=statistic)
            np.testing.assert_allclose(found.value, row["value"].values, rtol=1e-12, atol=1e-9)
            np.testing.assert_allclose(found.mcse, row["mcse"].values, rtol=1e-9, atol=1e-9)


def test_the_chance_of_an_amount():
    nets = {"provider": np.array([[-3.0, -2.0, 1.0, 4.0]]) * 1e6}
    assert read_figure("provider.p_loss_over(2.5m)").of(nets).value == [0.25]
    assert read_figure("provider.p_gain_over(3m)").of(nets).value == [0.25]
