"""What a workbook of results is made from: a finished run, and what the report says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import xarray as xr

    from vbcsim.contract.settle import SettledPart
    from vbcsim.scenario.model import Scenario
    from vbcsim.workbook.settlement import Told

__all__ = ["CaseLike", "RunLike", "Said", "Traced"]


class CaseLike(Protocol):
    """One case of a finished run."""

    @property
    def outcomes(self) -> xr.Dataset: ...


class RunLike(Protocol):
    """A finished run, as ``vbcsim.run`` returns it."""

    @property
    def scenario(self) -> Scenario: ...
    @property
    def cases(self) -> Mapping[str, CaseLike]: ...
    @property
    def settlement(self) -> xr.Dataset: ...
    @property
    def outcomes(self) -> xr.Dataset: ...
    @property
    def comparison(self) -> xr.Dataset: ...
    @property
    def ledger(self) -> xr.Dataset | None: ...
    @property
    def capital(self) -> xr.Dataset | None: ...
    @property
    def case_comparison(self) -> xr.Dataset | None: ...
    @property
    def variance_split(self) -> xr.Dataset | None: ...
    @property
    def answers(self) -> xr.Dataset | None: ...


@dataclass(frozen=True)
class Said:
    """What the report says first, and what it calls the designs."""

    headline: str
    points: tuple[tuple[str, str], ...]
    """Headings and sentences."""
    titles: Mapping[str, str]
    """Of designs, by name, in order."""
    parties: tuple[str, ...]
    """Those whom any design pays or charges, the one whose choice the report is about first."""


@dataclass(frozen=True)
class Traced:
    """The settlement that is shown in formulas: its parts in the one draw, and which it is."""

    parts: tuple[SettledPart, ...]
    told: Told
