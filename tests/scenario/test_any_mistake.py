"""Whatever is done to the text of a scenario, it loads, or is refused in sentences that say where."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from vbcsim.core.errors import BadInput
from vbcsim.scenario.load import load_scenario, parse_scenario

SMALL = Path(__file__).parent / "data" / "small.yaml"
LINES = SMALL.read_text(encoding="utf-8").splitlines()
WORDS = sorted({word for line in LINES for word in line.replace("{", " ").replace("}", " ").split() if word.isalpha()})

VALUES = (SMALL.parent / "values.txt").read_text(encoding="utf-8").splitlines()
PATHS = (SMALL.parent / "paths.txt").read_text(encoding="utf-8").splitlines()

_values = st.sampled_from(["", *VALUES, *WORDS])
_places = st.integers(0, len(LINES) - 1)
_changes = st.one_of(
    st.tuples(st.just("value"), _places, _values),
    st.tuples(st.just("key"), _places, st.sampled_from(WORDS)),
    st.tuples(st.just("drop"), _places, st.just("")),
    st.tuples(st.just("twice"), _places, st.just("")),
    st.tuples(st.just("indent"), _places, st.sampled_from(["  ", "\t", " "])),
    st.tuples(st.just("outdent"), _places, st.just("")),
)


def _changed(lines: list[str], how: str, at: int, what: str) -> list[str]:
    line = lines[at]
    key, colon, _ = line.partition(": ")
    new = {
        "value": [f"{key}: {what}" if colon else f"{line} {what}"],
        "key": [line.replace(line.strip().split(":")[0].strip("- "), what, 1)],
        "drop": [],
        "twice": [line, line],
        "indent": [what + line],
        "outdent": [line[2:]],
    }[how]
    return [*lines[:at], *new, *lines[at + 1 :]]


@settings(max_examples=400)
@given(st.lists(_changes, min_size=1, max_size=3))
def test_a_changed_scenario_loads_or_is_refused_in_sentences(changes):
    lines = LINES
    for how, at, what in changes:
        lines = _changed(lines, how, min(at, len(lines) - 1), what)
    problems = []
    try:
        parse_scenario("\n".join(lines) + "\n", "s.yaml").arrangements  # noqa: B018
    except BadInput as error:
        problems = [*error.problems]
        problems = problems or ["a refusal without a sentence"]
    assert all(p.place.startswith("s.yaml:") and len(p.message) > 8 and p.message.isprintable() for p in problems), (
        problems
    )


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(PATHS), _values), min_size=1, max_size=2))
def test_an_override_is_applied_or_refused_in_sentences(overrides):
    problems = []
    try:
        load_scenario(SMALL, [f"{path}={value}" for path, value in overrides]).arrangements  # noqa: B018
    except BadInput as error:
        problems = [*error.problems]
        problems = problems or ["a refusal without a sentence"]
    assert all(p.place and len(p.message) > 8 and p.message.isprintable() for p in problems), problems
