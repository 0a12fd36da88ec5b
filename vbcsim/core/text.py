"""Text for people: values shown in a sentence, with nothing in them that a terminal or a reader could misread."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["counted", "hidden_characters", "listing", "row_name", "shown", "visible"]

_LONGEST = 80


def visible(text: str) -> str:
    """``text`` with every character that does not show as itself (controls, bidi marks) written as an escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def hidden_characters(text: str) -> str:
    """The first character of ``text`` that could hide or reorder what follows it, as ``U+202E RIGHT-TO-LEFT OVERRIDE``.

    Refused: control characters except newline and tab, bidirectional controls, lone surrogates, invisible fillers.
    Joiners that scripts need (U+200C, U+200D) are kept. Empty when there is none.
    """
    if text.isprintable():
        return ""
    for c in text:
        kind = unicodedata.category(c)
        if c in "\n\t\u200c\u200d" or kind not in ("Cc", "Cf", "Cs"):
            continue
        return f"U+{ord(c):04X} {unicodedata.name(c, 'control character')}"
    return ""


def shown(value: Any) -> str:
    """``value`` as a short word of a sentence: text in double quotes, a list or a mapping by its size."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        cut = value if len(value) <= _LONGEST else value[: _LONGEST - 3] + "..."
        return f'"{visible(cut)}"'
    if isinstance(value, Mapping):
        return f"a mapping of {len(value)}" if value else "an empty mapping"
    if isinstance(value, Sequence):
        return f"a list of {len(value)}" if value else "an empty list"
    return visible(repr(value))


def counted(number: int, one: str, many: str = "") -> str:
    """``1 row`` or ``1,204 rows``; ``many`` where an s does not make the plural."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listing(words: Sequence[str], most: int = 12) -> str:
    """``a, b and c``; long lists are cut and say how many more there are."""
    words = [visible(str(w)) for w in words]
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def row_name(fields: Mapping[str, Any]) -> str:
    """The name by which a row of a list is known, empty when it has none: what it is called, or is for.

    Rows of the services' table for one line of business are told apart by it: ``inpatient, dual``.
    """
    line = fields.get("line_of_business")
    apart = line if isinstance(line, str) and line != "all" else ""
    for key in ("name", "category", "cell", "course", "provider_group"):
        if isinstance(fields.get(key), str) and fields[key]:
            return f"{fields[key]}, {apart}" if key == "category" and apart else str(fields[key])
    return apart
