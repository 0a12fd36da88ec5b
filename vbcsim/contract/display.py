"""A contract as a notebook shows it: its clauses in plain sentences."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from vbcsim.contract.explained import explained
from vbcsim.core.text import visible

if TYPE_CHECKING:
    from vbcsim.contract.arrangement import Arrangement
    from vbcsim.contract.explained import ClauseTold, ProvisionTold

__all__ = ["arrangement_html"]

_ANY_YEAR = range(1990, 2101)


def arrangement_html(arrangement: Arrangement) -> str:
    """Title, then each provision with its clauses, whatever the years in which they apply; all text is escaped."""
    provisions = "".join(map(_provision, explained(arrangement, _ANY_YEAR)))
    unverified = "; ".join(_text(figure) for figure in arrangement.unverified)
    note = f"<p><small>Not verified: {unverified}</small></p>" if unverified else ""
    return f"<div><h3>{_text(arrangement.title)}</h3>{provisions}{note}</div>"


def _provision(told: ProvisionTold) -> str:
    provision = told.provision
    clauses = "".join(f"<li>{_clause(clause)}</li>" for clause in told.clauses)
    head = f"{provision.name.replace('_', ' ')}: {provision.payer} pays {provision.payee}"
    return f"<p><b>{_text(head)}</b></p><ol>{clauses}</ol>"


def _clause(told: ClauseTold) -> str:
    step = told.step
    when = [f"from {step.first}" if step.first else "", f"through {step.last}" if step.last else ""]
    years = " ".join(filter(None, when))
    return _text(told.sentence) + (f" <small>({years})</small>" if years else "")


def _text(text: object) -> str:
    return escape(visible(str(text)))
