"""Columns found by name in any year; the track and the year that a layout tells."""

from __future__ import annotations

from datetime import date

import pytest

from vbcsim.calibrate.layout import columns_by_meaning, layout_year, missing_meanings, read_date, track_of

BASE = ["aco_id", "n_ab", "abtotbnchmk", "abtotexp", "earnsaveloss", "minsavperc", "qualscore"]


def test_missing_columns_are_named() -> None:
    lacks = missing_meanings(["aco_id", "n_ab", "abtotbnchmk", "minsavperc", "qualscore"])
    assert [text.split(" (")[0] for text in lacks] == ["expenditure", "published", "track"]
    assert "earnsaveloss" in lacks[1]
    assert missing_meanings([*BASE, "current_track"]) == []
    assert missing_meanings([*BASE, "current_basic_e"]) == []


def test_renamed_identifier() -> None:
    assert columns_by_meaning(["aco_num"])["aco_id"] == "aco_num"
    assert columns_by_meaning(["aco_id", "aco_num"])["aco_id"] == "aco_id"
    assert columns_by_meaning(["three_way_trend_guardrail"])["guardrail"] == "three_way_trend_guardrail"


@pytest.mark.parametrize(
    ("cells", "track"),
    [
        ({"current_track": "EN"}, "enhanced"),
        ({"current_track": "E"}, "basic_e"),
        ({"current_track": "BASIC Level C"}, "basic_c"),
        ({"current_track": "Track 1+"}, "track_1_plus"),
        ({"track1": "1", "track2": "0"}, "track_1"),
        ({"current_track_1": "0", "current_track_3": "1"}, "track_3"),
        ({"current_track_1": "0", "current_track_1_plus": "1", "current_basic_a": "0"}, "track_1_plus"),
    ],
)
def test_track(cells: dict[str, str], track: str) -> None:
    assert track_of(cells) == track


def test_track_must_be_one() -> None:
    with pytest.raises(ValueError, match="found none"):
        track_of({"track1": "0", "track2": "0"})
    with pytest.raises(ValueError, match="found track_1, track_2"):
        track_of({"track1": "1", "track2": "1"})
    with pytest.raises(ValueError, match="'X9' is not a track"):
        track_of({"current_track": "X9"})


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("7/1/12", date(2012, 7, 1)),
        ("07/01/2019", date(2019, 7, 1)),
        ("2022-01-01 00:00:00", date(2022, 1, 1)),
        ("", None),
        ("13/45/2019", None),
        ("soon", None),
    ],
)
def test_date(text: str, day: date | None) -> None:
    assert read_date(text) == day


@pytest.mark.parametrize(
    ("marker", "latest", "year"),
    [
        ("track1", date(2014, 1, 1), 2014),
        ("current_track_1", date(2017, 1, 1), 2017),
        ("current_track_1_plus", date(2018, 1, 1), 2018),
        ("current_basic_a", date(2019, 7, 1), 2019),
        ("current_basic_a", date(2020, 1, 1), 2020),
        ("current_track", date(2024, 1, 1), 2024),
    ],
)
def test_year_of_a_layout(marker: str, latest: date, year: int) -> None:
    assert layout_year([*BASE, marker], [date(2012, 4, 1), latest]) == year


def test_year_that_a_layout_does_not_tell() -> None:
    assert layout_year([*BASE, "current_basic_a", "report_ecqm"], [date(2020, 1, 1)]) == 2021
    assert layout_year([*BASE, "track1"], []) is None
    assert layout_year(BASE, [date(2015, 1, 1)]) is None
