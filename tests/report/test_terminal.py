"""The terminal tables: designs side by side, errors shown, nothing acted upon."""

from __future__ import annotations

import io

import pytest

from vbcsim.report.terminal import print_comparison, print_outcomes


def printed(material, width: int = 100, show=print_outcomes, **options) -> str:
    from rich.console import Console

    console = Console(file=io.StringIO(), width=width, highlight=False, **options)
    show(material, console)
    return console.file.getvalue()


def test_designs_stand_side_by_side_for_both_parties(study) -> None:
    text = printed(study)
    heading = next(line for line in text.splitlines() if "Draft A" in line and "Draft C" in line and "Draft B" in line)
    assert heading
    for party in ("provider, 2023–2025, $ million", "payer, 2023–2025, $ million"):
        assert party in text
    row = next(line for line in text.splitlines() if line.strip().startswith("average "))
    for design in study.designs:
        value, error = (figure / 1e6 for figure in study.of(design, "provider")["mean_usd"])
        assert f"{value:.2f} ± {error:.2f}" in row


@pytest.mark.parametrize("width", [60, 80, 100, 160])
def test_no_line_is_wider_than_the_terminal(study, width: int) -> None:
    assert max(map(len, printed(study, width).splitlines())) <= width


def test_pairs_and_dominance(study) -> None:
    text = printed(study, 140, print_comparison)
    assert "Draft A, one-sided − Draft C, deep" in text
    assert "two by two" in text


def test_a_title_is_neither_markup_nor_control(make) -> None:
    material = make(100, title="[bold red]x[/] \x1b[31mred\x07", titles={"deep": "[link=file:///etc]y[/link]"})
    text = printed(material, 120, force_terminal=False)
    assert "[bold red]x[/] [31mred" in text
    assert "[link=file:///etc]y[/l" in text
    assert "\x1b" not in text
    assert "\x07" not in text


def test_what_nobody_verified_is_told(study) -> None:
    assert "Not verified against a source" in printed(study)
    assert "loss limit" in printed(study)
