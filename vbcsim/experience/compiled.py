"""The one registry of compiled kernels: plain functions, jitted by call, kept in a private cache.

numba's own cache misses edits in helpers imported from another file, so its folder is named by a hash of all kernel
sources, of numba, its settings, NumPy and Python and of the processor; it is used only while the sources are those that
this process imported. The files in it are machine code, which no loader can check: a list of their hashes stands beside
them, and a cache that is not what the list says is thrown away and filled anew. The cache is a pickle: its folder must
belong to the user and be closed to others, else nothing is cached.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import shutil
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from vbcsim.core.errors import BadInput
from vbcsim.core.files import sha256_of, write_atomic

__all__ = ["KERNELS", "cache_folder", "compile_kernel", "kernel_names", "kernel_sources"]

KERNELS = {"simulate_members": "kernels", "draw_tenure": "tenure", "simulate_rows": "pooled"}
"""Every kernel and the module beside this one that holds it."""
_SOURCES = (
    *("experience/kernels.py", "experience/member.py", "experience/targeting.py", "experience/tenure.py"),
    *("experience/pooled.py", "experience/pooled_rows.py", "experience/pooled_variates.py"),
    *("experience/pooled_tables.py", "random/philox.py", "random/variates.py", "random/tables.py"),
)
_NO_MEMORY = frozenset({"simulate_members", "simulate_rows"})
"""Kernels that allocate nothing: compiled without counting who refers to an array, which took most of their time."""
_SEAL = "SHA256SUMS"


def _sources() -> str:
    """Hash of the kernel sources as they stand on the disk."""
    package = Path(__file__).resolve().parent.parent
    return hashlib.sha256(b"\0".join((package / name).read_bytes() for name in _SOURCES)).hexdigest()


_IMPORTED = _sources()
"""The sources that this process runs; an edit after the import must not be cached under the edited sources' name."""


def kernel_names() -> tuple[str, ...]:
    """Names of the kernels; each has a twin of the same name."""
    return tuple(KERNELS)


def kernel_sources() -> str:
    """Hash of the kernel sources that this process runs."""
    return _IMPORTED


def cache_folder() -> Path | None:
    """The private folder for compiled kernels, made if need be; none where no private folder can be had."""
    import numba
    import numpy as np
    from numba.core import config

    if _sources() != _IMPORTED:
        return None
    versions = f"{_IMPORTED} {numba.__version__} {np.__version__} {sys.version} {platform.machine()}"
    settings = " ".join(str(getattr(config, name, None)) for name in ("BOUNDSCHECK", "OPT", "DEBUGINFO_DEFAULT"))
    digest = hashlib.sha256(f"{versions} {settings} {_processor()}".encode())
    root = os.environ.get("VBCSIM_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(root) / "vbcsim" / f"kernels-{digest.hexdigest()[:32]}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
        private = not hasattr(os, "getuid") or (status.st_uid == os.getuid() and status.st_mode & 0o022 == 0)
        return folder if private and os.access(folder, os.W_OK) else None
    except OSError:
        return None


def _processor() -> str:
    """What tells one processor's machine code from another's."""
    from llvmlite import binding

    features = binding.get_host_cpu_features()
    return binding.get_host_cpu_name() + ",".join(sorted(k for k, on in features.items() if on))


@cache
def compile_kernel(name: str, module: str = "kernels") -> Callable[..., Any]:
    """The compiled kernel of this name in a module beside this one; it releases the interpreter lock while it runs."""
    from importlib import import_module

    import numba
    from numba.core import config

    function: Callable[..., Any] = getattr(import_module(f"vbcsim.experience.{module}"), name)
    if config.DISABLE_JIT:  # type: ignore[attr-defined]
        return function
    folder = cache_folder()
    if folder is not None:
        config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
        if not _is_whole(folder):
            _clear(folder)
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"} | ({"_nrt": False} if name in _NO_MEMORY else {})
    kernel = numba.njit(cache=folder is not None, **options)(function)
    return _recovering(kernel, function, folder, options) if folder is not None else kernel


def _recovering(
    kernel: Any, function: Callable[..., Any], folder: Path, options: Mapping[str, Any]
) -> Callable[..., Any]:
    """Compile on the first call; where the cache cannot be read, empty it and compile without it."""
    import numba
    from numba import typeof

    ready: dict[tuple[Any, ...], Any] = {}

    def call(*arguments: Any) -> Any:
        signature = tuple(typeof(a) for a in arguments)  # type: ignore[no-untyped-call]
        if signature not in ready:
            try:
                kernel.compile(signature)
                _seal(folder)
                ready[signature] = kernel
            except Exception:
                # Whatever a damaged file makes the loader say; a true compile error comes again below.
                _clear(folder)
                ready[signature] = numba.njit(**options)(function)
        return ready[signature](*arguments)

    return call


def _hashes(folder: Path) -> str:
    """A line with hash and name of each file of a cache."""
    files = sorted(folder.rglob("*.nb[ci]"))
    return "".join(f"{sha256_of(f)}  {f.relative_to(folder).as_posix()}\n" for f in files)


def _is_whole(folder: Path) -> bool:
    """Whether the files of a cache are those of its list; a new folder is."""
    try:
        found, seal = _hashes(folder), folder / _SEAL
        return found == (seal.read_text(encoding="utf-8") if seal.exists() else "")
    except (OSError, ValueError):
        return False


def _seal(folder: Path) -> None:
    """List the files of a cache; where that fails, the next process fills it anew."""
    with contextlib.suppress(OSError, BadInput):
        if not _is_whole(folder):
            write_atomic(folder / _SEAL, _hashes(folder))


def _clear(folder: Path) -> None:
    """Empty a cache folder; the folder itself stays."""
    for entry in folder.glob("*"):
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
