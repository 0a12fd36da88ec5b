"""The JSON object: every statistic with its error, plain values only."""

from __future__ import annotations

import json

import numpy as np
import pytest

from vbcsim.outcomes.summary import STATISTICS
from vbcsim.report.json import json_object


@pytest.fixture(scope="module")
def found(study):
    return json.loads(json.dumps(json_object(study, seconds=1.5, out="here"), allow_nan=False))


def test_facts_of_the_run(found) -> None:
    expected = {"scenario": "made_up", "draws": 1000, "members": 12000, "engine": "members", "seed": 7}
    assert {key: found[key] for key in expected} == expected
    assert found["seconds"] == 1.5
    assert found["out"] == "here"
    assert found["experience_hash"].startswith("0123456789")
    assert found["zero_sum_max_abs_usd"] == 0.0


def test_every_design_party_statistic_and_error(found, study) -> None:
    assert list(found["designs"]) == ["one_sided", "two_sided", "deep"]
    names = [*STATISTICS, *(f"{name}_mcse" for name in STATISTICS)]
    for design, said in found["designs"].items():
        assert set(said["parties"]) == {"payer", "provider"}
        for party, row in said["parties"].items():
            assert sorted(row) == sorted(names)
            assert row["mean_usd"] == study.of(design, party)["mean_usd"][0]
        assert list(said["by_year"]) == ["2023", "2024", "2025"]
        yearly = sum(said["by_year"][year]["provider"]["mean_usd"] for year in said["by_year"])
        assert yearly == pytest.approx(said["parties"]["provider"]["mean_usd"])
        assert said["title"].startswith("Draft")
        assert said["unverified"] == ["loss_limit"]


def test_lines_are_sums_over_years_and_null_where_undefined(study) -> None:
    from vbcsim.report.json import _lines

    assert _lines(study.settlement, "deep")["benchmark_usd_mean"] == pytest.approx(360e6)
    undefined = study.settlement.assign(benchmark_usd=study.settlement.benchmark_usd * np.nan)
    assert _lines(undefined, "deep")["benchmark_usd_mean"] is None


def test_pairs_name_the_design_that_dominates(found, make) -> None:
    assert len(found["comparison"]) == 6
    row = next(r for r in found["comparison"] if (r["a"], r["b"], r["party"]) == ("one_sided", "deep", "provider"))
    assert {"mean_difference_usd", "mean_difference_usd_mcse", "sd_difference_usd", "p_better", "p_better_mcse"} <= set(
        row
    )
    assert set(row["dominance"]) == {"first_order", "second_order"}
    better = json_object(make(500, {"one_sided": (0.4, 0.0), "deep": (0.5, 0.0)}))["comparison"]
    assert [r["dominance"]["first_order"] for r in better if r["party"] == "provider"] == ["deep"]
    assert [r["dominance"]["first_order"] for r in better if r["party"] == "payer"] == ["one_sided"]
