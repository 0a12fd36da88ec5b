"""A scenario with risks in place of members: read, refused where it is mixed, run, kept, changed by cases."""

from __future__ import annotations

import numpy as np
import pytest

import vbcsim
from vbcsim.core.errors import BadInput
from vbcsim.scenario.dump import dump_scenario
from vbcsim.scenario.load import parse_scenario

TEXT = """\
vbcsim: 1
name: treaty
title: A layer
question: What does it cost?
draws: 300
split_draws: 0
years: {base: [2024], performance: [2025, 2026]}
collective:
  floor_usd: 50000
  risks:
    casualty:
      frequency: {kind: poisson, mean: 3}
      severity: {kind: pareto, shape: 2, scale: 50000}
      growth: 5%
      source: made up
    property:
      exposure: 20
      frequency: {kind: binomial, probability: 10%}
      severity: {kind: fixed, amount: 9000}
      source: made up
cases:
  more: {title: More claims, changes: {collective.risks.casualty.frequency.mean: 6}, source: made up}
designs:
  layer:
    parties: [payer, reinsurer]
    lines: {layer: {excess: {threshold_usd: 100000, limit_usd: 400000, year: 2025}}}
    provisions:
      - {name: recovery, payer: reinsurer, payee: payer, terms: [{difference: {of: layer}}]}
  share:
    parties: [payer, reinsurer]
    provisions:
      - {name: ceded, payer: reinsurer, payee: payer, terms: [{portion: {of: expenditure_casualty, rate: 40%}}]}
"""


@pytest.fixture(scope="module")
def run():
    return vbcsim.run(parse_scenario(TEXT))


def test_risks_stand_where_members_stand():
    scenario = parse_scenario(TEXT)
    assert scenario.members == 21
    assert scenario.categories == ("casualty", "property")
    assert scenario.assumptions is None
    assert scenario.supposed is scenario.collective


def test_contracts_settle_on_single_claims(run):
    usd, draw, year = (run.experience[f"claimant_{name}"].values for name in ("usd", "draw", "year"))
    layer = np.minimum(np.maximum(usd - 100_000, 0), 400_000)[year > 0]
    by_draw = np.bincount(draw[year > 0], layer, 300)
    paid = run.settlement["net_usd"].sel(design="layer", party="payer").sum("year").values
    np.testing.assert_allclose(paid, by_draw, atol=1e-6)
    spent = run.experience["expenditure_usd"].sel(category="casualty", year=[2025, 2026]).sum("stratum").values
    np.testing.assert_allclose(run.settlement["net_usd"].sel(design="share", party="payer").values, 0.4 * spent)


def test_every_line_that_is_promised_is_there(run):
    from vbcsim.contract.book import Book, collective_lines

    book = Book.from_experience(run.experience)
    assert collective_lines(run.scenario.categories) <= set(book)
    assert all(np.isfinite(book[line]).all() for line in collective_lines(run.scenario.categories))


def test_a_run_on_risks_plans_room_for_its_claims(run):
    from vbcsim.cli.plan import plan_of

    few, many = (plan_of(parse_scenario(TEXT.replace("mean: 3}", f"mean: {n}}}", 1))) for n in (3, 3000))
    assert many.memory_bytes > 50 * few.memory_bytes


def test_a_case_changes_a_figure_of_a_risk(run):
    more, base = (
        run.cases[name].experience["utilization"].mean("draw").sel(category="casualty") for name in ("more", "base")
    )
    assert float(more.sum()) == pytest.approx(2 * float(base.sum()), rel=0.1)


def test_a_finished_run_is_opened_again(run, tmp_path):
    run.save(tmp_path / "kept")
    opened = vbcsim.open_run(tmp_path / "kept")
    assert opened.scenario.collective == run.scenario.collective
    np.testing.assert_array_equal(opened.settlement["net_usd"], run.settlement["net_usd"])


def test_other_designs_on_its_experience_are_written_as_they_can_be_read(run):
    scenario = parse_scenario(TEXT.replace("rate: 40%", "rate: 50%")).with_experience_of(run.scenario)
    (text,) = (text for name, text in dump_scenario(scenario).items() if name == "scenario.yaml")
    assert parse_scenario(text).settled_designs["share"] == scenario.settled_designs["share"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("cases:\n", "interventions: {}\ncases:\n", "collective has risks, not members: leave out interventions"),
        ("collective:\n", "economics: null\ncollective:\n", "leave out economics"),
        ("{kind: poisson, mean: 3}", "{kind: poisson, mean: -3}", r"casualty\.frequency.*mean"),
        ("{kind: poisson, mean: 3}", "{kind: poison, mean: 3}", "poison"),
        ("threshold_usd: 100000", "threshold_usd: 1000", "below the large-claimant floor of \\$50,000"),
        ("of: expenditure_casualty", "of: expenditure_casualyt", 'did you mean "expenditure_casualty"'),
        ("of: layer}}", "of: revenue}}", 'reads the line "revenue"'),
        ("draws: 300", "engine: fast", "is not an engine"),
    ],
)
def test_what_does_not_fit_is_told_at_its_place(old, new, message):
    assert old in TEXT
    with pytest.raises(BadInput, match=message):
        parse_scenario(TEXT.replace(old, new, 1))


def test_without_risks_members_and_assumptions_are_needed():
    text = TEXT[: TEXT.index("collective:")] + TEXT[TEXT.index("designs:") :]
    with pytest.raises(BadInput) as found:
        parse_scenario(text)
    told = str(found.value)
    assert '"cohort" is missing' in told
    assert '"assumptions" is missing' in told
