"""What is shared in the end stands beside what the contract states, only where something is shared."""

from __future__ import annotations

from dataclasses import replace

from vbcsim.report.shares import share_table


def test_stated_and_effective_shares_side_by_side(reported):
    table = share_table(reported)
    assert table.headings == (
        "Stated share of savings",
        "Effective share of savings",
        "Stated share of losses",
        "Effective share of losses",
    )
    found = dict(zip(reported.designs, table.rows, strict=True))
    row = found["basic_e"]
    assert row.cells[0].value == "50%"
    value = float(reported.effective_share["effective_share"].sel(design="basic_e", side="savings"))
    assert abs(float(row.cells[1].value.rstrip("%")) / 100 - value) < 0.01
    assert row.cells[1].error


def test_nothing_shared_no_table(reported, study):
    assert share_table(study) is None
    nothing = reported.effective_share.copy(deep=True)
    nothing["effective_share"] = nothing["effective_share"] * float("nan")
    assert share_table(replace(reported, effective_share=nothing)) is None
