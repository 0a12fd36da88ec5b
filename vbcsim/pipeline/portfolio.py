"""A portfolio from end to end: every contract simulated on the shared random numbers, settled, and held together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.pipeline.stages import Progress, build_cohort, simulate
from vbcsim.pipeline.study import CaseRun, settle_run
from vbcsim.scenario.portfolio import TOGETHER, Holding, load_portfolio

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.core.files import RunFolder

__all__ = ["HeldTogether", "portfolio", "portfolio_facts", "save_portfolio"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class HeldTogether:
    """A portfolio that was run: the money of each contract, and what is told of all of them."""

    holding: Holding
    nets: xr.Dataset
    """``held_usd(contract, draw, year)``: what the holder has of each contract."""
    outcomes: xr.Dataset
    """See ``vbcsim.outcomes.portfolio``."""
    capital: xr.Dataset | None = None
    """Reserves of each contract alone and of all together, where the portfolio asks for capital."""


def portfolio(
    question: Holding | str | Path,
    *,
    draws: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> HeldTogether:
    """Run a portfolio, or the file of one.

    :param draws: number of simulated histories of every contract, ``seed`` likewise (none: the portfolio's).
    :param threads: number of threads (none: every core); the results are the same bits for any number.
    :param progress: called as ``progress(done, total)`` with numbers of draws, anew for every contract.
    :raises BadInput: with every problem of the file at once.
    """
    holding = load_portfolio(question) if isinstance(question, (str, Path)) else question
    holding = holding.asking(draws=draws, seed=seed)
    paid: dict[str, list[tuple[int, Array]]] = {}
    nets: dict[str, Array] = {}
    attrs: dict[str, Any] = {}
    for name, scenario in holding.scenarios.items():
        cohort = build_cohort(scenario)
        asked: dict[str, Any] = {"draws": scenario.draws, "seed": scenario.seed, "engine": scenario.engine}
        shift = holding.portfolio.shift(name)
        experience = simulate(cohort, **asked, threads=threads, progress=progress, shift=shift)
        lived = settle_run(scenario, cohort, experience).cases["base"]
        nets[name] = _net(holding, name, lived)
        paid[name] = _flows(holding, name, lived) if holding.portfolio.capital is not None else []
        attrs |= {key: experience.attrs[key] for key in ("seed", "vbcsim_version", "stream_version")}
        attrs[f"experience_hash_{name}"] = experience.attrs["experience_hash"]
    return _held(holding, nets, paid, attrs)


def _held(
    holding: Holding, nets: Mapping[str, Array], paid: Mapping[str, list[tuple[int, Array]]], attrs: dict[str, Any]
) -> HeldTogether:
    import xarray as xr

    from vbcsim.core.dataset import label
    from vbcsim.outcomes.portfolio import portfolio as together

    draws = next(iter(nets.values())).shape[0]
    coords = {"contract": list(nets), "draw": np.arange(draws), "year": list(holding.years)}
    every = {"held_usd": (("contract", "draw", "year"), np.stack(list(nets.values())))}
    source = f"settlements of the contracts of {holding.portfolio.name}; {holding.portfolio.source}"
    dataset = label(xr.Dataset(every, coords, attrs), {"": source})
    whole = {name: np.ascontiguousarray(net.sum(axis=1)) for name, net in nets.items()}
    return HeldTogether(holding, dataset, together(whole, TOGETHER, attrs), _capital(holding, paid, draws, attrs))


def _net(holding: Holding, name: str, lived: CaseRun) -> Array:
    """What the holder has of a contract in each year of the portfolio (draw, year); nothing where it does not run."""
    contract, party = holding.portfolio.contracts[name], holding.portfolio.holder(name)
    own = lived.settlement["net_usd"].isel(design=0).sel(party=party).transpose("draw", "year")
    net = np.zeros((own.sizes["draw"], len(holding.years)))
    net[:, [holding.years.index(int(year)) for year in own["year"].values]] = contract.weight * own.values
    return net


def _flows(holding: Holding, name: str, lived: CaseRun) -> list[tuple[int, Array]]:
    """What the holder is paid by month under a contract; months from the start of the portfolio's first year."""
    from vbcsim.outcomes.cash import account_payments, flows, payments, transfers

    told = holding.portfolio
    spec, party, scenario = told.capital, told.holder(name), lived.scenario
    assert spec is not None
    ((design, settled),) = scenario.settled_designs.items()
    first = 12 * (scenario.years.performance[0] - holding.years[0])
    moved = transfers(lived.settlement, design, settled.directions)
    paid = payments(moved, spec.timing(name), first_month=first)
    kept = lived.ledger
    if kept is not None:
        known = [account for account in spec.accounts if account in kept["account"].values]
        own = account_payments(kept, design, party, known)
        paid += [payment._replace(month=payment.month + first) for payment in own]
    weight = told.contracts[name].weight
    return [(month, weight * flow) for month, flow in flows(paid, party, lived.settlement.sizes["draw"])]


def _capital(
    holding: Holding, paid: Mapping[str, list[tuple[int, Array]]], draws: int, attrs: Mapping[str, Any]
) -> xr.Dataset | None:
    """The capital dataset with contracts in the place of designs, and all of them together."""
    if holding.portfolio.capital is None:
        return None
    from vbcsim.outcomes.capital import capital_dataset, held

    party = holding.portfolio.party
    spec = holding.portfolio.capital.model_copy(update={"parties": (party,)})
    every = dict(paid) | {TOGETHER: list(_summed(paid))}
    found = {name: {str(party): held(steps, draws, spec)} for name, steps in every.items()}
    return capital_dataset(found, spec, {**attrs, "draws": draws})


def _summed(paid: Mapping[str, list[tuple[int, Array]]]) -> Iterator[tuple[int, Array]]:
    """What all contracts pay by month."""
    by_month = [dict(steps) for steps in paid.values()]
    for month in sorted({month for steps in by_month for month in steps}):
        yield month, np.sum([steps[month] for steps in by_month if month in steps], axis=0)


def save_portfolio(held: HeldTogether, folder: RunFolder) -> None:
    """Hold the files of a portfolio ready in a claimed folder: the file, the datasets, and the draws as CSV."""
    from vbcsim.core.netcdf import write_datasets

    datasets = {"portfolio": held.outcomes, "held": held.nets}
    datasets |= {"capital": held.capital} if held.capital is not None else {}
    folder.write("portfolio.yaml", held.holding.text)
    with folder.staging("results.nc") as path:
        write_datasets(path, datasets)
    folder.write("draws.csv", _draws(held))


def _draws(held: HeldTogether) -> str:
    """What the holder has of each contract over all years, and of all together, a row for each draw [USD]."""
    whole = held.nets["held_usd"].sum("year").transpose("draw", "contract")
    rows = np.column_stack([whole.values, whole.values.sum(axis=1)])
    head = ",".join(["draw", *(f"{name}_usd" for name in [*map(str, whole["contract"].values), TOGETHER])])
    lines = (",".join([str(k), *(f"{usd:.2f}" for usd in row)]) for k, row in enumerate(rows.tolist()))
    return "\n".join([head, *lines]) + "\n"


def portfolio_facts(held: HeldTogether) -> dict[str, Any]:
    """What the manifest of a portfolio notes beside the hashes of its files."""
    told = held.holding.portfolio
    attrs = held.nets.attrs
    noted = {name: str(value) for name, value in attrs.items() if name != "seed"}
    return {"portfolio": told.name, "draws": told.draws, "seed": told.seed, "contracts": list(told.contracts)} | noted
