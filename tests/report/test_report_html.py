"""The page: one inert file with every section, the same bytes on every rerun, whatever a title holds."""

from __future__ import annotations

import base64
import csv
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from vbcsim.report.html import html_report

HOSTILE = (
    "$\\badmacro$ <script>alert(1)</script> =1+1 \"'><img src=x onerror=alert(2)> {{7*7}} \u202eltr\x1b[31m \U0001f4a5"
)


class Page(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data) -> None:
        self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


@pytest.fixture(scope="module")
def page(study) -> str:
    return html_report(study)


def test_it_opens_with_the_answer(page, study) -> None:
    from vbcsim.report.answer import answer

    words = Page(page).words
    assert words.index(answer(study).headline) < words.index("The designs side by side")
    for heading in ("Year by year", "The designs two by two", "Terms of each design", "Assumption register"):
        assert heading in words
    for heading in ("Members", "Published record of the group", "Limits", "How to reproduce this report"):
        assert heading in words


def test_every_statistic_of_every_design_stands_in_it(page, study) -> None:
    from vbcsim.outcomes.summary import STATISTICS
    from vbcsim.report.designs import ROWS

    shown = {statistic for statistic, *_ in ROWS}
    assert shown == set(STATISTICS) - {"p_shared_savings", "p_shared_loss"}, (
        "those two are the provider's p_gain, p_loss"
    )
    words = Page(page).words
    for design in study.designs:
        for party in ("provider", "payer"):
            value, error = study.of(design, party)["mean_usd"]
            assert f"{'−' if value < 0 else ''}{abs(value) / 1e6:.2f} ± {error / 1e6:.2f}" in words


def test_it_loads_and_runs_nothing(page) -> None:
    found = Page(page)
    assert not {"script", "link", "iframe", "object", "form", "base"} & {tag for tag, _ in found.tags}
    for tag, attrs in found.tags:
        assert not any(name.startswith("on") for name in attrs), tag
        assert "style" not in attrs, "inline styles would need a weaker policy"
        for name in ("src", "href"):
            address = attrs.get(name) or "#"
            assert address.startswith(("#", "data:image/svg+xml;base64,", "data:text/csv;charset=utf-8;base64,")), name
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_the_policy_allows_its_own_style_and_nothing_else(page) -> None:
    policy = next(a["content"] for tag, a in Page(page).tags if a.get("http-equiv") == "Content-Security-Policy")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_every_picture_has_words_and_its_data_beside_it(page) -> None:
    found = Page(page)
    images = [attrs for tag, attrs in found.tags if tag == "img"]
    files = [attrs for tag, attrs in found.tags if tag == "a" and "download" in attrs]
    assert len(images) == len(files) == 5
    for image in images:
        assert len(image["alt"]) > 60
        assert image["src"].startswith("data:image/svg+xml;base64,")
    for file in files:
        assert file["download"].endswith(".csv")
        rows = base64.b64decode(file["href"].split(",", 1)[1]).decode("utf-8-sig").split("\r\n")
        assert len(rows) > 3
        assert rows[0].count(",") > 0


def test_same_material_same_bytes(page, make) -> None:
    assert html_report(make()) == page, "from the same seeds again"


def test_hostile_titles_are_text(make) -> None:
    titles = {"one_sided": HOSTILE, "two_sided": "y" * 5000, "deep": "=cmd|' /C calc'!A0"}
    material = make(
        200, titles=titles, title=HOSTILE, question=HOSTILE, record={HOSTILE: {"value": HOSTILE, "source": HOSTILE}}
    )
    text = html_report(material)
    found = Page(text)
    assert not {"script"} & {tag for tag, _ in found.tags}
    assert all(attrs.get("src", "data:").startswith("data:") for tag, attrs in found.tags if tag == "img")
    assert "alert(1)" in found.words, "the words are there, as words"
    assert "{{7*7}}" in found.words
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", text)
    assert max(map(len, re.findall("y+", text))) < 500, "a very long title is cut"
    files = [attrs["href"].split(",", 1)[1] for tag, attrs in found.tags if tag == "a" and "download" in attrs]
    texts = [base64.b64decode(file).decode("utf-8-sig") for file in files]
    assert texts
    for row in csv.reader("\r\n".join(texts).splitlines()):
        assert not any(cell.startswith(("=", "+", "@")) for cell in row), "no cell becomes a formula"


def test_what_nobody_verified_is_flagged(page) -> None:
    words = Page(page).words
    assert "Some figures have not been verified against a source." in words
    assert "Draft A, one-sided, Draft B, two-sided and Draft C, deep: loss limit" in words
    assert "Assumptions: Market trend" in words
    assert words.count("not verified") == 2, "one figure of the designs, one section of the assumptions"


def test_register_terms_and_record_carry_value_unit_and_source(page) -> None:
    words = Page(page).words
    for said in (
        "Shared savings (payer pays provider",
        "Share 40% of savings; losses are not shared.",
        "Share nothing of savings or losses below 2% of the benchmark",
        "42 CFR 425.605(d) (agrees with published settlements)",
        "12,000",
        "Floor $100,000 Yearly cost above which a member is listed",
        "Variance of the factor (its mean is 1).",
        "$1,234,567 public-use file, row 12",
        "10,000",
        "Mean cost, $",
        "0123456789abcdef",
    ):
        assert said in words, said


def test_a_single_year_and_design_leave_out_what_has_nothing_to_say(make, undrawn) -> None:
    material = make(300, {"deep": (0.75, 0.4)})
    one = material.settlement.isel(year=[0])
    from vbcsim.outcomes.comparison import compare
    from vbcsim.outcomes.summary import summarize
    from vbcsim.report.material import Material

    words = Page(
        html_report(Material(material.scenario, material.arrangements, one, summarize(one), compare(one)))
    ).words
    assert "Year by year" not in words
    assert "two by two" not in words
    assert "How much is luck" not in words


def test_many_designs_are_told_in_groups(make) -> None:
    shares = {f"draft_{k}": (0.1 * k, 0.05 * k) for k in range(1, 11)}
    text = html_report(make(150, shares))
    words = Page(text).words
    assert "The first 8 designs are drawn." in words
    assert all(f"draft_{k}" in words for k in range(1, 11))


def test_programmes_and_cases_are_told_with_their_evidence(make, undrawn):
    visits = {"kind": "telehealth", "uptake": 0.3, "source": "judgement: a third of members"}
    claimed = {"title": "As announced", "changes": {"interventions.video.uptake": 0.9}, "source": "press release"}
    words = Page(html_report(make(60, interventions={"video": visits}, cases={"claimed": claimed}))).words
    assert "Telehealth for" in words
    assert "Evidence: telehealth-intensive health systems" in words
    assert "judgement: a third of members" in words


def test_what_pooling_may_miss_is_told(make, undrawn):
    material = make(60)
    told = {"neglected_claimants_per_draw": 0.0123, "neglected_excess_usd": 456.7, "by_member_cells": 2}
    words = Page(html_report(replace(material, experience=material.experience.assign_attrs(told)))).words
    assert "at most 0.0123 a draw, with $457 above the floor" in words
    assert "Cells simulated by member 2" in words
