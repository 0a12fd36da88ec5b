"""Every picture: deterministic, inert, in words, with the data that it is drawn from."""

from __future__ import annotations

import base64
import re
from dataclasses import replace

import pytest

from vbcsim.report import figures
from vbcsim.report.drawing import svg
from vbcsim.report.pictures import dominance, exceedance, fan, histogram

DRAWERS = [histogram.distributions, exceedance.exceedance, fan.year_by_year]


@pytest.fixture(scope="module")
def drawn(study):
    return figures.pictures(study)


def test_a_study_has_the_pictures_that_its_data_allow(drawn, study, make) -> None:
    assert list(drawn) == ["outcomes_provider", "exceedance", "years", "dominance", "differences"]
    alone = make(60, {"deep": (0.5, 0.5)})
    assert list(figures.pictures(replace(alone, experience=None))) == ["outcomes_provider", "exceedance", "years"]


def test_pictures_are_inert_and_have_words_and_data(drawn) -> None:
    for name, picture in drawn.items():
        text = base64.b64decode(picture.address.split(",", 1)[1]).decode()
        assert text.startswith("<svg")
        assert "Date" not in text
        assert not re.search(r"<script|<foreignObject|<image|href=\"(?!#)|@import|url\((?!#)", text)
        assert len(picture.caption) > 60
        assert picture.data.rows, name
        assert all(len(row) == len(picture.data.columns) for row in picture.data.rows), name


def test_a_party_that_is_no_mirror_has_its_own_picture(study) -> None:
    settlement = study.settlement.copy(deep=True)
    settlement["net_usd"].loc[{"party": "payer"}] *= 0.9
    names = [picture.name for picture in figures._outcomes(replace(study, settlement=settlement))]
    assert names == ["outcomes_provider", "outcomes_payer"]


@pytest.mark.parametrize("draw", DRAWERS)
def test_any_title_can_be_drawn(draw, make) -> None:
    """Mathematics that does not parse, script, glyphs that the font lacks, right-to-left text, great length."""
    names = ("$\\badmacro$", "<script>alert(1)</script>", "\U0001f4a5 \u05d0\u05d1 %s {x} " + "z" * 300)
    material = make(50, titles=dict(zip(("one_sided", "two_sided", "deep"), names, strict=True)))
    assert "<script" not in svg(draw, material, "provider")


@pytest.mark.parametrize("draw", DRAWERS)
@pytest.mark.parametrize("share", [(0.0, 0.0), (0.5, 0.0), (0.0, 0.5)])
def test_one_sided_and_empty_designs_can_be_drawn(draw, share, make) -> None:
    assert svg(draw, make(60, {"deep": share}), "provider")


def test_dominance_of_designs_that_pay_nothing_can_be_drawn(make) -> None:
    assert svg(dominance.dominance_curves, make(60, {"a": (0.0, 0.0), "b": (0.0, 0.0)}), "provider", "a")
