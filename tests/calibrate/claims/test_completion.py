"""Chain ladder: the published example of Mack (1993), and claims that are cut off at a date."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from vbcsim.calibrate.claims.completion import completion_of, year_factors

# Taylor & Ashe (1983), incremental payments, as in Mack (1993), table 1.
TAYLOR_ASHE = (
    (357848, 766940, 610542, 482940, 527326, 574398, 146342, 139950, 227229, 67948),
    (352118, 884021, 933894, 1183289, 445745, 320996, 527804, 266172, 425046),
    (290507, 1001799, 926219, 1016654, 750816, 146923, 495992, 280405),
    (310608, 1108250, 776189, 1562400, 272482, 352053, 206286),
    (443160, 693190, 991983, 769488, 504851, 470639),
    (396132, 937085, 847498, 805037, 705960),
    (440832, 847631, 1131398, 1063269),
    (359480, 1061648, 1443370),
    (376686, 986608),
    (344014,),
)
# Mack (1993), table 3: reserve and standard error of each year of origin from the second on.
RESERVE = (94634, 469511, 709638, 984889, 1419459, 2177641, 3920301, 4278972, 4625811)
ERROR = (75535, 121699, 133549, 261406, 411010, 558317, 875328, 971258, 1363155)


def month(number: int) -> date:
    return date(2020 + number // 12, number % 12 + 1, 1)


def triangle(rows) -> pl.DataFrame:
    """Payments by month of service and delay as a table of months."""
    cells = [(False, month(i), month(i + k), 100 * usd) for i, row in enumerate(rows) for k, usd in enumerate(row)]
    schema = {"pharmacy": pl.Boolean, "incurred": pl.Date, "paid": pl.Date, "cents": pl.Int64}
    return pl.DataFrame(cells, schema=schema, orient="row")


def test_the_published_example():
    found = completion_of(triangle(TAYLOR_ASHE), False)
    assert found is not None
    np.testing.assert_allclose((found.ultimate_usd - found.paid_usd)[1:], RESERVE, atol=1.0)
    np.testing.assert_allclose(found.error_usd[1:], ERROR, rtol=2e-5)
    assert found.valuation == month(9)


def test_a_steady_pattern_is_completed_exactly():
    pattern = (50, 30, 15, 5)
    rows = [[scale * share for share in pattern[: 12 - i]] for i, scale in enumerate(range(100, 112))]
    found = completion_of(triangle(rows), False)
    assert found is not None
    np.testing.assert_allclose(found.ultimate_usd, [100.0 * s for s in range(100, 112)])
    np.testing.assert_allclose(found.relative_error, 0.0, atol=1e-9)


def test_a_year_is_completed_by_its_months():
    found = completion_of(triangle([[100, 100]] * 11 + [[100]]), False)
    months = pl.DataFrame(
        {
            "month": [month(10), month(11)],
            "category_code": [3, 3],
            "pharmacy": [False, False],
            "cents": [20_000, 10_000],
        }
    )
    factor, error = year_factors(months, {False: found})[(2020, 3)]
    assert factor == pytest.approx(4.0 / 3.0)
    assert error == pytest.approx(0.0, abs=1e-9)


def test_claims_that_are_cut_off_are_completed_within_their_errors(extract):
    whole = completion_of(extract.triangle, False)
    cut = completion_of(extract.triangle.filter(pl.col("paid") < date(2024, 1, 1)), False)
    assert whole is not None
    assert cut is not None
    truth = {m: usd for m, usd in zip(whole.months, whole.ultimate_usd, strict=True) if m in cut.months}
    missing = sum(truth.values()) - cut.paid_usd.sum()
    found = cut.ultimate_usd.sum() - cut.paid_usd.sum()
    assert missing > 0.02 * cut.paid_usd.sum()
    assert abs(found - missing) < 3 * np.sqrt((cut.error_usd**2).sum())


def test_too_short_a_history_or_no_dates_completes_nothing():
    assert completion_of(triangle([[100, 50]] * 4), False) is None
    assert completion_of(triangle(TAYLOR_ASHE), True) is None
