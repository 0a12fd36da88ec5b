"""What an actuarial report must say beside its figures, in the manner of ASOP 23, 41 and 56, and who signs it.

Nothing is invented: what only people can say stands in the scenario's ``sign_off``, or stays a line to be filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from vbcsim.report.limits import checks, limits
from vbcsim.report.material import Material
from vbcsim.report.model_words import model_description, validation_words
from vbcsim.report.sources import DataReview, data_review
from vbcsim.report.words import plain
from vbcsim.scenario.sign_off import Person, SignOff

__all__ = ["Practice", "Signer", "practice"]


class Signer(NamedTuple):
    """A place to sign: the role, and what is known of the person; empty text is a line to be filled in."""

    role: str
    name: str
    credentials: str
    organization: str
    statement: str


class Practice(NamedTuple):
    """The sections of a report that are about the report."""

    about: tuple[tuple[str, str], ...]
    """Purpose, users and dates; empty where the scenario does not say."""
    data: DataReview
    model: tuple[tuple[str, str], ...]
    validation: tuple[str, ...]
    checks: tuple[tuple[str, str], ...]
    limits: tuple[str, ...]
    reliance: tuple[str, ...]
    deviations: tuple[str, ...]
    signers: tuple[Signer, ...]


def practice(material: Material) -> Practice:
    """The sections for a study."""
    said = material.scenario.sign_off or SignOff()
    return Practice(
        about=tuple(_about(material, said).items()),
        data=data_review(material),
        model=tuple(model_description(material)),
        validation=tuple(map(plain, validation_words(material))),
        checks=tuple(checks(material)),
        limits=tuple(limits(material)),
        reliance=(*_reliance(), *map(plain, said.reliance)),
        deviations=tuple(map(plain, said.deviations)),
        signers=(_signer("Prepared by", said.prepared_by), _signer("Reviewed by", said.reviewed_by)),
    )


def _about(material: Material, said: SignOff) -> Mapping[str, str]:
    """What ASOP 41 asks every report to state."""
    return {
        "Subject": plain(material.scenario.question),
        "Purpose": plain(said.purpose or ""),
        "Intended users": plain(said.intended_users or ""),
        "Date of the report": plain(said.date or ""),
        "Information considered up to": plain(said.information_date or ""),
        "Later events that matter": plain(said.subsequent_events or ""),
    }


def _reliance() -> tuple[str, ...]:
    return (
        (
            "The figures rely on the sources that the register names, on the reading of the contracts in the term "
            "sheets, and on the program vbcsim in the version below."
        ),
        "vbcsim computes; it gives no opinion. Whoever signs answers for the assumptions and for their use.",
    )


def _signer(role: str, person: Person | None) -> Signer:
    if person is None:
        return Signer(role, "", "", "", "")
    texts = (person.name, person.credentials, person.organization, person.statement)
    return Signer(role, *(plain(text or "") for text in texts))
