"""What the figures of a validation depend on, as a short mark: a page whose mark differs is stale.

Simulating takes a minute; comparing marks takes none, so a test can say that the page in ``docs/`` is not of today.
"""

from __future__ import annotations

from collections.abc import Sequence

from vbcsim.calibrate.facts import FactTable, published
from vbcsim.calibrate.shipped import shipped_population
from vbcsim.calibrate.validation_text import fingerprint
from vbcsim.random.streams import STREAM_VERSION

__all__ = ["inputs_mark"]


def inputs_mark(populations: Sequence[str], persons: int, seed: int) -> str:
    """Mark of the facts, the shipped tables, the persons and the streams."""
    texts = [f"{STREAM_VERSION} {persons} {seed}"]
    for name in populations:
        table = published(name)
        texts.append(_facts(table))
        texts += [repr(shipped_population(part)) for part in (table.mix or (name,))]
    return fingerprint(texts)


def _facts(table: FactTable) -> str:
    """The facts without the place of the file."""
    return repr(
        [(table.title, table.note, sorted(table.mix.items()))]
        + [(f.label, f.categories, f.value, f.tolerance, f.use, f.grade, f.source, f.note) for f in table.facts]
    )
