"""Distributions in place of numbers: read, refused, written, drawn, told."""

from __future__ import annotations

import copy
import pickle
from typing import Annotated

import numpy as np
import pytest
from pydantic import Field, ValidationError
from scipy import stats

from vbcsim.core.model import Frozen
from vbcsim.core.uncertain import (
    KINDS,
    WORLDS,
    Distribution,
    Uncertain,
    figures_of,
    number_of,
    uncertain_numbers,
    world_points,
)
from vbcsim.core.units import Fraction, Months, Rate, Usd

KNOWN = {
    Distribution("normal", [3.0, 0.5]): stats.norm(3.0, 0.5),
    Distribution("lognormal", [3.0, 1.5]): stats.lognorm(np.log(1.25) ** 0.5, scale=3.0 / 1.25**0.5),
    Distribution("uniform", [-1.0, 3.0]): stats.uniform(-1.0, 4.0),
    Distribution("triangular", [1.0, 2.0, 5.0]): stats.triang(0.25, 1.0, 4.0),
    Distribution("triangular", [1.0, 1.0, 5.0]): stats.triang(0.0, 1.0, 4.0),
    Distribution("triangular", [1.0, 5.0, 5.0]): stats.triang(1.0, 1.0, 4.0),
    Distribution("beta", [0.2, 0.1]): stats.beta(0.2 * 15, 0.8 * 15),
}
"""Every kind against scipy's own."""


class Plain(Frozen):
    months: Months = 12


class Row(Frozen):
    category: str
    line_of_business: str = "all"
    mean_cost_usd: Uncertain[Usd] = 1.0


class Model(Frozen):
    share: Uncertain[Fraction] = 0.1
    half: Uncertain[Annotated[Fraction, Field(le=0.5)]] = 0.1
    trend: Uncertain[Rate] | None = None
    rows: tuple[Row, ...] = ()
    named: dict[str, Row] = Field(default_factory=dict)
    plain: Plain = Plain()


def refused(**fields: object) -> str:
    with pytest.raises(ValidationError) as caught:
        Model(**fields)
    (error,) = caught.value.errors()
    return str(error["msg"])


def test_every_kind_is_known_to_this_test():
    assert {d.kind for d in KNOWN} == set(KINDS)


@pytest.mark.parametrize("drawn", KNOWN, ids=repr)
def test_mean_sd_and_quantiles(drawn):
    known = KNOWN[drawn]
    assert drawn.mean == float(drawn) == pytest.approx(known.mean())
    assert drawn.sd == pytest.approx(known.std())
    u = np.array([[1e-9, 0.01, 0.25], [0.5, 0.9, 1 - 1e-9]])
    assert drawn.quantile(u) == pytest.approx(known.ppf(u))
    assert drawn.quantile(0.3) == pytest.approx(known.ppf(0.3))


@pytest.mark.parametrize("drawn", KNOWN, ids=repr)
def test_nothing_is_drawn_beyond_the_reach(drawn):
    low, high = drawn.reach
    ends = drawn.quantile(np.array([2.0**-33, 1.0 - 2.0**-33]))
    assert low <= ends[0] < drawn.mean < ends[1] <= high
    if drawn.kind in ("normal", "lognormal"):
        assert [low, high] == pytest.approx(ends, rel=2e-4)


@pytest.mark.parametrize(
    "written", [{"normal": ["10%", 0.01]}, "normal(0.1, 0.01)", "normal(10%,1%)", Distribution("normal", [0.1, 0.01])]
)
def test_a_distribution_is_read_with_its_unit(written):
    share = Model(share=written).share
    assert isinstance(share, Distribution)
    assert (share.kind, share.figures) == ("normal", (0.1, 0.01))


def test_a_plain_number_stays_one():
    model = Model(share="2%", half=0.5)
    assert (model.share, model.half, model.trend) == (0.02, 0.5, None)
    assert not isinstance(model.share, Distribution)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"share": {"normal": [0.1, 0.05]}}, "can be drawn down to -0.2169; allowed is at least 0"),
        ({"share": {"lognormal": [0.5, 0.3]}}, "allowed is at most 1: lower its sd, or write a beta"),
        ({"half": {"beta": [0.1, 0.05]}}, "drawn up to 1; allowed is at most 0.5: write a triangular"),
        ({"half": {"uniform": [0.1, 0.6]}}, "drawn up to 0.6; allowed is at most 0.5: move its ends"),
        ({"trend": {"triangular": [-1.5, 0, 0.1]}}, "drawn down to -1.5; allowed is above -1"),
        ({"share": {"norml": [0.1, 0.05]}}, 'did you mean "normal"?'),
        ({"share": {"normal": [0.1, 0.05], "beta": [0.1, 0.1]}}, "a number or one distribution is needed"),
        ({"share": {}}, "a number or one distribution is needed"),
        ({"share": {"normal": [0.1]}}, "a normal is written {normal: [mean, sd]}"),
        ({"share": {"normal": 0.1}}, "a normal is written {normal: [mean, sd]}"),
        ({"share": {"normal": [0.1, True]}}, "not true or false"),
        ({"share": {"normal": [0.1, None]}}, "as the sd of a normal; write a number"),
        ({"share": {"normal": [0.1, float("inf")]}}, "as the sd of a normal; write a number"),
        ({"share": {"normal": [0.1, 0.0]}}, "write one above 0, or the plain number"),
        ({"share": {"uniform": [0.2, 0.1]}}, "write the lower figure first"),
        ({"share": {"triangular": [0.1, 0.3, 0.2]}}, "do not ascend"),
        ({"share": {"triangular": [0.1, 0.1, 0.1]}}, "do not ascend"),
        ({"share": {"lognormal": [-0.1, 0.1]}}, "the mean of a lognormal is -0.1"),
        ({"share": {"beta": [1.0, 0.1]}}, "the mean of a beta is 1"),
        ({"share": {"beta": [0.5, 0.5]}}, "cannot have standard deviation 0.5"),
        ({"share": "normal(0.1, x)"}, "is not a number"),
        ({"share": {"normal": ["$3", 1]}}, "is in usd; this field is in fraction"),
        ({"share": 1.5}, "less than or equal to 1"),
        ({"plain": {"months": {"normal": [12, 1]}}}, "this figure cannot be uncertain"),
    ],
)
def test_what_is_refused(fields, said):
    assert said in refused(**fields)


def test_what_is_written_is_read_again_as_the_same():
    model = Model(share={"beta": [0.1, 0.05]}, rows=[{"category": "a", "mean_cost_usd": "uniform(1, 2)"}])
    assert model.model_dump(exclude_unset=True) == {
        "share": {"beta": [0.1, 0.05]},
        "rows": ({"category": "a", "mean_cost_usd": {"uniform": [1.0, 2.0]}},),
    }
    assert Model.model_validate(model.model_dump()) == model
    assert Model.model_validate_json(model.model_dump_json()) == model


def test_a_distribution_is_not_its_mean():
    drawn = Distribution("normal", [0.1, 0.01])
    assert drawn != 0.1
    assert drawn == Distribution("normal", [0.1, 0.01])
    assert drawn != Distribution("normal", [0.1, 0.02])
    assert len({drawn, Distribution("normal", [0.1, 0.01]), Distribution("normal", [0.1, 0.02])}) == 2
    assert drawn * 2 == 0.2
    for same in (copy.deepcopy(drawn), pickle.loads(pickle.dumps(drawn))):
        assert same == drawn
        assert same.sd == 0.01


def test_the_schema_holds_the_number_and_every_kind():
    field = Model.model_json_schema()["properties"]["half"]
    number, text, drawn = field["anyOf"]
    assert number["type"] == "number"
    assert text["type"] == "string"
    assert set(drawn["properties"]) == set(KINDS)
    assert drawn["properties"]["triangular"]["minItems"] == 3
    assert field["unit"] == "fraction"


def test_words():
    def percent(value: float) -> str:
        return f"{100 * value:g} %"

    words = {d.kind: d.describe(percent) for d in KNOWN if d.figures != (1.0, 1.0, 5.0)}
    assert words["normal"] == "uncertain: normal with mean 300 % and standard deviation 50 %"
    assert words["uniform"] == "uncertain: anything from -100 % to 300 %, equally likely"
    assert words["triangular"] == "uncertain: from 100 % to 500 %, most likely 500 %"
    assert Distribution("beta", [0.2, 0.1]).describe() == "uncertain: beta with mean 0.2 and standard deviation 0.1"


def test_every_uncertain_number_is_found_with_its_place():
    uncertain = {"uniform": [1, 2]}
    model = Model(
        share={"beta": [0.1, 0.05]},
        rows=[
            {"category": "a"},
            {"category": "b", "mean_cost_usd": uncertain},
            {"category": "b", "line_of_business": "dual", "mean_cost_usd": uncertain},
        ],
        named={"x": {"category": "c", "mean_cost_usd": uncertain}},
    )
    assert [(f.path, f.value.kind) for f in uncertain_numbers(model, "m")] == [
        ("m.share", "beta"),
        ("m.rows[b].mean_cost_usd", "uniform"),
        ("m.rows[b, dual].mean_cost_usd", "uniform"),
        ("m.named.x.mean_cost_usd", "uniform"),
    ]


@pytest.mark.parametrize("number", [*KNOWN, 0.25], ids=repr)
def test_a_number_comes_back_from_its_figures(number):
    figures = figures_of(number)
    assert len(figures) == 4
    assert number_of(figures) == number
    assert type(number_of(figures)) is type(number)


def test_worlds_hold_the_middle_quantiles_in_an_order_of_their_own():
    drawn = Distribution("lognormal", [2.0, 0.5])
    a, b = world_points(drawn, "a"), world_points(drawn, "b")
    assert np.sort(a) == pytest.approx(drawn.quantile((np.arange(WORLDS) + 0.5) / WORLDS))
    assert np.array_equal(np.sort(a), np.sort(b))
    assert not np.array_equal(a, b)
    assert world_points(3.0, "a").tolist() == [3.0] * WORLDS
