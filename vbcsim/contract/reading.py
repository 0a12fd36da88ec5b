"""Reading clauses from a file: pydantic's errors as sentences, and paths as text that a file reader can locate."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pydantic import ValidationError

from vbcsim.core.errors import Problem, did_you_mean

__all__ = ["Path", "path_text", "problems_of", "sentences", "split_path"]

Path = tuple[str | int, ...]

_PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


def path_text(path: Path) -> str:
    """``("provisions", 0, "terms", 2, "share")`` as ``provisions[0].terms[2].share``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def split_path(text: str) -> Path:
    """The path that ``path_text`` wrote: ``provisions[0].terms[2].share`` as its parts."""
    return tuple(int(number) if number else word for number, word in _PART.findall(text))


def sentences(error: ValidationError, what: str = "this clause", known: Iterable[str] = ()) -> list[tuple[Path, str]]:
    """Each error as (path, sentence); an unknown field is answered with the nearest of the ``known`` ones."""
    found: list[tuple[Path, str]] = []
    for item in error.errors(include_url=False):
        path, kind = tuple(item["loc"]), item["type"]
        last = str(path[-1]) if path else ""
        if kind == "extra_forbidden":
            allowed = ", ".join(known)
            text = f'"{last}" is not a field of {what}{did_you_mean(last, known)}'
            text += f" (allowed: {allowed})" if allowed else ""
        elif kind == "missing":
            text = f'{what} needs "{last}"'
        elif kind == "value_error":
            text = str(item.get("ctx", {}).get("error", item["msg"]))
        else:
            text = f"{item['msg'][0].lower()}{item['msg'][1:]}; {str(item['input'])[:60]} was given"
        found.append((path, text))
    return found


def problems_of(error: ValidationError, path: Path, what: str, known: Iterable[str]) -> list[Problem]:
    """The errors of one clause at ``path`` as problems that say where."""
    known = tuple(known)
    return [Problem(path_text(path + inner), text) for inner, text in sentences(error, what, known)]
