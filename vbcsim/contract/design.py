"""A design: an arrangement with the members that it holds for, settled as one or apart for every group.

``only`` restricts it to strata with some values of their attributes; ``each`` settles it apart for every value of one
attribute, as for every provider group, and adds the results up. Groups may have terms of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from vbcsim.contract.arrangement import Arrangement
from vbcsim.core.errors import BadInput, Problem, did_you_mean
from vbcsim.core.text import listing, shown

__all__ = ["Design", "Part", "as_design"]

PaidBy = Literal["payer", "provider"]
Attributes = Mapping[str, Sequence[str]]
"""The value of each attribute by stratum."""


class Part(NamedTuple):
    """What a design settles at once: some strata (none: all of them) under an arrangement."""

    group: str
    """The group whose part it is; empty where the design does not settle groups apart."""
    strata: tuple[int, ...] | None
    arrangement: Arrangement


@dataclass(frozen=True, slots=True)
class Design:
    """An arrangement, the strata it holds for, and who pays for the programmes of the scenario's interventions."""

    arrangement: Arrangement
    """The terms; of the first group where every group has its own."""
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Values of attributes that a stratum must have; all of them."""
    each: str = ""
    """Attribute whose values are settled apart; empty where all is settled as one."""
    by_group: Mapping[str, Arrangement] = field(default_factory=dict)
    """Terms of single groups that differ from ``arrangement``."""
    programme_paid_by: PaidBy = "provider"
    """Who pays the cost of the interventions."""

    @property
    def whole(self) -> bool:
        """Whether it settles all strata as one."""
        return not self.only and not self.each

    @property
    def arrangements(self) -> tuple[Arrangement, ...]:
        """Every arrangement that may be settled."""
        return (self.arrangement, *self.by_group.values())

    @property
    def directions(self) -> dict[str, tuple[str, str]]:
        """Payer and payee of each provision, by its name.

        :raises BadInput: where groups have a provision of the same name between other parties.
        """
        found: dict[str, tuple[str, str]] = {}
        for arrangement in self.arrangements:
            for provision in arrangement.provisions:
                way = (provision.payer, provision.payee)
                if found.setdefault(provision.name, way) != way:
                    raise BadInput(
                        f"provisions[{provision.name}]",
                        "is paid between other parties in one group than in another; give it a name of its own there",
                    )
        return found

    def sentence(self) -> str:
        """For whom it holds and how, in plain words; empty where it settles everybody as one."""
        said = []
        if self.only:
            asked = (f"{name.replace('_', ' ')} {' or '.join(values)}" for name, values in self.only.items())
            said.append(f"It holds for members of {' and '.join(asked)}.")
        if self.each:
            said.append(f"Every {self.each.replace('_', ' ')} is settled apart, and the results are added up.")
        if self.by_group:
            said.append(f"There are terms of their own for {', '.join(self.by_group)}.")
        return " ".join(said)

    def parts(self, attributes: Attributes) -> tuple[Part, ...]:
        """What is settled at once, group by group in the order of the strata."""
        if self.whole:
            return (Part("", None, self.arrangement),)
        strata = tuple(self._matching(attributes))
        if not self.each:
            return (Part("", strata, self.arrangement),)
        groups: dict[str, list[int]] = {}
        for stratum in strata:
            groups.setdefault(attributes[self.each][stratum], []).append(stratum)
        return tuple(
            Part(group, tuple(own), self.by_group.get(group, self.arrangement)) for group, own in groups.items()
        )

    def problems(self, attributes: Attributes) -> list[Problem]:
        """What in ``only``, ``each`` and ``by_group`` the strata do not have; places are below the design."""
        found: list[Problem] = []
        if self.whole:
            return found
        for attribute, values in self.only.items():
            found += _no_attribute(attribute, attributes, f"only.{attribute}") or [
                _no_value(value, attribute, attributes[attribute], f"only.{attribute}")
                for value in values
                if value not in attributes[attribute]
            ]
        if self.each:
            found += _no_attribute(self.each, attributes, "each")
        if found:
            return found
        strata = list(self._matching(attributes))
        if not strata:
            asked = " and ".join(f"{name} {' or '.join(values)}" for name, values in self.only.items())
            return [Problem("only", f"no stratum has {asked}; widen the condition")]
        if self.each:
            groups = [attributes[self.each][stratum] for stratum in strata]
            found += [
                _no_value(group, self.each, groups, f"by_group.{group}")
                for group in self.by_group
                if group not in groups
            ]
        return found

    def _matching(self, attributes: Attributes) -> Iterator[int]:
        size = max((len(values) for values in attributes.values()), default=0)
        for stratum in range(size):
            if all(attributes[name][stratum] in values for name, values in self.only.items()):
                yield stratum


def as_design(given: Arrangement | Design) -> Design:
    """A design of an arrangement that holds for everybody; a design as it is."""
    return given if isinstance(given, Design) else Design(given)


def _no_attribute(attribute: str, attributes: Attributes, place: str) -> list[Problem]:
    if attribute in attributes:
        return []
    there = f"only by {listing(list(attributes))}" if attributes else "by no attribute"
    return [
        Problem(
            place,
            f"strata are not set apart by {shown(attribute)}, {there}{did_you_mean(attribute, attributes)}: add it to "
            "cohort.strata and simulate again",
        )
    ]


def _no_value(value: str, attribute: str, values: Sequence[str], place: str) -> Problem:
    there = list(dict.fromkeys(values))
    return Problem(
        place,
        f"no stratum has the {attribute} {shown(value)}{did_you_mean(value, there)} (there: {listing(there, 30)})",
    )
