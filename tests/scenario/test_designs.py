"""For whom a design holds: read from the file, refused at its line, resolved with the terms of each group."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.core.errors import BadInput
from vbcsim.scenario.load import parse_scenario

GROUPS = """
  groups:
    only: {enrollment_type: [disabled, aged_non_dual]}
    each: enrollment_type
    by_group: {disabled: {lines: {benchmark: {constant: {usd: 300000}}}}}
    programme_paid_by: payer
    lines:
      benchmark: {constant: {usd: 800000}}
    provisions: [{name: saved, payer: payer, payee: provider, terms: [difference: {of: benchmark, less: expenditure}]}]
  program:
    program: mco_risk_corridor
    each: enrollment_type
    by_group: {disabled: {premium_pmpm: 900}, aged_non_dual: {premium_pmpm: 500}}
    priced_loss_ratio: 88%
    corridor_edges: [0.02, 0.05]
    state_shares: [0, 0.5, 0.9]
"""


@pytest.fixture
def text(small_text):
    return small_text.rstrip() + GROUPS


def test_designs_resolve_with_the_members_that_they_hold_for(text):
    scenario = parse_scenario(text)
    designs = scenario.settled_designs
    assert designs["half"].whole
    groups = designs["groups"]
    assert groups.only == {"enrollment_type": ("disabled", "aged_non_dual")}
    assert (groups.each, groups.programme_paid_by) == ("enrollment_type", "payer")
    assert groups.by_group["disabled"].lines["benchmark"].usd == 300000
    assert groups.arrangement.lines["benchmark"].usd == 800000
    assert scenario.arrangements["groups"] is groups.arrangement


def test_an_input_that_only_groups_give_needs_every_group(text):
    program = parse_scenario(text).settled_designs["program"]
    shares = {
        group: next(p.value for p in own.parameters if p.name == "premium_pmpm")
        for group, own in program.by_group.items()
    }
    assert shares == {"disabled": 900, "aged_non_dual": 500}
    with pytest.raises(BadInput, match="the inputs of aged_non_dual are missing"):
        parse_scenario(text.replace(", aged_non_dual: {premium_pmpm: 500}", ""))


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("[disabled, aged_non_dual]}", "disbled}", "designs.groups.only.enrollment_type", 'did you mean "disabled"?'),
        (
            "only: {enrollment_type",
            "only: {enrolment_type",
            "designs.groups.only.enrolment_type",
            "is not an attribute",
        ),
        ("only: {enrollment_type", "only: {region", "designs.groups.only.region", "add it to cohort.strata"),
        (
            "by_group: {disabled: {lines",
            "by_group: {young: {lines",
            "designs.groups.by_group.young",
            'the enrollment_type "young"',
        ),
        (
            "    programme_paid_by: payer",
            "    programme_paid_by: group",
            "designs.groups.programme_paid_by",
            "(allowed: payer and provider)",
        ),
        (
            "premium_pmpm: 900}",
            "premium_pmp: 900}",
            "designs.program.by_group.disabled.premium_pmp",
            'mean "premium_pmpm"?',
        ),
        ("premium_pmpm: 900}", "premium_pmpm: -4}", "designs.program.by_group.disabled.premium_pmpm", "-4"),
        (
            "    state_shares: [0",
            "    state_shres: [0",
            "designs.program.state_shres",
            'did you mean "state_shares"?',
        ),
    ],
)
def test_what_does_not_fit_is_refused_at_its_line(text, old, new, place, words):
    assert text.count(old) == 1, text.count(old)
    with pytest.raises(BadInput) as caught:
        parse_scenario(text.replace(old, new), "s.yaml")
    problems = [str(problem) for problem in caught.value.problems]
    line = text[: text.index(old)].count("\n") + 1
    found = [problem for problem in problems if f" {place}" in problem and words in problem]
    assert found, problems
    assert any(problem.startswith(f"s.yaml:{line} ") for problem in found), found


def test_a_run_settles_groups_apart(text):
    import vbcsim

    run = vbcsim.run(parse_scenario(text).model_copy(update={"draws": 30, "split_draws": 0}))
    by_group = run.settlement["group_net_usd"].sel(design="groups", party="provider")
    spent = run.experience["expenditure_usd"].sum("category").sel(year=[2023, 2024])
    for group, budget in (("disabled", 300000.0), ("aged_non_dual", 800000.0)):
        np.testing.assert_allclose(by_group.sel(group=group), budget - spent.sel(stratum=group), rtol=1e-9)
    np.testing.assert_allclose(by_group.sum("group"), run.settlement["net_usd"].sel(design="groups", party="provider"))
