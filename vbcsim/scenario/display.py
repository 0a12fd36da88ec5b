"""A scenario as a notebook shows it: the question, whom it is about, and the designs compared."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from vbcsim.core.text import visible

if TYPE_CHECKING:
    from vbcsim.scenario.model import Scenario

__all__ = ["scenario_html"]


def scenario_html(scenario: Scenario) -> str:
    """Title, question, facts and designs; all text is escaped."""
    years = scenario.years
    facts = [
        ("Years", f"{_span(years.performance)}, base years {_span(years.base)}"),
        ("Members", f"{scenario.members:,}"),
        ("Simulation", f"{scenario.draws:,} draws, seed {scenario.seed}, engine {scenario.engine}"),
    ]
    if scenario.cases:
        facts.append(("Cases", ", ".join(case.title for case in scenario.cases.values())))
    rows = "".join(f"<tr><th>{_text(name)}</th><td>{_text(value)}</td></tr>" for name, value in facts)
    designs = "".join(
        f"<li><code>{_text(name)}</code>: {_text(arrangement.title)}</li>"
        for name, arrangement in scenario.arrangements.items()
    )
    return (
        f"<div><h3>{_text(scenario.title)}</h3><p>{_text(scenario.question)}</p>"
        f"<table>{rows}</table><p>Designs</p><ul>{designs}</ul></div>"
    )


def _span(years: tuple[int, ...]) -> str:
    return f"{years[0]}-{years[-1]}" if len(years) > 1 else str(years[0])


def _text(text: object) -> str:
    return escape(visible(str(text)))
