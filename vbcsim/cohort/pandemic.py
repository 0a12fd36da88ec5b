"""What a cohort dataset holds of a pandemic: courses by month, and the months' weights within a year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.errors import BadInput
from vbcsim.core.text import listing

__all__ = ["pandemic_variables"]


def pandemic_variables(
    pandemic: Any, categories: Sequence[str], years: NDArray[np.int64], season: NDArray[np.float64]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Variables and coordinates of a pandemic; none without one.

    :param season: use of each month against the year's mean, by profile, category and month.
    :raises BadInput: where it passes outside the simulated years.
    """
    if pandemic is None:
        return {}, {}
    _check(pandemic, years)
    names = [c.course for c in pandemic.courses]
    months = max(len(c.multipliers) for c in pandemic.courses)
    course = np.ones((len(names), months))
    for k, c in enumerate(pandemic.courses):
        course[k, : len(c.multipliers)] = c.multipliers
    of_category = [names.index(pandemic.categories[j]) if j in pandemic.categories else -1 for j in categories]

    def by_course(figure: str) -> tuple[str, NDArray[np.float64]]:
        return "course", np.array([float(getattr(c, figure)) for c in pandemic.courses])

    data = {
        "pandemic_course": (("course", "pandemic_month"), course),
        "pandemic_length": ("course", np.array([len(c.multipliers) for c in pandemic.courses])),
        "pandemic_course_of": ("category", np.array(of_category, dtype=np.int64)),
        "pandemic_first_month": ((), np.int64(pandemic.first_month)),
        "pandemic_rebound_months": ((), np.int64(pandemic.rebound_months)),
        "pandemic_telehealth_share": by_course("telehealth_share"),
        "pandemic_telehealth_price": by_course("telehealth_price"),
        "pandemic_rebound_share": by_course("rebound_share"),
        "pandemic_probability": ((), float(pandemic.probability)),
        "pandemic_depth": ((), float(pandemic.depth)),
        "pandemic_severity_sd": ((), float(pandemic.severity_sd)),
        "month_weight": (("profile", "category", "month"), season / season.sum(axis=2, keepdims=True)),
    }
    return data, {"course": names, "month": np.arange(1, 13)}


def _check(pandemic: Any, years: NDArray[np.int64]) -> None:
    if not np.isin(pandemic.years, years).any():
        message = f"{pandemic.starts} and the months of its courses lie outside the years of the study"
        raise BadInput("assumptions.pandemic.starts", f"{message} ({listing([str(y) for y in years], 30)}); move it")
