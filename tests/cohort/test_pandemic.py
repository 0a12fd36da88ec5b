"""A pandemic in the cohort dataset, and how one that does not fit the study is refused."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from tests.experience.test_pandemic import cohort, course, pandemic
from vbcsim.core.errors import BadInput


def test_courses_are_padded_with_ordinary_months():
    told = [*course(0.5, 0.6), {**course(0.7)[0], "course": "other"}]
    ds = cohort(pandemic(courses=told, categories={"office": "office", "drugs": "other"}))
    assert ds["pandemic_course"].values.tolist() == [[0.5, 0.6], [0.7, 1.0]]
    assert ds["pandemic_length"].values.tolist() == [2, 1]
    assert ds["pandemic_course_of"].values.tolist() == [-1, 0, -1, -1, 1]
    assert np.allclose(ds["month_weight"].values, 1 / 12)


@pytest.mark.parametrize("starts", ["2015-03", "2023-01"])
def test_one_outside_the_years_of_the_study_is_refused(starts):
    with pytest.raises(BadInput) as caught:
        cohort(pandemic(starts=starts))
    (problem,) = caught.value.problems
    assert problem.place == "assumptions.pandemic.starts"
    assert "lie outside the years of the study (2019, 2020" in problem.message


def test_a_category_that_does_not_exist_is_refused():
    with pytest.raises(ValidationError, match=r"pandemic.categories: ofice is not among the service categories"):
        cohort(pandemic(categories={"ofice": "office"}))
