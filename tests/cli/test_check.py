"""`vbcsim check`: a sound scenario in one sentence; every problem of another at once; nothing written."""

from __future__ import annotations


def test_a_sound_scenario(type_, json_of, here):
    result = type_("check", "small.yaml")
    assert result.exit_code == 0
    assert result.stdout.startswith(
        "small.yaml is sound: 200 members in 2 cells, 2 service categories, years 2023 to 2024"
    )
    found = json_of("check", "small.yaml", "--set", "draws=999")
    assert (found["ok"], found["draws"], list(found["designs"])) == (True, 999, ["half", "nothing"])
    assert type_("check", "small.yaml", "--quiet").output == ""
    assert [p.name for p in here.iterdir()] == ["small.yaml"]


def test_figures_that_nobody_verified_are_named(type_, break_file):
    break_file(("provisions: []", "program: mssp\n    track: enhanced"))
    assert "nothing: not verified against a source:" in type_("check", "small.yaml").stdout


def test_every_problem_at_once_with_line_and_remedy(type_, json_of, break_file):
    break_file(
        ("seed: 7", "sed: 7"),
        ("retention: 0.9", "retention: 95"),
        ("floor_usd: 50000", "floor_usd: 200000"),
        ("savings: 0.5", "savings: 1.5"),
    )
    result = type_("check", "small.yaml", "--set", "drows=3")
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert lines[-1] == "4 problems; nothing was run and nothing was written"
    assert [line.split(" ")[0] for line in lines[:-1]] == ["--set", "small.yaml:10", "small.yaml:5", "small.yaml:63"]
    assert "95 percent is written 95%" in lines[1]
    assert 'did you mean "seed"?' in lines[2]
    told = json_of("check", "small.yaml", code=2)
    assert told["error"] == "3 problems; nothing was run and nothing was written"
    assert [set(problem) for problem in told["problems"]] == [{"place", "message"}] * 3


def test_names_in_any_script_and_with_spaces(type_, here):
    folder = here / "Übersicht 2024 – 試算"
    folder.mkdir()
    (here / "small.yaml").rename(folder / "сценарий.yaml")
    result = type_("check", f"{folder.name}/сценарий.yaml")
    assert result.exit_code == 0
    assert result.stdout.startswith("Übersicht 2024 – 試算/сценарий.yaml is sound")


def test_a_name_that_would_confuse_a_terminal_is_shown_as_it_is(type_):
    result = type_("check", "\x1b[31m\u202eno.yaml")
    assert result.exit_code == 2
    assert result.stderr.rstrip("\n").isprintable()
    assert "\\x1b[31m\\u202eno.yaml" in result.stderr
