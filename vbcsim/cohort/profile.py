"""Profiles: which rows of the assumptions serve which line of business."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vbcsim.core.errors import BadInput, Problem, did_you_mean

if TYPE_CHECKING:
    from vbcsim.cohort.spec import CohortSpec

__all__ = ["Profiles", "groups_of", "profiles_of"]

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Profiles:
    """Sets of rows of the assumptions; lines of business that are served by the same rows share one."""

    names: tuple[str, ...]
    """The lines of business of each."""
    categories: tuple[str, ...]
    services: tuple[tuple[Any, ...], ...]
    """For each profile, its row of every category."""
    frailty: tuple[Any, ...]
    """For each profile, its shared frailty."""
    of_cell: Integers
    """The profile of each cell."""


def profiles_of(cohort: CohortSpec, assumptions: Any) -> Profiles:
    """The profiles of a cohort.

    :raises BadInput: where a line of business lacks a category or a shared frailty.
    """
    categories = tuple(assumptions.categories)
    rows = {(s.category, s.line_of_business): s for s in assumptions.services}
    frailties = {f.line_of_business: f for f in assumptions.shared_frailties}
    lines = list(dict.fromkeys(c.line_of_business for c in cohort.cells))
    problems = [
        Problem(
            f"assumptions.services[{category}]",
            f'no row for line of business "{line}"; add one (utilization_per_1000 0 where it has none), '
            "or one for line_of_business all",
        )
        for category in categories
        for line in lines
        if (category, line) not in rows and (category, "all") not in rows
    ]
    problems += [
        Problem("assumptions.shared_frailty", f'none for line of business "{line}"; add one, or one for all')
        for line in lines
        if line not in frailties and "all" not in frailties
    ]
    if problems:
        raise BadInput(problems)
    sets: dict[tuple[int, ...], list[str]] = {}
    content: dict[tuple[int, ...], tuple[tuple[Any, ...], Any]] = {}
    for line in lines:
        served = tuple(rows.get((category, line)) or rows[category, "all"] for category in categories)
        frailty = frailties.get(line) or frailties["all"]
        key = (*map(id, served), id(frailty))
        sets.setdefault(key, []).append(line)
        content[key] = served, frailty
    index = {line: k for k, of_set in enumerate(sets.values()) for line in of_set}
    return Profiles(
        names=tuple(" + ".join(of_set) for of_set in sets.values()),
        categories=categories,
        services=tuple(served for served, _ in content.values()),
        frailty=tuple(frailty for _, frailty in content.values()),
        of_cell=np.array([index[c.line_of_business] for c in cohort.cells], dtype=np.int64),
    )


def groups_of(cohort: CohortSpec, assumptions: Any) -> tuple[list[str], Integers, list[Any]]:
    """Names of the provider groups in order of appearance, each cell's index among them, and each group's effect.

    :raises BadInput: where the assumptions name a group that no cell has, or leave one out.
    """
    names = list(dict.fromkeys(c.provider_group for c in cohort.cells))
    stated = {g.provider_group: g for g in assumptions.provider_groups}
    place = "assumptions.provider_group"
    problems = [
        Problem(place, f'"{n}" is not a provider group of the cohort ({_few(names)}){did_you_mean(n, names)}')
        for n in stated
        if n not in names and n != "all"
    ]
    problems += [
        Problem(place, f'none for provider group "{n}"; add one, or one for all')
        for n in names
        if n not in stated and "all" not in stated
    ]
    if problems:
        raise BadInput(problems)
    index = np.array([names.index(c.provider_group) for c in cohort.cells], dtype=np.int64)
    return names, index, [stated.get(n) or stated["all"] for n in names]


def relativities(cohort: CohortSpec, categories: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Relativities of use and of price by cell and category.

    :raises BadInput: for a category that the services' table lacks.
    """
    problems = [
        Problem(
            f"cohort.cells[{c.cell}].{name}",
            f'"{word}" is not a category of the services ({_few(categories)}){did_you_mean(word, categories)}',
        )
        for c in cohort.cells
        for name in ("use", "price")
        for word in getattr(c, name)
        if word not in categories
    ]
    if problems:
        raise BadInput(problems)
    use = np.array([[c.utilization_relativity * c.use.get(j, 1.0) for j in categories] for c in cohort.cells])
    price = np.array([[c.price_relativity * c.price.get(j, 1.0) for j in categories] for c in cohort.cells])
    return use, price


def _few(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 30 else ", ".join(names[:30]) + ", ..."
