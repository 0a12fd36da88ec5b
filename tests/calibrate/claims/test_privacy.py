"""Nothing that is written or said holds an identifier, a birthday, or a number of fewer than 11 people."""

from __future__ import annotations

import re
import shutil
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from vbcsim.calibrate.claims.suppression import shown_counts
from vbcsim.cli import main

PLANTED = ("QZX", "CLM", "PLANTED", "1990-0", "1970-0")
"""Beginnings of identifiers of members and claims, and of dates of birth, as the written files have them."""


@pytest.fixture(scope="module")
def output(written, tmp_path_factory) -> tuple[Path, Path, str]:
    """A run of the command on claims with broken rows: its folder, the folder of the claims, and all that it said."""
    folder = tmp_path_factory.mktemp("private")
    for name in ("eligibility.csv", "medical_claim.csv"):
        shutil.copy(written.folder / name, folder / name)
    with (folder / "medical_claim.csv").open("a") as out:
        out.write("PLANTED1,1,professional,PLANTEDQZX,PLANTED,PLANTED\n")
        out.write("PLANTED2,1,professional,QZX000000001,PLANTED,not a date,,,,11,,,99213,2022-05-05,1,1,1,t\n")
        out.write("PLANTED3,1,professional,QZXSTRANGER,P,2022-05-05,2022-05-05,,,11,,,99213,2022-05-09,7,7,9,t\n")
    with (folder / "eligibility.csv").open("a") as out:
        out.write("QZXPLANTED,QZX,female,1990-02-31,commercial,2022-01-01,2022-12-31,south\n")
    words = ["calibrate", "claims", str(folder), "--out", str(folder / "out"), "--stratum", "region=state"]
    refused = CliRunner().invoke(main, words)
    assert refused.exit_code == 2
    assert not (folder / "out").exists()
    allowed = CliRunner().invoke(main, [*words, "--allow-rejects", "0.01", "--tiers", "0.8"])
    assert allowed.exit_code == 0, allowed.output
    return folder / "out", folder, refused.output + allowed.output


def test_no_output_holds_an_identifier(output):
    out, folder, said = output
    texts = {path.name: path.read_text() for path in sorted(out.iterdir())}
    assert set(texts) == {"cohort.csv", "services.csv", "completion.csv", "scenario.yaml", "review.html", "fit.md"}
    texts |= {"rejects.csv": (folder / "rejects.csv").read_text(), "said": said}
    for name, text in texts.items():
        assert not [word for word in PLANTED if word in text], name
    assert "rejected" in texts["review.html"]


def test_a_first_row_of_data_in_place_of_headings_is_not_shown(tmp_path):
    (tmp_path / "eligibility.csv").write_text("QZX1,QZX1,F,1990-01-01\nQZX2,QZX2,F,1990-01-01\n")
    (tmp_path / "medical_claim.csv").write_text("QZX1\nQZX2\n")
    words = ["calibrate", "claims", str(tmp_path), "--out", str(tmp_path / "out"), "--stratum", "region=state"]
    refused = CliRunner().invoke(main, words)
    assert refused.exit_code == 2
    assert "the first line does not name columns that are known" in refused.output
    assert "QZX" not in refused.output
    assert "1990" not in refused.output


def test_the_reject_file_is_beside_the_claims_and_private(output):
    _, folder, said = output
    rejects = folder / "rejects.csv"
    assert stat.S_IMODE(rejects.stat().st_mode) == 0o600
    lines = rejects.read_text().splitlines()
    assert lines[0] == "file,row,reason"
    assert len(lines) == 4
    assert all(re.fullmatch(r"(eligibility|medical_claim)\.csv,\d+,[a-z_: ]+.*", line) for line in lines[1:])
    assert "only the list of rejects was written" in said


def test_nothing_else_was_left_behind(output):
    _, folder, _ = output
    assert {p.name for p in folder.iterdir()} == {"eligibility.csv", "medical_claim.csv", "rejects.csv", "out"}


def test_a_stranger_is_hidden_in_the_review(output):
    page = (output[0] / "review.html").read_text()
    assert re.search(r"persons with claims and no eligibility at all[^<]*: &lt;11 persons", page)


def test_a_failure_that_nobody_foresaw_does_not_show_the_data(written, tmp_path, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise ValueError("could not parse QZX000000001")

    monkeypatch.setattr("vbcsim.calibrate.claims.extract.judge_lines", fail)
    words = ["calibrate", "claims", str(written.folder), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 1
    assert "reading claims failed in a way it should not (ValueError in test_privacy.py" in result.output
    assert "QZX" not in result.output
    monkeypatch.setenv("VBCSIM_DEBUG", "1")
    assert "QZX000000001" in CliRunner().invoke(main, words).output


def test_a_total_does_not_tell_what_is_hidden():
    assert shown_counts([0, 5, 40, 1200]) == ["0", "<11", "40", "1,200"]
    assert shown_counts([5, 40, 1200], total_shown=True) == ["<11", "hidden", "1,200"]
    assert shown_counts([5, 6, 1200], total_shown=True) == ["<11", "<11", "1,200"]


def test_no_network_is_asked_for(written, tmp_path, monkeypatch):
    import socket

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was asked for")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    words = ["calibrate", "claims", str(written.folder), "--out", str(tmp_path / "out"), "--quiet", "--quick"]
    assert CliRunner().invoke(main, words).exit_code == 0
    assert not (tmp_path / "out" / "fit.md").exists()
