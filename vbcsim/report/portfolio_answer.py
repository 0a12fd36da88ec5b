"""The answer of a portfolio in sentences, no firmer than the draws allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from vbcsim.report.capital import odds
from vbcsim.report.words import chance, join, money, percent, span
from vbcsim.scenario.portfolio import TOGETHER

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.scenario.portfolio import Holding

__all__ = ["LEVEL", "HeldLike", "figures_of", "portfolio_answer"]

LEVEL = 0.95
"""Level of the tail that sentences and the picture speak of."""


class HeldLike(Protocol):
    """A portfolio that was run, as ``vbcsim.pipeline.portfolio`` returns it."""

    @property
    def holding(self) -> Holding: ...
    @property
    def nets(self) -> xr.Dataset: ...
    @property
    def outcomes(self) -> xr.Dataset: ...
    @property
    def capital(self) -> xr.Dataset | None: ...


def figures_of(held: HeldLike, contract: str) -> dict[str, tuple[float, float]]:
    """Every statistic of a contract, or of all together, with its error."""
    at = held.outcomes.sel(contract=contract)
    names = [str(name) for name in at["statistic"].values]
    pairs = zip(at["held_value"].values.tolist(), at["held_value_mcse"].values.tolist(), strict=True)
    return dict(zip(names, pairs, strict=True))


def portfolio_answer(held: HeldLike) -> list[tuple[str, str]]:
    """The answer: headings with a sentence or two each, the headline first."""
    told = held.holding.portfolio
    names = list(told.contracts)
    found = [("Together", _whole(held))]
    found.append(("Which contract brings the loss", _loser(held)))
    if len(names) > 1:
        found += [("What spreading is worth", _spared(held)), ("Losing at once", _at_once(held))]
    if held.capital is not None:
        found.append(("Reserve", _reserve(held)))
    return found


def _whole(held: HeldLike) -> str:
    told, draws = held.holding.portfolio, held.holding.portfolio.draws
    figures = figures_of(held, TOGETHER)
    lost, mean, worst = chance(figures["p_loss"][0], draws), figures["mean_usd"], figures["tvar95_usd"]
    brings = f"bring the {told.party}" if mean[0] >= 0 else f"cost the {told.party}"
    tail = f"the average loss is {money(*worst)}" if worst[0] > 0 else f"they still bring {money(*worst, sign=False)}"
    return (
        f"Together the {len(told.contracts)} contracts {brings} {money(*mean, sign=False)} on average over "
        f"{span(held.holding.years)}, and cost it money in {lost}. In the worst 5% of outcomes {tail}."
    )


def _loser(held: HeldLike) -> str:
    at, titles = held.outcomes.sel(level=LEVEL), held.holding.portfolio.titles()
    brought = at["tail_contribution_usd"].values
    errors = at["tail_contribution_mcse"].values
    whole = brought[-1]
    if whole <= 0.0:
        return "Even in the worst 5% of outcomes the contracts together cost nothing on average."
    order = np.argsort(-brought[:-1], kind="stable")
    names = [titles[str(name)] for name in at["contract"].values]
    said = [f"{money(brought[k], errors[k])} ({percent(brought[k] / whole, errors[k] / whole)})" for k in order]
    parts = [f"{amount} from “{names[k]}”" for amount, k in zip(said, order, strict=True)]
    return f"Of that loss, {join([parts[0].replace(' from ', ' comes from ', 1), *parts[1:]])}."


def _spared(held: HeldLike) -> str:
    at = held.outcomes.sel(level=LEVEL)
    spared = (float(at["tail_spared_usd"]), float(at["tail_spared_mcse"]))
    apart = float(at["tail_alone_usd"].values[:-1].sum())
    part = f" ({percent(spared[0] / apart, spared[1] / apart)})" if apart > 0 else ""
    return (
        f"The losses of each in its own worst 5% add up to {money(apart, spared[1])}. Held together, the worst 5% cost "
        f"{money(*spared)}{part} less, because bad outcomes do not all fall together."
    )


def _at_once(held: HeldLike) -> str:
    told, names = held.holding.portfolio, list(held.holding.portfolio.contracts)
    both = held.outcomes["p_both_lose"].values
    pairs = [(both[i, j], i, j) for i in range(len(names)) for j in range(i)]
    p, i, j = max(pairs, key=lambda pair: pair[0])
    titles = told.titles()
    apart = f"{100 * both[i, i] * both[j, j]:.0f} of 100"
    return (
        f"“{titles[names[j]]}” and “{titles[names[i]]}” both lose in {chance(p, told.draws)}; had they nothing to do "
        f"with one another it would be {apart}."
    )


def _reserve(held: HeldLike) -> str:
    assert held.capital is not None
    told = held.holding.portfolio
    first = float(held.capital["chance"].values[0])
    at = held.capital.isel(party=0).sel(chance=first)
    values, errors = at["reserve_needed_usd"].values, at["reserve_needed_mcse"].values
    apart, error = float(values[:-1].sum()), float(errors.sum())
    whole = f"A reserve of {money(values[-1], errors[-1])}"
    months = f"Money moves over {int(at.attrs['horizon_months'])} months from the start of {held.holding.years[0]}."
    if len(told.contracts) == 1:
        return f"{whole} runs out {odds(first)}. {months}"
    return (
        f"{whole} for all of them runs out {odds(first)}; reserves for each apart, as safe each, come to "
        f"{money(apart, error)}. {months}"
    )
