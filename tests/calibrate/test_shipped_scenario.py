"""The shipped Shared Savings scenario: in step with its row, and reproducing it when simulated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vbcsim.calibrate.mssp import calibrate_mssp
from vbcsim.scenario.load import load_scenario
from vbcsim.scenario.model import Scenario

DRAWS = 60
# Published for ACO A4994, performance year 2022 (CMS public-use file): person-years and cost per person-year by type.
PUBLISHED = {
    "esrd": (38, "per_capita_exp_all_esrd_py"),
    "disabled": (543, "per_capita_exp_all_dis_py"),
    "aged_dual": (411, "per_capita_exp_all_agdu_py"),
    "aged_non_dual": (9176, "per_capita_exp_all_agnd_py"),
}


@pytest.fixture(scope="module")
def scenario(repository: Path) -> Scenario:
    return load_scenario(repository / "scenarios" / "mssp_aco.yaml")


@pytest.fixture(scope="module")
def experience(repository: Path) -> Any:
    """A short simulation in which nothing but the chance of members moves."""
    from vbcsim.cohort.build import build_cohort
    from vbcsim.experience.simulate import simulate

    still = [f"assumptions.market_trend.{name}_shock_sd=0" for name in ("national", "regional")]
    calm = load_scenario(repository / "scenarios" / "mssp_aco.yaml", [*still, "assumptions.provider_group.effect_sd=0"])
    cohort = build_cohort(calm.cohort, calm.assumptions, calm.years.base, calm.years.performance)
    return simulate(cohort, draws=DRAWS, seed=11).sel(year=[2022])


def test_it_is_what_the_row_gives(shared_data: Path, repository: Path) -> None:
    text = (repository / "scenarios" / "mssp_aco.yaml").read_text(encoding="utf-8")
    assert text == calibrate_mssp(shared_data / "mssp" / "py2022.csv", "A4994")


def test_three_designs_for_one_mid_sized_aco(scenario: Scenario) -> None:
    assert list(scenario.arrangements) == ["basic_a", "basic_e", "enhanced"]
    assert [cell.members for cell in scenario.cohort.cells] == [people for people, _ in PUBLISHED.values()]
    assert scenario.draws == 2000
    assert 0.0 < float(scenario.record["savings_rate"].value) < 0.06


def test_simulated_truncated_cost_by_type_is_the_published_one(
    shared_data: Path, scenario: Scenario, experience: Any
) -> None:
    from vbcsim.calibrate.public_use_file import read_public_use_file

    row = read_public_use_file(shared_data / "mssp" / "py2022.csv").aco("A4994")
    thresholds = scenario.designs["basic_a"]["truncation_usd"]
    year = 2  # of base years 2020, 2021, 2022, as the list of claimants counts
    for k, name in enumerate(experience["stratum"].values):
        people, column = PUBLISHED[str(name)]
        here = (experience["claimant_year"].values == year) & (experience["claimant_stratum"].values == k)
        draw = experience["claimant_draw"].values[here]
        over = np.maximum(experience["claimant_usd"].values[here] - thresholds[str(name)], 0.0)
        paid = experience["expenditure_usd"].sel(stratum=name).sum("category").values[:, 0]
        truncated = (paid - np.bincount(draw, over, DRAWS)) / people
        error = truncated.std(ddof=1) / np.sqrt(DRAWS)
        assert truncated.mean() == pytest.approx(row.number(column), abs=4 * error)
        assert error / truncated.mean() < 0.03


def test_simulated_use_per_1000_is_the_published_one(shared_data: Path, experience: Any) -> None:
    from vbcsim.calibrate.public_use_file import read_public_use_file

    row = read_public_use_file(shared_data / "mssp" / "py2022.csv").aco("A4994")
    people = sum(people for people, _ in PUBLISHED.values())
    for category, column in (("inpatient", "adm"), ("skilled_nursing", "p_snf_adm"), ("professional", "p_em_total")):
        use = experience["utilization"].sel(category=category).sum("stratum").values[:, 0] / people * 1000
        assert use.mean() == pytest.approx(row.number(column), abs=4 * use.std(ddof=1) / np.sqrt(DRAWS))


def test_simulated_spending_by_category_is_the_published_one(shared_data: Path, experience: Any) -> None:
    from vbcsim.calibrate.public_use_file import read_public_use_file

    row = read_public_use_file(shared_data / "mssp" / "py2022.csv").aco("A4994")
    people = sum(people for people, _ in PUBLISHED.values())
    for category, column in (("inpatient", "capann_inp_all"), ("professional", "capann_pb"), ("hospice", "capann_hsp")):
        paid = experience["expenditure_usd"].sel(category=category).sum("stratum").values[:, 0] / people
        # Published spending by category is not cut off per person; the model's own truncation explains up to 2 %.
        slack = 0.02 * paid.mean() + 4 * paid.std(ddof=1) / np.sqrt(DRAWS)
        assert paid.mean() == pytest.approx(row.number(column), abs=slack)
