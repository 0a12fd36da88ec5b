"""What only people can say of a report: for whom it is, who made and reviewed it, on whom they relied."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from vbcsim.assumptions.spec import Text
from vbcsim.core.model import Frozen

__all__ = ["Person", "SignOff"]

Short = Annotated[str, Field(min_length=1, max_length=200)]


class Person(Frozen):
    """Someone who answers for a report."""

    name: Short
    """Name."""
    credentials: Short | None = None
    """Credentials, such as "FSA, MAAA"."""
    organization: Short | None = None
    """Employer or firm."""
    statement: Text | None = None
    """What the person states, such as meeting the qualification standards for the opinion."""


class SignOff(Frozen):
    """What the report says in the names of people; whatever is left out stays a line to be filled in by hand."""

    purpose: Text | None = None
    """What the report is to be used for."""
    intended_users: Text | None = None
    """Who is meant to use it."""
    prepared_by: Person | None = None
    """Who made it and answers for it."""
    reviewed_by: Person | None = None
    """Who reviewed it."""
    date: Short | None = None
    """Date of the report, such as "20 November 2026"."""
    information_date: Short | None = None
    """Date up to which information was considered."""
    data_review: Text | None = None
    """How the data were reviewed, and what was found."""
    reliance: Annotated[tuple[Text, ...], Field(max_length=40)] = ()
    """On whom or what those who sign relied without checking, one sentence each."""
    subsequent_events: Text | None = None
    """What has happened since that could matter."""
    deviations: Annotated[tuple[Text, ...], Field(max_length=40)] = ()
    """Deviations from a standard of practice, and why, one sentence each."""
