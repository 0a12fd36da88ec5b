"""Service categories from a row."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from vbcsim.calibrate.aco_year import AcoYear
from vbcsim.calibrate.categories import category_figures, services_of, shipped_services
from vbcsim.calibrate.public_use_file import read_public_use_file
from vbcsim.core.errors import BadInput


@pytest.fixture(scope="module")
def row(shared_data: Path) -> AcoYear:
    return read_public_use_file(shared_data / "mssp" / "py2022.csv").aco("A2205")


def test_shipped_table_is_the_national_mean_of_2021() -> None:
    services = shipped_services()
    spent = {name: s.utilization_per_1000 / 1000 * s.mean_cost_usd for name, s in services.items()}
    # Spending per person-year in 2021, person-weighted over ACOs (CMS public-use file).
    assert spent["inpatient"] == pytest.approx(2918, abs=1)
    assert spent["skilled_nursing"] == pytest.approx(659, abs=1)
    assert spent["outpatient"] + spent["emergency"] == pytest.approx(2792, abs=1)
    assert spent["professional"] == pytest.approx(3808, abs=1)
    assert sum(spent.values()) == pytest.approx(2918 + 659 + 2792 + 3808 + 528 + 289 + 306 + 119, abs=3)
    growth = {name: (1 + s.utilization_trend) * (1 + s.price_trend) for name, s in services.items()}
    total = sum(spent[name] * growth[name] for name in spent) / sum(spent.values()) - 1
    assert total == pytest.approx(0.045, abs=0.001)
    assert all(s.source for s in services.values())


def test_use_and_spending_are_the_published_ones(row: AcoYear) -> None:
    services = {s.category: s for s in services_of(row, category_figures(row))}
    spent = {name: s.utilization_per_1000 / 1000 * s.mean_cost_usd for name, s in services.items()}
    for category, column in (
        ("inpatient", "capann_inp_all"), ("skilled_nursing", "capann_snf"), ("professional", "capann_pb"),
        ("home_health", "capann_hha"), ("hospice", "capann_hsp"), ("durable_equipment", "capann_dme"),
    ):  # fmt: skip
        assert spent[category] == pytest.approx(row.number(column), rel=1e-9)
    assert spent["outpatient"] + spent["emergency"] == pytest.approx(row.number("capann_opd"), rel=1e-9)
    assert services["inpatient"].utilization_per_1000 == row.number("adm")
    visits, admitted = row.number("p_edv_vis"), row.number("p_edv_vis_hosp")
    assert visits is not None
    assert admitted is not None
    assert services["emergency"].utilization_per_1000 == visits - admitted
    assert services["emergency"].mean_cost_usd == pytest.approx(600 * 1.034)
    assert "judgement" in services["home_health"].source
    assert "column capann_inp_all, adm" in services["inpatient"].source


def test_suppressed_figures_are_national(row: AcoYear) -> None:
    cells = {**row.cells, "capann_snf": "*", "p_snf_adm": "*", "p_edv_vis": "*"}
    found = {f.category: f for f in category_figures(replace(row, cells=cells))}
    assert found["skilled_nursing"].per_capita_usd == pytest.approx(659, abs=1)
    assert "suppressed: national mean of 2021" in found["skilled_nursing"].source
    assert found["emergency"].utilization_per_1000 == 411
    assert "suppressed" in found["emergency"].source


def test_nothing_spent_is_no_category(row: AcoYear) -> None:
    found = category_figures(replace(row, cells={**row.cells, "capann_hsp": "0"}))
    assert "hospice" not in [f.category for f in found]


def test_emergency_visits_never_take_all_outpatient_spending(row: AcoYear) -> None:
    found = {f.category: f for f in category_figures(replace(row, cells={**row.cells, "capann_opd": "100"}))}
    assert found["emergency"].per_capita_usd == found["outpatient"].per_capita_usd == 50


def test_a_row_without_spending(row: AcoYear) -> None:
    with pytest.raises(BadInput, match="has no spending in capann_inp_all, capann_pb"):
        category_figures(replace(row, cells={**row.cells, "capann_inp_all": "*", "capann_pb": ""}))
