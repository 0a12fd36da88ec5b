"""Overrides of a scenario from the command line: ``--set a.b=c``, typed as YAML, a typing error refused.

A path is made of field names joined by dots; a row of a list is named by its position or its name:
``cohort.cells[0].members=5``, ``assumptions.services[inpatient].mean_cost_usd=12000`` or
``assumptions.services.inpatient.mean_cost_usd=12000``. A name with other characters stands in quotes:
``cohort.cells["aged, rural"].members=5``. An override changes something that is there, or a field that may be there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vbcsim.core.errors import BadInput, Problem, did_you_mean
from vbcsim.core.text import listing, row_name, shown, visible
from vbcsim.scenario.schema import fields_at, nodes_at
from vbcsim.scenario.source import Document, Mark, Path, parse_path, path_text
from vbcsim.scenario.yaml import parse_yaml

__all__ = ["apply_overrides", "find", "put"]

_NAMED = ("interventions", "measures")
"""Sections to which a change may add a whole entry, or take one away by setting it to null."""

_WITH_WORDS = ("cohort", "assumptions", *_NAMED, "economics", "capital")
"""Sections with words of the scenario's own in them."""


def apply_overrides(document: Document, overrides: Iterable[str]) -> list[Problem]:
    """Apply each ``path=value`` to the document in turn; what cannot be applied is returned as problems."""
    problems: list[Problem] = []
    for text in overrides:
        place = visible(f"--set {text}")
        try:
            path_words, equals, value_text = text.partition("=")
            if not equals:
                raise ValueError("no = was read; write a path, =, and the value, as in draws=5000")
            steps = parse_path(path_words.strip())
            value = parse_yaml(value_text, place).data if value_text.strip() else None
            path = find(document.data, steps, value)
        except BadInput as error:
            problems.extend(Problem(place, problem.message) for problem in error.problems)
        except ValueError as error:
            problems.append(Problem(place, str(error)))
        else:
            put(document, path, value, Mark(place))
    return problems


def find(data: Any, words: Path, value: Any) -> Path:
    """The path as it stands in the data, with rows given by name turned into positions.

    :param value: what is to be put there; a whole intervention or measure may be put where none of its name stands.
    :raises ValueError: where nothing stands at the path and nothing may.
    """
    path: Path = ()
    adds = len(words) == 2 and words[0] in _NAMED and isinstance(value, dict)
    if adds and isinstance(data, dict) and isinstance(data.get(words[0]) or {}, dict):
        return words
    top = data
    for k, word in enumerate(words):
        where = path_text(path, top)
        if isinstance(data, list):
            position = _row(data, word, where)
            path, data = (*path, position), data[position]
        elif isinstance(data, dict):
            key = _key(data, word, path, where)
            path, data = (*path, key), data.get(key, {} if k < len(words) - 1 else None)
        else:
            raise ValueError(f"{where} holds {shown(data)} and has no field {shown(str(word))}; set {where} itself")
    return path


def _key(data: dict[Any, Any], word: str | int, path: Path, where: str) -> Any:
    if word in data:
        return word
    if isinstance(word, str) and word.isdecimal() and int(word) in data:
        return int(word)
    fields = list(fields_at(path))
    if word in fields or _is_free(path):
        return word
    known = list(dict.fromkeys([*map(str, data), *fields]))
    guess = did_you_mean(str(word), known)
    raise ValueError(f"{where or 'the scenario'} has no {shown(str(word))}{guess} (there: {listing(known, 30)})")


def _is_free(path: Path) -> bool:
    """Whether words of the scenario's own stand at the path: of a design, or by category, stratum or line of business.

    The loader refuses those that fit nothing.
    """
    if path and path[0] == "designs":
        return len(path) >= 2
    nodes = nodes_at(path) if len(path) >= 3 and path[0] in _WITH_WORDS else []
    return any(isinstance(node.get("additionalProperties"), dict) or "patternProperties" in node for node in nodes)


def _row(rows: list[Any], word: str | int, where: str) -> int:
    if isinstance(word, int) or word.isdecimal():
        if int(word) < len(rows):
            return int(word)
        raise ValueError(f"{where} has rows 0 to {len(rows) - 1}; there is no row {word}")
    names = [row_name(row) if isinstance(row, dict) else "" for row in rows]
    if word in names:
        return names.index(word)
    raise ValueError(f"{where} has no row {shown(word)}{did_you_mean(word, names)} (there: {listing(names)})")


def put(document: Document, path: Path, value: Any, mark: Mark) -> None:
    """Put a value into the document at a path, leaving the data it was read from as it is; null takes away an entry of
    interventions or measures."""
    if not path:
        return
    gone = value is None and len(path) == 2 and path[0] in _NAMED
    document.data = _with(document.data, path, value, gone=gone)
    document.overridden[path] = mark


def _with(node: Any, path: Path, value: Any, *, gone: bool) -> Any:
    """A copy of a node along the path, with the value at its end; the rest is shared."""
    copy: Any = list(node) if isinstance(node, list) else dict(node or {})
    step = path[0]
    if len(path) > 1:
        copy[step] = _with(copy.get(step) if isinstance(copy, dict) else copy[step], path[1:], value, gone=gone)
    elif gone:
        copy.pop(step, None)
    else:
        copy[step] = value
    return copy
