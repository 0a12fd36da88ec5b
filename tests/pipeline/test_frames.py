"""A run as pandas tables: every figure once, the same numbers as the datasets."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.core.errors import BadInput
from vbcsim.pipeline.frames import TABLES


def test_every_figure_stands_in_one_row(small_run):
    frame = small_run.to_dataframe()
    keys = ["case", "design", "party", "statistic"]
    assert not frame.duplicated(keys).any()
    assert len(frame) == small_run.outcomes["value"].size
    row = frame.set_index(keys).loc[("base", "basic_e", "provider", "p_loss")]
    there = {"design": "basic_e", "party": "provider", "statistic": "p_loss"}
    assert row["value"] == float(small_run.outcomes["value"].sel(there))
    assert row["mcse"] == float(small_run.outcomes["mcse"].sel(there))
    assert row["unit"] == "fraction"


def test_years_comparison_and_draws(small_run):
    years = small_run.to_dataframe("years")
    assert set(years["year"]) == set(small_run.outcomes["year"].values.tolist())
    assert len(small_run.to_dataframe("comparison")) == small_run.comparison["p_better"].size
    draws = small_run.to_dataframe("draws")
    assert len(draws) == 400 * small_run.outcomes.sizes["year"]
    mean = draws.groupby("draw")["enhanced, provider"].sum().mean()
    there = {"design": "enhanced", "party": "provider", "statistic": "mean_usd"}
    assert mean == pytest.approx(float(small_run.outcomes["value"].sel(there)), rel=1e-9, abs=1e-6)
    assert np.allclose(draws["enhanced, provider"] + draws["enhanced, payer"], 0.0)


def test_another_table_is_refused_with_those_there_are(small_run):
    with pytest.raises(BadInput, match=r'"outcome" is no table; did you mean "outcomes"\?') as refused:
        small_run.to_dataframe("outcome")
    assert all(name in str(refused.value) for name in TABLES)
