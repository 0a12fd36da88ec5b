"""The book: a read-only mapping from line names to arrays by draw and performance year.

It is built from a simulated experience or from any table of lines; what is settled cannot tell which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.contract.claims import HALF_LINES, claims_lines, half_shares, line_word
from vbcsim.contract.line import LineMaker
from vbcsim.contract.term import BookLike, choose
from vbcsim.contract.value import OneLess, Table, Value
from vbcsim.contract.view import View
from vbcsim.core.errors import BadInput, did_you_mean

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Book", "collective_lines", "every_year", "experience_lines", "view_of"]

Floats = NDArray[np.float64]

_PLAIN = (
    "expenditure",
    "lives",
    "person_years",
    "member_months",
    "revenue",
    "risk_score",
    "quality_score",
    "group_effect",
    "comparator_error",
    "national_index",
    "regional_index",
    "prospective_index",
    "intervention_cost",
)

_OF_MEMBERS_ONLY = frozenset({"revenue", "quality_score", "group_effect", "comparator_error"})
"""What risks in place of members do not have."""


def experience_lines(
    categories: Iterable[str], *, measures: Iterable[str] = (), equity_strata: Iterable[str] = (), halves: bool = False
) -> frozenset[str]:
    """Names of the lines that a simulated experience will give.

    :param categories: service categories.
    :param measures: names of the quality measures.
    :param equity_strata: values of ``equity_stratum``, where it sets strata apart.
    :param halves: whether a year is told by halves, as of episodes.
    """
    by_category = (f"{stem}_{name}" for name in categories for stem in ("expenditure", "utilization"))
    words = ["", *(f"_{line_word(value)}" for value in equity_strata)]
    by_measure = (f"measure_{name}{word}{what}" for name in measures for word in words for what in ("", "_denominator"))
    by_half = (f"{stem}_{half}" for stem in HALF_LINES if halves for half in (1, 2))
    return frozenset(_PLAIN) | frozenset(by_category) | frozenset(by_measure) | frozenset(by_half)


def collective_lines(risks: Iterable[str]) -> frozenset[str]:
    """Names of the lines that simulated risks will give in place of members.

    :param risks: names of the risks.
    """
    by_risk = (f"{stem}_{name}" for name in risks for stem in ("expenditure", "utilization"))
    return frozenset(_PLAIN) - _OF_MEMBERS_ONLY | frozenset(by_risk)


def view_of(book: Book, maker: str) -> View:
    """The finer view that a line maker reads; raises BadInput where the book is a plain table of lines."""
    if book.view is None:
        raise BadInput(
            f"line maker {maker}", "it reads strata and base years, which a table of lines lacks; give the line"
        )
    return book.view


Source = tuple[object, Callable[[], Floats]]
"""A line at hand: a token that tells it from a line of the same name elsewhere, and how to get its array."""


class Book(Mapping[str, Floats]):
    """Lines by name, each broadcastable to (draw, year); a derived line is made once, when first read.

    A name is looked up among the lines given directly, then the declared makers, then the lines that claims give. So a
    reconciliation gives ``benchmark`` and the maker rests; and ``expenditure: {truncated: ...}`` stands before the
    untruncated expenditure of a simulation.
    """

    __slots__ = ("_claims", "_given", "_local", "_made", "_makers", "draws", "view", "years")

    def __init__(
        self,
        years: tuple[int, ...],
        draws: int,
        view: View | None,
        given: Mapping[str, Source],
        claims: Mapping[str, Source],
        makers: Mapping[str, LineMaker] | None = None,
        made: dict[Any, Floats] | None = None,
    ) -> None:
        self.years = years
        self.draws = draws
        self.view = view
        self._given = given
        self._claims = claims
        self._makers = {name: maker for name, maker in (makers or {}).items() if name not in given}
        self._made: dict[Any, Floats] = {} if made is None else made
        self._local: dict[str, Floats] = {}

    @classmethod
    def from_lines(cls, lines: Mapping[str, Any], years: Iterable[int]) -> Book:
        """A book of given lines: numbers, arrays by year, or arrays (draw, year), in USD where they are money.

        Rows of a (draw, year) array may be anything settled alike: simulated draws, or real groups. Raises BadInput
        where a line does not fit or holds a number that is not finite.
        """
        span = tuple(int(year) for year in years)
        arrays = {name: _as_line(name, raw, len(span)) for name, raw in lines.items()}
        draws = max((array.shape[0] for array in arrays.values()), default=1)
        for name, array in arrays.items():
            if array.shape[0] not in (1, draws):
                raise BadInput(
                    f"line {name}", f"{array.shape[0]} rows where other lines have {draws}; give each as many"
                )
        return cls(span, draws, None, _sources({name: partial(_same, array) for name, array in arrays.items()}), {})

    @classmethod
    def from_experience(cls, ds: xr.Dataset) -> Book:
        """The lines of the performance years of an experience; strata, base years and claimants stay in ``view``."""
        view = View.from_experience(ds)
        years = tuple(view.years[i] for i in view.performance)
        return cls(years, view.draws, view, _sources(half_shares(ds, view)), _sources(claims_lines(ds, view)))

    @property
    def given(self) -> frozenset[str]:
        """Names of lines given directly, which stand before a maker."""
        return frozenset(self._given)

    def declare(self, makers: Mapping[str, LineMaker]) -> Book:
        """The book with the derived lines of an arrangement; equal makers share what they have made."""
        return Book(self.years, self.draws, self.view, self._given, self._claims, makers, self._made)

    def apart(self) -> Book:
        """The book with all lines made so far; what it makes from now on is its own and goes with it."""
        return Book(self.years, self.draws, self.view, self._given, self._claims, self._makers, dict(self._made))

    def with_lines(self, lines: Mapping[str, Floats]) -> Book:
        """The book with further given lines, such as the amount of a provision already settled."""
        added = _sources({name: partial(_same, array) for name, array in lines.items()})
        given = {**self._given, **added}
        return Book(self.years, self.draws, self.view, given, self._claims, self._makers, self._made)

    def key(self, name: str) -> Any:
        """What decides a line: equal keys are equal lines, whichever design asks."""
        if name in self._given:
            return (self._given[name][0], name)
        if name in self._makers:
            maker, rest = self._makers[name], self._without(name)
            return (type(maker).__name__, maker.model_dump_json(), tuple(rest.key(line) for line in maker.lines()))
        if name in self._claims:
            return (self._claims[name][0], name)
        near = did_you_mean(name, self)
        raise BadInput(f"line {name}", f"the book has no such line{near}; it has {', '.join(sorted(self))}")

    def _without(self, name: str) -> Book:
        """The book that the maker of ``name`` reads: a maker of ``expenditure`` may read the expenditure of claims."""
        rest = {other: maker for other, maker in self._makers.items() if other != name}
        return Book(self.years, self.draws, self.view, self._given, self._claims, rest, self._made)

    def _make(self, name: str) -> Floats:
        if name in self._given:
            return self._given[name][1]()
        if name in self._makers:
            return self._makers[name].make(self._without(name))
        return self._claims[name][1]()

    def __getitem__(self, name: str) -> Floats:
        if name in self._local:
            return self._local[name]
        key = self.key(name)
        if key not in self._made:
            # Draws lie side by side in memory, so that a figure by year meets each run of draws as one number.
            line = np.asarray(self._make(name), dtype=np.float64, order="F").view()
            line.setflags(write=False)
            self._made.setdefault(key, line)  # another thread may have been faster
        self._local[name] = self._made[key]
        return self._local[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*self._given, *self._makers, *self._claims)))

    def __len__(self) -> int:
        return len(set(self._given) | set(self._makers) | set(self._claims))

    def __contains__(self, name: object) -> bool:
        return name in self._given or name in self._makers or name in self._claims

    def value(self, value: Value) -> Any:
        """A parameter as a number, an array (year,) or an array broadcastable to (draw, year)."""
        return read_value(value, self, by_year)


def every_year(book: Book, value: Value) -> Floats:
    """A value as an array with all years, (draw or 1, year)."""
    return np.asarray(np.atleast_2d(book.value(value)) * np.ones((1, len(book.years))))


def _sources(makers: Mapping[str, Callable[[], Floats]]) -> dict[str, Source]:
    token = object()
    return {name: (token, maker) for name, maker in makers.items()}


def by_year(value: Mapping[int, float], years: tuple[int, ...]) -> Floats:
    """A dated number for each year: the one in force, that is, the latest that is not later."""
    first = min(value)
    if years and years[0] < first:
        raise BadInput("", f"no value in force in {years[0]}: the first is dated {first}; add an earlier one")
    return np.array([value[max(since for since in value if since <= year)] for year in years], dtype=np.float64)


def read_value(value: Value, book: BookLike, dated: Callable[[Mapping[int, Any], tuple[int, ...]], Any]) -> Any:
    """A parameter as a book has it; ``dated`` makes a number by year into one for each of the book's years."""
    if isinstance(value, str):
        return book[value]
    if isinstance(value, Table):
        return read_table(value, book)
    if isinstance(value, OneLess):
        return read_one_less(value, book)
    return dated(value, book.years) if isinstance(value, Mapping) else value


def read_table(table: Table, book: BookLike) -> Any:
    """Piecewise-linear value of a table at its line: v = a + (b - a) min(x - from, to - from)/(to - from)."""
    x = book[table.by]
    found: Any = None
    for band in table.bands:
        here: Any
        if isinstance(band.value, tuple):
            low, high = band.value
            assert band.end is not None  # the band refuses two values without `to`
            run = np.minimum(np.maximum(x - band.start, 0.0), band.end - band.start)
            here = low + run * ((high - low) / (band.end - band.start))
        else:
            here = book[band.value] if isinstance(band.value, str) else band.value
        found = here if found is None else choose(x >= band.start, here, found)
    return found


def read_one_less(value: OneLess, book: BookLike) -> Any:
    """1 - rate x lines, clipped: min(max(1 - rate x product(times), floor), cap)."""
    rate: Any = value.one_less
    for line in value.times:
        rate = rate * book[line]
    return np.minimum(np.maximum(1.0 - rate, value.floor), value.cap)


def _same(array: Floats) -> Floats:
    return array


def _as_line(name: str, raw: Any, years: int) -> Floats:
    array = np.asarray(raw, dtype=np.float64)
    array = array.reshape((1,) * (2 - array.ndim) + array.shape) if array.ndim < 2 else array
    if array.ndim != 2 or array.shape[1] not in (1, years):
        raise BadInput(f"line {name}", f"shape {np.shape(raw)}; give a number, {years} years, or rows of {years} years")
    if not np.isfinite(array).all():
        where = np.argwhere(~np.isfinite(array))[0]
        raise BadInput(
            f"line {name}", f"row {where[0]} holds {array[tuple(where)]}, which is no amount; mend or drop it"
        )
    return array
