"""A fit of all lines of business: what is used, what is left out, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vbcsim.calibrate.claims.person_years import Coded
from vbcsim.calibrate.fit.fit import fit
from vbcsim.core.errors import BadInput


def test_each_line_of_business_by_itself(data, truth):
    line = Coded(np.where(data.person < 2000, 0, np.where(data.person < 3990, 1, 2)), ("north", "south", "tiny"))
    found = fit(replace(data, line_of_business=line), prior=truth, seed=1)
    assert [f.line for f in found.lines] == ["north", "south"]
    assert found.left_out == ("tiny has fewer than 50 persons or no service at all; it was not fitted",)
    assert found.lines[0].data.persons == 2000


def test_one_year_says_nothing_of_memory(data, truth):
    found = fit(data.part(data.year == 2021), prior=truth, seed=1).lines[0]
    assert any("one year only" in note for note in found.notes)
    assert found.figure("", "persistence").credibility < 0.05
    assert found.figure("visit", "overdispersion").credibility > 0.8


def test_what_nobody_used_and_no_table_has_is_left_out(data):
    services, usd = data.services.copy(), data.usd.copy()
    services[:, 2], usd[:, 2] = 0, 0.0
    found = fit(replace(data, services=services, usd=usd), prior=None, seed=1).lines[0]
    assert found.data.categories == ("stay", "visit")
    assert found.notes == ("drug: no service; left out",)


def test_members_without_claims_are_missed(data):
    found = fit(data.part(data.services.sum(axis=1) > 0), prior=None, seed=1).lines[0]
    assert any("members without claims" in note for note in found.notes)


def test_services_without_cost_are_refused(data):
    usd = data.usd.copy()
    usd[:, 1] = 0.0
    with pytest.raises(BadInput, match="visit: services without cost"):
        fit(replace(data, usd=usd), prior=None)


def test_too_few_persons_are_refused(data):
    with pytest.raises(BadInput, match="fewer than 50 persons"):
        fit(data.part(data.person < 20), prior=None)


def test_the_same_seed_gives_the_same_figures(data, fitted):
    again = fit(data, prior=None, seed=1)
    assert [f.value for f in again.lines[0].figures] == [f.value for f in fitted.lines[0].figures]


def test_what_fewer_than_eleven_persons_used_is_not_told(data, truth):
    services, usd = data.services.copy(), data.usd.copy()
    rest = data.person >= np.unique(data.person[services[:, 0] > 0])[7]
    services[rest, 0], usd[rest, 0] = 0, 0.0
    rare = replace(data, services=services, usd=usd)
    line = fit(rare, prior=truth, seed=1).lines[0]
    found = line.figure("stay", "utilization_per_1000")
    assert line.few == {"stay"}
    # The table expects 4,000 persons with (1 + 4 x 0.32) ** (-1/4) of them without a stay in two years: 743 users.
    assert found.value == pytest.approx(found.shipped * 11 / 743, rel=0.02)
    assert (found.credibility, found.based_on) == (0.0, "fewer than 11 persons")
    assert line.figure("stay", "overdispersion").value == 4.0
    alone = fit(rare, prior=None, seed=1).lines[0]
    assert alone.data.categories == ("visit", "drug")
    assert "stay: fewer than 11 persons used it; left out" in alone.notes
