"""A line maker: a frozen model that makes one line of the book from other lines or from the finer view."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from vbcsim.contract.term import Amount
from vbcsim.contract.value import Clause

if TYPE_CHECKING:
    from vbcsim.contract.book import Book

__all__ = ["LineMaker", "line_family"]


class LineMaker(Clause, ABC):
    """A derived line that an arrangement declares under ``lines:``; a line given to the book directly wins over it."""

    formula: ClassVar[str]
    """The formula in words."""
    reference: ClassVar[str]
    """Regulation, contract or paper that uses the line."""
    unit: ClassVar[str]
    """Unit of the line: usd, fraction, rate, number or months; ``same`` as its parts where they decide it."""
    needs_view: ClassVar[bool] = False
    """True where the maker reads strata, base years or large claimants, which a plain table of lines lacks."""

    @abstractmethod
    def make(self, book: Book) -> Amount:
        """The line, broadcastable to (draw, year) of the performance years."""

    @abstractmethod
    def sentence(self) -> str:
        """How the line is made, in plain words."""

    def sentence_in(self, unit: str) -> str:  # noqa: ARG002
        """The sentence, plain numbers in the unit of those who read the line where the line has none of its own."""
        return self.sentence()

    def lines(self) -> tuple[str, ...]:
        """Names of the other lines that this one is made from."""
        return self.line_names

    def lowest_thresholds_usd(self, years: tuple[int, ...], base: tuple[int, ...]) -> Mapping[str, float]:  # noqa: ARG002
        """Lowest per-person threshold by stratum (``*`` = every one) that the large-claimant list must reach [USD]."""
        return {}


def line_family() -> Mapping[str, type[LineMaker]]:
    """Every line maker by its YAML word."""
    from vbcsim.core.family import load_family

    return load_family("vbcsim.contract.lines", LineMaker)
