"""Files that are whole or absent, and the folder of a run with a manifest written last.

Every file is written under a temporary name in its own folder, flushed to the disk and renamed. A folder of a run is
finished when its ``manifest.json`` names every file with its SHA-256; the manifest of an earlier run is removed before
the first file is replaced, so a run killed at any moment leaves the earlier run whole, or nothing that opens as one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from vbcsim.core.errors import BadInput
from vbcsim.core.text import listing, visible

__all__ = [
    "MANIFEST",
    "PARTS",
    "Manifest",
    "RunFolder",
    "add_to_run",
    "claim_folder",
    "read_manifest",
    "sha256_of",
    "write_atomic",
]

MANIFEST = "manifest.json"
LOCK = ".vbcsim.lock"
PARTS = ".vbcsim.parts"
"""Folder within that of a run for what a run that was broken off had finished."""
_TEMPORARY = ".vbcsim-"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a finished run holds."""

    files: Mapping[str, str]
    """SHA-256 of each file, by name."""
    facts: Mapping[str, Any]
    """What else was noted: version, hashes, draws, seed."""


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def write_atomic(path: str | Path, content: bytes | str) -> None:
    """Write a file so that it is there whole or not at all, also after a power cut.

    :raises BadInput: where the folder cannot be written.
    """
    target = Path(path)
    temporary = _temporary(target.parent)
    try:
        with temporary.open("xb") as stream:
            stream.write(content.encode() if isinstance(content, str) else content)
            _flush(stream)
        temporary.replace(target)
        _flush_folder(target.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise _unwritable(target, error) from None


def read_manifest(folder: str | Path) -> Manifest:
    """The manifest of a finished run, once every file it names was found unchanged.

    :raises BadInput: where the folder holds no finished run, or a file of it is missing or changed.
    """
    place = visible(str(folder))
    manifest = _manifest_of(Path(folder))
    if manifest is None:
        what = "has no valid manifest.json" if Path(folder).is_dir() else "there is no such folder"
        raise BadInput(place, f"is not a finished run ({what}); make one with `vbcsim run FILE --out {place}`")
    for name, digest in manifest.files.items():
        try:
            found = sha256_of(Path(folder) / name)
        except FileNotFoundError:
            raise BadInput(place, f"is not a whole run: {visible(name)} is missing; run it again") from None
        except OSError as error:
            reason = visible(error.strerror or str(error))
            raise BadInput(place, f"{visible(name)} cannot be read ({reason}); change its permissions") from None
        if found != digest:
            raise BadInput(place, f"is not a whole run: {visible(name)} was changed after the run; run it again")
    return manifest


def add_to_run(folder: str | Path, contents: Mapping[str, bytes | str]) -> None:
    """Put files into the folder of a finished run, new or in place of what it holds, and into its manifest.

    :raises BadInput: where the folder holds no finished run, cannot be written, or another run is writing in it.
    """
    path = Path(folder)
    manifest = read_manifest(path)
    with _locked(path):
        for name, content in contents.items():
            write_atomic(path / name, content)
        files = {**manifest.files, **{name: sha256_of(path / name) for name in contents}}
        write_atomic(path / MANIFEST, json.dumps({**manifest.facts, "files": files}, indent=1, sort_keys=True) + "\n")


def _manifest_of(folder: Path) -> Manifest | None:
    try:
        raw = json.loads((folder / MANIFEST).read_bytes())
        if raw["vbcsim_run"] != _FORMAT:
            return None
        files = {str(name): str(digest) for name, digest in raw["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return Manifest(files, raw) if all(map(_is_inside, files)) else None


def _is_inside(name: str) -> bool:
    """Whether a name is that of a file in the folder, or in a folder within it."""
    return "\\" not in name and all(part not in ("", ".", "..") for part in name.split("/"))


@dataclass(slots=True)
class RunFolder:
    """A folder claimed by one run: files wait under temporary names until ``finish`` puts all of them in place."""

    path: Path
    waiting: dict[str, Path] = field(default_factory=dict)

    @contextlib.contextmanager
    def staging(self, name: str) -> Iterator[Path]:
        """A temporary path to which the file ``name`` is to be written; it may lie in folders, ``cases/x/y``."""
        self.waiting[name] = _temporary(self.path)
        try:
            yield self.waiting[name]
        except OSError as error:
            raise _unwritable(self.path / name, error) from None

    def write(self, name: str, content: bytes | str) -> None:
        """Hold ``content`` ready as the file ``name``."""
        with self.staging(name) as path:
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def finish(self, facts: Mapping[str, Any]) -> None:
        """Put every file in place, the manifest last."""
        try:
            for temporary in self.waiting.values():
                with temporary.open("rb+") as stream:
                    _flush(stream)
            files = {name: sha256_of(temporary) for name, temporary in self.waiting.items()}
            before = _manifest_of(self.path)
            (self.path / MANIFEST).unlink(missing_ok=True)
            _flush_folder(self.path)
            for name in before.files if before else ():
                if name not in files:
                    _remove(self.path, name)
            for name, temporary in self.waiting.items():
                (self.path / name).parent.mkdir(parents=True, exist_ok=True)
                temporary.replace(self.path / name)
            for folder in {(self.path / name).parent for name in self.waiting}:
                _flush_folder(folder)
            self.waiting.clear()
            _flush_folder(self.path)
            manifest = json.dumps({"vbcsim_run": _FORMAT, **facts, "files": files}, indent=1, sort_keys=True)
            write_atomic(self.path / MANIFEST, manifest + "\n")
        except OSError as error:
            raise _unwritable(self.path, error) from None


def _remove(folder: Path, name: str) -> None:
    """Take away a file, and the folders within ``folder`` that it leaves empty."""
    (folder / name).unlink(missing_ok=True)
    for depth in range(name.count("/")):
        with contextlib.suppress(OSError):
            (folder / name).parents[depth].rmdir()


@contextlib.contextmanager
def claim_folder(folder: str | Path) -> Iterator[RunFolder]:
    """Claim a folder for one run: made if need be, proved writable, locked, swept of what a killed run left.

    :raises BadInput: where it cannot be written, holds files of someone else, or another run is writing in it.
    """
    path = Path(folder)
    made = _make(path)
    try:
        with _locked(path):
            for left in path.glob(f"{_TEMPORARY}*"):
                left.unlink(missing_ok=True)
            run = RunFolder(path)
            try:
                yield run
            finally:
                for temporary in run.waiting.values():
                    temporary.unlink(missing_ok=True)
    finally:
        for folder_made in made:
            with contextlib.suppress(OSError):
                folder_made.rmdir()


def _make(path: Path) -> list[Path]:
    """Make the folder; returns the folders made, innermost first, so that empty ones can be taken away again."""
    missing = []
    try:
        parent = path
        while not parent.exists() and parent != parent.parent:
            missing.append(parent)
            parent = parent.parent
        path.mkdir(parents=True, exist_ok=True)
        if not (path / LOCK).exists() and _manifest_of(path) is None:
            _refuse_foreign(path)
        probe = _temporary(path)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise _unwritable(path, error) from None
    return missing


def _refuse_foreign(path: Path) -> None:
    own = (_TEMPORARY, PARTS)
    others = sorted(entry.name for entry in path.iterdir() if not entry.name.startswith(own))
    if others:
        message = f"holds files that no run wrote ({listing(others, 3)}); name another folder with --out, or empty it"
        raise BadInput(visible(str(path)), message)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock of a folder; the system lets go of it when the process ends, however it ends."""
    lock = path / LOCK
    while True:
        try:
            stream = lock.open("a+b")
        except OSError as error:
            raise _unwritable(path, error) from None
        if not _take(stream):
            stream.close()
            message = "another vbcsim run is writing in this folder; wait for it, or name another folder with --out"
            raise BadInput(visible(str(path)), message)
        if _same_file(stream, lock):
            break
        stream.close()
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            lock.unlink()
        stream.close()


def _take(stream: IO[bytes]) -> bool:
    try:
        import fcntl
    except ImportError:  # pragma: no cover  Windows
        import msvcrt

        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _same_file(stream: IO[bytes], lock: Path) -> bool:
    """True where the lock taken is the one others see (the run before may have removed it just now)."""
    try:
        return os.path.samestat(os.fstat(stream.fileno()), lock.stat())
    except FileNotFoundError:
        return False


def _temporary(folder: Path) -> Path:
    return folder / f"{_TEMPORARY}{secrets.token_hex(8)}.tmp"


def _flush(stream: IO[bytes]) -> None:
    stream.flush()
    os.fsync(stream.fileno())


def _flush_folder(folder: Path) -> None:
    if os.name != "posix":  # pragma: no cover  Windows cannot open a folder
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unwritable(path: Path, error: OSError) -> BadInput:
    reason = visible(error.strerror or str(error))
    return BadInput(visible(str(path)), f"cannot be written ({reason}); name another folder or change its permissions")
