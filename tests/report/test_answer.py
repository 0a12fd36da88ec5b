"""The opening sentences say what the outcomes say, and claim no more than the draws allow."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from vbcsim.report.answer import answer, luck_of
from vbcsim.report.words import chance, money


def points(material) -> dict[str, str]:
    return dict(answer(material).points)


def test_it_names_the_best_design_its_average_and_its_odds(make) -> None:
    material = make(2000, {"one_sided": (0.2, 0.0), "deep": (0.75, 0.4)})
    said = answer(material).headline
    row = material.of("deep", "provider")
    assert said.startswith("“Draft C, deep” leaves the provider best off on average: " + money(*row["mean_usd"]))
    assert f"owes money in {chance(row['p_loss'][0], 2000)}" in said
    assert f"in the worst 5 of 100 pays {money(*row['tvar95_usd'])} on average" in said
    assert "“Draft A, one-sided” is the safer choice" in said
    assert "never owes money (in none of the 2,000 draws)" in said


def test_numbers_in_the_points_come_from_the_outcomes(make) -> None:
    material = make(2000, {"one_sided": (0.2, 0.0), "deep": (0.75, 0.4)})
    found, row = points(material), material.of("deep", "provider")
    assert chance(row["p_gain"][0], 2000) in found["What could be won"]
    assert money(*row["p95_usd"]) in found["What could be won"]
    for name in ("var95_usd", "var99_usd"):
        assert money(*row[name]) in found["What could be lost"]
    pair = material.pair("deep", "one_sided", "provider")
    assert f"brings {money(*pair.mean_difference)} more" in found["The price of safety"]
    assert chance(pair.p_better[0], 2000) in found["The price of safety"]
    assert found["Better in every way?"].startswith("No.")
    assert "fares best under “Draft A, one-sided” (it pays" in found["For the payer"]


def test_noise_is_not_called_a_difference(make) -> None:
    """Two drafts whose averages differ by less than two errors: neither is called the better on average."""
    material = make(600, {"two_sided": (0.5, 0.4), "deep": (0.5, 0.401)})
    pair = material.pair("two_sided", "deep", "provider")
    assert pair.mean_difference[0] > 2 * pair.mean_difference[1], "the losses of one are larger in every draw"
    settlement = material.settlement.copy(deep=True)
    rng = np.random.default_rng(3)
    noise = rng.normal(scale=1e5, size=settlement.net_usd.sel(design="deep", party="provider").shape)
    settlement.net_usd.loc[{"design": "deep", "party": "provider"}] += noise - noise.mean()
    from vbcsim.outcomes.comparison import compare
    from vbcsim.outcomes.summary import summarize
    from vbcsim.report.material import Material

    noisy = Material(material.scenario, material.arrangements, settlement, summarize(settlement), compare(settlement))
    assert "about as much as" in answer(noisy).headline
    assert "best off on average" not in answer(noisy).headline


def test_a_design_that_never_loses_and_dominates_is_said_to(make) -> None:
    material = make(1000, {"one_sided": (0.4, 0.0), "deep": (0.5, 0.0)})
    assert points(material)["Better in every way?"] == (
        "Yes: “Draft C, deep” is at least as likely as “Draft A, one-sided” to bring any amount one might name."
    )
    assert ", and the provider never owes money (in none of the 1,000 draws)" in answer(material).headline
    assert "owes nothing in any of the 1,000 draws" in points(material)["What could be lost"]


def test_one_design_needs_no_comparison(make) -> None:
    material = make(1000, {"deep": (0.75, 0.4)})
    assert answer(material).headline.startswith("Under “Draft C, deep”, the provider receives $")
    assert set(points(material)) == {"What could be won", "What could be lost", "How much is luck"}


def test_luck_is_the_share_of_the_spread_that_is_not_the_groups_own_doing(make) -> None:
    """Savings are made of the own effect (known) and noise: the shares say how much, and the sentence repeats them."""
    material = make(4000, {"deep": (0.75, 0.75)})
    found = luck_of(material.luck, "deep")
    assert found is not None
    effect = material.experience["group_effect"].values
    driver = (effect[:, :3].mean(axis=1, keepdims=True) - effect[:, 3:]).sum(axis=1)
    linear = np.corrcoef(driver, material.net("deep", "provider"))[0, 1] ** 2
    assert found.own[0] == pytest.approx(linear, abs=0.05)
    assert found.market[0] < 4 * found.market[1] + 0.01
    assert found.own[0] + found.market[0] + found.chance[0] == pytest.approx(1.0, abs=1e-9)
    said = points(material)["How much is luck"]
    assert f"The other {5 * round(20 * found.own[0])}% is how far the group strays from its own past" in said
    assert f"still paid in {100 * found.gain_without_merit[0]:.0f} of 100" in said


def test_luck_is_left_out_where_the_draws_cannot_tell(make) -> None:
    material = make(100, {"deep": (0.75, 0.4)})
    assert math.isnan(float(material.luck["variance_share"].values[0, 0]))
    assert "How much is luck" not in points(material)


def test_a_design_that_pays_nobody_is_said_to(make) -> None:
    said = answer(make(500, {"one_sided": (0.0, 0.0)}))
    assert "receives $0 on average" in said.headline
    assert dict(said.points)["What could be won"].endswith("receives nothing in any of the 500 draws.")


def test_merit_is_left_out_of_what_is_paid_in_any_case(make) -> None:
    material = make(1000, {"deep": (0.75, 0.75)})
    settlement = material.settlement.copy(deep=True)
    settlement.net_usd.loc[{"party": "provider"}] += 1e9
    from vbcsim.outcomes.summary import summarize

    sure = replace(material, settlement=settlement, outcomes=summarize(settlement))
    assert "still paid" in points(material)["How much is luck"]
    assert "still paid" not in points(sure)["How much is luck"]


def test_what_the_best_design_beats_is_told_apart(make) -> None:
    """One design is beaten at every amount; against another it depends."""
    shares = {"deep": (0.75, 0.1), "two_sided": (0.5, 0.3), "safe": (0.5, 0.0)}
    said = points(make(1500, shares))["Better in every way?"]
    assert said.endswith("Against “safe” it depends on how much risk the provider can bear.")
    assert said.count("“Draft B, two-sided”") == 1
    assert said.index("“Draft C, deep” is") < said.index("“Draft B, two-sided”")
