"""The data behind a study: every source that it names, how firm each is, and what was checked of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel

from vbcsim.report.material import Material
from vbcsim.report.values import is_unverified
from vbcsim.report.words import clip, plain

__all__ = ["DataReview", "data_review"]

MOST_SOURCES = 40
"""Sources that are listed; the register has every one beside its figure."""
_KINDS = {
    "published": "from data or publications that are cited",
    "judgement": "judgement, in whole or in part",
    "unverified": "from memory, to be verified",
    "given": "set by the contract’s draft itself",
}
_SECTIONS = ("assumptions", "collective", "cohort", "interventions", "measures", "economics", "capital", "record")


class DataReview(NamedTuple):
    """Counts of what states its source, by how firm the source is; the sources; and the sentences on their review."""

    counts: tuple[tuple[str, int, int], ...]
    """How firm, in words; tables and figures of the scenario; figures of the designs."""
    sources: tuple[str, ...]
    omitted: int
    sentences: tuple[str, ...]


def data_review(material: Material) -> DataReview:
    """What a reader must know of the data (ASOP 23): sources, firmness, review, limits."""
    found = list(_sources(material))
    own = Counter(_kind(source) for source in found)
    used = {(p.name, str(p.value), p.source): p.grade for a in material.arrangements.values() for p in a.parameters}
    theirs = Counter(_kind_of_grade(grade) for grade in used.values())
    counts = tuple((words, own[kind], theirs[kind]) for kind, words in _KINDS.items() if own[kind] or theirs[kind])
    cited = tuple(dict.fromkeys(clip(source, 240) for source in found if _kind(source) == "published"))
    return DataReview(counts, cited[:MOST_SOURCES], max(0, len(cited) - MOST_SOURCES), _sentences(material))


def _sources(material: Material) -> Iterator[str]:
    """The source that each table and each figure of the scenario states, in its order."""
    for section in _SECTIONS:
        yield from _walk(getattr(material.scenario, section, None))


def _walk(value: Any) -> Iterator[str]:
    if isinstance(value, BaseModel):
        source = getattr(value, "source", None)
        if isinstance(source, str) and source.strip():
            yield plain(source)
        for name in type(value).model_fields:
            yield from _walk(getattr(value, name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _walk(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from _walk(item)


def _kind(source: str) -> str:
    if is_unverified(source):
        return "unverified"
    return "judgement" if "judge" in source.lower() else "published"


def _kind_of_grade(grade: str) -> str:
    """A figure of a program by its grade; one that the design itself gives is what the parties propose."""
    return {"M": "unverified", "given": "given"}.get(grade, "published")


def _sentences(material: Material) -> tuple[str, ...]:
    said = [
        "Data and assumptions are those of the scenario file; the register above gives every figure with its source.",
        (
            "Units, ranges, totals, years and names were checked when the file was read, all figures against the "
            "limits that their fields state. Nobody audited the figures against their sources for this report, unless "
            "those who sign say so below."
        ),
    ]
    if material.scenario.record:
        said.append(
            "What was published of the real group stands apart, for comparison. No result uses it unless an "
            "assumption cites the same publication."
        )
    review = material.scenario.sign_off.data_review if material.scenario.sign_off else None
    return (*said, plain(review)) if review else tuple(said)
