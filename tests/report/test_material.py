"""Reading the datasets of a run: titles that tell designs apart, parties that matter, pairs seen from either side."""

from __future__ import annotations

from dataclasses import replace

import pytest


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        (("Draft A", "Draft B"), ("Draft A", "Draft B")),
        (("BASIC level A: savings only, and long", "ENHANCED: the largest shares"), ("BASIC level A", "ENHANCED")),
        (("A third of savings, and of losses", "Draft B"), ("A third of savings, and of losses", "Draft B")),
        (("Medicare Shared Savings Program", "Medicare Shared Savings Program"), ("One sided", "Deep")),
        (("x" * 40 + "1", "y" * 41), ("x" * 39 + "…", "y" * 39 + "…")),
        (("", "Draft B"), ("One sided", "Deep")),
    ],
)
def test_titles_tell_designs_apart(make, titles, expected) -> None:
    material = make(
        60, {"one_sided": (0.4, 0.0), "deep": (0.7, 0.4)}, dict(zip(("one_sided", "deep"), titles, strict=True))
    )
    assert tuple(material.titles.values()) == expected


def test_a_pair_reads_the_same_from_either_side(study) -> None:
    there, back = study.pair("one_sided", "deep", "provider"), study.pair("deep", "one_sided", "provider")
    assert back.mean_difference == (-there.mean_difference[0], there.mean_difference[1])
    assert there.p_better[0] + back.p_better[0] + there.p_equal[0] == pytest.approx(1.0)
    assert {there.second_order, back.second_order} in ({"none"}, {"a", "b"})
    with pytest.raises(KeyError, match="no pair deep, deep"):
        study.pair("deep", "deep", "provider")


def test_figures_and_money_by_draw_agree(study) -> None:
    assert study.net("deep", "provider").mean() == pytest.approx(study.of("deep", "provider")["mean_usd"][0])
    assert study.of("deep", "provider", 2024)["mean_usd"][0] == pytest.approx(
        float(study.settlement["net_usd"].sel(design="deep", party="provider", year=2024).mean())
    )
    assert study.parties == ("provider", "payer")
    assert study.lead == "provider"
    assert study.period == "2023–2025"


def test_designs_that_share_unverified_figures_are_named_together(study) -> None:
    assert list(study.unverified.values()) == [("loss limit",)]


def test_a_finished_run_gives_its_parts(study) -> None:
    from types import SimpleNamespace

    from vbcsim.report.material import Material

    names = ("settlement", "outcomes", "comparison", "experience", "ledger", "capital")
    scenario = SimpleNamespace(arrangements=study.arrangements)
    run = SimpleNamespace(scenario=scenario, **{name: getattr(study, name) for name in names})
    found = Material.of_run(run)
    assert found.arrangements is study.arrangements
    assert found.experience is study.experience


def test_a_provider_whom_no_design_pays_or_charges_does_not_lead(study):
    still = study.outcomes.copy(deep=True)
    for name in ("value", "mcse", "value_by_year", "mcse_by_year"):
        still[name].loc[{"party": "provider"}] = 0.0
    material = replace(study, outcomes=still)
    assert material.parties == ("payer",)
    assert material.lead == "payer"
