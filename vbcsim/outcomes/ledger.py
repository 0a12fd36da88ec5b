"""The ledgers: what each party takes in and spends over all members, the settlement of a design among it.

Both ledgers cover every member of the scenario, whoever a design holds for, so that designs can be compared. The payer
takes a premium, pays claims, administration and, where it runs them, the programmes. The provider is paid for its own
services, and its cost of care has a part that was fixed for the volume of the reference year and a part that follows
volume. A drop in volume then leaves a provider that is paid by service with its fixed cost, and one that is prepaid
with its income: a prepaid share is a provision of the contract, such as the difference between a population payment
and the own revenue that it replaces, and stands in the settlement.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from vbcsim.core.dataset import label
from vbcsim.core.errors import BadInput
from vbcsim.outcomes.economics import (
    PAYER_ACCOUNTS,
    PROVIDER_ACCOUNTS,
    VARIABLE_SHARE_SOURCE,
    Economics,
    Payer,
    Provider,
)
from vbcsim.outcomes.summary import provenance

__all__ = ["PAYER_ACCOUNTS", "PROVIDER_ACCOUNTS", "ledger", "own_revenue", "with_own_revenue"]

Array = NDArray[np.float64]

_ACCOUNTS = (*PAYER_ACCOUNTS[:-2], *PROVIDER_ACCOUNTS)
"""Accounts of both parties: income above nought, spending below; margin is the sum of the others."""
_SOURCE = "accounts of each party, method in vbcsim.outcomes.ledger"


def ledger(
    experience: xr.Dataset, settlement: xr.Dataset, economics: Economics, paid_by: Mapping[str, str]
) -> xr.Dataset:
    """The ledger dataset: ``account_usd(design, party, account, draw, year)`` and ratios, for performance years.

    ``loss_ratio(design, draw, year)`` is what the payer spends on care (claims, settlement, its programmes) over
    premium; ``leakage(draw, year)`` the share of the members' spending that goes to others than the provider.

    :param experience: with spending by category, and the cost of interventions where there are any.
    :param settlement: of the designs of the scenario.
    :param economics: of the payer, the provider or both; only their ledgers are kept.
    :param paid_by: who pays the cost of the interventions, by design.
    """
    study = _Study.of(experience, settlement)
    parties = [name for name in ("payer", "provider") if getattr(economics, name) is not None]
    designs = [str(name) for name in settlement["design"].values]
    accounts = np.zeros((len(designs), len(parties), len(_ACCOUNTS), study.draws, len(study.years)))
    kept: dict[str, Mapping[str, Array]] = {}
    if economics.payer is not None:
        kept["payer"] = _payer(study, economics.payer)
    if economics.provider is not None:
        kept["provider"] = _provider(study, economics.provider)
    for d, design in enumerate(designs):
        for p, party in enumerate(parties):
            own = dict(kept[party])
            own["settlement"] = study.net(design, party)
            if paid_by.get(design, "provider") == party:
                own["intervention_cost" if party == "payer" else "programme_cost"] = -study.programme_usd
            for name, amount in own.items():
                accounts[d, p, _ACCOUNTS.index(name)] = amount
    accounts[:, :, -1] = accounts[:, :, :-1].sum(axis=2)
    dims = ("design", "party", "account", "draw", "year")
    variables: dict[str, Any] = {"account_usd": (dims, accounts + 0.0)}
    if economics.payer is not None:
        variables["loss_ratio"] = (("design", "draw", "year"), _loss_ratio(accounts[:, parties.index("payer")]))
    if economics.provider is not None:
        variables["leakage"] = (("draw", "year"), _leakage(study, economics.provider))
    coords = {"design": designs, "party": parties, "account": list(_ACCOUNTS), "year": list(study.years)}
    dataset = xr.Dataset(variables, {**coords, "draw": settlement["draw"].values}, provenance(settlement))
    return label(dataset, {"": _source(economics)})


def own_revenue(experience: xr.Dataset, provider: Provider) -> xr.DataArray:
    """The provider's own revenue from the members (draw, year, stratum) [USD], by its shares of the categories."""
    shares = [provider.share_of(str(name)) for name in experience["category"].values]
    spent = experience["expenditure_usd"].transpose("draw", "year", "stratum", "category")
    found = (spent * xr.DataArray(shares, dims="category")).sum("category")
    found.attrs = spent.attrs | {"long_name": "provider group's revenue", "source": provider.source}
    return found


def with_own_revenue(experience: xr.Dataset, economics: Economics | None) -> xr.Dataset:
    """The experience as it is settled: with the provider's own revenue by category, where its economics say it."""
    provider = economics.provider if economics else None
    if provider is None:
        return experience
    return experience.drop_vars("provider_revenue_usd").assign(provider_revenue_usd=own_revenue(experience, provider))


class _Study(NamedTuple):
    """What the ledgers read of a run; arrays by draw and performance year."""

    years: tuple[int, ...]
    draws: int
    reference: int
    """The last base year."""
    spent: xr.DataArray
    """Spending by draw, year (all of them) and category [USD]."""
    months: xr.DataArray
    """Member-months by year and stratum, and by draw where members come and go."""
    programme_usd: Array
    settlement: xr.Dataset

    @classmethod
    def of(cls, experience: xr.Dataset, settlement: xr.Dataset) -> _Study:
        years = tuple(int(year) for year in settlement["year"].values)
        base = experience["year"].values[experience["period"].values == "base"]
        spent = experience["expenditure_usd"].sum("stratum").transpose("draw", "year", "category")
        shape = (spent.sizes["draw"], len(years))
        cost: Any = 0.0
        if "intervention_cost_usd" in experience:
            by_year = experience["intervention_cost_usd"].sum("stratum").sel(year=list(years))
            cost = by_year.transpose(..., "year").values
        months = 12.0 * experience["person_years"].sel(year=list(years))
        return cls(years, shape[0], int(base[-1]), spent, months, np.broadcast_to(cost, shape), settlement)

    def net(self, design: str, party: str) -> Array:
        """What a party receives under a design; nought where the designs do not know it."""
        if party not in self.settlement["party"].values:
            return np.zeros((self.draws, len(self.years)))
        amounts = self.settlement["net_usd"].sel(design=design, party=party)
        return np.asarray(amounts.transpose("draw", "year").values, dtype=np.float64)

    def by_draw(self, values: xr.DataArray) -> Array:
        """Values by year, and perhaps by draw, as (draw, year)."""
        found = values.transpose(*(dim for dim in ("draw", "year") if dim in values.dims)).values
        return np.broadcast_to(found, (self.draws, len(self.years)))


def _payer(study: _Study, payer: Payer) -> dict[str, Array]:
    """Premium, claims and administration (draw, year) [USD]."""
    grown = (1.0 + payer.trend) ** np.arange(len(study.years))
    months = study.by_draw(study.months.sum("stratum"))
    premium = grown * _premium(study, payer)
    claims = study.spent.sel(year=list(study.years)).sum("category").values
    admin = payer.admin_share * premium + payer.admin_pmpm * grown * months
    return {"premium": premium, "claims": -claims, "admin": -admin}


def _premium(study: _Study, payer: Payer) -> Array:
    """Premium of each year at the rates of the first."""
    if payer.budget_usd is not None:
        return np.full((study.draws, len(study.years)), payer.budget_usd)
    given = payer.premium_pmpm or 0.0
    if not isinstance(given, dict):
        return study.by_draw(study.months.sum("stratum") * given)
    if "line_of_business" in study.months.coords:
        rates = [given[str(name)] for name in study.months["line_of_business"].values]
    elif len(given) == 1:
        rates = list(given.values()) * study.months.sizes["stratum"]
    else:
        raise BadInput(
            "economics.payer.premium_pmpm",
            "premiums differ by line of business, and the strata of the experience do not; add line_of_business to "
            "cohort.strata",
        )
    return study.by_draw((study.months * xr.DataArray(rates, dims="stratum")).sum("stratum"))


def _provider(study: _Study, provider: Provider) -> dict[str, Array]:
    """Fee-for-service revenue and the cost of care, fixed and variable (draw, year) [USD]."""
    categories = [str(name) for name in study.spent["category"].values]
    share = np.array([provider.share_of(name) for name in categories])
    variable = np.array([provider.variable_of(name) for name in categories])
    own = study.spent.sel(year=list(study.years)).values * share
    reference = study.reference if provider.reference_year is None else provider.reference_year
    if reference not in study.spent["year"].values:
        raise BadInput("economics.provider.reference_year", f"{reference} is not a year of the experience")
    expected = study.spent.sel(year=reference).mean("draw").values * share
    cost = 1.0 - provider.margin
    grown = (1.0 + provider.cost_trend) ** (np.array(study.years) - reference)
    fixed = cost * ((1.0 - variable) * expected).sum() * grown
    return {
        "fee_for_service": own.sum(axis=-1),
        "fixed_cost": -np.broadcast_to(fixed, own.shape[:2]),
        "variable_cost": -cost * (variable * own).sum(axis=-1),
    }


def _loss_ratio(payer: Array) -> Array:
    """What the payer spends on care over premium (design, draw, year); NaN where there is no premium."""
    at = {name: payer[:, k] for k, name in enumerate(_ACCOUNTS)}
    spent = -(at["claims"] + at["settlement"] + at["intervention_cost"])
    premium = at["premium"]
    return np.where(premium > 0.0, spent / np.where(premium > 0.0, premium, 1.0), np.nan)


def _leakage(study: _Study, provider: Provider) -> Array:
    spent = study.spent.sel(year=list(study.years))
    share = np.array([provider.share_of(str(name)) for name in spent["category"].values])
    whole = spent.values.sum(axis=-1)
    return 1.0 - (spent.values * share).sum(axis=-1) / np.where(whole > 0.0, whole, 1.0)


def _source(economics: Economics) -> str:
    told = [f"payer: {economics.payer.source}"] if economics.payer else []
    told += [f"provider: {economics.provider.source}"] if economics.provider else []
    return "; ".join([_SOURCE, *told, f"variable shares where none is stated: {VARIABLE_SHARE_SOURCE}"])
