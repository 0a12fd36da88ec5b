"""Person-years: what each person used and cost in each year, as claims give it and as a fit reads it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.errors import BadInput, Problem

__all__ = ["Coded", "PersonYears", "ServiceCosts"]


@dataclass(frozen=True, eq=False)
class Coded:
    """A column of few words: ``labels[code[n]]`` is the word of row n."""

    code: NDArray[np.int64]
    labels: tuple[str, ...]

    @classmethod
    def of(cls, words: NDArray[Any]) -> Coded:
        """Codes of an array of words, labels in alphabetical order."""
        labels, code = np.unique(np.asarray(words, dtype=str), return_inverse=True)
        return cls(code.reshape(-1).astype(np.int64), tuple(map(str, labels)))

    @classmethod
    def same(cls, label: str, rows: int) -> Coded:
        """One word for every row."""
        return cls(np.zeros(rows, dtype=np.int64), (label,))

    def part(self, keep: NDArray[np.bool_]) -> Coded:
        """The rows of a mask."""
        return Coded(self.code[keep], self.labels)


@dataclass(frozen=True, eq=False)
class ServiceCosts:
    """The cost of services one by one, shape (claim,) each; reversals are already netted out."""

    row: NDArray[np.int64]
    """Row of the person-year."""
    category: NDArray[np.int64]
    """Position of the category."""
    usd: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PersonYears:
    """One row for every person and year with any enrollment, N rows, J service categories; no identifier of a person.

    ``usd`` is the allowed amount as far as the source has it, else what was paid; zero where a category was not used.
    """

    person: NDArray[np.int64]
    """Number of the person, the same in all years, shape (N,)."""
    year: NDArray[np.int64]
    months: NDArray[np.float64]
    """Months of enrollment in the year, above 0 and at most 12."""
    line_of_business: Coded
    age_band: Coded
    """Age band as rating cells write it, e.g. ``45-64``."""
    sex: Coded
    stratum: Coded
    """Settlement stratum or equity stratum, one word for all where there is none."""
    categories: tuple[str, ...]
    usd: NDArray[np.float64]
    """Cost in dollars of the year, shape (N, J)."""
    services: NDArray[np.int64]
    """Number of services, shape (N, J)."""
    claims: ServiceCosts | None = None
    """Costs of single services; none where only totals are known."""
    family: NDArray[np.int64] | None = None
    """Number of the person's family, shape (N,): errors are taken over families where it is known."""
    source: str = "person-level data"
    """What the data are, for the sources of figures."""

    def __post_init__(self) -> None:
        problems = list(_wrong(self))
        if problems:
            raise BadInput([Problem("person-years", text) for text in problems])

    def __len__(self) -> int:
        return len(self.person)

    @property
    def exposure(self) -> NDArray[np.float64]:
        """Years of enrollment of each row."""
        return self.months / 12.0

    @property
    def persons(self) -> int:
        """Number of distinct persons."""
        return len(np.unique(self.person))

    @property
    def years(self) -> tuple[int, ...]:
        """The years that occur, ascending."""
        return tuple(int(y) for y in np.unique(self.year))

    @property
    def total_usd(self) -> NDArray[np.float64]:
        """Cost of all categories, shape (N,)."""
        return np.asarray(self.usd.sum(axis=1))

    def part(self, keep: NDArray[np.bool_]) -> PersonYears:
        """The rows of a mask, with their single services."""
        place = np.cumsum(keep) - 1
        claims = self.claims
        if claims is not None:
            own = keep[claims.row]
            claims = ServiceCosts(place[claims.row[own]], claims.category[own], claims.usd[own])
        return replace(
            self,
            person=self.person[keep],
            year=self.year[keep],
            months=self.months[keep],
            line_of_business=self.line_of_business.part(keep),
            age_band=self.age_band.part(keep),
            sex=self.sex.part(keep),
            stratum=self.stratum.part(keep),
            usd=self.usd[keep],
            services=self.services[keep],
            claims=claims,
            family=None if self.family is None else self.family[keep],
        )


def _wrong(data: PersonYears) -> list[str]:
    """What does not fit together, as sentences."""
    n, j = len(data.person), len(data.categories)
    found = []
    columns = [
        data.year,
        data.months,
        *(c.code for c in (data.line_of_business, data.age_band, data.sex, data.stratum)),
    ]
    if data.family is not None:
        columns.append(data.family)
    if any(column.shape != (n,) for column in columns):
        return [f"every column must have {n} rows, as many as there are persons' years"]
    if data.usd.shape != (n, j) or data.services.shape != (n, j):
        return [f"cost and services must have shape ({n}, {j}); {data.usd.shape} and {data.services.shape} were read"]
    if n == 0:
        return ["there is no row; at least one person-year is needed"]
    if not ((data.months > 0) & (data.months <= 12)).all():
        found.append("months must be above 0 and at most 12 in every row")
    if not np.isfinite(data.usd).all() or (data.services < 0).any():
        found.append("costs must be finite and numbers of services not negative")
    key = np.stack([data.person, data.year])
    if np.unique(key, axis=1).shape[1] < n:
        found.append("a person has two rows in one year; there must be one row for each person and year")
    return found
