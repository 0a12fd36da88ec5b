"""The one registry of compiled kernels: plain functions, jitted by call, kept in a private cache.

numba's own cache misses edits in helpers imported from another file, so its folder is named by a hash of all kernel
sources, of numba, NumPy and Python and of the processor; a broken cache is thrown away and filled anew. The cache is a
pickle: its folder must belong to the user and be closed to others, else nothing is cached.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["cache_folder", "compile_kernel", "kernel_names"]

_SOURCES = ("experience/kernels.py", "random/philox.py", "random/variates.py", "random/tables.py")


def kernel_names() -> tuple[str, ...]:
    """Names of the kernels; each has a twin of the same name."""
    from vbcsim.experience import kernels

    return tuple(kernels.__all__)


def cache_folder() -> Path | None:
    """The private folder for compiled kernels, made if need be; none where no private folder can be had."""
    import numba
    import numpy as np

    digest = hashlib.sha256()
    package = Path(__file__).resolve().parent.parent
    for name in _SOURCES:
        digest.update((package / name).read_bytes())
    digest.update(f"{numba.__version__} {np.__version__} {sys.version} {platform.machine()}".encode())
    digest.update(_processor().encode())
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
def compile_kernel(name: str) -> Callable[..., Any]:
    """The compiled kernel of this name; it releases the interpreter lock while it runs."""
    import numba
    from numba.core import config

    from vbcsim.experience import kernels

    function: Callable[..., Any] = getattr(kernels, name)
    if config.DISABLE_JIT:  # type: ignore[attr-defined]
        return function
    folder = cache_folder()
    if folder is not None:
        config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
    kernel = numba.njit(nogil=True, cache=folder is not None, error_model="numpy")(function)
    return _recovering(kernel, function, folder) if folder is not None else kernel


def _recovering(kernel: Any, function: Callable[..., Any], folder: Path) -> Callable[..., Any]:
    """Compile on the first call; where the cache cannot be read, empty it and compile without it."""
    import numba
    from numba import typeof

    ready: dict[tuple[Any, ...], Any] = {}

    def call(*arguments: Any) -> Any:
        signature = tuple(typeof(a) for a in arguments)  # type: ignore[no-untyped-call]
        if signature not in ready:
            try:
                kernel.compile(signature)
                ready[signature] = kernel
            except Exception:
                # Whatever a damaged file makes the loader say; a true compile error comes again below.
                shutil.rmtree(folder, ignore_errors=True)
                ready[signature] = numba.njit(nogil=True, error_model="numpy")(function)
        return ready[signature](*arguments)

    return call
