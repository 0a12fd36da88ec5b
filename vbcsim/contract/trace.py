"""Tracing: a term's own ``apply``, run on symbols, as straight-line arithmetic in its figures and lines.

The trace of a term holds one number per performance year. A figure of the term (a rate, a cap) is a symbol as well, so
the same arithmetic serves for any value of it: nothing about a clause is written twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from vbcsim.contract.book import by_year, read_value
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import Term
from vbcsim.contract.value import Band, Clause
from vbcsim.core.errors import BadInput
from vbcsim.core.model import Frozen

__all__ = [
    "OPERATIONS",
    "Figure",
    "Node",
    "Trace",
    "Untraceable",
    "evaluate",
    "step_values",
    "trace_line",
    "trace_term",
]

OPERATIONS: Mapping[str, int] = {
    "add": 2,
    "subtract": 2,
    "multiply": 2,
    "divide": 2,
    "minimum": 2,
    "maximum": 2,
    "greater_equal": 2,
    "greater": 2,
    "less_equal": 2,
    "less": 2,
    "bitwise_or": 2,
    "bitwise_and": 2,
    "logical_not": 1,
    "absolute": 1,
    "negative": 1,
    "sqrt": 1,
    "equal": 2,
    "not_equal": 2,
    "where": 3,
}
"""Every operation of a trace and its number of operands, named as numpy names them; comparisons give 1 or 0."""

_EVALUATE: Any = {name: getattr(np, name) for name in OPERATIONS}
_FIXED = {(Band, "start"), (Band, "end")}
"""Figures that shape the arithmetic rather than enter it."""


class Untraceable(Exception):
    """A term asked of a symbol what only a number can tell."""


class Node(NamedTuple):
    """One step of a trace: an operation on earlier steps (their numbers), or a leaf.

    Leaves: ``constant`` (a float), ``amount`` (year index), ``line`` (name, year index), ``figure`` (its number).
    """

    operation: str
    operands: tuple[Any, ...]


class Figure(NamedTuple):
    """A number of a term that may be changed without tracing it again: its path below the term, and its value."""

    path: tuple[str | int, ...]
    value: float


@dataclass
class _Tape:
    """Steps in the order of their arithmetic, each written once."""

    years: int
    nodes: list[Node] = field(default_factory=list)
    known: dict[Node, int] = field(default_factory=dict)

    def put(self, operation: str, *operands: Any) -> int:
        node = Node(operation, operands)
        if node not in self.known:
            self.known[node] = len(self.nodes)
            self.nodes.append(node)
        return self.known[node]

    def constant(self, value: float) -> int:
        # The text tells 0.0 from -0.0, which are equal and would share a step.
        return self.put("constant", float(value).hex())


@dataclass(frozen=True)
class Trace:
    """The arithmetic of one term over the performance years.

    ``result`` has the number of the step that holds the amount after the term, for each year.
    """

    nodes: tuple[Node, ...]
    result: tuple[int, ...]
    figures: tuple[Figure, ...]
    lines: tuple[str, ...]


class _Traced(NDArrayOperatorsMixin):
    """A number, or numbers in columns by year; arithmetic on it is put on the tape."""

    __slots__ = ("each", "tape", "yearly")

    def __init__(self, tape: _Tape, each: Sequence[int], *, yearly: bool) -> None:
        self.tape = tape
        self.each = tuple(each)
        self.yearly = yearly

    __hash__ = None  # type: ignore[assignment]

    @property
    def shape(self) -> tuple[int, ...]:
        """As of an array with one draw."""
        return (1, len(self.each)) if self.yearly else ()

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__" or options:
            raise Untraceable(f"{ufunc.__name__}.{method} with options")
        parts = [_traced(self.tape, item) for item in inputs]
        if ufunc.__name__ in ("equal", "not_equal") and not any(part.yearly for part in parts):
            return _Unlike(same=ufunc.__name__ == "equal")
        if ufunc.__name__ not in OPERATIONS:
            raise Untraceable(ufunc.__name__)
        return _combined(self.tape, ufunc.__name__, parts)

    def __array_function__(self, function: Any, _types: Any, arguments: Any, options: Any) -> Any:
        known = _FUNCTIONS.get(function)
        if known is None:
            raise Untraceable(getattr(function, "__name__", str(function)))
        return known(self.tape, *arguments, **options)

    def __getitem__(self, where: Any) -> _Traced:
        rows, columns = where if isinstance(where, tuple) and len(where) == 2 else (where, None)
        if isinstance(columns, int):
            return _Traced(self.tape, [self.each[columns] if self.yearly else self.each[0]], yearly=False)
        if rows in (slice(None), Ellipsis) and isinstance(columns, slice) and self.yearly:
            return _Traced(self.tape, self.each[columns], yearly=True)
        raise Untraceable(f"[{where}]")

    def __bool__(self) -> bool:
        raise Untraceable("a choice by the value of a figure")


def _stack(tape: _Tape, items: Sequence[Any], *, axis: int = 0) -> _Traced:
    if axis != -1:
        raise Untraceable("stack along another axis than years")
    return _Traced(tape, [_traced(tape, item).each[0] for item in items], yearly=True)


def _concatenate(tape: _Tape, items: Sequence[Any], *, axis: int = 0) -> _Traced:
    if axis != -1:
        raise Untraceable("concatenate along another axis than years")
    return _Traced(tape, [step for item in items for step in _traced(tape, item).each], yearly=True)


def _cumprod(tape: _Tape, item: Any, *, axis: int | None = None) -> _Traced:
    found = _traced(tape, item)
    if axis != -1 or not found.yearly:
        raise Untraceable("cumprod along another axis than years")
    steps = [found.each[0]]
    for step in found.each[1:]:
        steps.append(_step(tape, "multiply", [steps[-1], step]))
    return _Traced(tape, steps, yearly=True)


def _where(tape: _Tape, condition: Any, yes: Any, no: Any) -> _Traced:
    return _combined(tape, "where", [_traced(tape, item) for item in (condition, yes, no)])


def _broadcast_to(tape: _Tape, item: Any, shape: tuple[int, ...]) -> _Traced:
    found = _traced(tape, item)
    return found if found.yearly else _Traced(tape, found.each * shape[-1], yearly=True)


_FUNCTIONS: Mapping[Any, Any] = {
    np.stack: _stack,
    np.concatenate: _concatenate,
    np.cumprod: _cumprod,
    np.where: _where,
    np.broadcast_to: _broadcast_to,
    np.shape: lambda tape, item: _traced(tape, item).shape,
    np.atleast_2d: lambda tape, item: _broadcast_to(tape, item, (1, tape.years)),
}


class _Unlike:
    """The answer to "is this figure exactly that number?": no, so that the general arithmetic is traced."""

    def __init__(self, *, same: bool) -> None:
        self.same = same

    def __bool__(self) -> bool:
        return not self.same


def _traced(tape: _Tape, item: Any) -> _Traced:
    if isinstance(item, _Traced):
        return item
    array = np.asarray(item, dtype=np.float64)
    if array.ndim == 0:
        return _Traced(tape, [tape.constant(float(array))], yearly=False)
    if array.ndim in (1, 2) and array.size == array.shape[-1]:
        return _Traced(tape, [tape.constant(float(v)) for v in array.ravel()], yearly=True)
    raise Untraceable(f"an array of shape {array.shape}")


def _combined(tape: _Tape, operation: str, parts: Sequence[_Traced]) -> _Traced:
    yearly = any(part.yearly for part in parts)
    width = max(len(part.each) for part in parts)
    if any(len(part.each) not in (1, width) for part in parts):
        raise Untraceable("columns that do not fit")
    steps = [_step(tape, operation, [p.each[k if len(p.each) > 1 else 0] for p in parts]) for k in range(width)]
    return _Traced(tape, steps, yearly=yearly)


def _step(tape: _Tape, operation: str, operands: Sequence[int]) -> int:
    """One step; worked out at once where every operand is a constant."""
    found = [tape.nodes[operand] for operand in operands]
    if all(node.operation == "constant" for node in found) and operation not in ("bitwise_or", "bitwise_and"):
        return tape.constant(float(_EVALUATE[operation](*(float.fromhex(node.operands[0]) for node in found))))
    return tape.put(operation, *operands)


class _SymbolBook:
    """A book of symbols: a line is one symbol per year."""

    def __init__(self, tape: _Tape, years: tuple[int, ...]) -> None:
        self.years = years
        self.read: list[str] = []
        self._tape = tape

    def __getitem__(self, name: str) -> Any:
        if name not in self.read:
            self.read.append(str(name))
        tape = self._tape
        return _Traced(tape, [tape.put("line", str(name), k) for k in range(tape.years)], yearly=True)

    def value(self, value: Any) -> Any:
        return read_value(value, self, self._by_year)

    def _by_year(self, value: Mapping[int, Any], years: tuple[int, ...]) -> Any:
        dates = sorted(value)
        in_force = by_year({year: float(k) for k, year in enumerate(dates)}, years).astype(int)
        columns = [_traced(self._tape, value[dates[k]]).each[0] for k in in_force]
        return _Traced(self._tape, columns, yearly=True)


def trace_term(term: Term, years: tuple[int, ...]) -> Trace:
    """The arithmetic of a term over ``years``, in its figures and the lines that it reads.

    :raises Untraceable: where the term does what no trace can hold; the laws of terms forbid it.
    """
    return _trace(term, years, lambda symbolic, amount, book: symbolic.apply(amount, book))


def trace_line(maker: LineMaker, years: tuple[int, ...]) -> Trace:
    """The arithmetic of a derived line over ``years``; its result is the line.

    :raises Untraceable: where the maker reads members, strata or base years, or decides by a figure's value.
    """
    if maker.needs_view:
        raise Untraceable(f"{type(maker).__name__} reads strata, base years or large claimants")
    try:
        return _trace(maker, years, lambda symbolic, _, book: symbolic.make(book))
    except (TypeError, ValueError, IndexError, AttributeError, BadInput) as error:
        raise Untraceable(str(error)) from None


def _trace(clause: Clause, years: tuple[int, ...], arithmetic: Callable[[Any, Any, Any], Any]) -> Trace:
    tape = _Tape(len(years))
    figures: list[Figure] = []
    book = _SymbolBook(tape, years)
    amount = _Traced(tape, [tape.put("amount", k) for k in range(len(years))], yearly=True)
    after = _traced(tape, arithmetic(_with_symbols(clause, (), tape, figures), amount, book))
    result = after.each if len(after.each) == len(years) else after.each * len(years)
    return Trace(tuple(tape.nodes), result, tuple(figures), tuple(book.read))


def _with_symbols(found: Any, path: tuple[str | int, ...], tape: _Tape, figures: list[Figure]) -> Any:
    """A copy of a model in which every float is a symbol; each is noted with its path."""
    if isinstance(found, float):
        figures.append(Figure(path, found))
        return _Traced(tape, [tape.put("figure", len(figures) - 1)], yearly=False)
    if isinstance(found, Frozen):
        kind = type(found)
        fields = {
            name: getattr(found, name)
            if (kind, name) in _FIXED
            else _with_symbols(getattr(found, name), (*path, name), tape, figures)
            for name in kind.model_fields
        }
        return kind.model_construct(**fields)
    if isinstance(found, tuple):
        return tuple(_with_symbols(item, (*path, k), tape, figures) for k, item in enumerate(found))
    if isinstance(found, Mapping):
        return {key: _with_symbols(item, (*path, key), tape, figures) for key, item in found.items()}
    return found


def evaluate(trace: Trace, amount: Any, lines: Mapping[str, Any], figures: Sequence[float] | None = None) -> Any:
    """The amount after a traced term: what its ``apply`` gives, from the trace alone.

    :param amount: (draw, year) USD; ``lines``: the lines that the trace reads, broadcastable to it.
    :param figures: values of the figures, in their order (none: as traced).
    """
    amount = np.asarray(amount, dtype=np.float64)
    steps = step_values(trace, amount, lines, figures)
    return np.stack([np.broadcast_to(steps[k], amount.shape[:1]) for k in trace.result], axis=-1)


def step_values(
    trace: Trace, amount: Any, lines: Mapping[str, Any], figures: Sequence[float] | None = None
) -> list[Any]:
    """The value of every step of a trace, numbers or arrays by draw; parameters as of :func:`evaluate`."""
    values = [figure.value for figure in trace.figures] if figures is None else list(figures)
    amount = np.asarray(amount, dtype=np.float64)
    columns = {name: np.broadcast_to(lines[name], amount.shape) for name in trace.lines}
    steps: list[Any] = []
    for operation, operands in trace.nodes:
        if operation == "constant":
            steps.append(float.fromhex(operands[0]))
        elif operation == "amount":
            steps.append(amount[:, operands[0]])
        elif operation == "line":
            steps.append(columns[operands[0]][:, operands[1]])
        elif operation == "figure":
            steps.append(values[operands[0]])
        else:
            found = [steps[operand] for operand in operands]
            if operation.startswith("bitwise"):
                found = [np.asarray(item) != 0.0 for item in found]
            steps.append(np.asarray(_EVALUATE[operation](*found), dtype=np.float64))
    return steps
