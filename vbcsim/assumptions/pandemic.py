"""A pandemic: what it does to each kind of service month by month, and how likely and how severe it is."""

from __future__ import annotations

import re
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from vbcsim.core.model import Frozen
from vbcsim.core.text import listing, shown
from vbcsim.core.uncertain import Distribution, Uncertain
from vbcsim.core.units import Fraction, Months, NonNegative

__all__ = ["Course", "Pandemic"]

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]


def _month(text: str) -> str:
    if not re.fullmatch(r"(19|20)\d\d-(0[1-9]|1[0-2])", text):
        raise ValueError(f'{shown(text)} is not a month; write year and month, as in "2020-03"')
    return text


def _numbers(value: Any) -> Any:
    """Numbers in a text, as a cell of a table holds them, as a list."""
    if isinstance(value, str):
        return [float(word) if _is_number(word) else word for word in value.split()]
    return value


def _is_number(word: str) -> bool:
    return re.fullmatch(r"\d*\.?\d+", word) is not None


class Course(Frozen):
    """How a kind of service goes through a pandemic, month by month from its first; afterwards it is as ever.

    ``telehealth_share`` of the services that do not take place in person are replaced by telehealth at
    ``telehealth_price`` of the cost; of what is left, ``rebound_share`` comes later, evenly over the pandemic's
    ``rebound_months`` after the end of the course.
    """

    course: Name
    """Name of the course."""
    multipliers: Annotated[
        tuple[Annotated[NonNegative, Field(le=12)], ...],
        Field(min_length=1, max_length=60),
        BeforeValidator(_numbers),
    ]
    """Services in person of each month against an ordinary one; in a table, a text of numbers with spaces between."""
    telehealth_share: Uncertain[Fraction] = 0.0
    """Share of the lost services that telehealth replaces."""
    telehealth_price: Uncertain[Annotated[NonNegative, Field(le=10)]] = 1.0
    """Cost of a service by telehealth against one in person."""
    rebound_share: Uncertain[Fraction] = 0.0
    """Share of the services lost and not replaced that take place later."""
    source: Text
    """Where the figures of the row come from."""


class Pandemic(Frozen):
    """A shock to utilization that hits every provider group at once, each a little differently.

    The market's indices fall with it: they follow the courses without the groups' own severity.
    """

    starts: Annotated[str, AfterValidator(_month)]
    """First month of the courses, as in 2020-03."""
    courses: Annotated[tuple[Course, ...], Field(min_length=1, max_length=64)]
    """Courses of kinds of services; ``{table: vbcsim:pandemic_2020}`` holds those of 2020."""
    categories: Annotated[dict[Name, Name], Field(min_length=1, max_length=64)]
    """The course of each service category; a category that is not named goes on as ever."""
    probability: Fraction = 1.0
    """Chance that it happens."""
    depth: Uncertain[Annotated[NonNegative, Field(le=10)]] = 1.0
    """Every month's loss (or gain) against that of the courses."""
    severity_sd: Uncertain[Annotated[Fraction, Field(le=0.5)]] = 0.07
    """Standard deviation of each provider group's own severity (logarithm of its services in the courses' months);
    the default is derived from the spread of 2020's change in cost between ACOs, 6.3 points, CMS public-use files."""
    rebound_months: Annotated[Months, Field(ge=1, le=60)] = 12
    """Months over which postponed services take place."""
    source: Text
    """Where the figures come from."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [c.course for c in self.courses]
        if len(set(names)) < len(names):
            raise ValueError(f"courses named twice: {listing(sorted({n for n in names if names.count(n) > 1}))}")
        unknown = sorted({course for course in self.categories.values() if course not in names})
        if unknown:
            raise ValueError(f"categories: no course is named {listing(unknown)}; choose among {listing(names)}")
        deepest = self.depth.reach[1] if isinstance(self.depth, Distribution) else self.depth
        lowest = min(min(c.multipliers) for c in self.courses)
        if deepest * (1.0 - lowest) > 1.0 + 1e-12:
            raise ValueError(
                f"depth can be {deepest:.4g}, and a course falls to {lowest:g}: more than all services would be lost; "
                f"keep depth at most {1.0 / (1.0 - lowest):.4g}"
            )
        return self

    @property
    def first_month(self) -> int:
        """The first month, counted from January of the year 0."""
        year, month = self.starts.split("-")
        return 12 * int(year) + int(month) - 1

    @property
    def years(self) -> tuple[int, ...]:
        """The calendar years of the courses' months."""
        last = self.first_month + max(len(c.multipliers) for c in self.courses) - 1
        return tuple(range(self.first_month // 12, last // 12 + 1))
