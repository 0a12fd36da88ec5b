"""Figures with the digits that their tolerance makes worth telling, and the section of the page."""

from __future__ import annotations

import pytest

from vbcsim.calibrate.exhibits.run import exhibit, shipped_exhibits
from vbcsim.calibrate.exhibits.text import exhibits_mark, exhibits_object, exhibits_page, exhibits_text, figure


@pytest.mark.parametrize(
    ("value", "within", "told"),
    [
        (600467.0, 0.5, "600,467"),
        (0.00388309, 1e-6, "0.0038831"),
        (1.0777917e-7, 5e-11, "1.0778e-07"),
        (0.0, 0.5, "0"),
        (24.66666, 0.0006, "24.6667"),
        (float("inf"), 0.5, "none"),
        (2 / 3, 0.0, "0.6666667"),
    ],
)
def test_a_figure(value, within, told):
    assert figure(value, within) == told


def test_the_section_and_the_table_show_published_right_and_computed():
    (file,) = [path for path in shipped_exhibits() if path.stem == "size_tables"]
    found = exhibit(file, draws=100)
    text, page = exhibits_text(found), exhibits_page([found], exhibits_mark(100, 1))
    assert text.count("agree") == len(found.compared)
    assert "| minimum savings rate at lives, 7500 | formula | 0.033 | 0.033 |  | 5e-05 | agree |" in page
    assert f"| {found.exhibits.title} | {len(found.compared)} | {found.agreeing} |" in page
    told = exhibits_object([found])["size_tables"]
    assert (told["agree"], told["of"]) == (found.agreeing, len(found.compared))


def test_the_page_of_the_documentation_is_of_todays_tables(repository):
    page = (repository / "docs" / "explanation" / "validation.md").read_text(encoding="utf-8")
    assert f"<!-- published tables {exhibits_mark(100_000, 1)} -->" in page, "run `make validation`"
    for path in shipped_exhibits():
        assert f"| {exhibit_title(path)} |" in page
    assert "**off by" not in page.split("# Validation: published tables")[1]


def exhibit_title(path):
    from vbcsim.calibrate.exhibits.spec import read_exhibits

    return read_exhibits(path).title
