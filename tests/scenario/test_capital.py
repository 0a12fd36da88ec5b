"""The section capital: read, refused in sentences, kept by a copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from vbcsim.core.errors import BadInput
from vbcsim.scenario.dump import dump_scenario
from vbcsim.scenario.load import load_scenario, parse_scenario

SMALL = (Path(__file__).parent / "data" / "small.yaml").read_text(encoding="utf-8")


def read(section: str):
    return parse_scenario(f"{SMALL}{section}")


def problems(section: str) -> list[str]:
    with pytest.raises(BadInput) as caught:
        read(section)
    return [str(problem) for problem in caught.value.problems]


GOOD = """
capital:
  lag_months: {payer: 9, provider: 12}
  paid: {shared_savings: {every: quarter, share: 50%, amount: expected}}
  designs: {nothing: {lag_months: 3}}
  advances: [{usd: $250000, source: a clause}]
  discount_rate: 4%
  reserves_usd: [100000, 50000]
  source: a draft
"""


def test_a_section_is_read_with_percentages_and_written_out_again():
    capital = read(GOOD).capital
    assert (capital.discount_rate, capital.reserves) == (0.04, (0.0, 50_000.0, 100_000.0))
    assert (capital.timing("half").lag("provider"), capital.timing("nothing").lag("provider")) == (12, 3)
    written = dump_scenario(read(GOOD))["scenario.yaml"]
    assert parse_scenario(written).capital == capital


def test_it_may_be_overridden(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(SMALL + GOOD, encoding="utf-8")
    assert load_scenario(path, ["capital.lag_months.provider=7"]).capital.lag_months["provider"] == 7


def test_names_that_the_scenario_lacks_are_told_with_their_lines():
    found = problems(GOOD.replace("{shared_savings:", "{shared_saving:").replace("nothing:", "noting:"))
    line = SMALL.count("\n") + 4
    assert f"scenario.yaml:{line} capital.paid.shared_saving" in found[0]
    assert 'did you mean "shared_savings"?' in found[0]
    assert 'is not a design; did you mean "nothing"?' in found[1]


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("capital: {source: a draft}\n", '"lag_months" is missing'),
        ("capital: {lag_months: 400, source: a draft}\n", "at most 120"),
        ("capital: {lag_months: {bank: 4}, source: a draft}\n", "bank"),
        ("capital: {lag_months: 8, chances: [60%], source: a draft}\n", "below 0.5"),
        ("capital: {lag_months: 8, accounts: [programme_cost], source: a draft}\n", "needs a ledger of the provider"),
        ("capital: {lag_months: 8, parties: reinsurer, source: x}\n", '"reinsurer" is not a party of any design'),
        (
            "capital: {lag_months: 8, advances: [{usd: 5, payer: government, source: x}], source: x}\n",
            'capital.advances[0]: "government" is not a party of any design (there: payer and provider)',
        ),
        (
            "capital: {lag_months: 8, advances: [{usd: 5, payer: provider, source: x}], source: a draft}\n",
            "provider is both payer and payee",
        ),
        (
            "capital: {lag_months: 8, risk_based_capital: {tiers: [{from_usd: 5, factor: 1}], source: x}, source: x}\n",
            "the first tier begins at 5; let it begin at 0",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(section, said):
    assert any(said in problem for problem in problems("\n" + section)), problems("\n" + section)
