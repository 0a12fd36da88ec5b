"""Person-years with known parameters: persons of a small population as a fit reads them."""

from __future__ import annotations

import numpy as np

from vbcsim.calibrate.claims.person_years import Coded, PersonYears
from vbcsim.calibrate.population import Population
from vbcsim.experience.people import People


def person_years(people: People, population: Population, first_year: int = 2021) -> PersonYears:
    """Two rows for each person, the categories and cells of the population."""
    n = len(people)
    bands = np.array([c.age_band for c in population.cells])[people.cell]
    sexes = np.array([c.sex for c in population.cells])[people.cell]
    return PersonYears(
        person=np.repeat(np.arange(n), 2),
        year=np.tile([first_year, first_year + 1], n),
        months=np.full(2 * n, 12.0),
        line_of_business=Coded.same(population.name, 2 * n),
        age_band=Coded.of(np.repeat(bands, 2)),
        sex=Coded.of(np.repeat(sexes, 2)),
        stratum=Coded.same("all", 2 * n),
        categories=people.categories,
        usd=people.cost_usd.reshape(2 * n, -1).astype(np.float64),
        services=people.counts.reshape(2 * n, -1).astype(np.int64),
        source="made-up persons",
    )
