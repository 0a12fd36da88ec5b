"""The pictures: deterministic, inert, and showing what the settlement holds."""

from __future__ import annotations

import numpy as np
import pytest

from vbcsim.report import figures

DRAWERS = [figures.distributions, figures.exceedance, figures.year_by_year]


@pytest.mark.parametrize("draw", DRAWERS)
def test_same_picture_same_bytes(draw, study, make) -> None:
    first = figures.svg(draw, study, "provider")
    assert first == figures.svg(draw, study, "provider")
    assert first == figures.svg(draw, make(), "provider")
    assert first.startswith("<svg")
    assert "Date" not in first


@pytest.mark.parametrize("draw", DRAWERS)
def test_any_title_can_be_drawn(draw, make) -> None:
    """Mathematics that does not parse, script, glyphs that the font lacks, right-to-left text, great length."""
    names = ("$\\badmacro$", "<script>alert(1)</script>", "\U0001f4a5 \u05d0\u05d1 %s {x} " + "z" * 300)
    material = make(50, titles=dict(zip(("one_sided", "two_sided", "deep"), names, strict=True)))
    assert "<script" not in figures.svg(draw, material, "provider")


@pytest.mark.parametrize("draw", DRAWERS)
@pytest.mark.parametrize("share", [(0.0, 0.0), (0.5, 0.0), (0.0, 0.5)])
def test_one_sided_and_empty_designs_can_be_drawn(draw, share, make) -> None:
    assert figures.svg(draw, make(60, {"deep": share}), "provider")


def test_bars_hold_every_outcome_but_the_rarest(study) -> None:
    amounts = [study.net(name, "provider") for name in study.designs]
    scale, edges = figures._edges(amounts)
    assert 0.0 in np.round(edges, 9), "no bar mixes gains with losses"
    for net in amounts:
        nothing = 100.0 * np.mean(np.abs(net) <= 0.005)
        assert 99.4 <= figures._bars(net, scale, edges).sum() + nothing <= 100.0 + 1e-9


def test_counts_above_a_panel_add_to_a_hundred(study) -> None:
    net = study.net("two_sided", "provider")
    said = figures._said(net, ("pays", "nothing", "receives"))
    pays, nothing, receives = (f"{100 * np.mean(hit):.0f}" for hit in (net < 0, net == 0, net > 0))
    assert said == f"pays {pays} · nothing {nothing} · receives {receives} of 100"
    assert figures._of_hundred(0.001) == "<1"
    assert figures._of_hundred(0.999) == ">99"


def test_differences_are_taken_in_the_same_draw(study) -> None:
    rows = [row for row in study.pairs if row.party == "provider"]
    figure = figures.paired_differences(study, "provider", rows)
    for ax, row in zip(figure.axes, rows, strict=True):
        triangle = ax.lines[0].get_xdata()[0] * 1e6
        assert triangle == pytest.approx(row.mean_difference[0], abs=1.0)


def test_the_tails_begin_at_the_chances_of_the_outcomes(study) -> None:
    left, right = figures.exceedance(study, "provider").axes
    for k, name in enumerate(study.designs):
        row = study.of(name, "provider")
        assert left.lines[k].get_ydata()[0] == pytest.approx(100 * row["p_loss"][0])
        assert right.lines[k].get_ydata()[0] == pytest.approx(100 * row["p_gain"][0])
