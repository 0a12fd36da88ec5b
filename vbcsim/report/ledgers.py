"""Both parties' books: what each would take in and spend under each design, the settlement among it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vbcsim.outcomes.distribution import mean, probability, quantile
from vbcsim.report.material import Material
from vbcsim.report.tables import Cell, Row, TableOf, figure_cell
from vbcsim.report.terminal import chunks, unit
from vbcsim.report.words import Scale, scale_for

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["ledger_tables"]

SIDE_BY_SIDE = 4


def ledger_tables(material: Material) -> list[TableOf]:
    """For the lead party and the payer: the average of every account by design, and how the margin may turn out."""
    if material.ledger is None:
        return []
    kept = set(material.ledger["party"].values.tolist())
    parties = [party for party in dict.fromkeys((material.lead, "payer", "provider")) if party in kept]
    found = []
    for party in parties:
        for designs in chunks(material.designs, SIDE_BY_SIDE):
            found.append(_table(material, material.ledger, party, designs))
    return found


def _table(material: Material, ledger: xr.Dataset, party: str, designs: tuple[str, ...]) -> TableOf:
    whole = ledger["account_usd"].sel(party=party).sum("year")
    nets = {d: whole.sel(design=d).transpose("account", "draw").values for d in designs}
    accounts = [str(name) for name in ledger["account"].values]
    kept = [k for k, name in enumerate(accounts) if any(net[k].any() for net in nets.values())]
    scale = scale_for(float(net[k].mean()) for net in nets.values() for k in kept)
    rows = [_account(accounts[k], [net[k] for net in nets.values()], scale) for k in kept]
    if "margin" in accounts:
        margins = [net[accounts.index("margin")] for net in nets.values()]
        rows += _margin_rows(margins, scale)
    caption = f"The {party}’s book, {material.period}: averages, spending negative"
    return TableOf(caption, unit(scale), tuple(material.titles[d] for d in designs), tuple(rows))


def _account(name: str, nets: list[np.ndarray], scale: Scale) -> Row:
    return Row(name.replace("_", " ").capitalize(), "", tuple(_cell("mean_usd", mean(net), scale) for net in nets))


def _margin_rows(margins: list[np.ndarray], scale: Scale) -> list[Row]:
    ordered = [np.sort(net) for net in margins]
    return [
        Row("Margin, 1 in 20 is worse than", "", tuple(_cell("p5_usd", quantile(o, 0.05), scale) for o in ordered)),
        Row("Margin, 1 in 20 is better than", "", tuple(_cell("p95_usd", quantile(o, 0.95), scale) for o in ordered)),
        Row("Chance of a negative margin", "", tuple(_cell("p_loss", probability(net < 0), scale) for net in margins)),
    ]


def _cell(statistic: str, estimate: tuple[np.ndarray, np.ndarray], scale: Scale) -> Cell:
    return figure_cell(statistic, (float(estimate[0]), float(estimate[1])), scale)
