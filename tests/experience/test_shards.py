"""Shards: written whole, read as they were, and never used where a byte, the experience or the version is another."""

from __future__ import annotations

import time

import pytest

from tests.experience.test_parts import same
from tests.experience.test_simulate import cohort
from vbcsim.core.files import PARTS
from vbcsim.experience import shards as module
from vbcsim.experience.parts import Part
from vbcsim.experience.shards import Keeper, Shards, sweep
from vbcsim.experience.simulate import simulate, simulation_of

HASH, OTHER = "a" * 64, "b" * 64


@pytest.fixture(scope="module")
def parts():
    work = simulation_of(cohort(floor=3000.0), seed=5)
    return [Part(start, stop, work.variables(start, stop)) for start, stop in ((0, 2), (2, 5), (7, 9))]


def test_shards_are_read_as_they_were_written(tmp_path, parts):
    shards = Shards(tmp_path, HASH)
    assert (shards.load(), shards.ranges(), shards.missing(3)) == ([], [], [(0, 3)])
    for part in parts:
        shards.save(part)
    for read, part in zip(shards.load(), parts, strict=True):
        assert (read.start, read.stop) == (part.start, part.stop)
        same(read.variables, part.variables)
    assert shards.ranges() == [(0, 2), (2, 5), (7, 9)]
    assert shards.missing(10) == [(5, 7), (9, 10)]


@pytest.mark.parametrize("at", [0, 31, 32, 200, -1])
def test_a_shard_with_a_changed_byte_is_thrown_away(tmp_path, parts, at):
    shards = Shards(tmp_path, HASH)
    shards.save(parts[0])
    (file,) = shards.place.iterdir()
    raw = bytearray(file.read_bytes())
    raw[at] ^= 1
    file.write_bytes(raw)
    assert shards.load() == []
    assert not file.exists()


@pytest.mark.parametrize("length", [0, 10, 32, 500])
def test_a_shard_that_was_cut_off_is_thrown_away(tmp_path, parts, length):
    shards = Shards(tmp_path, HASH)
    shards.save(parts[0])
    (file,) = shards.place.iterdir()
    file.write_bytes(file.read_bytes()[:length])
    assert shards.load() == []


def test_a_shard_of_another_place_experience_or_version_is_not_used(tmp_path, parts, monkeypatch):
    shards = Shards(tmp_path, HASH)
    shards.save(parts[0])
    (file,) = shards.place.iterdir()
    content = file.read_bytes()
    other = Shards(tmp_path, HASH[:32] + OTHER[:32])
    assert other.place == shards.place
    assert other.load() == []
    file.write_bytes(content)
    file.rename(file.with_name("draws-2-4.bin"))
    assert shards.load() == []
    file.write_bytes(content)
    assert len(shards.load()) == 1
    monkeypatch.setattr(module, "VERSION", "0.0.0")
    assert shards.load() == []
    monkeypatch.undo()
    file.write_bytes(content)
    monkeypatch.setattr(module, "kernel_sources", lambda: "edited")
    assert shards.load() == []


def test_what_a_killed_write_left_is_swept(tmp_path, parts):
    shards = Shards(tmp_path, HASH)
    shards.save(parts[0])
    (shards.place / ".vbcsim-12.tmp").write_bytes(b"half")
    assert len(shards.load()) == 1
    assert [f.name for f in shards.place.iterdir()] == ["draws-0-2.bin"]


def test_the_sweep_leaves_the_experiences_named(tmp_path, parts):
    for name in (HASH, OTHER):
        Shards(tmp_path, name).save(parts[0])
    sweep(tmp_path, [HASH])
    assert [f.name for f in (tmp_path / PARTS).iterdir()] == [HASH[:32]]
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []
    sweep(tmp_path)


def test_a_short_run_writes_no_shard_and_a_long_one_does(tmp_path):
    shards = Shards(tmp_path, HASH)
    short = Keeper(shards)
    simulate(cohort(), draws=6, block=1, finished=short)
    short.close()
    assert list(tmp_path.iterdir()) == []
    long = Keeper(shards, every_seconds=0.0)
    simulate(cohort(), draws=6, block=1, finished=long)
    assert shards.missing(6) == []
    assert long.kept_draws == 6


def test_parts_that_follow_one_another_are_one_shard(tmp_path, parts):
    keeper = Keeper(Shards(tmp_path, HASH))
    keeper(None, [parts[2], parts[1], parts[0]])
    keeper.flush()
    assert keeper.shards.ranges() == [(0, 5), (7, 9)]


def test_a_full_disk_does_not_end_a_run(tmp_path, parts, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_atomic", full)
    keeper = Keeper(Shards(tmp_path, HASH), every_seconds=0.0)
    keeper(None, parts)
    assert (keeper.stopped, keeper.kept_draws, keeper.waiting) == (True, 0, [])


def test_a_broken_off_run_goes_on_with_the_same_bits(tmp_path):
    whole = simulate(cohort(floor=3000.0), draws=40, seed=3, block=2)
    keeper = Keeper(Shards(tmp_path, HASH), every_seconds=0.0)

    def stop(done: int, _: int) -> None:
        if done >= 10:
            raise KeyboardInterrupt
        time.sleep(0.001)

    with pytest.raises(KeyboardInterrupt):
        simulate(cohort(floor=3000.0), draws=40, seed=3, block=2, threads=1, progress=stop, finished=keeper)
    keeper.close()
    simulate(cohort(floor=3000.0), draws=8, seed=3, block=1, threads=1, finished=keeper)
    known = keeper.shards.load()
    assert known
    again = simulate(cohort(floor=3000.0), draws=40, seed=3, known=known)
    assert again.identical(whole)
