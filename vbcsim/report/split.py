"""Where the spread comes from: chance of members, unknown assumptions, the market, the provider group."""

from __future__ import annotations

from vbcsim.report.material import Material
from vbcsim.report.tables import Row, TableOf, figure_cell

__all__ = ["LAYERS", "split_bars", "split_tables"]

LAYERS = {
    "process": "Which members fall ill",
    "parameter": "Unknown assumptions",
    "systemic": "The market",
    "group": "The provider group",
}
"""What each layer of randomness is called."""
TOGETHER = "Several together"


def split_tables(material: Material) -> list[TableOf]:
    """Shares of the variance of the lead party's money by layer: alone, and with all that the layer is part of."""
    split = material.variance_split
    if split is None:
        return []
    known = [str(layer) for layer in split["layer"].values]
    headings = tuple(LAYERS.get(layer, layer) for layer in known)
    captions = (
        ("variance_first_share", f"Of 100 parts of the variance, what each source decides alone: {material.lead}"),
        ("variance_total_share", "What each source decides alone and together with others"),
    )
    return [TableOf(caption, "", headings, _rows(material, name)) for name, caption in captions]


def split_bars(material: Material) -> dict[str, dict[str, float]]:
    """Shares by design and source that add up to one, for a picture; designs that do not vary are left out."""
    split = material.variance_split
    if split is None:
        return {}
    found = {}
    for design in material.designs:
        row = split["variance_first_share"].sel(design=design, party=material.lead)
        shares = {
            LAYERS.get(str(layer), str(layer)): max(0.0, float(row.sel(layer=layer))) for layer in row["layer"].values
        }
        whole = max(1.0, sum(shares.values()))
        if sum(shares.values()) > 0.0:
            shares = {name: share / whole for name, share in shares.items()}
            found[design] = shares | {TOGETHER: max(0.0, 1.0 - sum(shares.values()))}
    return found


def _rows(material: Material, name: str) -> tuple[Row, ...]:
    split = material.variance_split
    assert split is not None  # its caller has looked
    rows = []
    for design in material.designs:
        at = split.sel(design=design, party=material.lead)
        pairs = zip(at[name].values.tolist(), at[f"{name}_mcse"].values.tolist(), strict=True)
        rows.append(Row(material.titles[design], "", tuple(figure_cell("share", pair) for pair in pairs)))
    return tuple(rows)
