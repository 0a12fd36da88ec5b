"""The cache of compiled kernels: private, named by every source, thrown away when it is not what was written.

A small helper of the kernels stands for the whole kernel: it takes the same path and compiles in a moment.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numba.core import config

from vbcsim.experience import compiled, kernels

PACKAGE = Path(compiled.__file__).resolve().parent.parent
HELPER = "lowest_of_blocks"
"""A helper of the kernels that compiles in a moment."""
WORDS = np.array([[9, 6, 7], [8, 4, 9], [5, 9, 6], [9, 9, 9]], dtype=np.uint32)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for caches; the process's own registry and settings come back afterwards."""
    monkeypatch.setenv("VBCSIM_CACHE", str(tmp_path))
    monkeypatch.setattr(config, "CACHE_DIR", config.CACHE_DIR)
    kept = compiled.compile_kernel
    monkeypatch.setattr(compiled, "compile_kernel", kept.__wrapped__)
    return tmp_path


def loaded_from_cache(monkeypatch: pytest.MonkeyPatch) -> tuple[int, bool]:
    """What the helper says, and whether its machine code came from the cache."""
    from numba.core.caching import FunctionCache

    hits: list[Any] = []
    load = FunctionCache.load_overload
    monkeypatch.setattr(FunctionCache, "load_overload", lambda *a: hits.append(load(*a)) or hits[-1])
    answer = int(compiled.compile_kernel(HELPER)(WORDS, 3))
    monkeypatch.setattr(FunctionCache, "load_overload", load)
    return answer, any(hit is not None for hit in hits)


def files(cache: Path, pattern: str) -> list[Path]:
    return sorted(cache.rglob(pattern))


# -------------------------------------------------------------------------------------------------- kept and used again
def test_a_kernel_is_compiled_once_and_then_loaded(cache, monkeypatch):
    assert loaded_from_cache(monkeypatch) == (4, False)
    assert len(files(cache, "*.nbc")) == 1
    assert loaded_from_cache(monkeypatch) == (4, True)


def test_one_process_keeps_one_kernel_of_a_name():
    assert compiled.compile_kernel("simulate_members") is compiled.compile_kernel("simulate_members")


def test_the_folder_is_the_users_alone(cache):
    folder = compiled.cache_folder()
    assert folder is not None
    assert folder.parent == cache / "vbcsim"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.skipif(os.name != "posix", reason="modes of folders are a POSIX matter")
@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_a_folder_that_others_can_write_to_is_not_used(cache, monkeypatch, mode):
    folder = compiled.cache_folder()
    assert folder is not None
    folder.chmod(mode)
    assert compiled.cache_folder() is None
    assert loaded_from_cache(monkeypatch) == (4, False)
    assert not files(cache, "*.nbc")


def test_where_no_folder_can_be_made_kernels_are_compiled_all_the_same(cache, monkeypatch):
    (cache / "vbcsim").write_text("a file in the way")
    assert compiled.cache_folder() is None
    assert loaded_from_cache(monkeypatch) == (4, False)


# ---------------------------------------------------------------------------------------------------- broken caches
def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def scribble(file: Path) -> None:
    file.write_bytes(b"no pickle at all" * 40)


def blank(file: Path) -> None:
    """Zeros over the middle, as a power cut may leave them: the pickle around them still reads well."""
    content = bytearray(file.read_bytes())
    third = len(content) // 3
    content[third : 2 * third] = bytes(third)
    file.write_bytes(content)


@pytest.mark.parametrize("pattern", ["*.nbc", "*.nbi", "SHA256SUMS"])
@pytest.mark.parametrize("damage", [cut, scribble, blank, Path.unlink], ids=lambda f: f.__name__)
def test_a_damaged_cache_is_thrown_away_and_filled_anew(cache, monkeypatch, damage: Callable[[Path], None], pattern):
    loaded_from_cache(monkeypatch)
    (file,) = files(cache, pattern)
    damage(file)
    assert loaded_from_cache(monkeypatch) == (4, False)
    assert loaded_from_cache(monkeypatch) == (4, True)


def test_machine_code_that_would_end_the_process_is_not_loaded(tmp_path):
    """The loader of machine code does not raise on a broken header: it ends the process."""
    run = (
        "import numpy as np; from vbcsim.experience.compiled import compile_kernel\n"
        f"print(compile_kernel({HELPER!r})(np.array({WORDS.tolist()}, dtype=np.uint32), 3))"
    )
    settings = os.environ | {"VBCSIM_CACHE": str(tmp_path), "PYTHONPATH": str(PACKAGE.parent)}

    def answer() -> str:
        done = subprocess.run([sys.executable, "-c", run], env=settings, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    assert answer() == "4"
    (code,) = files(tmp_path, "*.nbc")
    content = code.read_bytes()
    header = content.index(b"\x7fELF") if b"\x7fELF" in content else len(content) // 2
    code.write_bytes(content[:header] + bytes(64) + content[header + 64 :])
    assert answer() == "4"


def test_a_cache_that_breaks_while_it_is_read_is_compiled_without(cache, monkeypatch):
    from numba.core.caching import FunctionCache

    loaded_from_cache(monkeypatch)

    def broken(*_: Any) -> None:
        raise EOFError("Ran out of input")

    monkeypatch.setattr(FunctionCache, "load_overload", broken)
    assert compiled.compile_kernel(HELPER)(WORDS, 3) == 4
    assert not files(cache, "*.nb*")


def test_a_wrong_call_is_not_hidden_by_the_recovery(cache):
    from numba.core.errors import TypingError

    with pytest.raises(TypingError):
        compiled.compile_kernel(HELPER)("no words", 3)


# --------------------------------------------------------------------------------------------- name of the folder
def copied(folder: Path) -> ModuleType:
    """The registry, imported from a copy of the package's sources."""
    for source in (*compiled._SOURCES, "experience/compiled.py"):
        copy = folder / "vbcsim" / source
        copy.parent.mkdir(parents=True, exist_ok=True)
        if not copy.exists():
            copy.write_bytes((PACKAGE / source).read_bytes())
    spec = importlib.util.spec_from_file_location("copy_of_compiled", folder / "vbcsim/experience/compiled.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_edit_in_any_source_names_another_folder(cache):
    names = [copied(cache).cache_folder().name]
    assert names[0] == copied(cache).cache_folder().name
    for source in compiled._SOURCES:
        with (cache / "vbcsim" / source).open("a") as stream:
            stream.write("#")
        names.append(copied(cache).cache_folder().name)
    assert len(set(names)) == 1 + len(compiled._SOURCES)


def test_an_edit_after_the_import_is_not_cached_under_the_edited_name(cache):
    """The process still runs what it imported: caching that for the new sources would give others the old results."""
    running = copied(cache)
    assert running.cache_folder() is not None
    with (cache / "vbcsim/random/philox.py").open("a") as stream:
        stream.write("#")
    assert running.cache_folder() is None


def test_the_sources_are_all_that_the_kernels_import():
    """A helper in a file that the hash forgets would leave stale machine code behind."""

    def imported(name: str) -> set[str]:
        tree = ast.parse((PACKAGE / name).read_text(encoding="utf-8"))
        modules = {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
        modules |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        return {m.removeprefix("vbcsim.").replace(".", "/") + ".py" for m in modules if m.startswith("vbcsim.")}

    seen: set[str] = set()
    ahead = {f"experience/{module}.py" for module in compiled.KERNELS.values()}
    while ahead:
        seen |= ahead
        ahead = set().union(*map(imported, ahead)) - seen
    assert seen == set(compiled._SOURCES)


@pytest.mark.parametrize("name", ["BOUNDSCHECK", "OPT"])
def test_settings_of_numba_that_change_the_code_name_another_folder(cache, monkeypatch, name):
    usual = compiled.cache_folder()
    monkeypatch.setattr(config, name, 1)
    assert compiled.cache_folder() != usual


def test_the_registry_names_what_the_kernels_offer():
    for name, module in compiled.KERNELS.items():
        assert name in import_module(f"vbcsim.experience.{module}").__all__
    assert set(kernels.__all__) <= set(compiled.kernel_names())
