"""The shipped populations: they load, stand at their stated level, and their persons can differ as their tables say."""

from __future__ import annotations

import pytest

from vbcsim.calibrate.fact_moments import CLOSED, Moments, closed_form
from vbcsim.calibrate.facts import published, published_populations
from vbcsim.calibrate.shipped import shipped_population

NAMES = ("commercial", "medicare", "medicaid", "dual")


@pytest.mark.parametrize("name", NAMES)
def test_a_population_has_cells_services_and_frailty(name):
    found = shipped_population(name)
    assert {c.line_of_business for c in found.cells} == {name} == {s.line_of_business for s in found.services}
    assert found.shares.sum() == pytest.approx(1.0)
    assert found.frailty.line_of_business == name
    assert len(found.categories) >= 12


@pytest.mark.parametrize("name", NAMES)
def test_cells_average_to_the_services_table(name):
    """Relativities of use have mean 1 over members, so the table's rate is the population's."""
    found = shipped_population(name)
    mean = found.shares @ found.rates
    stated = [s.utilization_per_1000 / 1000 for s in found.services]
    assert mean == pytest.approx(stated, rel=5e-3)


@pytest.mark.parametrize("name", NAMES)
def test_levels_stand_where_they_were_set(name):
    usable, _ = published(name).on(shipped_population(name).categories)
    moments = Moments.of(shipped_population(name))
    for fact in usable:
        if fact.use == "level" and fact.kind in CLOSED:
            assert closed_form(moments, fact) == pytest.approx(fact.value, abs=fact.tolerance), fact.label


def test_a_mixture_is_made_of_shipped_populations():
    mixtures = [published(name).mix for name in published_populations() if published(name).mix]
    assert mixtures
    assert all(set(mix) <= set(NAMES) for mix in mixtures)
    assert all(sum(part.share for part in mix.values()) == pytest.approx(1.0, abs=0.01) for mix in mixtures)
