"""One row of a public-use file: units, quality, half years, disaster amounts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from vbcsim.calibrate.public_use_file import read_public_use_file

MakeFile = Callable[..., Path]


def test_percent_text_and_separators(make_file: MakeFile) -> None:
    row = {"lives": "89,403", "benchmark": "1,175,345,650", "minimum": "2.00%", "score": "89.41%", "track": "EN"}
    aco = read_public_use_file(make_file("2024", [row], name="py2024.csv", bom=True, ends="\r\n")).rows[0]
    assert (aco.lives, aco.benchmark_usd, aco.track) == (89_403, 1_175_345_650, "enhanced")
    assert aco.minimum_rate == pytest.approx(0.02)
    assert aco.quality_score == pytest.approx(0.8941)
    assert aco.quality_half_unit == pytest.approx(0.00005)


def test_unit_is_a_property_of_the_column_not_of_the_value(make_file: MakeFile) -> None:
    rows = [
        {"score": "1", "minimum": "0.5", "track": "Current_Track_1"},
        {"id": "A2", "score": "98.08", "minimum": "3.06", "track": "Current_Track_1"},
    ]
    first = read_public_use_file(make_file("2017", rows, name="py2017.csv")).rows[0]
    assert first.quality_score == pytest.approx(0.01)  # one percent, since its neighbour is 98.08
    assert first.minimum_rate == pytest.approx(0.005)


def test_blank_score_of_a_first_year_is_complete_reporting(make_file: MakeFile) -> None:
    rows = [
        {"score": "", "share": "0.5", "track": "Track1"},
        {"id": "A2", "score": "", "share": "0", "track": "Track1"},
        {"id": "A3", "score": "0.87", "share": "0.4", "track": "Track2"},
    ]
    met, failed, scored = read_public_use_file(make_file("2013", rows, name="py2014.csv")).rows
    assert (met.standard, met.quality_score, met.quality_half_unit) == ("met", 1.0, 0.0)
    assert "complete reporting" in met.notes[0]
    assert (failed.standard, failed.quality_score) == ("failed", 0.0)
    assert (scored.standard, scored.quality_score, scored.quality_half_unit) == ("met", 0.87, 0.005)


@pytest.mark.parametrize(
    ("met", "alternative", "standard"),
    [("1", "", "met"), ("0", "1", "alternative"), ("0", "0", "failed"), ("0", "", "failed")],
)
def test_alternative_quality_standard(make_file: MakeFile, met: str, alternative: str, standard: str) -> None:
    path = make_file("2024", [{"met": met, "alternative": alternative, "track": "E"}], name="py2024.csv")
    assert read_public_use_file(path).rows[0].standard == standard


def test_half_years_of_2019(make_file: MakeFile) -> None:
    track = {"track": "Current_BASIC_E"}
    rows = [
        {"start": "7/1/2019", "disaster": "-1,000", **track},
        {"start": "1/1/2016", "py": "4900", "disaster": "-1,000", **track},
        {"start": "1/1/2018", "py": "9800", "disaster": "-1,000", **track},
    ]
    aco_years = read_public_use_file(make_file("2019", rows)).rows
    assert [a.months for a in aco_years] == [6, 6, 12]
    assert [a.disaster_usd for a in aco_years] == [500, 500, 1000]  # the field of a half year is not pro-rated


def test_revenue_and_guardrail(make_file: MakeFile) -> None:
    rows = [
        {"revenue": "Low Revenue", "guardrail": "1", "track": "B"},
        {"revenue": "High Revenue", "guardrail": "0", "track": "B"},
        {"revenue": "", "track": "B"},
    ]
    aco_years = read_public_use_file(make_file("2024", rows, name="py2024.csv")).rows
    assert [(a.low_revenue, a.guardrail) for a in aco_years] == [(True, True), (False, False), (None, False)]
