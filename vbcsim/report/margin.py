"""The lead party's margin after everything that the contract moves, in a sentence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vbcsim.outcomes.distribution import mean
from vbcsim.report.material import Material
from vbcsim.report.words import chance, join, money

__all__ = ["margin_headline", "margin_words"]

CLEAR = 2.0
"""Standard errors by which a difference must exceed nought before a sentence states it."""

MOST_NAMED = 3
"""Designs that the sentence names; the table of both parties' books has all."""


def margin_headline(material: Material) -> str:
    """Which design leaves the best margin on average, and how often it is negative; empty without both books.

    A design is called best only where its average is clearly above the next in the same draws.
    """
    nets = _margins(material)
    if not nets:
        return ""
    order = sorted(nets, key=lambda design: -float(nets[design].mean()))
    best = order[0]
    over = f"over {material.period}, after care, programmes and settlements"
    lost = f"it is negative in {chance(float(np.mean(nets[best] < 0.0)), material.draws)}"
    whose, mean_of_best = f"the {material.lead}", f"{_amount(nets[best])} on average {over}; {lost}"
    if len(order) == 1:
        return f"Under {material.called(best)}, {whose}’s margin is {mean_of_best}."
    near = [design for design in order[1:] if not _clearly_above(nets[best], nets[design])]
    said = f"{material.called(best)} leaves {whose} the best margin: {mean_of_best}"
    if near:
        rivals = join([material.called(design) for design in near])
        return f"{said}. {len(near) + 1} designs cannot be told apart on average: this one and {rivals}."
    worst = order[-1]
    return f"{said}. Under {material.called(worst)} it is {_amount(nets[worst])}."


def margin_words(material: Material) -> str:
    """How each of the best designs leaves the margin, and how often it is negative; empty without both books."""
    nets = _margins(material)
    if not nets:
        return ""
    order = sorted(nets, key=lambda design: -float(nets[design].mean()))
    said = [_one(material, design, nets[design]) for design in order[:MOST_NAMED]]
    rest = f"; {len(order) - MOST_NAMED} more designs leave less" if len(order) > MOST_NAMED else ""
    whose = f"the {material.lead}’s margin over {material.period}"
    return f"After the cost of care and programmes, {whose} is {join(said)}{rest}."


def _margins(material: Material) -> dict[str, NDArray[np.float64]]:
    """The lead party's margin over the whole contract by design and draw [USD]."""
    ledger = material.ledger
    if ledger is None or "margin" not in ledger["account"].values or material.lead not in ledger["party"].values:
        return {}
    margins = ledger["account_usd"].sel(party=material.lead, account="margin").sum("year")
    return {d: np.asarray(margins.sel(design=d).values, dtype=float) for d in material.designs}


def _one(material: Material, design: str, net: NDArray[np.float64]) -> str:
    lost = chance(float(np.mean(net < 0.0)), material.draws)
    return f"{_amount(net)} on average under {material.called(design)} (negative in {lost})"


def _amount(net: NDArray[np.float64]) -> str:
    value, error = (float(x) for x in mean(net))
    return f"{'a loss of ' if value < 0 else ''}{money(abs(value), error)}"


def _clearly_above(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    value, error = mean(one - other)
    return float(value) > CLEAR * float(error)
