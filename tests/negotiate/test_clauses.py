"""Clauses by the names that people give them: dropped, or written under those of a provision."""

from __future__ import annotations

import pytest

from vbcsim.core.errors import BadInput
from vbcsim.negotiate.clauses import added, droppable, named_clauses, without
from vbcsim.negotiate.variants import Variants


@pytest.fixture(scope="module")
def arrangement(small_run):
    return Variants(small_run, "basic_e").arrangement


def test_a_clause_by_its_name_by_its_word_and_by_what_people_call_it(arrangement):
    assert named_clauses(arrangement, "shared_savings.limit#2") == (("shared_savings", "limit#2"),)
    caps = (("shared_savings", "limit"), ("shared_savings", "limit#2"))
    assert named_clauses(arrangement, "limit") == named_clauses(arrangement, "cap") == caps
    assert named_clauses(arrangement, "MSR") == (("shared_savings", "minimum_rate"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [("shared_savings.limt", "did you mean"), ("stop_loss", "names no clause"), ("", "names no clause")],
)
def test_what_names_no_clause_is_told_with_those_there(arrangement, text, said):
    with pytest.raises(BadInput, match=said) as error:
        named_clauses(arrangement, text)
    assert "shared_savings.share" in str(error.value)


def test_without_drops_one_clause_and_added_writes_one_at_the_end(arrangement):
    names = arrangement.provisions[0].step_names
    fewer = without(("shared_savings", "share"))(arrangement).provisions[0].step_names
    assert fewer == tuple(name for name in names if name != "share")
    assert without(("shared_savings", "corridor"))(arrangement) == arrangement
    step = {"limit": {"losses": {"share": 0.01, "of": "benchmark"}}}
    more = added("shared_savings", step, "--fair")(arrangement)
    assert more.provisions[0].step_names == (*names, "limit#3")
    assert len(droppable(more)) == len(droppable(arrangement)) + 1


def test_a_clause_that_cannot_be_added_is_told(arrangement):
    with pytest.raises(BadInput, match="did you mean"):
        added("shared_saving", {"share": {"savings": 0.5}}, "--fair")(arrangement)
    with pytest.raises(BadInput, match=r"--fair: .*losss"):
        added("shared_savings", {"limit": {"losss": {"share": 0.01, "of": "benchmark"}}}, "--fair")(arrangement)
