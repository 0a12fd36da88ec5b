"""A trace as spreadsheet formulas: what is used twice or grows long has a cell of its own, the rest is written out.

The operations and their order are those of the trace, hence of the term's own Python; a comparison gives 1 or 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from vbcsim.contract.trace import Trace

__all__ = ["LEAVES", "Step", "Written", "own_cells", "steps_of", "written"]

LEAVES = frozenset({"constant", "figure", "amount", "line"})
LONGEST = 7
"""Leaves that one formula reads at most, so that a reviewer can follow it."""

_INFIX = {"add": ("+", 1), "subtract": ("-", 1), "multiply": ("*", 2), "divide": ("/", 2)}
_COMPARE = {"greater_equal": ">=", "greater": ">", "less_equal": "<=", "less": "<", "equal": "=", "not_equal": "<>"}
_CALL = {"minimum": "MIN", "maximum": "MAX", "absolute": "ABS", "sqrt": "SQRT"}
_ATOM = 9
_YES_OR_NO = frozenset({*_COMPARE, "logical_not", "bitwise_and", "bitwise_or"})
"""Operations that give 1 or 0."""

Written = tuple[str, int]
"""Text of an expression and how tightly it binds."""


@dataclass(frozen=True)
class Step:
    """A step with a cell of its own: its number, its year (none: the same in all), and the row that it shares.

    Steps of different years with the same ``shape`` are the same arithmetic and stand side by side.
    """

    node: int
    year: int | None
    shape: tuple[int, int]


def written(trace: Trace, node: int, leaf: Callable[[int], str | None]) -> str:
    """The formula of a step, without the equals sign.

    :param leaf: the cell of a step, by its number; none where the step is to be written out.
    """
    return _written(trace, node, leaf, top=True)[0]


def _written(trace: Trace, node: int, leaf: Callable[[int], str | None], *, top: bool = False) -> Written:
    cell = None if top else leaf(node)
    if cell is not None:
        return cell, _ATOM
    operation, operands = trace.nodes[node]
    if operation == "constant":
        return _literal(float.fromhex(operands[0]))
    if operation in LEAVES:
        found = leaf(node)
        assert found is not None  # figures, lines and the amount stand in cells
        return found, _ATOM
    same = _same_as(trace, operation, operands)
    if same is not None:
        return _written(trace, same, leaf)
    if operation in _INFIX:
        sign, binds = _INFIX[operation]
        left, right = (_written(trace, operand, leaf) for operand in operands)
        return f"{_within(left, binds)}{sign}{_within(right, binds + (sign in '-/'))}", binds
    if operation in _CALL:
        return f"{_CALL[operation]}({','.join(_written(trace, k, leaf)[0] for k in operands)})", _ATOM
    if operation == "negative":
        return f"-{_within(_written(trace, operands[0], leaf), 3)}", 1
    if operation == "where":
        yes, no = (_written(trace, k, leaf)[0] for k in operands[1:])
        return f"IF({_condition(trace, operands[0], leaf)},{yes},{no})", _ATOM
    return f"IF({_condition(trace, node, leaf, top=top)},1,0)", _ATOM


def _condition(trace: Trace, node: int, leaf: Callable[[int], str | None], *, top: bool = False) -> str:
    """A step as something that holds or does not."""
    operation, operands = trace.nodes[node]
    if (top or leaf(node) is None) and operation not in LEAVES:
        if operation in _COMPARE:
            left, right = (_written(trace, operand, leaf) for operand in operands)
            return f"{left[0]}{_COMPARE[operation]}{right[0]}"
        if operation == "logical_not" and leaf(operands[0]) is not None:
            return f"{leaf(operands[0])}=0"
        if operation == "logical_not":
            return f"NOT({_condition(trace, operands[0], leaf)})"
        if operation in ("bitwise_and", "bitwise_or"):
            word = "AND" if operation == "bitwise_and" else "OR"
            return f"{word}({','.join(_condition(trace, k, leaf) for k in operands)})"
    return f"{_within(_written(trace, node, leaf, top=top), 1)}<>0"


_ZERO, _ONE = ("constant", ((0.0).hex(),)), ("constant", ((1.0).hex(),))
_IDLE = {"add": (_ZERO, (0, 1)), "multiply": (_ONE, (0, 1)), "subtract": (_ZERO, (1,))}
_IDLE_OF_YES_OR_NO = {"not_equal": (_ZERO, (1,)), "greater_equal": (_ONE, (1,))}


def _same_as(trace: Trace, operation: str, operands: tuple[int, ...]) -> int | None:
    """The operand that a step leaves as it is: nought added, one multiplied, yes or no asked of a yes or no."""
    if operation == "where":
        asked = [trace.nodes[k] for k in operands]
        return operands[0] if asked[0].operation in _YES_OR_NO and asked[1:] == [_ONE, _ZERO] else None
    nothing, places = (_IDLE | _IDLE_OF_YES_OR_NO).get(operation, (_ZERO, ()))
    for place in places:
        other = operands[1 - place]
        if trace.nodes[operands[place]] == nothing:
            return other if operation in _IDLE or trace.nodes[other].operation in _YES_OR_NO else None
    return None


def _within(part: Written, binds: int) -> str:
    return part[0] if part[1] >= binds else f"({part[0]})"


def _literal(value: float) -> Written:
    """A number as a spreadsheet reads it."""
    text = repr(value).upper().removesuffix(".0")
    return (text, _ATOM) if value > 0 or text == "0" else ("0" if value == 0 else f"({text})", _ATOM)


def own_cells(trace: Trace, results: Iterable[int]) -> list[int]:
    """The steps that get a cell of their own, in order: used twice, too long to write out, or known of all years."""
    wanted = _wanted(trace, results)
    uses: dict[int, int] = dict.fromkeys(results, 1)
    for node in wanted:
        for operand in _operands(trace, node):
            uses[operand] = uses.get(operand, 0) + 1
    own: set[int] = set()
    size: dict[int, int] = {}
    for node in sorted(wanted):
        parts = _operands(trace, node)
        if not parts:
            size[node] = 1
            continue
        inner = sorted((k for k in parts if k not in own), key=lambda k: size[k])
        total = sum(1 if k in own else size[k] for k in parts)
        while total > LONGEST and inner and size[inner[-1]] > 1:
            longest = inner.pop()
            own.add(longest)
            total -= size[longest] - 1
        size[node] = total
        if uses.get(node, 0) > 1 and total > 1 and _same_as(trace, *trace.nodes[node]) is None:
            own.add(node)
    return sorted(own - set(results))


def steps_of(trace: Trace, nodes: Iterable[int]) -> list[Step]:
    """The steps with their years and the rows that they share across years, in the order of their rows."""
    years = _years(trace)
    shapes = _shapes(trace, years)
    seen: dict[tuple[int | None, int], int] = {}
    found = []
    for node in nodes:
        place = (years[node], shapes[node])
        seen[place] = seen.get(place, 0) + 1
        found.append(Step(node, years[node], (shapes[node], seen[place])))
    rows = {shape: k for k, shape in enumerate(dict.fromkeys(step.shape for step in found))}
    return sorted(found, key=lambda step: (rows[step.shape], step.node))


def _operands(trace: Trace, node: int) -> tuple[int, ...]:
    operation, operands = trace.nodes[node]
    return () if operation in LEAVES else operands


def _wanted(trace: Trace, results: Iterable[int]) -> set[int]:
    """The steps that the results need, those among them."""
    found: set[int] = set()
    rest = list(results)
    while rest:
        node = rest.pop()
        if node not in found:
            found.add(node)
            rest += _operands(trace, node)
    return found


def _years(trace: Trace) -> list[int | None]:
    """The year of each step: the last one whose amount or line it reads; none where it reads none."""
    found: list[int | None] = []
    for operation, operands in trace.nodes:
        if operation in ("amount", "line"):
            found.append(int(operands[-1]))
        elif operation in LEAVES:
            found.append(None)
        else:
            found.append(max((year for k in operands if (year := found[k]) is not None), default=None))
    return found


def _shapes(trace: Trace, years: list[int | None]) -> list[int]:
    """A number for the arithmetic of each step, alike in every year in which it is the same."""
    known: dict[tuple[object, ...], int] = {}
    found: list[int] = []
    for node, (operation, operands) in enumerate(trace.nodes):
        found.append(known.setdefault(_shape(trace, node, operation, operands, found, years), len(known)))
    return found


def _shape(
    trace: Trace, node: int, operation: str, operands: tuple[object, ...], shapes: list[int], years: list[int | None]
) -> tuple[object, ...]:
    if operation == "figure":
        path = trace.figures[int(str(operands[0]))].path
        return (operation, path[:-1] if isinstance(path[-1], int) and path[-1] > 1000 else path)
    if operation in LEAVES:
        return (operation, operands[0] if operation == "line" else "")
    here = years[node]
    back = ((k, years[k]) for k in _operands(trace, node))
    return (operation, *((shapes[k], None if here is None or at is None else here - at) for k, at in back))


def figures_read(trace: Trace, results: Iterable[int]) -> list[int]:
    """Numbers of the figures that the results need, in order."""
    needed: Mapping[int, None] = dict.fromkeys(
        int(trace.nodes[k].operands[0]) for k in sorted(_wanted(trace, results)) if trace.nodes[k].operation == "figure"
    )
    return sorted(needed)
