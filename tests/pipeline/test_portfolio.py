"""A portfolio end to end: what contracts share and what they do not, and the same bits whatever the threads."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import vbcsim
from vbcsim.core.files import claim_folder
from vbcsim.core.netcdf import read_datasets
from vbcsim.pipeline.portfolio import portfolio, portfolio_facts, save_portfolio

SMALL = Path(__file__).parents[1] / "scenario" / "data" / "small.yaml"
LINEAR = """
  linear:
    title: All of savings and losses
    lines: {benchmark: {constant: {usd: 1000000}}}
    provisions:
      - {name: risk, payer: payer, payee: provider, terms: [{difference: {of: benchmark, less: expenditure}}]}
"""
QUIET = """
assumptions.shared_frailty.variance: 0.001
assumptions.services[inpatient].utilization_per_1000: 0.001
assumptions.services[office].utilization_per_1000: 200000
assumptions.services[office].overdispersion: 0.001
assumptions.services[office].body_sigma: 0.1
assumptions.market_trend: {national_shock_sd: 0, regional_shock_sd: 0, source: judgement}
assumptions.provider_group: {effect_sd: 0, persistence: 0, improvement_rate: 0, source: judgement}
years.base: [2022]
years.performance: [2023]
"""


def written(folder: Path, contracts: str, more: str = "", changes: str = "") -> Path:
    """A portfolio over the small scenario, with changes to it."""
    scenario = SMALL.read_text(encoding="utf-8").replace("  nothing:", f"{LINEAR[1:]}  nothing:")
    (folder / "small.yaml").write_text(scenario, encoding="utf-8")
    path = folder / "portfolio.yaml"
    indented = "".join(f"\n      {line}" for line in changes.strip().splitlines())
    path.write_text(
        "vbcsim_portfolio: 1\nname: two\ntitle: Two contracts\nquestion: What do they lose together?\n"
        f"source: made up\nseed: 3\n{more}\ncontracts:\n{contracts.replace('CHANGES', indented or '{}')}",
        encoding="utf-8",
    )
    return path


def two(first: str = "", second: str = "") -> str:
    return "".join(
        f"  {name}:\n    scenario: small.yaml\n    design: linear\n{more}    changes: CHANGES\n"
        for name, more in (("a", first), ("b", second))
    )


def loud(national: float, effect: float) -> str:
    """Hardly any chance among members, and a market and an effect of the provider that move a lot."""
    return QUIET.replace("national_shock_sd: 0,", f"national_shock_sd: {national},").replace(
        "effect_sd: 0,", f"effect_sd: {effect},"
    )


def correlated(path: Path, draws: int = 300) -> tuple[float, float]:
    found = portfolio(path, draws=draws).outcomes.sel(contract="a", other="b")
    return found["correlation"].item(), found["correlation_mcse"].item()


def test_the_luck_of_members_is_apart_where_nothing_is_shared_that_varies(tmp_path):
    still = QUIET[QUIET.index("assumptions.market") :] + "assumptions.risk_score.noise_sd: 0\n"
    path = written(tmp_path, two(), changes=still)
    value, mcse = correlated(path)
    assert abs(value) < 4.0 * mcse
    assert mcse < 0.1


@pytest.mark.parametrize(
    ("second", "shared", "exact"),
    [
        ("", "", 1.0),
        # a national shock of sd s is shared and the effect of two organisations of sd g is not
        ("    provider: other\n", "", math.expm1(0.1**2) / math.expm1(0.1**2 + 0.1**2)),
        ("", "shared: []", 0.0),
    ],
)
def test_the_market_and_a_provider_are_shared_as_their_law_says(tmp_path, second, shared, exact):
    path = written(tmp_path, two(second=second), shared, loud(0.1, 0.1))
    value, mcse = correlated(path)
    # Chance among 200 members with 200 visits each adds 1 / 40,000 x (1 + .01) to a variance of at least .02.
    assert abs(value - exact) < 4.0 * mcse + 0.005


@pytest.fixture(scope="module")
def mixed(tmp_path_factory) -> Path:
    contracts = """  whole: {scenario: small.yaml, design: linear}
  half: {scenario: small.yaml, design: linear, weight: 50%, members: 101}
  plan: {scenario: small.yaml, design: half, party: payer, changes: {years.performance: [2023, 2024, 2025]}}
"""
    capital = "capital: {lag_months: 6, designs: {half: {lag_months: 18}}, reserves_usd: [100000], source: made up}"
    return written(tmp_path_factory.mktemp("mixed"), contracts, capital)


@pytest.fixture(scope="module")
def held(mixed):
    return portfolio(mixed, draws=40)


def test_the_same_bits_for_any_number_of_threads(mixed, held):
    again = portfolio(mixed, draws=40, threads=3)
    assert again.nets.identical(held.nets)
    assert again.outcomes.identical(held.outcomes)
    assert again.capital.identical(held.capital)


def test_the_first_contract_is_what_its_scenario_gives_by_itself(mixed, held):
    alone = vbcsim.run(mixed.parent / "small.yaml", draws=40, seed=3, overrides=["split_draws=0"])
    net = alone.settlement["net_usd"].sel(design="linear", party="provider").transpose("draw", "year").values
    assert (held.nets["held_usd"].sel(contract="whole", year=[2023, 2024]).values == net).all()


def test_weights_members_parties_and_years(held):
    nets = held.nets["held_usd"]
    assert nets["year"].values.tolist() == [2023, 2024, 2025]
    assert not nets.sel(contract="whole", year=2025).any()
    assert nets.sel(contract="plan", year=2025).any()
    cells = held.holding.scenarios["half"].cohort.cells
    assert [cell.members for cell in cells] == [20, 81]
    assert held.holding.scenarios["half"].members == 101
    assert held.holding.portfolio.holder("plan") == "payer"


def test_capital_of_the_whole_is_that_of_the_cash_of_all(held):
    found = held.capital.sel(party="provider")
    assert found["design"].values.tolist() == ["whole", "half", "plan", "together"]
    assert found["month"].values.tolist() == [0, 18, 30, 42]
    last = found["balance_usd"].sel(month=42, statistic="mean_usd")
    assert last.sel(design="together").item() == pytest.approx(last.sel(design=["whole", "half", "plan"]).sum().item())
    whole = held.outcomes["held_value"].sel(contract="together", statistic="mean_usd").item()
    assert last.sel(design="together").item() == pytest.approx(whole)
    needed = found["reserve_needed_usd"].sel(chance=0.05)
    assert needed.sel(design="together") <= needed.sel(design=["whole", "half", "plan"]).sum() + 1e-6


def test_the_folder_holds_the_draws_and_the_datasets(held, tmp_path):
    with claim_folder(tmp_path / "out") as folder:
        save_portfolio(held, folder)
        folder.finish(portfolio_facts(held))
    rows = (tmp_path / "out" / "draws.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "draw,whole_usd,half_usd,plan_usd,together_usd"
    first = [float(cell) for cell in rows[1].split(",")]
    assert first[1] == pytest.approx(held.nets["held_usd"].sel(contract="whole").isel(draw=0).sum().item(), abs=0.01)
    assert sum(first[1:4]) == pytest.approx(first[4], abs=0.02)
    kept = read_datasets(tmp_path / "out" / "results.nc", ["portfolio", "held", "capital"])
    assert kept["capital"].identical(held.capital)
    assert kept["portfolio"].identical(held.outcomes)
    assert np.array_equal(kept["held"]["held_usd"], held.nets["held_usd"])
