"""Published settlements against the program that simulations use; made-up files of the years not at hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from vbcsim.calibrate.public_use_file import read_public_use_file
from vbcsim.calibrate.reconcile import election, reconcile, scale_rate
from vbcsim.core.errors import BadInput

MakeFile = Callable[..., Path]

PUBLISHED = {
    2015: (392, 119, 0, 645_543_866),
    2016: (432, 134, 4, 691_275_105),
    2021: (475, 274, 0, 1_959_433_483),
    2022: (482, 304, 0, 2_524_453_557),
}
"""Year: ACOs, paid, owed, published net earned (CMS public-use files)."""


@pytest.mark.parametrize("year", PUBLISHED)
def test_every_published_row_settles_within_rounding(shared_data: Path, year: int) -> None:
    result = reconcile([shared_data / "mssp" / f"py{year}.csv"])
    assert result.problems == ()
    assert [f"{row.aco_id} {row.difference_usd:.2f}" for row in result.beyond_rounding] == []
    (summary,) = result.years
    assert (summary.acos, summary.paid, summary.owed) == PUBLISHED[year][:3]
    assert summary.published_usd == pytest.approx(PUBLISHED[year][3], abs=0.5)
    assert abs(summary.difference_usd) <= 0.00002 * summary.published_usd  # 0.002 %
    assert max(row.tolerance_usd for row in result.rows) < (2300 if year <= 2016 else 3.01)


def test_tolerance_is_what_the_score_is_worth(shared_data: Path) -> None:
    rows = {row.aco_id: row for row in reconcile([shared_data / "mssp" / "py2015.csv"]).rows}
    # A67373: half a unit of the score is 0.00005; worth 0.00005 x 0.5 x 76,642,477 x 0.98.
    assert rows["A67373"].tolerance_usd == pytest.approx(3 + 0.00005 * 0.5 * 76_642_477 * 0.98, abs=0.01)
    assert rows["A38596"].tolerance_usd == 3.0  # losses on a one-sided track: the score is worth nothing


@pytest.mark.parametrize("year", [2015, 2016, 2021, 2022])
def test_scale_reproduces_the_published_minimum(shared_data: Path, year: int) -> None:
    rows = read_public_use_file(shared_data / "mssp" / f"py{year}.csv").rows
    one_sided = [row for row in rows if row.track in ("track_1", "basic_a", "basic_b")]
    assert len(one_sided) > 150
    assert max(abs(scale_rate(row.lives) - row.minimum_rate) for row in one_sided) <= 0.0000501 + 1e-9


def test_elections_are_read_back(shared_data: Path) -> None:
    rows = read_public_use_file(shared_data / "mssp" / "py2022.csv").rows
    found = [election(row) for row in rows if row.track in ("basic_c", "basic_d", "basic_e", "enhanced")]
    assert set(found) == {0.0, 0.005, 0.01, 0.015, 0.02, "scale"}
    assert found.count("scale") == 40


def test_2014_layout(make_file: MakeFile) -> None:
    rows = [
        {"id": "A00001", "score": "", "share": "50", "minimum": "0.03", "earned": "2450000", "track": "Track1"},
        {"id": "A00002", "score": "80", "share": "48", "minimum": "0.02", "earned": "2352000", "track": "Track2"},
        {"id": "A00003", "score": "80", "share": "0", "minimum": "0.03", "track": "Track1"},
    ]
    result = reconcile([make_file("2013", rows, name="py2014.csv")])
    assert [row.settled_usd for row in result.rows] == [2_450_000, 2_352_000, 0]
    assert [row.within_rounding for row in result.rows] == [True] * 3
    assert result.rows[0].note == "no quality score published: complete reporting counts as 100 %"
    assert result.rows[2].clause == "gate: quality standard not met"


def test_half_year_of_2019_without_sequestration(make_file: MakeFile) -> None:
    half = {"start": "7/1/2019", "lives": "9000", "score": "90", "minimum": "0.5%"}
    rows = [
        {**half, "id": "A1", "earned": "2250000", "track": "Current_BASIC_E"},
        {
            **half,
            "id": "A2",
            "spend": "105000000",
            "disaster": "-600000",
            "earned": "-1200000",
            "track": "Current_BASIC_E",
        },
        {**half, "id": "A3", "spend": "105000000", "earned": "-2000000", "track": "Current_ENHANCED"},
    ]
    result = reconcile([make_file("2019", rows)])
    assert [(row.settled_usd, row.within_rounding) for row in result.rows] == [
        (2_250_000, True),  # 0.5 x 0.9 x 5,000,000, nothing sequestered
        (-1_200_000, True),  # 0.3 x 5,000,000 less half of 600,000
        (-2_000_000, True),  # at the floor of 40 %
    ]
    assert "revenue is not published" in result.rows[1].note
    assert result.rows[2].note == ""


def test_half_rate_and_alternative_standard_of_2024(make_file: MakeFile) -> None:
    usual = {"start": "01/01/2024", "lives": "10000", "score": "80.00%"}
    rows = [
        {**usual, "id": "A1", "spend": "98000000", "minimum": "3.00%", "earned": "392000", "track": "B"},
        {**usual, "id": "A2", "spend": "98000000", "minimum": "3.00%", "revenue": "High Revenue", "track": "B"},
        {**usual, "id": "A3", "minimum": "1.00%", "met": "0", "alternative": "1", "earned": "2940000", "track": "EN"},
        {**usual, "id": "A4", "minimum": "1.00%", "guardrail": "1", "track": "E"},
    ]
    result = reconcile([make_file("2024", rows, name="py2024.csv")])
    assert [(row.settled_usd, row.within_rounding) for row in result.rows] == [
        (392_000, True),  # half of 0.4 x 2,000,000 x 0.98
        (0, True),
        (2_940_000, True),  # 0.75 x 0.8 x 5,000,000 x 0.98
        (0, True),
    ]
    assert result.rows[3].clause == "gate: guardrail on the three-way trend"


def test_beyond_rounding_is_shown(make_file: MakeFile) -> None:
    rows = [{"earned": "2204998", "minimum": "0.03", "track": "Current_Track_1"}]
    result = reconcile([make_file("2017", rows, name="py2017.csv")])
    (row,) = result.rows
    # The score 0.9 is published with one decimal here, so it is worth 0.05 x 0.5 x 5,000,000 x 0.98 on this row.
    assert row.tolerance_usd == pytest.approx(3 + 122_500)
    rows = [{"earned": "2204996", "minimum": "0.03", "score": "0.9000", "track": "Current_Track_1"}]
    result = reconcile([make_file("2017", [*rows, {**rows[0], "id": "A2", "score": "0.9001"}], name="py2017.csv")])
    assert [r.within_rounding for r in result.rows] == [True, False]
    assert [r.aco_id for r in result.beyond_rounding] == ["A2"]
    assert result.years[0].beyond_rounding == 1


def test_minimum_rate_that_is_neither_elected_nor_on_the_scale(make_file: MakeFile) -> None:
    rows = [
        {"minimum": "0.0123", "spend": "98700000", "earned": "573300", "track": "Current_Track_3"},
        {"minimum": "0.15", "lives": "400", "spend": "90000000", "track": "Current_Track_1"},
    ]
    result = reconcile([make_file("2017", rows, name="py2017.csv")])
    assert "1.23% as published" in result.rows[0].note
    assert result.rows[1].settled_usd == 0  # below 500 lives the published rate is an input
    assert result.rows[1].clause == "minimum_rate: savings short of the minimum savings rate"


def test_several_files_keep_their_order(make_file: MakeFile, tmp_path: Path) -> None:
    first = make_file(
        "2017",
        [{"id": "A1", "track": "Current_Track_1"}, {"id": "oops", "lives": "x"} | {"track": "-"}],
        name="py2017.csv",
    )
    second = make_file("2024", [{"id": "A2", "track": "EN"}], name="py2024.csv")
    result = reconcile([second, first])
    assert [(r.performance_year, r.aco_id) for r in result.rows] == [(2024, "A2"), (2017, "A1")]
    assert [summary.performance_year for summary in result.years] == [2017, 2024]
    assert len(result.problems) == 2
    assert all(problem.place.startswith(f"{first}:3") for problem in result.problems)


def test_refusals(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no file was given"):
        reconcile([])
    with pytest.raises(BadInput, match="'msp' publishes no settlements that can be read; did you mean \"mssp\""):
        reconcile([tmp_path / "x.csv"], program="msp")
