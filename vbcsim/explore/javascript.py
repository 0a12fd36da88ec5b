"""A trace as a JavaScript function over draws: the same IEEE operations in the same order, so the same bits."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping

from vbcsim.contract.trace import Trace

__all__ = ["function_of"]

_WRITE: Mapping[str, Callable[..., str]] = {
    "add": lambda a, b: f"{a}+{b}",
    "subtract": lambda a, b: f"{a}-{b}",
    "multiply": lambda a, b: f"{a}*{b}",
    "divide": lambda a, b: f"{a}/{b}",
    "minimum": lambda a, b: f"{a}<{b}?{a}:{b}",
    "maximum": lambda a, b: f"{a}>{b}?{a}:{b}",
    "greater_equal": lambda a, b: f"{a}>={b}?1:0",
    "greater": lambda a, b: f"{a}>{b}?1:0",
    "less_equal": lambda a, b: f"{a}<={b}?1:0",
    "less": lambda a, b: f"{a}<{b}?1:0",
    "bitwise_or": lambda a, b: f"{a}||{b}?1:0",
    "bitwise_and": lambda a, b: f"{a}&&{b}?1:0",
    "logical_not": lambda a: f"{a}?0:1",
    "absolute": lambda a: f"Math.abs({a})",
    "negative": lambda a: f"-{a}",
    "sqrt": lambda a: f"Math.sqrt({a})",
    "equal": lambda a, b: f"{a}==={b}?1:0",
    "not_equal": lambda a, b: f"{a}!=={b}?1:0",
    "where": lambda a, b, c: f"{a}?{b}:{c}",
}


def function_of(trace: Trace, applies: tuple[bool, ...] | None = None) -> str:
    """The text of ``(A, F, L, n) => {...}``: the amounts ``A`` after the term, in place.

    ``A`` has the amounts year after year, the ``n`` draws of a year side by side; ``F`` the figures of the trace in
    their order; ``L`` maps a line's name to its numbers, laid out as ``A``. What depends on no draw is worked out once.

    :param applies: by year, whether the term applies in it (none: in every year).
    """
    each_year = applies or (True,) * len(trace.result)
    by_draw = _depends_on_draw(trace)
    wanted = _wanted(trace, [step for step, on in zip(trace.result, each_year, strict=True) if on])
    names = {line: f"l{k}" for k, line in enumerate(trace.lines)}
    before = [f"const {name}=L[{json.dumps(line)}];" for line, name in names.items()]
    inside: list[str] = []
    for k, (operation, operands) in enumerate(trace.nodes):
        if k in wanted:
            (inside if by_draw[k] else before).append(f"const v{k}={_expression(operation, operands, names)};")
    store = [f"A[{_at(t)}]=v{k};" for t, (k, on) in enumerate(zip(trace.result, each_year, strict=True)) if on]
    return f"(A,F,L,n)=>{{{''.join(before)}for(let d=0;d<n;d++){{{''.join(inside + store)}}}}}"


def _expression(operation: str, operands: tuple[object, ...], names: Mapping[str, str]) -> str:
    if operation == "constant":
        return _literal(float.fromhex(str(operands[0])))
    if operation == "amount":
        return f"A[{_at(operands[0])}]"
    if operation == "line":
        return f"{names[str(operands[0])]}[{_at(operands[1])}]"
    if operation == "figure":
        return f"F[{operands[0]}]"
    return _WRITE[operation](*(f"v{operand}" for operand in operands))


def _at(year: object) -> str:
    return "d" if year == 0 else f"{year}*n+d"


def _literal(value: float) -> str:
    """A number as JavaScript reads it back to the last bit."""
    if not math.isfinite(value):
        raise ValueError(f"a contract has no figure {value}")
    return repr(value) if math.copysign(1.0, value) > 0 else f"({value!r})"


def _depends_on_draw(trace: Trace) -> list[bool]:
    found: list[bool] = []
    for operation, operands in trace.nodes:
        leaf = operation in ("constant", "figure", "amount", "line")
        found.append(operation in ("amount", "line") if leaf else any(found[k] for k in operands))
    return found


def _wanted(trace: Trace, results: list[int]) -> set[int]:
    """The steps that the results need."""
    found, rest = set(results), list(results)
    while rest:
        operation, operands = trace.nodes[rest.pop()]
        if operation not in ("constant", "figure", "amount", "line"):
            new = set(operands) - found
            found |= new
            rest += new
    return found
