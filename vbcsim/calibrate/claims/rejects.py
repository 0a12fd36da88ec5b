"""The reject file: which rows of which files were not used, and why; no value of a row is in it.

It stands beside the claims, or where ``--rejects`` says, and only its owner can read it (mode 0600).
"""

from __future__ import annotations

import csv
import io
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vbcsim.core.errors import BadInput, Problem
from vbcsim.core.text import counted, visible

if TYPE_CHECKING:
    import polars as pl

    from vbcsim.calibrate.claims.extract import Extract
    from vbcsim.calibrate.claims.ingest import FileCount

__all__ = ["REJECTS", "check_rejects", "reject_problems", "write_rejects"]

REJECTS: Final = "rejects.csv"
_PLACES: Final = 3


def write_rejects(extract: Extract, path: Path) -> None:
    """Write file, row and reason of every rejected row, whole or not at all, readable by the owner only.

    :raises BadInput: where the folder cannot be written.
    """
    names = [f.name for f in extract.files]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["file", "row", "reason"])
    writer.writerows((names[f], row, reason) for f, row, reason, _ in extract.rejects.iter_rows())
    temporary = path.parent / f".vbcsim-{secrets.token_hex(8)}.tmp"
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(out.getvalue().encode())
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        reason = visible(error.strerror or str(error))
        message = f"cannot be written ({reason}); name a place for the rejects with --rejects"
        raise BadInput(visible(str(path)), message) from None


def reject_problems(files: Sequence[FileCount], rejects: pl.DataFrame) -> list[Problem]:
    """One sentence for every reason and file: how many rows, and where the first ones are."""
    import polars as pl

    names = [f.name for f in files]
    found = rejects.group_by("file", "reason", maintain_order=True).agg(
        pl.len().alias("rows"), pl.col("row").sort().head(_PLACES)
    )
    problems = []
    for file, reason, count, first in found.sort("file", "reason").iter_rows():
        more = f" and {count - len(first):,} more" if count > len(first) else ""
        rows = ", ".join(f"{row}" for row in first)
        problems.append(Problem(f"{names[file]}:{first[0]}", f"{reason} ({counted(count, 'row')}: {rows}{more})"))
    return problems


def check_rejects(extract: Extract, allowed: float, path: Path) -> None:
    """Refuse to go on where more rows of a file are rejected than the user allows.

    :param allowed: largest share of rejected rows of any file, 0 to 1.
    :raises BadInput: with every reason, its count and places.
    """
    rejected = [extract.rejects.filter(extract.rejects["file"] == k).height for k in range(len(extract.files))]
    share = max(n / f.rows for n, f in zip(rejected, extract.files, strict=True) if f.rows)
    if share <= allowed:
        return
    problems = reject_problems(extract.files, extract.rejects)
    remedy = (
        f"{counted(extract.rejects.height, 'row')} cannot be used, up to {share:.2%} of a file; each is listed here: "
        f"mend them, or use the good rows with --allow-rejects {min(1.0, _ceil(share)):g}"
    )
    error = BadInput([*problems, Problem(visible(str(path)), remedy)])
    error.outcome = "only the list of rejects was written"
    raise error


def _ceil(share: float) -> float:
    """A share a little above, to two digits."""
    from math import ceil, floor, log10

    step = 10.0 ** (floor(log10(share)) - 1)
    return ceil(share / step) * step
