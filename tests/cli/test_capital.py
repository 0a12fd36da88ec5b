"""``vbcsim capital``: other lags and reserves without editing the scenario; what cannot be, in sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

import vbcsim

SMALL = Path(__file__).parents[1] / "scenario" / "data" / "small.yaml"


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> str:
    """The folder of a finished run."""
    folder = tmp_path_factory.mktemp("finished") / "run"
    return str(vbcsim.run(SMALL, draws=20, overrides=["split_draws=0"]).save(folder))


def test_what_to_hold_is_told_without_a_section_in_the_scenario(finished, here, type_, json_of):
    said = type_("capital", finished, "--lag", "9", "--reserve", "50k", "--chance", "10%", "--out", "balance.csv")
    assert said.exit_code == 0, said.output
    assert "What the provider must hold over 33 months" in said.output
    assert "What is owed for a year is paid 9 months after its end." in said.output
    rows = (here / "balance.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0].startswith("design,month,")
    assert len(rows) == 1 + 2 * 3
    found = json_of("capital", finished, "--lag", "9", "--reserve", "50k")["capital"]["designs"]["half"]["provider"]
    tried = {row["reserve"]: row["value"] for row in found["ruin_probability"]}
    assert set(tried) == {0.0, 50_000.0}
    assert tried[0.0] >= tried[50_000.0]
    later = json_of("capital", finished, "--lag", "payer=21", "--lag", "provider=3", "--party", "payer")["capital"]
    assert later["horizon_months"] == 45


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "--lag: the scenario has no `capital:`; say when a year is paid, as in --lag 9 (months)"),
        (["--lag", "300"], "--lag 300 capital.lag_months: 300 is not allowed; write a number"),
        (["--lag", "9", "--reserve", "2x"], '--reserve: "2x" is no amount of dollars; write 2m or 2000000'),
        (
            ["--lag", "9", "--paid", "fee=month", "--account", "wages"],
            "--account wages capital.accounts[0]: needs a ledger of the provider",
        ),
    ],
)
def test_what_cannot_be_is_refused_at_the_option(finished, type_, words, said):
    result = type_("capital", finished, *words)
    assert result.exit_code == 2
    assert said in result.output
