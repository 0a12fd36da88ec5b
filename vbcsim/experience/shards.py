"""Parts of an experience on the disk while it is simulated, so that a run which was killed goes on where it was.

A shard is one file, ``draws-<start>-<stop>.bin``: the SHA-256 of the rest, then the arrays of a part with the hash of
the experience, the version of vbcsim and that of its kernels. A shard that does not say all of these is never used: it
is thrown away, and its draws are simulated again.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from vbcsim.core.errors import BadInput
from vbcsim.core.files import PARTS, write_atomic
from vbcsim.core.version import VERSION
from vbcsim.experience.blocks import Simulation
from vbcsim.experience.compiled import kernel_sources
from vbcsim.experience.parts import Part, in_runs, missing, together
from vbcsim.experience.record import Variables

__all__ = ["EVERY_SECONDS", "Keeper", "Shards", "sweep"]

EVERY_SECONDS = 5.0
"""A run writes what it has finished this often: a shorter one writes no shard at all."""
_NAME = re.compile(r"draws-(\d+)-(\d+)\.bin")
_ABOUT = "about"


@dataclass(frozen=True)
class Shards:
    """The shards of one experience in the folder of a run."""

    folder: Path
    """The folder of the run; shards stand in a hidden folder within it."""
    experience_hash: str

    @property
    def place(self) -> Path:
        """Where the files are."""
        return self.folder / PARTS / self.experience_hash[:32]

    def save(self, part: Part) -> None:
        """Write a part, whole or not at all; raises BadInput where it cannot be written."""
        self.place.mkdir(parents=True, exist_ok=True)
        content = _packed(part, self._about(part.start, part.stop))
        digest = hashlib.sha256(content).digest()
        write_atomic(self.place / f"draws-{part.start}-{part.stop}.bin", digest + content)

    def load(self) -> list[Part]:
        """Every part that is as it was written; what is not, is thrown away."""
        found = []
        for file in sorted(self.place.glob("*")) if self.place.is_dir() else []:
            part = self._read(file)
            if part is None:
                file.unlink(missing_ok=True)
            else:
                found.append(part)
        return found

    def ranges(self) -> list[tuple[int, int]]:
        """The draws of each shard, by its name."""
        names = (_NAME.fullmatch(file.name) for file in self.place.glob("*.bin"))
        return sorted((int(name[1]), int(name[2])) for name in names if name)

    def missing(self, draws: int) -> list[tuple[int, int]]:
        """Which of the draws 0 to ``draws - 1`` are in no shard."""
        return missing(self.ranges(), draws)

    def _about(self, start: int, stop: int) -> str:
        told = {"experience": self.experience_hash, "version": VERSION, "kernels": kernel_sources()}
        return json.dumps({**told, "start": start, "stop": stop}, sort_keys=True)

    def _read(self, file: Path) -> Part | None:
        name = _NAME.fullmatch(file.name)
        if name is None:
            return None
        try:
            raw = file.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(raw[32:]).digest() != raw[:32]:
            return None
        start, stop = int(name[1]), int(name[2])
        variables = _unpacked(raw[32:], self._about(start, stop))
        return None if variables is None else Part(start, stop, variables)


def _packed(part: Part, about: str) -> bytes:
    stream = io.BytesIO()
    dims = {name: dims for name, (dims, _) in part.variables.items()}
    arrays = {f"v_{name}": values for name, (_, values) in part.variables.items()}
    np.savez(stream, allow_pickle=False, **{_ABOUT: np.array([about, json.dumps(dims)])}, **arrays)
    return stream.getvalue()


def _unpacked(content: bytes, about: str) -> Variables | None:
    """The variables of a part, where it is about what is asked for."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as held:
            told, dims = held[_ABOUT].tolist()
            if told != about:
                return None
            return {name: (tuple(of), held[f"v_{name}"]) for name, of in json.loads(dims).items()}
    except (BadZipFile, KeyError, ValueError, OSError):  # written by another version
        return None


@dataclass
class Keeper:
    """Writes finished parts as shards now and then: a ``finished`` of ``simulate``."""

    shards: Shards
    every_seconds: float | None = None
    """None: ``EVERY_SECONDS``."""
    begun: float = field(default_factory=time.monotonic)
    waiting: list[Part] = field(default_factory=list)
    kept_draws: int = 0
    """How many draws are in shards of this keeper."""
    stopped: bool = False

    def __call__(self, _: Simulation, parts: Iterable[Part]) -> None:
        """Take finished parts over, and write them when it is time."""
        self.waiting.extend(parts)
        every = EVERY_SECONDS if self.every_seconds is None else self.every_seconds
        if time.monotonic() - self.begun >= every:
            self.flush()
            self.begun = time.monotonic()

    def close(self) -> None:
        """Write what waits, where this run writes shards at all: the run is being broken off."""
        if self.kept_draws:
            self.flush()

    def flush(self) -> None:
        """Write what waits. Where the disk refuses, the run goes on without shards; results are written at its end."""
        try:
            for run in [] if self.stopped else in_runs(self.waiting):
                self.shards.save(Part(run[0].start, run[-1].stop, together(run)))
                self.kept_draws += run[-1].stop - run[0].start
        except (BadInput, OSError):
            self.stopped = True
        self.waiting.clear()


def sweep(folder: Path, keep: Iterable[str] = ()) -> None:
    """Take away the shards in the folder of a run, but for those of some experiences, named by their hashes."""
    place, kept = folder / PARTS, {name[:32] for name in keep}
    for entry in sorted(place.glob("*")) if place.is_dir() else []:
        if entry.name not in kept:
            shutil.rmtree(entry, ignore_errors=True)
    if place.is_dir() and not any(place.iterdir()):
        place.rmdir()
