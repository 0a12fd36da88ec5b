"""The errors of vbcsim: each names the place, what was read, what is allowed and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["BadInput", "Problem", "VbcsimError", "did_you_mean"]


class VbcsimError(Exception):
    """Anything vbcsim refuses or cannot finish; the message is a sentence for the user (exit code 1)."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the input: ``place`` (``file:line path``) and a sentence with the remedy."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class BadInput(VbcsimError):
    """Input that cannot be used; carries every problem found, not only the first (exit code 2)."""

    outcome = "nothing was run and nothing was written"
    """What has become of the command."""

    def __init__(self, problems: Iterable[Problem] | Problem | str, message: str = "") -> None:
        if isinstance(problems, str):
            problems = [Problem(problems, message)]
        elif isinstance(problems, Problem):
            problems = [problems]
        self.problems = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """``'; did you mean "losses"?'`` when one allowed word is close, else an empty string."""
    close = difflib.get_close_matches(word, list(allowed), n=1, cutoff=0.6)
    return f'; did you mean "{close[0]}"?' if close else ""
