"""The documentation is true: reference pages are fresh, links lead somewhere, commands and examples work."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

_FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def _pages(repository: Path) -> list[Path]:
    return [repository / "README.md", *sorted((repository / "docs").rglob("*.md"))]


def _blocks(page: Path, *languages: str) -> list[str]:
    return [code for language, code in _FENCE.findall(page.read_text(encoding="utf-8")) if language in languages]


def test_reference_pages_are_what_the_program_says(repository):
    done = subprocess.run(
        [sys.executable, str(repository / "docs" / "generate.py"), "--check"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_links_lead_somewhere(repository):
    dead = []
    for page in _pages(repository):
        for target in _LINK.findall(page.read_text(encoding="utf-8")):
            path = target.partition("#")[0]
            if "://" not in target and path and not (page.parent / path).exists():
                dead.append(f"{page.relative_to(repository)}: {target}")
    assert not dead, "\n".join(dead)


def test_every_page_can_be_reached_from_the_index(repository):
    index = repository / "docs" / "index.md"
    linked = {(index.parent / t.partition("#")[0]).resolve() for t in _LINK.findall(index.read_text(encoding="utf-8"))}
    assert set((repository / "docs").rglob("*.md")) - {index} <= linked


def _command_lines(repository: Path) -> list[tuple[str, list[str]]]:
    found = []
    for page in _pages(repository):
        if page.parent.name == "reference":
            continue
        for block in _blocks(page, "sh", "bash", "console"):
            for line in block.replace("\\\n", " ").splitlines():
                words = shlex.split(line.removeprefix("$ "), comments=True)
                if words and Path(words[0]).name == "vbcsim":
                    found.append((page.name, words[1:]))
    return found


def test_every_command_shown_exists_with_its_options(repository):
    from vbcsim.cli import main

    shown = _command_lines(repository)
    assert len(shown) >= 5
    for page, words in shown:
        command: click.Command = main
        context = click.Context(main, info_name="vbcsim")
        while words and isinstance(command, click.Group) and not words[0].startswith("-"):
            found = command.get_command(context, words[0])
            assert found is not None, f"{page}: vbcsim has no command {words[0]}"
            command, words = found, words[1:]
        known = {option for parameter in command.get_params(context) for option in parameter.opts}
        for word in words:
            if word.startswith("--"):
                assert word.partition("=")[0] in known, f"{page}: {command.name} has no option {word}"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["README.md", "docs/tutorial.md", "docs/how-to/size_a_national_run.md"])
def test_python_examples_run(repository, tmp_path, name):
    """The examples of a page, one after the other in one session, as a reader would type them in the repository."""
    code = "\n".join(_blocks(repository / name, "python"))
    assert code
    environment = os.environ | {"MPLBACKEND": "Agg"}
    script = tmp_path / "examples.py"
    script.write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=repository,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def _documents(repository: Path) -> list[tuple[str, str]]:
    return [
        (f"{page.stem}-{number}", code)
        for page in _pages(repository)
        if page.parent.name == "how-to"
        for number, code in enumerate(_blocks(page, "yaml"))
        if code.startswith("vbcsim: 1")
    ]


def test_whole_scenarios_in_the_how_to_pages_load(repository, tmp_path):
    from vbcsim import load_scenario

    documents = _documents(repository)
    assert documents
    for name, code in documents:
        file = tmp_path / f"{name}.yaml"
        file.write_text(code, encoding="utf-8")
        load_scenario(file)


def test_interventions_measures_and_lines_of_the_how_to_page_are_read(repository):
    from pydantic import TypeAdapter
    from ruamel.yaml import YAML

    from vbcsim.contract.line import line_family
    from vbcsim.experience.families import AnyIntervention, AnyMeasure

    read = {
        "interventions": TypeAdapter(AnyIntervention).validate_python,
        "measures": TypeAdapter(AnyMeasure).validate_python,
        "lines": lambda body: [line_family()[word].model_validate(made) for word, made in body.items()],
    }
    page = repository / "docs" / "how-to" / "add-interventions-and-measures.md"
    told = [item for code in _blocks(page, "yaml") for item in YAML(typ="safe").load(code).items() if item[0] in read]
    assert {section for section, _ in told} == set(read)
    for section, items in told:
        for body in items.values():
            read[section](body)


def test_the_worked_example_of_the_settlement_page_gives_its_figures(repository):
    """The dollars in the comments of the example are what the terms give, one by one."""
    from ruamel.yaml import YAML

    from vbcsim.contract.book import Book
    from vbcsim.contract.read import read_arrangement
    from vbcsim.contract.settle import entries

    (code,) = _blocks(repository / "docs" / "explanation" / "settlement.md", "yaml")
    said = [int(figure.replace(",", "")) for figure in re.findall(r"# +([\d,]+)", code)]
    arrangement = read_arrangement(YAML(typ="safe").load(code), "example")
    book = Book.from_lines({"benchmark": 40_000_000.0, "expenditure": 39_000_000.0}, years=[2024])
    found = [entry.after.item() for entry in entries(book, arrangement)]
    assert found == pytest.approx(said)
    assert len(said) == 5


def test_the_size_of_the_shipped_group_is_told_as_it_is(repository):
    from vbcsim import load_scenario

    members = load_scenario(repository / "scenarios" / "mssp_aco.yaml").members
    told = [
        int(figure.replace(",", ""))
        for page in ("README.md", "docs/tutorial.md")
        for figure in re.findall(r"of ([\d,]+) people", (repository / page).read_text(encoding="utf-8"))
    ]
    assert len(told) == 2
    assert set(told) == {members}
