"""Solving where the exact answer is known: gross savings are normal, the contract a line or two of arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from scipy.stats import norm

from vbcsim.core.errors import BadInput
from vbcsim.negotiate.goal import NOW, read_goal, read_objective
from vbcsim.negotiate.question import Question, Range
from vbcsim.negotiate.solve import solve

MEAN, SD, DRAWS = 1e6, 5e6, 2000
TAIL = float(norm.pdf(norm.ppf(0.05)) / 0.05)
"""TVaR 95 of a standard normal loss."""


@dataclass(frozen=True)
class Planted:
    """What ``Variants`` is to a question: nets of a contract on given draws, figures by name."""

    draws_of: np.ndarray
    """(source, draw): independent gross savings [USD]."""
    net: Callable[..., np.ndarray]
    """The provider's money from gross savings and the terms."""
    now: dict[str, float] = field(default_factory=dict)

    @property
    def draws(self):
        return self.draws_of.shape[1]

    def value(self, name):
        return self.now[name]

    def between(self, start, stop):
        return replace(self, draws_of=self.draws_of[:, start:stop])

    def nets(self, changes):
        provider = np.array([self.net(*self.draws_of, **{**self.now, **change}) for change in changes])
        return {"payer": -provider, "provider": provider}

    def nets_of(self, design):
        assert design == NOW
        return self.nets([{}])

    def possible_nets(self, changes):
        return self.nets(changes), np.ones(len(changes), dtype=bool)


def savings(sources: int = 1, seed: int = 7, draws: int = DRAWS) -> np.ndarray:
    return np.random.default_rng(seed).normal(MEAN, SD, (sources, draws))


def capped(gross, share=0.5, loss_limit=10e6):
    return np.maximum(share * gross, -loss_limit)


def ask(planted, ranges, goals, objective=None, **more):
    terms = [Range(*r) for r in ranges]
    wanted = read_objective(objective, [r.term for r in terms]) if objective else None
    return Question(planted, tuple(terms), tuple(map(read_goal, goals)), wanted, **more)


def test_the_largest_loss_limit_with_a_small_chance_of_a_large_loss_is_that_loss():
    planted = Planted(savings(), capped, {"share": 0.5, "loss_limit": 10e6})
    found = solve(ask(planted, [("loss_limit", 0.0, 10e6)], ["provider.p_loss_over(2m) <= 5%"]), halves=False)
    assert found.value == pytest.approx(2e6, rel=1e-6)


def test_the_share_at_which_the_tail_is_what_it_may_be():
    """TVaR 95 of a share s is s (k sd - mean); at most T where s = T / (k sd - mean)."""
    planted = Planted(savings(), capped, {"share": 0.5, "loss_limit": 1e9})
    found = solve(ask(planted, [("share", 0.0, 1.0)], ["provider.tvar95 <= 4m"]))
    exact = 4e6 / (TAIL * SD - MEAN)
    assert found.value == pytest.approx(exact, abs=3.5 * found.errors[0])
    assert 0.002 < found.errors[0] < 0.02
    assert found.binding is not None
    assert not any(found.ends)


def test_the_share_that_leaves_the_payer_no_worse():
    planted = Planted(savings(), lambda gross, share, fee: share * gross + fee, {"share": 0.5, "fee": 2e5})
    moved = replace(planted, now={"share": 0.5, "fee": 3e5})
    exact = 0.5 - 1e5 / float(planted.draws_of.mean())
    target = float(planted.nets([{}])["payer"].mean())
    found = solve(ask(moved, [("share", 0.0, 1.0)], [f"payer.mean = {target:.6f}"]), halves=False)
    assert found.value == pytest.approx(exact, rel=1e-6)


def test_the_error_of_a_solution_is_the_spread_of_solutions_on_other_draws():
    def answered(seed):
        planted = Planted(savings(seed=seed, draws=1000), capped, {"share": 0.5, "loss_limit": 1e9})
        return solve(ask(planted, [("share", 0.0, 1.0)], ["provider.tvar95 <= 4m"]), halves=False)

    found = [answered(seed) for seed in range(40)]
    spread = np.std([one.value for one in found], ddof=1)
    # Forty answers know their spread to a ninth of it.
    assert np.mean([one.errors[0] for one in found]) == pytest.approx(spread, rel=0.4)


def test_two_terms_the_best_mix_of_two_risks():
    """Mean s m1 + h m2 under TVaR = k sqrt(s^2 v1 + h^2 v2) - mean <= T is largest where s and h go as m over v."""
    sources = np.stack([savings(seed=1)[0], 0.5e6 + (savings(seed=2)[0] - MEAN) * 0.4])
    centred = sources - sources.mean(axis=1, keepdims=True)
    # The sample is made exactly uncorrelated with exact moments, so that only the tail is estimated.
    whitened = np.linalg.solve(np.linalg.cholesky(np.cov(centred)), centred)
    sources = np.array([[MEAN], [0.5e6]]) + np.array([[SD], [0.4 * SD]]) * whitened
    planted = Planted(sources, lambda one, two, s, h: s * one + h * two, {"s": 0.5, "h": 0.5})
    found = solve(
        ask(planted, [("s", 0.0, 1.0), ("h", 0.0, 2.0)], ["provider.tvar95 <= 3m"], "max provider.mean"), halves=False
    )
    direction = np.array([MEAN / SD**2, 0.5e6 / (0.4 * SD) ** 2])
    unit = TAIL * np.sqrt(((direction * [SD, 0.4 * SD]) ** 2).sum()) - direction @ [MEAN, 0.5e6]
    exact = direction * (3e6 / unit)
    assert found.met
    assert found.aim is not None
    # Everything is in proportion to what the tail may be, which these draws know to its Monte Carlo error.
    assert found.aim[1] == pytest.approx(float(exact @ [MEAN, 0.5e6]), rel=3.0 * found.figures[0][2] / 3e6)
    np.testing.assert_allclose(found.values, exact, atol=4.0 * max(found.errors))


def test_an_answer_flatters_itself_on_the_draws_that_chose_it_and_says_by_how_much():
    planted = Planted(savings(draws=400), capped, {"share": 0.5, "loss_limit": 1e9})
    found = solve(ask(planted, [("share", 0.0, 1.0)], ["provider.tvar95 <= 4m"]))
    assert found.second is not None
    one, other = (values[0] for values in found.second.values)
    assert one != other
    assert found.second.inside[0] == pytest.approx(4e6, rel=1e-3)
    # What the other half says is on the far side by what the two answers differ, up to its error.
    assert abs(float(found.second.outside[0].value) - 4e6) < 3.0 * float(found.second.outside[0].mcse)


def test_the_nearest_miss_keeps_what_can_be_kept():
    planted = Planted(savings(), capped, {"share": 0.5, "loss_limit": 1e9})
    asked = ask(planted, [("share", 0.1, 1.0)], ["provider.p_loss <= 1%", "provider.tvar95 <= 4m"])
    found = solve(asked)
    assert not found.met
    # No share changes the chance of a loss, so it alone is missed.
    assert found.figures[0][1] == pytest.approx(float(norm.cdf(-MEAN / SD)), abs=0.03)
    assert found.figures[1][1] <= 4e6
    assert found.binding == asked.goals[0]
    assert found.errors == ()


def test_a_present_value_that_meets_a_goal_is_the_answer_where_many_do():
    planted = Planted(savings(), lambda gross, share, idle: share * gross, {"share": 0.5, "idle": 0.3})
    found = solve(ask(planted, [("idle", 0.0, 1.0)], ["provider.mean = now"]), halves=False)
    assert found.value == 0.3


def test_an_objective_beside_an_equal_sign_is_refused():
    planted = Planted(savings(), capped, {"share": 0.5, "loss_limit": 1e9})
    with pytest.raises(BadInput, match="where it binds it holds exactly"):
        ask(planted, [("share", 0.0, 1.0)], ["provider.mean = 0"], "max provider.mean")
