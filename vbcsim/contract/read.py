"""Reading an arrangement from a file's mapping: all problems at once, each with its path and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from vbcsim.contract.arrangement import Arrangement, Provision, Step, UsedParameter
from vbcsim.contract.line import line_family
from vbcsim.contract.reading import Path, path_text, problems_of
from vbcsim.contract.term import term_family
from vbcsim.contract.value import Clause, is_line_name
from vbcsim.core.errors import BadInput, Problem, did_you_mean
from vbcsim.core.text import listing, shown

__all__ = ["read_arrangement"]

_DESIGN = ("title", "note", "parties", "lines", "provisions")
_PROVISION = ("name", "payer", "payee", "terms", "note", "source")
_STEP = ("from", "to", "note", "source")


def read_arrangement(raw: Any, name: str, *, parameters: Iterable[UsedParameter] = ()) -> Arrangement:
    """The arrangement written out in ``raw``: title, parties, lines and provisions.

    Raises BadInput with every problem; a problem's place is a path such as ``provisions[0].terms[2].share.losses``.
    """
    problems: list[Problem] = []
    body = _mapping(raw, _DESIGN, "a design", (), problems)
    lines = {}
    for word, made in _mapping(body.get("lines", {}), None, "lines", ("lines",), problems).items():
        if not is_line_name(word):
            message = f"{shown(word)} cannot name a line; use lower-case words joined by underscores"
            problems.append(Problem(path_text(("lines", word)), message))
        lines[word] = _clause(made, line_family(), "line maker", ("lines", word), (), problems)
    provisions = [
        _provision(item, ("provisions", i), problems)
        for i, item in enumerate(_list(body.get("provisions", []), "provisions", ("provisions",), problems))
    ]
    if problems:
        raise BadInput(problems)
    rest = {key: body[key] for key in ("title", "parties") if key in body}
    try:
        return Arrangement(name=name, lines=lines, provisions=provisions, parameters=tuple(parameters), **rest)
    except ValidationError as error:
        raise BadInput(problems_of(error, (), "a design", _DESIGN)) from None


def _provision(raw: Any, path: Path, problems: list[Problem]) -> Provision | None:
    body = _mapping(raw, _PROVISION, "a provision", path, problems)
    items = _list(body.get("terms", []), "terms", (*path, "terms"), problems)
    steps = [_step(item, (*path, "terms", j), problems) for j, item in enumerate(items)]
    if any(step is None for step in steps):
        return None
    return _built(Provision, {**body, "terms": steps}, path, "a provision", _PROVISION, problems)


def _step(raw: Any, path: Path, problems: list[Problem]) -> Step | None:
    term = _clause(raw, term_family(), "term", path, _STEP, problems)
    if term is None:
        return None
    renamed = {"from": "first", "to": "last"}
    rest = {renamed.get(key, key): value for key, value in raw.items() if key in _STEP}
    return _built(Step, {"term": term, **rest}, path, "a clause", _STEP, problems)


def _clause(
    raw: Any,
    family: Mapping[str, type[Clause]],
    what: str,
    path: Path,
    beside: tuple[str, ...],
    problems: list[Problem],
) -> Any:
    """The one clause that a mapping such as ``{share: {savings: 0.5, losses: 0}}`` names, or None with a problem."""
    words = [key for key in raw if key not in beside] if isinstance(raw, Mapping) else []
    if len(words) != 1:
        said = f"{listing([str(w) for w in words])} together" if words else shown(raw)
        remedy = f"write one {what} and its parameters, such as `{next(iter(family))}: {{...}}`"
        problems.append(Problem(path_text(path), f"{said} was read where one {what} is needed; {remedy}"))
        return None
    word = words[0]
    if word not in family:
        allowed = f"{did_you_mean(str(word), family)} (allowed: {listing(list(family), 40)})"
        problems.append(Problem(path_text(path), f"{shown(word)} is not a {what}{allowed}"))
        return None
    body = raw[word] if raw[word] is not None else {}
    names = tuple(field.alias or name for name, field in family[word].model_fields.items())
    return _built(family[word], body, (*path, word), word, names, problems)


def _built(kind: Any, body: Any, path: Path, what: str, known: Iterable[str], problems: list[Problem]) -> Any:
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        problems += problems_of(error, path, what, known)
        return None


def _mapping(raw: Any, known: tuple[str, ...] | None, what: str, path: Path, problems: list[Problem]) -> dict[str, Any]:
    """``raw`` as a mapping with known keys only; what is not is a problem and left out."""
    if not isinstance(raw, Mapping):
        problems.append(Problem(path_text(path), f"{shown(raw)} was read where {what} needs `key: value` lines"))
        return {}
    strange = [key for key in raw if known is not None and key not in known]
    for key in strange:
        message = f"{shown(key)} is not a field of {what}{did_you_mean(str(key), known or ())}"
        problems.append(Problem(path_text((*path, str(key))), f"{message} (allowed: {listing(list(known or ()))})"))
    return {str(key): value for key, value in raw.items() if key not in strange}


def _list(raw: Any, what: str, path: Path, problems: list[Problem]) -> list[Any]:
    if isinstance(raw, (list, tuple)):
        return list(raw)
    problems.append(Problem(path_text(path), f"{shown(raw)} was read where {what} needs a list"))
    return []
