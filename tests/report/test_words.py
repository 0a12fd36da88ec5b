"""Numbers in words: no digit that the Monte Carlo error does not support, no sign or unit lost."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbcsim.report.words import (
    BILLIONS,
    DOLLARS,
    MILLIONS,
    THOUSANDS,
    chance,
    clip,
    join,
    money,
    plain,
    rounded,
    scale_for,
    span,
)


@pytest.mark.parametrize(
    ("value", "mcse", "expected"),
    [
        (12.3456, 0.2345, ("12.35", "0.23")),
        (12.3456, 0.4, ("12.3", "0.4")),
        (12.3456, 0.0296, ("12.35", "0.03")),
        (-1234.5, 96.0, ("−1,234", "96")),
        (-0.004, 0.3, ("0.0", "0.3")),
        (8.125, 0.0, ("8.125", "")),
        (0.0, 0.0, ("0", "")),
        (3.14159, math.nan, ("3.14", "unknown")),
        (math.nan, math.nan, ("—", "")),
    ],
)
def test_a_figure_ends_where_its_error_begins(value: float, mcse: float, expected: tuple[str, str]) -> None:
    assert rounded(value, mcse) == expected


@given(value=st.floats(-1e4, 1e4), mcse=st.floats(1e-3, 1e3))
def test_rounding_moves_a_figure_by_less_than_its_error(value: float, mcse: float) -> None:
    said, error = rounded(value, mcse)
    read = float(said.replace("−", "-").replace(",", ""))
    assert abs(read - value) <= 0.5 * mcse + 1e-9
    assert float(error.replace(",", "")) == pytest.approx(mcse, rel=0.34)


@pytest.mark.parametrize(
    ("value", "mcse", "expected"),
    [
        (1_234_567, 23_456, "$1.23 million"),
        (-340_123, 4_210, "−$340,000"),
        (12.3, 0.0, "$12"),
        (5.04e9, 1e8, "$5.0 billion"),
        (-0.2, 30_000, "$0"),
        (12.6e6, 3e6, "$13 million"),
        (math.nan, 1.0, "an unknown amount"),
    ],
)
def test_money_in_a_sentence(value: float, mcse: float, expected: str) -> None:
    assert money(value, mcse) == expected
    assert money(value, mcse, sign=False) == expected.removeprefix("−")


@pytest.mark.parametrize(
    ("hits", "draws", "expected"),
    [
        (0, 2000, "none of the 2,000 draws"),
        (2000, 2000, "all of the 2,000 draws"),
        (620, 2000, "31 of 100 outcomes"),
        (12, 2000, "6 of 1,000 outcomes"),
        (8, 2000, "8 of the 2,000 draws"),
        (1999, 2000, "1,999 of the 2,000 draws"),
        (70, 100_000, "7 of 10,000 outcomes"),
        (62, 200, "about 31 of 100 outcomes"),
    ],
)
def test_chances_are_counted_and_never_rounded_to_certainty(hits: int, draws: int, expected: str) -> None:
    assert chance(hits / draws, draws) == expected


def test_a_table_is_in_the_unit_of_its_largest_amount() -> None:
    assert scale_for([-2.0e6, 3.0]) is MILLIONS
    assert scale_for([999_700.0]) is MILLIONS
    assert scale_for([999_000.0]) is THOUSANDS
    assert scale_for([2e9, math.nan]) is BILLIONS
    assert scale_for([]) is DOLLARS


def test_text_loses_what_hides_or_acts() -> None:
    assert plain("a\x1b[31mred\x1b[0m\n\tb\u202ec\u200b\ufeff") == "a[31mred[0m bc"
    assert clip("x" * 50, 10) == "x" * 9 + "…"
    assert join(["a"]) == "a"
    assert join(["a", "b", "c"]) == "a, b and c"
    assert span((2023,)) == "2023"
    assert span((2023, 2024, 2025)) == "2023–2025"
