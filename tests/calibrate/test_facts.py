"""Tables of facts: what is read from YAML and CSV, and every mistake at its line with a remedy."""

from __future__ import annotations

import pytest

from tests.calibrate.populations import facts
from vbcsim.calibrate.fact_kinds import KINDS, tolerance
from vbcsim.calibrate.facts import published, published_populations, read_facts
from vbcsim.core.errors import BadInput


def test_every_published_table_is_read_and_every_figure_has_source_and_grade():
    assert set(published_populations()) == {"all", "commercial", "medicare", "medicaid", "dual"}
    for name in published_populations():
        table = published(name)
        assert table.population == name
        assert len(table.facts) > 30
        assert all(f.grade in {"A", "B", "C", "D"} for f in table.facts), name
        assert all("," in f.source or ":" in f.source for f in table.facts), name
        assert {f.use for f in table.facts} <= {"fitting", "held_out", "level"}
        assert sum(f.use == "held_out" for f in table.facts) >= 20


def test_some_published_figures_are_those_of_the_evidence():
    found = {f.label: f.value for f in published("commercial").facts}
    assert found["cost_cv"] == 3.6
    assert found["top_share 1%"] == 0.267
    assert found["quantile_over_mean 99%"] == pytest.approx(42814 / 3369)
    assert found["overdispersion inpatient"] == 6.5
    assert found["log_correlation"] == 0.52
    assert {f.label: f.value for f in published("dual").facts}["log_correlation"] == 0.70


def test_a_population_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(BadInput, match='no facts of "comercial" come with vbcsim; did you mean "commercial"'):
        published("comercial")


def test_groups_sources_and_divisors(tmp_path):
    head = "population: p\ngroups: {office: [a, b]}\nsources: {s: The Source 2013}\n"
    table = facts(
        tmp_path,
        "{fact: cost_share, of: office, value: 3, over: 12, standard_error: 0.6, source: s, grade: B}",
        "{fact: rank_correlation, of: [office, c+d], value: -0.1}",
        head=head,
    )
    first, second = table.facts
    assert (first.value, first.standard_error, first.source) == (0.25, pytest.approx(0.05), "The Source 2013")
    assert first.categories == (("a", "b"),)
    assert first.tolerance == pytest.approx(0.1)  # two standard errors, above the 0.03 of its kind
    assert second.categories == (("a", "b"), ("c", "d"))
    assert first.place.endswith("facts.yaml:5")
    usable, left = table.on(("b", "c"))
    assert [f.categories for f in usable] == [(("b",),), (("b",), ("c",))]
    assert left == ()
    assert [f.kind for f in table.on(("a", "b"))[1]] == ["rank_correlation"]


def test_a_csv_table_says_the_same(tmp_path):
    file = tmp_path / "plan.csv"
    file.write_text(
        "# my plan\nfact,of,at,value,use,source\ntop_share,,0.01,0.25,held_out,claims\n"
        "rank_correlation,office rx,,0.6,fitting,claims\n",
        encoding="utf-8",
    )
    table = read_facts(file)
    assert table.population == "plan"
    assert [f.label for f in table.facts] == ["top_share 1%", "rank_correlation office-rx"]
    assert table.facts[1].place == f"{file}:4"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("{fact: top_shar, at: 0.01, value: 0.2}", '"top_shar" is not a kind of fact; did you mean "top_share"?'),
        ("{fact: top_share, value: 0.2}", "top_share needs `at`, a share of persons; nothing was read"),
        ("{fact: top_share, at: 5, value: 0.2}", "`at` 5 is not possible for top_share: it is a share of persons"),
        ("{fact: top_share, at: 0.01, value: 20}", "top_share 20 is not possible; it lies between 0 and 1"),
        ("{fact: overdispersion, value: 2}", "overdispersion names one category in `of`; 0 were read"),
        ("{fact: rank_correlation, of: a, value: 0.2}", "rank_correlation names two categories in `of`; 1 were read"),
        ("{fact: cost_cv, value: high}", '"high" was read where `value` needs a number'),
        ("{fact: cost_cv, value: 3, over: 0}", "over 0 cannot divide a figure; write a number above 0"),
        ("{fact: cost_cv, value: 3, use: holdout}", '"holdout" is not a use of a fact; did you mean "held_out"?'),
        ("{fact: cost_cv, value: 3, standard_error: -1}", "standard_error -1 is negative; write 0 or more"),
        ("{fact: cost_cv, value: 3, sorce: x}", '"sorce" is not a field of a fact; did you mean "source"?'),
        ("{fact: cost_cv, at: 0.1, value: 3}", "cost_cv has no level; leave `at` out"),
        ("just words", '"just words" was read where a fact is needed'),
    ],
)
def test_a_mistake_is_told_at_its_line(tmp_path, row, sentence):
    with pytest.raises(BadInput) as error:
        facts(tmp_path, "{fact: zero_share, value: 0.1}", row)
    assert sentence in str(error.value)
    assert f"{tmp_path / 'facts.yaml'}:4" in str(error.value)


def test_all_mistakes_come_at_once(tmp_path):
    with pytest.raises(BadInput) as error:
        facts(tmp_path, "{fact: cost_cv, value: x}", "{fact: nothing, value: 1}", "{fact: zero_share, value: 2}")
    assert len(error.value.problems) == 3


def test_a_fact_stands_once(tmp_path):
    row = "{fact: top_share, at: 0.01, value: 0.2}"
    with pytest.raises(BadInput, match="top_share 1% stands there already"):
        facts(tmp_path, row, row)


def test_a_broken_mixture_is_told(tmp_path):
    with pytest.raises(BadInput, match=r"mix\.a: a mapping of 1 was read where"):
        facts(tmp_path, "{fact: cost_cv, value: 3}", head="population: p\nmix: {a: {share: 1}}\n")


def test_a_tolerance_is_relative_or_absolute():
    assert tolerance(KINDS["cost_cv"], 4.0) == pytest.approx(0.6)
    assert tolerance(KINDS["top_share"], 0.2) == 0.03
    assert all(k.relative > 0 or k.absolute > 0 for k in KINDS.values())
