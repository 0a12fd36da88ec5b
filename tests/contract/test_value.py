"""Values: what may be written where a rate or an amount is asked for, and what is refused with which sentence."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from vbcsim.contract.terms.limit import Limit
from vbcsim.contract.terms.share import Share
from vbcsim.contract.value import FractionValue, LineName, OneLess, RateValue, Table, UsdValue, phrase

FRACTION = TypeAdapter(FractionValue)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (0.5, 0.5),
        ("50%", 0.5),
        (1, 1.0),
        ({2021: "2%", 2019: 0}, {2019: 0.0, 2021: 0.02}),
        ({"2019": 0.1}, {2019: 0.1}),
        ("quality_score", "quality_score"),
    ],
)
def test_a_value_is_read(written, read):
    assert FRACTION.validate_python(written) == read


def test_years_are_kept_in_order():
    assert list(FRACTION.validate_python({2021: 0.02, 2012: 0.0})) == [2012, 2021]


def test_a_line_a_table_and_a_complement_are_told_apart():
    assert isinstance(FRACTION.validate_python("lives"), LineName)
    assert isinstance(FRACTION.validate_python({"by": "lives", "bands": [{"from": 0, "value": 0.1}]}), Table)
    assert isinstance(FRACTION.validate_python({"one_less": 0.75}), OneLess)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (1.5, "less than or equal to 1; 1.5 was given"),
        (-0.1, "greater than or equal to 0"),
        (True, "not true or false"),
        (None, "nothing was given"),
        ([0.1], "a list was given"),
        ("$5", "is in usd; this field is in fraction"),
        ("5 apples", "unit 'apples' is not known"),
        (float("nan"), "nan"),
        ({1850: 0.1}, "1850 is not a calendar year"),
        ({2019: 3.0}, "less than or equal to 1"),
        ({"bye": "lives", "bands": []}, '"bye" is not a field of this value; did you mean "by"'),
        ({"by": "lives", "bands": []}, "at least 1 item"),
        ({"by": "lives", "bands": [{"from": 5, "to": 4, "value": 0.1}]}, "the band from 5 to 4 is empty"),
        ({"by": "lives", "bands": [{"from": 5, "value": [0.1, 0.2]}]}, "has two values and no `to`"),
        (
            {"by": "lives", "bands": [{"from": 0, "to": 9, "value": 0.1}, {"from": 5, "value": 0.2}]},
            "the bands from 0 and from 5 overlap",
        ),
        ({"by": "lives", "bands": [{"from": 5, "value": 0.1}, {"from": 5, "value": 0.2}]}, "overlap"),
        ({"by": "lives", "bands": [{"from": 0, "value": 1.4}]}, "1.4"),
        ({"one_less": 0.75, "floor": 0.8, "cap": 0.4}, "the floor 0.8 is above the cap 0.4"),
    ],
)
def test_what_is_no_value_is_refused_with_a_sentence(written, message):
    with pytest.raises(ValidationError, match=message):
        FRACTION.validate_python(written)


def test_units_differ_by_field():
    assert TypeAdapter(RateValue).validate_python("-3%") == -0.03
    assert TypeAdapter(UsdValue).validate_python("$1,000,000") == 1_000_000.0
    with pytest.raises(ValidationError, match="percentage"):
        TypeAdapter(UsdValue).validate_python("3%")


def test_every_line_that_a_clause_reads_is_found():
    share = Share.model_validate(
        {
            "savings": {"by": "quality_score", "bands": [{"from": 0, "value": "low_share"}]},
            "losses": {"one_less": 0.75, "times": ["quality_score", "standard_met"]},
        }
    )
    assert share.line_names == ("quality_score", "low_share", "standard_met")
    limit = Limit.model_validate({"losses": [{"share": 0.08, "of": "revenue"}, {"usd": "stop"}]})
    assert limit.lines() == ("revenue", "stop")


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.125, "fraction", "12.5%"),
        (-1500.0, "usd", "-$1,500"),
        (3.5, "usd_pmpm", "$3.50 per member per month"),
        ({2019: 0.0, 2021: 0.02}, "fraction", "0% from 2019 to 2020 and 2% from 2021 on"),
        (LineName("lives"), "number", "the lives"),
    ],
)
def test_a_value_is_said_in_words(value, unit, words):
    assert phrase(value, unit) == words


def test_a_copy_remembers_nothing_of_what_it_was_copied_from():
    share = Share.model_validate({"savings": "low_share", "losses": {2019: 0.3}})
    assert (share.line_names, share.first_year) == (("low_share",), 2019)
    copy = share.model_copy(update={"savings": 0.5, "losses": 0.0})
    assert (copy.line_names, copy.first_year) == ((), 0)
