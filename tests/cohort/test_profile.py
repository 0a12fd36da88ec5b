"""Which rows of the assumptions serve which cells; what does not fit is told with what would."""

from __future__ import annotations

import numpy as np
import pytest

from tests.cohorts import SOURCE, assumptions, cohort_of, service
from vbcsim.cohort.profile import groups_of, profiles_of, relativities
from vbcsim.cohort.spec import CohortSpec
from vbcsim.core.errors import BadInput

LINES = ("commercial", "medicare", "dual", "medicare")
SHARED = {"variance": 0.0, "persistence": 0.0, "source": SOURCE}


def spec(lines=LINES, groups=("all",) * 4, **changed):
    rows = [
        {"cell": f"c{i}", "members": 10, "line_of_business": line, "provider_group": group}
        for i, (line, group) in enumerate(zip(lines, groups, strict=True))
    ]
    for name, value in changed.items():
        rows[0][name] = value
    return CohortSpec(cells=rows, strata=(), source=SOURCE)


def test_lines_of_business_with_rows_of_their_own_are_profiles():
    told = assumptions([service(), service(line_of_business="medicare", mean_cost_usd=50), service("stay")])
    profiles = profiles_of(spec(), told)
    assert profiles.categories == ("visit", "stay")
    assert profiles.names == ("commercial + dual", "medicare")
    assert profiles.of_cell.tolist() == [0, 1, 0, 1]
    assert [s.mean_cost_usd for s in profiles.services[1]] == [50, 100]


def test_a_shared_frailty_of_its_own_makes_a_profile():
    told = assumptions([service()])
    told = told.model_copy(
        update={
            "shared_frailty": tuple(
                told.shared_frailty.model_copy(update=u) for u in ({}, {"line_of_business": "dual", "variance": 2.0})
            )
        }
    )
    profiles = profiles_of(spec(), told)
    assert profiles.names == ("commercial + medicare", "dual")
    assert [f.variance for f in profiles.frailty] == [0.0, 2.0]
    ds = cohort_of(told, [c.model_dump() for c in spec().cells], strata=())
    assert ds["shared_variance"].values.tolist() == [[0.0, 2.0]]
    assert ds["cell_profile"].values.tolist() == [0, 0, 1, 0]


def test_a_line_of_business_that_lacks_a_category_is_told():
    told = assumptions([service(line_of_business="medicare"), service("stay")])
    with pytest.raises(BadInput) as error:
        profiles_of(spec(), told)
    remedy = "add one (utilization_per_1000 0 where it has none), or one for line_of_business all"
    assert [str(p) for p in error.value.problems] == [
        f'assumptions.services[visit]: no row for line of business "{line}"; {remedy}'
        for line in ("commercial", "dual")
    ]


def test_provider_groups_have_their_own_effect_or_the_common_one():
    told = assumptions([service()])
    own = told.provider_group.model_copy(update={"provider_group": "north", "effect_sd": 0.04})
    told = told.model_copy(update={"provider_group": (told.provider_group, own)})
    cohort = spec(groups=("south", "north", "south", "west"))
    names, index, effects = groups_of(cohort, told)
    assert names == ["south", "north", "west"]
    assert index.tolist() == [0, 1, 0, 2]
    assert [e.effect_sd for e in effects] == [0.0, 0.04, 0.0]
    ds = cohort_of(told, [c.model_dump() for c in cohort.cells], strata=("provider_group",))
    assert ds["group_effect_sd"].values.tolist() == [0.0, 0.04, 0.0]
    assert ds["group"].values.tolist() == ["south", "north", "west"]
    assert ds["provider_group"].dims == ("stratum",)
    assert ds["provider_group"].values.tolist() == ["south", "north", "west"]


def test_every_mistake_in_the_provider_groups_is_told():
    told = assumptions([service()])
    named = tuple(told.provider_group.model_copy(update={"provider_group": n}) for n in ("nort", "south"))
    with pytest.raises(BadInput) as error:
        groups_of(spec(groups=("south", "north", "south", "west")), told.model_copy(update={"provider_group": named}))
    assert [p.message for p in error.value.problems] == [
        '"nort" is not a provider group of the cohort (south, north, west); did you mean "north"?',
        'none for provider group "north"; add one, or one for all',
        'none for provider group "west"; add one, or one for all',
    ]


def test_relativities_by_category_multiply_those_of_the_cell():
    cohort = spec(utilization_relativity=2.0, price_relativity=0.5, use={"stay": 1.5}, price={"visit": 4.0})
    use, price = relativities(cohort, ("visit", "stay"))
    np.testing.assert_allclose(use, [[2.0, 3.0], *[[1.0, 1.0]] * 3])
    np.testing.assert_allclose(price, [[2.0, 0.5], *[[1.0, 1.0]] * 3])


def test_an_unknown_category_of_a_relativity_is_told():
    with pytest.raises(BadInput) as error:
        relativities(spec(use={"stays": 1.5}, price={"visit": 2.0}), ("visit", "stay"))
    assert str(error.value) == (
        'cohort.cells[c0].use: "stays" is not a category of the services (visit, stay); did you mean "stay"?'
    )
