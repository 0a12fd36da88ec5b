"""A term: one clause of a contract as a frozen model and one pure function of an amount and the book."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from vbcsim.contract.value import Clause, Value

__all__ = ["Amount", "BookLike", "Side", "Term", "choose", "gain", "loss", "term_family", "times"]

Amount = NDArray[np.float64]
"""USD by draw and year (or anything that broadcasts to it); positive when the payee receives."""

Side = Literal["savings", "losses", "both"]
"""Which amounts a term touches: those the payee receives, those the payee owes, or both."""


class BookLike(Protocol):
    """What a term may ask of a book; a tracer of the arithmetic answers the same three questions."""

    @property
    def years(self) -> tuple[int, ...]:
        """Performance years."""

    def __getitem__(self, name: str) -> Amount:
        """The line of that name, broadcastable to (draw, year)."""

    def value(self, value: Value) -> Any:
        """A parameter as a number or an array broadcastable to (draw, year)."""


class Term(Clause, ABC):
    """A clause: its parameters are the fields, its meaning is ``apply``.

    ``apply`` is pure, takes each draw alone, sees no later year, and uses only + - * /, minimum, maximum, comparison
    and choice, so that its arithmetic can be traced.
    """

    formula: ClassVar[str]
    """The formula in words, with a = the amount."""
    reference: ClassVar[str]
    """Regulation, contract or paper that uses the clause."""
    decides: ClassVar[bool] = False
    """True where the term acts as a switch or a bound, and so may be the clause that decided an outcome."""

    @abstractmethod
    def apply(self, amount: Amount, book: BookLike) -> Amount:
        """The amount after the clause [USD by draw and year]."""

    @abstractmethod
    def sentence(self) -> str:
        """The clause in plain words, with its parameters."""

    def most(self) -> dict[str, float]:
        """Bounds above on what is paid, where plain numbers: ``usd`` -> dollars, a line -> a share of it."""
        return {}

    def least(self) -> dict[str, float]:
        """Bounds below on what is paid, likewise."""
        return {}

    def lines(self) -> tuple[str, ...]:
        """Names of the book lines that the clause reads."""
        return self.line_names


def gain(amount: Amount) -> Amount:
    """The part of the amount that the payee receives: a where a > 0, else 0."""
    return np.maximum(amount, 0.0)


def loss(amount: Amount) -> Amount:
    """The part of the amount that the payee owes, not above zero: a where a < 0, else 0."""
    return np.minimum(amount, 0.0)


def times(amount: Amount, factor: Any, side: Side = "both") -> Amount:
    """The amount with one side multiplied by a factor; the other side to the last bit as it was."""
    if side == "savings":
        return gain(amount) * factor + loss(amount)
    return amount * factor if side == "both" else gain(amount) + loss(amount) * factor


def choose(where: Any, yes: Any, no: Any) -> Any:
    """``yes`` where the condition holds, else ``no``; by arithmetic, for branching on noise costs ten times as much."""
    return yes * where + no * np.logical_not(where)


def term_family() -> Mapping[str, type[Term]]:
    """Every term by its YAML word."""
    from vbcsim.core.family import load_family

    return load_family("vbcsim.contract.terms", Term)
