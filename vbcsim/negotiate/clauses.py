"""Contracts with a clause less or a clause more: edits of an arrangement, named as people name clauses.

A clause is ``PROVISION.TERM``, the second of a word ``PROVISION.limit#2``; a word alone is every clause of that word.
"""

from __future__ import annotations

from typing import Any

from vbcsim.contract.arrangement import Arrangement
from vbcsim.contract.raw import raw_arrangement
from vbcsim.contract.read import read_arrangement
from vbcsim.core.errors import BadInput, Problem, did_you_mean
from vbcsim.core.text import listing, shown
from vbcsim.negotiate.variants import Edit

__all__ = ["COMMON_NAMES", "Clause", "added", "droppable", "named_clauses", "without"]

Clause = tuple[str, str]
"""Provision and name of a clause."""
COMMON_NAMES = {
    "cap": ("limit",),
    "limits": ("limit",),
    "msr": ("minimum_rate",),
    "stop_loss": ("stop_loss", "aggregate_stop_loss"),
    "stop-loss": ("stop_loss", "aggregate_stop_loss"),
    "reinsurance": ("stop_loss", "aggregate_stop_loss"),
    "collar": ("corridor",),
    "withhold": ("earn_back",),
}
"""What clauses are called at the table, and the words of the terms."""


def droppable(arrangement: Arrangement) -> tuple[Clause, ...]:
    """Every clause that can be dropped: the only one of a provision cannot."""
    return tuple(
        (provision.name, name)
        for provision in arrangement.provisions
        for name in provision.step_names
        if len(provision.terms) > 1
    )


def named_clauses(arrangement: Arrangement, text: str) -> tuple[Clause, ...]:
    """The clauses that a text names: one by provision and name, or all of a word.

    :raises BadInput: where it names none.
    """
    clauses = droppable(arrangement)
    exact = [clause for clause in clauses if ".".join(clause) == text]
    words = COMMON_NAMES.get(text.lower(), (text,))
    found = exact or [clause for clause in clauses if clause[1].partition("#")[0] in words]
    if not found:
        names = [".".join(clause) for clause in clauses]
        guess = did_you_mean(text, [*names, *COMMON_NAMES, *{name.partition("#")[0] for _, name in clauses}])
        raise BadInput(
            "--fair", f"{shown(text)} names no clause that can be dropped{guess} (there: {listing(names, 30)})"
        )
    return tuple(found)


def without(clause: Clause) -> Edit:
    """Drops a clause, all others as they are; a contract that does not have it stays as it is."""

    def edit(arrangement: Arrangement) -> Arrangement:
        provisions = []
        for provision in arrangement.provisions:
            kept = tuple(
                step
                for step, name in zip(provision.terms, provision.step_names, strict=True)
                if (provision.name, name) != clause
            )
            changed = len(kept) < len(provision.terms)
            provisions.append(provision.model_copy(update={"terms": kept}) if changed else provision)
        return arrangement.model_copy(update={"provisions": tuple(provisions)})

    return edit


def added(provision: str, step: Any, place: str) -> Edit:
    """Writes a further clause under those of a provision.

    :param step: the clause as a file writes it, ``{limit: {losses: {share: 0.04, of: benchmark}}}``.
    :param place: where the clause was read; the edit raises BadInput with it where the clause cannot be.
    """

    def edit(arrangement: Arrangement) -> Arrangement:
        raw = raw_arrangement(arrangement)
        names = [str(own["name"]) for own in raw["provisions"]]
        if provision not in names:
            guess = did_you_mean(provision, names)
            raise BadInput(place, f"there is no provision {shown(provision)}{guess} (there: {listing(names)})")
        provisions = [
            {**own, "terms": [*own["terms"], step]} if own["name"] == provision else own for own in raw["provisions"]
        ]
        try:
            return read_arrangement(
                {**raw, "provisions": provisions}, arrangement.name, parameters=arrangement.parameters
            )
        except BadInput as error:
            raise BadInput(Problem(place, f"{p.place}: {p.message}") for p in error.problems) from None

    return edit
