"""Clauses as they are written in a file, so that a draft made on the page can be read back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vbcsim.contract.arrangement import Arrangement, Provision, Step
from vbcsim.contract.value import Clause

__all__ = ["raw_arrangement", "raw_clause", "raw_step"]


def raw_clause(clause: Clause) -> dict[str, Any]:
    """``{word: fields}`` of a term or a line maker; what equals a default is left out."""
    word = type(clause).__module__.rpartition(".")[2]
    return {word: clause.model_dump(mode="json", by_alias=True, exclude_defaults=True)}


def raw_step(step: Step) -> dict[str, Any]:
    """A term in its place with its years, note and source."""
    about = {"from": step.first, "to": step.last, "note": step.note or None, "source": step.source or None}
    return raw_clause(step.term) | {key: value for key, value in about.items() if value is not None}


def raw_arrangement(arrangement: Arrangement) -> dict[str, Any]:
    """An arrangement written out; reading it gives an arrangement that settles alike."""
    return {
        "title": arrangement.title,
        "parties": list(arrangement.parties),
        "lines": {name: raw_clause(maker) for name, maker in arrangement.lines.items()},
        "provisions": [_provision(provision) for provision in arrangement.provisions],
    }


def _provision(provision: Provision) -> Mapping[str, Any]:
    about = {key: getattr(provision, key) for key in ("note", "source") if getattr(provision, key)}
    parties = {"name": provision.name, "payer": provision.payer, "payee": provision.payee}
    return parties | about | {"terms": [raw_step(step) for step in provision.terms]}
