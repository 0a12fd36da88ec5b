"""Runs that are killed and go on, runs that go further, and runs that end when a figure is sure: the same bits."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from vbcsim.core.files import PARTS

CASES = """cases:
  dearer:
    title: Dearer stays
    changes: {'assumptions.services[inpatient].mean_cost_usd': 20000}
    source: judgement
"""
_IMPATIENT = """
import sys
import vbcsim.experience.shards as shards
import vbcsim.report.html as html
from vbcsim.cli import main

shards.EVERY_SECONDS = 0.0
html.html_report = lambda material: "<p></p>"
main(sys.argv[1:])
"""
"""The command, but for writing shards all the time and a report without pictures."""
LARGER = ("--set", "cohort.cells[aged].members=600", "--draws", "1500", "--engine", "members")


@pytest.fixture
def cased(here: Path) -> Path:
    file = here / "small.yaml"
    file.write_text(file.read_text(encoding="utf-8") + CASES, encoding="utf-8")
    return here


def _hashes(folder: Path) -> dict[str, str]:
    files = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def _start(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _IMPATIENT, "run", "small.yaml", *LARGER, *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _shards(folder: Path) -> list[Path]:
    return sorted((folder / PARTS).glob("*/draws-*.bin"))


def _draws(folder: Path) -> set[int]:
    """The draws that shards hold, by the shards' names."""
    ends = [tuple(map(int, shard.stem.split("-")[1:])) for shard in _shards(folder)]
    return {draw for start, stop in ends for draw in range(start, stop)}


def _when(process: subprocess.Popen[str], ready: Callable[[], bool]) -> bool:
    """Wait until something is so; False where the process ended before."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if ready():
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.005)
    raise TimeoutError


def _experiences(folder: Path) -> set[str]:
    return {file.parent.name for file in _shards(folder)}


@pytest.mark.slow
def test_a_run_killed_again_and_again_ends_with_the_bytes_of_an_unbroken_one(cased):
    """SIGKILL: with a first shard, with some more, within the second case, and while results are being written."""
    with _start("--out", "whole") as unbroken:
        _, told = unbroken.communicate(timeout=300)
    assert unbroken.returncode == 0, told
    out = cased / "r"
    moments: list[Callable[[], bool]] = [
        lambda: len(_shards(out)) >= 1,
        lambda: len(_shards(out)) >= 4,
        lambda: len(_experiences(out)) == 2,
        lambda: any(out.glob(".vbcsim-*.tmp")),
    ]
    kept = []
    for ready in moments:
        with _start("--out", "r") as process:
            assert _when(process, ready), process.communicate()[1]
            process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
        kept.append(sum(file.stat().st_size for file in _shards(out)))
    assert kept == sorted(kept)
    assert kept[0] > 0
    with _start("--out", "r", "--json") as last:
        result, told = last.communicate(timeout=300)
    assert last.returncode == 0, told
    found = json.loads(result)
    assert found["draws_reused"] == 3000  # of both cases
    assert found["experience_reused"]
    assert _hashes(out) == _hashes(cased / "whole")
    assert not (out / PARTS).exists()


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(here):
    out = here / "r"
    with _start("--out", "r") as process:
        assert _when(process, lambda: len(_shards(out)) >= 1), process.communicate()[1]
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 4, told
    assert "draws are kept in r; the same command goes on from there" in told
    assert "Traceback" not in told
    kept = _draws(out)
    assert kept
    with _start("--out", "r", "--draws", "40", "--json") as fewer:
        result, told = fewer.communicate(timeout=300)
    assert fewer.returncode == 0, told
    assert json.loads(result)["draws_reused"] == len(kept & set(range(40)))  # threads end blocks in any order
    assert not (out / PARTS).exists()


@pytest.mark.slow
def test_a_damaged_shard_is_simulated_again(here):
    out = here / "r"
    with _start("--out", "r") as process:
        assert _when(process, lambda: len(_shards(out)) >= 2), process.communicate()[1]
        process.kill()
    file = _shards(out)[0]
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 4
    file.write_bytes(raw)
    for name in ("r", "whole"):
        with _start("--out", name) as last:
            _, told = last.communicate(timeout=300)
        assert last.returncode == 0, told
    assert _hashes(out) == _hashes(here / "whole")


# ---------------------------------------------------------------------------------------------- further and sure enough
@pytest.fixture
def plain(monkeypatch):
    """A report without pictures: they take most of a small run's time."""
    monkeypatch.setattr("vbcsim.report.html.html_report", lambda material: f"<p>{material.title}</p>")


@pytest.fixture
def simulated(monkeypatch) -> list[tuple[int, int]]:
    """The ranges of draws that are given to the engine."""
    from vbcsim.experience import blocks

    asked: list[tuple[int, int]] = []
    threaded = blocks._threaded

    def runner(simulation, ranges, *, threads, block):
        asked.extend(ranges)
        return threaded(simulation, ranges, threads=threads, block=block)

    monkeypatch.setattr(blocks, "_threaded", runner)
    return asked


@pytest.mark.usefixtures("plain")
def test_more_draws_extend_the_run_before(cased, json_of, simulated):
    json_of("run", "small.yaml", "--out", "r", "--draws", "50")
    assert simulated == [(0, 50), (0, 50)]
    simulated.clear()
    found = json_of("run", "small.yaml", "--out", "r", "--draws", "130")
    assert simulated == [(50, 130), (50, 130)]
    assert (found["draws_reused"], found["experience_reused"]) == (100, False)
    json_of("run", "small.yaml", "--out", "whole", "--draws", "130")
    assert _hashes(cased / "r") == _hashes(cased / "whole")
    simulated.clear()
    assert json_of("run", "small.yaml", "--out", "r", "--draws", "130")["experience_reused"]
    assert simulated == []
    json_of("run", "small.yaml", "--out", "r", "--draws", "40", "--seed", "9")
    assert simulated == [(0, 40), (0, 40)]


@pytest.mark.usefixtures("plain")
def test_draws_are_added_until_the_figure_is_sure(cased, json_of):
    found = json_of("run", "small.yaml", "--out", "r", "--draws", "50", "--until-mcse", "4%", "--threads", "1")
    told, draws = found["until_mcse"], found["draws"]
    provider = found["designs"]["half"]["parties"]["provider"]
    assert told == {
        "figure": "half.provider.mean",
        "value": pytest.approx(provider["mean_usd"]),
        "mcse": pytest.approx(provider["mean_usd_mcse"]),
        "limit": pytest.approx(0.04 * provider["sd_usd"]),
        "draws": draws,
        "met": True,
    }
    assert 625 <= draws <= 700  # 1 / 0.04 ** 2
    assert told["mcse"] <= told["limit"]
    again = json_of("run", "small.yaml", "--out", "again", "--draws", "50", "--until-mcse", "4%", "--threads", "2")
    assert again["draws"] == draws
    json_of("run", "small.yaml", "--out", "whole", "--draws", str(draws))
    assert _hashes(cased / "r") == _hashes(cased / "again") == _hashes(cased / "whole")


@pytest.mark.usefixtures("plain")
def test_an_error_in_usd_and_one_of_a_chance(here, json_of):
    found = json_of("run", "small.yaml", "--draws", "100", "--until-mcse", "3%", "--figure", "half.provider.p_loss")
    assert found["until_mcse"]["mcse"] <= 0.03
    assert found["until_mcse"]["limit"] == 0.03
    usd = found["designs"]["half"]["parties"]["payer"]["tvar95_usd_mcse"] * 0.9
    found = json_of("run", "small.yaml", "--until-mcse", f"{usd:.2f}", "--figure", "payer.tvar95")
    assert found["until_mcse"]["met"]
    assert found["designs"]["half"]["parties"]["payer"]["tvar95_usd_mcse"] <= usd


@pytest.mark.usefixtures("plain")
def test_where_the_most_draws_are_not_enough_a_warning_says_so(type_, here):
    done = type_("run", "small.yaml", "--draws", "50", "--until-mcse", "1%", "--most-draws", "120")
    assert done.exit_code == 0
    assert "after 120 draws, more than" in done.stderr
    assert "allow more with --most-draws" in done.stderr
    assert json.loads((here / "small-run" / "results.json").read_text())["draws"] == 120


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--until-mcse", "soon"), '--until-mcse: "soon" is no error to reach; write 1%'),
        (("--until-mcse", "0"), '"0" is no error to reach'),
        (("--until-mcse", "1%", "--figure", "provider.p_los"), 'did you mean "p_loss"'),
        (("--until-mcse", "-1%", "--figure", "provider.p_loss"), "write a chance such as 0.5%"),
        (("--until-mcse", "1%", "--figure", "haf.provider.mean"), '--figure: "haf" is no design; did you mean "half"?'),
        (("--until-mcse", "1%", "--figure", "bank.mean"), "half has no party bank (there: "),
        (("--figure", "provider"), '--figure: "provider" is no figure'),
        (("--most-draws", "500"), "--most-draws says where --until-mcse ends"),
        (("--threads", "2", "--workers", "2"), "--threads and --workers cannot be given together"),
        (("--cluster", "tcp://127.0.0.1:1", "--workers", "2"), "cannot be given together; choose one"),
    ],
)
def test_what_cannot_be_is_a_sentence(type_, here, words, sentence):
    done = type_("run", "small.yaml", "--draws", "4", *words)
    assert done.exit_code == 2, done.output
    assert sentence in done.stderr
    assert [p.name for p in here.iterdir()] == ["small.yaml"]


# ------------------------------------------------------------------------------------------------------------- cluster
@pytest.mark.slow
@pytest.mark.usefixtures("plain")
@pytest.mark.filterwarnings("default")
def test_workers_write_the_bytes_of_threads(cased, type_, json_of):
    done = type_("run", "small.yaml", "--out", "r", "--draws", "60", "--workers", "2")
    assert done.exit_code == 0, done.output
    assert "2 workers at tcp://127.0.0.1:" in done.stderr
    json_of("run", "small.yaml", "--out", "whole", "--draws", "60")
    assert _hashes(cased / "r") == _hashes(cased / "whole")


def test_a_scheduler_that_is_not_there_is_a_sentence(type_, here):
    done = type_("run", "small.yaml", "--cluster", "tcp://127.0.0.1:1")
    assert done.exit_code == 2
    assert "--cluster: no Dask scheduler answers at tcp://127.0.0.1:1 (" in done.stderr
    assert [p.name for p in here.iterdir()] == ["small.yaml"]
