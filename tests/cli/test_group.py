"""The command as a whole: help for every verb, typing errors answered, nothing ends in a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap

import click
import pytest

from vbcsim.cli import main
from vbcsim.cli.group import _VERBS


@pytest.mark.parametrize("verb", _VERBS)
def test_every_verb_has_help_with_an_example(type_, verb):
    result = type_(verb, "--help")
    assert result.exit_code == 0, result.output
    context = click.Context(main)
    command = main.get_command(context, verb)
    examples = result.stdout
    if isinstance(command, click.Group):
        examples += "".join(type_(verb, inner, "--help").stdout for inner in command.commands)
    assert f"  vbcsim {verb}" in examples


def test_help_and_version(type_):
    help_ = type_("--help")
    assert help_.exit_code == 0
    assert all(f"  {verb} " in help_.stdout for verb in _VERBS)
    version = type_("--version")
    assert version.stdout.startswith("vbcsim 0.")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["rn", "small.yaml"], '"rn" is not a command of vbcsim; did you mean "run"?'),
        (["run", "small.yaml", "--drws", "5"], "No such option '--drws'"),
        (["run", "small.yaml", "--draws", "0"], "'--draws': 0 is not in the range 2<=x<=10000000"),
        (["run", "small.yaml", "--draws", "many"], "'many' is not a valid integer range"),
        (["run", "small.yaml", "--seed", "-1"], "'--seed': -1 is not in the range"),
        (
            ["run", "small.yaml", "--engine", "fast"],
            "'--engine': 'fast' is not one of 'auto', 'members', 'pooled', 'reference'",
        ),
        (["run"], "Missing argument 'FILE'"),
        (["check", "nowhere.yaml"], "nowhere.yaml: no such file; check the name and the folder"),
        (["check", "smal.yaml"], 'smal.yaml: no such file; did you mean "small.yaml"; check the name'),
        (["check", "."], ".: is not a finished run"),
        (["compare", "small-run"], "small-run: is not a finished run (there is no such folder)"),
        (["settle", ".", "small.yaml"], ".: is not a finished run (has no valid manifest.json)"),
        (["explain", "small.yaml", "--design", "hlf"], '"hlf" is not a design of small; did you mean "half"?'),
        (["explain", "small.yaml", "--draw", "3"], "--draw 3: needs a finished run; small.yaml is no folder"),
        (["reconcile", "small.yaml"], "small.yaml"),
        (["reconcile", "small.yaml", "--program", "msp"], "'msp' publishes no settlements"),
    ],
)
def test_a_typing_error_is_answered_with_a_sentence_and_code_2(type_, here, words, sentence):
    before = sorted(here.iterdir())
    result = type_(*words)
    assert result.exit_code == 2, result.output
    assert sentence in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    told = json.loads(type_(*words, "--json").stdout)
    assert told["exit_code"] == 2
    assert sentence in f"{told['problems'][0]['place']}: {told['problems'][0]['message']}".removeprefix(": ")
    assert sorted(here.iterdir()) == before


@pytest.mark.parametrize("words", [[], ["calibrate"]])
def test_without_a_verb_the_help_is_shown(type_, words):
    result = type_(*words)
    assert result.exit_code == 2
    assert "\nCommands:\n" in result.stderr


def _raise(monkeypatch, error: BaseException) -> None:
    def fail(*_, **__):
        raise error

    monkeypatch.setattr("vbcsim.scenario.load.load_scenario", fail)


def test_what_should_not_happen_is_one_sentence(type_, json_of, monkeypatch):
    _raise(monkeypatch, KeyError("\x1b[31mgone"))
    result = type_("check", "small.yaml")
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.isprintable()
    assert line.startswith("vbcsim failed in a way it should not (KeyError: ")
    assert "VBCSIM_DEBUG=1" in line
    assert "VBCSIM_DEBUG=1" in json_of("check", "small.yaml", code=1)["error"]


def test_the_traceback_can_be_had(type_, monkeypatch):
    _raise(monkeypatch, KeyError("gone"))
    monkeypatch.setenv("VBCSIM_DEBUG", "1")
    result = type_("check", "small.yaml")
    assert result.exit_code == 1
    assert "Traceback (most recent call last)" in result.stderr


def test_too_little_memory_and_ctrl_c_are_sentences(type_, json_of, monkeypatch):
    _raise(monkeypatch, MemoryError())
    result = type_("check", "small.yaml")
    assert (result.exit_code, "not enough memory" in result.stderr) == (1, True)
    _raise(monkeypatch, KeyboardInterrupt())
    result = type_("check", "small.yaml")
    assert (result.exit_code, "interrupted" in result.stderr) == (130, True)


_STOPPED = textwrap.dedent("""
    import sys, time
    import vbcsim.scenario.load as load
    from vbcsim.core.files import claim_folder
    from vbcsim.cli import main

    def slow(*_, **__):
        with claim_folder("r") as folder:
            folder.write("a", "1")
            print("ready", flush=True)
            time.sleep(60)

    load.load_scenario = slow
    main(["check", "small.yaml"])
""")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 4), (signal.SIGINT, 130)])
def test_a_stopped_command_takes_its_temporary_files_away(here, number, code):
    process = subprocess.Popen(
        [sys.executable, "-c", _STOPPED], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=here, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        _, told = process.communicate(timeout=30)
    assert process.returncode == code
    assert "nothing unfinished is left" in told
    assert "Traceback" not in told
    assert [p.name for p in here.iterdir()] == ["small.yaml"]


@pytest.mark.parametrize("command", ["schema", "run small.yaml --draws 4 --out r"])
def test_a_closed_pipe_ends_quietly(here, command):
    words = ["bash", "-c", f'"$0" -m vbcsim {command} | head -c 10', sys.executable]
    done = subprocess.run(words, capture_output=True, text=True, cwd=here, timeout=120, check=False)
    assert done.stderr == ""
    assert len(done.stdout) == 10


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_terminal_without_the_characters_is_no_obstacle(here, encoding):
    text = (here / "small.yaml").read_text(encoding="utf-8").replace("title: Half", "title: Halb — 半分")
    (here / "small.yaml").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "vbcsim", "explain", "small.yaml"],
        capture_output=True,
        cwd=here,
        env=os.environ | {"PYTHONIOENCODING": encoding},
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"half: Halb " in done.stdout
    assert b"\\u534a" in done.stdout or "半".encode() in done.stdout
