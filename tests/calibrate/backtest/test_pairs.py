"""Which ACOs are in two years, and what their record tells of the next."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tests.calibrate.backtest.conftest import AN_ACO
from vbcsim.calibrate.aco_year import AcoYear
from vbcsim.calibrate.backtest.pairs import FEWEST, Pairs, pairs_of_files
from vbcsim.calibrate.backtest.run import Backtest
from vbcsim.calibrate.public_use_file import PublicUseFile
from vbcsim.core.errors import BadInput


def file_of(year: int, ids: range, **changes: object) -> PublicUseFile:
    rows = [replace(AN_ACO, aco_id=f"A{i}", performance_year=year, place=f"py{year}.csv:{i}", **changes) for i in ids]
    return PublicUseFile(Path(f"py{year}.csv"), tuple(rows), ())


def test_acos_of_both_years_are_paired_whatever_the_order_of_rows_and_files():
    earlier, later = file_of(2021, range(50)), file_of(2022, range(60, 9, -1))
    (pairs,) = pairs_of_files([later, earlier])
    assert (len(pairs), pairs.name) == (40, "2021 to 2022")
    assert [row.aco_id for row in pairs.before] == [row.aco_id for row in pairs.after]
    assert {row.performance_year for row in pairs.before} == {2021}


def test_half_years_are_no_years():
    halves = file_of(2019, range(50), months=6)
    with pytest.raises(BadInput, match=r"2020 was read; give the files of two consecutive"):
        pairs_of_files([halves, file_of(2020, range(50))])


def test_years_apart_few_acos_and_second_rows_are_refused():
    with pytest.raises(BadInput, match=r"2015, 2021 was read"):
        pairs_of_files([file_of(2015, range(50)), file_of(2021, range(50))])
    with pytest.raises(BadInput, match=rf"12 ACOs are in both 2021 and 2022; at least {FEWEST}"):
        pairs_of_files([file_of(2021, range(12)), file_of(2022, range(50))])
    with pytest.raises(BadInput) as twice:
        pairs_of_files([file_of(2021, range(50)), file_of(2022, range(50)), file_of(2022, range(3))])
    assert len(twice.value.problems) == 3
    assert "second row of an ACO for 2022; the first is py2022.csv:0" in str(twice.value)


@pytest.mark.parametrize(
    ("start", "year", "ends"),
    [
        (date(2012, 4, 1), 2015, True),
        (date(2013, 1, 1), 2015, True),
        (date(2014, 1, 1), 2015, False),
        (date(2018, 1, 1), 2020, False),
        (date(2018, 1, 1), 2021, True),
        (date(2019, 7, 1), 2023, False),
        (date(2019, 7, 1), 2024, True),
        (date(2020, 1, 1), 2024, True),
        (None, 2021, False),
    ],
)
def test_the_rules_tell_when_an_agreement_ends(start: date | None, year: int, ends: bool):
    row: AcoYear = replace(AN_ACO, agreement_start=start, performance_year=year)
    assert Pairs(year + 1, (row,), (row,)).ends.tolist() == [ends]


def test_what_the_rules_say_of_renewals_is_what_cms_published(real: Backtest):
    early, late = (year.pairs for year in real.years)
    assert (early.ends == early.renewed).all()
    # Some renewed early, which no record of 2021 tells; nobody whose agreement ended did not.
    assert late.renewed[late.ends].all()
    assert 20 < int((late.renewed & ~late.ends).sum()) < 40
    assert np.allclose(early.savings_rate, [1 - r.expenditure_usd / r.benchmark_usd for r in early.after])
