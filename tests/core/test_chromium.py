"""A page becomes a PDF by the Chromium that is here, the same bytes each time; where none is, a sentence says so."""

from __future__ import annotations

import pytest

from vbcsim.core import chromium
from vbcsim.core.chromium import CHROMIUM, find_chromium, pdf_of
from vbcsim.core.errors import VbcsimError

PAGE = "<!DOCTYPE html><title>One page</title><p>A sentence.</p>"


def _program(folder, text):
    path = folder / "browser"
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_the_variable_comes_first(tmp_path, monkeypatch):
    program = _program(tmp_path, "exit 0")
    monkeypatch.setenv(CHROMIUM, program)
    assert find_chromium() == program
    monkeypatch.setenv(CHROMIUM, str(tmp_path / "absent"))
    assert find_chromium() is None
    with pytest.raises(VbcsimError, match="which is no program here"):
        pdf_of(PAGE)


def test_without_one_a_sentence_says_what_to_do(monkeypatch):
    monkeypatch.delenv(CHROMIUM, raising=False)
    monkeypatch.setattr(chromium, "NAMES", ("no-such-browser",))
    with pytest.raises(VbcsimError, match="install chromium, name it in VBCSIM_CHROMIUM, or print the page by hand"):
        pdf_of(PAGE)


def test_one_that_prints_nothing_is_told_of(tmp_path, monkeypatch):
    monkeypatch.setenv(CHROMIUM, _program(tmp_path, "echo it is broken >&2; exit 3"))
    with pytest.raises(VbcsimError, match="printed nothing \\(it is broken\\)"):
        pdf_of(PAGE)


def test_times_of_making_are_taken_out_and_nothing_moves(tmp_path, monkeypatch):
    made = b"%PDF-1.4 /CreationDate (D:20261122031500+00'00') /ModDate (D:20261122031500+00'00') 2026"
    script = 'for a in "$@"; do case $a in --print-to-pdf=*) printf \'%s\' "$MADE" > "${a#*=}";; esac; done'
    monkeypatch.setenv("MADE", made.decode())
    monkeypatch.setenv(CHROMIUM, _program(tmp_path, script))
    found = pdf_of(PAGE)
    assert len(found) == len(made)
    assert b"20261122" not in found
    assert found.endswith(b" 2026")


def test_the_same_page_gives_the_same_pdf():
    if find_chromium() is None:
        pytest.skip(f"no Chromium is here; install one or name it in {CHROMIUM}")
    first = pdf_of(PAGE)
    assert first.startswith(b"%PDF")
    assert pdf_of(PAGE) == first
