"""Numbers as public-use files write them."""

from __future__ import annotations

import pytest

from vbcsim.calibrate.numbers import decimals, fraction_scale, read_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("89,403", 89_403.0),
        ("1,175,345,650", 1_175_345_650.0),
        ("-5,179,851", -5_179_851.0),
        ("7.17%", 7.17),
        (" 12 ", 12.0),
        ("(1,250)", -1250.0),
        ("$1,250.50", 1250.5),
        ("1.2E+08", 1.2e8),
        ("\u22123", -3.0),
        (".5", 0.5),
    ],
)
def test_number(text: str, number: float) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize("text", ["", "  ", "*", "-", "N/A", "n/a", "."])
def test_missing(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize("text", ["abc", "1,23", "12,34,567", "nan", "inf", "1e999", "1 2", "0x10", "=1+1", "1_000"])
def test_not_a_number(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        read_number(text)


def test_unit_of_a_column_of_shares() -> None:
    assert fraction_scale(["0.0306", "0.02", "*"], 0.5) == 1.0
    assert fraction_scale(["2.00%", "0"], 0.5) == 0.01  # one percent sign makes a column of percentages
    assert fraction_scale(["3.06", "0", "2"], 0.5) == 0.01  # no minimum rate is 306 %
    assert fraction_scale(["98.08", "1", ""], 1.0) == 0.01
    assert fraction_scale(["0", "oops"], 0.5) == 1.0


def test_decimals_are_those_of_the_column() -> None:
    assert decimals(["98.1", "98.08", "100", ""]) == 2  # CSV drops trailing zeros, so a column tells more than a cell
    assert decimals(["89.41%", "-"]) == 2
    assert decimals(["1", "*", "1e-3"]) == 0
