"""The arithmetic of a clause written out: its own ``apply``, run on symbols, in names or in one draw's numbers.

``savings x 0.75`` is what ``share`` does in names, ``2,792,502.34 x 0.75`` what it did in one draw and year. Nothing is
written twice: a term that changes what it computes changes what is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from vbcsim.contract.book import Book
from vbcsim.contract.term import Term
from vbcsim.contract.value import OneLess, Table, Value
from vbcsim.contract.wording import by_year_words, number_words

__all__ = ["Worked", "formula_of", "worked"]


_LONGEST = 160
"""Characters up to which a formula in names is easier to read than the general one."""


class Worked(NamedTuple):
    """The arithmetic of one clause in one draw and year: its expression, and the comparisons that decided it."""

    expression: str
    because: tuple[str, ...]


def formula_of(term: Term, *, first: bool = False) -> str:
    """What a term computes, in names of lines and its own figures; its general formula where that is shorter.

    ``amount`` is what the clause before left, ``savings`` the part of it above zero and ``losses`` the part below.

    :param first: whether the amount that reaches it is zero.
    """
    try:
        start = _Symbol("0", 0.0) if first else _Symbol("amount")
        result: Any = term.apply(start, _Names())  # type: ignore[arg-type]
        text = _symbol(result).text.replace("max(amount, 0)", "savings").replace("min(amount, 0)", "losses")
        text = "amount" if text == "savings + losses" else text
        return text if len(text) <= _LONGEST else term.formula
    except (TypeError, IndexError, AttributeError):
        return term.formula


def worked(term: Term, amount: float, book: Book, draw: int, column: int) -> Worked | None:
    """What a term computed in one draw and year, in numbers; None where its arithmetic looks at several years."""
    try:
        result: Any = term.apply(_Symbol(_number(amount), amount), _Numbers(book, draw, column))  # type: ignore[arg-type]
        symbol = _symbol(result)
        return Worked(symbol.text, symbol.because)
    except (TypeError, IndexError, AttributeError):
        return None


def _number(value: float) -> str:
    """A number to the last cent, or to nine digits where it is no money."""
    return f"{value:,.2f}" if abs(value) >= 1000.0 else f"{value:.9g}"


class _Symbol(NDArrayOperatorsMixin):
    """A number with its text; a name where it has no number yet. Arithmetic on it writes itself down."""

    __slots__ = ("because", "rank", "text", "value")

    def __init__(self, text: str, value: float | None = None, rank: int = 3, because: tuple[str, ...] = ()) -> None:
        self.text = text
        self.value = value
        self.rank = rank
        """How firmly its parts hold together: 3 one thing, 2 a product, 1 a sum, 0 a comparison."""
        self.because = because

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        write = _WRITE.get(ufunc.__name__)
        if method != "__call__" or options or write is None:
            raise TypeError(f"{ufunc.__name__} cannot be written down")
        parts = [_symbol(item) for item in inputs]
        logical = ufunc.__name__.startswith("bitwise")
        known = [bool(part.value) if logical else part.value for part in parts if part.value is not None]
        value = float(ufunc(*known)) if len(known) == len(parts) else None
        because = tuple(dict.fromkeys(reason for part in parts for reason in part.because))
        written: _Symbol = write(value, *parts)
        return _Symbol(written.text, written.value, written.rank, tuple(dict.fromkeys((*because, *written.because))))

    def within(self, rank: int) -> str:
        """Its text as part of something that holds together as firmly as ``rank``."""
        return self.text if self.rank >= rank else f"({self.text})"


def _symbol(item: Any) -> _Symbol:
    if isinstance(item, _Symbol):
        return item
    number = float(item)  # raises TypeError for an array of several numbers
    return _Symbol(_number(number), number)


def _is(symbol: _Symbol, number: float) -> bool:
    """Whether it is this number, to a rounding of the last binary places."""
    return symbol.value is not None and abs(symbol.value - number) < 1e-9


def _plus(value: float | None, a: _Symbol, b: _Symbol) -> _Symbol:
    if _is(a, 0.0) or _is(b, 0.0):
        return b if _is(a, 0.0) else a
    return _Symbol(f"{a.within(1)} + {b.within(1)}", value, 1)


def _minus(value: float | None, a: _Symbol, b: _Symbol) -> _Symbol:
    if _is(b, 0.0):
        return a
    return _Symbol(f"-{b.within(2)}" if _is(a, 0.0) else f"{a.within(1)} - {b.within(2)}", value, 1)


def _times(value: float | None, a: _Symbol, b: _Symbol) -> _Symbol:
    if _is(a, 0.0) or _is(b, 0.0):
        return _Symbol("0", 0.0)
    if _is(a, 1.0) or _is(b, 1.0):
        return b if _is(a, 1.0) else a
    if a.rank == 0:
        a, b = b, a
    factor = f"(1 if {b.text}, else 0)" if b.rank == 0 else b.within(2)
    return _Symbol(f"{a.within(2)} x {factor}", value, 2)


def _over(value: float | None, a: _Symbol, b: _Symbol) -> _Symbol:
    return a if _is(b, 1.0) else _Symbol(f"{a.within(2)} / {b.within(3)}", value, 2)


def _picked(word: str) -> Callable[..., _Symbol]:
    def write(value: float | None, a: _Symbol, b: _Symbol) -> _Symbol:
        zero = next((k for k, part in enumerate((a, b)) if part.text == "0"), None)
        if value is not None and zero is not None:
            other = (a, b)[1 - zero]
            return other if other.value == value else _Symbol("0", 0.0)
        return _Symbol(f"{word}({a.text}, {b.text})", value, 3)

    return write


def _compared(sign: str, other: str) -> Callable[..., _Symbol]:
    def write(value: float | None, a: _Symbol, b: _Symbol) -> _Symbol:
        if value is None:
            return _Symbol(f"{a.within(1)} {sign} {b.within(1)}", None, 0)
        return _Symbol(_number(value), value, 3, (f"{a.text} {sign if value else other} {b.text}",))

    return write


def _joined_by(word: str) -> Callable[..., _Symbol]:
    return lambda value, a, b: _Symbol(f"{a.text} {word} {b.text}" if value is None else _number(value), value, 0)


def _not(value: float | None, a: _Symbol) -> _Symbol:
    return _Symbol(f"not {a.text}", None, 0) if value is None else _Symbol(_number(value), value)


def _size(value: float | None, a: _Symbol) -> _Symbol:
    return _Symbol(f"|{a.text}|", value) if value is None else _Symbol(_number(value), value)


_WRITE: Mapping[str, Callable[..., _Symbol]] = {
    "add": _plus,
    "subtract": _minus,
    "multiply": _times,
    "divide": _over,
    "minimum": _picked("min"),
    "maximum": _picked("max"),
    "greater_equal": _compared(">=", "<"),
    "greater": _compared(">", "<="),
    "less_equal": _compared("<=", ">"),
    "less": _compared("<", ">="),
    "bitwise_or": _joined_by("or"),
    "bitwise_and": _joined_by("and"),
    "logical_not": _not,
    "absolute": _size,
    "negative": lambda value, a: _Symbol(f"-{a.within(2)}", value, 2),
    "sqrt": lambda value, a: _Symbol(f"sqrt({a.text})", value),
}


class _Names:
    """A book of names: a line is its name, a parameter its figure."""

    years: tuple[int, ...] = ()

    def __getitem__(self, name: str) -> _Symbol:
        return _Symbol(name)

    def value(self, value: Value) -> Any:
        if isinstance(value, str):
            return self[value]
        if isinstance(value, Table):
            return _Symbol(f"[by {value.by}]")
        if isinstance(value, OneLess):
            product = " x ".join((number_words(value.one_less), *value.times))
            low, high = number_words(value.floor), number_words(value.cap)
            return _Symbol(f"min(max(1 - {product}, {low}), {high})")
        if isinstance(value, Mapping):
            return _Symbol(f"({by_year_words({year: f'{number:.9g}' for year, number in value.items()})})")
        return value


class _Numbers:
    """A book of the numbers of one draw and year."""

    def __init__(self, book: Book, draw: int, column: int) -> None:
        self._book = book
        self._at = (draw, column)
        self.years = (book.years[column],)

    def __getitem__(self, name: str) -> _Symbol:
        return self._symbol(self._book[name])

    def value(self, value: Value) -> Any:
        return value if isinstance(value, float) else self._symbol(self._book.value(value))

    def _symbol(self, array: Any) -> _Symbol:
        whole = np.atleast_2d(np.asarray(array, dtype=np.float64))
        draw, column = (where if size > 1 else 0 for where, size in zip(self._at, whole.shape, strict=True))
        number = float(whole[draw, column]) + 0.0
        return _Symbol(_number(number), number)
