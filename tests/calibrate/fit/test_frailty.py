"""Known frailty is recovered, its intervals cover it, and thin categories stay near the table."""

from __future__ import annotations

import numpy as np
import pytest

from tests.calibrate.fit.made_up import person_years
from vbcsim.calibrate.fit.fit import fit
from vbcsim.calibrate.fit.frailty import start_frailty

FIELDS = ("overdispersion", "shared_weight", "persistence")


def test_what_was_simulated_is_found_within_its_errors(fitted, truth):
    line = fitted.lines[0]
    for service in truth.services:
        for field in FIELDS:
            found = line.figure(service.category, field)
            assert abs(found.value - getattr(service, field)) < 3.5 * found.sd, (service.category, field)
            assert found.sd < 0.5 * max(found.value, 0.5)
    assert abs(line.figure("", "variance").value - 2.0) < 0.6
    assert abs(line.figure("", "persistence").value - 0.8) < 0.15


def test_intervals_of_ninety_percent_hold_the_truth_nine_times_in_ten(many, truth):
    inside = []
    for k in range(16):
        sample = person_years(many.part(np.arange(1500 * k, 1500 * (k + 1))), truth)
        line = fit(sample, prior=None, seed=1).lines[0]
        for service in truth.services:
            for field in (*FIELDS, "body_sigma"):
                found = line.figure(service.category, field)
                inside.append(abs(found.value - getattr(service, field)) < 1.645 * found.sd)
    # 192 intervals, dependent in fours: 0.90 with a standard deviation of about 0.03.
    assert 0.82 < np.mean(inside) < 0.98


def test_a_start_goes_in_and_comes_out(truth):
    from vbcsim.calibrate.fit.frailty import _fields

    fields = _fields(start_frailty(list(truth.services), truth.frailty).place)
    stated = [[getattr(s, f) for f in FIELDS] for s in truth.services]
    assert fields[:-2].reshape(3, 3) == pytest.approx(np.array(stated), rel=0.03)
    assert fields[-2:] == pytest.approx([2.0, 0.8])


def test_fifty_persons_say_little_against_a_table(many, truth):
    wrong = truth.changed({"stay": {"overdispersion": 9.0}}, {})
    thin = fit(person_years(many.part(np.arange(60)), truth), prior=wrong, seed=1).lines[0]
    found = thin.figure("stay", "overdispersion")
    assert found.credibility < 0.5
    assert abs(np.log(found.value / 9.0)) < abs(np.log(4.0 / 9.0))
