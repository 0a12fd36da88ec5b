"""A summary by month: the level and the spread that it states are those of what is written."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.calibrate.claims.summary import is_summary, read_summary, scaled, summary_files
from vbcsim.calibrate.fact_moments import Moments
from vbcsim.calibrate.population import Population
from vbcsim.calibrate.shipped import shipped_population
from vbcsim.core.errors import BadInput
from vbcsim.scenario.load import load_scenario


@pytest.fixture
def months(tmp_path):
    """``months(cv=..., pmpm=...)`` writes twelve months of 2,000 members."""

    def write(
        head: str = "month,members,pmpm,cv", tail: str = ",2.9", first: int = 1, pmpm: str = "450.5", n: int = 12
    ):
        rows = [f"{2023 + (k - 1) // 12}-{(k - 1) % 12 + 1:02d},2000,{pmpm}{tail}" for k in range(first, first + n)]
        path = tmp_path / "months.csv"
        path.write_text("\n".join([head, *rows]) + "\n")
        return path

    return write


def moments(found) -> tuple[float, float]:
    """Mean and standard deviation of a member's yearly cost."""
    cells = shipped_population(found.line).cells
    population = Population(found.line, cells, found.services, found.frailty)
    mean, variance = Moments.of(population).cost_variance(list(range(len(found.services))))
    return mean, float(np.sqrt(variance))


@pytest.mark.parametrize("line", ["commercial", "medicare", "medicaid", "dual"])
def test_level_and_spread_are_met(months, line):
    found = scaled(read_summary(months()), line)
    mean, sd = moments(found)
    assert mean / 12 == pytest.approx(450.5)
    assert sd / mean == pytest.approx(found.cv)
    if not any("cannot be reached" in note for note in found.notes):
        assert found.cv == pytest.approx(2.9)


def test_a_standard_deviation_says_the_same(months):
    stated = read_summary(months("month,members,pmpm,sd", f",{2.9 * 12 * 450.5}"))
    assert stated.cv == pytest.approx(2.9)
    assert read_summary(months("month,members,pmpm", "")).cv is None


def test_the_error_of_the_level_is_that_of_so_many_members(months):
    summary = read_summary(months())
    found = scaled(summary, "commercial")
    cells = shipped_population("commercial").cells
    each = Moments.of(Population("commercial", cells, found.services, found.frailty))
    usd = each.share @ (each.rate * each.cost)
    sd = np.array([s.mean_cost_usd.sd / float(s.mean_cost_usd) for s in found.services])
    assert np.sqrt(((usd * sd) ** 2).sum()) / usd.sum() == pytest.approx(found.cv / np.sqrt(summary.members))


def test_the_scenario_that_is_written_loads(months, tmp_path):
    summary = read_summary(months(first=7))
    assert (summary.year, summary.members) == (2024, 2000)
    for name, text in summary_files(summary, scaled(summary, "medicaid"), draws=10, seed=1, years=2).items():
        (tmp_path / name).write_text(text)
    scenario = load_scenario(tmp_path / "scenario.yaml")
    assert (scenario.members, scenario.years.base, scenario.years.performance) == (2000, (2024,), (2025, 2026))


def test_a_spread_below_that_of_single_services_is_told(months):
    found = scaled(read_summary(months(tail=",0.2")), "commercial")
    assert found.cv > 0.2
    assert any("coefficient of variation of 0.2 cannot be reached" in note for note in found.notes)


def test_everything_wrong_is_told_at_once(months):
    path = months(n=11)
    text = path.read_text().replace("2023-04,2000", "2023-05,none").replace("2023-02,2000", "Feb 23,2000")
    path.write_text(text)
    with pytest.raises(BadInput) as error:
        read_summary(path)
    said = str(error.value)
    assert '"Feb 23" is no month; write it as 2023-07' in said
    assert '"none" was read as members; write a number above 0' in said
    assert "does not follow the month above it" in said
    assert "has 11 months; twelve in a row are needed" in said


def test_a_summary_is_told_from_claims(months, tmp_path):
    assert is_summary(months())
    (tmp_path / "x.csv").write_text("person_id,start_date\n")
    assert not is_summary(tmp_path / "x.csv")
    assert not is_summary(tmp_path / "nowhere.csv")
