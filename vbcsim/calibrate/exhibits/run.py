"""Exhibits computed again: each case by each of its methods, with its error and a verdict by a rule stated beforehand.

A computed value agrees when it lies within the tolerance of the case; a simulated one within the tolerance and four
Monte Carlo standard errors on top of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from vbcsim.calibrate.exhibits.compound import COMPOUND, Compound
from vbcsim.calibrate.exhibits.contracts import CONTRACT, Settled, settled
from vbcsim.calibrate.exhibits.credibility import CLASSES, CREDIBILITY
from vbcsim.calibrate.exhibits.layers import LAYERS
from vbcsim.calibrate.exhibits.spec import Case, Exhibits, Method, read_exhibits
from vbcsim.core.errors import BadInput, did_you_mean
from vbcsim.outcomes.distribution import Estimate
from vbcsim.random.named import address_of

__all__ = ["ERRORS", "Compared", "Exhibited", "exhibit", "exhibit_all", "shipped_exhibits"]

ERRORS: Final = 4.0
"""Standard errors that a simulated figure may lie off, beyond the tolerance."""
DRAWS: Final = 100_000
"""Draws of a simulated case unless asked otherwise."""

_FIGURES: Final = {**COMPOUND, **LAYERS, **CREDIBILITY}


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of a case by one method."""

    case: Case
    place: int
    method: Method
    value: float
    standard_error: float
    """Monte Carlo standard error; 0 where nothing was drawn."""

    @property
    def published(self) -> float:
        """What the source prints."""
        return self.case.published[self.place if len(self.case.published) > 1 else 0]

    @property
    def reference(self) -> float:
        """What is compared with: the printed figure, or the right one where the source errs."""
        given = self.case.correct or self.case.published
        return given[self.place if len(given) > 1 else 0]

    @property
    def agrees(self) -> bool:
        """Whether the value lies within the tolerance, and four standard errors where it was simulated."""
        room = self.case.within * (1.0 + 1e-9) + ERRORS * self.standard_error
        return bool(abs(self.value - self.reference) <= room)

    @property
    def verdict(self) -> str:
        """``agree``, or how far off."""
        return "agree" if self.agrees else f"off by {self.value - self.reference:+.3g}"

    @property
    def label(self) -> str:
        """The case, with its place where it has several."""
        return self.case.name if len(self.case.at) < 2 else f"{self.case.name}, {self.case.at[self.place]:g}"


@dataclass(frozen=True, slots=True)
class Exhibited:
    """A file of exhibits with everything that was computed."""

    name: str
    exhibits: Exhibits
    draws: int
    seed: int
    compared: tuple[Compared, ...]

    @property
    def agreeing(self) -> int:
        """How many figures agree."""
        return sum(one.agrees for one in self.compared)


def shipped_exhibits() -> tuple[Path, ...]:
    """The files of exhibits that come with vbcsim."""
    return tuple(sorted((Path(__file__).parent / "cases").glob("*.yaml")))


def exhibit_all(
    files: Sequence[str | Path],
    *,
    draws: int = DRAWS,
    seed: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Exhibited, ...]:
    """Every file of exhibits, computed."""
    found = []
    for done, file in enumerate(files):
        if progress is not None:
            progress(done, len(files))
        found.append(exhibit(file, draws=draws, seed=seed))
    return tuple(found)


def exhibit(file: str | Path, *, draws: int = DRAWS, seed: int = 1, methods: Sequence[str] = ()) -> Exhibited:
    """The cases of a file by all of their methods.

    :param draws: draws of a simulated case; methods: only these (none: all that the cases name).
    :raises BadInput: where the file cannot be read, or a case asks for what its model does not have.
    """
    exhibits = read_exhibits(file)
    contracts: dict[tuple[str, str], Settled] = {}
    models = {name: Compound(model, draws, _own(seed, name)) for name, model in exhibits.collectives.items()}
    compared: list[Compared] = []
    for case in exhibits.cases:
        for method in (m for m in case.by if not methods or m in methods):
            try:
                values = list(_values(exhibits, models, contracts, case, method, draws, seed))
            except (KeyError, NotImplementedError, AttributeError) as error:
                raise BadInput(f"{file}: {case.name}", f"{case.figure} by {method} lacks {error}") from None
            compared += [Compared(case, k, method, *value) for k, value in enumerate(values)]
    return Exhibited(Path(file).stem, exhibits, draws, seed, tuple(compared))


def _values(
    exhibits: Exhibits,
    models: dict[str, Compound],
    contracts: dict[tuple[str, str], Settled],
    case: Case,
    method: Method,
    draws: int,
    seed: int,
) -> Iterator[tuple[float, float]]:
    """Value and standard error at each place of a case."""
    if case.about in exhibits.contracts:
        contract = exhibits.contracts[case.about]
        claims = models[contract.on] if contract.on else None
        if (case.about, method) not in contracts:
            contracts[case.about, method] = settled(contract, method, claims, draws, _own(seed, case.about))
        figure = _known(CONTRACT, case, "a contract")(contracts[case.about, method], case, 0.0)
        yield from _plain(figure, drawn=method == "simulated")
        return
    family: Any = CLASSES if case.about in exhibits.portfolios else _FIGURES
    model: Any = exhibits.portfolios.get(case.about) or models[case.about]
    by = _known(family, case, "a portfolio" if family is CLASSES else "a collective")
    if method not in by:
        raise BadInput(case.name, f"{case.figure} is not computed by {method} (only by {', '.join(by)})")
    for x in case.at or (0.0,):
        yield from _plain(by[method](model, case, x), drawn=method == "simulated")


def _own(seed: int, name: str) -> int:
    """A seed of each model's own, so that one stroke of luck is not told as many."""
    return (seed + (address_of(name)[1] << 16)) % 2**64


def _known(family: Any, case: Case, of: str) -> Any:
    if case.figure not in family:
        near = did_you_mean(case.figure, family)
        raise BadInput(case.name, f"{case.figure} is no figure of {of}{near} (there are: {', '.join(family)})")
    return family[case.figure]


def _plain(found: Any, *, drawn: bool) -> Iterator[tuple[float, float]]:
    """A number, an estimate, or rows of numbers, each with its standard error."""
    if isinstance(found, Estimate):
        error = float(found.mcse) if drawn else 0.0
        yield float(found.value), 0.0 if math.isnan(error) else error
        return
    for value in np.atleast_1d(np.asarray(found, dtype=np.float64)):
        yield float(value), 0.0
