"""How often each clause changed the amount, in the draws and years of a finished run."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from vbcsim.core.text import visible

if TYPE_CHECKING:
    from vbcsim.contract.arrangement import Arrangement
    from vbcsim.contract.book import Book
    from vbcsim.contract.settle import Entry

__all__ = ["binding_of", "binding_text", "never_bound"]


def binding_of(book: Book, arrangement: Arrangement) -> list[dict[str, Any]]:
    """By provision and clause in force: in how many draws it changed the amount, in any year and year by year."""
    from vbcsim.contract.settle import entries

    clauses: dict[str, list[dict[str, Any]]] = {provision.name: [] for provision in arrangement.ordered}
    for entry in entries(book, arrangement):
        if any(entry.step.applies(book.years)):
            own = clauses[entry.provision.name]
            own.append(_counted(entry, len(own) + 1, book))
    return [{"name": name, "clauses": own} for name, own in clauses.items()]


def _counted(entry: Entry, number: int, book: Book) -> dict[str, Any]:
    import numpy as np

    from vbcsim.contract.explained import sentence_of

    applies = np.array(entry.step.applies(book.years))
    changed = np.broadcast_to((entry.after != entry.before) & applies, (book.draws, len(book.years)))
    return {
        "number": number,
        "term": entry.step.word,
        "sentence": sentence_of(entry.step, first=number == 1),
        "draws": int(changed.any(axis=1).sum()),
        "draws_by_year": {str(year): int(changed[:, k].sum()) for k, year in enumerate(book.years) if applies[k]},
    }


def never_bound(design: str, binding: list[dict[str, Any]]) -> list[dict[str, str]]:
    """A warning for each clause that changed nothing in any draw."""
    return [
        {
            "design": design,
            "rule": "never_bound",
            "place": f"{provision['name']} clause {clause['number']} ({clause['term']})",
            "message": f"changed the amount in no draw and no year: {clause['sentence']}",
        }
        for provision in binding
        for clause in provision["clauses"]
        if clause["draws"] == 0
    ]


def binding_text(design: str, binding: list[dict[str, Any]], draws: int) -> str:
    """The counts for people, as shares of the draws."""
    text = [f"{design}: draws in which each clause changed the amount, of {draws:,}", ""]
    for provision in binding:
        text.append(f"  {provision['name']}")
        for clause in provision["clauses"]:
            text += textwrap.wrap(
                visible(clause["sentence"]), 100, initial_indent=f"  {clause['number']:>3}. ", subsequent_indent=" " * 7
            )
            years = ", ".join(f"{year} {_share(count, draws)}" for year, count in clause["draws_by_year"].items())
            text.append(f"       in {_share(clause['draws'], draws)} of draws ({years})")
        text.append("")
    return "\n".join(text)


def _share(count: int, draws: int) -> str:
    """``12%`` of the draws; never rounded to none or to all where it is not."""
    percent = 100.0 * count / draws
    if count in (0, draws):
        return f"{percent:.0f}%"
    return f"{min(max(percent, 0.1), 99.9):.1f}%"
