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


def test_clauses_that_contradict_or_never_bind_are_warnings(type_, json_of, break_file):
    assert json_of("check", "small.yaml")["warnings"] == [
        {
            "design": "half",
            "rule": "losses_without_limit",
            "place": "shared_savings",
            "message": "the provider owes its part of losses without a limit: a bad year may cost any amount; "
            "`limit: {losses: ...}` bounds it",
        }
    ]
    break_file(("savings: 2%, losses: 2%", "savings: 0, losses: 0"))
    result = type_("check", "small.yaml")
    assert result.exit_code == 0
    assert (
        "  warning: half: shared_savings clause 2 (minimum_rate): a minimum rate of 0 is always reached"
        in result.stdout
    )
    assert type_("check", "small.yaml", "--quiet").output == ""


def test_a_run_says_how_often_each_clause_changed_the_amount(type_, json_of, break_file):
    limit = "\n          - limit: {losses: {usd: 900000000}}"
    break_file(("- share: {savings: 0.5, losses: 0.3}", f"- share: {{savings: 0.5, losses: 0.3}}{limit}"))
    assert type_("run", "small.yaml", "--draws", "20", "--out", "run", "--quiet").exit_code == 0
    found = json_of("check", "run")
    clauses = found["designs"]["half"]["provisions"][0]["clauses"]
    assert [clause["term"] for clause in clauses] == ["difference", "minimum_rate", "share", "limit"]
    assert (clauses[0]["draws"], clauses[0]["draws_by_year"]) == (20, {"2023": 20, "2024": 20})
    assert max(clauses[2]["draws_by_year"].values()) <= clauses[2]["draws"] <= 20
    assert [(w["rule"], w["place"]) for w in found["warnings"]] == [("never_bound", "shared_savings clause 4 (limit)")]
    text = type_("check", "run").stdout
    assert "  1. Take the benchmark less the expenditure.\n       in 100% of draws (2023 100%, 2024 100%)" in text
    assert "warning: half: shared_savings clause 4 (limit): changed the amount in no draw and no year" in text
    assert type_("check", "run", "--set", "draws=3").exit_code == 2


def test_a_line_that_only_an_answer_reads_is_no_warning(type_, break_file):
    lines = "lines:\n      spare: {constant: {value: 0.5}}\n      benchmark:"
    break_file(("lines:\n      benchmark:", lines))
    assert "lines.spare: is declared and read by no clause" in type_("check", "small.yaml").stdout
    asked = "answers: [{name: it, text: What is spare, design: half, line: spare}]\ndesigns:\n"
    break_file(("designs:\n", asked))
    assert "read by no clause" not in type_("check", "small.yaml").stdout
