"""Values of a figure as they are written on the command line: ``NAME=FROM:TO:POINTS``."""

from __future__ import annotations

__all__ = ["read_axis"]

_MOST = 10_000


def read_axis(text: str, option: str) -> tuple[str, list[float]]:
    """``name=0.3:0.7:9`` as a name and nine values; ``name=0.5`` as one.

    :raises BadInput: where it is written otherwise.
    """
    from vbcsim.core.errors import BadInput

    name, equals, said = text.partition("=")
    try:
        ends = [float(part) for part in said.split(":")]
        points = int(ends[2]) if len(ends) == 3 else 1
        if not equals or len(ends) not in (1, 3) or points < 1 or points > _MOST:
            raise ValueError
    except ValueError:
        message = "write NAME=FROM:TO:POINTS, as in shared_savings.share.savings=0.3:0.7:9"
        raise BadInput(f"{option} {text}", message) from None
    if points == 1:
        return name, ends[:1]
    step = (ends[1] - ends[0]) / (points - 1)
    return name, [ends[0] + k * step for k in range(points)]
