"""The YAML reader: plain data with places, and every trap refused with a sentence that says where and what to do."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from vbcsim.core.errors import BadInput
from vbcsim.scenario.source import Mark
from vbcsim.scenario.yaml import MAX_BYTES, parse_yaml, read_yaml, scalar


def _refused(text: str) -> list[str]:
    with pytest.raises(BadInput) as caught:
        parse_yaml(text, "s.yaml")
    return [str(problem) for problem in caught.value.problems]


def test_plain_values_are_those_of_yaml_1_2():
    words = ["NO", "010", "12:30:00", "1e6", "yes", "0o17", "0x1F", "~", "'true'", "True", "1_000", "2020-01-01"]
    text = "".join(f"{key}: {word}\n" for key, word in zip("abcdefghijkl", words, strict=True))
    assert parse_yaml(text, "s").data == {
        "a": "NO",
        "b": 10,
        "c": "12:30:00",
        "d": 1e6,
        "e": "yes",
        "f": 15,
        "g": 31,
        "h": None,
        "i": "true",
        "j": True,
        "k": "1_000",
        "l": "2020-01-01",
    }


def test_places_are_kept_for_every_value():
    document = parse_yaml("a:\n  - b: 1\n    c: [2, 3]\n2019: x\n", "s.yaml")
    assert document.data == {"a": [{"b": 1, "c": [2, 3]}], 2019: "x"}
    assert document.mark(("a", 0, "c", 1)) == Mark("s.yaml", 3, 12)
    assert document.mark(("a", 0, "c")) == Mark("s.yaml", 3, 5)
    assert document.mark((2019,)) == Mark("s.yaml", 4, 1)
    assert document.mark(("a", 0, "missing")) == document.mark(("a", 0))


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: &x 1\n", "s.yaml:1:4:", "an anchor (&x) is not allowed; write the value out"),
        ("a: 1\nb: *x\n", "s.yaml:2:4:", "an alias (*x) is not allowed; write the value out"),
        ("a: !!int 3\n", "s.yaml:1:4:", "a tag (tag:yaml.org,2002:int) is not allowed; write the plain value"),
        ("a: !!python/object/apply:os.system [ls]\n", "s.yaml:1:4:", "a tag"),
        ("<<: {a: 1}\n", "s.yaml:1:1:", "a merge key (<<) is not allowed; write the fields out"),
        ("a: 1\nb:\n  c: 2\n  c: 3\n", "s.yaml:4:3:", "b.c is given twice (first on line 3); keep one of them"),
        ("a:\n\tb: 1\n", "s.yaml:2:1:", "a tab stands in the indentation"),
        ("a: 1\nb: .nan\n", "s.yaml:2:4:", "b: .nan is not a finite number; write a number"),
        ("a: -.inf\n", "s.yaml:1:4:", "a: -.inf is not a finite number"),
        ("a: 1e999\n", "s.yaml:1:4:", "a: 1e999 is too large for a number"),
        ("a: " + "9" * 5000 + "\n", "s.yaml:1:4:", "a number of 5000 digits is too long"),
        ("a: 1\n---\nb: 2\n", "s.yaml:2:1:", "a second document begins here"),
        ("%YAML 1.1\n---\na: 1\n", "s.yaml:2:1:", "a %YAML or %TAG directive; leave it out"),
        ("true: 1\n", "s.yaml:1:1:", 'the key "true" is read as true or false; put it in quotes'),
        ("null: 1\n", "s.yaml:1:1:", 'the key "null" is read as nothing; put it in quotes'),
        ("? [a]\n: 1\n", "s.yaml:1:3:", "a list or mapping stands as a key"),
        ("a: b: c\n", "s.yaml:1:5:", "a colon stands where no key can be"),
        ("a:\n  'x\n", "s.yaml:2:3:", "a quote is opened and never closed; close it"),
        ("a: [1, 2\nb: 3\n", "s.yaml:2:2:", "a list or mapping in brackets is not closed"),
        ("a: @x\n", "s.yaml:1:4:", "a word cannot begin with this character; put the text in quotes"),
        ("a:\n  b\nc\n", "s.yaml:3:1:", "a key lacks its colon"),
        ("- a\nb: 1\n", "s.yaml:2:1:", "this line does not belong to the list or mapping above it"),
        ("", "s.yaml:1:1:", "the file is empty"),
        ("# only a comment\n", "s.yaml:1:1:", "the file is empty"),
        ("a: x\x00y\n", "s.yaml:1:5:", "the control character U+0000"),
        ('a: "\\u202e1"\n', "s.yaml:1:4:", "U+202E RIGHT-TO-LEFT OVERRIDE; remove it"),
        ('a: "\\e[31m"\n', "s.yaml:1:4:", "U+001B"),
        ('a: "\\ud800"\n', "s.yaml:1:4:", "U+D800"),
        ('"na\\u200bme": 1\n', "s.yaml:1:1:", "U+200B ZERO WIDTH SPACE"),
        ("a: 1 # \u202e hidden\n", "s.yaml:1:8:", "U+202E RIGHT-TO-LEFT OVERRIDE reorders what is seen"),
        ("[" * 3000, "s.yaml:1:41:", "nested more than 40 levels deep"),
        ("- " * 3000, "s.yaml:1:81:", "nested more than 40 levels deep"),
    ],
)
def test_traps_are_refused_with_place_and_remedy(text, place, words):
    problems = _refused(text)
    assert any(p.startswith(place) and words in p for p in problems), problems


def test_problems_of_form_are_told_together():
    problems = _refused("a: &x 1\nb: !t 2\nc: .inf\na: 4\n")
    assert [p.split(" ")[0] for p in problems] == ["s.yaml:1:4:", "s.yaml:2:4:", "s.yaml:3:4:", "s.yaml:4:1:"]


def test_no_sentence_carries_an_invisible_character():
    for text in ('"\\u202e\\e": 1\n"\\u202e\\e": 2\n', 'a: ["\\u2066"]\n', "a: \x85\x07\n"):
        assert all(p.isprintable() for p in _refused(text))


def test_scripts_of_every_direction_are_text():
    text = 'a: "سناریو می‌خواهم"\nb: "עברית"\nc: "日本語 café"\n'
    assert parse_yaml(text, "s").data == {"a": "سناریو می‌خواهم", "b": "עברית", "c": "日本語 café"}


def test_deep_nesting_ends_quickly():
    begun = time.process_time()
    for bracket in ("[", "{", "- ", "{a: "):
        _refused(bracket * (MAX_BYTES // len(bracket)))
    assert time.process_time() - begun < 20


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path):
    (tmp_path / "scenario.yaml").write_text("a: 1\n")
    (tmp_path / "large.yaml").write_bytes(b"a" * (MAX_BYTES + 1))
    (tmp_path / "latin.yaml").write_bytes("a: 1\nb: caf\u00e9\n".encode("latin-1"))
    cases = {
        "scenari.yaml": 'no such file; did you mean "scenario.yaml"; check the name',
        "nowhere/x.yaml": "there is no folder",
        "": "is a folder",
        "large.yaml": "is larger than 1,000,000 bytes",
        "latin.yaml": "latin.yaml:2: byte 0xe9 is not UTF-8 text; save the file with the encoding UTF-8",
    }
    for name, words in cases.items():
        with pytest.raises(BadInput) as caught:
            read_yaml(tmp_path / name)
        assert words in str(caught.value), name
        assert str(tmp_path) in str(caught.value)


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    (tmp_path / "s.yaml").write_bytes(b"\xef\xbb\xbfa: 1\r\nb:\r\n  - x\r\n")
    document = read_yaml(tmp_path / "s.yaml")
    assert document.data == {"a": 1, "b": ["x"]}
    assert document.mark(("b", 0)).line == 3


def test_a_device_is_not_read(tmp_path):
    with pytest.raises(BadInput, match="not a regular file"):
        read_yaml("/dev/zero")


_keys = st.from_regex("[a-z]{1,8}x", fullmatch=True)
_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    # The dumper writes a text such as ":0" or "?x" bare inside braces, where its own reader refuses it.
    | st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co"]), max_size=20).filter(
        lambda text: text[:1] not in (":", "?")
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(_keys, _values, min_size=1, max_size=4))
def test_reads_what_a_dumper_of_yaml_1_2_writes(data):
    import io

    stream = io.StringIO()
    YAML(typ="safe", pure=True).dump(data, stream)
    assert parse_yaml(stream.getvalue(), "s").data == data


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_a_sentence(text):
    problems = ()
    try:
        parse_yaml(text, "s.yaml")
    except BadInput as error:
        problems = error.problems or ("a refusal without a sentence",)
    assert all(p.place.startswith("s.yaml:") and p.message.isprintable() for p in problems)


@pytest.mark.parametrize("text", [".inf", "-.Inf", ".NaN", "1e400", "1" * 41])
def test_scalar_refuses_what_no_number_can_hold(text):
    with pytest.raises(ValueError, match="number"):
        scalar(text)
