"""Numerators and denominators: rates, improvement, groups, chance; each from its own stream."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from tests.cohorts import assumptions, cells
from tests.programmes import SERVICES, cohort, intervention, measure
from vbcsim.core.errors import BadInput
from vbcsim.experience.intervening import draw_interventions
from vbcsim.experience.layers import LayerDraws
from vbcsim.experience.measuring import draw_measures, draw_probabilities, group_courses

DRAWS = 20_000
NOW = LayerDraws()
PLAIN = {"share": 0.5, "rate": 0.7, "improvement": 0.0, "gap_closing": 0.0, "group_sd": 0.0}
"""A measure whose only spread is binomial."""


def counts(of_cohort, draws=DRAWS, start=0, layers=NOW, interventions=None, services=40.0):
    """Numerator and denominator; person-years are the members, services the same in every year."""
    n_years, n_strata = of_cohort.sizes["year"], of_cohort.sizes["stratum"]
    lives = np.bincount(of_cohort["cell_stratum"].values, of_cohort["members"].values, minlength=n_strata)
    return draw_measures(
        of_cohort,
        11,
        layers,
        start,
        start + draws,
        person_years=np.tile(lives, (1, n_years, 1)),
        utilization=np.full((draws, n_years, n_strata, of_cohort.sizes["category"]), services),
        interventions=interventions,
    )


def rates(of_cohort, draws=DRAWS, **more):
    return draw_probabilities(of_cohort, 11, NOW, 0, draws, **more)


def by_race(**fields):
    of_cells = cells(6000, 1000, 500, equity_stratum=["white", "black", "hispanic"])
    return cohort(None, {"bp": measure("rate", **{**PLAIN, **fields})}, of_cells=of_cells, strata=("equity_stratum",))


def test_a_plain_measure_is_binomial():
    numerator, denominator = counts(cohort(None, {"m": measure("rate", **PLAIN)}))
    assert set(denominator.ravel()) == {500.0}
    last = numerator[:, -1, 0, 0]
    assert last.mean() == pytest.approx(350, abs=5 * (500 * 0.21 / DRAWS) ** 0.5)
    assert last.var() == pytest.approx(500 * 0.7 * 0.3, rel=0.05)
    years = np.corrcoef(numerator[:, :, 0, 0].T)
    assert np.abs(years - np.eye(6)).max() < 5 / DRAWS**0.5


def test_a_small_stratum_is_noisy_by_itself():
    numerator, denominator = counts(by_race())
    rate = numerator / denominator
    sd = rate[:, -1, 0].std(axis=0)
    np.testing.assert_allclose(sd, np.sqrt(0.21 / np.array([3000, 500, 250])), rtol=0.03)


def test_improvement_up_to_the_limit():
    level = rates(cohort(None, {"m": measure("rate", **PLAIN | {"improvement": 0.05, "limit": 0.82})}), draws=1)
    np.testing.assert_allclose(level[0, :, 0, 0], [0.7, 0.7, 0.75, 0.8, 0.82, 0.82])


def test_a_rate_beyond_the_limit_stays_where_it_is():
    level = rates(cohort(None, {"m": measure("rate", **PLAIN | {"improvement": 0.05, "limit": 0.6})}), draws=1)
    np.testing.assert_allclose(level[0, :, 0, 0], 0.7)


def test_improvement_of_a_measure_where_low_is_good():
    level = rates(
        cohort(None, {"m": measure("rate", low=True, **PLAIN | {"improvement": 0.05, "limit": 0.6})}), draws=1
    )
    np.testing.assert_allclose(level[0, :, 0, 0], [0.7, 0.7, 0.65, 0.6, 0.6, 0.6])


def test_gaps_close_up_to_the_best_stratum_and_no_further():
    given = {"rate": {"white": 0.75, "black": 0.66, "hispanic": 0.73}, "gap_closing": 0.015}
    level = rates(by_race(**given), draws=1)[0, :, 0]
    np.testing.assert_allclose(level[:, 0], 0.75)
    np.testing.assert_allclose(level[:, 1], [0.66, 0.66, 0.675, 0.69, 0.705, 0.72])
    np.testing.assert_allclose(level[:, 2], [0.73, 0.73, 0.745, 0.75, 0.75, 0.75])


def test_the_lagging_stratum_of_a_low_measure_comes_down():
    given = {"rate": {"white": 0.2, "black": 0.3, "hispanic": 0.2}, "gap_closing": 0.01, "low": True}
    np.testing.assert_allclose(rates(by_race(**given), draws=1)[0, -1, 0], [0.2, 0.26, 0.2])


def test_uncertain_rate_and_improvement_are_drawn_once():
    given = {"rate": {"normal": [0.7, 0.02]}, "improvement": {"normal": [0.01, 0.004]}}
    level = rates(cohort(None, {"m": measure("rate", **PLAIN | given)}))[:, :, 0, 0]
    assert level[:, 0].std() == pytest.approx(0.02, rel=0.03)
    gain = level[:, 2] - level[:, 1]
    assert gain.mean() == pytest.approx(0.01, abs=2e-4)
    assert gain.std() == pytest.approx(0.004, rel=0.03)
    np.testing.assert_allclose(level[:, 5] - level[:, 1], 4 * gain, atol=1e-12)


def test_strata_share_the_draw_of_an_uncertain_improvement():
    of = by_race(improvement={"white": 0.0, "black": {"normal": [0.02, 0.004]}, "hispanic": {"normal": [0.01, 0.002]}})
    gain = (rates(of, draws=500)[:, 2] - rates(of, draws=500)[:, 1])[:, 0]
    np.testing.assert_allclose(gain[:, 1], 2 * gain[:, 2], atol=1e-12)
    np.testing.assert_allclose(gain[:, 0], 0.0, atol=1e-12)


def two_groups(**fields):
    of_cells = cells(1000, 1000, provider_group=["north", "south"])
    groups = [{"provider_group": g, "effect_sd": 0.0, "persistence": 0.0, "source": "test"} for g in ("north", "south")]
    made = {name: measure("rate", **PLAIN | {"group_sd": 0.08} | fields) for name in ("a", "b", "c")}
    told = assumptions(SERVICES).model_copy(update={})
    told = type(told).model_validate(told.model_dump() | {"provider_group": groups})
    return cohort(None, made, of_cells=of_cells, strata=("provider_group",), told=told)


def test_groups_differ_by_the_stated_spread_and_the_mean_stays():
    level = rates(two_groups())
    assert level[:, -1, 0].mean() == pytest.approx(0.7, abs=5 * 0.08 / DRAWS**0.5)
    np.testing.assert_allclose(level[:, -1, 0].std(axis=0), 0.08, rtol=0.04)


def test_effects_of_groups_persist_and_go_together():
    course = group_courses(two_groups(group_persistence=0.85, group_correlation=0.3), 3, NOW, 0, DRAWS)
    bound = 5 / DRAWS**0.5
    assert np.corrcoef(course[:, 3, 0, 0], course[:, 4, 0, 0])[0, 1] == pytest.approx(0.85, abs=bound)
    assert np.corrcoef(course[:, 4, 0, 0], course[:, 4, 2, 0])[0, 1] == pytest.approx(0.3, abs=bound)
    assert abs(np.corrcoef(course[:, 4, 0, 0], course[:, 4, 0, 1])[0, 1]) < bound
    np.testing.assert_allclose(course.std(axis=0), 1.0, atol=bound)


def test_more_wins_at_once_than_independent_measures_would_give():
    """Of measures that go together, many or few are above their mean at once: 18 of 25 is less of a proof."""

    def spread(correlation):
        made = {
            f"m{i}": measure("rate", **PLAIN | {"group_sd": 0.08, "group_correlation": correlation}) for i in range(25)
        }
        return (rates(cohort(None, made), draws=4000)[:, -1, :, 0] > 0.7).sum(axis=1).std()

    assert spread(0.0) == pytest.approx(2.5, rel=0.1)
    assert spread(0.3) > 1.7 * spread(0.0)


def test_readmissions_are_counted_on_the_stays_of_the_draw():
    made = {"back": measure("readmission", improvement=0.0, group_sd=0.0)}
    numerator, denominator = counts(cohort(None, made), services=40.0)
    assert set(denominator.ravel()) == {40.0}
    assert numerator[:, -1].mean() == pytest.approx(40 * 0.155, abs=5 * (40 * 0.131 / DRAWS) ** 0.5)


def test_rates_per_thousand_are_those_of_the_claims():
    numerator, denominator = counts(cohort(None, {"ed": measure("ed_visits")}), draws=2, services=123.0)
    np.testing.assert_allclose(numerator / denominator, 123.0)


def test_claims_of_a_part_of_a_stratum_are_refused():
    made = {"ed": measure("ed_visits", members={"risk_tier": "r0"})}
    of_cohort = cohort(None, made, of_cells=cells(100, 100), strata=("sex",))
    with pytest.raises(BadInput, match=r"measures.ed.members: .* name attributes that are in cohort.strata"):
        counts(of_cohort, draws=1)


def test_an_empty_denominator_has_no_numerator():
    made = {"f": measure("breast_screening", share=0.5, members={"sex": "female"})}
    of_cells = cells(100, 100, sex=["female", "male"])
    numerator, denominator = counts(cohort(None, made, of_cells=of_cells), draws=3)
    assert set(denominator[..., 1].ravel()) == {0.0}
    assert set(numerator[..., 1].ravel()) == {0.0}


def test_a_stratum_of_several_parts_has_their_mean():
    of_cells = cells(3000, 1000, equity_stratum=["white", "black"])
    given = PLAIN | {"rate": {"white": 0.8, "black": 0.6}}
    of_cohort = cohort(None, {"m": measure("rate", **given)}, of_cells=of_cells, strata=("line_of_business",))
    np.testing.assert_allclose(rates(of_cohort, draws=1), 0.75)


def test_interventions_add_points_to_those_engaged():
    outreach = intervention("preventive_outreach", ramp=1.0, decay=0.0, target={"risk_tier": "r1"}, measures={"m": 0.1})
    of_cohort = cohort({"calls": outreach}, {"m": measure("rate", **PLAIN)}, of_cells=cells(100, 100))
    block = draw_interventions(of_cohort, 11, NOW, 0, 4)
    level = rates(of_cohort, draws=4, interventions=block)
    np.testing.assert_allclose(level[:, -1, 0], np.tile([0.7, 0.75], (4, 1)))
    np.testing.assert_allclose(level[:, 1, 0], 0.7)


def test_with_and_without_points_differ_by_them_only():
    made = {"m": measure("rate", **PLAIN | {"group_sd": 0.05})}
    outreach = intervention("preventive_outreach", measures={"m": 0.2}, ramp=1.0)
    with_it = cohort({"calls": outreach}, made)
    block = draw_interventions(with_it, 11, NOW, 0, 300)
    more, _ = counts(with_it, draws=300, interventions=block)
    less, _ = counts(cohort(None, made), draws=300)
    np.testing.assert_array_equal(more[:, :2], less[:, :2])
    assert (more[:, 2:] >= less[:, 2:]).all()
    assert (more[:, 2:] > less[:, 2:]).mean() > 0.9


def test_every_layer_of_a_measure_can_be_drawn_anew():
    given = PLAIN | {"rate": {"normal": [0.7, 0.02]}, "group_sd": 0.05}
    of_cohort = cohort(None, {"m": measure("rate", **given)})
    now, _ = counts(of_cohort, draws=40)
    for layer in ("process", "parameter", "group"):
        anew, _ = counts(of_cohort, draws=40, layers=LayerDraws({layer: 1000}))
        assert (anew != now).any(), layer
    same, _ = counts(of_cohort, draws=40, layers=LayerDraws({"systemic": 1000}))
    np.testing.assert_array_equal(same, now)


def test_blocks_give_the_same_counts():
    of_cohort = two_groups()
    whole, _ = counts(of_cohort, draws=12)
    np.testing.assert_array_equal(counts(of_cohort, draws=5, start=7)[0], whole[7:])


def test_numerators_never_pass_their_denominators():
    of_cohort: xr.Dataset = by_race(rate=0.97, improvement={"normal": [0.02, 0.05]})
    numerator, denominator = counts(of_cohort, draws=500)
    assert (numerator >= 0).all()
    assert (numerator <= denominator).all()
