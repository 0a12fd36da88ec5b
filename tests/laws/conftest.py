"""Clauses and books made at random from the schema of the clauses, so that a law names no clause.

Every number is made from the unit that the clause's schema states; a clause that needs numbers to agree with one
another (edges that rise, shares that fit them) is made from its own rule in ``SHAPES``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import reject
from hypothesis import strategies as st
from pydantic import ValidationError

from vbcsim.contract.book import Book

YEARS = (2019, 2020, 2021)
DRAWS = 4
LINES = {
    "usd": ("benchmark", "expenditure", "revenue", "premium", "excess", "withhold"),
    "amount": ("benchmark", "expenditure", "revenue"),
    "fraction": ("quality_score", "quality_standard_met", "low_share", "loss_ratio"),
    "rate": ("quality_score", "low_share"),
    "number": ("quality_score", "quality_standard_met"),
    "index": ("regional_index", "national_index"),
    "positive": ("regional_index", "risk_score"),
    "months": ("member_months",),
    "usd_pmpm": ("fee_pmpm",),
    "any": ("quality_score", "quality_standard_met", "regional_index"),
}
"""Lines of the made-up book by what they are counted in."""
DOLLARS = {"usd", "amount", "usd_pmpm"}
"""Units that scale with money."""


def _numbers(unit: str) -> st.SearchStrategy[float]:
    bounds = {
        "fraction": (0.0, 1.0),
        "rate": (-0.5, 1.0),
        "usd": (0.0, 1e6),
        "amount": (-1e6, 1e6),
        "usd_pmpm": (0.0, 500.0),
        "number": (0.0, 3.0),
        "positive": (0.125, 3.0),
    }
    low, high = bounds[unit]
    return st.floats(low, high, allow_nan=False, allow_subnormal=False, width=32).map(lambda x: round(float(x), 4))


def _values(unit: str) -> st.SearchStrategy[Any]:
    """A value of a unit: a number, by year, a line, or a table by a score."""
    by_year = st.fixed_dictionaries({2000: _numbers(unit)}, optional={2020: _numbers(unit), 2021: _numbers(unit)})
    lines = st.sampled_from(LINES[unit])
    if unit in DOLLARS:
        return st.one_of(_numbers(unit), by_year, lines)
    ends = st.tuples(_numbers(unit), _numbers(unit)).map(list)
    table = st.builds(
        lambda pair, last: {
            "by": "quality_score",
            "bands": [{"from": 0.0, "to": 0.5, "value": pair}, {"from": 0.5, "value": last}],
        },
        ends,
        _numbers(unit),
    )
    return st.one_of(_numbers(unit), by_year, lines, table)


@st.composite
def _banded(draw: Any, kind: Any) -> Any:
    """Edges that rise, with one share more than edges."""

    def side() -> tuple[list[float], list[Any]]:
        edges = sorted(draw(st.sets(st.floats(0.01, 1.0).map(lambda x: round(x, 3)), max_size=3)))
        return edges, [draw(_values("fraction")) for _ in range(len(edges) + 1)]

    edges, kept = side()
    body: dict[str, Any] = {"of": draw(st.sampled_from(LINES["usd"])), "edges": edges, "kept": kept}
    if draw(st.booleans()):
        body["loss_edges"], body["loss_kept"] = side()
    return kind.model_validate(body)


def _bounded(kind: Any) -> st.SearchStrategy[Any]:
    """Caps that are each a share of a line or dollars, on one side at least."""
    caps = st.lists(_bounds(), min_size=1, max_size=3)
    how = {"combine": st.sampled_from(["lesser", "greater"])}
    sides: list[dict[str, Any]] = [{"savings": caps}, {"losses": caps}, {"savings": caps, "losses": caps}]
    return st.one_of([st.fixed_dictionaries(side, optional=how) for side in sides]).map(kind.model_validate)


def _bounds() -> st.SearchStrategy[Any]:
    """A share of a line or dollars."""
    share = st.fixed_dictionaries({"share": _values("fraction"), "of": st.sampled_from(LINES["usd"])})
    return st.one_of(share, st.fixed_dictionaries({"usd": _values("usd")}))


def _guaranteed(kind: Any) -> st.SearchStrategy[Any]:
    """One bound."""
    return _bounds().map(kind.model_validate)


def _secured(kind: Any) -> st.SearchStrategy[Any]:
    """Bounds that are secured at a cost."""
    body = {"secured": st.lists(_bounds(), min_size=1, max_size=3), "cost_rate": _values("fraction")}
    how = {"combine": st.sampled_from(["lesser", "greater"])}
    return st.fixed_dictionaries(body, optional=how).map(kind.model_validate)


def _shared_out(kind: Any) -> st.SearchStrategy[Any]:
    """Two lines whose shares sum to one, now and after a phase-in."""
    pairs = st.tuples(_numbers("fraction"), _numbers("fraction"), st.permutations(LINES["usd"]))
    return pairs.map(
        lambda drawn: kind.model_validate(
            {
                "of": {
                    drawn[2][0]: {2000: drawn[0], 2020: drawn[1]},
                    drawn[2][1]: {2000: 1.0 - drawn[0], 2020: 1.0 - drawn[1]},
                }
            }
        )
    )


SHAPES: dict[str, Callable[[Any], st.SearchStrategy[Any]]] = {
    "corridor": _banded,
    "limit": _bounded,
    "guarantee": _guaranteed,
    "collateral": _secured,
    "blend": _shared_out,
}
"""Clauses whose numbers must agree, by word."""


def _from_schema(node: Mapping[str, Any], defs: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Something that the schema allows."""
    if "$ref" in node:
        return _from_schema(defs[node["$ref"].rpartition("/")[2]], defs)
    if "line" in node:
        return st.sampled_from(LINES[node["line"]])
    if "value" in node:
        return _values(node["value"])
    if "unit" in node:
        return st.sampled_from(YEARS) if node["unit"] == "year" else _numbers(node["unit"])
    if "anyOf" in node:
        return st.one_of([_from_schema(item, defs) for item in node["anyOf"]])
    if "enum" in node:
        return st.sampled_from(node["enum"])
    if "const" in node:
        return st.just(node["const"])
    if node.get("type") == "object":
        return _object(node, defs)
    if node.get("type") == "array":
        return _array(node, defs)
    plain: dict[str, st.SearchStrategy[Any]] = {
        "boolean": st.booleans(),
        "null": st.none(),
        "integer": st.integers(max(int(node.get("minimum", 0)), 0), int(node.get("maximum", 3))),
        "number": st.floats(node.get("minimum", 0.0), node.get("maximum", 1.0)).map(lambda x: round(x, 4)),
        "string": st.sampled_from(["quality_score"]),
    }
    return plain[node["type"]]


def _object(node: Mapping[str, Any], defs: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if "propertyNames" in node:
        [values] = node["patternProperties"].values()
        return st.dictionaries(
            _from_schema(node["propertyNames"], defs), _from_schema(values, defs), min_size=node.get("minProperties", 0)
        )
    if "additionalProperties" in node and "properties" not in node:
        values = _from_schema(node["additionalProperties"], defs)
        return st.fixed_dictionaries({2000: values}, optional={2020: values, 2021: values})
    made = {name: _from_schema(item, defs) for name, item in node.get("properties", {}).items()}
    needed = set(node.get("required", []))
    optional = {name: item for name, item in made.items() if name not in needed}
    return st.fixed_dictionaries({name: made[name] for name in made if name in needed}, optional=optional)


def _array(node: Mapping[str, Any], defs: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if "prefixItems" in node:
        return st.tuples(*(_from_schema(item, defs) for item in node["prefixItems"])).map(list)
    return st.lists(_from_schema(node["items"], defs), min_size=int(node.get("minItems", 0)), max_size=3)


@cache
def _bodies(kind: Any) -> st.SearchStrategy[Any]:
    """Mappings that the schema of a clause allows."""
    schema = kind.model_json_schema()
    return _from_schema(schema, schema.get("$defs", {}))


@st.composite
def _clause(draw: Any, word: str, kind: Any) -> Any:
    """A clause of a kind; what its own validator refuses is thrown away."""
    if word in SHAPES:
        return draw(SHAPES[word](kind))
    body = draw(_bodies(kind))
    try:
        return kind.model_validate(body)
    except ValidationError:
        reject()


def _scaled(value: Any, node: Mapping[str, Any], defs: Mapping[str, Any], k: float) -> Any:
    """A dumped clause with every number of dollars multiplied by k."""
    if "$ref" in node:
        return _scaled(value, defs[node["$ref"].rpartition("/")[2]], defs, k)
    unit = node.get("value", node.get("unit"))
    if unit is not None:
        return _times(value, k) if unit in DOLLARS else value
    if "anyOf" in node:
        alike = [item for item in node["anyOf"] if item.get("type") != "null"]
        return value if value is None else _scaled(value, alike[0], defs, k) if len(alike) == 1 else value
    if isinstance(value, dict):
        return {name: _scaled(item, node["properties"].get(name, {}), defs, k) for name, item in value.items()}
    if isinstance(value, (list, tuple)) and "items" in node:
        return [_scaled(item, node["items"], defs, k) for item in value]
    return value


def _times(value: Any, k: float) -> Any:
    if isinstance(value, dict):
        return {year: _times(number, k) for year, number in value.items()}
    return value * k if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _in_dollars_of(clause: Any, k: float) -> Any:
    """The clause with its dollars multiplied by k, every other figure as it was."""
    schema = type(clause).model_json_schema()
    body = clause.model_dump(by_alias=True)
    return type(clause).model_validate(_scaled(body, schema, schema.get("$defs", {}), k))


@st.composite
def _lines(draw: Any) -> dict[str, Any]:
    """Lines of a made-up book: dollars, scores, months."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = (DRAWS, len(YEARS))
    benchmark = rng.uniform(1e5, 2e6, shape)
    return {
        "benchmark": benchmark,
        "expenditure": benchmark * rng.uniform(0.7, 1.3, shape),
        "revenue": rng.uniform(1e4, 1e6, shape),
        "premium": benchmark * 1.1,
        "excess": rng.uniform(0.0, 1e5, shape),
        "withhold": rng.uniform(0.0, 1e5, shape),
        "loss_ratio": rng.uniform(0.7, 1.0, shape),
        "risk_score": rng.uniform(0.9, 1.1, shape),
        "regional_index": rng.uniform(0.9, 1.2, shape),
        "national_index": rng.uniform(0.9, 1.2, shape),
        "prospective_index": rng.uniform(0.9, 1.2, (1, len(YEARS))),
        "quality_score": rng.uniform(0.0, 1.0, shape),
        "quality_standard_met": rng.integers(0, 2, shape).astype(float),
        "low_share": rng.uniform(0.0, 0.5, shape),
        "member_months": rng.uniform(100.0, 1e5, (1, len(YEARS))),
        "fee_pmpm": rng.uniform(0.0, 50.0, (1, len(YEARS))),
    }


def _amounts(lines: Mapping[str, Any], seed: int) -> Any:
    """Amounts on both sides, some of them zero or exactly at a round share of the benchmark."""
    rng = np.random.default_rng(seed)
    rate = rng.choice([0.0, 0.02, -0.02, 0.1, -0.3, *rng.uniform(-0.5, 0.5, 6)], (DRAWS, len(YEARS)))
    return rate * lines["benchmark"]


class Made:
    """What the laws draw from."""

    years = YEARS
    clause = staticmethod(_clause)
    lines = staticmethod(_lines)
    amounts = staticmethod(_amounts)
    in_dollars_of = staticmethod(_in_dollars_of)

    @staticmethod
    def book(lines: Mapping[str, Any], years: tuple[int, ...] = YEARS) -> Book:
        """A book of the lines."""
        return Book.from_lines(lines, years)

    @staticmethod
    def scaled(lines: Mapping[str, Any], k: float) -> dict[str, Any]:
        """The lines with every dollar multiplied by k."""
        dollars = {name for unit in DOLLARS for name in LINES[unit]}
        return {name: line * k if name in dollars else line for name, line in lines.items()}


@pytest.fixture(scope="session")
def made() -> type[Made]:
    """Random clauses, lines and amounts."""
    return Made
