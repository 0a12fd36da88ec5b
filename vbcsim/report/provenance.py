"""What a rerun needs, and what would show that it is the same: seed, hashes, versions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vbcsim.report.material import Material
from vbcsim.report.values import value_words
from vbcsim.report.words import plain, span

__all__ = ["facts"]


def facts(material: Material) -> list[tuple[str, str]]:
    """What a rerun needs, and what would show that it is the same."""
    attrs = material.settlement.attrs
    base = span(material.scenario.years.base) if material.scenario.years.base else "none"
    facts: Iterable[tuple[str, Any]] = (
        ("Scenario", material.scenario.name),
        ("Base years", base),
        ("Performance years", material.period),
        ("Draws", f"{material.draws:,}"),
        ("Seed", attrs.get("seed", material.scenario.seed)),
        ("Members", _counted(attrs.get("members"))),
        ("Engine", attrs.get("engine", material.scenario.engine)),
        *_neglected(material),
        ("Experience hash", attrs.get("experience_hash", "")),
        ("Random streams, version", attrs.get("stream_version", "")),
        ("vbcsim", attrs.get("vbcsim_version", "")),
        *((name, version) for name, version in _versions()),
    )
    return [(name, plain(value)) for name, value in facts if plain(value)]


def _neglected(material: Material) -> list[tuple[str, str]]:
    """What the pooled engine may have missed, as bounds per draw, and the cells that ran by member."""
    attrs = material.experience.attrs if material.experience is not None else {}
    found = []
    if "neglected_claimants_per_draw" in attrs:
        claimants, excess = (float(attrs[f"neglected_{what}"]) for what in ("claimants_per_draw", "excess_usd"))
        bound = f"at most {claimants:,.3g} a draw, with {value_words(round(excess), 'usd')} above the floor"
        found.append(("Large claimants that may not be listed", bound))
    if attrs.get("by_member_cells"):
        found.append(("Cells simulated by member", _counted(attrs["by_member_cells"])))
    return found


def _counted(value: Any) -> str:
    return f"{int(value):,}" if value is not None else ""


def _versions() -> list[tuple[str, str]]:
    """Versions that decide the last digits of a number or of a picture."""
    import platform
    from importlib.metadata import version

    return [
        ("Python", platform.python_version()),
        *((name, version(name)) for name in ("numpy", "scipy", "matplotlib")),
    ]
