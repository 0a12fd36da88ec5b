"""From facts to tables that a scenario reads, with what was met, what was not, and what to beware of."""

from __future__ import annotations

import json

import pytest

from tests.calibrate.populations import facts, population
from vbcsim.calibrate.calibration import calibrate, cuts_of, folder_for, start_of, starting_population
from vbcsim.calibrate.calibration_files import diagnostics, figure, services_csv, write_calibration
from vbcsim.calibrate.rows import read_cells, read_services
from vbcsim.core.errors import BadInput

PLAN = (
    "{fact: utilization_per_1000, of: stay, value: 120}",
    "{fact: mean_cost_per_service, of: stay, value: 11000}",
    "{fact: utilization_per_1000, of: visit, value: 4500}",
    "{fact: mean_cost_per_service, of: visit, value: 150}",
    "{fact: overdispersion, of: stay, value: 5}",
    "{fact: overdispersion, of: visit, value: 1.5}",
    "{fact: count_correlation, of: visit, value: 0.6}",
    "{fact: cost_cv, value: 3.5}",
    "{fact: zero_share, value: 0.1, use: held_out}",
    "{fact: cost_cv, of: teeth, value: 2}",
)


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    table = facts(tmp_path_factory.mktemp("plan"), *PLAN)
    return calibrate(table, start_of(table), persons=4000, checked=30_000, cuts=(0.8,))


def test_facts_alone_describe_a_population_to_start_from(solved):
    assert solved.population.categories == ("stay", "visit")
    level = {s.category: (s.utilization_per_1000, s.mean_cost_usd) for s in solved.population.services}
    assert level == {
        "stay": (pytest.approx(120), pytest.approx(11000)),
        "visit": (pytest.approx(4500), pytest.approx(150)),
    }


def test_facts_are_judged_on_persons_of_another_seed(solved):
    fitted = [f for f in solved.findings if f.fact.use == "fitting"]
    assert all(f.agrees for f in fitted), [(f.fact.label, f.simulated) for f in fitted if not f.agrees]
    (held,) = [f for f in solved.findings if f.fact.use == "held_out"]
    assert held.fact.kind == "zero_share"
    assert 0 < held.standard_error < 0.01


def test_warnings_name_what_facts_cannot_tell(solved):
    text = "\n".join(solved.warnings)
    assert "cost_cv teeth names no category of the table; left out" in text
    assert "facts stand against" in text
    assert "the facts tell" in text
    assert "persistence stay" in text or "persistence of stay" in text


def test_the_files_are_read_back_by_a_scenario(solved, tmp_path):
    written = write_calibration(solved, tmp_path)
    assert [p.name for p in written] == ["services.csv", "assumptions.yaml", "diagnostics.json", "tiers.csv"]
    services = read_services(tmp_path / "services.csv")
    for read, made in zip(services, solved.population.services, strict=True):
        assert read.overdispersion == pytest.approx(made.overdispersion, rel=1e-3)
        assert "solved from the facts in facts.yaml" in read.source
        assert read.shared_weight**2 * solved.population.frailty.variance <= read.overdispersion
    tiers = read_cells(tmp_path / "tiers.csv")
    assert [t.members for t in tiers] == [80_000, 20_000]
    assert tiers[0].use["stay"] < 1 < tiers[1].use["stay"]
    told = json.loads((tmp_path / "diagnostics.json").read_text())
    assert told == json.loads(json.dumps(diagnostics(solved)))
    assert {f["verdict"] == "agree" for f in told["findings"]} <= {True, False}
    section = (tmp_path / "assumptions.yaml").read_text()
    assert "services: {table: services.csv}" in section
    assert f"variance: {figure(solved.population.frailty.variance)}" in section


def test_a_category_without_level_is_told(tmp_path):
    table = facts(tmp_path, "{fact: utilization_per_1000, of: stay, value: 100}", "{fact: cost_cv, value: 2}")
    with pytest.raises(BadInput, match="stay has no mean_cost_per_service; add"):
        start_of(table)
    with pytest.raises(BadInput, match="no fact states how much is used"):
        start_of(facts(tmp_path, "{fact: cost_cv, value: 2}"))


def test_facts_of_other_categories_cannot_be_solved(tmp_path):
    table = facts(tmp_path, "{fact: overdispersion, of: teeth, value: 2}")
    with pytest.raises(
        BadInput, match="no fact of use fitting can be measured with the categories stay, visit and drug"
    ):
        calibrate(table, population())


def test_tables_named_beside_the_facts(tmp_path):
    table = facts(tmp_path, "{fact: cost_cv, value: 2}")
    found = starting_population(table, "vbcsim:medicare_services")
    assert found.categories[0] == "inpatient"
    assert len(found.cells) == 1
    (tmp_path / "cells.csv").write_text("cell,members\na,1\nb,3\n", encoding="utf-8")
    assert starting_population(table, "vbcsim:medicare_services", str(tmp_path / "cells.csv")).shares.tolist() == [
        0.25,
        0.75,
    ]


def test_a_table_of_several_lines_of_business_gives_the_rows_of_the_population(tmp_path):
    both = [*read_services("vbcsim:medicare_services"), *read_services("vbcsim:dual_services")]
    file = tmp_path / "both.csv"
    file.write_text(services_csv(both, ""), encoding="utf-8")
    row = "{fact: cost_cv, value: 2}"
    found = starting_population(facts(tmp_path, row, head="population: dual\n"), str(file))
    assert {s.line_of_business for s in found.services} == {"dual"}
    with pytest.raises(BadInput, match="has rows for medicare and dual; call the population of"):
        starting_population(facts(tmp_path, row), str(file))


@pytest.mark.parametrize("text", ["0.9,0.5", "1", "0.5,0.5", "half", "0,0.5"])
def test_cuts_that_are_no_shares(text):
    with pytest.raises(BadInput, match="write rising shares between 0 and 1"):
        cuts_of(text)


def test_cuts_and_folders(tmp_path):
    assert cuts_of("0.5, 0.9") == (0.5, 0.9)
    assert cuts_of(None) == ()
    folder_for(tmp_path, False)
    (tmp_path / "services.csv").write_text("x")
    with pytest.raises(BadInput, match="is there already; name another folder"):
        folder_for(tmp_path, False)
    folder_for(tmp_path, True)
    with pytest.raises(BadInput, match="is a file; name a folder"):
        folder_for(tmp_path / "services.csv", True)


def test_a_shipped_table_is_written_with_all_its_columns(tmp_path):
    services = read_services("vbcsim:commercial_services")
    (tmp_path / "again.csv").write_text(services_csv(services, ""), encoding="utf-8")
    again = read_services(tmp_path / "again.csv")
    for read, made in zip(again, services, strict=True):
        assert (read.line_of_business, read.reference_year, read.service) == (
            made.line_of_business,
            made.reference_year,
            made.service,
        )
        assert read.seasonality == (pytest.approx(made.seasonality) if made.seasonality else None)
        assert read.mean_cost_usd == pytest.approx(made.mean_cost_usd, rel=1e-3)
        assert read.source == made.source


def test_an_index_just_above_two_is_not_rounded_to_two(tmp_path):
    (stay,) = read_services("vbcsim:commercial_services")[:1]
    near = stay.model_copy(update={"tail_index": 2.0004, "maximum_usd": None})
    (tmp_path / "near.csv").write_text(services_csv([near], ""), encoding="utf-8")
    assert read_services(tmp_path / "near.csv")[0].tail_index == pytest.approx(2.0004)


def test_a_note_stands_above_the_table():
    text = services_csv(population().services, "", "two\nlines")
    assert text.startswith("# two\n# lines\ncategory,service,")
