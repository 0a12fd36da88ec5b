"""The figures of a clause that a negotiation moves: unit, range, name, and the clause's sentence around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from vbcsim.contract.trace import Figure
from vbcsim.contract.traced_figure import label_of_figure, unit_of_figure
from vbcsim.contract.value import Clause
from vbcsim.contract.wording import number_words, spoken
from vbcsim.core.model import Frozen

__all__ = ["Slider", "sentence_template", "sliders_of"]

Path = tuple[str | int, ...]


class Slider(NamedTuple):
    """A figure as a slider: where it stands in the clause, its value, unit, name, range and step."""

    path: Path
    value: float
    unit: str
    label: str
    least: float
    most: float
    """End of the slider; a typed figure may go beyond it."""
    step: float
    fixed: bool
    """Whether it is a switch (a standard of 0 or 1 that is met at 1) rather than a figure to move."""


def sliders_of(clause: Clause, figures: Sequence[Figure], scale_usd: float) -> tuple[Slider, ...]:
    """A slider for every figure of a traced clause, in the order of the trace.

    :param scale_usd: dollars that a dollar slider reaches at least, such as a tenth of a year's expenditure.
    """
    found = []
    for figure in figures:
        unit = unit_of_figure(type(clause), figure.path)
        least, most, step = _range(unit, figure.value, scale_usd)
        fixed = figure.path[-1] == "at_least" and figure.value == 1.0
        found.append(Slider(figure.path, figure.value, unit, label_of_figure(figure.path), least, most, step, fixed))
    return tuple(found)


def sentence_template(clause: Clause, sliders: Sequence[Slider]) -> str:
    """The clause's sentence with ``{k}`` for the k-th figure; the plain sentence where a figure cannot be found in it.

    The sentence is made once with figures that cannot be mistaken for one another, which are then looked up in it.
    """
    marks = {slider.path: _mark(k, slider.unit) for k, slider in enumerate(sliders) if not slider.fixed}
    try:
        said = spoken(str(_marked(clause, (), marks).sentence()))
    except (TypeError, ValueError, AttributeError, KeyError):
        return _braced(spoken(str(clause.sentence())))  # type: ignore[attr-defined]
    said = _braced(said)
    for k, slider in enumerate(sliders):
        if slider.fixed:
            continue
        for unit in (slider.unit, "fraction", "usd", "number"):
            said = said.replace(number_words(marks[slider.path], unit), f"{{{k}:{unit}}}")
    return said


def _braced(text: str) -> str:
    return text.replace("{", "(").replace("}", ")")


def _mark(k: int, unit: str) -> float:
    """A figure that no sentence holds by chance, another one for each k."""
    if unit in ("usd", "amount"):
        return 71_000_013.0 + 100.0 * k
    return 7_013.25 + k if unit == "usd_pmpm" else 0.71013 + 0.0001 * k


def _marked(found: Any, path: Path, marks: Mapping[Path, float]) -> Any:
    """A copy of a model with the marks in place of its figures; nothing is validated."""
    if path in marks:
        return marks[path]
    if isinstance(found, Frozen):
        kind = type(found)
        return kind.model_construct(**{n: _marked(getattr(found, n), (*path, n), marks) for n in kind.model_fields})
    if isinstance(found, tuple):
        return tuple(_marked(item, (*path, k), marks) for k, item in enumerate(found))
    if isinstance(found, Mapping):
        return {key: _marked(item, (*path, key), marks) for key, item in found.items()}
    return found


def _range(unit: str, value: float, scale_usd: float) -> tuple[float, float, float]:
    if unit == "fraction":
        least, most, step = (0.0, 1.0, 0.005) if abs(value) > 0.2 else (0.0, 0.25, 0.001)
    elif unit == "rate":
        least, most, step = -0.2, 0.3, 0.001
    elif unit in ("usd", "amount"):
        most = max(3.0 * abs(value), scale_usd)
        least, step = (-most if unit == "amount" else 0.0), _round_step(most)
    elif unit == "usd_pmpm":
        most = max(3.0 * abs(value), 30.0)
        least, step = 0.0, _round_step(most)
    else:
        most = max(2.0 * abs(value), 2.0)
        least, step = 0.0, _round_step(most)
    return min(least, value), max(most, value), step


def _round_step(most: float) -> float:
    """A power of ten that divides the range into some hundreds of steps."""
    power = 1.0
    while power * 200.0 > most:
        power /= 10.0
    while power * 2000.0 <= most:
        power *= 10.0
    return power
