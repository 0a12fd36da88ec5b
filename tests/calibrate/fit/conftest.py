"""Persons simulated with known parameters, once for all tests of fits."""

from __future__ import annotations

import numpy as np
import pytest

from tests.calibrate.fit.made_up import person_years
from tests.calibrate.populations import population
from vbcsim.calibrate.claims.person_years import PersonYears
from vbcsim.calibrate.fit.fit import Fit, fit
from vbcsim.calibrate.population import Population
from vbcsim.experience.people import People


@pytest.fixture(scope="session")
def truth() -> Population:
    """The population that the persons are from."""
    return population()


@pytest.fixture(scope="session")
def many(truth: Population) -> People:
    """Persons in an order that tells nothing of their cells: any part of them is a sample."""
    return truth.simulate(24_000, seed=11)


@pytest.fixture(scope="session")
def data(truth: Population, many: People) -> PersonYears:
    """4,000 of the persons as a fit reads them."""
    return person_years(many.part(np.arange(4000)), truth)


@pytest.fixture(scope="session")
def fitted(data: PersonYears) -> Fit:
    """Their fit without a table to be shrunk towards."""
    return fit(data, prior=None, seed=1)
