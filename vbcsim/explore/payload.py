"""What the page holds: the designs as clauses with figures, the functions that settle them, and the lines they read."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vbcsim.contract.arrangement import Arrangement, Provision, Step
from vbcsim.contract.book import Book
from vbcsim.contract.design import Design, as_design
from vbcsim.contract.line import LineMaker
from vbcsim.contract.raw import raw_clause, raw_step
from vbcsim.contract.settle import SettledPart, parts_of
from vbcsim.contract.trace import Trace, Untraceable, trace_line, trace_term
from vbcsim.contract.wording import spoken
from vbcsim.experience.draws import first_draws
from vbcsim.explore.figures import Slider, sentence_template, sliders_of
from vbcsim.explore.javascript import function_of

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.scenario.model import Scenario

__all__ = ["MOST_DRAWS", "Payload", "RunLike", "designs_payload", "payload_of"]

MOST_DRAWS = 10_000
"""Draws that a page holds; more would neither show nor redraw in time."""

MOST_BYTES = 24_000_000
"""Characters of lines that a page holds; more would open slowly and could not be mailed."""

Floats = NDArray[np.float64]


class RunLike(Protocol):
    """A finished run, as ``vbcsim.run`` returns it."""

    @property
    def scenario(self) -> Scenario: ...
    @property
    def experience(self) -> xr.Dataset: ...


@dataclass
class Payload:
    """The data of a page and the text of its functions, in the order in which the data number them."""

    data: dict[str, Any]
    functions: tuple[str, ...]


@dataclass
class _Store:
    """Functions and lines, each held once."""

    years: tuple[int, ...]
    draws: int
    scale_usd: float
    functions: dict[str, int] = field(default_factory=dict)
    arrays: list[str] = field(default_factory=list)
    array_at: dict[Any, int] = field(default_factory=dict)

    def function(self, text: str) -> int:
        return self.functions.setdefault(text, len(self.functions))

    def array(self, key: Any, line: Floats) -> int:
        """The number of a line's array; draws lie side by side, one row where they are all alike."""
        if key not in self.array_at:
            rows = np.broadcast_to(line, (line.shape[0], len(self.years)))[: self.draws]
            alike = rows.shape[0] == 1 or bool((rows == rows[:1]).all())
            told = np.ascontiguousarray((rows[:1] if alike else rows).T, dtype="<f8")
            self.array_at[key] = len(self.arrays)
            self.arrays.append(base64.b64encode(told.tobytes()).decode())
        return self.array_at[key]


def payload_of(run: RunLike) -> Payload:
    """The page's data for a finished run: its designs on as many of its draws as a page can hold."""
    whole = int(run.experience.sizes["draw"])
    draws = min(MOST_DRAWS, whole)
    settled = designs_payload(run.scenario.settled_designs, first_draws(run.experience, draws))
    size = sum(map(len, settled.data["arrays"]))
    if size > MOST_BYTES:
        draws = max(100, int(draws * MOST_BYTES / size))
        settled = designs_payload(run.scenario.settled_designs, first_draws(run.experience, draws))
    about = {
        "title": run.scenario.title,
        "question": run.scenario.question,
        "name": run.scenario.name,
        "of_draws": whole,
        "seed": str(run.scenario.seed),
        "experience_hash": str(run.experience.attrs.get("experience_hash", "")),
        "version": str(run.experience.attrs.get("vbcsim_version", "")),
    }
    return Payload(about | settled.data, settled.functions)


def designs_payload(designs: Mapping[str, Arrangement | Design], source: xr.Dataset | Book) -> Payload:
    """What settles the designs on the draws of an experience or a book: clauses, functions and lines.

    A design that settles groups apart is one design for each group.
    """
    plan = parts_of(source, designs)
    parts = [(name, as_design(designs[name]), part) for name, own in plan.items() for part in own]
    book = parts[0][2].book
    spent = float(np.mean(book["expenditure"])) if "expenditure" in book else 1e7
    store = _Store(book.years, book.draws, 0.1 * spent)
    told = [_design(name, design, part, store) for name, design, part in parts]
    data = {"years": list(book.years), "draws": book.draws, "designs": told, "arrays": store.arrays}
    return Payload(data, tuple(store.functions))


def _design(name: str, design: Design, part: SettledPart, store: _Store) -> dict[str, Any]:
    arrangement = part.arrangement
    declared = part.book.declare(arrangement.lines)
    provisions = [_provision(provision, store) for provision in arrangement.ordered]
    own = {provision.name for provision in arrangement.ordered}
    wanted = [line for p in provisions for clause in p["clauses"] for line in clause["lines"]]
    lines = _Lines(arrangement, declared, own, store).resolve([*wanted, "benchmark", "expenditure"])
    title = arrangement.title or spoken(name)
    only = {key: list(values) for key, values in design.only.items()}
    members = only | ({design.each: [part.group]} if part.group else {})
    about = {"title": arrangement.title, "parties": list(arrangement.parties)} | ({"only": members} if members else {})
    return {
        "name": f"{name}/{part.group}" if part.group else name,
        "title": f"{title}: {spoken(part.group)}" if part.group else title,
        "parties": list(arrangement.parties),
        "provisions": provisions,
        "lines": lines,
        "raw": about | {"lines": {line: raw_clause(maker) for line, maker in arrangement.lines.items()}},
    }


def _provision(provision: Provision, store: _Store) -> dict[str, Any]:
    return {
        "name": provision.name,
        "title": spoken(provision.name),
        "payer": provision.payer,
        "payee": provision.payee,
        "clauses": [_clause(step, store) for step in provision.terms if any(step.applies(store.years))],
    }


def _clause(step: Step, store: _Store) -> dict[str, Any]:
    """A clause: its sentence, its figures, and its function."""
    trace = trace_term(step.term, store.years)
    sliders = sliders_of(step.term, trace.figures, store.scale_usd)
    applies = step.applies(store.years)
    within = [year for year, on in zip(store.years, applies, strict=True) if on]
    return {
        "word": step.word,
        "sentence": sentence_template(step.term, sliders),
        "when": "" if all(applies) else f"only {', '.join(map(str, within))}",
        "figures": [_slider(slider) for slider in sliders],
        "lines": list(trace.lines),
        "f": store.function(function_of(trace, applies)),
        "raw": raw_step(step),
    }


def _slider(slider: Slider) -> dict[str, Any]:
    return slider._asdict() | {"path": list(slider.path)}


@dataclass
class _Lines:
    """The lines of a design: provisions' amounts, traced makers, and arrays, each after those it reads."""

    arrangement: Arrangement
    book: Book
    provisions: set[str]
    store: _Store
    found: dict[str, dict[str, Any]] = field(default_factory=dict)
    traces: dict[str, Trace | None] = field(default_factory=dict)

    def resolve(self, wanted: list[str]) -> list[dict[str, Any]]:
        """Every wanted line and what it is made from, in an order in which they can be made."""
        frozen = self._frozen()
        for line in dict.fromkeys(wanted):
            self._add(line, frozen)
        return list(self.found.values())

    def _add(self, line: str, frozen: set[str]) -> None:
        if line in self.found or line in self.provisions:
            return
        trace = None if line in frozen else self._trace(line)
        if trace is not None:
            for other in trace.lines:
                self._add(other, frozen)
            maker = self.arrangement.lines[line]
            sliders = sliders_of(maker, trace.figures, self.store.scale_usd)
            self.found[line] = {
                "name": line,
                "sentence": sentence_template(maker, sliders),
                "figures": [_slider(slider) for slider in sliders],
                "lines": list(trace.lines),
                "f": self.store.function(function_of(trace)),
            }
        elif line in self.book:
            array = self.store.array(self.book.key(line), self.book[line])
            self.found[line] = {"name": line, "a": array, "made": line in self.arrangement.lines}

    def _trace(self, line: str) -> Trace | None:
        """The trace of a line, made once; none where the line is given or cannot be traced."""
        if line not in self.traces:
            made = line in self.arrangement.lines and line not in self.book.given
            self.traces[line] = _traced(self.arrangement.lines[line], self.store.years) if made else None
        return self.traces[line]

    def _frozen(self) -> set[str]:
        """Lines that must stay as they are: an array that was made from them would not follow."""
        makers: Mapping[str, Any] = self.arrangement.lines
        fixed = [line for line in makers if self._trace(line) is None]
        return {
            below for line in fixed for below in self.arrangement.reached(makers[line].lines()) if below in makers
        } | set(fixed)


def _traced(maker: LineMaker, years: tuple[int, ...]) -> Trace | None:
    try:
        return trace_line(maker, years)
    except Untraceable:
        return None
