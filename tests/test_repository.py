"""What must hold of the repository itself: nothing of one machine in it, nothing overlong, a lock that is complete."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

_LONGEST_FILE = 400
_LONGEST_FUNCTION = 60
_LARGEST_FILE = 2_000_000
_FOLDERS = {".ci", "benchmarks", "changelog.d", "docs", "notebooks", "scenarios", "tests", "vbcsim"}
_BINARY = {".png", ".nc", ".xlsx"}

# Written in pieces, so that this file does not hold what it looks for.
_MACHINE_PATHS = re.compile(
    r"(?<![\w.])/(?:" + "|".join(["wor" + "k", "roo" + "t", "tm" + "p", "hom" + "e", "User" + "s"]) + r")/\w"
)
_REGISTRIES = re.compile("python" + r"hosted\.org|pypi" + r"\.org|npm" + r"js\.(?:org|com)|conda" + r"\.anaconda\.org")


@pytest.fixture(scope="module")
def tracked(repository: Path) -> list[Path]:
    """Every tracked file that is there."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=repository, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git checkout, so which files belong to it is not known")
    return [repository / name for name in listed.stdout.split("\0") if name and (repository / name).is_file()]


def _texts(files: list[Path]) -> list[tuple[Path, str]]:
    return [(file, file.read_text(encoding="utf-8")) for file in files if file.suffix not in _BINARY]


def _python(files: list[Path]) -> list[tuple[Path, str]]:
    return [(file, text) for file, text in _texts(files) if file.suffix == ".py"]


def test_no_path_of_a_machine_and_no_registry_host(tracked):
    found = [
        f"{file.name}:{number}: {match.group()}"
        for file, text in _texts(tracked)
        for number, line in enumerate(text.splitlines(), 1)
        for match in [_MACHINE_PATHS.search(line) or _REGISTRIES.search(line)]
        if match
    ]
    assert not found, "\n".join(found)


def test_folders_at_the_top_are_those_of_the_layout(tracked, repository):
    tops = {file.relative_to(repository).parts[0] for file in tracked if file.parent != repository}
    assert tops <= _FOLDERS


def test_no_tracked_file_is_large(tracked):
    large = [f"{file.name}: {file.stat().st_size:,} bytes" for file in tracked if file.stat().st_size > _LARGEST_FILE]
    assert not large, "\n".join(large)


def test_python_files_and_functions_keep_a_sane_length(tracked):
    long = []
    for file, text in _python(tracked):
        lines = text.count("\n")
        if lines > _LONGEST_FILE:
            long.append(f"{file.name}: {lines} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (
                    node.end_lineno - node.lineno + 1 - len((ast.get_docstring(node, clean=False) or "").splitlines())
                )
                if size > _LONGEST_FUNCTION and not _is_kernel(file):
                    long.append(f"{file.name}:{node.lineno} {node.name}: {size} lines")
    assert not long, "\n".join(long)


def _is_kernel(file: Path) -> bool:
    """Kernels and their twins loop in order over every axis at once; a call per step would hide the order."""
    return file.name in {"kernels.py", "twins.py", "pooled.py", "pooled_twin.py"}


def test_every_module_of_the_package_says_what_it_is(tracked, repository):
    silent = []
    for file, text in _python(tracked):
        if file.is_relative_to(repository / "vbcsim"):
            doc = ast.get_docstring(ast.parse(text)) or ""
            if len(doc.split()) < 3:
                silent.append(str(file.relative_to(repository)))
    assert not silent, f"no docstring that says what it is: {', '.join(silent)}"


def test_kernels_import_numpy_numba_and_random_only(repository):
    """And one another: all that is compiled is named in the registry, so that no stale machine code is used."""
    from vbcsim.experience.compiled import _SOURCES, KERNELS

    package = repository / "vbcsim"
    allowed = {"numpy", "numba", "numba.extending", "math", "__future__"}
    kernels = {f"experience/{module}.py" for module in KERNELS.values()}
    assert kernels <= set(_SOURCES)
    for source in _SOURCES:
        text = (package / source).read_text(encoding="utf-8")
        if not source.startswith("experience/") or (source not in kernels and "register_jitable" not in text):
            continue  # tables, which nothing compiles, and what all kernels draw from
        imported = set()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module)
        others = {name.removeprefix("vbcsim.").replace(".", "/") + ".py" for name in imported - allowed}
        assert others <= set(_SOURCES), source


def _entries(lock: str) -> dict[str, int]:
    """Package names of a lock file, normalised, with their number of hashes."""
    found: dict[str, int] = {}
    name = ""
    for line in lock.splitlines():
        if match := re.match(r"([A-Za-z0-9._-]+)==", line):
            name = match[1].lower().replace("_", "-").replace(".", "-")
            found.setdefault(name, 0)
        elif line.strip().startswith("--hash=sha256:"):
            found[name] += 1
        else:
            assert not line.strip() or line.lstrip().startswith("#"), f"neither a pin nor a hash: {line}"
    return found


def test_the_lock_holds_every_dependency_with_hashes_and_no_address(repository):
    lock = (repository / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    pinned = _entries(lock)
    assert all(count > 0 for count in pinned.values())
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [
        *project["project"]["dependencies"],
        *project["dependency-groups"]["dev"],
        *project["build-system"]["requires"],
    ]
    names = {re.match(r"[A-Za-z0-9._-]+", text)[0].lower().replace("_", "-").replace(".", "-") for text in wanted}
    assert names <= set(pinned), f"not locked: {sorted(names - set(pinned))}; run `make lock`"


def test_every_name_of_the_glossary_is_used(repository):
    glossary = YAML(typ="safe").load((repository / "vbcsim" / "core" / "glossary.yaml").read_text(encoding="utf-8"))
    assert len(glossary) > 20
    code = "\n".join(file.read_text(encoding="utf-8") for file in (repository / "vbcsim").rglob("*.py"))
    words = set(re.findall(r"\w+", code))
    # An error may be named after its figure where both are made at once.
    figures = {name: name.removesuffix("_mcse") for name in glossary}
    unused = [name for name, bare in figures.items() if not words & {name, bare, f"{bare}_usd"}]
    assert not unused, f"in the glossary, in no code: {', '.join(unused)}"


def test_changelog_fragments_and_decisions_are_named_in_order(repository):
    for fragment in (repository / "changelog.d").iterdir():
        assert re.fullmatch(r"\d+-[a-z0-9-]+\.md|README\.md", fragment.name), fragment.name
        assert fragment.read_text(encoding="utf-8").strip()
    numbers = sorted(int(file.name[:4]) for file in (repository / "docs" / "decisions").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))
