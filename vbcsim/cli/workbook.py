"""The workbook of a run: what ``vbcsim.workbook`` is handed, and which settlement it shows step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vbcsim.core.errors import BadInput, did_you_mean
from vbcsim.core.text import listing, shown, visible

if TYPE_CHECKING:
    from pathlib import Path

    from vbcsim.pipeline import Run
    from vbcsim.report.material import Material
    from vbcsim.workbook.told import Traced

__all__ = ["median_draw", "refuse_unfit", "traced_of", "workbook_of"]


def workbook_of(run: Run, material: Material) -> bytes:
    """``results.xlsx`` of a finished run, with the median draw of its first design that moves money in formulas."""
    from vbcsim.report.answer import answer
    from vbcsim.workbook.results import results_workbook
    from vbcsim.workbook.told import Said

    found = answer(material)
    titles = {name: material.titles[name] for name in material.designs}
    said = Said(found.headline, found.points, titles, material.parties)
    moved = [name for name in material.designs if material.of(name, material.lead)["sd_usd"][0] > 0.0]
    design = next(iter(moved), material.designs[0])
    traced = traced_of(run, design, None, titles[design], material.lead)
    steps = "Where the money goes, from spending to the settlement, on average [USD]"
    told = {
        "Waterfall": (steps, material.waterfall),
        "Effective share": ("What is paid of gross savings, beside the headline share", material.effective_share),
    }
    further = {name: (title, found) for name, (title, found) in told.items() if found is not None}
    return results_workbook(run, said, traced, further)


def traced_of(run: Run, design: str, draw: int | None, title: str, party: str = "provider") -> Traced:
    """One design in one draw, ready to be shown in formulas; the median draw of the party where none is named.

    :raises BadInput: where the run has no such design or draw.
    """
    from vbcsim.contract.settle import parts_of
    from vbcsim.experience.draws import draws_between
    from vbcsim.pipeline.study import settled_experience
    from vbcsim.workbook.settlement import Told
    from vbcsim.workbook.told import Traced

    known = [str(name) for name in run.settlement["design"].values]
    if design not in known:
        raise BadInput(
            "--design", f"{shown(design)} is no design{did_you_mean(design, known)} (there: {listing(known)})"
        )
    draws = run.experience.sizes["draw"]
    if draw is not None and draw >= draws:
        raise BadInput(f"--draw {draw}", f"the run has the draws 0 to {draws - 1}; choose one of them")
    chosen = median_draw(run, design, party) if draw is None else draw
    why = f"the draw whose money for the {party} is nearest the median" if draw is None else "as asked for"
    alone = draws_between(settled_experience(run.scenario, run.experience), chosen, chosen + 1)
    (parts,) = parts_of(alone, {design: run.scenario.settled_designs[design]}).values()
    net = run.settlement["net_usd"].sel(design=design).isel(draw=chosen).transpose("party", "year")
    of_party = {str(name): net.values[k] for k, name in enumerate(net["party"].values)}
    return Traced(parts, Told(design, title, chosen, why, of_party))


def refuse_unfit(out: Path) -> None:
    """Refuse a name under which no new workbook can be written.

    :raises BadInput: where it does not end in .xlsx, or where a file is there already, which may hold work.
    """
    name = visible(str(out))
    if out.suffix.lower() != ".xlsx":
        raise BadInput("--xlsx", f"{name} does not end in .xlsx; name the workbook so that a spreadsheet opens it")
    if out.exists():
        raise BadInput("--xlsx", f"{name} is there already and may hold work; name another file, or take it away first")


def median_draw(run: Run, design: str, party: str) -> int:
    """The draw whose money for the party, over the whole contract, is nearest the median; of equals the first."""
    import numpy as np

    table = run.settlement["net_usd"].sel(design=design)
    party = party if party in table["party"].values else str(table["party"].values[0])
    net = table.sel(party=party).sum("year").values
    return int(np.argmin(np.abs(net - np.median(net))))
