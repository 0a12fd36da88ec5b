"""A run as tables of pandas: a row for each figure, or for each draw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vbcsim.core.errors import BadInput, did_you_mean

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from vbcsim.pipeline.study import Run

__all__ = ["TABLES", "dataframe_of"]

TABLES = ("outcomes", "years", "comparison", "draws")
"""What a run gives as a table."""


def dataframe_of(run: Run, table: str = "outcomes") -> pd.DataFrame:
    """A run as a table, all cases below one another (``case``; ``base`` is the scenario itself).

    - ``outcomes``: ``value`` and ``mcse`` by case, design, party and statistic, for the whole contract.
    - ``years``: the same by performance year.
    - ``comparison``: a row for each case, pair of designs and party.
    - ``draws``: ``net_usd`` by case, draw and performance year, a column for each design and party.

    :raises BadInput: where there is no such table.
    """
    import pandas as pd

    if table not in TABLES:
        raise BadInput(
            "to_dataframe", f'"{table}" is no table{did_you_mean(table, TABLES)}; choose {", ".join(TABLES)}'
        )
    found = {name: _TABLES[table](case) for name, case in run.cases.items()}
    return pd.concat(found, names=["case"]).reset_index(level="case").reset_index(drop=True)


def _outcomes(case: Any) -> pd.DataFrame:
    return _tidy(case.outcomes, {"value": "value", "mcse": "mcse"})


def _years(case: Any) -> pd.DataFrame:
    return _tidy(case.outcomes, {"value_by_year": "value", "mcse_by_year": "mcse"})


def _tidy(outcomes: xr.Dataset, columns: Mapping[str, str]) -> pd.DataFrame:
    figures = outcomes[list(columns)].rename(dict(columns)).reset_coords("statistic_unit")
    return figures.rename(statistic_unit="unit").to_dataframe().reset_index()


def _comparison(case: Any) -> pd.DataFrame:
    return case.comparison.to_dataframe().reset_index()


def _draws(case: Any) -> pd.DataFrame:
    net = (
        case.settlement["net_usd"].transpose("draw", "year", "design", "party").to_series().unstack(["design", "party"])
    )
    net.columns = [f"{design}, {party}" for design, party in net.columns]
    return net.reset_index()


_TABLES = {"outcomes": _outcomes, "years": _years, "comparison": _comparison, "draws": _draws}
