"""The margin in a sentence: the best design first, each with its chance of a loss."""

from __future__ import annotations

from dataclasses import replace

import xarray as xr

from vbcsim.report.answer import answer
from vbcsim.report.margin import margin_words


def with_margin(material, shift):
    net = material.settlement["net_usd"] + shift
    return replace(material, ledger=xr.Dataset({"account_usd": net.expand_dims(account=["margin"])}))


def test_nothing_without_books(study):
    assert margin_words(study) == ""


def test_the_best_margin_first_and_losses_as_losses(make):
    said = margin_words(with_margin(make(500), -1e9))
    assert "a loss of $3" in said
    assert "negative in all of the 500 draws" in said
    better = margin_words(with_margin(make(500), 1e9))
    assert "a loss of" not in better
    assert "negative in none of the 500 draws" in better
    order = [better.index(title) for title in ("Draft C", "Draft B", "Draft A") if title in better]
    assert len(order) == 3


def test_the_answer_tells_it(make):
    said = answer(with_margin(make(500), 1e9))
    assert any(heading == "After all costs" for heading, _ in said.points)
    assert "best margin" in said.headline or "cannot be told apart" in said.headline
    assert said.points[0][0] == "In settlements alone"


def test_a_clear_winner_is_named_and_so_is_the_last(make):
    material = with_margin(make(500), 1e9)
    more = material.ledger["account_usd"] + 1e8 * (material.ledger["design"] == "deep")
    said = answer(replace(material, ledger=xr.Dataset({"account_usd": more}))).headline
    assert said.startswith("“Draft C")
    assert "Under “Draft" in said
