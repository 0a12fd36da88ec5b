"""What an actuarial report must say: computed from the study, never invented, open where only people can say it."""

from __future__ import annotations

from dataclasses import replace

import pytest
import xarray as xr

from vbcsim.report.html import html_report
from vbcsim.report.limits import limits
from vbcsim.report.model_words import model_description, uncertain_count, validation_words
from vbcsim.report.practice import practice
from vbcsim.report.sources import data_review

SIGNED = {
    "purpose": "for the board of a made-up group",
    "prepared_by": {"name": "A. <b>Person</b>", "credentials": "FSA, MAAA"},
    "reliance": ["The payer's claims were taken as given."],
    "deviations": ["None."],
    "data_review": "Totals were compared with the payer's statement.",
}


def test_nothing_is_invented(study):
    found = practice(study)
    assert dict(found.about)["Subject"] == "Which of three drafts should the group sign?"
    assert not any(text for name, text in found.about if name != "Subject")
    assert all(not any(signer[1:]) for signer in found.signers)
    assert found.deviations == ()


def test_what_people_say_stands_in_the_page_as_text(make, undrawn):
    page = html_report(make(60, sign_off=SIGNED))
    for said in (
        "for the board of a made-up group",
        "A. &lt;b&gt;Person&lt;/b&gt;",
        "FSA, MAAA",
        "The payer&#39;s claims were taken as given.",
        "Totals were compared",
    ):
        assert said in page, said
    assert page.count('<dt>Signature</dt><dd class="blank"></dd>') == 2, "a hand signs, no file"


def test_sources_are_counted_by_how_firm_they_are(study):
    counts = {words: (own, theirs) for words, own, theirs in data_review(study).counts}
    assert counts["from memory, to be verified"] == (1, 1), "the market trend; the loss limit"
    assert counts["judgement, in whole or in part"] == (1, 0)
    assert counts["from data or publications that are cited"][1] == 1
    assert "made up for the test" in data_review(study).sources


def test_a_study_without_uncertain_figures_says_so(study, make):
    assert uncertain_count(study) == 0
    assert any("No assumption is uncertain" in sentence for sentence in limits(study))
    quality = study.scenario.assumptions.quality.model_copy(update={"mean": 0.8})
    assumptions = study.scenario.assumptions.model_copy(update={"quality": quality})
    from vbcsim.core.uncertain import distribution

    trend = assumptions.market_trend.model_copy(update={"national_shock_sd": distribution({"uniform": [0.01, 0.03]})})
    unsure = study.scenario.model_copy(update={"assumptions": assumptions.model_copy(update={"market_trend": trend})})
    material = replace(study, scenario=unsure)
    assert uncertain_count(material) == 1
    assert not any("No assumption is uncertain" in sentence for sentence in limits(material))
    assert dict(model_description(material))["Unknown assumptions"].startswith("One figure is not known")


def test_the_assumption_that_decides_is_named(study):
    names = ["process", "parameter", "systemic", "group"]
    dims = ("design", "party", "layer")
    whole = {d: list(study.designs) if d == "design" else ["provider"] if d == "party" else names for d in dims}
    empty = xr.DataArray(0.0, coords=whole, dims=dims)
    shares = empty.copy()
    shares.loc[{"layer": "group"}] = 0.8
    split = xr.Dataset({"variance_first_share": shares, "variance_first_share_mcse": empty + 0.04})
    said = " ".join(limits(replace(study, variance_split=split)))
    assert "80% of the variance of the provider’s money comes from one assumption" in said
    assert "2% a year (standard deviation). Source: judgement." in said
    split["variance_first_share"] = shares * 0.1
    assert "comes from one assumption" not in " ".join(limits(replace(study, variance_split=split)))


@pytest.mark.parametrize(("line", "expected"), [("medicare", "Medicare without Medicaid"), ("dental", "No line of")])
def test_validation_is_told_for_the_lines_of_business_at_hand(study, line, expected):
    cells = tuple(cell.model_copy(update={"line_of_business": line}) for cell in study.scenario.cohort.cells)
    cohort = study.scenario.cohort.model_copy(update={"cells": cells})
    said = validation_words(replace(study, scenario=study.scenario.model_copy(update={"cohort": cohort})))
    assert any(sentence.startswith(expected) for sentence in said), said
    if line == "medicare":
        assert any("published facts of yearly cost and use" in sentence and "do not" in sentence for sentence in said)
