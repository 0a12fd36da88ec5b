"""Failures whose message may hold a value of the claims: the kind and the place are told, the message is not."""

from __future__ import annotations

import contextlib
import os
import traceback
from collections.abc import Iterator
from pathlib import Path

from vbcsim.core.errors import VbcsimError

__all__ = ["withheld"]


@contextlib.contextmanager
def withheld() -> Iterator[None]:
    """Turn every unforeseen error into one that says what failed and where, and nothing of the data.

    With ``VBCSIM_DEBUG`` set the error is left as it is, for whoever may see the claims.

    :raises VbcsimError: in place of the error.
    """
    try:
        yield
    except (VbcsimError, MemoryError):
        raise
    except Exception as error:
        if os.environ.get("VBCSIM_DEBUG"):
            raise
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"
        hint = "its message is not shown, for it may hold values of the claims (set VBCSIM_DEBUG=1 to see it)"
        raise VbcsimError(f"reading claims failed in a way it should not ({where}); {hint}") from None
