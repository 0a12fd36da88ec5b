"""Whether members and assumptions fit one another, told before anything is built."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from vbcsim.cohort.profile import groups_of, profiles_of, relativities
from vbcsim.cohort.tenure import check_growth
from vbcsim.core.errors import BadInput, Problem

if TYPE_CHECKING:
    from vbcsim.cohort.spec import CohortSpec

__all__ = ["fit_problems"]


def fit_problems(cohort: CohortSpec, assumptions: Any) -> list[Problem]:
    """Lines of business without rows, provider groups without an effect, unknown categories, impossible growth."""
    checks: tuple[Callable[[], object], ...] = (
        lambda: profiles_of(cohort, assumptions),
        lambda: groups_of(cohort, assumptions),
        lambda: relativities(cohort, assumptions.categories),
        lambda: check_growth(cohort),
    )
    found: list[Problem] = []
    for check in checks:
        try:
            check()
        except BadInput as error:
            found += error.problems
    return found
