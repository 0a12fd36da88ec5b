"""A written-out arrangement reads back as one that settles alike, for every program's examples."""

from __future__ import annotations

import pytest

from vbcsim.contract.program import load_program, program_names, resolve
from vbcsim.contract.raw import raw_arrangement
from vbcsim.contract.read import read_arrangement


def examples():
    for word in program_names():
        program = load_program(word)
        for name, inputs in program.examples.items():
            yield pytest.param(program, inputs, id=f"{word}-{name}")


@pytest.mark.parametrize(("program", "inputs"), list(examples()))
def test_reading_back_gives_the_same_clauses(program, inputs):
    first = program.years[0] if program.years else 2023
    arrangement = resolve(program, dict(inputs), range(first, first + 3))
    again = read_arrangement(raw_arrangement(arrangement), arrangement.name)
    assert again.lines == arrangement.lines
    assert again.provisions == arrangement.provisions
    assert again.parties == arrangement.parties
