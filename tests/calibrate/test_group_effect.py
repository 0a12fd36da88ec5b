"""The shipped figures of the provider group are what the public-use files give."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from vbcsim.calibrate.defaults import default
from vbcsim.calibrate.member_chance import member_variance
from vbcsim.calibrate.public_use_file import read_public_use_file


@pytest.fixture(scope="module")
def script(repository: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "group_effect", repository / "docs" / "explanation" / "group_effect.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["group_effect"] = module  # its dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_shipped_variance_is_derived(shared_data: Path, script: ModuleType) -> None:
    files = {
        y: {row.aco_id: row for row in read_public_use_file(shared_data / "mssp" / f"py{y}.csv").rows}
        for y in (2015, 2016, 2021, 2022)
    }
    moments = script.changes(files[2015], files[2016]) + script.changes(files[2021], files[2022])
    assert len(moments) == 129 + 207
    a, b, _ = script.fit(moments, default("group_effect_persistence").value, member_variance())
    assert a == pytest.approx(default("group_effect_variance").value, abs=0.00001)
    assert b == pytest.approx(default("group_effect_variance_times_members").value, abs=0.2)


def test_growth_of_variance(script: ModuleType) -> None:
    # Independent years: a change has twice the variance, a level one plus the sum of squared weights.
    assert script.growth(0.0) == pytest.approx([2, 1.46, 1.46, 1.46])
    # Perfect persistence: the benchmark absorbs everything.
    assert script.growth(1.0) == pytest.approx([0, 0, 0, 0])


def test_fit_finds_what_made_the_moments(script: ModuleType) -> None:
    generator = np.random.default_rng(5)
    people = generator.uniform(5_000, 60_000, 4000)
    member = 2.6
    sd = np.sqrt(0.2 * (0.0006 + 40 / people) + 2 * member * (1 - script.COST_CORRELATION) / people)
    moments = [script.Moment(2022, 0, n, d) for n, d in zip(people, sd * generator.standard_normal(4000), strict=True)]
    a, b, _ = script.fit(moments, 0.9, member)
    assert a + b / 15_000 == pytest.approx(0.0006 + 40 / 15_000, rel=0.08)
    assert a + b / 6_000 == pytest.approx(0.0006 + 40 / 6_000, rel=0.08)


def test_states_that_differ_are_seen(script: ModuleType) -> None:
    generator = np.random.default_rng(7)
    states = [f"S{k}" for k in range(30) for _ in range(20)]
    shift = np.repeat(generator.normal(0, 0.03, 30), 20)
    moments = [
        script.Moment(2016, 0, 1.0, float(x), state)
        for x, state in zip(shift + generator.normal(0, 0.03, 600), states, strict=True)
    ]
    variance, ratio, count = script.between_states(moments)
    assert count == 30
    assert ratio > 5
    assert variance == pytest.approx(0.0009, rel=0.6)
