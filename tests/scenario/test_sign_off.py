"""What people say of a report stands in the scenario, is optional, and does not pass to other designs."""

from __future__ import annotations

import pytest

import vbcsim
from vbcsim.core.errors import BadInput
from vbcsim.scenario.drafts import load_designs
from vbcsim.scenario.dump import dump_scenario

SAID = [
    "sign_off.purpose=for a board",
    "sign_off.prepared_by.name=A. Person",
    "sign_off.prepared_by.credentials=FSA, MAAA",
]


@pytest.fixture(scope="module")
def signed(repository):
    return vbcsim.load_scenario(repository / "scenarios" / "mssp_aco.yaml", SAID)


def test_it_is_kept_with_a_run(signed, tmp_path):
    (tmp_path / "scenario.yaml").write_text(dump_scenario(signed)["scenario.yaml"], encoding="utf-8")
    again = vbcsim.load_scenario(tmp_path / "scenario.yaml")
    assert again.sign_off == signed.sign_off
    assert again.sign_off.prepared_by.credentials == "FSA, MAAA"
    assert again.sign_off.reviewed_by is None


def test_who_signed_one_contract_has_not_signed_another(signed, tmp_path):
    (tmp_path / "drafts.yaml").write_text("designs:\n  other: {program: mssp, track: basic_a, agreement_start: 2023}\n")
    assert load_designs(tmp_path / "drafts.yaml", signed).sign_off is None


def test_a_name_is_needed_where_someone_signs(repository):
    with pytest.raises(BadInput, match="name"):
        vbcsim.load_scenario(repository / "scenarios" / "mssp_aco.yaml", ["sign_off.prepared_by.credentials=FSA"])
