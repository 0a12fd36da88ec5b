"""Figures of a run for programs: groups apart, ledgers, capital, cases and the variance split, as plain values."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from itertools import product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

    from vbcsim.pipeline import CaseRun, Run
    from vbcsim.report.material import Material

__all__ = ["capital", "case_figures", "compared", "further_figures", "named"]

BASE = "base"


def further_figures(run: Run) -> dict[str, Any]:
    """Groups, ledgers, variance split and answers of the run; each empty where there is none."""
    told = {"variance_split": _split(run.variance_split), "answers": _answers(run.answers)}
    return _of_case(run.cases[BASE]) | told


def case_figures(run: Run, materials: Mapping[str, Material]) -> dict[str, Any]:
    """Every further case: its title, designs, groups and ledgers; and the paired differences against base."""
    from vbcsim.report.json import json_object

    cases = {
        name: {"title": run.scenario.cases[name].title}
        | {key: value for key, value in json_object(material).items() if key in _OF_A_CASE}
        | _of_case(run.cases[name])
        for name, material in materials.items()
    }
    return {"cases": cases, "case_comparison": compared(run.case_comparison)}


_OF_A_CASE = ("experience_hash", "members", "zero_sum_max_abs_usd", "designs", "comparison")


def _of_case(case: CaseRun) -> dict[str, Any]:
    return {"groups": _groups(case.settlement), "ledgers": _ledgers(case.ledger), "capital": capital(case.capital)}


def compared(comparison: xr.Dataset | None) -> list[dict[str, Any]]:
    """Each case against base: the difference for every party under every design, with its error."""
    if comparison is None:
        return []
    names = ("mean_difference", "sd_difference", "p_better", "p_equal")
    rows = []
    for i in range(comparison.sizes["pair"]):
        for k, party in enumerate(comparison["party"].values):
            row: dict[str, Any] = {word: str(comparison[word].values[i]) for word in ("case", "design")}
            row["party"] = str(party)
            for name in names:
                value = f"{name}_usd" if f"{name}_usd" in comparison else name
                row[value] = _plain(comparison[value].values[i, k])
                row[f"{value}_mcse"] = _plain(comparison[f"{name}_mcse"].values[i, k])
            rows.append(row)
    return rows


def steps(waterfall: xr.Dataset) -> dict[str, list[dict[str, Any]]]:
    """Where the money goes under every design: its steps in order, each figure with its error."""
    words = ("provision", "name", "words", "kind")
    found = {}
    for design in waterfall["design"].values:
        here = waterfall.sel(design=design)
        found[str(design)] = [
            {word: str(here[f"step_{word}"].values[k]) for word in words}
            | {str(name): _plain(values.values[k].item()) for name, values in here.data_vars.items()}
            for k in range(here.sizes["step"])
            if here["step_kind"].values[k]
        ]
    return found


def nested(variable: xr.DataArray) -> Any:
    """A variable as values nested by the names along its dimensions; what is unknown or endless is null."""
    if not variable.dims:
        value = variable.item()
        return value if isinstance(value, str) else _plain(value)
    first = variable.dims[0]
    return {str(name): nested(variable.isel({first: k})) for k, name in enumerate(variable[first].values.tolist())}


def _groups(settlement: xr.Dataset) -> dict[str, Any]:
    """Net of each group over the whole contract by design and party; only of designs that settle groups apart."""
    if "group_net_usd" not in settlement:
        return {}
    whole = settlement["group_net_usd"].sum("year")
    found: dict[str, Any] = {}
    for design, attribute in json.loads(settlement.attrs["groups_of"]).items():
        of_design = whole.sel(design=design)
        nets = {str(group): of_design.sel(group=group) for group in whole["group"].values}
        parties = [str(party) for party in whole["party"].values]
        found[design] = {
            "each": attribute,
            "groups": {
                group: {party: _estimates(net.sel(party=party).values) for party in parties}
                for group, net in nets.items()
            },
        }
    return found


def _ledgers(ledger: xr.Dataset | None) -> dict[str, Any]:
    """Mean of every account over the whole contract and the spread of the margin, by design and party."""
    if ledger is None:
        return {}
    whole = ledger["account_usd"].sum("year")
    found: dict[str, Any] = {}
    for design in (str(name) for name in whole["design"].values):
        found[design] = {
            str(party): {
                str(account): _estimates(
                    whole.sel(design=design, party=party, account=account).values, spread=account == "margin"
                )
                for account in whole["account"].values
                if whole.sel(design=design, party=party, account=account).values.any() or account == "margin"
            }
            for party in whole["party"].values
        }
        if "loss_ratio" in ledger:
            found[design]["loss_ratio"] = _estimates(
                ledger["loss_ratio"].sel(design=design).mean("year").values, unit=""
            )
    if "leakage" in ledger:
        found["leakage"] = _estimates(ledger["leakage"].mean("year").values, unit="")
    return found


def capital(found: xr.Dataset | None) -> dict[str, Any]:
    """What each party must hold by design: every figure of the capital dataset with its error; empty where none."""
    if found is None:
        return {}
    told: dict[str, Any] = {}
    for design in (str(name) for name in found["design"].values):
        of_design = found.sel(design=design)
        told[design] = {
            str(party): {name: named(of_design.sel(party=party), name) for name in _CAPITAL if name in found}
            for party in found["party"].values
        }
        yearly = [name for name in ("collateral_usd", "clause_capital_usd", "risk_based_capital_usd") if name in found]
        told[design] |= {name: named(of_design, name) for name in yearly}
    return {"horizon_months": int(found.attrs["horizon_months"]), "designs": told}


_CAPITAL = (
    "reserve_needed_usd",
    "cost_of_capital_usd",
    "ruin_probability",
    "lowest_balance_usd",
    "present_value_usd",
    "ruin_by_month",
    "balance_usd",
)


def named(found: xr.Dataset, name: str) -> list[dict[str, Any]]:
    """Every figure of a variable with its error and where it stands: ``{chance: 0.05, value: ..., mcse: ...}``."""
    values, errors = found[name], found[f"{name.removesuffix('_usd')}_mcse"]
    places = [values[dim].values.tolist() for dim in values.dims]
    return [
        {str(dim): place for dim, place in zip(values.dims, at, strict=True)} | {"value": _plain(v), "mcse": _plain(e)}
        for at, v, e in zip(product(*places), values.values.ravel(), errors.values.ravel(), strict=True)
    ]


def _answers(answers: xr.Dataset | None) -> list[dict[str, Any]]:
    """What the question asks for: text, unit, and the value with its error in every case."""
    if answers is None:
        return []
    cases = [str(name) for name in answers["case"].values]
    return [
        {
            "name": str(answers["answer"].values[i]),
            **{word: str(answers[f"answer_{word}"].values[i]) for word in ("text", "unit", "statistic")},
            "cases": {
                case: {
                    "value": _plain(answers["answer_value"].values[i, k]),
                    "mcse": _plain(answers["answer_mcse"].values[i, k]),
                }
                for k, case in enumerate(cases)
            },
        }
        for i in range(answers.sizes["answer"])
    ]


def _split(split: xr.Dataset | None) -> dict[str, Any]:
    """Shares of the variance of each party's money by layer: total and first order, with their errors."""
    if split is None:
        return {}
    names = {"total": "variance_total_share", "first_order": "variance_first_share"}
    shares = {
        str(design): {
            str(party): {
                str(layer): {
                    f"{word}{ending}": _plain(
                        split[f"{name}{ending}"].sel(design=design, party=party, layer=layer).item()
                    )
                    for word, name in names.items()
                    for ending in ("", "_mcse")
                }
                for layer in split["layer"].values
            }
            for party in split["party"].values
        }
        for design in split["design"].values
    }
    return {"draws": int(split.attrs["draws"]), "designs": shares}


def _estimates(amounts: np.ndarray[Any, Any], *, unit: str = "_usd", spread: bool = True) -> dict[str, Any]:
    """Mean with its error, and unless left out the spread and the chances of either sign."""
    import numpy as np

    from vbcsim.outcomes.distribution import mean, probability, quantile, standard_deviation
    from vbcsim.outcomes.dominance import HALF_A_CENT

    ordered = np.sort(amounts)
    found = {f"mean{unit}": mean(amounts)}
    if spread:
        found |= {f"sd{unit}": standard_deviation(amounts)}
        found |= {f"p{k}{unit}": quantile(ordered, k / 100) for k in (5, 50, 95)}
    if spread and unit:
        found |= {"p_gain": probability(amounts > HALF_A_CENT), "p_loss": probability(amounts < -HALF_A_CENT)}
    plain: dict[str, Any] = {}
    for name, estimate in found.items():
        plain |= {name: _plain(estimate.value), f"{name}_mcse": _plain(estimate.mcse)}
    return plain


def _plain(value: Any) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None
