"""How every picture of a report is drawn: one style, colours, a blank figure, and SVG that is the same on every rerun.

Colours are Okabe and Ito's, told apart by colour-blind readers; lines differ by dash as well, so that print in grey
serves. Text is drawn as shapes and never read as mathematics, so a title may hold any character.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from vbcsim.report.words import Scale, clip

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "CENT",
    "DASHES",
    "FAINT",
    "GAIN",
    "INK",
    "LINES",
    "LOSS",
    "NOTHING",
    "PALE",
    "WIDTH",
    "blank",
    "few_ticks",
    "grid",
    "label_beside",
    "lines_of",
    "style",
    "svg",
    "unit_of",
]

GAIN, LOSS, PALE, NOTHING, INK, FAINT = "#0072B2", "#D55E00", "#A6CEE3", "#8C8C8C", "#222222", "#D9D9D9"
LINES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#7F7F7F")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)), *("-", "--", ":", "-."))
WIDTH = 7.4
"""Width of every picture [inches]."""
CENT = 0.005
"""USD: what is nearer to nothing than half a cent is nothing."""
_BESIDE = 22
"""Characters of a line of a name beside a panel."""
_LINE_HIGH = 0.06
"""Height of a line of such a name, as a part of a panel's height."""
_STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#777777",
    "axes.linewidth": 0.7,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelcolor": INK,
    "text.color": INK,
    "text.parse_math": False,
    "text.usetex": False,
    "xtick.color": "#555555",
    "ytick.color": "#555555",
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.fonttype": "path",
    "svg.hashsalt": "vbcsim",
}


def svg(draw: Callable[..., Figure], *arguments: Any) -> str:
    """The picture that ``draw(*arguments)`` makes, as SVG text without date, maker or outside reference."""
    with style():
        figure = draw(*arguments)
        buffer = io.StringIO()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
            figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def style() -> AbstractContextManager[None]:
    """The style of every picture, while it lasts."""
    from matplotlib import rc_context

    return rc_context(_STYLE)


def blank(height: float) -> Figure:
    """An empty figure of the report's width and a height [inches], to be drawn on within :func:`style`."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    FigureCanvasSVG(figure)
    return figure


def unit_of(scale: Scale) -> str:
    """``$`` or ``$ million``."""
    return f"$ {scale.name}".strip()


def few_ticks() -> Any:
    """Two or three ticks, for a low panel."""
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=3, min_n_ticks=2)


def grid(ax: Axes, axis: Any = "y") -> None:
    """Faint lines behind what is drawn."""
    ax.grid(axis=axis, color=FAINT, linewidth=0.6)
    ax.set_axisbelow(True)


def lines_of(text: object, wide: int, most: int = 2) -> str:
    """Text in lines of at most ``wide`` characters, cut after ``most`` lines."""
    lines = wrap(clip(text, wide * most), wide) or [""]
    if len(lines) > most:
        lines = [*lines[: most - 1], clip(f"{lines[most - 1]}\N{HORIZONTAL ELLIPSIS}", wide)]
    return "\n".join(lines)


def label_beside(ax: Axes, ends: Sequence[float], labels: Sequence[str]) -> None:
    """Names beside the right edge of a panel, each as near as can be to where its line ends, none over another.

    :param ends: where each line ends, in the units of the axis.
    """
    said = [lines_of(label, _BESIDE) for label in labels]
    apart = _LINE_HIGH * max((1.25 + text.count("\n") for text in said), default=1.0)
    low, high = sorted(ax.get_ylim())
    wanted = [(end - low) / ((high - low) or 1.0) for end in ends]
    order = sorted(range(len(ends)), key=lambda k: -wanted[k])
    places = _spread([wanted[k] for k in order], apart)
    for place, k in zip(places, order, strict=True):
        ax.plot([1.015, 1.065], [place, place], transform=ax.transAxes, color=LINES[k % len(LINES)], clip_on=False)
        ax.lines[-1].set(linestyle=DASHES[k % len(DASHES)], linewidth=1.7)
        ax.text(1.08, place, said[k], transform=ax.transAxes, va="center", fontsize=8.5)


def _spread(wanted: Sequence[float], apart: float) -> list[float]:
    """Places from the highest to the lowest, at least so far apart, within nought and one where they fit."""
    places: list[float] = []
    for want in wanted:
        most = places[-1] - apart if places else 1.0
        places.append(min(want, most))
    for k in range(len(places) - 1, -1, -1):
        least = places[k + 1] + apart if k + 1 < len(places) else 0.0
        places[k] = max(places[k], least)
    return places
