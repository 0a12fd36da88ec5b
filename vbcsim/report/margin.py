"""The lead party's margin after everything that the contract moves, in a sentence."""

from __future__ import annotations

import numpy as np

from vbcsim.outcomes.distribution import mean
from vbcsim.report.material import Material
from vbcsim.report.words import chance, join, money

__all__ = ["margin_words"]

MOST_NAMED = 3
"""Designs that the sentence names; the table of both parties' books has all."""


def margin_words(material: Material) -> str:
    """Which design leaves the best margin, how often each margin is negative; empty without both parties' books."""
    ledger = material.ledger
    if ledger is None or "margin" not in ledger["account"].values or material.lead not in ledger["party"].values:
        return ""
    margins = ledger["account_usd"].sel(party=material.lead, account="margin").sum("year")
    nets = {d: np.asarray(margins.sel(design=d).values, dtype=float) for d in material.designs}
    order = sorted(nets, key=lambda design: -float(nets[design].mean()))
    said = [_one(material, design, nets[design]) for design in order[:MOST_NAMED]]
    rest = f"; {len(order) - MOST_NAMED} more designs leave less" if len(order) > MOST_NAMED else ""
    whose = f"the {material.lead}’s margin over {material.period}"
    return f"After the cost of care and programmes, {whose} is {join(said)}{rest}."


def _one(material: Material, design: str, net: np.ndarray) -> str:
    value, error = (float(x) for x in mean(net))
    lost = chance(float(np.mean(net < 0.0)), material.draws)
    amount = money(abs(value), error)
    sign = "a loss of " if value < 0 else ""
    return f"{sign}{amount} on average under {material.titles[design]} (negative in {lost})"
